"""Estimate a block: all its equations, in one process, into one table of estimates and one ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.estimation.absent_p_values import with_reasons
from ruralpanel.estimation.assignment import Levels, with_assignment
from ruralpanel.estimation.covariance import covariance_frame
from ruralpanel.estimation.estimates import PERMUTED, ROW, estimates_frame, no_estimate
from ruralpanel.estimation.matching_balance import BALANCE_COLUMNS
from ruralpanel.estimation.modules import ADJUSTMENT, MATCHING, estimator_module
from ruralpanel.estimation.sample import CannotEstimate
from ruralpanel.estimation.treated_clusters import with_treated_clusters
from ruralpanel.ledger import Ledger, LedgerLine, ledger_frame
from ruralpanel.reasons import because
from ruralpanel.study.blocks import Equation

DRAWS_KEY = [ROW, "draw"]
"""What identifies a draw: the row of the block's estimates it belongs to, and a running number."""

NO_DRAWS = pd.DataFrame(
    {ROW: pd.Series(dtype="int64"), "draw": pd.Series(dtype="int64"), "estimate": pd.Series(dtype="float64")}
)
"""The draws of a block that permutes nothing."""


@dataclass(frozen=True)
class BlockResults:
    """What estimating a block gives.

    Parameters
    ----------
    estimates
        The tidy estimates. An equation that has no estimate on this panel is there with the reason.
    ledger
        The rows behind each equation.
    matching
        For equations that match units, how alike these are before and after, with the columns of
        :data:`ruralpanel.estimation.matching_balance.BALANCE_COLUMNS`.
    draws
        What permutations of cohorts gave: :data:`DRAWS_KEY` and ``estimate``, in the outcome's unit.
    covariance
        Of coefficients by event time, with the columns of :data:`ruralpanel.estimation.covariance.COVARIANCE_COLUMNS`.
    """

    estimates: pd.DataFrame
    ledger: pd.DataFrame
    matching: pd.DataFrame
    draws: pd.DataFrame
    covariance: pd.DataFrame


def estimate_block(
    panel: pd.DataFrame, equations: Sequence[Equation], designations: Sequence[str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimate every equation of a block, and give what is looked at first.

    Parameters
    ----------
    panel
        The panel.
    equations
        From :meth:`ruralpanel.study.Study.equations`.
    designations
        The designations whose treated units the ledger counts.

    Returns
    -------
    tuple of (pandas.DataFrame, pandas.DataFrame)
        The tidy estimates, and the ledger of the rows behind each equation. An equation that has no estimate on
        this panel is in the estimates with the reason.

    Raises
    ------
    DataError
        If a column that has to be a number is text.
    """
    found = block_results(panel, equations, designations)
    return found.estimates, found.ledger


def block_results(
    panel: pd.DataFrame,
    equations: Sequence[Equation],
    designations: Sequence[str] = (),
    levels: Mapping[str, str] | None = None,
) -> BlockResults:
    """Estimate every equation of a block, and give all that comes of it.

    Parameters and errors are those of :func:`estimate_block`; ``levels`` says of designations that are assigned above
    units whom the ledger is to count.
    """
    frames: list[pd.DataFrame] = []
    found: list[tuple[dict[str, Any], Equation]] = []
    lines: list[LedgerLine] = []
    balances: list[pd.DataFrame] = []
    above = Levels(panel, equations[0].unit, equations[0].period)
    for asked in equations:
        equation = asked
        name = "/".join([equation.block, equation.specification, equation.outcome, equation.estimator])
        ledger = Ledger("estimation", name, equation.unit, equation.period, designations, levels or {})
        try:
            equation = with_assignment(above, equation, ledger)
            used = above.panel
            if equation.matching is not None:
                used, balance = import_module(MATCHING).match(used, equation, ledger)
                balances.append(balance)
            rows = import_module(estimator_module(equation.estimator)).estimate(used, equation, ledger)
            rows = with_treated_clusters(rows)
        except CannotEstimate as error:
            rows = [no_estimate(equation, error.reason)]
        except np.linalg.LinAlgError as error:  # ends this equation and no other
            rows = [no_estimate(equation, because("no_solution", error=str(error)))]
        rows = [with_reasons(row, equation) for row in rows]
        frames.append(estimates_frame(rows, equation))
        found += [(row, equation) for row in rows]
        lines += ledger.lines
    estimates = pd.concat(frames, ignore_index=True)
    if any(equation.adjustment for equation in equations):
        rows, stated = [row for row, _ in found], [equation for _, equation in found]
        estimates = import_module(ADJUSTMENT).with_adjusted(estimates, rows, stated)
    estimates.insert(0, ROW, range(1, len(estimates) + 1))
    draws = [
        pd.DataFrame({ROW: number, "draw": range(1, len(row[PERMUTED]) + 1), "estimate": row[PERMUTED]})
        for number, (row, _) in enumerate(found, start=1)
        if PERMUTED in row
    ]
    return BlockResults(
        estimates,
        ledger_frame(lines),
        pd.concat(balances, ignore_index=True) if balances else pd.DataFrame(columns=BALANCE_COLUMNS),
        pd.concat(draws, ignore_index=True) if draws else NO_DRAWS,
        covariance_frame(found),
    )
