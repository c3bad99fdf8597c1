"""Sources → one table that can be used in their place, with every row accounted for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from ruralpanel.errors import DataError, Problem
from ruralpanel.frames.expressions import evaluate_condition, evaluate_number
from ruralpanel.frames.ledger import Ledger
from ruralpanel.frames.periods.column import with_labels
from ruralpanel.frames.periods.conditions import with_ordinals
from ruralpanel.frames.periods.frequency import Frequency
from ruralpanel.frames.storage import key_problems, sorted_by
from ruralpanel.study.panel import Restriction
from ruralpanel.study.place_names import REPORT_COLUMNS
from ruralpanel.study.tables import Computed, Table
from ruralpanel.tables.administrative_codes import no_codes, recode_rows
from ruralpanel.tables.crosswalk import read_crosswalk
from ruralpanel.tables.group import amounts_of, group_rows
from ruralpanel.tables.place_names import match_names
from ruralpanel.tables.stack import stack_tables

NAMES_KEY = "line"
"""The key of a report on names."""


class PreparedTable(NamedTuple):
    """What making a table gives.

    Parameters
    ----------
    table
        The table, sorted by its key.
    ledger
        How it came about.
    recode
        What became of every code, one row a year and code, with the columns
        :data:`ruralpanel.tables.administrative_codes.AUDIT_COLUMNS`; without rows where no codes are changed.
    names
        How each combination of names was matched, for review, numbered by ``line``, with the columns of names and
        :data:`ruralpanel.study.place_names.REPORT_COLUMNS`; without rows where no names are matched.
    """

    table: pd.DataFrame
    ledger: Ledger
    recode: pd.DataFrame
    names: pd.DataFrame


def prepare_table(
    name: str,
    declared: Table,
    tables: Mapping[str, pd.DataFrame],
    key: Sequence[str],
    decisions: Path | None = None,
    periods: Mapping[str, Frequency] | None = None,
) -> PreparedTable:
    """Make a table: stack, derive, keep, match names, recode, group, and hold it to its key.

    Parameters
    ----------
    name
        The table's name.
    declared
        Its declaration.
    tables
        The typed table of every source, and of every table, that it is made of.
    key
        The columns that identify its rows.
    decisions
        The file of reviewed decisions on names, where the table declares one.
    periods
        The frequencies of the columns, of its sources and of its own, that hold periods.

    Returns
    -------
    PreparedTable
        The table, its ledger, what became of codes, and how names were matched.

    Raises
    ------
    DataError
        If sources cannot be stacked, names fit no place or several and the table says so, a code's change cannot be
        followed as declared, rows of a group do not agree, no row is left, or a key is missing or shared.
    """
    where = f"table {name}"
    ledger = Ledger("tables", name)
    periods = periods or {}
    table = stack_tables(declared, tables, where, ledger, periods)
    table = _with_derived(table, declared.derived, where, ledger, periods)
    table = _kept(table, declared.keep, where, ledger, periods)
    names = pd.DataFrame(columns=REPORT_COLUMNS)
    if declared.match_names is not None:
        table, names = match_names(
            table, tables[declared.match_names.gazetteer], declared.match_names, ledger, decisions
        )
    names.insert(0, NAMES_KEY, range(1, len(names) + 1))
    recode = no_codes()
    if declared.recode is not None:
        crosswalk = declared.recode.crosswalk
        changes = read_crosswalk(tables[crosswalk.source], crosswalk)
        amounts = amounts_of(declared.group)
        table, recode = recode_rows(table, changes, declared.recode, amounts, where, ledger)
    if declared.group is not None:
        table = group_rows(table, declared.group, where, ledger, periods)
    problems = key_problems(with_labels(table, periods), key, where)
    if problems:
        hint = (
            "" if declared.group is not None else f"put rows together: `group: {{by: [{', '.join(key)}], columns: …}}`"
        )
        raise DataError([Problem(each.where, each.what, hint=hint) for each in problems])
    return PreparedTable(sorted_by(table, key), ledger, recode, names)


def _with_derived(
    table: pd.DataFrame,
    derived: Mapping[str, Computed],
    where: str,
    ledger: Ledger,
    periods: Mapping[str, Frequency],
) -> pd.DataFrame:
    """Add new columns, in order."""
    for name, each in derived.items():
        values, lost = evaluate_number(table, with_ordinals(each.expression, periods), where)
        table = table.assign(**{name: values})
        ledger.note(f"derive {name}", len(table), table, "; ".join(part for part in (each.expression, lost) if part))
    return table


def _kept(
    table: pd.DataFrame,
    restrictions: Sequence[Restriction],
    where: str,
    ledger: Ledger,
    periods: Mapping[str, Frequency],
) -> pd.DataFrame:
    """Leave out the rows that do not fulfil a condition, one condition after the other."""
    for restriction in restrictions:
        holds, unknown = evaluate_condition(table, with_ordinals(restriction.keep, periods), where)
        kept = table[holds].reset_index(drop=True)
        reason = "; ".join(part for part in (restriction.reason, unknown) if part)
        ledger.note(f"keep {restriction.keep}", len(table), kept, reason)
        if kept.empty:
            raise DataError([Problem(where, f"no row is left after `keep: {restriction.keep}`")])
        table = kept
    return table
