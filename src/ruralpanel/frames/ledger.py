"""The sample ledger: for every step that could lose a row, how many came in, how many went out, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ruralpanel.frames.computed import Computed
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
    unasked
        By name, what happened that nobody asked for, of :data:`ruralpanel.study.strict.KINDS`.
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
    unasked: tuple[str, ...] = ()


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
    computed
        What has been computed of the columns; ledgers of the same rows may share it.
    """

    stage: str
    table: str
    unit: str | None = None
    period: str | None = None
    designations: Collection[str] = ()
    levels: Mapping[str, str] = field(default_factory=dict)
    lines: list[LedgerLine] = field(default_factory=list)
    computed: Computed = field(default_factory=Computed, repr=False, compare=False)

    def note(
        self,
        step: Reason | str,
        before: int,
        after: pd.DataFrame,
        reason: Reason | str | None = None,
        made: Iterable[str] = (),
        unasked: Iterable[str] = (),
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
        unasked
            What happened that nobody asked for; in the estimation stage it follows from the reason.
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
                tuple(unasked),
            )
        )

    def _treated(self, table: pd.DataFrame) -> dict[str, int]:
        """Count the units of a table, or the levels, that are ever treated, by designation."""
        if self.unit is None or self.unit not in table:
            return {}
        cohorts = {name: cohort_column(name) for name in self.designations if cohort_column(name) in table}
        whose = {name: self.levels.get(name, self.unit) for name in cohorts}
        return {
            name: self.computed.of(
                f"treated by {cohort}", [table[cohort], table[whose[name]]], lambda dated, who: self._among(who, dated)
            )
            for name, cohort in cohorts.items()
        }

    def _distinct(self, table: pd.DataFrame, column: str | None) -> int | None:
        if column is None or column not in table:
            return None
        found: int = self.computed.of(f"values of {column}", [table[column]], self._count)
        return found

    def _count(self, values: pd.Series) -> int:
        return self.computed.levels(values).number if _is_of_keys(values) else int(values.nunique())

    def _among(self, who: pd.Series, dated: pd.Series) -> int:
        """Count those who have a date."""
        known = dated.notna()
        return self.computed.levels(who).among(known.to_numpy()) if _is_of_keys(who) else int(who[known].nunique())

    def frame(self) -> pd.DataFrame:
        """Give the lines as a table, one row a line, with a running number."""
        return ledger_frame(self.lines)


def _is_of_keys(values: pd.Series) -> bool:
    """Tell whether levels of a column can be put in order, as the keys of a panel can."""
    import pandas as pd

    return pd.api.types.is_integer_dtype(values) or isinstance(values.dtype, pd.StringDtype)


_TYPES = {
    "line": "int64",
    **dict.fromkeys(("stage", "table", "step"), "str"),
    **dict.fromkeys(("rows_in", "rows_out"), "int64"),
    **dict.fromkeys(("units", "periods"), "Int64"),
    **dict.fromkeys(("reason", "treated_units", "made", "unasked"), "str"),
}
"""The columns of a ledger's table, in their order."""


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
    from ruralpanel.frames.storage import table_of_cells

    cells: dict[str, list[Any]] = {"line": list(range(1, len(lines) + 1))}
    cells |= {name: [getattr(line, name) for line in lines] for name in list(_TYPES)[1:]}
    for name in ("step", "reason"):
        cells[name] = [written(each) if isinstance(each, Reason) else each or "" for each in cells[name]]
    for name in ("made", "treated_units", "unasked"):
        cells[name] = [written(each) if each else "" for each in cells[name]]
    return table_of_cells(cells, {name: (kind, "") for name, kind in _TYPES.items()})
