"""Raw files that are damaged, or made to be: bytes, encodings, structure, spreadsheets, archives.

What is asked for is a table, or an error of ours that names the file, in a time that a person waits.
"""

from __future__ import annotations

import io
import random
import tempfile
import warnings
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from ruralpanel.errors import ProblemsFound
from ruralpanel.sources.table import read_source
from ruralpanel.study.sources import Source
from tests.fuzz.raw_files import labelled, spelt, typed
from tests.fuzz.run import Finding, Hung, limited, quiet

SECONDS = 20

CELLS: list[str] = [
    "", " ", "NA", "1,234", "1.2.3", "１２", "5²", "12%", "=1+1", "#REF!", "1e999", "inf", "-0", "0x1F", '"', "'", ",",
    ";", "\t", "\n", "\r", "\x00", "\ufeff", "年", "2014年", "010101", "123456789012345678", "1.23E+11", "<b>", "nan",
    "None", "True", "2014-01-01", "\ud7ff", "é", "a" * 40_000,
]  # fmt: skip


@cache
def _files() -> dict[str, bytes]:
    """Make a sound file of every format, by its ending."""
    draws = np.random.default_rng(1)
    frame = pd.DataFrame(
        {"village": [f"村{number}" for number in range(30)], "year": 2010, "income": draws.normal(size=30)}
    )
    made: dict[str, bytes] = {
        "csv": frame.to_csv(index=False).encode(),
        "tsv": frame.to_csv(index=False, sep="\t").encode(),
    }
    for ending, write in {"xlsx": frame.to_excel, "parquet": frame.to_parquet}.items():
        buffer = io.BytesIO()
        write(buffer, index=False)
        made[ending] = buffer.getvalue()
    with tempfile.TemporaryDirectory() as name:
        for ending, write in {
            "dta": _stata,
            "sav": _spss,
            "feather": lambda table, path: table.to_feather(path),
        }.items():
            write(frame, path := Path(name) / f"data.{ending}")
            made[ending] = path.read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.csv", made["csv"])
    made["csv.zip"] = packed.getvalue()
    places = ",".join(
        f'{{"type":"Feature","properties":{{"village":"{n}","year":2010,"income":{n}}},'
        f'"geometry":{{"type":"Point","coordinates":[110.{n},30]}}}}'
        for n in range(20)
    )
    made["geojson"] = f'{{"type":"FeatureCollection","features":[{places}]}}'.encode()
    return made


def _stata(frame: pd.DataFrame, path: Path) -> None:
    frame.to_stata(path, write_index=False, version=118)


def _spss(frame: pd.DataFrame, path: Path) -> None:
    import pyreadstat

    pyreadstat.write_sav(frame, path)


def _damaged(contents: bytes, draws: random.Random) -> tuple[str, bytes]:
    """Change bytes of a file: a few, a stretch, its end, its encoding."""
    written = bytearray(contents)
    kind = draws.choice(["bytes", "cut", "twice", "stretch", "insert", "start", "encoding"])
    at = draws.randrange(len(written))
    if kind == "bytes":
        for _ in range(draws.choice([1, 5, 50])):
            written[draws.randrange(len(written))] = draws.randrange(256)
    elif kind == "cut":
        del written[at:]
    elif kind == "twice":
        written += written[at:]
    elif kind == "stretch":
        del written[at : at + draws.choice([1, 10, 100])]
    elif kind == "insert":
        written[at:at] = draws.choice(CELLS).encode("utf-8", "replace")
    elif kind == "start":
        written[:0] = draws.choice(
            [b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"PK\x03\x04", b"<!DOCTYPE html>", b"\x00"]
        )
    else:
        text = bytes(written).decode("utf-8", "replace")
        written = bytearray(text.encode(draws.choice(["gb18030", "utf-16", "utf-8-sig", "big5", "latin-1"]), "replace"))
    return f"{kind} at {at}", bytes(written)


def _structured(draws: random.Random) -> tuple[str, bytes]:
    """Write a text table whose structure is odd: cells, headers, uneven rows, ends of lines."""
    rows = [["village", "year", "income"], *([f"v{number}", "2010", f"{number}.5"] for number in range(12))]
    odd = []
    for _ in range(draws.choice([1, 2, 4])):
        row, column, cell = draws.randrange(13), draws.randrange(3), draws.choice(CELLS)
        rows[row][column] = cell
        odd.append(f"{cell[:12]!r} in row {row}")
    if draws.random() < 0.4:
        rows[draws.randrange(13)] += ["more"] * draws.choice([1, 40])
        odd.append("uneven")
    if draws.random() < 0.2:
        rows = rows[: draws.choice([0, 1, 2])]
        odd.append(f"{len(rows)} rows")
    end, mark = draws.choice(["\n", "\r\n", "\r", "\n\n"]), draws.choice([",", ",", ";", "\t", "|", " "])
    return f"{', '.join(odd)}; {mark!r} {end!r}", end.join(mark.join(row) for row in rows).encode(
        "utf-8", "surrogatepass"
    )


def _workbook(draws: random.Random) -> tuple[str, bytes]:
    """Write a workbook with odd cells, merged ones, and another one's inside."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["village", "year", "income"])
    for number in range(10):
        sheet.append([f"v{number}", 2010, number])
    cells: list[Any] = [
        None,
        True,
        1e300,
        "=1/0",
        "='x'!A1",
        "#N/A",
        10**18,
        -0.0,
        pd.Timestamp("2010-01-01").to_pydatetime(),
    ]
    odd = []
    for _ in range(draws.choice([1, 3])):
        cell, at = draws.choice(cells), (draws.randrange(1, 12), draws.randrange(1, 4))
        sheet.cell(*at).value = cell
        odd.append(f"{cell!r} at {at}")
    if draws.random() < 0.3:
        sheet.merge_cells("A1:B3")
        odd.append("merged")
    if draws.random() < 0.2:
        sheet.cell(200_000, 1).value = "far"
        odd.append("a cell in row 200,000")
    buffer = io.BytesIO()
    book.save(buffer)
    return "; ".join(odd), buffer.getvalue()


def case(seed: int, only: str = "") -> list[Finding]:
    """Read a damaged file."""
    draws = random.Random(seed)
    ending = only or draws.choice(sorted(_files()))
    kind, numbers = draws.random(), {}
    if ending == "csv" and kind < 0.3:
        odd, contents = _structured(draws)
    elif ending in ("csv", "tsv") and kind < 0.7:
        odd, contents, numbers = spelt(draws)
    elif ending == "parquet" and kind < 0.6:
        odd, contents = typed(draws)
    elif ending in ("dta", "sav") and kind < 0.5:
        odd, contents = labelled(draws, ending)
    elif ending == "xlsx" and kind < 0.5:
        odd, contents = _workbook(draws)
    else:
        odd, contents = _damaged(_files()[ending], draws)
    columns: dict[str, Any] = {"village": None, "year": None, "income": draws.choice([None, {"type": "number"}])}
    declared: dict[str, Any] = {"key": draws.choice([["village"], ["village", "year"]]), "columns": columns}
    declared["on_violation"] = draws.choice(["fail", "quarantine"])
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"data.{ending}"
        path.write_bytes(contents)
        try:
            source = Source.model_validate({"path": str(path), **declared})
        except ValidationError as error:
            return [Finding(seed, ending, odd, f"the declaration: {error}")]
        try:
            with quiet() as printed, warnings.catch_warnings(), limited(SECONDS):
                warnings.simplefilter("ignore")
                table = read_source("raw", source, path).table
        except ProblemsFound as error:
            where = str(error)
            return (
                []
                if "data." in where or "raw" in where
                else [Finding(seed, ending, odd, f"does not name the file: {where[:200]}")]
            )
        except Hung:
            return [Finding(seed, ending, odd, f"hangs for {SECONDS} s")]
        except Exception as error:  # what is looked for
            return [Finding(seed, ending, odd, f"{type(error).__name__}: {str(error)[:200]}")]
    what = [f"a library writes: {printed.text[:200]}"] if printed.text else []
    what += _misread(table, numbers)
    return [Finding(seed, ending, odd, each) for each in what]


def _misread(table: pd.DataFrame, numbers: dict[str, float]) -> list[str]:
    """Say which numbers were read as other numbers; what is no number of this program may be missing."""
    if not numbers or not pd.api.types.is_numeric_dtype(table["income"]):
        return []
    found = zip(table["village"], table["income"], strict=True)
    wrong = {each: value for each, value in found if abs(value - numbers[each]) > 1e-6 * abs(numbers[each]) + 0.051}
    return [f"{numbers[each]} is read as {value}" for each, value in list(wrong.items())[:2]]
