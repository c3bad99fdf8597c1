"""Put the band that covers all event times at once beside the intervals of an event study."""

from __future__ import annotations

from typing import Any

import numpy as np

from ruralpanel.estimation.absorbed import Fit
from ruralpanel.inference.random_draws import generator
from ruralpanel.inference.simultaneous import critical_value
from ruralpanel.study.blocks import Equation


def with_band(
    rows: list[dict[str, Any]], columns: dict[int, str], fit: Fit, equation: Equation
) -> list[dict[str, Any]]:
    """Add the ends of the simultaneous band to the rows by event time.

    Parameters
    ----------
    rows
        The estimates.
    columns
        By event time, the name its coefficient has in the regression.
    fit
        The regression.
    equation
        Gives the level and the seed.

    Returns
    -------
    list of dict
        The rows; those by event time that have a standard error have the band.
    """
    assert equation.seed is not None

    def is_covered(row: dict[str, Any]) -> bool:
        return row.get("event_time") in columns and bool(np.isfinite(row.get("standard_error", np.nan)))

    names = [columns[row["event_time"]] for row in rows if is_covered(row)]
    if not names:
        return rows
    random = generator(equation.seed, equation.block, "simultaneous band")
    covariance = fit.covariance.matrix.loc[names, names].to_numpy()
    level = equation.inference.level
    critical = critical_value(covariance, fit.covariance.degrees_of_freedom, level, random)
    return [
        row
        | {
            "interval_low_simultaneous": row["estimate"] - critical * row["standard_error"],
            "interval_high_simultaneous": row["estimate"] + critical * row["standard_error"],
        }
        if is_covered(row)
        else row
        for row in rows
    ]
