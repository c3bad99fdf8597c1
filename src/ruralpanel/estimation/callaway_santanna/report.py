"""Effects by cohort and period as rows of the estimates: averages, cells and the joint test of leads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.estimation.adoption import bootstrapped
from ruralpanel.estimation.callaway_santanna.aggregation import Aggregate, aggregate
from ruralpanel.estimation.callaway_santanna.group_time import ZERO, GroupTimeEffects, Observed
from ruralpanel.estimation.callaway_santanna.layout import covariance_of, row_weights
from ruralpanel.estimation.covariance import covariances_in
from ruralpanel.estimation.estimates import left_out_of, no_estimate, statistics
from ruralpanel.estimation.leads import joint_test
from ruralpanel.estimation.measured_from import why_zero
from ruralpanel.estimation.result import EquationResult, place_of
from ruralpanel.estimation.rounding import NOISE
from ruralpanel.estimation.sample import OUTCOME, CannotEstimate
from ruralpanel.estimation.simultaneous_band import banded
from ruralpanel.estimation.terms import average
from ruralpanel.estimation.treated_clusters import counts_of
from ruralpanel.estimation.treated_units import level_remedy
from ruralpanel.inference.sign_changes import Contributions
from ruralpanel.reasons import Reason, because
from ruralpanel.study.blocks import Equation, GroupTime

AVERAGES = {"cells": "", "event_time": "mean of event times", "cohort": "mean of cohorts", "period": "by period"}
"""How each overall effect is called."""


def result_of(
    effects: GroupTimeEffects,
    observed: Observed,
    clusters: NDArray[np.int64],
    sample: pd.DataFrame,
    counted: pd.DataFrame,
    choice: GroupTime,
    left_out: list[Reason],
    equation: Equation,
    null_of: Callable[[list[Aggregate]], Contributions | None],
) -> EquationResult:
    """Average effects by cohort and period, and write all of them down.

    Parameters
    ----------
    effects, observed, clusters
        The effects, what they are estimated from, and the cluster of every unit.
    sample
        The rows that are used.
    counted
        The same, with treatment where clusters count as treated.
    choice
        How cohorts are compared.
    left_out
        What else is to be said of the sample.
    equation
        What is estimated: one treatment.
    null_of
        Gives what clusters contribute to the averages that are tested together, if all of these are zero.

    Returns
    -------
    EquationResult
        As the estimators of effects by cohort and period return it.

    Raises
    ------
    CannotEstimate
        If no cohort has an effect in any period.
    """
    (treatment,) = equation.treatments
    if effects.cells["effect"].isna().all():
        remedy = level_remedy(sample, treatment, equation)
        raise CannotEstimate("no_cohort_compared", why=effects.cells["reason"].iloc[0], remedy=remedy)
    window = (equation.window[0], equation.window[1]) if equation.window is not None else None
    aggregates = aggregate(effects, observed, window, choice.observed_through)
    shared = shared_by_rows(sample, counted, clusters, choice, left_out, equation)
    level = equation.inference.level
    # Averages of changes are known to the last digits of outcomes.
    known_to = (NOISE * float(np.nanmax(np.abs(observed.outcome))),) * 2

    names = _names_of(sample, clusters, equation) if equation.inference.bootstrap is not None else None

    def numbers(effect: float, influence: NDArray[np.float64]) -> dict[str, Any]:
        found = statistics(effect, _standard_error(influence, clusters), np.inf, level, known_to)
        if names is None or np.isnan(found.get("standard_error", np.nan)):
            return found
        summed = np.bincount(clusters, influence, len(names)) / len(influence)
        return found | bootstrapped(effect, pd.Series(summed, names), equation)

    rows: list[dict[str, Any]] = []
    bases = _bases(effects)
    for each in aggregates:
        place = average(treatment, AVERAGES.get(each.of, ""))
        if each.value is not None:
            place |= {each.kind: str(int(each.value)) if each.kind == "cohort" else each.value}
        found = numbers(each.effect, each.influence)
        if each.kind == "event_time" and each.value in bases and not each.influence.any():
            found["reason"] = why_zero(bases, each.value, equation)
        rows.append({**shared, **place, **found})
    # Where no comparison can be made there is no average, and a matrix of none.
    influences = np.array([each.influence for each in aggregates]).reshape(len(aggregates), len(clusters))
    matrix = covariance_of(influences.T, clusters)
    covariance = covariances_in(rows, [place_of(row) for row in rows], matrix)
    if equation.inference.simultaneous:
        rows = _with_bands(rows, aggregates, clusters, equation)
    for cell, influence in zip(effects.cells.to_dict("records"), effects.influence.T, strict=True):
        cohort, period = cell["cohort"], cell["period"]
        place = {"cohort": str(int(cohort)), "period": period, "event_time": period - cohort}
        if np.isnan(cell["effect"]):
            rows.append(no_estimate(equation, cell["reason"], treatment, **shared, **place))
        else:
            found = numbers(cell["effect"], influence)
            if cell["reason"]:
                found["reason"] = cell["reason"]
            rows.append({**shared, "term": treatment, **place, **found})
    ahead = equation.anticipation.get(treatment, 0)
    leads = [each for each in aggregates if each.kind == "event_time" and _is_tested(each, -ahead)]
    tested = np.array([each.effect for each in leads])
    among = covariance_of(np.array([each.influence for each in leads]).T, clusters) if leads else np.empty((0, 0))
    null = null_of(leads)
    rows.append(joint_test(tested, among, shared, equation, null, word="effect", known_to=known_to[1]))
    return EquationResult(rows, covariance)


def shared_by_rows(
    sample: pd.DataFrame,
    counted: pd.DataFrame,
    clusters: NDArray[np.int64],
    choice: GroupTime,
    left_out: list[Reason],
    equation: Equation,
) -> dict[str, Any]:
    """Say what all rows of an estimator that compares changes of groups have in common.

    Parameters
    ----------
    sample, counted, clusters, choice, left_out, equation
        As of :func:`result_of`.
    """
    return {
        "left_out": left_out_of(equation, *compared_with(choice), *left_out),
        "observations": len(sample),
        "units": int(sample[equation.unit].nunique()),
        "clusters": int(clusters.max()) + 1,
        "outcome_mean": float(np.average(sample[OUTCOME], weights=row_weights(sample, equation))),
        "variance": equation.inference.variance,
        "clustered_by": equation.inference.cluster or [equation.unit],
        "small_sample": "none",
        "regressors": choice.covariates,
        "fixed_effects": [],
        **counts_of(counted, equation),
    }


def _bases(effects: GroupTimeEffects) -> dict[int, list[int]]:
    """List the cohorts that are zero by construction, by the event time of their base period."""
    found: dict[int, list[int]] = {}
    for cell in effects.cells[effects.cells["reason"] == ZERO].to_dict("records"):
        found.setdefault(int(cell["period"] - cell["cohort"]), []).append(int(cell["cohort"]))
    return found


def _is_tested(average: Aggregate, begins: int) -> bool:
    """Tell whether an average by event time is before any effect may begin, and no base period."""
    return average.value is not None and average.value < begins and bool(average.influence.any())


def _with_bands(
    rows: list[dict[str, Any]], aggregates: list[Aggregate], clusters: NDArray[np.int64], equation: Equation
) -> list[dict[str, Any]]:
    """Add a band for the averages of each kind: by event time, by cohort and by period."""
    for kind in ("event_time", "cohort", "period"):
        covered = [
            number
            for number, each in enumerate(aggregates)
            if each.kind == kind and np.isfinite(rows[number].get("standard_error", np.nan))
        ]
        influence = np.array([aggregates[number].influence for number in covered]).T
        if covered:
            rows = banded(rows, covered, covariance_of(influence, clusters), np.inf, equation)
    return rows


def _standard_error(influence: NDArray[np.float64], clusters: NDArray[np.int64]) -> float:
    return float(np.sqrt(covariance_of(influence[:, None], clusters)[0, 0]))


def _names_of(sample: pd.DataFrame, clusters: NDArray[np.int64], equation: Equation) -> pd.Index:
    """Name the clusters in the order of their numbers."""
    (column,) = equation.inference.cluster or [equation.unit]
    names: pd.Index = pd.Index(sample[column].unique()).sort_values()
    assert len(names) == int(clusters.max()) + 1
    return names


def compared_with(choice: GroupTime) -> list[Reason]:
    """Say whom cohorts are compared with, and which of them are averaged by event time."""
    through = choice.observed_through
    averaged = [] if through is None else [because("observed_through", event_time=through)]
    return [because("compared_with", comparison=choice.comparison), *averaged]
