"""Archives that are made to fill memory or disk."""

from __future__ import annotations

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
