"""Raw files that programs do write, and few have met: numbers spelt in many ways, types that tables can have."""

from __future__ import annotations

import datetime
import decimal
import io
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

SPELLINGS: dict[str, Callable[[float], str]] = {
    "plain": lambda value: f"{value:.1f}".removesuffix(".0"),
    "two decimals": lambda value: f"{value:.2f}",
    "with commas": lambda value: f"{value:,.2f}",
    "with spaces": lambda value: f"{value:,.2f}".replace(",", " "),
    "with spaces that do not break": lambda value: f"{value:,.2f}".replace(",", "\u00a0"),
    "with narrow spaces": lambda value: f"{value:,.2f}".replace(",", "\u202f"),
    "with apostrophes": lambda value: f"{value:,.2f}".replace(",", "'"),
    "decimal comma": lambda value: f"{value:,.2f}".translate(str.maketrans(",.", ".,")),
    "full width": lambda value: f"{value:.1f}".translate({ord(each): ord(each) + 0xFEE0 for each in "0123456789.-"}),
    "true minus": lambda value: f"{value:.1f}".replace("-", "\u2212"),
    "accounts": lambda value: f"({-value:.1f})" if value < 0 else f"{value:.1f}",
    "with exponent": lambda value: f"{value:.6e}",
    "ten thousands": lambda value: f"{value / 1e4:.6f}万",
    "hundred millions": lambda value: f"{value / 1e8:.10f}亿",
    "per cent": lambda value: f"{value:.1f}%",
    "with currency": lambda value: f"¥{value:.1f}",
    "with 元": lambda value: f"{value:.1f}元",
    "with a sign": lambda value: f"{value:+.1f}",
    "between spaces": lambda value: f"  {value:.1f}\u3000",
    "invisible": lambda value: f"\u200b{value:.1f}\ufeff",
    "in Chinese": lambda value: "一二三"[int(abs(value)) % 3],
    "Arabic digits": lambda value: f"{value:.0f}".translate({48 + each: 0x660 + each for each in range(10)}),
}
"""How a number may be written. What is read of it is that number, or nothing."""


def spelt(draws: random.Random) -> tuple[str, bytes, dict[str, float]]:
    """Write a table of numbers in one or two spellings: what is odd, its bytes, and the number of each village."""
    kinds = draws.sample(sorted(SPELLINGS), draws.choice([1, 1, 2]))
    mark = draws.choice([";", "\t", "|"])
    ends = draws.choice([["\n"], ["\r\n"], ["\r"], ["\n", "\r\n"]])
    numbers, text = {}, f"village{mark}year{mark}income{draws.choice(ends)}"
    for at in range(16):
        value = round(draws.choice([1, 1, 1, -1]) * draws.choice([draws.uniform(0, 99), draws.uniform(1e3, 9e6)]), 1)
        numbers[f"v{at}"] = value
        text += f"v{at}{mark}2010{mark}{SPELLINGS[draws.choice(kinds)](value)}{draws.choice(ends)}"
    encoding = draws.choice(["utf-8", "utf-8-sig", "utf-16", "gb18030"])
    return f"{' and '.join(kinds)}; {mark!r} {ends!r} {encoding}", text.encode(encoding), numbers


def typed(draws: random.Random) -> tuple[str, bytes]:
    """Write a Parquet file with a column of a type that few tables have."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    zone = datetime.timezone(datetime.timedelta(hours=8))
    columns: dict[str, pa.Array] = {
        "lists": pa.array([[1, 2], None, []] * 4),
        "structures": pa.array([{"a": 1}, None, {"a": 3}] * 4),
        "maps": pa.array([[("a", 1)], None, []] * 4, pa.map_(pa.string(), pa.int64())),
        "dictionary": pa.DictionaryArray.from_arrays(pa.array([0, 1, None] * 4, pa.int8()), pa.array(["x", "y"])),
        "dictionary of numbers": pa.DictionaryArray.from_arrays(pa.array([0, 1, 0] * 4), pa.array([1.5, 2.5])),
        "decimals": pa.array([decimal.Decimal("1.10"), None, decimal.Decimal("-99999999999.99")] * 4),
        "dates": pa.array([datetime.date(2010, 1, 1), None, datetime.date(1, 1, 1)] * 4),
        "times": pa.array([datetime.time(1, 2), None, datetime.time(0)] * 4),
        "moments": pa.array([datetime.datetime(2010, 1, 1, tzinfo=zone), None, None] * 4),
        "far moments": pa.array([0, None, 10**12] * 4, pa.timestamp("s")),
        "durations": pa.array([1, None, 3] * 4, pa.duration("ns")),
        "bytes": pa.array([b"\xff\x00", None, b"a"] * 4),
        "nothing": pa.nulls(12),
        "truth": pa.array([True, None, False] * 4),
        "largest": pa.array([2**64 - 1, None, 2**53 + 1] * 4, pa.uint64()),
        "halves": pa.array([1.0, None, 65504.0] * 4, pa.float32()).cast(pa.float16()),
        "not numbers": pa.array([float("nan"), float("inf"), -0.0] * 4),
        "long text": pa.array(["a" * 100_000, None, "\x00"] * 4, pa.large_string()),
    }
    where, kind = draws.choice(["income", "year", "village", "else"]), draws.choice(sorted(columns))
    table: dict[str, Any] = {"village": pa.array([f"v{at}" for at in range(12)]), "year": pa.array([2010] * 12)}
    table["income"] = pa.array([float(at) for at in range(12)])
    made = pa.table(table | {where: columns[kind]})
    if draws.random() < 0.2:
        made = pa.Table.from_arrays(made.columns, [*made.column_names[:-1], draws.choice(["village", "", "年"])])
    buffer = io.BytesIO()
    pq.write_table(made, buffer, row_group_size=draws.choice([1, 5, 100]))
    return f"{kind} as {where}", buffer.getvalue()


def labelled(draws: random.Random, ending: str) -> tuple[str, bytes]:
    """Write a Stata or SPSS file with value labels, missing ranges, dates and odd names."""
    import pyreadstat

    frame = pd.DataFrame({"village": [f"v{at}" for at in range(12)], "year": 2010, "income": range(12)})
    frame["when"], frame["odd"] = pd.Timestamp("2010-01-01"), [1.0, 2.5, None, -9.0] * 3
    labels = draws.choice(
        [
            {"income": {1: "低", 2: "低", 99: ""}},
            {"odd": {1: "yes", -9: "refused", 2: "<b>"}},
            {"year": {2010: "the year 2010"}},
            {"income": {at: f"label {at}" for at in range(12)}},
            {},
        ]
    )
    more: dict[str, Any] = {"column_labels": draws.choice([None, ["村", "年", "收入", "x" * 70, ""]])}
    if ending == "sav":
        more["missing_ranges"] = draws.choice([None, {"odd": [-9]}, {"income": [{"lo": 5, "hi": 7}]}])
    write = {"sav": pyreadstat.write_sav, "dta": pyreadstat.write_dta}[ending]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"data.{ending}"
        write(frame, path, variable_value_labels=labels, **more)
        contents = bytearray(path.read_bytes())
    odd = f"labels of {labels}, {more}"
    if draws.random() < 0.3:
        at = draws.randrange(len(contents))
        contents[at] = draws.randrange(256)
        odd += f", byte {at} is {contents[at]}"
    return odd, bytes(contents)
