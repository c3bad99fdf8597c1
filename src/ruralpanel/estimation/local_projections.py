r"""Local projections: long differences of units when they are treated, and of units that are still untreated.

Estimand: for every event time :math:`h`, the effect :math:`\beta_h` in

.. math:: Y_{i,t+h} - Y_{i,t+r} = \beta_h \Delta D_{it} + \lambda_t^h + X_{i,t+r}'\delta^h + \varepsilon_{it}^h

on the rows :math:`(i, t)` at which a unit is newly treated (:math:`\Delta D_{it} = 1`), and those of clean controls,
which are not treated by :math:`t + \max(h, 0)` (Dube, Girardi, Jordà & Taylor 2025, LP-DiD). The difference takes the
place of the unit's effect; the equation's other fixed effects and the weights are those of period :math:`t`, and
regressors those of the base period :math:`t + r`, with :math:`r` the reference period; a cohort that nobody observes
there has its last period before treatment in its place. Of a cohort that nobody observes in the period it is first
treated in, the first later one stands for it. Effects of cohorts are averaged with weights that rise with the number
and variance of treatment among the rows of a period, all positive. The overall effect is from the same regression of
the mean of :math:`Y` over all event times from 0 to the end of the window at which anything is observed, less that at
:math:`t + r`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.estimation.absorbed import fit_absorbed
from ruralpanel.estimation.adoption import Adoption, adoption_of, numbers_of
from ruralpanel.estimation.estimates import COLLINEAR, left_out_of, no_estimate
from ruralpanel.estimation.measured_from import Curve, base_of, cohorts_named, why_not, why_zero
from ruralpanel.estimation.result import EquationResult
from ruralpanel.estimation.sample import OUTCOME, CannotEstimate, effect_name
from ruralpanel.estimation.terms import LEAD_TEST
from ruralpanel.estimation.unasked import unasked_of
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import Reason, because, several
from ruralpanel.study.blocks import Equation
from ruralpanel.study.fixed_effects import columns_of
from ruralpanel.treatment_columns import cohort_column, event_time_column

NEWLY_TREATED = "newly treated"
LEVEL = "level of the outcome"
ANCHOR = "period in which units are newly treated"
BASE = "event time measured from"


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Estimate one regression of long differences for each event time.

    Parameters
    ----------
    panel
        The panel, with the designation's cohort and event time.
    equation
        Has one treatment and a ``window``, the first and last event time.
    ledger
        Gets a line for every reason for which rows leave, and one for each event time.

    Returns
    -------
    EquationResult
        One row an event time, the reference at zero among them; the overall effect, without event time; and why
        leads are not tested together.

    Raises
    ------
    CannotEstimate
        If nobody is treated while observed, or everybody is.
    """
    assert equation.window is not None
    adoption = adoption_of(panel, equation, ledger)
    first, last = equation.window
    bases = bases_of(adoption, equation)
    rows_at = _anchored(adoption, bases, equation)
    _note_bases(adoption, bases, equation, ledger)
    zero = _zeros(adoption, bases, equation)
    rows: list[dict[str, Any]] = []
    for value in range(first, last + 1):
        if value in zero:
            place = {"term": adoption.treatment, "event_time": value}
            rows.append({**place, "estimate": 0.0, "reason": zero[value]})
        else:
            rows.append(_projection(adoption, rows_at, [value], bases, equation, ledger) | {"event_time": value})
    rows.append(_projection(adoption, rows_at, list(range(last + 1)), bases, equation, ledger))
    if any(row.get("event_time", 0) < adoption.begins and row["event_time"] not in zero for row in rows[:-1]):
        reason = because("regressions_of_their_own")
        rows.append({**LEAD_TEST, "reason": reason, "observations": rows[-1].get("observations")})
    lost = [each for each, base in bases.items() if base is None]
    without = because("without", who=cohorts_named(lost, equation)) if lost else None
    left_out = left_out_of(equation, adoption.left_out, without)
    return EquationResult([{"left_out": left_out, **row} for row in rows])


def _observed(adoption: Adoption) -> dict[int, list[int]]:
    """List the event times at which anybody of a cohort is observed, by cohort."""
    frame = adoption.sample[[cohort_column(adoption.treatment), event_time_column(adoption.treatment)]].dropna()
    found: dict[int, list[int]] = {}
    times = frame.astype("int64").drop_duplicates()
    for first, since in sorted(times.itertuples(index=False, name=None)):
        found.setdefault(first, []).append(since)
    return found


def bases_of(adoption: Adoption, equation: Equation) -> dict[int, int | None]:
    """Choose the event time that each cohort is measured from; none where there is none."""
    return {first: base_of(times, equation) for first, times in _observed(adoption).items() if times[-1] >= 0}


def _zeros(adoption: Adoption, bases: dict[int, int | None], equation: Equation) -> dict[int, Reason]:
    """Give the event times that all cohorts observed there are measured from, and the reason for their zeros."""
    cohorts: dict[int, list[int]] = {}
    for first, base in bases.items():
        if base is not None:
            cohorts.setdefault(base, []).append(first)
    observed = _observed(adoption)
    others = {time for first, base in bases.items() if base is not None for time in observed[first] if time != base}
    return {base: why_zero(cohorts, base, equation) for base in cohorts if base not in others}


def _anchored(adoption: Adoption, bases: dict[int, int | None], equation: Equation) -> pd.DataFrame:
    """Give every row the period in which units are newly treated beside it, and the period measured from.

    A cohort that nobody observes in its first treated period has the rows of the next period in its place, once more:
    their differences are taken from and to other periods than those of who is first treated then.
    """
    sample = adoption.sample
    own = sample.assign(**{ANCHOR: sample[equation.period].astype("int64")})
    moving = [name for name in equation.fixed_effects if equation.period in columns_of(name)]
    parts = [own]
    for number, first in enumerate(_between(adoption, bases), start=1):
        following = first + min(time for time in _observed(adoption)[first] if time > 0)
        part = sample[sample[equation.period] == following]
        codes = {name: sample[name].max() + 1 for name in map(effect_name, moving)}
        parts.append(
            part.assign(**{ANCHOR: first}, **{name: part[name] + number * size for name, size in codes.items()})
        )
    found = pd.concat(parts, ignore_index=True)
    from_base = {first: base for first, base in bases.items() if base is not None}
    return found.assign(**{BASE: found[ANCHOR].map(from_base).fillna(equation.reference_period).astype("int64")})


def _between(adoption: Adoption, bases: dict[int, int | None]) -> list[int]:
    """List the cohorts first treated between two periods that are observed."""
    observed = _observed(adoption)
    return [first for first, base in bases.items() if base is not None and 0 not in observed[first]]


def _note_bases(adoption: Adoption, bases: dict[int, int | None], equation: Equation, ledger: Ledger) -> None:
    """Say which cohorts are measured from another event time than the reference period, or first seen treated later."""
    reference, observed = equation.reference_period, _observed(adoption)
    moved = [
        because("from", cohort=equation.label(first), base=base)
        for first, base in bases.items()
        if base not in (None, reference)
    ]
    late = [
        because("at", cohort=equation.label(first), event_time=min(time for time in observed[first] if time > 0))
        for first in _between(adoption, bases)
    ]
    reasons = [because("measured_from_another", reference=reference, moved=moved)] if moved else []
    reasons += [because("compared_later", late=late)] if late else []
    if reasons:
        ledger.note("measured from", len(adoption.sample), adoption.sample, several(reasons))


def _projection(
    adoption: Adoption,
    rows: pd.DataFrame,
    horizons: list[int],
    bases: dict[int, int | None],
    equation: Equation,
    ledger: Ledger,
) -> dict[str, Any]:
    """Regress the mean of long differences over event times, or say why that cannot be done."""
    sample = adoption.sample
    used = _long_differences(adoption, rows, horizons, equation)
    at = (
        because("event_time", time=horizons[0])
        if len(horizons) == 1
        else because("event_times_together", first=horizons[0], last=horizons[-1])
    )
    treated = int((used[NEWLY_TREATED] == 1).sum())
    reason = because("differences_of", treated=treated, controls=len(used) - treated)
    if not treated or treated == len(used):
        why = because("no_treated_there" if not treated else "no_untreated_there")
        without = _unmeasured(adoption, horizons, bases)
        if not treated and without is not None:
            why = why_not(without, equation)
        why = because("at_that_event_time", at=at, why=why)
        ledger.note(at, len(sample), sample, why)
        return no_estimate(equation, why, adoption.treatment)
    within = equation.model_copy(
        update={"fixed_effects": [effect for effect in equation.fixed_effects if effect != equation.unit]}
    )
    own = Ledger("estimation", ledger.table, equation.unit, equation.period)
    try:
        fit = fit_absorbed(used, [NEWLY_TREATED, *equation.regressors], within, own)
    except CannotEstimate as error:
        ledger.note(at, len(sample), sample, several([reason, error.reason]))
        return no_estimate(equation, because("at_that_event_time", at=at, why=error.reason), adoption.treatment)
    told = [each.reason for each in own.lines if isinstance(each.reason, Reason) and unasked_of(each)]
    ledger.note(at, len(sample), sample, several([reason, *told]))
    level = used[LEVEL] if not equation.weights else used[LEVEL] * used[equation.weights]
    mean = level.sum() / (len(used) if not equation.weights else used[equation.weights].sum())
    shared = {"term": adoption.treatment, **fit.shared, "outcome_mean": float(mean)}
    if NEWLY_TREATED in fit.collinear:
        return shared | {"reason": COLLINEAR}
    return shared | numbers_of(fit, NEWLY_TREATED, equation)


def _unmeasured(adoption: Adoption, horizons: list[int], bases: dict[int, int | None]) -> Curve | None:
    """Give the event times of cohorts that are observed at a horizon and not measured from anything."""
    observed = _observed(adoption)
    here = [first for first, base in bases.items() if base is None and set(observed[first]) & set(horizons)]
    times = sorted({time for first in here for time in observed[first]})
    return Curve(tuple(times), None, tuple(here)) if here else None


def _long_differences(adoption: Adoption, rows: pd.DataFrame, horizons: list[int], equation: Equation) -> pd.DataFrame:
    """Give the rows at which units are newly treated or clean controls, with the mean of their long differences."""
    cohort, anchor = rows[cohort_column(adoption.treatment)].to_numpy(dtype="float64"), rows[ANCHOR].to_numpy()
    # A unit counts as a control as long as nothing is anticipated in it either.
    onset = np.where(np.isnan(cohort), np.inf, cohort + adoption.begins)
    newly = cohort == anchor
    clean = onset > anchor + max(*horizons, 0)
    at_base = rows[BASE].to_numpy() == horizons[0]  # nothing but zeros
    chosen = np.flatnonzero((newly | clean) & ~at_base)
    layout = _Layout.of(adoption.sample, equation, rows[equation.unit].to_numpy()[chosen])
    anchor, base = anchor[chosen], (anchor + rows[BASE].to_numpy())[chosen]
    difference = _later(layout, anchor, horizons, adoption.sample[OUTCOME]) - layout.at(adoption.sample[OUTCOME], base)
    known = ~np.isnan(difference)
    kept = rows.iloc[chosen[known]]
    made = {OUTCOME: difference[known], NEWLY_TREATED: newly[chosen[known]].astype("float64"), LEVEL: kept[OUTCOME]}
    before = {name: layout.at(adoption.sample[name], base)[known] for name in equation.regressors}
    return kept.assign(**made, **before).reset_index(drop=True)


@dataclass(frozen=True)
class _Layout:
    """Where the rows of a sample are in a table of units by periods, and the units that are looked up there.

    Parameters
    ----------
    periods
        Of the sample, sorted.
    unit, period
        The place of every row of the sample.
    count
        Of units.
    wanted
        The units to look up.
    """

    periods: NDArray[np.int64]
    unit: NDArray[np.int64]
    period: NDArray[np.int64]
    count: int
    wanted: NDArray[np.int64]

    @classmethod
    def of(cls, sample: pd.DataFrame, equation: Equation, wanted: NDArray[Any]) -> _Layout:
        """Lay a sample out."""
        unit, units = pd.factorize(sample[equation.unit])
        periods, period = np.unique(sample[equation.period].to_numpy(dtype="int64"), return_inverse=True)
        return cls(periods, unit, period, len(units), pd.Index(units).get_indexer(pd.Index(wanted)))

    def at(self, values: pd.Series, periods: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give a column of the sample for the units wanted in other periods; missing where it is not observed."""
        table = np.full((self.count, len(self.periods) + 1), np.nan)  # the last column is of no period
        table[self.unit, self.period] = values.to_numpy(dtype="float64")
        place = np.minimum(np.searchsorted(self.periods, periods), len(self.periods) - 1)
        return table[self.wanted, np.where(self.periods[place] == periods, place, len(self.periods))]


def _later(layout: _Layout, anchor: NDArray[np.int64], horizons: list[int], outcome: pd.Series) -> NDArray[np.float64]:
    """Average outcomes over the event times; of several, those in periods that nobody observes are left out."""
    total, times = np.zeros(len(anchor)), np.zeros(len(anchor))
    for time in horizons:
        seen = np.isin(anchor + time, layout.periods) if len(horizons) > 1 else np.ones(len(anchor), dtype=bool)
        total += np.where(seen, layout.at(outcome, anchor + time), 0.0)
        times += seen
    complete = (times > 0) & (anchor + horizons[-1] <= layout.periods[-1])
    return np.where(complete, total / np.maximum(times, 1.0), np.nan)
