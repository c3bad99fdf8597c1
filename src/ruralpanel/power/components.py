r"""How an outcome varies before treatment: what designs have to be assumed of, measured in a panel.

Effects of units leave differences over time alone to be seen. For villages :math:`k` waves apart, with the mean of all
taken out,

.. math::
    E[(\Delta_k Y_{it})^2] = \gamma_u(k) + \gamma_c(k), \qquad
    E[\Delta_k Y_{it} \, \Delta_k Y_{jt}] = \gamma_c(k) \text{ for } i \neq j \text{ in a county},

where :math:`\gamma(k) = 2\sigma^2 (1 - (1 - \nu)\rho^k)` for errors with the share :math:`\nu` of noise and the
correlation :math:`\rho` of what lasts. Unlike the correlation of residuals, differences are not biased in short panels
(Burlig, Preonas and Woerman 2020, section 4). The :math:`\rho` is looked for on a grid, the variances by least squares
that are not negative, each lag with the weight of its pairs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from ruralpanel.arrays import Codes, Numbers
from ruralpanel.errors import DataError, Problem
from ruralpanel.power.assumptions import Errors

GRID = np.linspace(0.0, 0.99, 100)
"""Correlations that are tried; at one, an error would be an effect of the unit."""

FEWEST_WAVES = 3
"""Below them, what lasts cannot be told from noise."""


class Measured(NamedTuple):
    """The errors measured, and in what.

    Parameters
    ----------
    errors
        As assumptions have them.
    rows, villages, waves
        Numbers of the rows before treatment, and of villages and waves among them.
    """

    errors: Errors
    rows: int
    villages: int
    waves: int


def measured_errors(rows: pd.DataFrame, unit: str, period: str, county: str, outcome: str) -> Measured:
    """Measure the variance components of an outcome.

    Parameters
    ----------
    rows
        Of a panel before treatment, one for each unit and period.
    unit, period, county, outcome
        Its columns; rows without one of them are left out.

    Returns
    -------
    Measured
        Standard deviation, shares and correlations, per step between waves.

    Raises
    ------
    DataError
        If there are too few waves before treatment.
    """
    known = rows[[unit, period, county, outcome]].dropna()
    table = known.pivot_table(index=unit, columns=period, values=outcome, sort=True)
    if table.shape[1] < FEWEST_WAVES or len(table) < FEWEST_WAVES:
        what = f"has {table.shape[1]} waves and {len(table)} units before treatment; at least {FEWEST_WAVES} are needed"
        raise DataError([Problem(f"the outcome `{outcome}`", what, hint="assume `sd`, `icc` and `ar` instead")])
    groups = rows.groupby(unit)[county].first().reindex(table.index)
    own, common, pairs = _variogram(table.to_numpy(dtype="float64"), pd.factorize(groups)[0])
    of_own, of_common = _fitted(own, pairs), _fitted(common, pairs)
    total = of_own.variance + of_common.variance
    if total <= 0:
        raise DataError([Problem(f"the outcome `{outcome}`", "does not vary around effects of units and periods")])
    errors = Errors(
        sd=float(np.sqrt(total)),
        icc=of_common.variance / total,
        ar=of_own.ar,
        noise=of_own.noise,
        county_ar=of_common.ar,
        county_noise=of_common.noise,
    )
    return Measured(errors, int(table.notna().to_numpy().sum()), len(table), table.shape[1])


def _variogram(values: Numbers, groups: Codes) -> tuple[Numbers, Numbers, Numbers]:
    """Compute by lag the variance of differences, of villages and of counties, and the number of pairs."""
    waves = values.shape[1]
    own, common, pairs = (np.zeros(waves - 1) for _ in range(3))
    for lag in range(1, waves):
        squares = products = seen = beside = 0.0
        for later in range(lag, waves):
            change = values[:, later] - values[:, later - lag]
            known = np.flatnonzero(~np.isnan(change))
            if len(known) < FEWEST_WAVES:
                continue
            centred = change[known] - change[known].mean()
            sums, counts = np.bincount(groups[known], centred), np.bincount(groups[known])
            squares += (centred**2).sum() * len(known) / (len(known) - 1)
            products += (sums**2).sum() - (centred**2).sum()
            seen, beside = seen + len(known), beside + (counts * (counts - 1)).sum()
        pairs[lag - 1] = seen
        if seen:
            common[lag - 1] = products / beside if beside else 0.0
            own[lag - 1] = squares / seen - common[lag - 1]
    return own, common, pairs


class _Component(NamedTuple):
    variance: float
    ar: float
    noise: float


def _fitted(variogram: Numbers, pairs: Numbers) -> _Component:
    """Fit noise and what lasts to the variance of differences by lag."""
    lags, root = np.arange(1, len(variogram) + 1), np.sqrt(pairs)
    best, least = _Component(0.0, 0.0, 0.0), np.inf
    for ar in GRID:
        columns = 2 * np.column_stack([np.ones(len(lags)), 1 - ar**lags]) * root[:, None]
        if ar == 0:
            columns = columns[:, :1]
        (noise, *lasting), left = nnls(columns, variogram * root)
        variance = noise + sum(lasting)
        if left < least - 1e-12 and variance > 0:
            best, least = _Component(float(variance), float(ar) if lasting else 0.0, float(noise / variance)), left
    return best
