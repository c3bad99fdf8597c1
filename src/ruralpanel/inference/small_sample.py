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
* ``reghdfe``: as Stata's reghdfe, which also leaves nested effects out, and drops singletons first (Correia 2015).
* ``none``: no correction.

A slope within a fixed effect (``village[year]``) counts one coefficient a level under every preset, nested or not, as
fixest counts it.
"""

from __future__ import annotations

import pandas as pd


def counted_coefficients(regressors: int, effects: pd.DataFrame, clusters: pd.DataFrame | None) -> int:
    """Count the coefficients that use up degrees of freedom.

    Parameters
    ----------
    regressors
        Coefficients estimated outside the fixed effects.
    effects
        One column a fixed effect, one row an observation.
    clusters
        One column a cluster dimension; None when rows are independent, and every effect counts.

    Returns
    -------
    int
        :math:`K`: regressors and fixed-effect levels, one level less for each effect beyond the first; effects
        nested in a cluster dimension are replaced by one coefficient each, but one.
    """
    if effects.shape[1] == 0:
        return regressors
    levels = {str(name): int(effects[name].nunique()) for name in effects}
    total = regressors + sum(levels.values()) - (effects.shape[1] - 1)
    if clusters is None:
        return total
    nested = [name for name in levels if any(is_nested(effects[name], clusters[each]) for each in clusters)]
    return total - sum(levels[name] for name in nested) + len(nested)


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
