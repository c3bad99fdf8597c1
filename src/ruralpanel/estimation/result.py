"""What every estimator returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ruralpanel.arrays import Numbers

Row = dict[str, Any]
"""A row of the estimates, by column of :data:`ruralpanel.estimation.estimates.COLUMNS`; what is left out is missing."""

Place = tuple[str, int | None, str, int | None]
"""What tells a row from the others of an equation: its term, event time, cohort and period."""

TREATED_CLUSTERS = "treated_clusters"
"""The column whose number depends on the rest of a row: until :func:`ruralpanel.estimation.treated_clusters.counted`
it holds who counts."""


@dataclass(frozen=True)
class BootstrapDraws:
    """The bootstrap draws of a coefficient.

    Parameters
    ----------
    statistic
        The absolute t statistic found.
    statistics
        Those drawn, scaled like it, shape (draws,).
    exact
        Whether they are all there are, the one found among them.
    """

    statistic: float
    statistics: Numbers
    exact: bool


@dataclass(frozen=True)
class Draws:
    """What was drawn for a row.

    Parameters
    ----------
    bootstrap
        From the wild cluster bootstrap; None without one.
    permuted
        What permutations of cohorts gave, in the outcome's unit, shape (draws,); None without any.
    """

    bootstrap: BootstrapDraws | None = None
    permuted: Numbers | None = None


@dataclass(frozen=True)
class EquationResult:
    """What estimating an equation gives.

    Parameters
    ----------
    rows
        The estimates, one row a coefficient, in the order to report them.
    covariance
        By place of one coefficient and then of the other, their covariance, in the square of the outcome's unit
        after transformation. A pair that is not there is unknown: its coefficients are from two regressions. None where
        no coefficient has one.
    draws
        By position in ``rows``, what was drawn for a row.
    balance
        Where units were matched, how alike they are before and after, with the columns of
        :data:`ruralpanel.estimation.matching_balance.BALANCE_COLUMNS`; None without matching.
    """

    rows: Sequence[Row]
    covariance: Mapping[Place, Mapping[Place, float]] | None = None
    draws: Mapping[int, Draws] = field(default_factory=dict)
    balance: pd.DataFrame | None = None


def place_of(row: Row) -> Place:
    """Give the place of a row."""
    return row["term"], row.get("event_time"), row.get("cohort", ""), row.get("period")
