r"""Event study by averages over cohorts, each measured on its own.

Estimand: :math:`\sum_g w_{ge}\, \mathrm{CATT}_{g,e}` for every event time :math:`e` (Sun & Abraham 2021, section 4,
equations 19 to 21), where :math:`\mathrm{CATT}_{g,e}` is the average effect in cohort :math:`g` at :math:`e`, and
:math:`w_{ge}` the cohort's share among the rows at :math:`e`. The :math:`\mathrm{CATT}` are the coefficients of

.. math:: Y_{it} = \alpha_i + \lambda_t + \sum_g \sum_{e \ne r} \delta_{g,e} 1[G_i = g]\, 1[t - g = e] + X_{it}'\delta
   + \varepsilon_{it}

over the cohorts :math:`g` that are seen before and after they are treated; all other rows are compared with. Beside the
averages by event time there is one over all treated rows, and one over those of each cohort. Shares are taken as
fixed, as R fixest takes them, where the paper adds their sampling variance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.estimation.absorbed import Fit, fit_absorbed
from ruralpanel.estimation.adoption import numbers_of
from ruralpanel.estimation.average import Average
from ruralpanel.estimation.covariance import covariances
from ruralpanel.estimation.estimates import COLLINEAR, left_out_of, no_estimate
from ruralpanel.estimation.leads import joint_test_of, null_of_regression
from ruralpanel.estimation.measured_from import Curve, base_of, cohorts_named, connected, identified, why_not, why_zero
from ruralpanel.estimation.result import EquationResult, place_of
from ruralpanel.estimation.rounding import rounding_of_sums
from ruralpanel.estimation.sample import CannotEstimate, estimation_sample, without_always_treated
from ruralpanel.estimation.simultaneous_band import with_band
from ruralpanel.estimation.taken_out import varying_effects
from ruralpanel.estimation.treated_units import treated_counted
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import Reason, because, several
from ruralpanel.study.blocks import Equation
from ruralpanel.treatment_columns import cohort_column, event_time_column


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Estimate averages over cohorts.

    Parameters
    ----------
    panel
        The panel, with the designation's cohort and event time.
    equation
        Has one treatment; ``comparison`` says whom cohorts are compared with, ``window`` which event times get a row.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    EquationResult
        One row an event time, the reference at zero among them; one for all treated rows, without event time and
        cohort; one a cohort; the regressors; and the joint test of the leads.

    Raises
    ------
    CannotEstimate
        If there is no estimate on this panel: nobody to compare with, nobody seen before and after treatment.
    """
    (treatment,) = equation.treatments
    sample, left_out = without_always_treated(estimation_sample(panel, equation, ledger), treatment, equation, ledger)
    sample, without = _compared(sample, treatment, equation, ledger)
    left_out = several([left_out, without], "also")
    if equation.inference.correction.drops_singletons:  # they must not count in shares either
        sample, _ = varying_effects(sample, equation, ledger)
    cells = _cells(sample, treatment, equation)
    _note_bases(cells, sample, equation, ledger)
    columns = {_column(*cell): cell for each in cells for cell in each.measured}
    indicators = _indicators(sample, cells, columns, treatment)
    sample = pd.concat([sample, indicators], axis=1)
    terms = [*indicators, *equation.regressors]
    cohorts = fit_absorbed(sample, terms, equation, ledger)
    if equation.missing_reference != "fixest":
        cohorts, _ = identified(cohorts, list(map(str, indicators)), terms, equation)
    weights = sample[equation.weights] if equation.weights else pd.Series(1.0, index=sample.index)
    sizes = sample[list(columns)].mul(weights, axis=0).sum()
    _note_gaps(cohorts, columns, sample, equation, ledger)
    averages = _averages(columns)
    lowest, highest = equation.window or (-np.inf, np.inf)
    averages = {
        name: each for name, each in averages.items() if lowest <= each.place.get("event_time", lowest) <= highest
    }
    shares = _shares(cohorts, averages, sizes, equation.regressors)
    fit = _averaged(cohorts, shares, [*averages, *equation.regressors])

    def row(name: str, term: str, **place: Any) -> dict[str, Any]:
        if name in fit.collinear:
            return no_estimate(equation, COLLINEAR, term, **place, **fit.shared)
        return {"term": term, **place, **fit.shared, **numbers_of(fit, name, equation)}

    found = [row(name, treatment, **average.place) for name, average in averages.items()]
    found += [
        {"term": treatment, "event_time": value, "estimate": 0.0, "reason": reason, **fit.shared}
        for value, reason in _zeros(cells, columns, equation).items()
    ]
    known = {each["event_time"] for each in found if "event_time" in each}
    found += [
        no_estimate(equation, reason, treatment, event_time=since, **fit.shared)
        for since, reason in _lost(cells).items()
        if since not in known and lowest <= since <= highest
    ]
    unmeasured = sorted({each.cohort for each in cells if each.why_not})
    if unmeasured:
        without = because("averages_without", cohorts=cohorts_named(unmeasured, equation))
        left_out = several([left_out, without], "also")
    rows = sorted((each for each in found if "event_time" in each), key=lambda each: int(each["event_time"]))
    rows += [each for each in found if "event_time" not in each]
    rows += [row(name, name) for name in equation.regressors]
    times = {each.place["event_time"]: name for name, each in averages.items() if "event_time" in each.place}
    places = {place_of({"term": treatment, **each.place}): name for name, each in averages.items()}
    covariance = covariances(rows, places, fit)
    if equation.inference.simultaneous:
        rows = with_band(rows, times, fit, equation)
    begins = -equation.anticipation.get(treatment, 0)
    leads = [name for name, each in averages.items() if each.place.get("event_time", 0) < begins]
    # That no cohort has an effect before treatment is the hypothesis under which averages have none.
    of_cohorts = [column for name in leads for column in averages[name].over]
    null = null_of_regression(cohorts, of_cohorts, equation, shares[[name for name in leads if name in shares]])
    rows.append(joint_test_of(fit, leads, equation, null))
    every = left_out_of(equation, left_out)
    return EquationResult([{"left_out": every, **each} for each in rows], covariance)


def _indicators(
    sample: pd.DataFrame, cells: list[Cells], columns: dict[str, tuple[int, int]], treatment: str
) -> pd.DataFrame:
    """Give a column for every cohort and event time, those that cannot be measured among them.

    By event time first, so that of collinear columns the last are left out, as fixest does.
    """
    beside = {_column(*cell): cell for each in cells for cell in each.beside}
    if not columns and not beside:
        raise CannotEstimate("all_at_base")
    if not columns:
        raise CannotEstimate(several(_unmeasured(cells)) or because("all_at_base"))
    every = dict(sorted({**columns, **beside}.items(), key=lambda item: item[1][::-1]))
    cohort, event_time = sample[cohort_column(treatment)], sample[event_time_column(treatment)]
    dummies = {
        name: ((cohort == first) & (event_time == since)).astype("float64") for name, (first, since) in every.items()
    }
    return pd.DataFrame(dummies, index=sample.index)


def _compared(
    sample: pd.DataFrame, treatment: str, equation: Equation, ledger: Ledger
) -> tuple[pd.DataFrame, Reason | None]:
    """Keep the rows that the chosen comparison needs, and say what that leaves out."""
    cohort, period = sample[cohort_column(treatment)], sample[equation.period]
    never = cohort.isna() | (cohort > period.max())
    if equation.comparison == "never_treated":
        if not never.any():
            raise CannotEstimate("nobody_never_treated")
        return sample, None
    if never.all():
        raise CannotEstimate("nobody_treated")
    last = int(cohort[~never].max())
    kept = sample[~never & (period < last)].reset_index(drop=True)
    who, label = treated_counted(sample[never], equation), equation.label(last)
    reason = because("never_treated_and_late_rows", who=who, column=equation.period, period=label)
    ledger.note("compared with the last treated", len(sample), kept, reason)
    return kept, because("compared_with_last_cohort", cohort=label)


@dataclass(frozen=True)
class Cells:
    """Event times of a cohort, of which units make one curve, and what they are measured from.

    Parameters
    ----------
    cohort
        The first period treated.
    base
        The event time that is zero; None where there is none.
    event_times
        In their order, the base among them.
    why_not
        Why they cannot be measured; empty where they can, or where collinearity is to decide.
    """

    cohort: int
    base: int | None
    event_times: tuple[int, ...]
    why_not: Reason | None

    @property
    def measured(self) -> list[tuple[int, int]]:
        """Cohort and event time of every coefficient that is averaged."""
        return [] if self.why_not else [(self.cohort, each) for each in self.event_times if each != self.base]

    @property
    def beside(self) -> list[tuple[int, int]]:
        """The same of those that cannot be measured."""
        return [(self.cohort, each) for each in self.event_times] if self.why_not else []


def _column(cohort: int, event_time: int) -> str:
    return f"cohort {cohort} at event time {event_time}"


def _cells(sample: pd.DataFrame, treatment: str, equation: Equation) -> list[Cells]:
    """List what has a coefficient: cohorts that are seen on both sides of treatment, and their event times."""
    treated = sample[sample[cohort_column(treatment)].notna()]
    cohort = treated[cohort_column(treatment)].astype("int64")
    event_time = treated[event_time_column(treatment)].astype("int64")
    sides = (event_time >= 0).groupby(cohort).nunique()
    both = cohort.isin(sides[sides == 2].index)
    if not both.any():
        raise CannotEstimate("no_cohort_on_both_sides")
    if both.all() and len(treated) == len(sample):
        raise CannotEstimate("nobody_to_compare_with")
    frame = pd.DataFrame({"cohort": cohort[both], "event_time": event_time[both]})
    label = frame.groupby(["cohort", "event_time"]).ngroup().reindex(sample.index)
    frame = frame.assign(curve=connected(sample, label, equation).reindex(frame.index)).drop_duplicates()
    # A curve goes on in another cohort where effects are of larger groups than units; each cohort has its base still.
    found = [
        (int(rows["cohort"].iloc[0]), tuple(sorted(rows["event_time"].tolist())))
        for _, rows in frame.groupby(["cohort", "curve"], sort=True)
    ]
    bases = [base_of(event_times, equation) for _, event_times in found]
    lost = {each for each, base in zip(found, bases, strict=True) if base is None}
    reason = None if equation.missing_reference == "fixest" or not lost else _why_not(lost, equation)
    return [
        Cells(first, base, event_times, reason if base is None else None)
        for (first, event_times), base in zip(found, bases, strict=True)
    ]


def _why_not(lost: set[tuple[int, tuple[int, ...]]], equation: Equation) -> Reason:
    """Say why cohorts cannot be measured."""
    times = {time for _, event_times in lost for time in event_times}
    return why_not(Curve(tuple(sorted(times)), None, tuple({first for first, _ in lost})), equation)


def _note_bases(cells: list[Cells], sample: pd.DataFrame, equation: Equation, ledger: Ledger) -> None:
    """Say which cohorts are measured from another event time than the reference period, and which from none."""
    reference = equation.reference_period
    moved = [
        because("from", cohort=equation.label(each.cohort), base=each.base)
        for each in cells
        if each.base not in (None, reference)
    ]
    reasons = [because("measured_from_another", reference=reference, moved=moved)] if moved else []
    reasons += _unmeasured(cells)
    if reasons:
        ledger.note("measured from", len(sample), sample, several(reasons))


def _unmeasured(cells: list[Cells]) -> list[Reason]:
    """Say why cohorts cannot be measured, each reason once."""
    return sorted({each.why_not for each in cells if each.why_not}, key=str)


def _zeros(cells: list[Cells], columns: dict[str, tuple[int, int]], equation: Equation) -> dict[int, Reason]:
    """Give the event times at which all cohorts are zero by construction, and the reason."""
    cohorts: dict[int, list[int]] = {}
    for each in cells:
        if each.base is not None:
            cohorts.setdefault(each.base, []).append(each.cohort)
    if not cohorts:  # collinearity decides
        cohorts[equation.reference_period] = []
    estimated = {since for _, since in columns.values()}
    return {base: why_zero(cohorts, base, equation) for base in cohorts if base not in estimated}


def _lost(cells: list[Cells]) -> dict[int, Reason | None]:
    """Give the event times of cohorts that cannot be measured, and the reasons."""
    reasons: dict[int, list[Reason]] = {}
    for each in cells:
        for _, since in each.beside:
            if each.why_not and each.why_not not in reasons.setdefault(since, []):
                reasons[since].append(each.why_not)
    return {since: several(every) for since, every in reasons.items()}


def _averages(columns: dict[str, tuple[int, int]]) -> dict[str, Average[list[str]]]:
    """Name every average: one an event time, then over all that is treated, then one a cohort."""
    averages = {
        f"event time {event_time}": Average(
            {"event_time": event_time}, [name for name, (_, since) in columns.items() if since == event_time]
        )
        for event_time in sorted({since for _, since in columns.values()})
    }
    treated = {name: cohort for name, (cohort, since) in columns.items() if since >= 0}
    averages["all treated rows"] = Average({}, list(treated))
    for first in sorted(set(treated.values())):
        own = [name for name, cohort in treated.items() if cohort == first]
        averages[f"cohort {first}"] = Average({"cohort": str(first)}, own)
    return averages


def _shares(
    cohorts: Fit, averages: dict[str, Average[list[str]]], sizes: pd.Series, regressors: list[str]
) -> pd.DataFrame:
    """Give the weights of cohorts' coefficients (rows) in averages and regressors (columns) that have any."""
    estimated = cohorts.coefficients.index
    weights = pd.DataFrame(
        {name: sizes.where(sizes.index.isin(each.over), 0.0) for name, each in averages.items()}
    ).reindex(estimated, fill_value=0.0)
    for name in regressors:
        weights[name] = (estimated == name).astype("float64")
    weights = weights.loc[:, weights.sum() > 0]
    return weights / weights.sum()


def _averaged(cohorts: Fit, shares: pd.DataFrame, asked: list[str]) -> Fit:
    """Average the coefficients of cohorts by the rows behind them, and carry the covariance along."""
    estimated = cohorts.coefficients.index
    contributions = cohorts.covariance.contributions
    covariance = replace(
        cohorts.covariance,
        contributions=None if contributions is None else contributions[estimated] @ shares,
        matrix=shares.T @ cohorts.covariance.matrix.loc[estimated, estimated] @ shares,
        rounding=rounding_of_sums(shares, cohorts.covariance.rounding.loc[estimated]),
        own_degrees_of_freedom=cohorts.covariance.freedom_combined(shares),
    )
    missing = [name for name in asked if name not in shares]
    return Fit(shares.T @ cohorts.coefficients, covariance, missing, cohorts.shared)


def _note_gaps(
    cohorts: Fit, columns: dict[str, tuple[int, int]], sample: pd.DataFrame, equation: Equation, ledger: Ledger
) -> None:
    """Say which cohorts' coefficients cannot be told from the fixed effects, so that averages leave them out."""
    lost = [columns[name] for name in cohorts.collinear if name in columns]
    if lost:
        cells = [because("at", cohort=equation.label(cohort), event_time=since) for cohort, since in sorted(lost)]
        reasons = [because("left_out_of_averages", cells=cells)]
        if equation.missing_reference == "fixest":
            reasons.append(because("measured_from_there", reference=equation.reference_period))
        ledger.note("averaged over cohorts", len(sample), sample, several(reasons))
