"""Turn administrative codes of one year into those of another: renamed, merged, split and divided areas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.frames.ledger import Ledger
from ruralpanel.study.tables import Recode
from ruralpanel.tables.crosswalk import CodeChanges, Followed, components

AUDIT_COLUMNS = [
    *("from_year", "old_code", "old_name", "to_year", "new_code", "new_name"),
    *("what", "years", "changes", "parts_moved", "note", "rows"),
]
"""The columns of the audit: several new codes and changes are separated by ``; ``."""

AUDIT_KEY = ["from_year", "old_code"]
"""The columns that identify a row of it."""

INTEGERS = {"from_year": "int64", "to_year": "int64", "rows": "int64"}
"""Its columns of whole numbers."""

UNCHANGED, NEW_CODE, MERGED = "unchanged", "new code", "merged"
SPLIT, DIVIDED, PART_MOVED = "split", "divided", "part moved"
UNKNOWN, ENDED = "unknown", "ended"
DROPPED = "dropped"

OUTCOMES = {
    UNCHANGED: "the code is the same",
    NEW_CODE: "the code has one successor",
    MERGED: "the code is one of an area of several, which is called by the smallest of them",
    DIVIDED: "each of several successors has a share of the rows",
    PART_MOVED: "the code is the same, but a part of its area moved to another or came from one",
    UNKNOWN: "the crosswalk does not know the code",
    ENDED: "the code ended without a successor",
    DROPPED: "the rows are left out, for the reason in `note`",
}
"""What can become of a code, in the order a reader is told."""

TOLERANCE = 1e-6
"""How far the shares of the successors of a code may be from 1 together."""


def no_codes() -> pd.DataFrame:
    """Give the audit of a table whose codes stay."""
    return pd.DataFrame(columns=AUDIT_COLUMNS).astype(INTEGERS)


def recode_rows(
    table: pd.DataFrame, changes: CodeChanges, declared: Recode, amounts: Sequence[str], where: str, ledger: Ledger
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Turn the codes of the years that rows are of into those of one year.

    Parameters
    ----------
    table
        The rows.
    changes
        Which codes became which.
    declared
        Which column holds codes of which year, and what becomes of codes with several successors.
    amounts
        The columns that an area that is divided gives each successor a share of.
    where
        The table, for messages.
    ledger
        Gets a line.

    Returns
    -------
    tuple of (pandas.DataFrame, pandas.DataFrame)
        The rows with their new codes; and the audit, one row a year and old code with :data:`AUDIT_COLUMNS`.

    Raises
    ------
    DataError
        If codes are numbers, a row's year is missing or later than the one wanted, a code has several successors and
        nothing says what becomes of it, the crosswalk knows no code or not all that it must, or shares do not add up.
    """
    years = _years_of(table, declared, where)
    keys = pd.MultiIndex.from_arrays([years, table[declared.column].astype(object)], names=AUDIT_KEY)
    known = table[declared.column].notna()
    rows = pd.Series(1, index=keys[known.to_numpy()]).groupby(level=AUDIT_KEY).sum()
    pairs = [(int(year), str(code)) for year, code in rows.index]
    if pairs and not any(code in changes.codes for _, code in pairs):
        here, there = ", ".join(sorted({code for _, code in pairs})[:3]), ", ".join(sorted(changes.codes)[:3])
        what = f"none of the codes in `{declared.column}` is in the {changes.where}"
        hint = f"the table has {here}; the crosswalk has {there}: are they of one level?"
        raise DataError([Problem(where, what, hint=hint)])
    followed = {pair: _followed(changes, *pair, declared.to) for pair in pairs}
    areas = _areas(changes, followed, declared) if declared.several_successors == "merge" else {}
    fates = [_fate(changes, pair, followed[pair], areas, declared) for pair in pairs]
    problems = list(_refused(fates, changes, declared, where))
    if problems:
        raise DataError(problems)
    audit = pd.DataFrame([fate.line(int(rows[fate.pair])) for fate in fates], columns=AUDIT_COLUMNS)
    new = pd.DataFrame(
        [(*fate.pair, code, share) for fate in fates for code, share in sorted(fate.new.items())],
        columns=[*AUDIT_KEY, "_new", "_share"],
    )
    recoded = _with_new_codes(table, keys, new, declared.column, amounts)
    if recoded.empty:
        raise DataError([Problem(where, "no row is left after codes are recoded")])
    late = sum(fate.is_late for fate in fates)
    words = _words(audit, int((~known).sum()), late, declared)
    ledger.note(f"recode {declared.column}", len(table), recoded, words)
    return recoded, audit.astype(INTEGERS)


def _years_of(table: pd.DataFrame, declared: Recode, where: str) -> pd.Series:
    """Give the year whose code each row holds, and refuse what is none."""
    problems = []
    if pd.api.types.is_numeric_dtype(table[declared.column]):
        what = f"`{declared.column}` holds numbers, and codes are text"
        problems.append(Problem(where, what, hint="give the column `type: code` in its source"))
    years = pd.Series(declared.since, index=table.index) if isinstance(declared.since, int) else table[declared.since]
    if not pd.api.types.is_numeric_dtype(years):
        problems.append(Problem(where, f"`{declared.since}`, the year of the codes, holds text"))
    elif years.isna().any() or (years != years.round()).any():
        wrong = int((years.isna() | (years != years.round())).sum())
        what = f"`{declared.since}`, the year of the codes, is no whole number in {counted(wrong, 'row')}"
        problems.append(Problem(where, what))
    elif (years > declared.to).any():
        later = int((years > declared.to).sum())
        what = f"codes are wanted of {declared.to}, and {counted(later, 'row')} hold those of a later year"
        problems.append(Problem(where, what, hint=f"write `to: {int(years.max())}`"))
    if problems:
        raise DataError(problems)
    return years.astype("int64")


def _followed(changes: CodeChanges, year: int, code: str, to: int) -> tuple[Followed, str]:
    """Follow a code, and note where its own years do not fit."""
    ended, begun = changes.ended.get(code), changes.begun.get(code)
    if ended is not None and ended <= year:
        # ASSUME: a file that holds a code after its last year still used it, and means the area it had.
        return changes.follow(code, ended - 1, to), f"no longer in force in {year}, since {ended}"
    late = begun is not None and begun > year and not any(each.year > year for each in changes.changes.get(code, []))
    return changes.follow(code, year, to), f"in force from {begun} on only" if late else ""


def _areas(
    changes: CodeChanges, followed: Mapping[tuple[int, str], tuple[Followed, str]], declared: Recode
) -> dict[str, list[str]]:
    """Find the areas of several codes that are constant since a year: for every code of the last year, its area's."""
    since = declared.constant_since
    if since is None:
        since = min((year for year, _ in followed), default=declared.to)
    together = [
        list(changes.follow(code, change.year - 1, declared.to).shares)
        for code, all_changes in changes.changes.items()
        for change in all_changes
        if since < change.year <= declared.to
    ]
    together += [list(each.shares) for each, _ in followed.values()]
    if declared.parts_moved != "note":
        together += [
            [
                *changes.follow(old, year - 1, declared.to).shares,
                *changes.follow(new, year, declared.to).shares,
            ]
            for parts in changes.parts.values()
            for year, old, new in parts
            if since < year <= declared.to and (declared.parts_moved == "merge" or changes.begun.get(new) == year)
        ]
    pairs = [(codes[0], code) for codes in together for code in codes[1:]]
    return {code: codes for codes in (components(pairs, "weak") if pairs else []) for code in codes}


@dataclass(frozen=True)
class _Fate:
    """What becomes of one code of one year."""

    pair: tuple[int, str]
    what: str
    new: Mapping[str, float]
    followed: Followed
    to: int
    names: tuple[str, str]
    area: Sequence[str] = ()
    note: str = ""
    is_late: bool = False
    """Whether the code was no longer in force in its year, which the note says."""

    def line(self, rows: int) -> tuple[object, ...]:
        """Write the row of the audit."""
        steps = [f"{year}: {old} → {', '.join(new)}" for year, old, new in self.followed.steps]
        parts = [f"{year}: a part of {old} to {new}" for year, old, new in self.followed.parts]
        years = sorted({str(each[0]) for each in (*self.followed.steps, *self.followed.parts)})
        area = f"one area of {', '.join(self.area)}" if len(self.area) > 1 else ""
        return (
            *(*self.pair, self.names[0], self.to, "; ".join(sorted(self.new)), self.names[1], self.what),
            *("; ".join(years), "; ".join(steps), "; ".join(parts)),
            *("; ".join(each for each in (self.note, area) if each), rows),
        )


def _fate(
    changes: CodeChanges,
    pair: tuple[int, str],
    found: tuple[Followed, str],
    areas: Mapping[str, list[str]],
    declared: Recode,
) -> _Fate:
    """Decide what becomes of one code."""
    (year, code), (followed, note) = pair, found
    successors = sorted(followed.shares)
    area = areas.get(successors[0], successors)
    new: dict[str, float] = dict.fromkeys(successors, 1.0)
    if code not in changes.codes:
        what = UNKNOWN
    elif successors == [code] and _ended_by(changes, code, declared.to):
        what, note = ENDED, f"ended in {changes.ended[code]} without a successor"
    elif len(area) > 1 and declared.several_successors == "merge":
        what, new = MERGED, {area[0]: 1.0}
    elif len(successors) > 1:
        what, new = (DIVIDED, dict(followed.shares)) if declared.several_successors == "divide" else (SPLIT, new)
    elif successors != [code]:
        what = NEW_CODE
    else:
        what = PART_MOVED if followed.parts else UNCHANGED
    if what == SPLIT and declared.several_successors == "drop":
        what, new, note = DROPPED, {}, f"has several successors: {', '.join(successors)}"
    if what in (UNKNOWN, ENDED) and declared.unknown_codes == "drop":
        what, new, note = DROPPED, {}, note or "the crosswalk does not know the code"
    is_late = bool(note) and note == found[1] and changes.ended.get(code, year + 1) <= year
    names = [changes.name_of(each, declared.to) for each in sorted(new)]
    shown = (changes.name_of(code, year), "; ".join(name for name in names if name))
    return _Fate(pair, what, new, followed, declared.to, shown, area if what == MERGED else (), note, is_late)


def _ended_by(changes: CodeChanges, code: str, to: int) -> bool:
    ended = changes.ended.get(code)
    return ended is not None and ended <= to and not any(each.year == ended for each in changes.changes.get(code, []))


def _refused(fates: Iterable[_Fate], changes: CodeChanges, declared: Recode, where: str) -> Iterator[Problem]:
    """Complain of codes that nothing says what to do with, all of a kind together."""
    fates = list(fates)
    split = [fate for fate in fates if fate.what == SPLIT]
    if split:
        shown = "; ".join(f"{_called(fate)} → {', '.join(sorted(fate.new))}" for fate in split)
        what = f"{counted(len(split), 'code')} of `{declared.column}` with several successors: {shown}"
        hint = (
            "declare `several_successors`: `merge` them into one area, `divide` rows by shares, or `drop` the rows; or "
            "correct the crosswalk"
        )
        yield Problem(where, what, hint=hint)
    lost = [fate for fate in fates if fate.what in (UNKNOWN, ENDED)]
    if lost and declared.unknown_codes == "fail":
        shown = ", ".join(f"{fate.pair[1]} ({fate.what})" for fate in lost[:20]) + (", …" if len(lost) > 20 else "")
        what = f"{counted(len(lost), 'code')} of `{declared.column}` without a place in the {changes.where}: {shown}"
        yield Problem(where, what, hint="declare `unknown_codes: keep` or `drop`, or add them to the crosswalk")
    if declared.several_successors == "divide":
        steps = {(old, year) for fate in fates for year, old, _ in fate.followed.steps}
        for old, year in sorted(steps):
            yield from _shares_that_do_not_add_up(changes, old, year)


def _shares_that_do_not_add_up(changes: CodeChanges, old: str, year: int) -> Iterator[Problem]:
    """Complain of shares of one code in one year; a single successor needs none."""
    change = next(each for each in changes.changes[old] if each.year == year)
    shares = np.array(list(change.shares.values()))
    shown = ", ".join(f"{share:g} to {new}" for new, share in sorted(change.shares.items()))
    if np.isnan(shares).any() or (shares < 0).any() or abs(shares.sum() - 1) > TOLERANCE:
        what = f"the shares of {old} in {year} do not add up to 1: {shown}".replace("nan to", "missing to")
        yield Problem(changes.where, what)


def _called(fate: _Fate) -> str:
    return f"{fate.pair[1]} ({fate.names[0]})" if fate.names[0] else fate.pair[1]


def _with_new_codes(
    table: pd.DataFrame, keys: pd.MultiIndex, new: pd.DataFrame, column: str, amounts: Sequence[str]
) -> pd.DataFrame:
    """Give every row its new codes; a row of a divided area becomes several, with its amounts divided."""
    position = keys.to_frame(index=False).assign(_row=np.arange(len(table)))
    without = position[position[AUDIT_KEY[1]].isna()].assign(_new=None, _share=1.0)
    met = position[position[AUDIT_KEY[1]].notna()].merge(new, on=AUDIT_KEY, how="inner")
    placed = pd.concat([met, without] if len(without) else [met]).sort_values(["_row", "_new"], kind="stable")
    rows = table.iloc[placed["_row"].to_numpy()].reset_index(drop=True)
    share = placed["_share"].reset_index(drop=True)
    if (share != 1).any():
        numbers = [name for name in amounts if pd.api.types.is_numeric_dtype(rows[name])]
        rows = rows.assign(**{name: rows[name].astype("float64") * share for name in numbers})
    return rows.assign(**{column: pd.Series(placed["_new"].to_numpy(dtype=object)).astype("str")})


def _words(audit: pd.DataFrame, without: int, late: int, declared: Recode) -> str:
    """Count what became of codes and rows, for the ledger."""
    codes, rows = (audit.groupby("what")["rows"].agg(each).to_dict() for each in ("size", "sum"))
    words = [f"codes become those of {declared.to} by {declared.crosswalk.source}"]
    words += [
        f"{what}: {counted(int(codes[what]), 'code')} ({counted(int(rows[what]), 'row')})"
        for what in OUTCOMES
        if what in codes
    ]
    moved = int((audit["parts_moved"] != "").sum())
    words += [f"parts moved to or from the areas of {counted(moved, 'code')}"] if moved else []
    words += [f"{counted(late, 'code')} no longer in force in their year"] if late else []
    words += [f"no code in {counted(without, 'row')}"] if without else []
    return "; ".join(words)
