from __future__ import annotations

import random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.errors import DataError
from ruralpanel.frames.ledger import Ledger
from ruralpanel.study.tables import Group, Table
from ruralpanel.tables.group import amounts_of, group_rows

VILLAGES = pd.DataFrame(
    {
        "county": ["a", "a", "a", "b"],
        "residents": [100, 300, 600, 50],
        "schooling": [6.0, 8.0, 9.0, np.nan],
        "age": [70.0, 40.0, np.nan, 65.0],
        "name": ["east", "west", "east", None],
        "province": ["x", "x", "x", "y"],
    }
)


def group(columns: dict[str, Any], table: pd.DataFrame = VILLAGES, by: str = "county") -> tuple[pd.DataFrame, Ledger]:
    stated = Table.model_validate({"stack": "villages", "group": {"by": [by], "columns": columns}}).group
    assert stated is not None
    ledger = Ledger("tables", "counties")
    return group_rows(table, stated, "table counties", ledger), ledger


def complaint(columns: dict[str, Any], table: pd.DataFrame = VILLAGES, by: str = "county") -> str:
    with pytest.raises(DataError) as raised:
        group(columns, table, by)
    return str(raised.value)


@pytest.mark.parametrize(
    ("summary", "of_a", "of_b"),
    [
        ({"take": "sum", "of": "residents"}, 1000, 50),
        ({"take": "mean", "of": "residents"}, 1000 / 3, 50),
        ({"take": "mean", "of": "schooling"}, 23 / 3, None),
        ({"take": "mean", "of": "schooling", "weights": "residents"}, 8.4, None),  # (600 + 2400 + 5400) / 1000
        ({"take": "minimum", "of": "schooling"}, 6, None),
        ({"take": "maximum", "of": "residents"}, 600, 50),
        ({"take": "maximum", "of": "age"}, None, 65),
        ({"take": "maximum", "of": "age", "missing": "skip"}, 70, 65),
        ({"take": "sum", "of": "age"}, None, 65),
        ({"take": "sum", "of": "age", "missing": "skip"}, 110, 65),
        ({"take": "sum", "of": "schooling", "missing": "skip"}, 23, None),
        ({"take": "same", "of": "province"}, "x", "y"),
        ({"take": "joined", "of": "name"}, "east; west", None),
        ({"take": "joined", "of": "residents"}, "100; 300; 600", "50"),
        ({"take": "distinct", "of": "name"}, 2, None),
        ({"take": "distinct", "of": "name", "missing": "skip"}, 2, 0),
        ({"take": "count"}, 3, 1),
        ({"take": "count", "where": "residents > 200"}, 2, 0),
        ({"take": "count", "where": "age >= 60"}, None, 1),
        ({"take": "count", "where": "age >= 60", "missing": "skip"}, 1, 1),
        ({"take": "share", "where": "residents > 200"}, 2 / 3, 0),
        ({"take": "share", "where": "age >= 60", "missing": "skip"}, 0.5, 1),
        ({"take": "share", "where": "residents > 200", "weights": "residents"}, 0.9, 0),
        ({"take": "share", "where": "age >= 60", "weights": "residents", "missing": "skip"}, 0.25, 1),
    ],
)
def test_each_summary_is_what_it_says(summary: dict[str, Any], of_a: object, of_b: object) -> None:
    table, _ = group({"new": summary})
    assert table["county"].tolist() == ["a", "b"]
    found = [None if pd.isna(value) else value for value in table["new"]]
    assert found == [pytest.approx(each) if isinstance(each, float) else each for each in (of_a, of_b)]


def test_counts_and_sums_of_whole_numbers_stay_whole() -> None:
    table, ledger = group({"residents": "sum", "villages": "count", "schooling": "mean"})
    assert table["residents"].dtype == table["villages"].dtype == "int64"
    assert ledger.lines[-1].reason == "one row for each county; schooling: a value is missing in 1 row"
    assert (ledger.lines[-1].rows_in, ledger.lines[-1].rows_out) == (4, 2)


def test_a_mean_whose_weights_are_all_zero_is_missing() -> None:
    table, _ = group({"schooling": {"take": "mean", "weights": "residents"}}, VILLAGES.assign(residents=0, schooling=1))
    assert table["schooling"].isna().all()


def test_rows_that_should_share_a_value_and_do_not_are_named() -> None:
    message = complaint({"name": "same", "residents": "same"})
    assert "`name` should be the same in all rows of a group, and is not in 1 group: a has east, west" in message
    assert "a has 100, 300, 600" in message
    assert "`joined` keeps all values" in message


@pytest.mark.parametrize(
    ("columns", "by", "said"),
    [
        ({"name": "sum"}, "county", "`name: sum` needs numbers, and `name` holds text"),
        (
            {"schooling": {"take": "mean", "weights": "province"}},
            "county",
            "`schooling: mean` needs numbers, and `province`",
        ),
        ({"schooling": {"take": "mean", "weights": "minus"}}, "county", "the weight `minus` is below 0 in 4 rows"),
        ({}, "name", "`name`, which rows are grouped by, is missing in 1 row"),
        ({}, "name", "leave them out: `keep: name == name`"),
    ],
)
def test_what_cannot_be_grouped_is_said(columns: dict[str, Any], by: str, said: str) -> None:
    assert said in complaint(columns, VILLAGES.assign(minus=-1), by)


def test_amounts_are_what_is_summed_and_what_weighs() -> None:
    columns = {"people": {"take": "sum", "of": "residents"}, "schooling": {"take": "mean", "weights": "pupils"}}
    assert amounts_of(Group.model_validate({"by": ["county"], "columns": columns})) == ["residents", "pupils"]
    assert amounts_of(None) == []


CELLS = st.tuples(st.sampled_from("ab"), st.floats(-1e6, 1e6), st.floats(0, 10))


@given(st.lists(CELLS, min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter_to_the_last_digit(
    rows: list[tuple[str, float, float]], order: random.Random
) -> None:
    columns = {"x": "sum", "mean": {"take": "mean", "of": "x", "weights": "w"}, "w": "sum"}
    table, _ = group(columns, pd.DataFrame(rows, columns=["county", "x", "w"]))
    shuffled = list(rows)
    order.shuffle(shuffled)
    again, _ = group(columns, pd.DataFrame(shuffled, columns=["county", "x", "w"]))
    pd.testing.assert_frame_equal(again, table, check_exact=True)
    for county, total in zip(table["county"], table["x"], strict=True):
        assert total == pytest.approx(sum(x for each, x, _ in rows if each == county), abs=1e-6)
