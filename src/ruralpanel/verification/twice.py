"""Whether a run comes out the same twice: every file that two runs leave, byte by byte."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import numpy as np
import pandas as pd

from ruralpanel.early_cutoff import FOLDER as KEPT
from ruralpanel.errors import counted

LEFT_OUT = frozenset({"logs", "benchmarks", KEPT})
"""Folders that say how a run went, which differs from one run to the next, and the one of what jobs keep."""

RUN_TIMES = re.compile(rb'<details id="run-times">.*?</details>', re.DOTALL)
"""The part of a study's page that gives how long its jobs took."""

PICTURES = (".png",)
SHOWN = 80
"""Characters that are shown of what differs."""


@dataclass(frozen=True)
class Difference:
    """A file that two runs do not have alike.

    Parameters
    ----------
    file
        Its path within the run's folder.
    what
        What differs first, in words.
    """

    file: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}: {self.what}"


def files_of(folder: Path) -> list[str]:
    """List the files below a folder that two runs should have alike, sorted; none where there is no such folder."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in paths if not LEFT_OUT & set(path.parts[:-1]))


def differences(first: Path, second: Path) -> list[Difference]:
    """Compare all files of two folders.

    Parameters
    ----------
    first, second
        The folders; those of :data:`LEFT_OUT` within them are not looked at, nor are the run times on a page.

    Returns
    -------
    list of Difference
        In the order of the files' names; empty when the two are the same.
    """
    ours, theirs = files_of(first), files_of(second)
    found = []
    for file in sorted({*ours, *theirs}):
        if file not in theirs:
            found.append(Difference(file, "only the first run has it"))
        elif file not in ours:
            found.append(Difference(file, "only the second run has it"))
        elif _contents(first / file) != _contents(second / file):
            found.append(Difference(file, first_difference(first / file, second / file)))
    return found


def first_difference(first: Path, second: Path) -> str:
    """Say in words where two files begin to differ, by what kind of file they are.

    Parameters
    ----------
    first, second
        Two files with the same name whose bytes differ.
    """
    if first.suffix == ".parquet":
        return _in_tables(pd.read_parquet(first), pd.read_parquet(second))
    if first.suffix in PICTURES:
        return _in_pictures(first, second)
    contents = _contents(first), _contents(second)
    try:
        return _in_lines(contents[0].decode("utf-8"), contents[1].decode("utf-8"))
    except UnicodeDecodeError:
        return _in_bytes(*contents)


def _contents(path: Path) -> bytes:
    """Read a file without what is known to differ from run to run."""
    contents = path.read_bytes()
    return RUN_TIMES.sub(b"", contents) if path.suffix == ".html" else contents


def _in_tables(first: pd.DataFrame, second: pd.DataFrame) -> str:
    if list(first.columns) != list(second.columns):
        only = [str(name) for name in first.columns.symmetric_difference(second.columns, sort=False)]
        return f"the columns differ: {', '.join(only) or 'their order'}"
    if len(first) != len(second):
        return " and ".join(counted(len(each), "row") for each in (first, second))
    for column in first.columns:
        left, right = first[column], second[column]
        if left.dtype != right.dtype:
            return f"column `{column}` is {left.dtype} and {right.dtype}"
        differ = ~((left == right) | (left.isna() & right.isna())).fillna(False).astype(bool)
        if differ.any():
            row = int(np.flatnonzero(differ)[0])
            more = int(differ.sum()) - 1
            many = f", and {counted(more, 'more row')} of this column" if more else ""
            return f"row {row + 1}, column `{column}`: {left.iloc[row]} and {right.iloc[row]}{many}"
    return "the same values in other bytes"


def _in_pictures(first: Path, second: Path) -> str:
    from PIL import Image

    with Image.open(first) as left, Image.open(second) as right:
        if left.size != right.size:
            return f"{left.width} × {left.height} and {right.width} × {right.height} pixels"
        differ = (np.asarray(left.convert("RGBA")) != np.asarray(right.convert("RGBA"))).any(axis=2)
    if not differ.any():
        return "the same picture in other bytes"
    row, column = (int(each[0]) for each in np.nonzero(differ))
    return f"{counted(int(differ.sum()), 'pixel')}, the first in row {row + 1}, column {column + 1}"


def _in_lines(first: str, second: str) -> str:
    left, right = first.splitlines(), second.splitlines()
    for number, (ours, theirs) in enumerate(zip(left, right, strict=False), start=1):
        if ours != theirs:
            alike = takewhile(lambda pair: pair[0] == pair[1], zip(ours, theirs, strict=False))
            begin = max(0, sum(1 for _ in alike) - SHOWN // 4)
            return f"line {number}: {_cut(ours, begin)} and {_cut(theirs, begin)}"
    if len(left) != len(right):
        return " and ".join(counted(len(each), "line") for each in (left, right))
    return "line ends"


def _cut(line: str, begin: int) -> str:
    return repr(("…" if begin else "") + line[begin : begin + SHOWN] + ("…" if len(line) > begin + SHOWN else ""))


def _in_bytes(first: bytes, second: bytes) -> str:
    shorter = min(len(first), len(second))
    differ = np.frombuffer(first[:shorter], "uint8") != np.frombuffer(second[:shorter], "uint8")
    if differ.any():
        return f"byte {int(np.flatnonzero(differ)[0]) + 1:,} of {len(first):,}"
    return " and ".join(counted(len(each), "byte") for each in (first, second))
