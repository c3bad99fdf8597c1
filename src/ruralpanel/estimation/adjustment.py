"""Adjust the p-values of a block for the number of effects that are tested in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.estimation.result import BootstrapDraws
from ruralpanel.inference import multiple_testing
from ruralpanel.reasons import because, written
from ruralpanel.study.blocks import Equation

P_VALUES = ("p_value", "p_value_bootstrap", "p_value_permutation")
"""The columns that can hold a p-value of a single estimate."""

BY_DRAWS = ("romano_wolf", "westfall_young")
"""The methods that read joint draws of the bootstrap."""

HYPOTHESIS = ("outcome", "term", "sample")
"""What makes two estimates ones of the same hypothesis."""


def with_adjusted(
    estimates: pd.DataFrame, draws: Sequence[BootstrapDraws | None], equations: Sequence[Equation]
) -> pd.DataFrame:
    """Fill the columns of adjusted p-values.

    A hypothesis is a term's effect on an outcome in a sample, and counts once, however many specifications and
    estimators estimate it. A family is the hypotheses of the block on all outcomes of the same family (or without one).
    Each estimate is adjusted among one estimate of every other hypothesis: that of its own specification and estimator,
    or else the first of its estimator, or else the first.

    Parameters
    ----------
    estimates
        The estimates of a block.
    draws
        Of every row, those of the bootstrap; None without any.
    equations
        The equation of every row.

    Returns
    -------
    pandas.DataFrame
        The estimates, with the number of hypotheses in what says how.
    """
    rows = estimates.to_dict("records")
    adjusted, how = estimates["p_value_adjusted"].copy(), estimates["adjustment"].copy()
    families: dict[str, list[int]] = {}
    for number, (row, equation) in enumerate(zip(rows, equations, strict=True)):
        if equation.adjustment is None:
            continue
        is_tested = tests_hypothesis(row, equation)
        drawn = equation.adjustment not in BY_DRAWS or draws[number] is not None
        if is_tested and drawn:
            families.setdefault(equation.family, []).append(number)
        elif is_tested:
            how.iloc[number] = written(because("not_adjusted_no_bootstrap"))
        elif pd.notna(row["p_value"]):
            how.iloc[number] = written(because("not_adjusted_no_effect"))
        elif pd.notna(row["standard_error"]):
            how.iloc[number] = written(because("not_adjusted_few_clusters"))
    for name, candidates in families.items():
        method = equations[candidates[0]].adjustment
        assert method is not None
        family = because("family", name=name) if name else None
        for compared, members in _compared(candidates, rows).items():
            if method in BY_DRAWS:
                values = _by_draws(method, [each for number in compared if (each := draws[number]) is not None])
                of = "of_wild_bootstrap"
            else:
                p_values, of = _p_values(estimates.iloc[list(compared)])
                values = getattr(multiple_testing, method)(p_values)
            adjusted.iloc[members] = values[[compared.index(number) for number in members]]
            how.iloc[members] = written(because(method, tests=len(compared), family=family, of=because(of)))
    return estimates.assign(p_value_adjusted=adjusted, adjustment=how)


def tests_hypothesis(row: dict[Any, Any], equation: Equation) -> bool:
    """Tell whether an estimate is of a hypothesis: what the block names, or else moderation, or a treatment's effect.

    Where effects are moderated, a treatment's own coefficient is its effect where moderators are zero, and no
    hypothesis of the family. Neither is an effect by event time, period or cohort.
    """
    entering = [equation.intensities.get(name, name) for name in equation.treatments]
    terms = [f"{treatment}*{moderator}" for treatment in entering for moderator in equation.moderators]
    terms = equation.hypotheses or terms or [*equation.treatment_terms, *equation.treatments]
    whole = pd.isna(row["event_time"]) and pd.isna(row["period"]) and row["cohort"] == ""
    return row["term"] in terms and whole and any(pd.notna(row[name]) for name in P_VALUES)


def _compared(candidates: Sequence[int], rows: Sequence[dict[Any, Any]]) -> dict[tuple[int, ...], list[int]]:
    """Give the sets of estimates, one a hypothesis, that are adjusted together, and which of them each set is for."""
    of_hypothesis: dict[tuple[Any, ...], list[int]] = {}
    for number in candidates:
        of_hypothesis.setdefault(tuple(rows[number][name] for name in HYPOTHESIS), []).append(number)
    sets: dict[tuple[int, ...], list[int]] = {}
    for number in candidates:
        compared = tuple(
            number if number in each else max(each, key=lambda other: (_alike(rows[other], rows[number]), -other))
            for each in of_hypothesis.values()
        )
        sets.setdefault(compared, []).append(number)
    return sets


def _alike(row: dict[Any, Any], other: dict[Any, Any]) -> int:
    """Tell how alike two rows were estimated: 2 by one specification and estimator, 1 by one estimator, 0 otherwise."""
    if row["estimator"] != other["estimator"]:
        return 0
    return 2 if row["specification"] == other["specification"] else 1


def _p_values(members: pd.DataFrame) -> tuple[np.ndarray, str]:
    """Give the p-values of a family, and say what they are of: one kind for all, where all have it."""
    if members["p_value_bootstrap"].notna().all():
        return members["p_value_bootstrap"].to_numpy(dtype="float64"), "of_wild_bootstrap"
    if members["p_value"].notna().all():
        return members["p_value"].to_numpy(dtype="float64"), "of_t_tests"
    p_values = members["p_value"].fillna(members["p_value_bootstrap"]).fillna(members["p_value_permutation"])
    return p_values.to_numpy(dtype="float64"), "of_t_tests_and_draws"


def _by_draws(method: str, drawn: Sequence[BootstrapDraws]) -> np.ndarray:
    """Adjust from the joint draws of all members."""
    statistics = np.array([each.statistic for each in drawn])
    draws = np.column_stack([each.statistics for each in drawn])
    return np.asarray(getattr(multiple_testing, method)(statistics, draws, drawn[0].exact))
