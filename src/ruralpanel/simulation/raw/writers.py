"""Write binary files so that the same contents give the same bytes, whatever the time and the machine."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import pandas as pd

LABEL = "SYNTHETIC: simulated village economy"
"""What files that can carry a label say of themselves."""

STATA_14 = 14
"""The first version whose text is UTF-8."""

_STATA_TIME = re.compile(rb"<timestamp>\x11.{17}</timestamp>", re.DOTALL)
_SPSS_TIME = slice(92, 109)
_XLSX_TIME = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def write_csv(table: pd.DataFrame, path: Path, encoding: str = "utf-8") -> None:
    """Write text with commas and line feeds."""
    table.to_csv(path, index=False, lineterminator="\n", encoding=encoding)


def write_stata(
    table: pd.DataFrame,
    path: Path,
    labels: Sequence[str],
    value_labels: Mapping[str, dict[int | float, str]] | None = None,
    extended_missing: Mapping[str, list[str]] | None = None,
) -> None:
    """Write a Stata file with the time of writing set to the same for ever.

    Parameters
    ----------
    table
        The values; a column with extended missings holds numbers and letters.
    path
        Where to.
    labels
        One a column.
    value_labels
        By column, labels by value.
    extended_missing
        By column, the letters that mean missing: ``a`` is written as ``.a``.
    """
    import pyreadstat

    pyreadstat.write_dta(
        table,
        str(path),
        file_label=LABEL,
        column_labels=list(labels),
        version=STATA_14,
        variable_value_labels=dict(value_labels or {}),
        missing_user_values=dict(extended_missing or {}),
    )
    contents, replaced = _STATA_TIME.subn(b"<timestamp>\x1101 Jan 2023 00:00</timestamp>", path.read_bytes(), count=1)
    assert replaced == 1
    path.write_bytes(contents)


def write_spss(table: pd.DataFrame, path: Path, labels: Sequence[str], missing: float) -> None:
    """Write an SPSS file with a user-missing value for every number, and a time of writing that never changes."""
    import pyreadstat

    numbers = [str(name) for name in table if pd.api.types.is_numeric_dtype(table[name])]
    pyreadstat.write_sav(
        table,
        str(path),
        file_label=LABEL,
        column_labels=list(labels),
        missing_ranges={name: [missing] for name in numbers},
    )
    contents = bytearray(path.read_bytes())
    contents[_SPSS_TIME] = b"01 Jan 2300:00:00"
    path.write_bytes(bytes(contents))


def write_workbook(book: Any, path: Path) -> None:
    """Write an Excel workbook with fixed times and nothing compressed, which programs do in different ways."""
    buffer = io.BytesIO()
    book.save(buffer)
    with ZipFile(buffer) as made, ZipFile(path, "w", ZIP_STORED) as archive:
        for name in sorted(made.namelist()):
            contents = made.read(name)
            if name == "docProps/core.xml":
                contents = _XLSX_TIME.sub(rb"\g<1>2023-01-01T00:00:00Z\g<2>", contents)
            entry = ZipInfo(name, date_time=(2023, 1, 1, 0, 0, 0))
            entry.create_system = 3  # otherwise the system that it was made on
            archive.writestr(entry, contents)


def write_geojson(name: str, features: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write features as GeoJSON, one a line."""
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    head = json.dumps({"type": "FeatureCollection", "name": f"{name} ({LABEL})"}, ensure_ascii=False)[:-1]
    path.write_bytes(f'{head}, "features": [\n{lines}\n]}}\n'.encode())
