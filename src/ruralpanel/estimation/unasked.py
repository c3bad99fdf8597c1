"""Tell what an estimator did or met that nobody asked for: beside the rows that leave, in lines of the ledger.

Estimators note what they drop, and give reasons where there is no number. Here lines get the names under which
``strict`` knows them, and what only rows of results tell becomes a line too, so that the ledger has all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.arrays import Numbers
from ruralpanel.frames.ledger import Ledger, LedgerLine
from ruralpanel.reasons import Reason, because, holds
from ruralpanel.study.strict import ASKED, KINDS

LEFT_OUT, NOT_ESTIMATED, CLUSTERS = "terms left out", "not estimated", "clusters"
"""The steps of the lines that are added, ..."""

STEPS = {"few_clusters": CLUSTERS, "repaired_variance": "variance"}
"""... where it is not that something could not be estimated."""

FEW_IN_ALL, FEW_TREATED = 30, 10
"""Fewer clusters than this, or fewer that are treated, are told: from where on the diagnosis has a note, or warns."""

INDEPENDENT = 1e-7
"""The share of a column's length that others have to leave of it."""


def tell_collinear(terms: Sequence[str], sample: pd.DataFrame, ledger: Ledger) -> None:
    """Note terms of the right-hand side that are left out, where a regression has no row for each.

    Parameters
    ----------
    terms
        Those that are left out; none is no line.
    sample
        The rows, which stay.
    ledger
        Gets the line, once.
    """
    reason = because("terms_collinear", terms=terms)
    if terms and not any(line.reason == reason for line in ledger.lines):
        ledger.note(LEFT_OUT, len(sample), sample, reason)


def dependent(columns: Numbers) -> list[int]:
    """List by position the columns of which those before them leave nothing.

    Parameters
    ----------
    columns
        Shape (rows, columns), the mean or fixed effects taken out, the square root of weights times each row.
    """
    basis: list[Numbers] = []
    found = []
    for position, column in enumerate(columns.T):
        length = float(np.linalg.norm(column))
        left = column
        for _ in range(2):  # once more takes out what rounding left
            for each in basis:
                left = left - each * float((each * left).sum())
        rest = float(np.linalg.norm(left))
        if rest <= INDEPENDENT * length:
            found.append(position)
        else:
            basis.append(left / rest)
    return found


def with_unasked(rows: Sequence[dict[str, Any]], ledger: Ledger) -> None:
    """Name what lines of an equation's ledger tell, and add what only its results do.

    Parameters
    ----------
    rows
        What the estimator found, by column of the estimates.
    ledger
        The equation's, with all its lines.
    """
    ledger.lines[:] = [replace(line, unasked=unasked_of(line)) for line in ledger.lines]
    if not ledger.lines:  # nothing was looked at
        return
    last, told = ledger.lines[-1], [line.reason for line in ledger.lines]
    for step, reason in _of_rows(rows, ledger.lines):
        line = replace(last, step=step, rows_in=last.rows_out, reason=reason, made=())
        if reason not in told:
            ledger.lines.append(replace(line, unasked=unasked_of(line)))


def unasked_of(line: LedgerLine) -> tuple[str, ...]:
    """Name what a line of an equation tells that nobody asked for."""
    reason = line.reason
    if not isinstance(reason, Reason):
        return line.unasked
    found = tuple(name for name, kind in KINDS.items() if holds(reason, *kind.codes))
    lost = line.rows_out < line.rows_in and not found and not holds(reason, *ASKED)
    return ("dropped_rows",) if lost else found


def _of_rows(rows: Sequence[dict[str, Any]], lines: Sequence[LedgerLine]) -> Iterable[tuple[str, Reason]]:
    """Find what rows of results tell, in lines that are to be written."""
    reasons = dict.fromkeys(row["reason"] for row in rows if isinstance(row.get("reason"), Reason))
    known = {name for line in lines for name in _terms_of(line.reason)}
    terms = dict.fromkeys(str(row["term"]) for row in rows if row.get("reason") == because("collinear"))
    if further := [name for name in terms if name not in known]:
        yield LEFT_OUT, because("terms_collinear", terms=further)
    for reason in reasons:
        if reason.code != "collinear" and (kind := _kind_of(reason)):
            yield STEPS.get(kind, NOT_ESTIMATED), reason
    if not any(_kind_of(reason) == "few_clusters" for reason in reasons):
        with_error = [row for row in rows if not _is_missing(row.get("standard_error"))]
        clusters, treated = (
            [int(row[name]) for row in with_error if not _is_missing(row.get(name))]
            for name in ("clusters", "treated_clusters")
        )
        fewest = min(treated, default=None)
        if min(clusters, default=FEW_IN_ALL) < FEW_IN_ALL or (fewest is not None and fewest < FEW_TREATED):
            of_treated = because("of_them_treated", number=fewest) if fewest is not None else None
            yield CLUSTERS, because("rests_on_few_clusters", clusters=min(clusters), treated=of_treated)


def _kind_of(reason: Reason) -> str:
    """Name the first of the kinds that a reason tells of; nothing where it tells of none."""
    return next((name for name, kind in KINDS.items() if holds(reason, *kind.codes)), "")


def _terms_of(reason: Reason | str | None) -> tuple[str, ...]:
    if not isinstance(reason, Reason) or reason.code not in ("terms_collinear", "instruments_collinear"):
        return ()
    found: tuple[str, ...] = reason.arguments.get("terms") or reason.arguments.get("names") or ()
    return found


def _is_missing(value: Any) -> bool:
    return value is None or bool(pd.isna(value))
