r"""Effects over the dose that a treatment comes in, from changes of units since the last period before treatment.

Estimands, of a cohort :math:`g` in a period :math:`t \ge g`: the level effect :math:`ATT(d \mid g, t) = E[Y_t(d) -
Y_t(0) \mid D = d, G = g]` and the causal response :math:`ACRT(d \mid g, t) = \partial E[Y_t(d)] / \partial d`
(Callaway, Goodman-Bacon & Sant'Anna 2024, section 3). With :math:`\psi` a basis of splines, or indicators of groups of
doses,

.. math:: Y_{it} - Y_{i,b} = \psi(D_i)'\beta_{gt} + u_{it}

is fitted to the units of the cohort by least squares, and :math:`\widehat{ATT}(d) = \psi(d)'\hat\beta - \bar m`,
:math:`\widehat{ACRT}(d) = \psi'(d)'\hat\beta`, where :math:`\bar m` is the mean change of the comparison group (section
5; the paper's estimator with sieves fixed beforehand, as R contdid has it). In groups, a response is the difference
from the next lower group per unit of dose; of the lowest group, that from no dose (section 3, discrete doses).

:math:`ATT(d)` is the effect on those who have :math:`d` under parallel trends. That :math:`ACRT(d)` is causal, and that
effects at two doses can be compared, takes *strong* parallel trends: those with other doses would on average have
responded to :math:`d` alike (assumption SPT and theorem 3.3); else it has the selection of units into doses in it.

Each cohort has the plain mean of its periods, and cohorts weigh as many as their units, as in contdid; but at a dose
only cohorts take part whose doses lie on both sides of it, so that nothing is extrapolated. Standard errors are from
influence functions, those of cohorts' shares among them, added up within clusters; bins, knots and the mean dose of a
group are taken as given. p-values and intervals are from the normal distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.callaway_santanna.comparisons import CannotCompare
from ruralpanel.estimation.callaway_santanna.group_time import Observed, base_of, groups_of
from ruralpanel.estimation.callaway_santanna.layout import (
    clusters_of_units,
    covariance_of,
    laid_out,
    usable,
)
from ruralpanel.estimation.callaway_santanna.report import shared_by_rows
from ruralpanel.estimation.covariance import covariances_in
from ruralpanel.estimation.effect_along import rounded_to_differ, written_values
from ruralpanel.estimation.estimates import no_estimate, statistics
from ruralpanel.estimation.result import EquationResult, place_of
from ruralpanel.estimation.rounding import NOISE
from ruralpanel.estimation.sample import CannotEstimate, estimation_sample
from ruralpanel.estimation.terms import average, effect_at, response_at
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import Reason, because
from ruralpanel.study.blocks import Equation, GroupTime
from ruralpanel.study.dose_response import DoseResponse
from ruralpanel.treatment_columns import event_time_column


@dataclass(frozen=True)
class Curve:
    """A basis of functions of the dose, and what is asked of the curve they make.

    Parameters
    ----------
    values
        The doses at which it is asked for.
    basis, slopes
        Of units: what their doses are in the basis, and what the response at their doses is made of; units by
        functions. Missing for units without a dose.
    effects, responses
        The same at the values.
    from_nothing, responses_from_nothing
        Of units and of values, how much of the change of the comparison group a response has in it.
    covered
        Tells of some units' doses at which values they speak to effects, and to responses.
    """

    values: list[float]
    basis: Numbers
    slopes: Numbers
    effects: Numbers
    responses: Numbers
    from_nothing: Numbers
    responses_from_nothing: Numbers
    in_groups: bool

    def covered(self, doses: Numbers, basis: Numbers) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Tell at which values units speak to effects and to responses."""
        if not self.in_groups:
            inside = (np.array(self.values) >= doses.min()) & (np.array(self.values) <= doses.max())
            return inside, inside
        present = np.asarray(basis.any(axis=0), dtype=bool)
        return present, np.asarray(present & np.r_[True, present[:-1]])


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Estimate effects and responses over the dose.

    Parameters
    ----------
    panel
        The panel, with the designation's cohort and the column of the dose.
    equation
        Has one treatment and ``dose_response``.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    EquationResult
        The effect over all doses; the mean response at the doses that units have; effects at doses; and responses.

    Raises
    ------
    CannotEstimate
        If doses change within units while they are treated, nobody has a positive dose or all have the same, or no
        cohort can be compared.
    """
    (treatment,) = equation.treatments
    asked = equation.dose_response
    assert asked is not None
    choice = GroupTime(comparison=asked.compared_with)
    rows = _with_doses(estimation_sample(panel, equation, ledger), treatment, asked.dose, equation, ledger)
    sample, left_out = usable(rows, treatment, choice, equation, ledger)
    observed = laid_out(sample, treatment, choice, equation)
    clusters = clusters_of_units(sample, choice, equation)
    ledger.note("estimated", len(sample), sample)
    doses = _doses(sample, treatment, asked.dose, equation)
    curve = _curve(doses, asked)
    cells, reason = _cells(observed, doses, curve, choice, equation.anticipation.get(treatment, 0))
    shared = shared_by_rows(sample, sample, clusters, choice, left_out, equation)
    known_to = NOISE * float(np.nanmax(np.abs(observed.outcome)))
    narrow = float(np.ptp(doses[np.isfinite(doses)]))
    places = [{"term": treatment}, average(treatment, f"mean response to {asked.dose}")]
    places += [effect_at(treatment, asked.dose, value) for value in curve.values]
    places += [response_at(treatment, asked.dose, value) for value in curve.values]
    found, influences = [], []
    for number, place in enumerate(places):
        effect, influence = _averaged(cells, number, observed)
        influences.append(influence)
        if not np.isfinite(effect):
            found.append(no_estimate(equation, reason or because("no_cohort_has_dose"), treatment, **shared) | place)
            continue
        error = float(np.sqrt(covariance_of(influence[:, None], clusters)[0, 0]))
        per_unit = number == 1 or number >= 2 + len(curve.values)
        rounding = (known_to / narrow if per_unit else known_to,) * 2
        found.append({**shared, **place, **statistics(effect, error, np.inf, equation.inference.level, rounding)})
    matrix = covariance_of(np.array(influences).T, clusters)
    return EquationResult(found, covariances_in(found, [place_of(row) for row in found], matrix))


def _with_doses(sample: pd.DataFrame, treatment: str, dose: str, equation: Equation, ledger: Ledger) -> pd.DataFrame:
    """Leave out units that are treated and have no positive dose, and refuse doses that change."""
    treated = sample[event_time_column(treatment)] >= 0
    if not treated.any():
        raise CannotEstimate("nobody_treated")
    by_unit = sample.loc[treated, dose].groupby(sample.loc[treated, equation.unit])
    changing = int((by_unit.nunique() > 1).sum())
    if changing:
        raise CannotEstimate("dose_changes", name=dose, units=changing)
    first = by_unit.first()
    without = first.index[~(first > 0)]
    if len(without) == len(first):
        raise CannotEstimate("nobody_has_dose", name=dose)
    if not len(without):
        return sample
    kept = sample[~sample[equation.unit].isin(without)].reset_index(drop=True)
    ledger.note("dose known", len(sample), kept, because("without_dose", name=dose, units=len(without)))
    return kept


def _doses(sample: pd.DataFrame, treatment: str, dose: str, equation: Equation) -> Numbers:
    """Give the dose of every unit, in their order; missing for those not treated in the sample.

    Raises
    ------
    CannotEstimate
        If all doses are the same.
    """
    treated = sample[event_time_column(treatment)] >= 0
    first = sample[dose].where(treated).astype("float64").groupby(sample[equation.unit], sort=True).first()
    doses: Numbers = np.asarray(first.to_numpy(), dtype="float64")
    if len(np.unique(doses[np.isfinite(doses)])) < 2:
        raise CannotEstimate("same_dose", name=dose)
    return doses


def _curve(doses: Numbers, asked: DoseResponse) -> Curve:
    known = doses[np.isfinite(doses)]
    return _in_groups(doses, known, asked.bins) if asked.curve == "bins" else _splines(doses, known, asked)


def _splines(doses: Numbers, known: Numbers, asked: DoseResponse) -> Curve:
    """Make a basis of splines over the range of all treated units' doses, which adds up to one."""
    from scipy.interpolate import BSpline

    inner = np.unique(np.quantile(known, np.linspace(0, 1, asked.knots + 2)[1:-1]))
    low, high = float(known.min()), float(known.max())
    inner = inner[(inner > low) & (inner < high)]
    knots = np.r_[[low] * (asked.degree + 1), inner, [high] * (asked.degree + 1)]
    spline = BSpline(knots, np.eye(len(knots) - asked.degree - 1), asked.degree)
    slope = spline.derivative()
    values = sorted(set(asked.at)) if asked.at else written_values(*np.quantile(known, [0.05, 0.95]))
    units, at = np.zeros(len(doses)), np.zeros(len(values))
    return Curve(values, spline(doses), slope(doses), spline(values), slope(values), units, at, in_groups=False)


def _in_groups(doses: Numbers, known: Numbers, number: int) -> Curve:
    """Put doses into groups at quantiles, or each into its own where there are few different ones."""
    different = np.unique(known)
    if len(different) <= number:
        group = np.searchsorted(different, known)
    else:
        group = np.searchsorted(np.quantile(known, np.linspace(0, 1, number + 1)[1:-1]), known, side="left")
        group = np.unique(group, return_inverse=True)[1]  # doses that many have may leave none between two quantiles
    count = int(group.max()) + 1
    means = np.bincount(group, known) / np.bincount(group)
    steps = np.diff(means, prepend=0.0)
    responses = (np.eye(count) - np.eye(count, k=-1)) / steps[:, None]
    nothing = np.r_[1 / steps[0], np.zeros(count - 1)]
    basis = np.full((len(doses), count), np.nan)
    basis[np.isfinite(doses)] = np.eye(count)[group]
    slopes, from_nothing = basis @ responses, basis @ nothing
    values = rounded_to_differ(means.tolist())
    return Curve(values, basis, slopes, np.eye(count), responses, from_nothing, nothing, in_groups=True)


@dataclass(frozen=True)
class _Cell:
    """What a cohort in a period says of all that is asked; missing where it says nothing."""

    cohort: float
    found: Numbers
    influence: Numbers
    """Units by what is asked."""


def _cells(
    observed: Observed, doses: Numbers, curve: Curve, choice: GroupTime, anticipation: int
) -> tuple[list[_Cell], Reason | None]:
    """Fit the curve of every cohort in every period from its first on; and say why the last that cannot be fails."""
    cells, reason = [], None
    for cohort in np.unique(observed.cohort[np.isfinite(observed.cohort)]):
        for position in np.flatnonzero(observed.periods >= cohort).tolist():
            try:
                base = base_of(observed.periods, choice, anticipation, cohort, position)
                groups = groups_of(observed, choice, anticipation, cohort, position, base)
                cells.append(_cell(observed, doses, curve, cohort, groups, (base, position)))
            except CannotCompare as error:
                reason = error.reason
    if not cells:
        raise CannotEstimate("no_cohort_compared", why=reason, remedy=None)
    return cells, reason


def _cell(
    observed: Observed,
    doses: Numbers,
    curve: Curve,
    cohort: float,
    groups: Sequence[NDArray[np.bool_]],
    periods: tuple[int, int],
) -> _Cell:
    treated, others = (np.flatnonzero(group) for group in groups)
    if not len(others):
        raise CannotCompare("nobody_to_compare_cohort_with")
    size, (base, position) = len(observed.cohort), periods
    change = observed.outcome[:, position] - observed.outcome[:, base]
    weight, own = observed.weight[treated], curve.basis[treated]
    used = own.any(axis=0) | (not curve.in_groups)
    moments = (own * weight[:, None]).T @ own
    count, needed = len(np.unique(doses[treated])), int(used.sum())
    if count < needed or np.linalg.matrix_rank(moments[np.ix_(used, used)], hermitian=True) < needed:
        raise CannotCompare("few_doses", doses=count, coefficients=needed)
    inverse = np.zeros_like(moments)
    inverse[np.ix_(used, used)] = np.linalg.inv(moments[np.ix_(used, used)])
    coefficients = inverse @ (own.T @ (weight * change[treated]))
    residual = change[treated] - own @ coefficients
    of_coefficients = size * (own @ inverse) * (weight * residual)[:, None]
    shares = observed.weight[others] / observed.weight[others].sum()
    before = float(shares @ change[others])
    of_before = size * shares * (change[others] - before)

    among = weight / weight.sum()
    mean, slopes = float(among @ change[treated]), curve.slopes[treated] @ coefficients
    from_nothing = curve.from_nothing[treated]
    responses = slopes - from_nothing * before
    # By what is asked: the weights of coefficients and of the change without treatment, and the doses' own influence.
    asked = np.vstack([among @ own, among @ curve.slopes[treated], curve.effects, curve.responses])
    count = len(curve.values)
    nothing = np.r_[1.0, among @ from_nothing, np.ones(count), curve.responses_from_nothing]
    found = asked @ coefficients - nothing * before
    influence = np.zeros((size, len(found)))
    influence[treated] = of_coefficients @ asked.T
    influence[others] -= of_before[:, None] * nothing
    influence[treated, 0] = size * among * (change[treated] - mean)
    influence[treated, 1] += size * among * (responses - found[1])
    speaks = curve.covered(doses[treated], own)
    found[~np.r_[True, speaks[1].all() if curve.in_groups else True, speaks[0], speaks[1]]] = np.nan
    return _Cell(float(cohort), found, influence)


def _averaged(cells: Sequence[_Cell], number: int, observed: Observed) -> tuple[float, Numbers]:
    """Average what cohorts say: the plain mean of their periods, and cohorts by size, which is estimated too."""
    speaking = [cell for cell in cells if np.isfinite(cell.found[number])]
    if not speaking:
        return np.nan, np.zeros(len(observed.cohort))
    members, effects, influences = [], [], []
    for cohort in dict.fromkeys(cell.cohort for cell in speaking):
        own = [cell for cell in speaking if cell.cohort == cohort]
        members.append(observed.weight * (observed.cohort == cohort))
        effects.append(float(np.mean([cell.found[number] for cell in own])))
        influences.append(np.mean([cell.influence[:, number] for cell in own], axis=0))
    sizes = np.array([each.mean() for each in members])
    shares, values = sizes / sizes.sum(), np.array(effects)
    effect = float(shares @ values)
    of_sizes = (np.array(members) - sizes[:, None]).T @ (values - effect) / sizes.sum()
    return effect, np.asarray(shares @ np.array(influences) + of_sizes, dtype="float64")
