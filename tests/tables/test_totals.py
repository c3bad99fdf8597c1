from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from ruralpanel.errors import DataError
from ruralpanel.study.tables import Total
from ruralpanel.tables.totals import TOTALS_COLUMNS, compare_totals

COUNTIES = pd.DataFrame(
    {"year": [2010, 2010, 2020, 2020], "residents": [600.0, 390.0, 1000.0, None], "name": ["a", "b", "a", "b"]}
)


def totals(**changes: Any) -> dict[str, Total]:
    declared = {"by": "year", "published": {"2010": 1000.0, "2020": 1010.0}, "tolerance": 0.01, "source": "Yearbook"}
    return {"residents": Total.model_validate({**declared, **changes})}


def complaint(declared: dict[str, Total], table: pd.DataFrame = COUNTIES) -> str:
    with pytest.raises(DataError) as raised:
        compare_totals(table, declared, "census")
    return str(raised.value)


def test_sums_are_compared_value_by_value() -> None:
    compared = compare_totals(COUNTIES, totals(), "census")
    assert list(compared.columns) == TOTALS_COLUMNS
    assert compared["value"].tolist() == ["2010", "2020"]
    assert compared["difference"].tolist() == [-10.0, -10.0]
    assert compared["share"].tolist() == pytest.approx([-0.01, -10 / 1010])


def test_the_order_of_rows_and_the_type_of_a_year_do_not_matter() -> None:
    floats = COUNTIES.astype({"year": float}).iloc[::-1]
    pd.testing.assert_frame_equal(
        compare_totals(floats, totals(), "census"), compare_totals(COUNTIES, totals(), "census")
    )


def test_differences_beyond_the_tolerance_are_told_together() -> None:
    message = complaint(totals(tolerance=0.005))
    assert "table census, totals of residents: 990 in year 2010; published are 1,000 (-10, -1.00%)" in message
    assert "1,000 in year 2020; published are 1,010 (-10, -0.99%)" in message
    assert "the tolerance is 0.50%: are rows lost, or counted twice?" in message


def test_a_total_of_no_row_is_an_error() -> None:
    assert "no row has year 2015" in complaint(totals(published={"2015": 1.0}))


def test_text_has_no_total() -> None:
    declared = {"name": totals()["residents"]}
    assert "totals of name: the column holds text, and has no total" in complaint(declared)


def test_a_table_without_totals_has_none() -> None:
    assert compare_totals(COUNTIES, {}, "census").empty
