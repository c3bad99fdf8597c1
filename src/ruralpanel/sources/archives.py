"""Archives that are made to fill memory or disk."""

from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from ruralpanel.errors import DataError, Problem

LARGE = 100 << 20
"""Bytes up to which a file in an archive may be packed as densely as it likes."""

DENSEST = 200
"""How many times its packed size a table may be: text of numbers packs to a tenth, one column of zeros to a
thousandth."""


def refuse_bomb(archive: ZipFile, origin: str) -> None:
    """Refuse an archive that unpacks to far more than it is, as one made to fill memory or disk does.

    Parameters
    ----------
    archive
        The archive, whose own account of the sizes is what unpacking goes by.
    origin
        How to name it in messages.

    Raises
    ------
    DataError
        If a file in it is larger than :data:`LARGE` and than :data:`DENSEST` times what it is packed into.
    """
    for each in archive.infolist():
        if each.file_size > max(LARGE, DENSEST * each.compress_size):
            what = f"{each.filename} is {each.compress_size:,} bytes and would unpack to {each.file_size:,}"
            hint = "no table is packed so densely; if it is one all the same, unpack it and read it from there"
            raise DataError([Problem(origin, what, hint=hint)])


def refuse_packed_bomb(path: Path, origin: str) -> None:
    """Refuse a packed file, of gzip, bzip2 or xz, that unpacks to far more than it is; others are let pass.

    These do not say how large they are, so that they are unpacked here once, a piece at a time, and nothing is kept.

    Parameters
    ----------
    path
        The file.
    origin
        How to name it in messages.

    Raises
    ------
    DataError
        As of :func:`refuse_bomb`.
    """
    with path.open("rb") as stream:
        opened = _UNPACKED.get(stream.read(2))
    if opened is None:
        return
    size, unpacked = path.stat().st_size, 0
    largest = max(LARGE, DENSEST * size)
    with opened(path) as stream:
        while piece := stream.read(_PIECE):
            unpacked += len(piece)
            if unpacked > largest:
                what = f"is {size:,} bytes and would unpack to more than {largest:,}"
                hint = "no table is packed so densely; if it is one all the same, unpack it and read it from there"
                raise DataError([Problem(origin, what, hint=hint)])


_PIECE = 1 << 20

_UNPACKED: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZ": bz2.open, b"\xfd7": lzma.open}
