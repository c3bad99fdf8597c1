r"""Local projections: long differences of units when they are treated, and of units that are still untreated.

Estimand: for every event time :math:`h`, the effect :math:`\beta_h` in

.. math:: Y_{i,t+h} - Y_{i,t+r} = \beta_h \Delta D_{it} + \lambda_t^h + X_{i,t+r}'\delta^h + \varepsilon_{it}^h

on the rows :math:`(i, t)` at which a unit is newly treated (:math:`\Delta D_{it} = 1`), and those of clean controls,
which are not treated by :math:`t + \max(h, 0)` (Dube, Girardi, Jordà & Taylor 2025, LP-DiD). The difference takes the
place of the unit's effect; the equation's other fixed effects and the weights are those of period :math:`t`, and
regressors those of the base period :math:`t + r`, with :math:`r` the reference period. Effects of cohorts are averaged
with weights that rise with the number and variance of treatment among the rows of a period, all positive. The overall
effect is from the same regression of the mean of :math:`Y` over all event times from 0 to the end of the window, less
that at :math:`t + r`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.estimation.absorbed import fit_absorbed
from ruralpanel.estimation.adoption import Adoption, adoption_of, numbers_of
from ruralpanel.estimation.estimates import JOINT_TEST, no_estimate, sample_words
from ruralpanel.estimation.sample import OUTCOME, CannotEstimate
from ruralpanel.ledger import Ledger
from ruralpanel.study.blocks import Equation

NEWLY_TREATED = "newly treated"
LEVEL = "level of the outcome"


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> list[dict[str, Any]]:
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
    list of dict
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
    reference = equation.reference_period
    rows: list[dict[str, Any]] = []
    for value in range(first, last + 1):
        if value == reference:
            zero = {"estimate": 0.0, "reason": "reference period, zero by construction"}
            rows.append({"term": adoption.treatment, "event_time": value, **zero})
        else:
            rows.append(_projection(adoption, [value], equation, ledger) | {"event_time": value})
    rows.append(_projection(adoption, list(range(last + 1)), equation, ledger))
    if any(row.get("event_time", 0) < adoption.begins and row["event_time"] != reference for row in rows[:-1]):
        reason = "each event time is a regression of its own, so that leads are not tested together"
        rows.append({"term": JOINT_TEST, "reason": reason, "observations": rows[-1].get("observations")})
    return [{"sample": sample_words(equation, adoption.left_out), **row} for row in rows]


def _projection(adoption: Adoption, horizons: list[int], equation: Equation, ledger: Ledger) -> dict[str, Any]:
    """Regress the mean of long differences over event times, or say why that cannot be done."""
    sample = adoption.sample
    used = _long_differences(adoption, horizons, equation)
    at = f"event time {horizons[0]}" if len(horizons) == 1 else f"event times {horizons[0]} to {horizons[-1]} together"
    treated = int((used[NEWLY_TREATED] == 1).sum())
    reason = f"differences of {treated:,} units when they are treated, and {len(used) - treated:,} of clean controls"
    if not treated or treated == len(used):
        lacking = "no treated unit" if not treated else "no unit that is still untreated"
        why = f"{at}: {lacking} has a row there and at the reference period"
        ledger.note(at, len(sample), sample, why)
        return no_estimate(equation, why, adoption.treatment)
    within = equation.model_copy(
        update={"fixed_effects": [effect for effect in equation.fixed_effects if effect != equation.unit]}
    )
    own = Ledger("estimation", ledger.table, equation.unit, equation.period)
    try:
        fit = fit_absorbed(used, [NEWLY_TREATED, *equation.regressors], within, own)
    except CannotEstimate as error:
        ledger.note(at, len(sample), sample, f"{reason}; {error}")
        return no_estimate(equation, f"{at}: {error}", adoption.treatment)
    alone = [line.reason for line in own.lines if line.step.startswith("singletons")]
    ledger.note(at, len(sample), sample, "; ".join([reason, *alone]))
    level = used[LEVEL] if not equation.weights else used[LEVEL] * used[equation.weights]
    mean = level.sum() / (len(used) if not equation.weights else used[equation.weights].sum())
    shared = {"term": adoption.treatment, **fit.shared, "outcome_mean": float(mean)}
    if NEWLY_TREATED in fit.collinear:
        return shared | {"reason": "collinear with the fixed effects or the terms before it"}
    return shared | numbers_of(fit, NEWLY_TREATED, equation)


def _long_differences(adoption: Adoption, horizons: list[int], equation: Equation) -> pd.DataFrame:
    """Give the rows at which units are newly treated or clean controls, with the mean of their long differences."""
    sample, event_time = adoption.sample, adoption.event_time
    period = sample[equation.period].to_numpy()
    # A unit counts as a control as long as nothing is anticipated in it either.
    onset = np.where(np.isnan(adoption.cohort), np.inf, adoption.cohort + adoption.begins)
    newly = event_time == 0
    clean = onset > period + max(*horizons, 0)
    outcome = sample.set_index([equation.unit, equation.period])[OUTCOME]

    def moved(by: int) -> pd.MultiIndex:
        return pd.MultiIndex.from_arrays([sample[equation.unit], period + by])

    later = np.mean([outcome.reindex(moved(each)).to_numpy() for each in horizons], axis=0)
    base = moved(equation.reference_period)
    difference = later - outcome.reindex(base).to_numpy()
    used = sample.assign(**{OUTCOME: difference, NEWLY_TREATED: newly.astype("float64"), LEVEL: sample[OUTCOME]})
    if equation.regressors:
        before = sample.set_index([equation.unit, equation.period])[equation.regressors].reindex(base)
        used = used.assign(**{name: before[name].to_numpy() for name in equation.regressors})
    kept: pd.DataFrame = used[(newly | clean) & ~np.isnan(difference)]
    return kept.reset_index(drop=True)
