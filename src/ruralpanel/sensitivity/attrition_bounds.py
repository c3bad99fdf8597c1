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
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ruralpanel.arrays import Numbers

if TYPE_CHECKING:
    import pandas as pd

    from ruralpanel.study.blocks import Equation
    from ruralpanel.study.sensitivity import AttritionBounds

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


PARTS = 50
"""Groups of whole clusters, one of which is left out at a time for standard errors; of fewer clusters, each is one."""

OUTER = 0.01
"""The share of outcomes below the lowest, and above the highest, that a missing one is taken to be."""


@dataclass(frozen=True)
class _Cells:
    """Changes since a period before treatment, in one row: who is treated, seen, and in which group and cluster."""

    outcome: Numbers
    treated: Mask
    seen: Mask
    weights: Numbers
    groups: NDArray[np.int64]
    clusters: NDArray[np.int64]

    def where(self, rows: Mask) -> _Cells:
        """Keep some of them."""
        names = ("outcome", "treated", "seen", "weights", "groups", "clusters")
        return _Cells(*(getattr(self, name)[rows] for name in names))


def analyse(declared: AttritionBounds, panel: pd.DataFrame, equation: Equation) -> list[dict[str, Any]]:
    """Bound the effect of a treatment that stays, over all cohorts and the periods in which they are treated.

    Each cohort's changes since its last period before treatment are beside those of units that are not treated yet, or
    never, in the same period; of all these, whoever has no row in the sample then is missing. Units without a row in
    the period before are in no comparison. A comparison counts by its treated units. Fixed effects of units and periods
    are gone so; regressors do not enter. Standard errors are those of a jackknife over clusters.

    Parameters
    ----------
    declared
        What is asked for.
    panel
        The panel.
    equation
        Of one treatment that stays.

    Returns
    -------
    list of dict
        Rows of the results: shares observed, bounds with their standard errors, and intervals for the effect (Imbens
        and Manski 2004, Econometrica 72(6), equation 7).

    Raises
    ------
    CannotAnalyse
        If units are not followed, nobody is missing, or an arm is never observed.
    """
    from ruralpanel.estimation.sample import CannotEstimate
    from ruralpanel.reasons import because
    from ruralpanel.sensitivity.results import OUTCOME, CannotAnalyse

    try:
        cells = _cells_of(declared.groups, panel, equation)
    except CannotEstimate as error:
        raise CannotAnalyse(error.reason) from None
    if cells.seen.all():
        raise CannotAnalyse("nothing_missing")
    low, high = declared.outcome_range or np.quantile(cells.outcome[cells.seen], [OUTER, 1 - OUTER]).tolist()
    try:
        lee, manski = _both(cells, low, high)
        spread = np.array([_both(each, low, high) for each in _without_each(cells)])
    except NoBounds:
        raise CannotAnalyse("arm_never_observed") from None
    parts = len(spread)
    errors = np.sqrt((parts - 1) / parts * ((spread - spread.mean(axis=0)) ** 2).sum(axis=0))
    share, rows = because("share"), []
    for code, arm in (("observed_of_treated", cells.treated), ("observed_of_untreated", ~cells.treated)):
        value = float(np.average(cells.seen[arm], weights=cells.weights[arm]))
        rows.append({"quantity": because(code), "value": value, "unit": share})
    one_way = because("one_direction_of_attrition")
    anything = because("missing_between", low=float(low), high=float(high))
    for under, bounds, spread_of in ((one_way, lee, errors[0]), (anything, manski, errors[1])):
        common = {"under": under, "unit": OUTCOME}
        for code, value, own in zip(("lower_bound", "upper_bound"), bounds, spread_of, strict=True):
            rows.append({**common, "quantity": because(code), "value": float(value), "standard_error": float(own)})
        margin = _critical(bounds[1] - bounds[0], float(spread_of.max()), declared.level) * spread_of
        ends = {"interval_low": float(bounds[0] - margin[0]), "interval_high": float(bounds[1] + margin[1])}
        middle = {"quantity": because("interval"), "value": float(np.mean(bounds)), "interval_level": declared.level}
        rows.append({**common, **middle, **ends})
    return rows


def bounds_of_panel(panel: pd.DataFrame, equation: Equation, outer: float = OUTER) -> tuple[Numbers, Numbers]:
    """Bound the effect of a treatment that stays as :func:`analyse` does, and leave standard errors out.

    Parameters
    ----------
    panel
        The panel.
    equation
        Of one treatment that stays.
    outer
        The share of changes below the lowest, and above the highest, that a missing one is taken to be.

    Returns
    -------
    tuple of (numpy.ndarray, numpy.ndarray)
        The lower and the upper bound of Lee, and those of Manski.

    Raises
    ------
    CannotEstimate
        If units are not followed, or nobody is treated.
    NoBounds
        If an arm is never observed.
    """
    cells = _cells_of(None, panel, equation)
    low, high = np.quantile(cells.outcome[cells.seen], [outer, 1 - outer]).tolist() if cells.seen.any() else (0.0, 0.0)
    lee, manski = _both(cells, low, high)
    return np.array(lee), np.array(manski)


def _cells_of(groups: list[str] | None, panel: pd.DataFrame, equation: Equation) -> _Cells:
    """Put the comparisons of all cohorts and periods below each other."""

    from ruralpanel.absorption.levels import levels_of
    from ruralpanel.estimation.adoption import adoption_of
    from ruralpanel.estimation.sample import OUTCOME, CannotEstimate, clusters_of
    from ruralpanel.frames.ledger import Ledger

    adoption = adoption_of(panel, equation, Ledger("sensitivity", equation.block, equation.unit, equation.period))
    sample, unit = adoption.sample, equation.unit
    units, periods = levels_of(sample[unit]), np.unique(sample[equation.period].to_numpy(dtype="float64"))
    if len(sample) == units.number:
        raise CannotEstimate("units_seen_once")
    first = units.first_rows
    outcome = np.full((units.number, len(periods)), np.nan)
    outcome[units.codes, np.searchsorted(periods, sample[equation.period])] = sample[OUTCOME]
    own = panel.drop_duplicates(unit).set_index(unit).reindex(sample[unit].to_numpy()[first])
    group = own.groupby(groups, dropna=False).ngroup().to_numpy() if groups else np.zeros(len(first))
    of_unit = {
        "cohort": np.where(np.isnan(adoption.cohort), np.inf, adoption.cohort)[first],
        "weight": sample[equation.weights].to_numpy(dtype="float64")[first]
        if equation.weights
        else np.ones(len(first)),
        "group": group.astype("int64"),
        "cluster": clusters_of(sample, equation)[first],
    }
    parts: list[_Cells] = []
    for cohort in np.unique(of_unit["cohort"][np.isfinite(of_unit["cohort"])]):
        before = np.flatnonzero(periods < cohort + adoption.begins)
        for at in np.flatnonzero(periods >= cohort) if len(before) else ():
            parts.append(
                _comparison(
                    outcome, periods[at] - adoption.begins, cohort, int(before[-1]), int(at), of_unit, len(parts)
                )
            )
    if not parts:
        raise CannotEstimate("nobody_treated")
    return _Cells(*(np.concatenate([getattr(each, name) for each in parts]) for name in _Cells.__dataclass_fields__))


def _comparison(
    outcome: Numbers, until: float, cohort: float, before: int, at: int, of_unit: dict[str, Any], number: int
) -> _Cells:
    """Put the changes of one cohort until one period beside those of units that are not treated by then."""
    treated = of_unit["cohort"] == cohort
    rows = (treated | (of_unit["cohort"] > until)) & ~np.isnan(outcome[:, before])
    change, arm, weight = outcome[rows, at] - outcome[rows, before], treated[rows], of_unit["weight"][rows].copy()
    if arm.any() and not arm.all():
        weight[~arm] *= weight[arm].sum() / weight[~arm].sum()
    groups = of_unit["group"][rows] + number * (int(of_unit["group"].max()) + 1)
    return _Cells(np.nan_to_num(change), arm, ~np.isnan(change), weight, groups, of_unit["cluster"][rows])


def _both(cells: _Cells, low: float, high: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Compute the bounds of Lee and of Manski."""
    arms = (cells.outcome, cells.treated, cells.seen)
    lee = lee_bounds(*arms, weights=cells.weights, groups=cells.groups)
    manski = manski_bounds(*arms, low, high, weights=cells.weights)
    return (lee.low, lee.high), (manski.low, manski.high)


def _without_each(cells: _Cells) -> list[_Cells]:
    """Leave out one group of clusters after the other."""
    part = np.unique(cells.clusters, return_inverse=True)[1] % PARTS
    return [cells.where(part != each) for each in np.unique(part)]


def _critical(width: float, error: float, level: float) -> float:
    """Give the number of standard errors by which bounds are moved apart, so that the effect is between them."""
    from scipy.optimize import brentq
    from scipy.stats import norm

    if error == 0:
        return 0.0
    return float(brentq(lambda c: norm.cdf(c + width / error) - norm.cdf(-c) - level, 0.0, 10.0))
