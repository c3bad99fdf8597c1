"""Files that people write by hand beside their data: decisions on names, and corrections of raw values.

What is asked for is a table, or an error of ours that names the file, in a time that a person waits.
"""

from __future__ import annotations

import csv
import io
import random
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.errors import DataError
from ruralpanel.frames.ledger import Ledger
from ruralpanel.sources.corrections import apply_corrections
from ruralpanel.study.place_names import MatchNames
from ruralpanel.study.sources import Source
from ruralpanel.tables.place_names import match_names
from tests.fuzz.run import Finding, Hung, limited

SECONDS = 10

CELLS = (
    "",
    " ",
    "v1",
    "v2",
    "2010",
    "2010.0",
    "2010年",
    "1.5",
    "-0",
    "nan",
    "NaN",
    "inf",
    "1e999",
    "income",
    "county",
    "year",
    "a reason",
    "密云县",
    "密云区",
    "北京市",
    "110228",
    "110118.0",
    "0110118",
    "'",
    '"',
    ",",
    "\n",
    "\r",
    "\x00",
    "\ufeff",
    "=1+1",
    "<script>",
    "True",
    "2010-01-01",
    "x" * 3000,
    "１１０２２８",
    "None",
    "99999999999999999999",
    "\udc80",
    "T",
    "0x1F",
    "1_0",
)

LEVELS = [{"column": "province", "gazetteer": "province"}, {"column": "county", "gazetteer": "county"}]


def written(draws: random.Random, header: list[str], rows: list[list[str]]) -> bytes:
    """Write a file as it ought to be, with some changes."""
    header, rows = list(header), [list(row) for row in rows]
    for _ in range(draws.choice([0, 1, 1, 2, 4])):
        kind = draws.random()
        if kind < 0.6 and rows:
            row = draws.choice(rows)
            row[draws.randrange(len(row))] = draws.choice(CELLS)
        elif kind < 0.7:
            header[draws.randrange(len(header))] = draws.choice([*CELLS, *header])
        elif kind < 0.8 and rows:
            rows.append(list(draws.choice(rows)))
        elif kind < 0.9 and rows:
            draws.choice(rows).append("more")
        else:
            rows = rows[: draws.choice([0, 1])]
    stream = io.StringIO()
    writer = csv.writer(
        stream, quoting=draws.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), lineterminator=draws.choice(["\n", "\r\n"])
    )
    writer.writerows([header, *rows])
    contents = bytearray(
        stream.getvalue().encode(draws.choice(["utf-8"] * 6 + ["utf-8-sig", "utf-16", "gb18030"]), "replace")
    )
    if draws.random() < 0.2 and contents:
        at = draws.randrange(len(contents))
        contents[at : at + draws.choice([0, 1, 20])] = draws.choice([b"", b"\xff", b"\x00", b'"', b"\n", b","])
    return bytes(contents)


def corrected(draws: random.Random, path: Path) -> Any:
    """Read corrections."""
    table = pd.DataFrame(
        {"village": ["v1", "v2", "v3", None], "year": [2010, 2010, 2011, 2011], "income": [1.5, 2, np.nan, 3]}
    )
    table = table.astype(
        draws.choice([{}, {"year": "str"}, {"income": "str"}, {"year": "float64"}, {"village": object}])
    )
    if draws.random() < 0.2:
        table["income"] = pd.Timestamp("2010-01-01") if draws.random() < 0.5 else True
    header = ["village", "year", "column", "from", "to", "reason"]
    rows = [
        ["v1", "2010", "income", "1.5", draws.choice(["2.5", *CELLS]), "typed wrongly"],
        ["v2", "2010", "income", "2", "", "unknown"],
    ]
    path.write_bytes(written(draws, header, rows))
    columns = {"village": None, "year": draws.choice([None, {"type": "integer"}]), "income": None}
    source = Source.model_validate({"path": "raw.csv", "key": ["village", "year"], "columns": columns})
    return apply_corrections(table, source, path)


def decided(draws: random.Random, path: Path) -> Any:
    """Read decisions."""
    table = pd.DataFrame(
        {"province": ["北京市", "北京", "河北省", None], "county": ["密云县", "怀柔", "nowhere", "x"]}, dtype="str"
    )
    gazetteer = pd.DataFrame(
        {
            "code": ["110228", "110116", "130502"],
            "province": ["北京市", "北京市", "河北省"],
            "county": ["密云县", "怀柔区", "桥东区"],
        }
    ).astype(draws.choice([{}, {"code": "int64"}, {"code": "float64"}]))
    header, rows = (
        ["province", "county", "code", "reason"],
        [["河北省", "nowhere", "130502", "renamed"], ["", "x", "", "no place"]],
    )
    path.write_bytes(written(draws, header, rows))
    levels = LEVELS if draws.random() < 0.8 else [LEVELS[1]]
    declared = {
        "gazetteer": "g",
        "code": "code",
        "into": "found",
        "levels": levels,
        "unmatched": draws.choice(["missing", "drop", "fail"]),
    }
    return match_names(table, gazetteer, MatchNames.model_validate(declared), Ledger("tables", "t"), path)


def case(seed: int, only: str = "") -> list[Finding]:
    """Read a changed file of decisions or of corrections."""
    draws = random.Random(seed)
    kind = only or draws.choice(["corrections", "decisions"])
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("error")
        path = Path(name) / f"{kind}.csv"

        def found(what: str) -> list[Finding]:
            return [Finding(seed, kind, repr(path.read_bytes()[:300]), what)]

        try:
            with limited(SECONDS):
                (corrected if kind == "corrections" else decided)(draws, path)
        except DataError as error:
            said = str(error)
            ours = str(path) in said or "gazetteer" in said or "table t" in said
            return [] if ours else found(f"does not name the file: {said[:200]}")
        except Hung:
            return found(f"hangs for {SECONDS} s")
        except Exception as error:  # what is looked for
            return found(f"{type(error).__name__}: {str(error)[:200]}")
    return []
