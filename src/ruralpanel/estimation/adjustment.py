"""Adjust the p-values of a block for the number of effects that are tested in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.estimation.resampling import DRAWN, Drawn
from ruralpanel.inference import multiple_testing
from ruralpanel.study.blocks import Equation

WORDS = {
    "romano_wolf": "Romano and Wolf (2005) step-down",
    "westfall_young": "Westfall and Young (1993) step-down",
    "holm": "Holm (1979)",
    "sharpened": "sharpened q-value (Benjamini, Krieger and Yekutieli 2006; Anderson 2008)",
}
"""The methods as a reader knows them."""


def with_adjusted(
    estimates: pd.DataFrame, rows: Sequence[dict[str, Any]], equations: Sequence[Equation]
) -> pd.DataFrame:
    """Fill the columns of adjusted p-values.

    Parameters
    ----------
    estimates
        The estimates of a block.
    rows
        The same rows as the estimators returned them, with their draws.
    equations
        The equation of every row.

    Returns
    -------
    pandas.DataFrame
        The estimates. A family is the effects on all outcomes of the same family (or without one), in all
        specifications of the block.
    """
    families: dict[str, list[int]] = {}
    others = []
    for number, (row, equation) in enumerate(zip(estimates.to_dict("records"), equations, strict=True)):
        if equation.adjustment is not None and is_effect(row, equation):
            families.setdefault(equation.family, []).append(number)
        elif equation.adjustment is not None and pd.notna(row["p_value"]):
            others.append(number)
    adjusted, words = estimates["p_value_adjusted"].copy(), estimates["adjustment"].copy()
    words.iloc[others] = "not adjusted: only overall effects of treatments and their moderation are"
    for name, candidates in families.items():
        method = equations[candidates[0]].adjustment
        assert method is not None
        members = candidates
        if method in ("romano_wolf", "westfall_young"):
            members = [number for number in candidates if DRAWN in rows[number]]
            without = [number for number in candidates if DRAWN not in rows[number]]
            words.iloc[without] = "not adjusted: there is no bootstrap of this coefficient"
            values = _by_draws(method, estimates.iloc[members], [rows[number][DRAWN] for number in members])
            of = "wild cluster bootstrap"
        else:
            chosen = estimates.iloc[members]
            by_bootstrap = chosen["p_value_bootstrap"].notna().all()
            p_values = chosen["p_value_bootstrap" if by_bootstrap else "p_value"].to_numpy(dtype="float64")
            values = getattr(multiple_testing, method)(p_values)
            of = "wild cluster bootstrap" if by_bootstrap else "t tests"
        adjusted.iloc[members] = values
        family = f"family {name}, " if name else ""
        tests = f"{len(members)} test" + ("" if len(members) == 1 else "s")
        words.iloc[members] = f"{WORDS[method]} over {tests} ({family}p-values of the {of})"
    return estimates.assign(p_value_adjusted=adjusted, adjustment=words)


def is_effect(row: dict[Any, Any], equation: Equation) -> bool:
    """Tell whether an estimate is the effect of a treatment or its moderation, and not one by event time or cohort."""
    entering = [equation.intensities.get(name, name) for name in equation.treatments]
    terms = [*equation.treatment_terms, *equation.treatments]
    terms += [f"{treatment}*{moderator}" for treatment in entering for moderator in equation.moderators]
    whole = pd.isna(row["event_time"]) and pd.isna(row["period"]) and row["cohort"] == ""
    return row["term"] in terms and whole and pd.notna(row["p_value"])


def _by_draws(method: str, members: pd.DataFrame, drawn: Sequence[Drawn]) -> np.ndarray:
    """Adjust from the joint draws of all members."""
    if not drawn:
        return np.empty(0)
    statistics = members["statistic"].abs().to_numpy(dtype="float64")
    draws = np.column_stack([each.statistics for each in drawn])
    return np.asarray(getattr(multiple_testing, method)(statistics, draws, drawn[0].exact))
