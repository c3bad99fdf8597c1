from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.panel.codebook import MISSINGNESS_KEY, codebook, missingness
from ruralpanel.study.panel import ColumnOrigin
from tests.conftest import shipped_study

PANEL = pd.DataFrame(
    {
        "village": ["a", "a", "b", "b", "c"],
        "year": [2010, 2012, 2010, 2012, 2010],
        "income": [1.0, None, 3.0, 4.0, None],
        "listed_cohort": [2012.0, 2012.0, None, None, None],
    }
)


def test_the_codebook_describes_every_column() -> None:
    origins = {name: ColumnOrigin(origin="survey") for name in PANEL}
    book = codebook(PANEL, origins).set_index("column")
    assert list(book.index) == list(PANEL.columns)
    assert book.loc["village", "examples"].startswith("a, b") or book.loc["village", "examples"].startswith("b, a")
    assert book.loc["year", "type"] == "integer"
    assert (book.loc["income", "missing"], book.loc["income", "minimum"], book.loc["income", "maximum"]) == (2, 1, 4)


def test_missing_values_and_attrition_are_told_apart() -> None:
    table = missingness(PANEL, "village", "year", ["income"], ["listed"])
    assert not table.duplicated(MISSINGNESS_KEY).any()
    never = table[(table["cohort"] == "never") & (table["period"] == 2012)].iloc[0]
    assert (never["units"], never["present"], never["missing"]) == (2, 1, 0)
    assert never["attrition"] == pytest.approx(0.5)
    treated = table[(table["cohort"] == "2012") & (table["period"] == 2012)].iloc[0]
    assert (treated["attrition"], treated["missing_share"]) == (0, 1)


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.booleans()), min_size=1, unique_by=lambda row: row[:2])
)
def test_cohorts_add_up_to_all_units(rows: list[tuple[int, int, bool]]) -> None:
    panel = pd.DataFrame(rows, columns=["village", "year", "known"])
    panel["y"] = panel["known"].where(panel["known"])
    panel["listed_cohort"] = panel["village"].map({0: 2.0, 1: 3.0})
    table = missingness(panel, "village", "year", ["y"], ["listed"])
    sums = table.groupby(["designation", "period"])[["units", "present", "missing"]].sum()
    assert (sums.loc["all"].to_numpy() == sums.loc["listed"].to_numpy()).all()
    assert sums.loc["all", "present"].sum() == len(panel)


@pytest.mark.parametrize("name", ["taobao_villages", "replications/castle", "replications/wage_panel"])
def test_every_column_of_a_study_has_an_origin(name: str) -> None:
    study = shipped_study(name)
    assert list(study.column_origins()) == study.panel_columns()


def test_what_is_there_of_a_treatment_of_villages_is_counted_by_village() -> None:
    rows = [
        (1, 2010, "a", 2012),
        (2, 2010, "b", None),
        (3, 2012, "a", 2012),
        (4, 2012, "a", 2012),
        (5, 2012, "c", 2012),
    ]
    panel = pd.DataFrame(rows, columns=["household", "year", "village", "listed_cohort"]).assign(y=[1, 2, None, 4, 5])
    table = missingness(panel, "household", "year", ["y"], ["listed"], {"listed": "village"})
    cells = table[table["designation"] == "listed"].set_index(["cohort", "period"])
    assert cells.loc[("2012", 2010), ["units", "present", "missing", "attrition"]].tolist() == [2, 1, 0, 0.5]
    assert cells.loc[("2012", 2012), ["units", "present", "missing", "attrition"]].tolist() == [2, 3, 1, 0]
    assert cells.loc[("2012", 2012), "missing_share"] == 1 / 3
