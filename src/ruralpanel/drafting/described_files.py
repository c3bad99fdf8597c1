"""A raw file of a draft: its columns, its key, how it is read, and the table as the product reads it then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ruralpanel.drafting.keys import Key, find_key, tried
from ruralpanel.drafting.reading import open_file, readable_members, unlike_data
from ruralpanel.drafting.variables import Variable, describe, period_of_wide
from ruralpanel.errors import counted
from ruralpanel.frames.periods.frequency import FIRST_YEAR, LAST_YEAR, frequency, is_finer
from ruralpanel.sources.table import read_source
from ruralpanel.study.source_formats import is_packed
from ruralpanel.study.sources import Source


@dataclass
class DraftSource:
    """One file of the draft.

    Parameters
    ----------
    name
        Its name in the study.
    path
        The file, from the top of the repository.
    variables
        Its columns.
    key
        What tells its rows apart.
    settings
        The keys of the source that say how it is read.
    evidence
        By key of the source, what was guessed and why.
    table
        The table as the product reads it.
    """

    name: str
    path: str
    variables: list[Variable]
    key: Key
    settings: dict[str, Any]
    evidence: dict[str, str]
    table: pd.DataFrame

    @property
    def origin(self) -> str:
        """The file, and where it is in a zip file."""
        return origin_of(self.path, self.settings.get("member"))

    def role(self, column: str) -> str:
        """Tell what a column may be; the period of a wide file is one."""
        return next((each.role for each in self.variables if each.name == column), "period")

    @property
    def frequency(self) -> str | None:
        """What the periods of the key are, where they are more than whole numbers."""
        of_key = (each for each in self.variables if each.name == self.key.period)
        return next((each.keys.get("frequency") for each in of_key), None)

    def rename(self, old: str, new: str) -> None:
        """Give a column another name, everywhere."""
        for variable in self.variables:
            if variable.name == old:
                if not {"from", "wide"} & set(variable.keys):
                    variable.keys = {"from": old, **variable.keys}
                variable.name = new
        period = new if self.key.period == old else self.key.period
        self.key = Key([new if each == old else each for each in self.key.unit], period, self.key.share)
        if self.settings.get("wide_into") == old:
            self.settings["wide_into"] = new
        self.settings["fill_down"] = [new if each == old else each for each in self.settings.get("fill_down", [])]
        self.table = self.table.rename(columns={old: new})


def with_members(paths: Sequence[str], root: Path, questions: list[str]) -> list[tuple[str, str | None]]:
    """List the files to read, each that can be read within a zip file.

    Parameters
    ----------
    paths
        The files, from the top of the repository.
    root
        The top of the repository.
    questions
        What the user is told; files within that cannot be read are added.

    Returns
    -------
    list of tuple
        Of each its path, and the name of its member where it is in a zip file.
    """
    found: list[tuple[str, str | None]] = []
    for path in paths:
        if not is_packed(path):
            found.append((path, None))
            continue
        members = readable_members(root / path)
        found += [(path, name) for name, is_readable in members.items() if is_readable]
        others = [name for name, is_readable in members.items() if not is_readable]
        if others:
            questions.append(f"{path} also holds {', '.join(others[:10])}, of no format that can be read")
    return found


def describe_file(
    name: str, path: str, root: Path, questions: list[str], member: str | None = None
) -> DraftSource | None:
    """Describe a file, find its key, and read it once more as it is declared then.

    Parameters
    ----------
    name
        What the source will be called.
    path
        The file, from the top of the repository.
    root
        The top of the repository.
    questions
        What the user is told; columns left out, and why a file is, are added.
    member
        The file's name within a zip file.

    Returns
    -------
    DraftSource or None
        None where no columns tell the rows apart.

    Raises
    ------
    DataError
        If the file cannot be read.
    """
    opened = open_file(path, root, member)
    variables, left_out = describe(opened)
    questions += [f"{origin_of(path, member)}: {each}" for each in left_out]
    settings, evidence = dict(opened.settings), {}
    if opened.evidence:
        evidence["header_row"] = opened.evidence
    filled = [each.name for each in variables if _is_merged(each)]
    if filled:
        settings["fill_down"] = filled
        evidence["fill_down"] = "each value stands once, and the cells below it are empty"
        for each in variables:
            if each.name in filled and each.values is not None:
                each.values = each.values.ffill()
    fixed = [each for each in variables if each.values is not None]
    key = find_key(fixed)
    if any(each.values is None for each in variables):
        into = free_name(period_of_wide(variables), {each.name for each in variables})
        settings["wide_into"] = into
        evidence["wide_into"] = f"columns that differ by a {into} become one row a {into}"
        key = Key(key.unit, into, key.share) if key is not None and key.period is None else None
    if key is None:
        questions.append(
            f"{origin_of(path, member)} is left out: no columns were found that tell its rows apart; {tried(fixed)}"
            + unlike_data(opened.raw)
        )
        return None
    if key.share < 1:
        settings["on_violation"] = "quarantine"
        evidence["on_violation"] = f"in {1 - key.share:.2%} of the rows the key is missing or shared"
    share = "all" if key.share == 1 else f"{key.share:.2%} of"
    evidence["key"] = f"tells {share} {counted(len(opened.raw.values), 'row')} apart"
    draft = DraftSource(name, path, variables, key, settings, evidence, pd.DataFrame())
    _take_periods_of_key(draft)
    draft.table = read_source(name, _as_source(draft), root / path).table
    return draft


def _take_periods_of_key(draft: DraftSource) -> None:
    """Read dates, months and the like as the longer periods of the key in which they lie: an opening in 2014 is one."""
    key = next((each for each in draft.variables if each.name == draft.key.period), None)
    if key is None or key.values is None:
        return
    of = key.keys.get("frequency") or ("year" if key.values.between(FIRST_YEAR, LAST_YEAR).all() else None)
    for each in draft.variables:
        own = each.keys.get("frequency")
        if each is not key and of is not None and own is not None and is_finer(own, of):
            each.keys = {**each.keys, "frequency": of}
            each.evidence.append(f"read as the {frequency(of).noun} it lies in")


def _as_source(draft: DraftSource) -> Source:
    """Make the declaration that the study file will hold."""
    columns = {each.name: each.keys for each in draft.variables}
    declared = {"path": draft.path, "key": draft.key.columns, "columns": columns, **draft.settings}
    return Source.model_validate(declared)


def _is_merged(variable: Variable) -> bool:
    """Tell a column of merged cells: text with gaps, not in the first row, and no value again in the cell below it."""
    values = variable.values
    if variable.role != "text" or values is None or values.isna().iloc[0] or not 0.2 < values.isna().mean() < 1:
        return False
    again = values.notna() & (values == values.shift())
    return bool(not again.any() and values.isna().sum() >= values.notna().sum())


def origin_of(path: str, member: str | None) -> str:
    """Name a file, and where it is in a zip file."""
    return path if member is None else f"{member} in {path}"


def free_name(name: str, taken: set[Any]) -> str:
    """Add a number to a name that is taken.

    Parameters
    ----------
    name
        The name wanted.
    taken
        Those that are taken.
    """
    return next(each for each in (name, *(f"{name}_{number}" for number in range(2, 10_000))) if each not in taken)
