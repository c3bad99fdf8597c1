r"""One cohort against one comparison group, before and after: estimates and their influence functions.

Each of the six estimators (outcome regression, inverse probability weighting, doubly robust; for units seen in both
periods, and for rows of units that need not be) is a signed sum of weighted means

.. math:: \hat\eta_k = \frac{\sum_i w_{ki} v_{ki}}{\sum_i w_{ki}}

in which weights may depend on a propensity score and values on outcome regressions. The influence function of the sum
follows term by term: that of a ratio of means, and the derivative by each first step times its own influence function.

References
----------
Sant'Anna & Zhao (2020), Doubly robust difference-in-differences estimators, Journal of Econometrics 219(1): equation
2.6 for panels, equation 2.13 (its locally efficient form) for repeated cross-sections, section 3 for inference.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ruralpanel.absorption.products import products_of
from ruralpanel.absorption.sums import compiled, inner_product
from ruralpanel.estimation.rounding import NOISE
from ruralpanel.reasons import ReasonedError
from ruralpanel.study.blocks import ComparisonMethod

Vector = NDArray[np.float64]

HIGHEST_SCORE = 0.995
"""Comparison units with a propensity score from here on are left out, as DRDID does."""

NO_OVERLAP = 0.999
"""A propensity score this high means that a cohort has no comparable units, as did holds."""


STEPS, FARTHEST, SETTLED = 25, 50.0, 1e-8
"""Newton's steps for a propensity score: how many at most, how large, and how small the last one has to be."""

COLLINEAR = 1e-13
"""An eigenvalue of the products of standardised covariates below this is zero but for rounding."""


class CannotCompare(ReasonedError):
    """A cohort cannot be compared in these two periods, and the reader is told why."""


@dataclass(frozen=True)
class Comparison:
    """The effect on one cohort in one period.

    Parameters
    ----------
    effect
        The average effect on the treated.
    influence
        The influence function, one value a row; its mean is zero.
    settled
        Whether the propensity score, where there is one, was found within its steps.
    """

    effect: float
    influence: Vector
    settled: bool = True


@dataclass(frozen=True)
class _FirstStep:
    """A regression or a propensity score, estimated before: fitted values, covariates, weighted residuals, derivative.

    Scores are residuals times covariates; the influence function of the coefficients is these times the inverse of
    their derivative.
    """

    fitted: Vector
    covariates: NDArray[np.float64]
    residual: Vector
    derivative: NDArray[np.float64]
    settled: bool = True

    def moves(self, values: Vector) -> Vector:
        """Give the influence of rows, through the first step, on the mean of values times what it fits."""
        by_coefficient = np.linalg.solve(self.derivative, values @ self.covariates / len(values))
        return np.asarray(self.residual * (self.covariates @ by_coefficient))


@dataclass(frozen=True)
class _Mean:
    """A signed weighted mean, and how its weights and values depend on first steps.

    Parameters
    ----------
    sign
        1 or -1.
    weight, value
        One number a row.
    regressions
        Pairs of an outcome regression and the factor with which its fitted values are in ``value``.
    score
        The propensity score that ``weight`` depends on, if any.
    """

    sign: int
    weight: Vector
    value: Vector
    regressions: list[tuple[_FirstStep, Vector]] = field(default_factory=list)
    score: _FirstStep | None = None


def compare_units(
    change: Vector, treated: Vector, covariates: NDArray[np.float64], weight: Vector, method: ComparisonMethod
) -> Comparison:
    """Compare the changes of a cohort with those of its comparison group.

    Parameters
    ----------
    change
        Outcome in the later period less outcome in the earlier, one value a unit.
    treated
        1 for the cohort and 0 for the comparison group.
    covariates
        One row a unit, a constant among the columns.
    weight
        Sampling weights with mean one.
    method
        The study's choice.

    Returns
    -------
    Comparison
        The effect, and the influence of every unit on it.

    Raises
    ------
    CannotCompare
        If one group is empty, covariates are collinear in the comparison group, or propensity scores reach one.
    """
    _require_both(treated)
    if _is_plain(treated, covariates, weight, method):
        return _difference([(1, treated), (-1, 1 - treated)], change, weight)
    in_cohort = weight * treated
    if method == "outcome_regression":
        control = _regression(change, covariates, weight * (1 - treated))
        one = np.ones_like(change)
        means = [_Mean(1, in_cohort, change), _Mean(-1, in_cohort, control.fitted, [(control, one)])]
        return _sum_of(means)
    score = _propensity_score(treated, covariates, weight)
    in_comparison = _comparison_weight(score.fitted, treated, weight)
    if method == "inverse_probability":
        means = [_Mean(1, in_cohort, change), _Mean(-1, in_comparison, change, score=score)]
        return _sum_of(means)
    control = _regression(change, covariates, weight * (1 - treated))
    residual, minus = change - control.fitted, -np.ones_like(change)
    means = [
        _Mean(1, in_cohort, residual, [(control, minus)]),
        _Mean(-1, in_comparison, residual, [(control, minus)], score),
    ]
    return _sum_of(means)


def compare_rows(
    outcome: Vector,
    later: Vector,
    treated: Vector,
    covariates: NDArray[np.float64],
    weight: Vector,
    method: ComparisonMethod,
) -> Comparison:
    """Compare levels before and after, of rows whose units need not be seen in both periods.

    Parameters
    ----------
    outcome
        One value a row.
    later
        1 for rows of the later period and 0 for those of the earlier.
    treated, covariates, weight, method
        As in :func:`compare_units`, one a row.

    Returns
    -------
    Comparison
        The effect, and the influence of every row on it.

    Raises
    ------
    CannotCompare
        If a group is empty in a period, covariates are collinear in one, or propensity scores reach one.
    """
    _require_both(treated[later == 1])
    _require_both(treated[later == 0])
    earlier, control = 1 - later, 1 - treated
    if _is_plain(treated, covariates, weight, method):
        cells = [(1, treated * later), (-1, treated * earlier), (-1, control * later), (1, control * earlier)]
        return _difference(cells, outcome, weight)
    cohort = weight * treated
    if method == "outcome_regression":
        after = _regression(outcome, covariates, weight * control * later)
        before = _regression(outcome, covariates, weight * control * earlier)
        one = np.ones_like(outcome)
        means = [
            _Mean(1, cohort * later, outcome),
            _Mean(-1, cohort * earlier, outcome),
            _Mean(-1, cohort, after.fitted - before.fitted, [(after, one), (before, -one)]),
        ]
        return _sum_of(means)
    score = _propensity_score(treated, covariates, weight)
    comparison = _comparison_weight(score.fitted, treated, weight)
    if method == "inverse_probability":
        means = [
            _Mean(1, cohort * later, outcome),
            _Mean(-1, cohort * earlier, outcome),
            _Mean(-1, comparison * later, outcome, score=score),
            _Mean(1, comparison * earlier, outcome, score=score),
        ]
        return _sum_of(means)
    after = _regression(outcome, covariates, weight * control * later)
    before = _regression(outcome, covariates, weight * control * earlier)
    own_after = _regression(outcome, covariates, weight * treated * later)
    own_before = _regression(outcome, covariates, weight * treated * earlier)
    residual = outcome - later * after.fitted - earlier * before.fitted
    in_residual = [(after, -later), (before, -earlier)]
    one = np.ones_like(outcome)
    gain_after, in_gain_after = own_after.fitted - after.fitted, [(own_after, one), (after, -one)]
    gain_before, in_gain_before = own_before.fitted - before.fitted, [(own_before, one), (before, -one)]
    means = [
        _Mean(1, cohort * later, residual, in_residual),
        _Mean(-1, cohort * earlier, residual, in_residual),
        _Mean(-1, comparison * later, residual, in_residual, score),
        _Mean(1, comparison * earlier, residual, in_residual, score),
        _Mean(1, cohort, gain_after, in_gain_after),
        _Mean(-1, cohort * later, gain_after, in_gain_after),
        _Mean(-1, cohort, gain_before, in_gain_before),
        _Mean(1, cohort * earlier, gain_before, in_gain_before),
    ]
    return _sum_of(means)


def _is_plain(treated: Vector, covariates: NDArray[np.float64], weight: Vector, method: ComparisonMethod) -> bool:
    """Tell whether all methods are a difference of means: there is a constant alone, and one score below the bound."""
    if covariates.shape[1] > 1:
        return False
    return method == "outcome_regression" or float(np.average(treated, weights=weight)) < HIGHEST_SCORE


def _difference(groups: list[tuple[int, Vector]], outcome: Vector, weight: Vector) -> Comparison:
    """Add up signed means of groups of rows, which are given by indicators."""
    return _sum_of([_Mean(sign, weight * members, outcome) for sign, members in groups])


def _sum_of(means: list[_Mean]) -> Comparison:
    effect = 0.0
    influence = np.zeros(len(means[0].value))
    for each in means:
        average = each.weight.mean()
        found = (each.weight * each.value).mean() / average
        own = each.weight * (each.value - found)
        if each.score is not None:
            # The weight of a comparison unit is proportional to its odds, whose derivative is odds times covariates.
            own = own + each.score.moves(own)
        for regression, factor in each.regressions:
            own = own + regression.moves(each.weight * factor)
        effect += each.sign * found
        influence += each.sign * own / average
    settled = all(each.score is None or each.score.settled for each in means)
    return Comparison(float(effect), influence, settled)


def _require_both(treated: Vector) -> None:
    if not treated.any():
        raise CannotCompare("cohort_not_in_both_periods")
    if treated.all():
        raise CannotCompare("nobody_to_compare_cohort_with")


def _regression(outcome: Vector, covariates: NDArray[np.float64], weight: Vector) -> _FirstStep:
    """Regress by weighted least squares on the rows whose weight is not zero; predict for all rows."""
    size = len(outcome)
    covariates = _standardised(covariates, weight)
    bread = products_of(covariates.T, np.sqrt(weight)) / size
    middle = float(np.average(outcome, weights=weight))  # digits of outcomes far from zero are kept
    coefficients = np.linalg.solve(bread, (weight * (outcome - middle)) @ covariates / size)
    fitted = covariates @ coefficients + middle
    return _FirstStep(fitted, covariates, weight * (outcome - fitted), bread)


def _standardised(covariates: NDArray[np.float64], weight: Vector) -> NDArray[np.float64]:
    """Measure covariates from their mean, in standard deviations, among the rows whose weight is not zero.

    What a regression on them and a constant predicts stays the same; whether they are collinear then does not depend on
    the units they are in.

    Raises
    ------
    CannotCompare
        If they are, or do not vary there.
    """
    if not weight.any():
        raise CannotCompare("covariates_collinear")
    shares = weight / weight.sum()
    centred = np.empty(covariates.shape, order="F")
    centred[:, 0] = 1.0
    for number in range(1, covariates.shape[1]):
        values = np.ascontiguousarray(covariates[:, number])
        spread, largest = _deviations(values, shares, centred[:, number])
        if not (np.isfinite(spread) and spread > NOISE * largest):
            raise CannotCompare("covariates_collinear")
        centred[:, number] /= spread
    if np.linalg.eigvalsh(products_of(centred.T, np.sqrt(shares)))[0] > COLLINEAR:
        return centred
    raise CannotCompare("covariates_collinear")


@compiled
def _deviations(values: Vector, shares: Vector, into: Vector) -> tuple[float, float]:
    """Write deviations from the mean; give the root of their mean square and the largest value that has a share."""
    mean = inner_product(shares, values)
    for row in range(len(values)):
        into[row] = values[row] - mean
    mean = inner_product(shares, into)  # the mean of a column far from zero is rounded
    squares = largest = 0.0
    for row in range(len(values)):
        into[row] -= mean
        squares += shares[row] * into[row] * into[row]
        if shares[row] > 0:
            largest = max(largest, abs(values[row]))
    return np.sqrt(squares), largest


def _propensity_score(treated: Vector, covariates: NDArray[np.float64], weight: Vector) -> _FirstStep:
    """Estimate a logit of being in the cohort."""
    covariates = _standardised(covariates, weight)
    fitted, settled = _logit(treated, covariates, weight), True
    if fitted is None:
        fitted, settled = _logit_of_statsmodels(treated, covariates, weight)
        fitted = np.minimum(fitted, 1 - 1e-6)
    if fitted.max() >= NO_OVERLAP:
        raise CannotCompare("covariates_nearly_separate")
    hessian = products_of(covariates.T, np.sqrt(weight * fitted * (1 - fitted))) / len(treated)
    return _FirstStep(fitted, covariates, weight * (treated - fitted), hessian, settled)


def _logit(treated: Vector, covariates: NDArray[np.float64], weight: Vector) -> Vector | None:
    """Fit a logit by Newton's steps from the share of the treated; None where they do not settle inside the bounds."""
    by_column = covariates.T
    share = float(np.average(treated, weights=weight))
    coefficients = np.zeros(len(by_column))
    coefficients[0] = np.log(share / (1 - share))
    for _ in range(STEPS):
        fitted = 1 / (1 + np.exp(-(coefficients @ by_column)))
        spread = weight * fitted * (1 - fitted)
        try:
            step = np.linalg.solve(products_of(by_column, np.sqrt(spread)), by_column @ (weight * (treated - fitted)))
        except np.linalg.LinAlgError:
            return None
        coefficients = coefficients + step
        size = float(np.abs(step).max())
        if not size < FARTHEST:
            return None
        if size < SETTLED:  # the next step is of the order of the square of this one
            fitted = 1 / (1 + np.exp(-(coefficients @ by_column)))
            return fitted if fitted.max() < NO_OVERLAP else None
    return None


def _logit_of_statsmodels(treated: Vector, covariates: NDArray[np.float64], weight: Vector) -> tuple[Vector, bool]:
    """Fit a logit that may have no maximum, or one near the bounds of probabilities; tell whether it was found."""
    import warnings

    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationError, PerfectSeparationWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            fit = GLM(treated, covariates, family=Binomial(), freq_weights=weight).fit(tol=1e-12, maxiter=100)
        except (PerfectSeparationError, np.linalg.LinAlgError):
            raise CannotCompare("covariates_separate") from None
    return np.asarray(fit.fittedvalues), bool(fit.converged)


def _comparison_weight(score: Vector, treated: Vector, weight: Vector) -> Vector:
    kept = score < HIGHEST_SCORE
    return weight * kept * (1 - treated) * score / (1 - score)
