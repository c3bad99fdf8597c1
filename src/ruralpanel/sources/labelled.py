"""Open files of Stata and SPSS: values with labels, and text that may be in any encoding."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.io.stata import StataReader

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.sources.old_text import decoded_texts, with_decoded_text
from ruralpanel.sources.raw import RawTable, counted_from
from ruralpanel.study.source_formats import function_named
from ruralpanel.study.sources import Source

BYTE_FOR_BYTE = "latin-1"
"""The encoding in which each byte is a character, from which the bytes can be had back."""


class _ByteReader(StataReader):
    """Read text byte for byte: pandas would give one spoilt cell another encoding than its neighbours."""

    def _set_encoding(self) -> None:
        self._encoding = BYTE_FOR_BYTE


def _read_frame(path: Path, **options: Any) -> pd.DataFrame:
    with _ByteReader(path, **options) as reader:
        frame: pd.DataFrame = reader.read()  # type: ignore[attr-defined]  # the stubs leave it out
    return frame


def read_stata(source: Source, path: Path) -> RawTable:
    """Read a Stata file, its text in the encoding that it is in.

    Parameters
    ----------
    source
        The declaration of the source.
    path
        The file.

    Raises
    ------
    DataError
        If it cannot be read as a Stata file, or its text not as declared.
    """
    try:
        values = _read_frame(path, convert_categoricals=False)
    except Exception as error:  # a truncated file ends in struct.error, MemoryError or worse, by where it was cut
        first_sentence = str(error).split(". ")[0]
        what = f"cannot be read as a Stata file: {first_sentence or type(error).__name__}"
        raise DataError([Problem(source.origin, what, hint="the file may be cut off, or of another format")]) from None
    labels, shared = (
        _stata_labels(path, [str(name) for name in values])
        if any(column.value_labels for column in source.columns.values())
        else ({}, set())
    )
    raw = replace(counted_from(values, 1, source.origin), labels=labels, shared_labels=frozenset(shared))
    with path.open("rb") as stream:
        beginning = stream.read(40)
    # From version 118 (Stata 14) on, text is UTF-8; before, it is in whatever encoding the writer used.
    is_new = re.match(rb"<stata_dta><header><release>1(?:1[89]|[2-9])", beginning)
    kind = "a Stata file" if is_new else "an old Stata file"
    return with_decoded_text(raw, source.encoding, "utf-8" if is_new else None, kind)


def _stata_labels(path: Path, names: list[str]) -> tuple[dict[str, pd.Series], set[str]]:
    """Give the columns of a Stata file that have labels, as labels, and those in which two values share one."""
    shared: set[str] = set()
    try:
        with_labels = _read_frame(path)
    except ValueError:  # pandas refuses the whole file for one such column, which the study may not even use
        parts = []
        for name in names:
            try:
                parts.append(_read_frame(path, columns=[name]))
            except ValueError:
                shared.add(name)
        with_labels = pd.concat(parts, axis="columns") if parts else pd.DataFrame()
    labelled = [name for name in with_labels if isinstance(with_labels[name].dtype, pd.CategoricalDtype)]
    return {str(name): with_labels[name].astype(object) for name in labelled}, shared


def read_spss(source: Source, path: Path) -> RawTable:
    """Read an SPSS file with its user-missing codes as they are, so that the study says which mean missing.

    Parameters
    ----------
    source
        The declaration of the source.
    path
        The file.

    Raises
    ------
    DataError
        If it cannot be read as an SPSS file, or its text not as declared.
    """
    import pyreadstat

    try:
        # Read as the file says, a character that a field cuts off would vanish without a word, or end the reading.
        values, meta = pyreadstat.read_sav(str(path), user_missing=True, encoding="LATIN1")
    except Exception as error:
        raise DataError([Problem(source.origin, f"cannot be read as an SPSS file: {error}")]) from None
    labels = {name: as_labels(values[name], each) for name, each in meta.variable_value_labels.items()}
    notes = []
    for name, ranges in meta.missing_ranges.items():
        missing = pd.Series(False, index=values.index)
        for bounds in list(ranges):
            low, high = _ends(bounds)
            missing |= values[name].between(low, high) if isinstance(low, float) else values[name] == low
        if missing.any():
            values[name] = values[name].mask(missing)
            notes.append(f"{name}: {counted(int(missing.sum()), 'value')} that the file calls missing")
    raw = replace(counted_from(values, 1, source.origin), labels=labels, notes=notes)
    return with_decoded_text(raw, source.encoding, encoding_said("pyreadstat:read_sav", path), "an SPSS file")


def labels_of(source: Source, path: Path) -> tuple[dict[str, str], dict[str, dict[Any, str]]]:
    """Read the labels of columns and values in files of Stata and SPSS; a file too old to be understood has none.

    Parameters
    ----------
    source
        The declaration of the source.
    path
        The file.

    Returns
    -------
    tuple of (dict, dict)
        The labels of columns, and for each column those of its values; a character that a label cuts off is dropped.
    """
    import pyreadstat

    if source.file_format is None or not source.file_format.metadata:
        return {}, {}
    try:
        _, meta = function_named(source.file_format.metadata)(str(path), metadataonly=True, encoding="LATIN1")
    except (pyreadstat.ReadstatError, UnicodeDecodeError, ValueError):
        return {}, {}
    labels = {name: label for name, label in meta.column_names_to_labels.items() if label}
    of_values: dict[str, dict[Any, str]] = dict(meta.variable_value_labels)
    texts = [*labels, *labels.values(), *of_values, *(text for each in of_values.values() for text in each.values())]
    table = decoded_texts(texts, source.encoding)
    return (
        {table[name]: table[label] for name, label in labels.items()},
        {table[name]: {value: table[text] for value, text in each.items()} for name, each in of_values.items()},
    )


def as_labels(values: pd.Series, labels: Mapping[Any, str]) -> pd.Series:
    """Put the labels of values in their place; a value without one stays as it is, rather than vanish.

    Parameters
    ----------
    values
        A column.
    labels
        By value, its label.
    """
    known = values.map(dict(labels))
    codes = values.map(lambda value: f"{value:g}" if isinstance(value, float) else value, na_action="ignore")
    return known.where(known.notna(), codes)


def encoding_said(reader: str, path: Path) -> str | None:
    """Give the encoding that a file says; Windows' Western one is also written where nobody has chosen.

    Parameters
    ----------
    reader
        What reads its metadata, as ``module:function``.
    path
        The file.
    """
    import pyreadstat

    try:
        _, meta = function_named(reader)(str(path), metadataonly=True)
        said = codecs.lookup(str(meta.file_encoding)).name
    except (pyreadstat.ReadstatError, LookupError, ValueError):
        return None
    return None if said in ("cp1252", "iso8859-1", "ascii") else "gb18030" if said in ("gbk", "gb2312") else said


def _ends(bounds: Any) -> tuple[Any, Any]:
    """Give the ends of a range of missing values."""
    return bounds["lo"], bounds["hi"]
