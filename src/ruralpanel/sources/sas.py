"""Open files of SAS: data sets (sas7bdat), transport files (xpt), and catalogues with the labels of values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.sources.labelled import as_labels, encoding_said
from ruralpanel.sources.old_text import decoded_texts, with_decoded_text
from ruralpanel.sources.raw import RawTable, counted_from
from ruralpanel.study.sources import Source


def read_sas(source: Source, path: Path) -> RawTable:
    """Read a data set of SAS, with dates and times as such and special missing values as missing.

    Parameters
    ----------
    source
        The declaration of the source.
    path
        The file.

    Raises
    ------
    DataError
        If it, or its catalogue, cannot be read as one of SAS, or its text not as declared.
    """
    import pyreadstat

    return _read(source, path, pyreadstat.read_sas7bdat, user_missing=True)


def read_xport(source: Source, path: Path) -> RawTable:
    """Read a transport file of SAS, of version 5 or 8; it does not say in which encoding its text is.

    Parameters
    ----------
    source
        The declaration of the source.
    path
        The file.

    Raises
    ------
    DataError
        If it, or its catalogue, cannot be read as one of SAS, or its text not as declared.
    """
    import pyreadstat

    with path.open("rb") as stream:
        if stream.read(20).startswith(b"**COMPRESSED**"):
            hint = "only SAS reads these; in SAS, `libname … xport` and `proc copy` write one that others read"
            raise DataError([Problem(source.origin, "is a transport file of PROC CPORT", hint=hint)])
    return _read(source, path, pyreadstat.read_xport)


def _read(source: Source, path: Path, reader: Callable[..., Any], **options: Any) -> RawTable:
    of = source.file_format
    assert of is not None
    try:
        # Read as the file says, a character that a field cuts off would end the reading.
        values, meta = reader(str(path), encoding="LATIN1", **options)
    except Exception as error:  # dates that Python has not are an OverflowError, cut files whatever they may be
        what = f"cannot be read as a {of.label} file: {error}"
        raise DataError([Problem(source.origin, what, hint="the file may be cut off, or of another format")]) from None
    notes = []
    for name, letters in meta.missing_user_values.items():
        cells = values[name]
        special = cells.map(lambda cell: isinstance(cell, str))
        values[name] = pd.Series(cells.mask(special).tolist(), index=cells.index)  # numbers or dates, as without them
        listed = ", ".join(f".{letter}" for letter in sorted(letters))
        notes.append(f"{name}: {counted(int(special.sum()), 'value')} that the file calls missing ({listed})")
    raw = replace(counted_from(values, 1, source.origin), notes=notes)
    said = encoding_said(of.metadata, path)
    decoded = with_decoded_text(raw, source.encoding, said, f"a {of.label} file")
    if source.catalogue is None:
        return decoded
    formats = [meta.original_variable_types[name] or "" for name in meta.column_names]
    return _with_labels(decoded, source, source.catalogue_beside(path), formats)


def _with_labels(raw: RawTable, source: Source, catalogue: Path, formats: list[str]) -> RawTable:
    """Give columns with a format of the study's own the labels that the catalogue has under its name."""
    import pyreadstat

    try:
        _, meta = pyreadstat.read_sas7bcat(str(catalogue), encoding="LATIN1")
    except Exception as error:
        what = f"the catalogue {catalogue.name} cannot be read: {error}"
        raise DataError([Problem(source.origin, what, hint="`catalogue` names a file .sas7bcat")]) from None
    texts = decoded_texts([text for each in meta.value_labels.values() for text in each.values()], source.encoding)
    labels, shared = {}, set()
    for position, written in enumerate(formats):
        name = written.rstrip("0123456789.").upper()  # the rest is the width to print; no name ends in a digit
        of_format = {value: texts[text] for value, text in meta.value_labels.get(name, {}).items()}
        header = str(raw.values.columns[position])
        if of_format:
            labels[header] = as_labels(raw.values.iloc[:, position], of_format)
        if len(set(of_format.values())) < len(of_format):
            shared.add(header)
    return replace(raw, labels=labels, shared_labels=frozenset(shared))
