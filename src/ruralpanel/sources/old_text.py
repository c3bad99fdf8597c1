"""The text of files that do not say how it is encoded, as Stata's before version 14 and many of SPSS's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.frames.storage import listed_rows
from ruralpanel.sources.encodings import decode_cell, encoding_of, fits
from ruralpanel.sources.raw import RawTable, ambiguous_when_cut

WESTERN = "cp1252 (Western European)"
"""What the ledger says of text that was found to be Western European."""


class Unreadable(bytes):
    """The bytes of a cell that are no text in the encoding of its file."""


def with_decoded_text(raw: RawTable, declared: str, of_the_file: str | None, kind: str) -> RawTable:
    """Decode text that was read byte for byte, each column in the encoding that its cells are in.

    The encoding is the declared one, or the one the file says where its text can be read so, or the one found out from
    all text of the file; a column in which that makes no sense has its own. A cell that was cut within a character
    loses the half; a cell that cannot be read stays as bytes, which no type of column accepts.

    Parameters
    ----------
    raw
        The table, its text read as Latin-1, in which each character is a byte.
    declared
        The declared encoding, or ``detect``.
    of_the_file
        The encoding that the file says, or its format.
    kind
        What the file is, for the ledger: ``an old Stata file``.

    Raises
    ------
    DataError
        If text cannot be read as declared.
    """
    columns = {position: _cells(raw, position) for position in range(raw.values.shape[1])}
    headers = _beyond_ascii(map(str, raw.values.columns))
    every = list(dict.fromkeys([*headers, *(cell for cells in columns.values() for cell in cells)]))
    if not every:
        return raw
    said = of_the_file is not None and fits(every, of_the_file)
    encoding = of_the_file if said else encoding_of(every)
    if declared != "detect":
        encoding = _as_declared(raw, declared, every, said and of_the_file == "utf-8")
    values = raw.values.copy()
    labels, shared, repairs, unsure = dict(raw.labels), set(raw.shared_labels), [], {}
    as_said = encoding is None or (said and encoding == of_the_file)
    notes = [] if as_said else [f"text of {kind} read as {_shown(encoding)}"]
    for position, cells in columns.items():
        if not cells:
            continue
        own = encoding if declared != "detect" else _of_column(cells, encoding)
        header = str(raw.values.columns[position])
        name = _decoded_name(header, encoding)
        if own != encoding:
            notes.append(f"text of {name} read as {_shown(own)}")
        elif own is None:
            notes.append(f"text of {name} in no encoding that could be found out")
        table, cut = _table(cells, own)
        if header in labels:
            if len({str(each) for each in table.values()}) < len(table):
                shared.add(header)
            labels[header] = _replaced(labels[header], table)
        column = raw.values.iloc[:, position]
        dropped = column.isin(list(cut))
        if dropped.any():
            where = listed_rows(raw.rows[dropped.to_numpy()])
            cells_cut = counted(int(dropped.sum()), "cell")
            repairs.append(f"{name}: half a character, cut off by the field, dropped from {cells_cut}: {where}")
            others = [str(table.get(each, each)) for each in column.dropna().unique()]
            unsure[name] = ambiguous_when_cut([str(table[each]) for each in cut], others)
        values.isetitem(position, _replaced(column, table).array)
    names = {header: _decoded_name(header, encoding) for header in map(str, values.columns)}
    values.columns = pd.Index([names[str(header)] for header in values.columns], dtype=object)
    return replace(
        raw,
        values=values,
        labels={names[header]: each for header, each in labels.items()},
        shared_labels=frozenset(names[header] for header in shared),
        notes=[*raw.notes, *notes],
        repairs=[*raw.repairs, *repairs],
        unsure={name: texts for name, texts in unsure.items() if texts},
    )


def decoded_texts(texts: Iterable[str], declared: str) -> dict[str, str]:
    """Decode labels that were read byte for byte; one that cannot be decoded stays as it is.

    Parameters
    ----------
    texts
        The labels.
    declared
        The declared encoding, or ``detect``.

    Returns
    -------
    dict of str to str
        By each text, what it says.
    """
    different = list(dict.fromkeys(texts))
    encoding = encoding_of(_beyond_ascii(different)) if declared == "detect" else declared
    return {text: _decoded_name(text, encoding) for text in different}


def _shown(encoding: str | None) -> str:
    return WESTERN if encoding == "cp1252" else str(encoding)


def _of_column(cells: list[bytes], encoding: str | None) -> str | None:
    """Give the encoding of the file where a column makes sense in it, or else the column's own."""
    if encoding is not None and fits(cells, encoding):
        return encoding
    return encoding_of(cells) or encoding


def _as_declared(raw: RawTable, declared: str, cells: list[bytes], is_utf8: bool) -> str:
    """Refuse a declared encoding in which the text cannot be, or which makes other characters of UTF-8."""
    try:
        plausible = any(isinstance(decode_cell(cell, declared).text, str) for cell in cells)
    except (LookupError, ValueError):
        what = f"{declared!r} is not an encoding"
        raise DataError([Problem(raw.where, what, hint="common here: gb18030, big5, latin-1")]) from None
    if not plausible:
        what = f"its text cannot be read as {declared}"
        raise DataError([Problem(raw.where, what, hint="leave `encoding` out to have it found out")])
    if is_utf8 and decode_cell(cells[0], declared).text != decode_cell(cells[0], "utf-8").text:
        what = f"is declared as {declared}, and its bytes are UTF-8 throughout"
        raise DataError([Problem(raw.where, what, hint="leave `encoding` out")])
    return declared


def _cells(raw: RawTable, position: int) -> list[bytes]:
    """Give the different cells of a column that are not plain ASCII, and the labels of its values."""
    column = raw.values.iloc[:, position]
    texts = () if pd.api.types.is_numeric_dtype(column) else column.dropna().unique()
    labels = raw.labels.get(str(raw.values.columns[position]))
    return _beyond_ascii([*texts, *(labels.dropna().unique() if labels is not None else ())])


def _beyond_ascii(texts: Iterable[object]) -> list[bytes]:
    return [each.encode("latin-1") for each in texts if isinstance(each, str) and not each.isascii()]


def _table(cells: list[bytes], encoding: str | None) -> tuple[dict[str, str | bytes], set[str]]:
    """Decode each different cell; give what it becomes, and which were cut."""
    table: dict[str, str | bytes] = {}
    cut = set()
    for cell in cells:
        written = cell.decode("latin-1")
        text, dropped = decode_cell(cell, encoding) if encoding is not None else (cell, False)
        table[written] = text if isinstance(text, str) else Unreadable(text)
        if dropped:
            cut.add(written)
    return table, cut


def _replaced(column: pd.Series, table: Mapping[str, str | bytes]) -> pd.Series:
    return column.astype(object).map(lambda value: table.get(value, value) if isinstance(value, str) else value)


def _decoded_name(header: str, encoding: str | None) -> str:
    """Decode a column's name; one that cannot be decoded stays as it is, for no study can name it by accident."""
    if encoding is None or header.isascii():
        return header
    text = decode_cell(header.encode("latin-1"), encoding).text
    return text if isinstance(text, str) else header
