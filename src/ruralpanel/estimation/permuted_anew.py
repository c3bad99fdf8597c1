"""p-values from permuted cohorts for estimators that are no one regression: each is estimated anew.

The hypothesis, and what is permuted, are those of :mod:`ruralpanel.inference.permutation`. Cohorts change places among
the groups in which all are treated at the same time; treatment, cohort and event time of every row are dated anew, rows
that an estimator leaves out or matches go by the new dates, and the share of permutations in which the absolute value
of an estimate, or the statistic of a joint test, is no smaller than the one found is its p-value.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.estimation.resampling import CannotPermute, permutable_cohort
from ruralpanel.estimation.result import Draws, EquationResult, Place, Row, place_of
from ruralpanel.estimation.sample import CannotEstimate
from ruralpanel.frames.expressions import evaluate_condition
from ruralpanel.frames.ledger import Ledger
from ruralpanel.frames.periods.conditions import with_ordinals
from ruralpanel.frames.periods.frequency import by_column
from ruralpanel.inference.permutation import permuted, strata_of
from ruralpanel.inference.random_draws import generator, share_as_large
from ruralpanel.reasons import because
from ruralpanel.study.blocks import Equation
from ruralpanel.treatment_columns import cohort_column, event_time_column

LOG = logging.getLogger(__name__)

TOLD = 50
"""After so many permutations it is said how far they are."""

Key = tuple[str, Place]


def with_permutations(
    result: EquationResult,
    panel: pd.DataFrame,
    equation: Equation,
    estimate: Callable[[pd.DataFrame, Equation, Ledger], EquationResult],
) -> EquationResult:
    """Add p-values from permuted cohorts to all rows that have an estimate or a statistic.

    Parameters
    ----------
    result
        The estimates.
    panel
        What they were estimated on.
    equation
        What was estimated: one treatment that stays, by its indicator.
    estimate
        Estimates an equation on a panel.

    Returns
    -------
    EquationResult
        Its rows with the columns of the permutations, and the estimates drawn; with a reason there where cohorts cannot
        be permuted. A permutation in which a row has no number counts as large.
    """
    options, (treatment,) = equation.inference.permutation, equation.treatments
    assert options is not None and equation.seed is not None
    rows = _rows_of_sample(panel, equation)
    among = options.among or equation.timing_unit
    groups = rows.groupby(among, sort=True)
    try:
        cohort = permutable_cohort(rows, groups, options.within, equation)
    except CannotPermute as error:
        failed = because("no_permutations", why=error.reason)
        return replace(result, rows=[row | {"permutation": failed} for row in result.rows])
    cohorts, codes = np.unique(cohort, return_inverse=True)
    strata = strata_of(groups[options.within].first(), options.within)
    random = generator(equation.seed, equation.block, "permutation")
    drawn = cohorts[permuted(codes.astype("int32"), strata, options.draws, random)]
    once, units = _once(equation), groups.ngroup().to_numpy()
    numbers: dict[Key, list[float]] = {_key(row): [] for row in result.rows}
    for number, each in enumerate(drawn, start=1):
        found = _numbers(redated(rows, each[units], treatment, equation.period), once, estimate)
        for key, values in numbers.items():
            values.append(found.get(key, np.nan))
        if number % TOLD == 0:
            LOG.info("permutation %d of %d", number, len(drawn))
    within = because("within", names=options.within) if options.within else None
    words = because("permutations", draws=options.draws, among=among, within=within)
    return _with_p_values(result, numbers, words)


def redated(rows: pd.DataFrame, cohort: np.ndarray, treatment: str, period: str) -> pd.DataFrame:
    """Date a treatment anew.

    Parameters
    ----------
    rows
        Of a panel.
    cohort
        The first period treated of every row's unit, missing for the never treated, shape (rows,).
    treatment, period
        Columns.
    """
    when = rows[period].to_numpy(dtype="float64")
    dated = {
        treatment: (when >= cohort).astype("int64"),
        cohort_column(treatment): cohort,
        event_time_column(treatment): when - cohort,
    }
    types = {name: rows[name].dtype for name in dated}
    return rows.assign(**{name: pd.Series(values, rows.index).astype(types[name]) for name, values in dated.items()})


def _rows_of_sample(panel: pd.DataFrame, equation: Equation) -> pd.DataFrame:
    """Keep the rows of the specification's sample whose outcome and treatment are known."""
    if equation.sample:
        holds, _ = evaluate_condition(panel, with_ordinals(equation.sample, by_column(equation.periods)))
        panel = panel[holds.to_numpy()]
    known = panel[[equation.outcome_column, *equation.treatments]].notna().all(axis=1)
    return panel[known.to_numpy()].reset_index(drop=True)


def _once(equation: Equation) -> Equation:
    """Leave out what would draw numbers in every permutation."""
    inference = equation.inference.model_copy(update={"bootstrap": None, "simultaneous": False})
    return equation.model_copy(update={"inference": inference, "adjustment": None})


def _numbers(
    panel: pd.DataFrame, equation: Equation, estimate: Callable[[pd.DataFrame, Equation, Ledger], EquationResult]
) -> dict[Key, float]:
    """Give the estimate of every row on a panel, or its statistic; none where it cannot be estimated."""
    ledger = Ledger("estimation", "permutation", equation.unit, equation.period)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of cells without rows, which permutations have now and then
            rows = estimate(panel, equation, ledger).rows
    except (CannotEstimate, np.linalg.LinAlgError):
        return {}
    return {_key(row): _number(row) for row in rows}


def _key(row: Row) -> Key:
    return str(row.get("kind", "")), place_of(row)


def _number(row: Row) -> float:
    value: Any = row.get("estimate")
    value = row.get("statistic") if value is None or pd.isna(value) else value
    return float("nan") if value is None or pd.isna(value) else float(value)


def _with_p_values(result: EquationResult, numbers: dict[Key, list[float]], words: Any) -> EquationResult:
    """Add p-values where a row has something to compare, and an estimate that is not zero by construction."""
    rows, draws = list(result.rows), dict(result.draws)
    for position, row in enumerate(rows):
        known = [row.get(name) for name in ("p_value", "standard_error")]
        if all(each is None or pd.isna(each) for each in known):
            continue
        drawn = np.array(numbers[_key(row)])
        rows[position] = row | {
            "p_value_permutation": share_as_large(_number(row), drawn, exact=False),
            "permutation": words,
        }
        if row.get("estimate") is not None and pd.notna(row["estimate"]):
            draws[position] = replace(draws.get(position, Draws()), permuted=drawn)
    return replace(result, rows=rows, draws=draws)
