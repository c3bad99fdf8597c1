r"""Bounds of an effect where outcomes are missing, and treatment may have to do with that.

Lee (2009, Training, Wages, and Sample Selection: Estimating Sharp Bounds on Treatment Effects, Review of Economic
Studies 76(3), section 3): where treatment moves all in one direction, towards being observed or away from it, the arm
that is observed more often is trimmed by the excess share :math:`q`, from above and from below. What is left bounds the
effect on those who are observed either way. Manski (1990, American Economic Review 80(2); Horowitz & Manski 2000,
Journal of the American Statistical Association 95): missing outcomes are the lowest or highest that there can be, which
bounds the effect on all and assumes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ruralpanel.arrays import Numbers

Mask = NDArray[np.bool_]


class NoBounds(ValueError):
    """An arm has nobody in it, or nobody who is observed."""


@dataclass(frozen=True)
class Bounds:
    """Bounds of an effect.

    Parameters
    ----------
    low, high
        The bounds, in the outcome's unit.
    low_error, high_error
        Their standard errors, for independent rows; missing for Manski bounds.
    trimmed
        The share of the arm observed more often that is trimmed, on average over groups; 0 for Manski bounds.
    """

    low: float
    high: float
    low_error: float
    high_error: float
    trimmed: float


def lee_bounds(
    outcome: ArrayLike,
    treated: ArrayLike,
    observed: ArrayLike,
    weights: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Bounds:
    r"""Bound the effect on those who are observed with treatment and without (Lee 2009, propositions 1a, 2 and 3).

    Parameters
    ----------
    outcome
        Shape (rows,); not looked at where it is not observed.
    treated
        Which rows are treated; drawn at random, or as if, within groups.
    observed
        Which outcomes are observed.
    weights
        Of the rows; None for equal ones.
    groups
        Levels of covariates that are not moved by treatment, within which is trimmed; bounds are averages over groups
        with the estimated number of those observed either way, and no wider (Lee 2009, proposition 1b).

    Returns
    -------
    Bounds
        Where the boundary falls within equal outcomes, or within a row's weight, that part of it is trimmed that makes
        up the share. Errors are those of proposition 3, which has the trimmed share estimated; weights of groups are
        taken as known.

    Raises
    ------
    NoBounds
        If an arm is empty, or not observed at all, in every group.
    """
    values, arm, known, weight = _arrays(outcome, treated, observed, weights)
    codes = np.zeros(len(values), dtype="int64") if groups is None else np.unique(groups, return_inverse=True)[1]
    found = []
    for group in range(int(codes.max(initial=-1)) + 1):
        of = codes == group
        one = _lee_of_group(values[of], arm[of], known[of], weight[of])
        if one is not None:
            found.append(one)
    if not found:
        raise NoBounds("no group has observed rows in both arms")
    size, low, high, low_error, high_error, trimmed = np.array(found).T
    share = size / size.sum()
    errors = [float(np.sqrt((share**2 * each**2).sum())) for each in (low_error, high_error)]
    return Bounds(float(share @ low), float(share @ high), errors[0], errors[1], float(share @ trimmed))


def manski_bounds(
    outcome: ArrayLike,
    treated: ArrayLike,
    observed: ArrayLike,
    low: float,
    high: float,
    weights: ArrayLike | None = None,
) -> Bounds:
    """Bound the effect on all, whatever outcomes that are missing may be.

    Parameters
    ----------
    outcome, treated, observed, weights
        As of :func:`lee_bounds`.
    low, high
        Between which all outcomes lie.

    Raises
    ------
    NoBounds
        If an arm is empty.
    """
    values, arm, known, weight = _arrays(outcome, treated, observed, weights)
    means = {}
    for which, rows in (("treated", arm), ("other", ~arm)):
        total = weight[rows].sum()
        if not total > 0:
            raise NoBounds(f"no {which} rows")
        seen = rows & known
        part, missing = float(weight[seen] @ values[seen] / total), float(1 - weight[seen].sum() / total)
        means[which] = (part + missing * low, part + missing * high)
    lowest, highest = means["treated"][0] - means["other"][1], means["treated"][1] - means["other"][0]
    return Bounds(lowest, highest, np.nan, np.nan, 0.0)


def _arrays(
    outcome: ArrayLike, treated: ArrayLike, observed: ArrayLike, weights: ArrayLike | None
) -> tuple[Numbers, Mask, Mask, Numbers]:
    values = np.asarray(outcome, dtype="float64")
    weight = np.ones(len(values)) if weights is None else np.asarray(weights, dtype="float64")
    return values, np.asarray(treated, dtype=bool), np.asarray(observed, dtype=bool), weight


def _lee_of_group(
    values: Numbers, arm: Mask, known: Mask, weight: Numbers
) -> tuple[float, float, float, float, float, float] | None:
    """Give the number observed either way, both bounds, their errors and the share trimmed; None without both arms."""
    if not (known & arm).any() or not (known & ~arm).any():
        return None
    shares = [float(weight[rows & known].sum() / weight[rows].sum()) for rows in (arm, ~arm)]
    more = arm if shares[0] >= shares[1] else ~arm  # who is observed more often, and is trimmed
    most, least = max(shares), min(shares)
    excess = (most - least) / most
    sign = 1.0 if shares[0] >= shares[1] else -1.0
    rows = len(values)
    in_more = float(weight[more].sum() / weight.sum())
    other = known & ~more
    mean, spread = _moments(values[other], weight[other])
    of_other = spread / (rows * (1 - in_more) * least)
    # Proposition 3: the variance of the trimmed share, as it enters the bounds.
    of_share = (1 - most) / (in_more * most) + (1 - least) / ((1 - in_more) * least)
    bounds, errors = [], []
    for highest in (False, True):  # which of those observed more often stay
        kept, quantile = _trimmed(values[more & known], weight[more & known], excess, highest)
        centre, around = _moments(values[more & known], kept)
        variance = around / (in_more * most * (1 - excess)) + (quantile - centre) ** 2 * (
            excess / (in_more * most * (1 - excess)) + of_share
        )
        bounds.append(sign * (centre - mean))
        errors.append(float(np.sqrt(variance / rows + of_other)))
    order = np.argsort(bounds, kind="stable")
    low, high = (bounds[each] for each in order)
    return float(weight.sum() * least), low, high, errors[order[0]], errors[order[1]], excess


def _trimmed(values: Numbers, weight: Numbers, share: float, highest: bool) -> tuple[Numbers, float]:
    """Take a share of weight from the lowest values, or from the highest; give what is left and where it was cut."""
    order = np.argsort(values if highest else -values, kind="stable")
    target = share * weight.sum()
    before = np.concatenate([[0.0], np.cumsum(weight[order])[:-1]])
    left = np.empty_like(weight)
    left[order] = np.clip(before + weight[order] - target, 0.0, weight[order])
    kept = values[left > 0]
    return left, float(kept.min() if highest else kept.max())


def _moments(values: Numbers, weight: Numbers) -> tuple[float, float]:
    """Give the weighted mean and variance."""
    mean = float(np.average(values, weights=weight))
    return mean, float(np.average((values - mean) ** 2, weights=weight))
