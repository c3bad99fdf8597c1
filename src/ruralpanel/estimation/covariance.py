"""The covariance of coefficients by event time, beside the estimates: what tests of several of them together need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.absorbed import Fit
from ruralpanel.estimation.result import EquationResult, Row
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


def covariances(rows: Sequence[Row], names: Mapping[int, str], fit: Fit) -> dict[int, dict[int, float]]:
    """Say how the coefficients by event time covary.

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
    dict
        By event time of one coefficient and then of the other, in the order of the rows, of those that have a standard
        error from this regression.
    """
    matrix = fit.covariance.matrix
    known = {event_time: name for event_time, name in names.items() if name in matrix.index}
    chosen = matrix.loc[list(known.values()), list(known.values())]
    return covariances_in(rows, list(known), chosen.to_numpy())


def covariances_in(rows: Sequence[Row], event_times: Sequence[int], matrix: Numbers) -> dict[int, dict[int, float]]:
    """Do what :func:`covariances` does, with a covariance by event time at hand.

    Parameters
    ----------
    rows
        The estimates.
    event_times
        Of the covariance's rows and columns.
    matrix
        The covariance.
    """
    with_errors = [row.get("event_time") for row in rows if np.isfinite(row.get("standard_error", np.nan))]
    lines = {
        event_time: {
            other: covariance
            for other, covariance in zip(event_times, map(float, line), strict=True)
            if other in with_errors
        }
        for event_time, line in zip(event_times, matrix, strict=True)
    }
    return {event_time: lines[event_time] for event_time in with_errors if event_time in lines}


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
    pairs = [
        (equation.specification, equation.outcome, equation.estimator, event_time, other, covariance)
        for result, equation in found
        for event_time, line in result.covariance.items()
        for other, covariance in line.items()
        if other >= event_time
    ]
    return pd.DataFrame(pairs, columns=list(COVARIANCE_COLUMNS))
