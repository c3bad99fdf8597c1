"""Make the files of this folder: data sets and a catalogue of SAS, written by the library ReadStat.

pyreadstat carries ReadStat, whose writers of these formats it does not offer; they are called here as its header
declares them (``readstat.h``). Run once, on Linux: ``python tests/sources/files/sas/make_files.py``.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyreadstat._readstat_writer as compiled

HERE = Path(__file__).parent
TEXT, NUMBER = 0, 5

VARIABLES = [
    ("name", TEXT, 24, "Name of the village", "$24"),
    ("kind", TEXT, 1, "Kind of place", "$KIND"),
    ("listed", NUMBER, 8, "Listed as a Taobao village", "YESNO"),
    ("income", NUMBER, 8, "Income per head", "BEST12"),
    ("opened", NUMBER, 8, "When the road was opened", "YYMMDD10"),
    ("asked", NUMBER, 8, "When it was asked", "DATETIME"),
]
DAY = 24 * 60 * 60
ROWS: list[list[Any]] = [  # days and seconds since 1 January 1960; a letter is a special missing value
    ["大集村", "v", 1.0, 5400.5, 21310.0, 21310.0 * DAY + 3661],
    ["丁楼村", "v", 0.0, "R", 21311.0, 0.0],
    ["孙庄", "t", "A", "Z", None, None],
    ["", "x", None, 0.0, -1.0, -1.0 * DAY],
]
LABELS: dict[str, dict[str | float, str]] = {"$KIND": {"v": "village", "t": "town"}, "YESNO": {0.0: "no", 1.0: "是"}}


def library() -> Any:
    """Load the library, each function with the types that it has."""
    found = ctypes.CDLL(compiled.__file__)
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_double
    types: dict[str, tuple[Any, list[Any]]] = {
        "writer_init": (pointer, []),
        "set_data_writer": (ctypes.c_int, [pointer, WRITER]),
        "writer_set_file_timestamp": (ctypes.c_int, [pointer, ctypes.c_long]),
        "writer_free": (None, [pointer]),
        "add_variable": (pointer, [pointer, text, ctypes.c_int, ctypes.c_size_t]),
        "variable_set_label": (None, [pointer, text]),
        "variable_set_format": (None, [pointer, text]),
        "add_label_set": (pointer, [pointer, ctypes.c_int, text]),
        "label_double_value": (None, [pointer, number, text]),
        "label_string_value": (None, [pointer, text, text]),
        "begin_writing_sas7bdat": (ctypes.c_int, [pointer, pointer, ctypes.c_long]),
        "begin_writing_sas7bcat": (ctypes.c_int, [pointer, pointer]),
        "begin_row": (ctypes.c_int, [pointer]),
        "insert_string_value": (ctypes.c_int, [pointer, pointer, text]),
        "insert_double_value": (ctypes.c_int, [pointer, pointer, number]),
        "insert_missing_value": (ctypes.c_int, [pointer, pointer]),
        "insert_tagged_missing_value": (ctypes.c_int, [pointer, pointer, ctypes.c_char]),
        "end_row": (ctypes.c_int, [pointer]),
        "end_writing": (ctypes.c_int, [pointer]),
    }
    for name, (result, arguments) in types.items():
        function = getattr(found, f"readstat_{name}")
        function.restype, function.argtypes = result, arguments
    return found


WRITER = ctypes.CFUNCTYPE(ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)


def written(fill: Callable[[Any, Any], None]) -> bytes:
    """Give the bytes of a file that a function writes with the library and a writer."""
    parts: list[bytes] = []

    def keep(data: int, length: int, _: int) -> int:
        parts.append(ctypes.string_at(data, length))
        return length

    stat, callback = library(), WRITER(keep)
    writer = stat.readstat_writer_init()
    stat.readstat_set_data_writer(writer, callback)
    stat.readstat_writer_set_file_timestamp(writer, 1_700_000_000)
    fill(stat, writer)
    stat.readstat_writer_free(writer)
    return b"".join(parts)


def data_set(encoding: str, rows: Sequence[Sequence[Any]] = ROWS) -> bytes:
    """Write the data set with text in an encoding."""

    def fill(stat: Any, writer: Any) -> None:
        places = []
        for name, kind, width, label, shown in VARIABLES:
            place = stat.readstat_add_variable(writer, name.encode(), kind, width)
            stat.readstat_variable_set_label(place, label.encode())
            stat.readstat_variable_set_format(place, shown.encode())
            places.append((place, kind))
        assert stat.readstat_begin_writing_sas7bdat(writer, None, len(rows)) == 0
        for row in rows:
            assert stat.readstat_begin_row(writer) == 0
            for (place, kind), cell in zip(places, row, strict=True):
                if kind == TEXT:
                    ended = stat.readstat_insert_string_value(writer, place, cell.encode(encoding))
                elif cell is None:
                    ended = stat.readstat_insert_missing_value(writer, place)
                elif isinstance(cell, str):
                    ended = stat.readstat_insert_tagged_missing_value(writer, place, cell.encode())
                else:
                    ended = stat.readstat_insert_double_value(writer, place, cell)
                assert ended == 0
            assert stat.readstat_end_row(writer) == 0
        assert stat.readstat_end_writing(writer) == 0

    return written(fill)


def catalogue() -> bytes:
    """Write the catalogue with the labels of values."""

    def fill(stat: Any, writer: Any) -> None:
        for name, labels in LABELS.items():
            is_text = name.startswith("$")
            place = stat.readstat_add_label_set(writer, TEXT if is_text else NUMBER, name.encode())
            for value, label in labels.items():
                if isinstance(value, str):
                    stat.readstat_label_string_value(place, value.encode(), label.encode())
                else:
                    stat.readstat_label_double_value(place, value, label.encode())
        assert stat.readstat_begin_writing_sas7bcat(writer, None) == 0
        assert stat.readstat_end_writing(writer) == 0

    return written(fill)


ENCODING, WESTERN = 70, 62
"""Which byte of a data set says its encoding, and what it says of Windows' Western one."""

if __name__ == "__main__":
    (HERE / "villages.sas7bdat").write_bytes(data_set("utf-8"))
    chinese = bytearray(data_set("gb18030"))
    chinese[ENCODING] = WESTERN  # as SAS writes it where nobody has set its encoding to a Chinese one
    (HERE / "villages_gb18030.sas7bdat").write_bytes(bytes(chinese))
    (HERE / "formats.sas7bcat").write_bytes(catalogue())
