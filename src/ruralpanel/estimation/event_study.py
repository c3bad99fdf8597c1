r"""Event study by two-way fixed effects.

Estimand: :math:`\beta_e` in :math:`Y_{it} = \alpha_i + \lambda_t + \sum_{e \ne r} \beta_e 1[t - G_i = e] +
X_{it}'\delta + \varepsilon_{it}`, measured from the reference period :math:`r`; the never treated have no event
time. With effects that differ by cohort, a coefficient also picks up effects of other event times (Sun & Abraham
2021, proposition 3).
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from ruralpanel.estimation.absorbed import fit_absorbed
from ruralpanel.estimation.covariance import with_covariance
from ruralpanel.estimation.estimates import no_estimate, sample_words, statistics
from ruralpanel.estimation.leads import joint_test_of, null_of_regression
from ruralpanel.estimation.resampling import resampled_if_few, with_bootstrap
from ruralpanel.estimation.right_hand_side import Term
from ruralpanel.estimation.sample import CannotEstimate, estimation_sample, without_always_treated
from ruralpanel.estimation.simultaneous_band import with_band
from ruralpanel.ledger import Ledger
from ruralpanel.study.blocks import Equation


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> list[dict[str, Any]]:
    """Estimate one coefficient for each event time.

    Parameters
    ----------
    panel
        The panel, with the designation's cohort and event time.
    equation
        Has one treatment; ``window`` bins what lies beyond its ends.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    list of dict
        One row an event time, the reference at zero among them, and those between the first and the last that nobody
        has, with that as the reason; the regressors; and the joint test of the leads before anticipation, an F
        statistic without an estimate.

    Raises
    ------
    CannotEstimate
        If there is no estimate on this panel: nobody treated, one event time only, no period before treatment.
    """
    (treatment,) = equation.treatments
    sample, left_out = without_always_treated(estimation_sample(panel, equation, ledger), treatment, equation, ledger)
    event_time = sample[f"{treatment}_event_time"]
    if event_time.notna().sum() == 0:
        raise CannotEstimate("no unit of this sample is treated while it is observed")
    lowest, highest = equation.window or (int(event_time.min()), int(event_time.max()))
    binned = event_time.clip(lowest, highest)
    bins = {lowest: "and earlier"} if (event_time < lowest).any() else {}
    bins |= {highest: "and later"} if (event_time > highest).any() else {}
    present = sorted(int(value) for value in binned.dropna().unique())
    reference = equation.reference_period
    if reference not in present:
        raise CannotEstimate(
            f"no row is observed at the reference period {reference}; event times seen: {', '.join(map(str, present))}"
        )
    if present == [reference]:
        raise CannotEstimate(f"all treated rows are at the reference period {reference}")
    if event_time.notna().all() and not bins:
        raise CannotEstimate(
            "every unit is treated at some time and no event times are binned, so that effects cannot be told from "
            "time; give a `window`"
        )
    missing = [value for value in range(lowest, highest + 1) if value not in present]
    columns = {f"event time {value}": value for value in present if value != reference}
    sample = sample.assign(**{name: (binned == value).astype("float64") for name, value in columns.items()})
    fit = fit_absorbed(sample, [*columns, *equation.regressors], equation, ledger)

    def row(name: str, term: str, **place: Any) -> dict[str, Any]:
        if name in fit.collinear:
            return no_estimate(
                equation,
                "collinear with the fixed effects or the terms before it",
                term,
                **place,
                **fit.shared,
            )
        numbers = statistics(
            float(fit.coefficients[name]),
            fit.standard_error(name),
            fit.covariance.degrees_of_freedom,
            equation.inference.level,
        )
        return {"term": term, **place, **fit.shared, **numbers}

    rows = [
        row(name, treatment, event_time=value, event_time_bin=bins.get(value, "")) for name, value in columns.items()
    ]
    rows.append(
        {
            "term": treatment,
            "event_time": reference,
            "event_time_bin": bins.get(reference, ""),
            "estimate": 0.0,
            "reason": "reference period, zero by construction",
            **fit.shared,
        }
    )
    donut = equation.donut.get(treatment, [])
    nobody = [value for value in missing if value not in donut]
    reason = f"no treated unit has a row at event {'time' if len(nobody) == 1 else 'times'} {_listed(nobody)}"
    of_donut = f"event time {_listed(donut)} left out, as the donut of {treatment} says"
    rows += [
        no_estimate(equation, of_donut if value in donut else reason, treatment, event_time=value, **fit.shared)
        for value in missing
    ]
    rows.sort(key=lambda each: int(each["event_time"]))
    rows = with_covariance(rows, {value: name for name, value in columns.items()}, fit)
    rows += [row(name, name) for name in equation.regressors]
    equation = resampled_if_few(equation, fit)
    if equation.inference.bootstrap is not None:
        names = {value: name for name, value in columns.items()}
        terms = [Term(names.get(each.get("event_time", reference), each["term"]), treatment) for each in rows]
        rows = with_bootstrap(rows, terms, fit, panel, equation)
    if equation.inference.simultaneous:
        rows = with_band(rows, {value: name for name, value in columns.items()}, fit, equation)
    begins = -equation.anticipation.get(treatment, 0)
    leads = [name for name, value in columns.items() if value < begins]
    test = joint_test_of(fit, leads, equation, null_of_regression(fit, leads, equation))
    marked = [value for value in columns.values() if begins <= value < 0]
    if marked:
        test["reason"] += f"; event time {_listed(marked)} is left to anticipation and not tested"
    rows.append(test)
    return [{"sample": sample_words(equation, left_out), **each} for each in rows]


def _listed(event_times: list[int]) -> str:
    return ", ".join(map(str, event_times))
