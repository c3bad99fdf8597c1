"""Estimate a block: all its equations, in one process, into one table of estimates and one ledger."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.errors import DataError, Problem, nearest
from ruralpanel.estimation.absent_p_values import with_reasons
from ruralpanel.estimation.assignment import Levels, with_assignment
from ruralpanel.estimation.covariance import covariance_frame
from ruralpanel.estimation.estimates import COLUMNS, ROW, estimates_frame, no_estimate
from ruralpanel.estimation.matching_balance import BALANCE_COLUMNS
from ruralpanel.estimation.modules import ADJUSTMENT, MATCHING, PERMUTED_ANEW, estimate_function, permutes_anew
from ruralpanel.estimation.result import Draws, EquationResult
from ruralpanel.estimation.sample import CannotEstimate, with_plain_numbers
from ruralpanel.estimation.terms import KINDS
from ruralpanel.estimation.treated_clusters import with_treated_clusters
from ruralpanel.estimation.unasked import with_unasked
from ruralpanel.frames.computed import Computed
from ruralpanel.frames.ledger import Ledger, LedgerLine, ledger_frame
from ruralpanel.reasons import because
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import is_own

LOG = logging.getLogger(__name__)

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
    lines
        Of the ledgers.
    found
        What each equation gave, of which the other tables are made where they are asked for.
    """

    estimates: pd.DataFrame
    lines: list[LedgerLine]
    found: list[tuple[EquationResult, Equation]]

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """The rows behind each equation."""
        return ledger_frame(self.lines)

    @cached_property
    def matching(self) -> pd.DataFrame:
        """For equations that match units, how alike these are before and after, with the columns of
        :data:`ruralpanel.estimation.matching_balance.BALANCE_COLUMNS`.
        """
        balances = [result.balance for result, _ in self.found if result.balance is not None]
        return pd.concat(balances, ignore_index=True) if balances else pd.DataFrame(columns=BALANCE_COLUMNS)

    @cached_property
    def draws(self) -> pd.DataFrame:
        """What permutations of cohorts gave: :data:`DRAWS_KEY` and ``estimate``, in the outcome's unit."""
        permuted = [
            pd.DataFrame({ROW: number, "draw": range(1, len(each.permuted) + 1), "estimate": each.permuted})
            for number, each in enumerate(_draws(self.found), start=1)
            if each.permuted is not None
        ]
        return pd.concat(permuted, ignore_index=True) if permuted else NO_DRAWS

    @cached_property
    def covariance(self) -> pd.DataFrame:
        """Of coefficients, with the columns of :data:`ruralpanel.estimation.covariance.COVARIANCE_COLUMNS`."""
        return covariance_frame(self.found)


def _draws(found: Sequence[tuple[EquationResult, Equation]]) -> list[Draws]:
    """Give what was drawn for each row of the estimates."""
    return [result.draws.get(number, Draws()) for result, _ in found for number in range(len(result.rows))]


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
    folder: Path | None = None,
    computed: Computed | None = None,
    above: Levels | None = None,
) -> BlockResults:
    """Estimate every equation of a block, and give all that comes of it.

    Parameters and errors are those of :func:`estimate_block`; ``levels`` says of designations that are assigned above
    units whom the ledger is to count, ``folder`` where the files of the study's own estimators are, which are run,
    ``computed`` what has been computed of the panel's columns, and ``above`` the panel's levels above its units, where
    they are known from other equations.
    """
    found: list[tuple[EquationResult, Equation]] = []
    lines: list[LedgerLine] = []
    if above is None:
        above = Levels(with_plain_numbers(panel), equations[0].unit, equations[0].period, computed)
    computed = above.computed  # most equations begin and end with the same rows
    for number, asked in enumerate(equations, start=1):
        LOG.info("equation %d of %d", number, len(equations))
        name = "/".join([asked.block, asked.specification, asked.outcome, asked.estimator])
        ledger = Ledger("estimation", name, asked.unit, asked.period, designations, levels or {}, computed=computed)
        found.append(_estimated(asked, above, ledger, folder))
        lines += ledger.lines
    estimates = estimates_frame([(result.rows, equation) for result, equation in found])
    if any(equation.adjustment for equation in equations):
        stated = [equation for result, equation in found for _ in result.rows]
        bootstrap = [each.bootstrap for each in _draws(found)]
        estimates = import_module(ADJUSTMENT).with_adjusted(estimates, bootstrap, stated)
    estimates.insert(0, ROW, range(1, len(estimates) + 1))
    return BlockResults(estimates, lines, found)


def _estimated(asked: Equation, above: Levels, ledger: Ledger, folder: Path | None) -> tuple[EquationResult, Equation]:
    """Estimate one equation, or say why it cannot be; and give it as it was estimated."""
    equation, balance = asked, None
    try:
        equation = with_assignment(above, equation, ledger)
        used = above.panel
        if equation.matching is not None:
            used, balance = import_module(MATCHING).match(used, equation, ledger)
        result = estimate_function(equation.estimator, folder)(used, equation, ledger)
        if is_own(equation.estimator):
            _require_estimates(result, equation)
        if permutes_anew(equation):
            result = import_module(PERMUTED_ANEW).with_permutations(result, above.panel, equation, estimate_anew)
        result = with_treated_clusters(result)
    except CannotEstimate as error:
        result = EquationResult([no_estimate(equation, error.reason)])
    except np.linalg.LinAlgError as error:  # ends this equation and no other
        result = EquationResult([no_estimate(equation, because("no_solution", error=str(error)))])
    rows = [with_reasons(row, equation) for row in result.rows]
    with_unasked(rows, ledger)
    return replace(result, rows=rows, balance=balance), equation


def estimate_anew(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Match units, where an equation asks for that, and estimate it on a panel that is dated otherwise.

    Parameters
    ----------
    panel
        The panel, with plain numbers.
    equation
        Of an estimator of the program, with its level of assignment.
    ledger
        Gets a line for every reason for which rows leave.

    Raises
    ------
    CannotEstimate
        If there is no estimate on this panel.
    """
    if equation.matching is not None:
        panel, _ = import_module(MATCHING).match(panel, equation, ledger)
    result: EquationResult = estimate_function(equation.estimator)(panel, equation, ledger)
    return result


def _require_estimates(result: Any, equation: Equation) -> None:
    """Refuse what an estimator of the study's own returns, if it is no table of estimates."""
    where = f"block {equation.block}, {equation.estimator}"
    if not isinstance(result, EquationResult):
        what = f"returned {type(result).__name__}, and has to return an EquationResult"
        raise DataError([Problem(where, what, hint="write `return EquationResult(rows)`")])
    unknown = sorted({name for row in result.rows for name in row} - COLUMNS.keys())
    problems = [
        Problem(where, f"`{name}` is no column of the estimates", hint=nearest(name, COLUMNS)) for name in unknown
    ]
    kinds = sorted({str(row.get("kind", "overall")) for row in result.rows} - KINDS.keys())
    problems += [Problem(where, f"`{kind}` is no kind of row", hint=nearest(kind, KINDS)) for kind in kinds]
    if any("term" not in row for row in result.rows):
        problems.append(Problem(where, "a row has no `term`, which says what it is an estimate of"))
    if problems:
        raise DataError(problems)
