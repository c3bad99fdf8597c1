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

    def is_covered(row: dict[str, Any]) -> bool:
        return row.get("event_time") in columns and bool(np.isfinite(row.get("standard_error", np.nan)))

    covered = [number for number, row in enumerate(rows) if is_covered(row)]
    names = [columns[rows[number]["event_time"]] for number in covered]
    covariance = fit.covariance.matrix.loc[names, names].to_numpy()
    # Where coefficients have degrees of freedom of their own, the band is that of the fewest: it is not too narrow.
    freedom = min(fit.covariance.freedom_of_terms(names), default=fit.covariance.degrees_of_freedom)
    return banded(rows, covered, covariance, freedom, equation)


def banded(
    rows: list[dict[str, Any]],
    covered: list[int],
    covariance: np.ndarray,
    degrees_of_freedom: float,
    equation: Equation,
) -> list[dict[str, Any]]:
    """Add the ends of a band to some rows.

    Parameters
    ----------
    rows
        The estimates.
    covered
        Which of them the band covers, all with a standard error.
    covariance
        Of their estimates, in that order.
    degrees_of_freedom
        Of the t distribution; infinite for the normal distribution.
    equation
        Gives the level and the seed.

    Returns
    -------
    list of dict
        The rows.
    """
    assert equation.seed is not None
    if not covered:
        return rows
    random = generator(equation.seed, equation.block, "simultaneous band")
    critical = critical_value(covariance, degrees_of_freedom, equation.inference.level, random)
    found = list(rows)
    for number in covered:
        estimate, half_width = rows[number]["estimate"], critical * rows[number]["standard_error"]
        found[number] = rows[number] | {
            "interval_low_simultaneous": estimate - half_width,
            "interval_high_simultaneous": estimate + half_width,
        }
    return found
