"""The one shape of result: every estimator returns this table, one row a coefficient."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.storage import load_table
from ruralpanel.study.blocks import Equation

COLUMNS: dict[str, str] = {
    "block": "str",
    "specification": "str",
    "outcome": "str",
    "estimator": "str",
    "sample": "str",
    "term": "str",
    "event_time": "Int64",
    "cohort": "str",
    "period": "Int64",
    "estimate": "float64",
    "standard_error": "float64",
    "statistic": "float64",
    "degrees_of_freedom": "float64",
    "p_value": "float64",
    "p_value_adjusted": "float64",
    "interval_low": "float64",
    "interval_high": "float64",
    "interval_level": "float64",
    "observations": "Int64",
    "units": "Int64",
    "clusters": "Int64",
    "outcome_mean": "float64",
    "r_squared_within": "float64",
    "fixed_effects": "str",
    "weights": "str",
    "variance": "str",
    "reason": "str",
}
"""Every column of the estimates with its type. ``cohort`` is a cohort's period or ``never``; ``reason`` says why
there is no number."""

ROW = "row"
"""A running number within a block's file, which keeps the order in which estimates are to be shown."""


def estimates_frame(rows: Sequence[dict[str, Any]], equation: Equation) -> pd.DataFrame:
    """Lay results out in the common shape.

    Parameters
    ----------
    rows
        What the estimator found, by column; what is left out is missing.
    equation
        What was estimated.

    Returns
    -------
    pandas.DataFrame
        The columns of :data:`COLUMNS`, in that order.
    """
    frame = pd.DataFrame(list(rows), columns=list(COLUMNS))
    frame["block"] = equation.block
    frame["specification"] = equation.specification
    frame["outcome"] = equation.outcome
    frame["estimator"] = equation.estimator
    frame["sample"] = equation.sample or "all rows"
    frame["fixed_effects"] = " + ".join(equation.fixed_effects) or "none"
    frame["weights"] = equation.weights or "none"
    return with_types(frame)


def no_estimate(equation: Equation, reason: str, term: str | None = None, **found: Any) -> dict[str, Any]:
    """Say in a row why there is no number.

    Parameters
    ----------
    equation
        What was asked for.
    reason
        Why it cannot be had, in a sentence a reader understands.
    term
        The term concerned; by default the first on the right-hand side.
    **found
        What is known all the same, such as the number of observations.
    """
    terms = [*equation.treatments, *equation.regressors]
    return {"term": term or (terms[0] if terms else "none"), "reason": reason, **found}


def load_estimates(paths: Sequence[Path | str]) -> pd.DataFrame:
    """Read the estimates of several blocks, in their order.

    Parameters
    ----------
    paths
        Files written by the estimation stage.

    Returns
    -------
    pandas.DataFrame
        The columns of :data:`COLUMNS` with their types.
    """
    return pd.concat([with_types(load_table(path)) for path in paths], ignore_index=True)


def with_types(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a table of estimates its types, after construction or after reading it from a file."""
    typed: dict[str, pd.Series] = {}
    for name, kind in COLUMNS.items():
        column = frame[name]
        typed[name] = column.astype("str").where(column.notna(), "") if kind == "str" else column.astype(kind)  # type: ignore[call-overload]
    return pd.DataFrame(typed)


def statistics(estimate: float, standard_error: float, degrees_of_freedom: float, level: float) -> dict[str, float]:
    """Compute t, p and the interval of a coefficient.

    Parameters
    ----------
    estimate, standard_error
        In the outcome's unit.
    degrees_of_freedom
        Of the t distribution.
    level
        Coverage of the interval, as a share.

    Returns
    -------
    dict
        The columns of the estimates table that follow from these. Without a positive standard error, only the
        estimate is known.
    """
    from scipy.stats import t as student

    row = {"estimate": estimate, "interval_level": level, "degrees_of_freedom": degrees_of_freedom}
    if not (np.isfinite(standard_error) and standard_error > 0):
        return row
    half_width = student.ppf(0.5 + level / 2, degrees_of_freedom) * standard_error
    return row | {
        "standard_error": standard_error,
        "statistic": estimate / standard_error,
        "p_value": float(2 * student.sf(abs(estimate / standard_error), degrees_of_freedom)),
        "interval_low": estimate - half_width,
        "interval_high": estimate + half_width,
    }
