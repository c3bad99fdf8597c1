"""The covariance of coefficients by event time, beside the estimates: what tests of several of them together need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.estimation.absorbed import Fit
from ruralpanel.estimation.estimates import COVARIES
from ruralpanel.study.blocks import Equation

COVARIANCE_COLUMNS = {
    "specification": "the specification within the block",
    "outcome": "the outcome of the study",
    "estimator": "the estimator",
    "event_time": "event time of the one coefficient",
    "event_time_other": "event time of the other, the same or later",
    "covariance": "their covariance, in the square of the outcome's unit after transformation",
}
"""Every column of the table of covariances, one row a pair, and what it holds. A pair that is not there is unknown:
its coefficients are from two regressions."""

COVARIANCE_KEY = list(COVARIANCE_COLUMNS)[:-1]
"""What identifies a pair."""


def with_covariance(rows: Sequence[dict[str, Any]], names: Mapping[int, str], fit: Fit) -> list[dict[str, Any]]:
    """Add to the rows by event time how their coefficients covary.

    Parameters
    ----------
    rows
        The estimates.
    names
        By event time, the name its coefficient has in the regression.
    fit
        The regression.

    Returns
    -------
    list of dict
        The rows; those by event time that were estimated in this regression have the entry :data:`COVARIES`.
    """
    matrix = fit.covariance.matrix
    known = {event_time: name for event_time, name in names.items() if name in matrix.index}
    chosen = matrix.loc[list(known.values()), list(known.values())]
    return with_matrix(rows, list(known), chosen.to_numpy())


def with_matrix(
    rows: Sequence[dict[str, Any]], event_times: Sequence[int], matrix: NDArray[np.float64]
) -> list[dict[str, Any]]:
    """Do what :func:`with_covariance` does, with a covariance by event time at hand.

    Parameters
    ----------
    rows
        The estimates.
    event_times
        Of the covariance's rows and columns.
    matrix
        The covariance.
    """
    lines = (dict(zip(event_times, map(float, line), strict=True)) for line in matrix)
    known = {row.get("event_time") for row in rows if np.isfinite(row.get("standard_error", np.nan))}
    covariances = {
        event_time: {other: value for other, value in line.items() if other in known}
        for event_time, line in zip(event_times, lines, strict=True)
        if event_time in known
    }
    return [
        row | {COVARIES: covariances[row["event_time"]]}
        if row.get("event_time") in covariances and np.isfinite(row.get("standard_error", np.nan))
        else row
        for row in rows
    ]


def covariance_frame(found: Sequence[tuple[dict[str, Any], Equation]]) -> pd.DataFrame:
    """Lay covariances out one row a pair.

    Parameters
    ----------
    found
        The rows that estimators returned, with the equation of each.

    Returns
    -------
    pandas.DataFrame
        The columns of :data:`COVARIANCE_COLUMNS`.
    """
    pairs = [
        (equation.specification, equation.outcome, equation.estimator, row["event_time"], other, covariance)
        for row, equation in found
        for other, covariance in row.get(COVARIES, {}).items()
        if other >= row["event_time"]
    ]
    return pd.DataFrame(pairs, columns=list(COVARIANCE_COLUMNS))
