r"""How outcomes scatter over time: a cluster's shocks that wear off, a unit's own, and noise.

With unit and period effects taken out, :math:`\varepsilon_{it} = c_{j(i)t} + u_{it} + e_{it}`, where :math:`c` and
:math:`u` are stationary first-order autoregressions and :math:`e` is independent. They are told apart by the variogram:
half the mean square of :math:`\varepsilon_{i,t+k} - \varepsilon_{it}` is :math:`\sigma_c^2 (1 - \rho_c^k) + \sigma_u^2
(1 - \rho_u^k) + \sigma_e^2`, and half the mean product of these differences of two units of one cluster is its first
term. Differences know nothing of the unit effects, so that no bias of short panels (Nickell 1981) has to be corrected.
Variograms of panels with autoregressive errors: Diggle, Heagerty, Liang & Zeger (2002), Analysis of Longitudinal Data,
section 5.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ruralpanel.arrays import Codes, Numbers

PERSISTENCES = np.arange(1, 50) / 50.0
"""Autoregressive coefficients that are tried."""


@dataclass(frozen=True)
class VarianceComponents:
    """Variances, in the squared unit of the outcome, and autoregressive coefficients by a period of one.

    Parameters
    ----------
    cluster, unit, noise
        Variances.
    cluster_persistence, unit_persistence
        Autoregressive coefficients, from 0 to below 1.
    """

    cluster: float
    cluster_persistence: float
    unit: float
    unit_persistence: float
    noise: float


def variance_components(residuals: Numbers, clusters: Codes, periods: Codes) -> VarianceComponents:
    """Estimate the components by least squares on the variogram.

    Parameters
    ----------
    residuals
        Outcomes without period effects, shape (units, periods); missing where a unit is not seen, or treated.
    clusters
        Of the units, numbered from zero.
    periods
        When the columns are, rising.

    Returns
    -------
    VarianceComponents
        Zeros where nothing varies.
    """
    lags, own, shared, pairs, pairs_shared = _variogram(residuals, clusters, periods)
    cluster, cluster_persistence, _ = _fitted(lags, shared, pairs_shared, with_noise=False)
    of_cluster = cluster * (1 - cluster_persistence**lags)
    unit, unit_persistence, noise = _fitted(lags, own - of_cluster, pairs, with_noise=True)
    return VarianceComponents(cluster, cluster_persistence, unit, unit_persistence, noise)


def _variogram(
    residuals: Numbers, clusters: Codes, periods: Codes
) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
    """Give lags, and for each pair of periods half the mean square, half the mean product, and how many these are of.

    Means over units are taken out of differences, and their variance is put back into products.
    """
    number = int(clusters.max(initial=0)) + 1
    rows: list[tuple[float, float, float, float, float]] = []
    for first in range(len(periods)):
        for second in range(first + 1, len(periods)):
            difference = residuals[:, second] - residuals[:, first]
            known = np.isfinite(difference)
            count = int(known.sum())
            if count < 3:
                continue
            centred = difference[known] - difference[known].mean()
            sums = np.bincount(clusters[known], centred, number)
            sizes = np.bincount(clusters[known], minlength=number).astype("float64")
            square, between = float(centred @ centred), float(sums @ sums)
            together = float((sizes * (sizes - 1)).sum())
            product = (between - square) / together + between / count**2 if together else 0.0
            lag = float(periods[second] - periods[first])
            rows.append((lag, square / (count - 1) / 2, product / 2, count, together))
    found = np.array(rows).reshape(-1, 5).T
    return found[0], found[1], found[2], found[3], found[4]


def _fitted(lags: Numbers, values: Numbers, weights: Numbers, *, with_noise: bool) -> tuple[float, float, float]:
    """Fit a variance, its persistence and noise, none of them negative; of equal fits the less persistent."""
    if weights.sum() == 0:
        return 0.0, 0.0, 0.0
    share = weights / weights.sum()
    shapes = 1 - PERSISTENCES[:, None] ** lags
    level = float(share @ values) if with_noise else 0.0
    best = (max(level, 0.0) if with_noise else 0.0, 0.0, 0.0)  # noise alone
    least = float(share @ (values - best[0]) ** 2)
    found = (0.0, 0.0, best[0])
    for persistence, shape in zip(PERSISTENCES, shapes, strict=True):
        mean = float(share @ shape) if with_noise else 0.0
        centred = shape - mean
        slope = max(float(share @ (centred * (values - level))) / max(float(share @ centred**2), 1e-300), 0.0)
        noise = level - slope * mean if with_noise else 0.0
        if noise < 0:
            noise, slope = 0.0, max(float(share @ (shape * values)) / float(share @ shape**2), 0.0)
        left = float(share @ (values - slope * shape - noise) ** 2)
        if left < least * (1 - 1e-9):
            least, found = left, (slope, float(persistence), noise)
    return found
