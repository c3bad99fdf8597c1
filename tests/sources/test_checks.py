from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.errors import DataError
from ruralpanel.sources.checks import failed_checks
from ruralpanel.sources.table import SourceTable, read_source
from ruralpanel.study.sources import Source

RAW = """\
v,year,stations,county,business,income,name
1,2010,0,a,1,2,x
1,2011,4,a,3,2,y
1,2012,2,b,1,2,z
1,2013,3,a,1,,w
2,2010,5,c,1,2,x
2,2011,5,c,1,2,
2,2012,6,,9,2,
"""
KEY = ["v", "year"]
MONOTONE = {"never_falls": "stations", "within": "v", "along": "year"}
CHECKS: list[dict[str, object]] = [
    MONOTONE,
    {"constant": "county", "within": "v"},
    {"condition": "business <= income", "reason": "a part is not more than the whole"},
    {"unique": ["name"]},
]


def source(checks: list[dict[str, object]], path: str = "raw.csv", **changes: object) -> Source:
    columns = dict.fromkeys(RAW.splitlines()[0].split(","))
    return Source.model_validate({"path": path, "key": KEY, "columns": columns, "checks": checks, **changes})


def read(tmp_path: Path, checks: list[dict[str, object]], raw: str = RAW, **changes: object) -> SourceTable:
    (tmp_path / "raw.csv").write_text(raw, encoding="utf-8")
    return read_source("survey", source(checks, "data/raw.csv", **changes), tmp_path / "raw.csv")


def test_what_breaks_a_check_is_told_with_its_rows_and_values(tmp_path: Path) -> None:
    with pytest.raises(DataError) as raised:
        read(tmp_path, CHECKS)
    message = str(raised.value)
    assert "(4 problems)" in message
    assert "data/raw.csv: column `stations` must never fall within each v along year" in message
    assert "found '2 (before: 4)', '3 (before: 4)' in rows 4, 5" in message
    assert "column `county` must be the same within each v; found 'a', 'b' in rows 2, 3, 4, 5" in message
    condition = "column `business, income` must fulfil `business <= income` (a part is not more than the whole)"
    assert f"{condition}; found '3 / 2.0', '9 / 2.0' in rows 3, 8" in message
    assert "column `name` must not repeat; found 'x' in rows 2, 6" in message


def test_a_sheet_is_named_too(tmp_path: Path) -> None:
    frame = pd.DataFrame({"v": [1, 1], "year": [2010, 2011], "stations": [2, 1]})
    frame.to_excel(tmp_path / "raw.xlsx", sheet_name="站点", index=False)
    declared = {"path": "data/raw.xlsx", "key": KEY, "columns": dict.fromkeys(frame), "checks": [MONOTONE]}
    with pytest.raises(DataError, match=r"data/raw.xlsx, sheet '站点': column `stations` must never fall.*in row 3"):
        read_source("survey", Source.model_validate(declared), tmp_path / "raw.xlsx")


def test_quarantine_takes_what_breaks_a_check(tmp_path: Path) -> None:
    table, ledger, quarantine = read(tmp_path, CHECKS, on_violation="quarantine")
    assert quarantine["raw_row"].tolist() == [2, 3, 4, 5, 6, 8]
    assert quarantine["reasons"].iloc[2] == "stations must never fall within each v along year; " + (
        "county must be the same within each v"
    )
    assert table[KEY].to_numpy().tolist() == [[2, 2011]]
    assert ledger.lines[-1].reason == "6 rows set aside with the reasons"


def test_a_table_that_holds_to_its_checks_stays_whole(tmp_path: Path) -> None:
    rising = [{**MONOTONE, "never_falls": "business"}, {"never_rises": "stations", "within": "v", "along": "year"}]
    raw = "v,year,stations,county,business,income,name\n1,2012,1,a,,,\n1,2010,3,a,5,,\n1,2011,3,,5,,\n,,,,,,\n"
    assert len(read(tmp_path, [*rising, *CHECKS[1:]], raw.replace("\n,,,,,,", ""))[0]) == 3


def test_text_has_no_order(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="column `county` holds text, which has no order to rise or fall in"):
        read(tmp_path, [{**MONOTONE, "never_falls": "county"}])


def test_a_condition_that_compares_text_with_numbers_is_an_error_of_the_source(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"data/raw.csv: `county > 3` compares `county`, which holds text"):
        read(tmp_path, [{"condition": "county > 3"}])


CELLS = st.one_of(st.none(), st.integers(0, 3))
TABLES = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4), CELLS, CELLS, CELLS), min_size=1, max_size=14).map(
    lambda rows: pd.DataFrame(rows, columns=["v", "year", "stations", "county", "name"]).astype("float64")
)
ALL: list[dict[str, object]] = [
    MONOTONE,
    {"never_rises": "name", "within": "v", "along": "year"},
    {"constant": "county", "within": "v"},
    {"condition": "county <= stations"},
    {"unique": ["name", "county"]},
]


def failing(table: pd.DataFrame, check: dict[str, object]) -> set[int]:
    return {int(index) for values, _, _ in failed_checks(table, source([check])) for index in values.index}


@given(TABLES, st.sampled_from(ALL), st.randoms(use_true_random=False))
def test_the_order_of_rows_says_nothing(table: pd.DataFrame, check: dict[str, object], random) -> None:
    order = list(table.index)
    random.shuffle(order)
    assert failing(table, check) == failing(table.loc[order], check)


@given(TABLES, st.sampled_from(ALL))
def test_without_the_failing_rows_nothing_fails(table: pd.DataFrame, check: dict[str, object]) -> None:
    left = table.drop(index=sorted(failing(table, check)))
    assert failing(left, check) == set()


@given(TABLES)
def test_what_never_falls_is_found_pair_by_pair(table: pd.DataFrame) -> None:
    rows = table.dropna(subset=["stations"])
    by_hand = {
        int(later)
        for later, row in rows.iterrows()
        if ((rows["v"] == row["v"]) & (rows["year"] < row["year"]) & (rows["stations"] > row["stations"])).any()
    }
    assert failing(table, MONOTONE) == by_hand
