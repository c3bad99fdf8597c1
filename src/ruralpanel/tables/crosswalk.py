"""Read a crosswalk, which codes became which and when, and follow codes through it.

A change of a year holds from that year on, for the codes in force before it. So a chain is followed year by year, and
a code that goes and comes back as another area's in the same year is both without contradiction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.study.tables import Crosswalk

SUCCESSOR = r"^(?P<new>[^\s;,，、\[\]]+)(?:\[(?P<moved>[0-9]{1,4})\])?$"
"""A code, and the year in which a part of the area moved to it where that is not the year of the row."""

MANY = 20
"""Up to so many successors without a year are told one by one."""


@dataclass(frozen=True)
class Change:
    """What became of a code in one year.

    Parameters
    ----------
    year
        The first year in which the successors hold.
    shares
        For every successor, its share of the area; missing where the crosswalk has no shares.
    """

    year: int
    shares: Mapping[str, float]


@dataclass
class CodeChanges:
    """A crosswalk as it is used.

    Parameters
    ----------
    where
        The source, for messages.
    changes
        For every code that was replaced, its changes in order.
    parts
        For every code, the parts of areas that moved from it, while it stayed in use, or to it: year, from and to.
    ended
        The year in which a code went out of use for good.
    names
        For every code and first year, the name of its area.
    begun
        The first year of a code, or of its latest use where it had been out of use for a time.
    codes
        All codes that the crosswalk knows.
    """

    where: str
    changes: dict[str, list[Change]] = field(default_factory=dict)
    parts: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    names: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    begun: dict[str, int] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)

    def follow(self, code: str, since: int, to: int) -> Followed:
        """Follow a code through the changes after one year and up to another.

        Parameters
        ----------
        code
            The code in the first year.
        since, to
            The years.

        Returns
        -------
        Followed
            What became of it.
        """
        change = next((each for each in self.changes.get(code, []) if since < each.year <= to), None)
        last = to if change is None else change.year
        parts = [each for each in self.parts.get(code, []) if since < each[0] <= last]
        if change is None:
            return Followed({code: 1.0}, (), tuple(parts))
        shares: dict[str, float] = {}
        steps = [(change.year, code, tuple(sorted(change.shares)))]
        for successor, share in sorted(change.shares.items()):
            later = self.follow(successor, change.year, to)
            for new, part in later.shares.items():
                shares[new] = shares.get(new, 0.0) + share * part
            steps += later.steps
            parts += later.parts
        return Followed(shares, tuple(dict.fromkeys(steps)), tuple(dict.fromkeys(parts)))

    def name_of(self, code: str, year: float) -> str:
        """Give the name that a code's area had in a year, as far as the crosswalk says."""
        names = self.names.get(code, [])
        held = [name for since, name in names if since <= year]
        return held[-1] if held else names[0][1] if names else ""


@dataclass(frozen=True)
class Followed:
    """What became of a code.

    Parameters
    ----------
    shares
        For every code of the last year, its share of the area.
    steps
        The changes that were followed: year, old code and new codes.
    parts
        Parts of the area that moved: year, from and to.
    """

    shares: Mapping[str, float]
    steps: tuple[tuple[int, str, tuple[str, ...]], ...]
    parts: tuple[tuple[int, str, str], ...]


def read_crosswalk(table: pd.DataFrame, declared: Crosswalk) -> CodeChanges:
    """Read which codes became which.

    Parameters
    ----------
    table
        The typed table of the crosswalk.
    declared
        What its columns are.

    Returns
    -------
    CodeChanges
        Its changes, each with its year.

    Raises
    ------
    DataError
        If codes are numbers, years are no whole numbers, a list of successors cannot be read or has no year, shares do
        not fit, or codes go round in a circle within a year.
    """
    where = f"crosswalk {declared.source}"
    problems = _problems_of_columns(table, declared, where) or _problems_of_years(table, declared, where)
    if problems:
        raise DataError(problems)
    rows = _one_successor_a_row(table, declared)
    problems = _problems_of_rows(rows, declared, where)
    if problems:
        raise DataError(problems)
    whole = rows[rows["new"].notna() & rows["moved"].isna()]
    found = CodeChanges(
        where,
        changes=_changes(whole, declared.share is not None),
        parts=_parts(rows[rows["moved"].notna()]),
        ended=_ended(rows, whole),
        names=_names(rows),
        begun=_begun(rows),
        codes={*rows["old"], *rows["new"].dropna()},
    )
    problems = _circles(found, where)
    if problems:
        raise DataError(problems)
    return found


def components(pairs: Sequence[tuple[str, str]], connection: str) -> list[list[str]]:
    """Group codes that are connected by pairs.

    Parameters
    ----------
    pairs
        Codes, from and to.
    connection
        ``weak``: pairs connect both ways; ``strong``: codes of a group lead to each other.

    Returns
    -------
    list of list of str
        Every code in one group, each group in order.
    """
    codes = sorted({code for pair in pairs for code in pair})
    number = {code: position for position, code in enumerate(codes)}
    rows, columns = ([number[pair[side]] for pair in pairs] for side in (0, 1))
    graph = coo_array((np.ones(len(pairs)), (rows, columns)), shape=(len(codes), len(codes)))
    _, labels = connected_components(graph.tocsr(), directed=True, connection=connection)
    groups: dict[int, list[str]] = {}
    for code, label in zip(codes, labels, strict=True):
        groups.setdefault(int(label), []).append(code)
    return list(groups.values())


def _problems_of_columns(table: pd.DataFrame, declared: Crosswalk, where: str) -> list[Problem]:
    """Find codes that are numbers and years that are not."""
    problems = []
    for name in (declared.old, declared.new):
        if pd.api.types.is_numeric_dtype(table[name]) and table[name].notna().any():
            what = f"`{name}` holds numbers, and codes are text"
            problems.append(Problem(where, what, hint="give the column `type: code` or, with lists, `type: text`"))
    absent = int(table[declared.old].isna().sum())
    if absent:
        what = f"`{declared.old}` is missing in {counted(absent, 'row')}, so that nobody knows what changed"
        problems.append(Problem(where, what, hint="correct the rows, or leave them out in a table of their own"))
    for column in (declared.year, declared.since):
        values = table[column].dropna() if column is not None else pd.Series(dtype="float64")
        if len(values) and not (pd.api.types.is_numeric_dtype(values) and (values == values.round()).all()):
            found = ", ".join(map(str, values.drop_duplicates().head(3)))
            problems.append(Problem(where, f"`{column}` must hold years as whole numbers; found {found}"))
    if declared.share is not None and not pd.api.types.is_numeric_dtype(table[declared.share]):
        problems.append(Problem(where, f"the share `{declared.share}` holds text, not numbers"))
    return problems


def _problems_of_years(table: pd.DataFrame, declared: Crosswalk, where: str) -> list[Problem]:
    """Find years that are none, such as 20155 or 215, and codes that end before they begin: no change would follow."""
    problems = []
    for column in (declared.year, declared.since):
        values = table[column] if column is not None else pd.Series(np.nan, index=table.index)
        for row in values.index[(values < 1000) | (values > 9999)]:
            what = f"`{column}` is {values[row]:g} for {table.loc[row, declared.old]}, and a year has four digits"
            problems.append(Problem(where, what, hint="correct the row"))
    if problems or declared.since is None:
        return problems
    for row in table.index[table[declared.year] < table[declared.since]]:
        ends, begins = table.loc[row, declared.year], table.loc[row, declared.since]
        what = f"{table.loc[row, declared.old]} ends in {ends:g}, before it begins in {begins:g}"
        problems.append(Problem(where, what, hint="correct the row"))
    return problems


def _one_successor_a_row(table: pd.DataFrame, declared: Crosswalk) -> pd.DataFrame:
    """Give every successor a row of its own; a code without one keeps its row."""
    columns = {"year": declared.year, "since": declared.since, "name": declared.name, "share": declared.share}
    nothing = pd.Series(np.nan, index=table.index)
    rows = pd.DataFrame({key: nothing if name is None else table[name] for key, name in columns.items()})
    written = table[declared.new].astype(object)
    rows = rows.assign(old=table[declared.old].astype("str"), written=written)
    rows["text"] = written.astype("str").str.split("[;；]", regex=True)
    rows = rows.explode("text").reset_index(drop=True)
    rows["text"] = rows["text"].astype("str").str.strip()
    rows["text"] = rows["text"].mask(rows["text"] == "")
    rows = rows.join(rows["text"].str.extract(SUCCESSOR))
    rows["moved"] = rows["moved"].astype("float64")
    return rows.sort_values(["old", "year", "since", "new", "moved"], kind="stable").reset_index(drop=True)


def _problems_of_rows(rows: pd.DataFrame, declared: Crosswalk, where: str) -> list[Problem]:
    """Find successors that cannot be read, that have no year, or whose shares are unclear."""
    problems = []
    unread = rows[rows["text"].notna() & rows["new"].isna()]
    for old, written in zip(unread["old"], unread["written"], strict=True):
        what = f"the successors of {old} cannot be read: {written!r}"
        problems.append(Problem(where, what, hint="write codes separated by `;`, such as `130102;130104[2001]`"))
    undated = rows[rows["new"].notna() & rows["moved"].isna() & rows["year"].isna()]
    if len(undated) > MANY:  # then it is not the rows that are wrong, but the columns that were declared
        shown = "; ".join(f"{old}: {new}" for old, new in undated[["old", "new"]].head(5).itertuples(index=False))
        what = f"{counted(len(undated), 'successor')} in `{declared.new}` have no year in `{declared.year}`: {shown}; …"
        hint = "is `new` the column with codes after a change, empty where there was none, and `year` that of its year?"
        return [*problems, Problem(where, what, hint=hint)]
    for old, new in zip(undated["old"], undated["new"], strict=True):
        what = f"{old} has the successor {new}, and no year in which it changed"
        problems.append(Problem(where, what, hint=f"fill in `{declared.year}`, or write `{new}[year]`"))
    if declared.share is not None:
        repeated = rows[rows["new"].notna() & rows.duplicated(["old", "new", "year"])]
        for old, new, year in zip(repeated["old"], repeated["new"], repeated["year"], strict=True):
            what = f"{old} has the successor {new} in {year:g} twice, each with a share"
            problems.append(Problem(where, what, hint="correct the rows"))
        lists = rows["written"].astype("str").str.contains("[;；]", na=False) & rows["new"].notna()
        for old in rows.loc[lists, "old"].unique():
            what = f"{old} has several successors in one row, and one share"
            problems.append(Problem(where, what, hint="give each old and new code a row of its own"))
    return problems


def _changes(whole: pd.DataFrame, has_shares: bool) -> dict[str, list[Change]]:
    """Give the changes of every code that was replaced; one that is followed by itself only got another name."""
    changes: dict[str, list[Change]] = {}
    for _, group in whole.groupby(["old", "year"], sort=True):
        old, year = str(group["old"].iloc[0]), int(group["year"].iloc[0])
        shares = dict(zip(group["new"], group["share"].astype("float64"), strict=True))
        if set(shares) == {old}:
            continue
        if has_shares and len(shares) == 1:
            shares = {new: 1.0 if np.isnan(share) else share for new, share in shares.items()}
        changes.setdefault(old, []).append(Change(year, shares))
    return changes


def _parts(moved: pd.DataFrame) -> dict[str, list[tuple[int, str, str]]]:
    """Give the parts that moved, for the codes they came from and went to."""
    parts: dict[str, list[tuple[int, str, str]]] = {}
    for year, old, new in zip(moved["moved"], moved["old"], moved["new"], strict=True):
        for code in (old, new):
            parts.setdefault(code, []).append((int(year), old, new))
    return parts


def _ended(rows: pd.DataFrame, whole: pd.DataFrame) -> dict[str, int]:
    """Give the last year of codes that no row has in use, and that none has received since."""
    last = rows["year"].fillna(np.inf).groupby(rows["old"]).max()
    received = whole.groupby("new")["year"].max().reindex(last.index)
    ended = last[np.isfinite(last) & ~(received >= last)]
    return {str(code): int(year) for code, year in ended.items()}


def _names(rows: pd.DataFrame) -> dict[str, list[tuple[float, str]]]:
    """Give the names of every code's area with their first years, in order."""
    named = rows[rows["name"].notna()].drop_duplicates(["old", "since", "name"])
    names: dict[str, list[tuple[float, str]]] = {}
    for code, since, name in zip(named["old"], named["since"].fillna(-np.inf), named["name"], strict=True):
        names.setdefault(code, []).append((float(since), str(name)))
    return {code: sorted(of_code) for code, of_code in names.items()}


def _begun(rows: pd.DataFrame) -> dict[str, int]:
    """Give the first year of the latest use of every code, which goes on where one row ends and the next begins."""
    dated = rows[rows["since"].notna()].sort_values("since", ascending=False, kind="stable")
    begun: dict[str, int] = {}
    for code, since, end in zip(dated["old"], dated["since"], dated["year"].fillna(np.inf), strict=True):
        if end >= begun.get(code, -np.inf):
            begun[code] = int(since)
    return begun


def _circles(found: CodeChanges, where: str) -> list[Problem]:
    """Find codes that all became each other in one year, of which none tells where its area is."""
    problems = []
    of_year: dict[int, list[tuple[str, str]]] = {}
    for old, changes in found.changes.items():
        for change in changes:
            if old not in change.shares:
                of_year.setdefault(change.year, []).extend((old, new) for new in change.shares)
    for year, pairs in sorted(of_year.items()):
        groups = components(pairs, "strong")
        for codes in sorted(codes for codes in groups if len(codes) > 1):
            what = f"{', '.join(codes)} became each other in {year}, in a circle"
            problems.append(Problem(where, what, hint="correct the rows: a code's new code is the one it has after"))
    return problems
