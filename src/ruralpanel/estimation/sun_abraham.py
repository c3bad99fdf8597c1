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

import pandas as pd

from ruralpanel.errors import counted
from ruralpanel.estimation.absorbed import Fit, fit_absorbed, varying_effects
from ruralpanel.estimation.covariance import with_covariance
from ruralpanel.estimation.estimates import no_estimate, sample_words, statistics
from ruralpanel.estimation.leads import joint_test_of, null_of_regression
from ruralpanel.estimation.sample import CannotEstimate, estimation_sample, without_always_treated
from ruralpanel.estimation.simultaneous_band import with_band
from ruralpanel.ledger import Ledger
from ruralpanel.study.blocks import Equation


@dataclass(frozen=True)
class Average:
    """An average of coefficients.

    Parameters
    ----------
    place
        The columns of the estimates that say what it is an average over.
    columns
        The columns of the sample whose coefficients it averages.
    """

    place: dict[str, Any]
    columns: list[str]


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> list[dict[str, Any]]:
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
    list of dict
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
    left_out = " and ".join(part for part in (left_out, without) if part)
    if equation.inference.small_sample == "reghdfe":  # which drops singletons: they must not count in shares either
        sample, _ = varying_effects(sample, equation, ledger)
    cells = _cells(sample, treatment, equation, ledger)
    reference = equation.reference_period
    columns = {_column(cohort, event_time): (cohort, event_time) for event_time, cohort in cells}
    cohort, event_time = sample[f"{treatment}_cohort"], sample[f"{treatment}_event_time"]
    dummies = {
        name: ((cohort == first) & (event_time == since)).astype("float64") for name, (first, since) in columns.items()
    }
    sample = pd.concat([sample, pd.DataFrame(dummies, index=sample.index)], axis=1)
    cohorts = fit_absorbed(sample, [*columns, *equation.regressors], equation, ledger)
    weights = sample[equation.weights] if equation.weights else pd.Series(1.0, index=sample.index)
    sizes = sample[list(columns)].mul(weights, axis=0).sum()
    _note_gaps(cohorts, columns, sample, reference, ledger)
    averages = _averages(columns)
    if equation.window is not None:
        lowest, highest = equation.window
        averages = {
            name: each
            for name, each in averages.items()
            if lowest <= each.place.get("event_time", reference) <= highest
        }
    shares = _shares(cohorts, averages, sizes, equation.regressors)
    fit = _averaged(cohorts, shares, [*averages, *equation.regressors])

    def row(name: str, term: str, **place: Any) -> dict[str, Any]:
        if name in fit.collinear:
            reason = "collinear with the fixed effects or the terms before it"
            return no_estimate(equation, reason, term, **place, **fit.shared)
        freedom, level = fit.covariance.degrees_of_freedom, equation.inference.level
        numbers = statistics(float(fit.coefficients[name]), fit.standard_error(name), freedom, level)
        return {"term": term, **place, **fit.shared, **numbers}

    found = [row(name, treatment, **average.place) for name, average in averages.items()]
    reason = "reference period, zero by construction"
    found.append({"term": treatment, "event_time": reference, "estimate": 0.0, "reason": reason, **fit.shared})
    rows = sorted((each for each in found if "event_time" in each), key=lambda each: int(each["event_time"]))
    rows += [each for each in found if "event_time" not in each]
    rows += [row(name, name) for name in equation.regressors]
    times = {each.place["event_time"]: name for name, each in averages.items() if "event_time" in each.place}
    rows = with_covariance(rows, times, fit)
    if equation.inference.simultaneous:
        rows = with_band(rows, times, fit, equation)
    begins = -equation.anticipation.get(treatment, 0)
    leads = [name for name, each in averages.items() if each.place.get("event_time", 0) < begins]
    # That no cohort has an effect before treatment is the hypothesis under which averages have none.
    of_cohorts = [column for name in leads for column in averages[name].columns]
    null = null_of_regression(cohorts, of_cohorts, equation, shares[[name for name in leads if name in shares]])
    rows.append(joint_test_of(fit, leads, equation, null))
    return [{"sample": sample_words(equation, left_out), **each} for each in rows]


def _column(cohort: int, event_time: int) -> str:
    return f"cohort {cohort} at event time {event_time}"


def _compared(sample: pd.DataFrame, treatment: str, equation: Equation, ledger: Ledger) -> tuple[pd.DataFrame, str]:
    """Keep the rows that the chosen comparison needs, and say in words what that leaves out."""
    cohort, period = sample[f"{treatment}_cohort"], sample[equation.period]
    never = cohort.isna() | (cohort > period.max())
    if equation.comparison == "never_treated":
        if not never.any():
            raise CannotEstimate(
                "every unit is treated by the last period; compare with the last cohort: `comparison: last_treated`"
            )
        return sample, ""
    if never.all():
        raise CannotEstimate("no unit of this sample is treated while it is observed")
    last = int(cohort[~never].max())
    kept = sample[~never & (period < last)].reset_index(drop=True)
    units = counted(int(sample.loc[never, equation.unit].nunique()), "unit")
    ledger.note(
        "compared with the last treated",
        len(sample),
        kept,
        f"{units} never treated, and rows from {equation.period} {last} on, when the last cohort is treated",
    )
    return kept, f"compared with cohort {last} in the periods before"


def _cells(sample: pd.DataFrame, treatment: str, equation: Equation, ledger: Ledger) -> list[tuple[int, int]]:
    """List event time and cohort of every coefficient: cohorts seen on both sides, event times but the reference."""
    treated = sample[sample[f"{treatment}_cohort"].notna()]
    cohort = treated[f"{treatment}_cohort"].astype("int64")
    event_time = treated[f"{treatment}_event_time"].astype("int64")
    sides = (event_time >= 0).groupby(cohort).nunique()
    both = cohort.isin(sides[sides == 2].index)
    if not both.any():
        raise CannotEstimate("no cohort is observed both before and after it is treated")
    if both.all() and len(treated) == len(sample):
        raise CannotEstimate("nobody is left to compare treated cohorts with")
    # By event time first, so that of collinear columns the last are left out, as fixest does.
    pairs = sorted((int(since), int(first)) for since, first in set(zip(event_time[both], cohort[both], strict=True)))
    bases = _bases(pairs, equation)
    if bases and equation.reference_period not in bases.values():
        raise CannotEstimate(
            f"no row is observed at the reference period {equation.reference_period}; the last before treatment is "
            f"{max(bases.values())}, which `reference_period` of the designation can name"
        )
    moved = ", ".join(f"{first} from {base}" for first, base in bases.items() if base != equation.reference_period)
    if moved:
        reason = f"cohorts without a row at event time {equation.reference_period} are measured from another: {moved}"
        ledger.note("measured from", len(sample), sample, reason)
    return [(since, first) for since, first in pairs if since != bases.get(first, equation.reference_period)]


def _bases(pairs: list[tuple[int, int]], equation: Equation) -> dict[int, int]:
    """Choose the event time before treatment that each cohort is measured from."""
    reference = equation.reference_period
    if equation.missing_reference == "fixest":
        return {}
    (treatment,) = equation.treatments
    begins = -equation.anticipation.get(treatment, 0)
    before: dict[int, list[int]] = {}
    for first in sorted({first for _, first in pairs}):
        times = [since for since, each in pairs if each == first]
        # Where no row is before anticipation, the earliest is the best there is.
        before[first] = [since for since in times if since < begins] or [min(times)]
    # The last one up to the reference; where there is none, the first one after it.
    return {
        first: max((since for since in times if since <= reference), default=min(times))
        for first, times in before.items()
    }


def _averages(columns: dict[str, tuple[int, int]]) -> dict[str, Average]:
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


def _shares(cohorts: Fit, averages: dict[str, Average], sizes: pd.Series, regressors: list[str]) -> pd.DataFrame:
    """Give the weights of cohorts' coefficients (rows) in averages and regressors (columns) that have any."""
    estimated = cohorts.coefficients.index
    weights = pd.DataFrame(
        {name: sizes.where(sizes.index.isin(each.columns), 0.0) for name, each in averages.items()}
    ).reindex(estimated, fill_value=0.0)
    for name in regressors:
        weights[name] = (estimated == name).astype("float64")
    weights = weights.loc[:, weights.sum() > 0]
    return weights / weights.sum()


def _averaged(cohorts: Fit, shares: pd.DataFrame, asked: list[str]) -> Fit:
    """Average the coefficients of cohorts by the rows behind them, and carry the covariance along."""
    estimated = cohorts.coefficients.index
    matrix = shares.T @ cohorts.covariance.matrix.loc[estimated, estimated] @ shares
    missing = [name for name in asked if name not in shares]
    return Fit(shares.T @ cohorts.coefficients, replace(cohorts.covariance, matrix=matrix), missing, cohorts.shared)


def _note_gaps(
    cohorts: Fit, columns: dict[str, tuple[int, int]], sample: pd.DataFrame, reference: int, ledger: Ledger
) -> None:
    """Say which cohorts' coefficients cannot be told from the fixed effects, so that averages leave them out."""
    lost = [columns[name] for name in cohorts.collinear if name in columns]
    if lost:
        words = ", ".join(f"{cohort} at {event_time}" for cohort, event_time in sorted(lost))
        reason = f"cohorts and event times whose coefficient is collinear, left out of averages: {words}"
        reason += f"; what else is estimated of these cohorts may be measured from there, not from {reference}"
        ledger.note("averaged over cohorts", len(sample), sample, reason)
