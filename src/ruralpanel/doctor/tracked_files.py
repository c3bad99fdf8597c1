"""What a repository should not hold: paths of one machine, and data on persons, in tracked files and raw tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ruralpanel.doctor.findings import Finding, error, warning
from ruralpanel.doctor.personal_data import Cell, Seen, in_column, in_text
from ruralpanel.errors import DataError, counted
from ruralpanel.study.source_formats import format_of_file
from ruralpanel.study.sources import Source

if TYPE_CHECKING:
    import pandas as pd

LARGEST = 50_000_000
"""Files larger than this, in bytes, are not looked into; the findings say so."""

SHOWN = 5
"""So many lines of one kind in a file are named; the others are counted."""

_PATH = re.compile(
    r"(?<![\w/.:~$}-])/(?:home|Users|root|mnt|media|Volumes)/[\w.-]+"
    r"|(?<![A-Za-z0-9])[A-Z]:(?:\\{1,2}|/)(?:Users|[^\s\\/:*?\"'<>|]+(?:\\{1,2}|/)(?!/))[^\s\"']*"
    r"|(?<![\w~/.`])~/[\w.-]+"
)
_RUNS = ("src/", "workflow/", "config/", "run")


def absolute_paths(root: Path, tracked: Iterable[str]) -> Iterator[Finding]:
    """Find paths that are of one machine in tracked text files.

    Parameters
    ----------
    root
        The top of the repository.
    tracked
        The tracked files, from the top of the repository.
    """
    for name in tracked:
        if PurePosixPath(name).suffix.lower() in (".csv", ".tsv", ".lock"):
            continue
        lines = _lines(root / name)
        found = [(row, match[0]) for row, line in lines or [] if (match := _PATH.search(line))]
        for row, path in found[:SHOWN]:
            find = error if name.startswith(_RUNS) else warning
            what = f"{path} is a path of one machine" + _more(found)
            yield find(f"{name}, line {row}", what, "write it from the top of the repository, or as an option")


def personal_data(
    root: Path, tracked: Iterable[str], sources: Mapping[str, Source], candidates: Counter[str] | None = None
) -> Iterator[Finding]:
    """Find personal data in tracked files and in the raw tables of a study, whether tracked or not.

    Parameters
    ----------
    root
        The top of the repository.
    tracked
        The tracked files, from the top of the repository.
    sources
        The study's sources, which say how their files are read.
    candidates
        Counts, by kind, what has the right length for a pattern and what fulfils all of it.

    Yields
    ------
    Finding
        An error for identity and mobile numbers in raw files; a warning for what may be meant to be there, as the
        address of an author is, or invented, as numbers in tests are.
    """
    declared = {source.raw_file: source for source in sources.values() if source.raw_file}
    known = set(tracked)
    for name in sorted({*known, *declared}):
        path = root / name
        if not path.is_file():
            continue
        if path.stat().st_size > LARGEST:
            yield warning(name, f"is larger than {LARGEST // 1_000_000} MB, and was not looked into")
            continue
        tables = _columns(name, path, declared.get(name))
        if tables is None:
            lines = _lines(path)
            seen = {"": list(in_text(lines, candidates))} if lines is not None else {}
        else:
            seen = {header: list(in_column(header, cells, candidates)) for header, cells in tables}
        in_data = name in declared or name.startswith("data/")
        for header, of_column in seen.items():
            yield from _findings(name, header, of_column, in_data)


def _findings(name: str, header: str, seen: Sequence[Seen], in_data: bool) -> Iterator[Finding]:
    """Make one finding of each kind in a column, or in a file of text."""
    for kind in dict.fromkeys(each.kind for each in seen):
        of_kind = [each for each in seen if each.kind == kind]
        first = of_kind[0]
        whole_column = "column of" in kind
        what = f"column `{header}` is, {kind}" if whole_column else f"{kind} ({first.shown}){_more(of_kind)}"
        where = f"{name}, {f'row {first.row}' if header else f'line {first.row}'}"
        where += f", column `{header}`" if header and not whole_column else ""
        hint = (
            "take it out before the file is passed on, or keep the file under data/raw/…/restricted, which git ignores"
        )
        certain = in_data and not whole_column and "e-mail" not in kind
        yield (error if certain else warning)(where, what, hint)


def _more(found: Sequence[object]) -> str:
    return f", and {counted(len(found) - 1, 'more like it')}".replace("its", "it") if len(found) > 1 else ""


def _lines(path: Path) -> list[Cell] | None:
    """Read a text file line by line; None for a file that is no text."""
    contents = path.read_bytes()
    if b"\x00" in contents[:8000] or len(contents) > LARGEST:
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return list(enumerate(contents.decode(encoding).splitlines(), start=1))
        except UnicodeDecodeError:
            continue
    return list(enumerate(contents.decode("latin-1").splitlines(), start=1))


def _columns(name: str, path: Path, declared: Source | None) -> list[tuple[str, list[Cell]]] | None:
    """Read the columns of a table with the product's own readers; None for what is no table, or cannot be read."""
    file_format = declared.file_format if declared else format_of_file(name)
    if file_format is None or not file_format.is_table:
        return None
    if declared is None and name.lower().endswith(file_format.often_other or ("\0",)):
        return None
    from ruralpanel.sources.formats import read_raw

    try:
        source = declared or Source.model_validate({"path": name, "key": ["row"], "columns": {"row": None}})
        raw = read_raw(source, path)
    except (DataError, ValueError):  # what is wrong with a raw file is for the run to say
        return None
    return [(str(header), _different(raw.values.iloc[:, at], raw.rows)) for at, header in enumerate(raw.values.columns)]


def _different(values: pd.Series, rows: pd.Series) -> list[Cell]:
    """Give the different values of a column as text; of numbers, the first few and those with eleven digits or more."""
    from pandas.api.types import is_numeric_dtype

    different = values.dropna()
    if is_numeric_dtype(different):
        long = different[different.abs() >= 10**10]
        different = long if len(long) else different.head(1)
    try:
        different = different.drop_duplicates()
    except TypeError:  # lists or mappings, which no two cells share
        return []
    texts = [_as_text(value) for value in different.tolist()]
    return [(int(row), text) for row, text in zip(rows[different.index].tolist(), texts, strict=True) if text]


def _as_text(value: object) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value).strip()
