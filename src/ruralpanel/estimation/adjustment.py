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


def with_adjusted(
    estimates: pd.DataFrame, draws: Sequence[BootstrapDraws | None], equations: Sequence[Equation]
) -> pd.DataFrame:
    """Fill the columns of adjusted p-values.

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
        The estimates. A family is the effects on all outcomes of the same family (or without one), in all
        specifications of the block.
    """
    families: dict[str, list[int]] = {}
    others, without_p = [], []
    for number, (row, equation) in enumerate(zip(estimates.to_dict("records"), equations, strict=True)):
        if equation.adjustment is not None and is_effect(row, equation):
            families.setdefault(equation.family, []).append(number)
        elif equation.adjustment is not None and pd.notna(row["p_value"]):
            others.append(number)
        elif equation.adjustment is not None and pd.notna(row["standard_error"]):
            without_p.append(number)
    adjusted, how = estimates["p_value_adjusted"].copy(), estimates["adjustment"].copy()
    how.iloc[others] = written(because("not_adjusted_no_effect"))
    how.iloc[without_p] = written(because("not_adjusted_few_clusters"))
    for name, candidates in families.items():
        method = equations[candidates[0]].adjustment
        assert method is not None
        members = candidates
        if method in ("romano_wolf", "westfall_young"):
            members = [number for number in candidates if draws[number] is not None]
            without = [number for number in candidates if draws[number] is None]
            how.iloc[without] = written(because("not_adjusted_no_bootstrap"))
            values = _by_draws(method, [each for each in map(draws.__getitem__, members) if each is not None])
            of = "of_wild_bootstrap"
        else:
            p_values, of = _p_values(estimates.iloc[members])
            values = getattr(multiple_testing, method)(p_values)
        adjusted.iloc[members] = values
        family = because("family", name=name) if name else None
        how.iloc[members] = written(because(method, tests=len(members), family=family, of=because(of)))
    return estimates.assign(p_value_adjusted=adjusted, adjustment=how)


def is_effect(row: dict[Any, Any], equation: Equation) -> bool:
    """Tell whether an estimate is the effect of a treatment or its moderation, and not one by event time or cohort."""
    entering = [equation.intensities.get(name, name) for name in equation.treatments]
    terms = [*equation.treatment_terms, *equation.treatments]
    terms += [f"{treatment}*{moderator}" for treatment in entering for moderator in equation.moderators]
    whole = pd.isna(row["event_time"]) and pd.isna(row["period"]) and row["cohort"] == ""
    return row["term"] in terms and whole and any(pd.notna(row[name]) for name in P_VALUES)


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
    if not drawn:
        return np.empty(0)
    statistics = np.array([each.statistic for each in drawn])
    draws = np.column_stack([each.statistics for each in drawn])
    return np.asarray(getattr(multiple_testing, method)(statistics, draws, drawn[0].exact))
