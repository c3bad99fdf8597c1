from __future__ import annotations

import pandas as pd

from ruralpanel.report.place_names import names_tables
from ruralpanel.report.totals import totals_tables
from ruralpanel.tables.totals import TOTALS_COLUMNS
from tests.conftest import shipped_study

STUDY = shipped_study("china_counties")


def test_totals_are_printed_with_what_the_author_says_of_them() -> None:
    rows = [("residents", "year", "2010", 990.0, 1000.0, -10.0, -0.01, 0.005)]
    (shown,) = totals_tables({"census": pd.DataFrame(rows, columns=TOTALS_COLUMNS)}, STUDY)
    assert (shown["label"], shown["tolerance"]) == ("Residents", "0.50%")
    assert shown["rows"] == [
        {"value": "2010", "total": "990", "published": "1,000", "difference": "−10", "share": "−1.00%"}
    ]
    assert shown["explanation"] == STUDY.tables["census"].totals["residents"].explanation


def test_names_without_a_code_are_listed_with_the_reason() -> None:
    report = pd.DataFrame(
        {
            "list_year": [2015, 2015, 2016],
            "province_written": ["河北省", "河北省", "河北省"],
            "prefecture_written": ["保定市", "保定市", None],
            "county_written": ["高阳县", "白沟新城", "白沟新城"],
            "method": ["exact", "decision", "decision"],
            "code": ["130628", None, None],
            "matched": ["河北省 / 保定市 / 高阳县", "", ""],
            "rows": [3, 5, 4],
            "candidates": "",
            "reason": ["", "a zone", "a zone"],
        }
    )
    (shown,) = names_tables({"listed_places": report}, STUDY)
    assert shown["rows"] == [
        {"year": "2015", "rows": "8", "placed": "3", "ways": "decision 5; exact 3"},
        {"year": "2016", "rows": "4", "placed": "0", "ways": "decision 4"},
    ]
    assert shown["unplaced"] == [
        {"names": "2015 / 河北省 / 保定市 / 白沟新城", "rows": "5", "reason": "a zone"},
        {"names": "2016 / 河北省 /  / 白沟新城", "rows": "4", "reason": "a zone"},
    ]
