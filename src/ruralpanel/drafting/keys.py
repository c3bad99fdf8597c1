"""Which columns of a table tell its rows apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ruralpanel.drafting.variables import Variable

NEARLY_UNIQUE = 0.99
"""This share of rows must have a key of their own; the others go to quarantine, where they are seen."""

ROWS_OF_A_UNIT = 1.5
"""A column that recurs less than this, on average, identifies no unit of a panel."""

MOST_TRIED = 3
"""As many ways are told of those that were tried."""

_IDENTIFIER = re.compile(r"id$|^id|code|编号|序号|number$|^no$|^nr$", re.IGNORECASE)


@dataclass(frozen=True)
class Key:
    """The key of a table.

    Parameters
    ----------
    unit
        The columns that identify a unit.
    period
        The column that says when, where rows of a unit recur.
    share
        The share of rows that have a key of their own.
    """

    unit: list[str]
    period: str | None
    share: float

    @property
    def columns(self) -> list[str]:
        """The unit's columns and the period."""
        return [*self.unit, *([self.period] if self.period else [])]


def find_key(variables: Sequence[Variable]) -> Key | None:
    """Find a key: a unit and a period, then a unit alone, a period alone, and last several columns of text.

    Codes are tried before other columns, and these in the order of the file.

    Parameters
    ----------
    variables
        The columns of a file, without those of wide groups.

    Returns
    -------
    Key or None
        None where no columns tell rows apart.
    """
    table = pd.DataFrame({each.name: each.values for each in variables if each.values is not None})
    periods = [each.name for each in variables if each.role == "period"]
    whole = [each for each in variables if each.role in ("code", "text") or (each.role == "number" and _is_whole(each))]
    units = [each.name for each in sorted(whole, key=lambda each: each.role != "code")]
    for period in periods:
        for unit in units:
            share = _share_unique(table, [unit, period])
            if share >= NEARLY_UNIQUE and len(table) >= ROWS_OF_A_UNIT * table[unit].nunique():
                return Key([unit], period, share)
    first = next((each.name for each in variables), None)
    for each in sorted(whole, key=lambda each: each.role != "code"):
        names_rows = each.role != "number" or each.name == first or _IDENTIFIER.search(each.header)
        if names_rows and (share := _share_unique(table, [each.name])) >= NEARLY_UNIQUE:
            return Key([each.name], None, share)
    for period in periods:
        if (share := _share_unique(table, [period])) >= NEARLY_UNIQUE:
            return Key([], period, share)
    several = [each.name for each in variables if each.role in ("code", "text", "period")]
    if several and _share_unique(table, several) >= NEARLY_UNIQUE:
        for name in [each for each in several if each not in periods]:
            fewer = [each for each in several if each != name]
            if fewer and _share_unique(table, fewer) >= NEARLY_UNIQUE:
                several = fewer
        others = [name for name in several if name not in periods[:1]]
        return Key(others, periods[0] if periods and periods[0] in several else None, _share_unique(table, several))
    return None


def tried(variables: Sequence[Variable]) -> str:
    """Say which columns come nearest to telling the rows of a table apart, and how many rows repeat.

    Parameters
    ----------
    variables
        The columns of a file, without those of wide groups.
    """
    table = pd.DataFrame({each.name: each.values for each in variables if each.values is not None})
    periods = [each.name for each in variables if each.role == "period"]
    units = [each.name for each in variables if each.role in ("code", "text") or _is_whole(each)]
    units = [name for name in units if name not in periods]
    if not units:
        return "no column holds codes, text or whole numbers"
    ways = {
        tuple(dict.fromkeys([unit, *more])) for unit in units for more in ([], *([each] for each in periods), periods)
    }
    shares = {way: _share_unique(table, list(way)) for way in ways}
    best = sorted(ways, key=lambda way: (-round(shares[way], 6), len(way), way))[:MOST_TRIED]
    listed = [f"{' and '.join(way)} ({round((1 - shares[way]) * len(table)):,} of {len(table):,})" for way in best]
    found = f"rows whose key is missing or repeats: {', '.join(listed)}"
    if shares[best[0]] >= NEARLY_UNIQUE and len(periods) > 1:
        found += f"; a panel has one column that says when, to be made of {' and '.join(periods)}"
    return found if periods else f"{found}; no column says when"


def _share_unique(table: pd.DataFrame, columns: list[str]) -> float:
    complete = table[columns].notna().all(axis=1)
    return float((~table.duplicated(columns, keep=False) & complete).mean()) if len(table) else 0.0


def _is_whole(variable: Variable) -> bool:
    values = variable.values
    return values is not None and bool(values.notna().all() and (values == values.round()).all())
