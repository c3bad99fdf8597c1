"""The one shape of sensitivity analyses: one row a number, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ruralpanel.frames.storage import load_typed, with_types
from ruralpanel.reasons import Reason, ReasonedError, because, written
from ruralpanel.study.blocks import Equation

COLUMNS: dict[str, tuple[str, str]] = {
    "sensitivity": ("str", "the entry of the study's `sensitivity`"),
    "kind": ("str", "its kind"),
    "block": ("str", "the block of the study"),
    "specification": ("str", "the specification within it"),
    "outcome": ("str", "the outcome"),
    "estimator": ("str", "the estimator"),
    "term": ("str", "the treatment"),
    "event_times": ("str", "as code and arguments, the event times whose effects or leads it is about"),
    "quantity": ("str", "as code and arguments, what the number is"),
    "under": (
        "str",
        "as code and arguments, what is assumed: parallel trends, a restriction, a benchmark; empty for nothing",
    ),
    "bound": ("float64", "the bound, power, R² or multiple that is assumed"),
    "value": ("float64", "the number"),
    "standard_error": ("float64", "its standard error"),
    "interval_low": ("float64", "lower end of the interval that holds under what is assumed"),
    "interval_high": ("float64", "its upper end"),
    "interval_level": ("float64", "its coverage, or one less the size of the test"),
    "p_value": ("float64", "the p-value of a test"),
    "unit": ("str", "as code and arguments, what it is measured in, such as the outcome's unit after transformation"),
    "reason": ("str", "a code: why there is no number, or what is to be said of it"),
    "reason_arguments": ("str", "the arguments of that code"),
}
"""Every column, with its type and what it holds."""

OUTCOME = because("unit_of_outcome")
"""The unit of a number that is in the outcome's unit after transformation."""

FACTS = ("event_times", "quantity", "under", "unit")
"""The columns that hold a code with its arguments."""

PARALLEL = because("parallel_trends")
"""What is assumed of most."""

ROW = "row"
"""A running number within a file, which keeps the order in which numbers are to be read."""


class CannotAnalyse(ReasonedError):
    """An analysis that cannot be made of these estimates or this panel, and the reader is told why."""


def results_frame(rows: Sequence[dict[str, Any]], sensitivity: str, kind: str, equation: Equation) -> pd.DataFrame:
    """Lay results out in the common shape.

    Parameters
    ----------
    rows
        What was found, by column; what is left out is missing.
    sensitivity, kind
        The entry of the study and its kind.
    equation
        Whose estimates were looked at.
    """
    frame = pd.DataFrame([_as_cells(row) for row in rows], columns=list(COLUMNS))
    of = {"block": equation.block, "specification": equation.specification, "outcome": equation.outcome}
    return with_types(frame.assign(sensitivity=sensitivity, kind=kind, **of, estimator=equation.estimator), COLUMNS)


def _as_cells(row: dict[str, Any]) -> dict[str, Any]:
    reason: Reason | None = row.get("reason")
    return (
        row
        | {name: written(row.get(name)) for name in FACTS}
        | ({"reason": reason.code, "reason_arguments": written(reason.arguments)} if reason else {"reason": ""})
    )


def load_results(paths: Sequence[Path | str]) -> pd.DataFrame:
    """Read the results of several analyses, in their order; of none, a table without rows."""
    return load_typed(paths, COLUMNS) if paths else with_types(pd.DataFrame(columns=list(COLUMNS)), COLUMNS)
