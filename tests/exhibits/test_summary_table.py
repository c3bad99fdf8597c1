from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.errors import DataError
from ruralpanel.exhibits.caption import ExhibitDeclaration
from ruralpanel.exhibits.described import ColumnWords
from ruralpanel.exhibits.summary_table import decimals_for, group_rows, normalised_difference, print_table, summarise
from tests.exhibits.conftest import declaration

PANEL = pd.DataFrame(
    {
        "village": [1, 1, 2, 2, 3, 3, 4, 4],
        "year": [2000, 2001] * 4,
        "income": [2.0, 4, 4, 6, 1, 3, np.nan, 5],
        "name": list("abcdefgh"),
        "listed_cohort": pd.array([pd.NA, pd.NA, pd.NA, pd.NA, 2005, 2005, 2007, 2007], dtype="Int64"),
    }
)


def declared(columns: dict[str, ColumnWords] | None = None, **changes: object) -> ExhibitDeclaration:
    shown = declaration("regression_table")
    exhibit = {"kind": "summary_table", "title": "Villages", **changes}
    words = columns or {"income": ColumnWords(label="Income", unit="yuan")}
    return ExhibitDeclaration.model_validate({**shown.model_dump(), "exhibit": exhibit, "columns": words})


def test_means_and_differences_are_those_computed_by_hand() -> None:
    table = print_table(PANEL, declared(by="listed"))
    assert table.heads[0] == ("All units", "Mean")
    # Never treated: 2, 4, 4, 6 with variance 8/3; ever: 1, 3, 5 with variance 4; (3 − 4) / √((8/3 + 4) / 2) = −0.548.
    assert table.coefficients == [
        ("Income (yuan)", ["3.57", "1", "6", "7", "4.00", "4", "3.00", "3", "−0.548"]),
        ("", ["(1.72)", "", "", "", "(1.63)", "", "(2.00)", "", ""]),
    ]
    assert table.statistics == [
        ("Units (village)", ["4", "", "", "", "2", "", "2", "", ""]),
        ("Rows", ["8", "", "", "", "4", "", "4", "", ""]),
    ]


def test_cohorts_have_a_column_each() -> None:
    table = print_table(PANEL, declared(by="listed", groups="cohort", periods=[2001, 2001]))
    assert table.heads == [
        ("", "All units"),
        ("", "Never treated"),
        ("First treated in", "2005"),
        ("First treated in", "2007"),
    ]
    rows = dict(table.coefficients)
    assert rows["N"] == ["4", "2", "1", "1"]
    assert rows["Normalised difference"] == ["", "", "", ""]  # one village does not vary
    assert "village and year, 2001." in " ".join(table.notes)


def test_without_a_designation_all_units_are_described_together() -> None:
    table = print_table(PANEL, declared())
    assert {group for group, _ in table.heads} == {"All units"}
    assert "Normalised" not in " ".join(table.notes)


def test_text_and_periods_without_rows_are_errors_in_words() -> None:
    columns = {"name": ColumnWords(label="Name"), "income": ColumnWords(label="Income")}
    with pytest.raises(DataError) as raised:
        print_table(PANEL, declared(columns, periods=[1990, 1999]))
    assert "`name` holds no numbers" in str(raised.value)
    assert "no row from 1990 to 1999" in str(raised.value)


@given(st.permutations(range(len(PANEL))))
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    shuffled = PANEL.iloc[order]
    assert print_table(shuffled, declared(by="listed")) == print_table(PANEL, declared(by="listed"))


@given(st.floats(0.1, 10), st.floats(-5, 5))
def test_a_normalised_difference_does_not_depend_on_the_unit(scale: float, shift: float) -> None:
    treated, others = pd.Series([1.0, 3, 5]), pd.Series([2.0, 4, 4, 6])
    assert normalised_difference(scale * treated + shift, scale * others + shift) == pytest.approx(
        normalised_difference(treated, others)
    )


def test_two_groups_of_equal_spread_differ_by_the_difference_of_their_means_in_standard_deviations() -> None:
    values = pd.Series([1.0, 2, 3])
    assert normalised_difference(values + 2, values) == pytest.approx(2)
    assert np.isnan(normalised_difference(values * 0, values * 0))


def test_missing_cohorts_are_no_group() -> None:
    groups = group_rows(PANEL, "listed", "cohort")
    summary = summarise(PANEL, ["income"], groups)
    assert summary["group"].tolist() == ["All units", "Never treated", "2005", "2007"]
    assert summary["values"].tolist() == [7, 4, 2, 1]


@pytest.mark.parametrize(
    ("standard_deviation", "mean", "decimals"),
    [(3427, 9000, 0), (71.2, 400, 1), (0.0813, 0.3, 4), (0, 5, 2), (0, 0, 0), (np.nan, np.nan, 0), (1e-9, 0, 6)],
)
def test_a_standard_deviation_has_three_digits_that_count(
    standard_deviation: float, mean: float, decimals: int
) -> None:
    assert decimals_for(standard_deviation, mean) == decimals
