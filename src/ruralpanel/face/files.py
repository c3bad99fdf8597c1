"""Any raw file as the product reads it, with what it found on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from ruralpanel.drafting.keys import find_key, tried
from ruralpanel.drafting.reading import Opened, open_file, undeclared
from ruralpanel.drafting.variables import Variable, describe, period_of_wide
from ruralpanel.errors import DataError, Problem, nearest
from ruralpanel.face.declaration import Call
from ruralpanel.face.errors import FileError
from ruralpanel.face.renaming import listed, plain
from ruralpanel.sources.formats import read_raw
from ruralpanel.sources.labelled import labels_of
from ruralpanel.sources.table import read_source
from ruralpanel.study.messages import problems_of
from ruralpanel.study.sources import Source

DOOR = "rp.read"

NOT_OF_READING = ("key", "columns", "checks", "corrections", "on_violation", "fill_down", "wide_into", "missing_codes")
"""Keys of a source that say what a table means, and not how a file is opened."""


@dataclass(frozen=True, repr=False, eq=False)
class ReadFile:
    """A file that has been read.

    Parameters
    ----------
    table
        One column for each that is used, typed.
    findings
        What was guessed of the file, and why; what was left out.
    ledger
        What was done to rows and values, line by line.
    quarantine
        Rows that broke the declarations, with reasons, where ``on_violation="quarantine"`` set them aside.
    source
        How the file was read: what a study file would say under ``sources``.
    """

    table: pd.DataFrame
    findings: list[str]
    ledger: pd.DataFrame
    quarantine: pd.DataFrame
    source: Source

    @property
    def declaration(self) -> dict[str, Any]:
        """The keys of the source, which can be given to :func:`ruralpanel.read` again, and changed."""
        return self.source.model_dump(mode="json", by_alias=True, exclude_unset=True)

    def _said(self) -> list[str]:
        shape = f"{self.source.path}: {len(self.table):,} rows, {len(self.table.columns)} columns, "
        shape += f"told apart by {' and '.join(self.source.key)}"
        away = [f"{len(self.quarantine):,} rows in .quarantine"] if len(self.quarantine) else []
        return [shape, *away, *self.findings]

    def __repr__(self) -> str:
        return "\n".join([*self._said(), "", repr(self.table.head())])

    def _repr_html_(self) -> str:
        said = "<br>".join(escape(each) for each in self._said())
        return f"<p>{said}</p>{self.table.head().to_html(escape=True)}"


def read(path: str | Path, **keys: Any) -> ReadFile:
    """Read a raw file as a study would: CSV of any encoding, Excel, Stata, SPSS, Parquet, GeoJSON and others.

    What the call does not say is guessed as ``./run new-study`` does: where the header is, what columns are called and
    hold, and which tell rows apart. :attr:`ReadFile.findings` says what was guessed and why.

    Parameters
    ----------
    path : str or pathlib.Path
        The file.
    **keys
        Keys of a source, as in a study file: ``key``, ``columns``, ``sheet``, ``header_row``, ``encoding``,
        ``decimal``, ``missing_codes``, ``drop_rows``, ``on_violation`` and others. ``columns`` may be a list of those
        to keep.

    Returns
    -------
    ReadFile
        ``.table``, ``.findings``, ``.ledger``, ``.quarantine`` and ``.declaration``.

    Raises
    ------
    FileError
        A ValueError: there is no such file, it cannot be read, or values break what the call says; with file, row,
        column and value.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import ruralpanel as rp
    >>> path = pathlib.Path(tempfile.mkdtemp(), "incomes.csv")
    >>> _ = path.write_text("Village,Year,Income\\nA,2010,1200\\nA,2011,\\nB,2010,900\\nB,2011,950\\n")
    >>> rp.read(path).table
      village  year  income
    0       A  2010  1200.0
    1       A  2011     NaN
    2       B  2010   900.0
    3       B  2011   950.0
    """
    file = Path(path)
    if not file.is_file():
        beside = [each.name for each in file.parent.iterdir()] if file.parent.is_dir() else []
        raise FileError([Problem(DOOR, f"there is no file {file}", "path", nearest(file.name, beside))])
    given = {name: value for name, value in keys.items() if value is not None}
    unknown = [name for name in given if name not in _keys_of_a_source()]
    if unknown:
        raise FileError(
            Problem(DOOR, "is no key of a source", name, nearest(name, _keys_of_a_source())) for name in unknown
        )
    try:
        declared, findings = _declared(file, given)
        source = Source.model_validate({"path": str(file), **declared})
        found = read_source(file.stem, source, file)
    except ValidationError as error:
        call = Call(Path(DOOR), {"path": str(file), **given}, {}, DOOR, above=0)
        raise FileError(problems_of(error, call, Source)) from None
    except DataError as error:
        raise FileError(error.problems) from None
    return ReadFile(found.table, findings, found.ledger.frame(), found.quarantine, source)


def _keys_of_a_source() -> list[str]:
    return [name for name in Source.model_fields if name not in ("path", "loader", "retrieve")]


def _declared(file: Path, given: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Complete what the call says of a file by what can be guessed, and say what that is."""
    stated = {name: plain(value) for name, value in given.items()}
    if "key" in stated:
        stated["key"] = listed(stated["key"])
    if isinstance(stated.get("columns"), dict) and "key" in stated:
        return stated, []
    opened = _opened(file, {name: value for name, value in stated.items() if name not in NOT_OF_READING})
    variables, left_out = describe(opened)
    findings = [f"guessed: {opened.evidence}"] if opened.evidence else []
    findings += [f"left out: {each}" for each in left_out]
    settings: dict[str, Any] = dict(opened.settings)
    fixed = [each for each in variables if each.values is not None]
    if len(fixed) < len(variables):
        settings["wide_into"] = period_of_wide(variables)
    for each in variables:
        headed = [f"called {each.header!r} in the file"] if each.header != each.name and each.values is not None else []
        if headed or each.evidence:
            findings.append(f"{each.name}: {'; '.join([*headed, *each.evidence])}")
    key = stated["key"] if "key" in stated else _key(file, fixed, settings.get("wide_into"), findings)
    columns = stated.get("columns")
    if not isinstance(columns, dict):
        columns = _chosen(variables, columns, key)
    return {**settings, **stated, "key": key, "columns": columns}, findings


def _opened(file: Path, reading: dict[str, Any]) -> Opened:
    """Open a file as the call says, or as it looks."""
    if not set(reading) - {"member"}:
        return open_file(str(file), Path(), reading.get("member"))
    source = undeclared(str(file), **reading)
    return Opened(reading, read_raw(source, file), *labels_of(source, file), "")


def _key(file: Path, fixed: list[Variable], into: str | None, findings: list[str]) -> list[str]:
    """Find columns that tell rows apart."""
    found = find_key(fixed)
    if found is None or found.share < 1:
        what = f"no columns of {file} tell all rows apart; {tried(fixed)}"
        hint = "say which do: key=[…]; with on_violation='quarantine', rows that share them are set aside"
        raise FileError([Problem(DOOR, what, "key", hint)])
    key = found.columns if into is None or into in found.columns else [*found.columns, into]
    findings.append(f"guessed: {' and '.join(key)} tell rows apart")
    return key


def _chosen(variables: list[Variable], wanted: Any, key: list[str]) -> dict[str, Any]:
    """Pick the columns to keep, with those of the key."""
    by_name = {each.name: each.keys for each in variables}
    if wanted is None:
        return by_name
    names = listed(wanted)
    headers = {each.header: each.name for each in variables}
    kept = [headers.get(str(name), str(name)) for name in names]
    absent = [name for name in kept if name not in by_name]
    if absent:
        raise FileError(
            [Problem(DOOR, f"the file has no column `{absent[0]}`", "columns", nearest(absent[0], by_name))]
        )
    return {name: keys for name, keys in by_name.items() if name in kept or name in key}
