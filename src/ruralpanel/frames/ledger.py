"""The sample ledger: for every step that could lose a row, how many came in, how many went out, and why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ruralpanel.reasons import Reason, written
from ruralpanel.treatment_columns import cohort_column

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class LedgerLine:
    """One step.

    Parameters
    ----------
    stage
        ``sources``, ``tables``, ``panel`` or ``estimation``.
    table
        The table the step works on: a source, a table made of sources, ``panel``, or
        ``block/specification/outcome/estimator``.
    step
        What was done, in a few words, or as a reason where it has arguments.
    rows_in, rows_out
        Rows before and after.
    units, periods
        Distinct units and periods after the step; missing where a table has no such columns.
    reason
        Why rows left, or what changed in place: in the estimation stage as a reason, before it in words.
    treated_units
        For each designation that is dated by then, the units (or levels) ever treated among those after the step.
    made
        The columns that the step made; none where it is about all of them.
    """

    stage: str
    table: str
    step: Reason | str
    rows_in: int
    rows_out: int
    units: int | None
    periods: int | None
    reason: Reason | str | None
    treated_units: Mapping[str, int] = field(default_factory=dict)
    made: tuple[str, ...] = ()


REMEMBERED = 2_000_000
"""Rows of the tables of which a ledger knows what it has counted, beside the last table."""


@dataclass
class Ledger:
    """The lines of one stage's work on one table, in order.

    Parameters
    ----------
    stage, table
        As in :class:`LedgerLine`.
    unit, period
        The columns to count; a table that lacks one has no count.
    designations
        The designations whose treated units to count, once a table has their cohort.
    levels
        For designations that are assigned above units, the column of those who are treated, which are counted then.
    lines
        The lines so far.
    counted
        By what was counted, the columns it was counted in and the number; ledgers of the same rows may share it.
    """

    stage: str
    table: str
    unit: str | None = None
    period: str | None = None
    designations: Collection[str] = ()
    levels: Mapping[str, str] = field(default_factory=dict)
    lines: list[LedgerLine] = field(default_factory=list)
    counted: dict[str, list[tuple[list[pd.Series], int]]] = field(default_factory=dict, repr=False, compare=False)

    def note(
        self,
        step: Reason | str,
        before: int,
        after: pd.DataFrame,
        reason: Reason | str | None = None,
        made: Iterable[str] = (),
    ) -> None:
        """Add a line.

        Parameters
        ----------
        step
            What was done.
        before
            Rows before the step.
        after
            The table after it.
        reason
            Why rows left, or what changed in place.
        made
            The columns that the step made.
        """
        self.lines.append(
            LedgerLine(
                self.stage,
                self.table,
                step,
                before,
                len(after),
                self._distinct(after, self.unit),
                self._distinct(after, self.period),
                reason,
                self._treated(after),
                tuple(made),
            )
        )

    def _treated(self, table: pd.DataFrame) -> dict[str, int]:
        """Count the units of a table, or the levels, that are ever treated, by designation."""
        if self.unit is None or self.unit not in table:
            return {}
        cohorts = {name: cohort_column(name) for name in self.designations if cohort_column(name) in table}
        whose = {name: self.levels.get(name, self.unit) for name in cohorts}
        return {
            name: self._remembered(
                cohort,
                [table[cohort], table[whose[name]]],
                lambda dated, units: int(units[dated.notna()].nunique()),
            )
            for name, cohort in cohorts.items()
        }

    def _distinct(self, table: pd.DataFrame, column: str | None) -> int | None:
        if column is None or column not in table:
            return None
        return self._remembered(column, [table[column]], lambda values: int(values.nunique()))

    def _remembered(self, what: str, columns: list[pd.Series], count: Callable[..., int]) -> int:
        """Count again only where columns are others than at the last steps, for most steps only add columns."""
        known = self.counted.setdefault(what, [])
        for then, number in known:
            if all(len(now) == len(column) and now.equals(column) for now, column in zip(columns, then, strict=True)):
                return number
        known.append((columns, count(*columns)))
        while len(known) > 1 and sum(len(then[0]) for then, _ in known) > REMEMBERED:
            del known[0]
        return known[-1][1]

    def frame(self) -> pd.DataFrame:
        """Give the lines as a table, one row a line, with a running number."""
        return ledger_frame(self.lines)


def ledger_frame(lines: list[LedgerLine]) -> pd.DataFrame:
    """Turn ledger lines into a table.

    Parameters
    ----------
    lines
        In the order they happened.

    Returns
    -------
    pandas.DataFrame
        Columns ``line`` (from 1 within the file) and those of :class:`LedgerLine`.
    """
    import pandas as pd

    columns = ["stage", "table", "step", "rows_in", "rows_out", "units", "periods", "reason", "treated_units", "made"]
    frame = pd.DataFrame([[getattr(line, name) for name in columns] for line in lines], columns=columns)
    for name in ("step", "reason"):
        frame[name] = [written(each) if isinstance(each, Reason) else each or "" for each in frame[name]]
    for name in ("made", "treated_units"):
        frame[name] = [written(each) if each else "" for each in frame[name]]
    frame[["units", "periods"]] = frame[["units", "periods"]].astype("Int64")
    frame.insert(0, "line", range(1, len(frame) + 1))
    return frame
