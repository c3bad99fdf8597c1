"""The covariance of coefficients, beside the estimates: what tests of several of them together need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.absorbed import Fit
from ruralpanel.estimation.result import EquationResult, Place, Row, place_of
from ruralpanel.frames.storage import table_of_cells
from ruralpanel.study.blocks import Equation

COVARIANCE_COLUMNS = {
    "row": "the row of the block's estimates that the one coefficient is",
    "row_other": "that of the other, the same or a later one",
    "specification": "the specification within the block",
    "outcome": "the outcome of the study",
    "estimator": "the estimator",
    "event_time": "event time of the one coefficient",
    "event_time_other": "event time of the other",
    "covariance": "their covariance, in the square of the outcome's unit after transformation",
}
"""Every column of the table of covariances, one row a pair, and what it holds. A pair that is not there is unknown:
its coefficients are from two regressions."""

_TYPES = {
    **dict.fromkeys(("row", "row_other"), "int64"),
    **dict.fromkeys(("specification", "outcome", "estimator"), "str"),
    **dict.fromkeys(("event_time", "event_time_other"), "Int64"),
    "covariance": "float64",
}

COVARIANCE_KEY = ["row", "row_other"]
"""What identifies a pair."""


def covariances(rows: Sequence[Row], names: Mapping[Place, str], fit: Fit) -> dict[Place, dict[Place, float]]:
    """Say how coefficients covary.

    Parameters
    ----------
    rows
        The estimates.
    names
        By place, the name its coefficient has in the regression, where that is not its term.
    fit
        The regression.

    Returns
    -------
    dict
        By place of one coefficient and then of the other, in the order of the rows, of those that have a standard
        error from this regression.
    """
    matrix = fit.covariance.matrix
    at = {name: number for number, name in enumerate(matrix.index)}
    named = {place: names.get(place, place[0]) for place in map(place_of, rows)}
    known = {place: at[name] for place, name in named.items() if name in at}
    chosen = np.array(list(known.values()), dtype="int64")
    return covariances_in(rows, list(known), matrix.to_numpy()[np.ix_(chosen, chosen)])


def covariances_in(rows: Sequence[Row], places: Sequence[Place], matrix: Numbers) -> dict[Place, dict[Place, float]]:
    """Do what :func:`covariances` does, with a covariance at hand.

    Parameters
    ----------
    rows
        The estimates.
    places
        Of the covariance's rows and columns.
    matrix
        The covariance.
    """
    with_errors = {place_of(row) for row in rows if np.isfinite(row.get("standard_error", np.nan))}
    return {
        place: {
            other: covariance
            for other, covariance in zip(places, map(float, line), strict=True)
            if other in with_errors
        }
        for place, line in zip(places, matrix, strict=True)
        if place in with_errors
    }


def at_event_times(treatment: str, names: Mapping[int, str]) -> dict[Place, str]:
    """Give names of coefficients by place, of those that are by event time."""
    return {place_of({"term": treatment, "event_time": value}): name for value, name in names.items()}


def covariance_frame(found: Sequence[tuple[EquationResult, Equation]]) -> pd.DataFrame:
    """Lay covariances out one row a pair.

    Parameters
    ----------
    found
        The results of a block, with the equation of each.

    Returns
    -------
    pandas.DataFrame
        The columns of :data:`COVARIANCE_COLUMNS`.
    """
    pairs: list[tuple[Any, ...]] = []
    first = 1
    for result, equation in found:
        numbers = {place_of(row): number for number, row in enumerate(result.rows, start=first)}
        of = (equation.specification, equation.outcome, equation.estimator)
        pairs += [
            (numbers[place], numbers[other], *of, place[1], other[1], covariance)
            for place, line in (result.covariance or {}).items()
            for other, covariance in line.items()
            if numbers[other] >= numbers[place]
        ]
        first += len(result.rows)
    cells = zip(*pairs, strict=True) if pairs else [()] * len(COVARIANCE_COLUMNS)
    columns = dict(zip(COVARIANCE_COLUMNS, cells, strict=True))
    return table_of_cells(columns, {name: (_TYPES[name], "") for name in columns})
