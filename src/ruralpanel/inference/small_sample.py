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

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.absorption.levels import Levels, levels_of


def counted_coefficients(
    regressors: int, effects: Sequence[Levels], clusters: Sequence[Levels] | None, pairwise: bool = False
) -> int:
    """Count the coefficients that use up degrees of freedom.

    Parameters
    ----------
    regressors
        Coefficients estimated outside the fixed effects.
    effects
        The levels of each fixed effect.
    clusters
        The levels of each cluster dimension; None when rows are independent, and every effect counts.
    pairwise
        Whether an effect loses as many levels as it shares with one before it (``reghdfe``), and not one.

    Returns
    -------
    int
        :math:`K`: regressors and fixed-effect levels, one level less for each effect beyond the first, or more where
        two effects share more; effects nested in a cluster dimension are replaced by one coefficient for all.
    """
    counted = [each for each in effects if not any(each.within(cluster) for cluster in clusters or [])]
    nested = len(effects) - len(counted)
    total = regressors + min(nested, 1)
    for position, each in enumerate(counted):
        shared = min(nested + position, 1)
        if pairwise:
            shared = max([shared, *(_connected_groups(before, each) for before in counted[:position])])
        total += each.number - shared
    return total


def _connected_groups(first: Levels, second: Levels) -> int:
    """Count groups of rows that no level of the two effects connects; each costs them one coefficient together."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    size = first.number + second.number
    ends = (first.codes, second.codes + first.number)
    graph = coo_array((np.ones(len(first.codes)), ends), shape=(size, size))
    return int(connected_components(graph, directed=False)[0])


def is_nested(effect: pd.Series, cluster: pd.Series) -> bool:
    """Tell whether every level of an effect lies within one cluster."""
    return levels_of(effect).within(levels_of(cluster))


def drop_singletons(effects: Sequence[Levels]) -> NDArray[np.bool_] | None:
    """Mark rows that are not alone in any fixed effect, repeating until none is.

    Parameters
    ----------
    effects
        The levels of each fixed effect.

    Returns
    -------
    numpy.ndarray or None
        True for rows that stay, shape (rows,); None where all do.

    References
    ----------
    Correia (2015), Singletons, Cluster-Robust Standard Errors and Fixed Effects: A Bad Mix.
    """
    stay: NDArray[np.bool_] | None = None
    while True:
        alone: NDArray[np.bool_] | None = None
        for each in effects:
            counts = each.counts if stay is None else np.bincount(each.codes[stay], minlength=each.number)
            if (counts == 1).any():
                here = (counts == 1)[each.codes]
                alone = here if alone is None else alone | here
        if stay is not None and alone is not None:
            alone &= stay
        if alone is None or not alone.any():
            return stay
        stay = ~alone if stay is None else stay & ~alone
