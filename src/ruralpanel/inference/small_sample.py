r"""Small-sample corrections of clustered and robust covariances, with the presets of the field's software.

A sandwich covariance is multiplied by

.. math:: \frac{G}{G-1} \cdot \frac{N-1}{N-K}

for clustered, and by :math:`N/(N-K)` for heteroskedasticity-robust standard errors, where :math:`G` is the number of
clusters (with two-way clustering, of the smaller dimension), :math:`N` the number of observations and :math:`K` the
number of estimated coefficients. Software differs in which fixed effects count in :math:`K`.

* ``fixest``: effects nested in the clusters are left out but for one coefficient in their place, as the R package
  does by default (``ssc(K.adj = TRUE, K.fixef = "nested", G.adj = TRUE, G.df = "min")`` in today's names).
* ``fixest_full``: as ``fixest``, but nested effects count like all others (``ssc(K.fixef = "full")``; in releases
  before 0.13, ``ssc(fixef.K = "full")``).
* ``reghdfe``: as Stata's reghdfe, which also leaves nested effects out, drops singletons first (Correia 2015), and
  counts what two effects share (``dofadjustments(pairwise clusters continuous)``, its default): of an effect for
  regions by year beside one for years, a level for each year is no coefficient of its own. fixest takes one level off
  every effect but the first, whatever they share.
* ``none``: no correction.

A slope within a fixed effect (``village[year]``) counts one coefficient a level under every preset, nested or not, as
fixest counts it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd


def counted_coefficients(
    regressors: int, effects: pd.DataFrame, clusters: pd.DataFrame | None, pairwise: bool = False
) -> int:
    """Count the coefficients that use up degrees of freedom.

    Parameters
    ----------
    regressors
        Coefficients estimated outside the fixed effects.
    effects
        One column a fixed effect, one row an observation.
    clusters
        One column a cluster dimension; None when rows are independent, and every effect counts.
    pairwise
        Whether an effect loses as many levels as it shares with one before it (``reghdfe``), and not one.

    Returns
    -------
    int
        :math:`K`: regressors and fixed-effect levels, one level less for each effect beyond the first, or more where
        two effects share more; effects nested in a cluster dimension are replaced by one coefficient for all.
    """
    nested = [
        name
        for name in effects
        if clusters is not None and any(is_nested(effects[name], clusters[each]) for each in clusters)
    ]
    counted = [name for name in effects if name not in nested]
    total = regressors + min(len(nested), 1)
    for position, name in enumerate(counted):
        shared = min(len(nested) + position, 1)
        if pairwise:
            shared = max(
                [shared, *(_connected_groups(effects[before], effects[name]) for before in counted[:position])]
            )
        total += int(effects[name].nunique()) - shared
    return total


def _connected_groups(first: pd.Series, second: pd.Series) -> int:
    """Count groups of rows that no level of the two effects connects; each costs them one coefficient together."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    left, right = pd.factorize(first)[0], pd.factorize(second)[0]
    levels = int(left.max()) + 1
    size = levels + int(right.max()) + 1
    graph = coo_array((np.ones(len(left)), (left, right + levels)), shape=(size, size))
    return int(connected_components(graph, directed=False)[0])


def is_nested(effect: pd.Series, cluster: pd.Series) -> bool:
    """Tell whether every level of an effect lies within one cluster."""
    return (
        len(pd.DataFrame({"effect": effect.to_numpy(), "cluster": cluster.to_numpy()}).drop_duplicates())
        == effect.nunique()
    )


def drop_singletons(effects: pd.DataFrame) -> pd.Series:
    """Mark rows that are not alone in any fixed effect, repeating until none is.

    Parameters
    ----------
    effects
        One column a fixed effect, one row an observation.

    Returns
    -------
    pandas.Series
        True for rows that stay.

    References
    ----------
    Correia (2015), Singletons, Cluster-Robust Standard Errors and Fixed Effects: A Bad Mix.
    """
    stay = pd.Series(True, index=effects.index)
    while True:
        left = effects[stay]
        alone = pd.Series(False, index=left.index)
        for name in effects:
            alone |= left[name].map(left[name].value_counts()) == 1
        if not alone.any():
            return stay
        stay.loc[alone[alone].index] = False
