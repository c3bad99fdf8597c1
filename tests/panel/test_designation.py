from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.errors import DataError
from ruralpanel.frames.ledger import Ledger
from ruralpanel.panel.designation import date_designation
from ruralpanel.study.designation import Designation


def date(panel: pd.DataFrame, **declared: object) -> tuple[pd.DataFrame, Ledger]:
    ledger = Ledger("panel", "panel", "village", "year")
    return date_designation(panel, "listed", Designation.model_validate(declared), "village", "year", ledger), ledger


@given(
    st.dictionaries(st.integers(1, 20), st.one_of(st.none(), st.integers(2008, 2024)), min_size=1),
    st.sets(st.integers(2010, 2022), min_size=1),
)
def test_a_cohort_dates_treatment_and_event_time(cohorts: dict[int, int | None], years: set[int]) -> None:
    rows = [(village, year, cohort or 0) for village, cohort in cohorts.items() for year in sorted(years)]
    panel, _ = date(pd.DataFrame(rows, columns=["village", "year", "first"]), cohort="first", never=[0])
    for row in panel.to_dict("records"):
        cohort = cohorts[row["village"]]
        if cohort is None:
            assert row["listed"] == 0
            assert pd.isna(row["listed_cohort"])
            assert pd.isna(row["listed_event_time"])
        else:
            assert row["listed"] == (row["year"] >= cohort)
            assert row["listed_event_time"] == row["year"] - cohort


@given(
    st.dictionaries(st.integers(1, 20), st.one_of(st.none(), st.integers(2008, 2024)), min_size=1),
    st.sets(st.integers(2010, 2022), min_size=1),
)
def test_an_indicator_gives_back_the_first_period_seen_treated(cohorts: dict[int, int | None], years: set[int]) -> None:
    rows = [
        (village, year, int(cohort is not None and year >= cohort))
        for village, cohort in cohorts.items()
        for year in sorted(years)
    ]
    panel, _ = date(pd.DataFrame(rows, columns=["village", "year", "on"]), indicator="on")
    for village, cohort in cohorts.items():
        seen = panel.loc[panel["village"] == village, "listed_cohort"].iloc[0]
        treated = [year for year in years if cohort is not None and year >= cohort]
        assert pd.isna(seen) if not treated else seen == min(treated)
    assert (panel["listed"] == panel["on"]).all()


def test_uneven_waves_keep_their_distance_in_years() -> None:
    panel = pd.DataFrame({"village": 1, "year": [2011, 2013, 2015, 2018], "on": [0, 0, 1, 1]})
    assert date(panel, indicator="on")[0]["listed_event_time"].tolist() == [-4, -2, 0, 3]


def test_the_ledger_counts_ever_always_and_never_treated() -> None:
    panel = pd.DataFrame({"village": [1, 1, 2, 2, 3, 3], "year": [2010, 2011] * 3, "on": [0, 1, 1, 1, 0, 0]})
    _, ledger = date(panel, indicator="on")
    assert ledger.lines[-1].reason == "2 units ever treated (1 from their first period), 1 never"


def test_a_missing_indicator_after_treatment_is_known_and_before_it_is_not() -> None:
    panel = pd.DataFrame({"village": 1, "year": [1, 2, 3, 4], "on": [None, 0.0, 1.0, None]})
    listed = date(panel, indicator="on")[0]["listed"]
    assert listed.isna().tolist() == [True, False, False, False]
    assert listed.tolist()[1:] == [0, 1, 1]


@pytest.mark.parametrize(
    ("values", "declared", "said"),
    [
        ([0, 1, 0], {"indicator": "on"}, "goes back to 0 in 1 unit treated before"),
        ([0, 2, 2], {"indicator": "on"}, "must be 0 or 1; found 2"),
        (["a", "b", "c"], {"indicator": "on"}, "must be 0 or 1"),
        ([2010, 2011, 2010], {"cohort": "on"}, "changes within 1 unit:"),
        ([2010, None, 2010], {"cohort": "on"}, "changes within 1 unit:"),
        ([2010.5] * 3, {"cohort": "on"}, "whole periods expected"),
        ([0] * 3, {"cohort": "on"}, "write `never: [0]`"),
        ([9999] * 3, {"cohort": "on"}, "write `never: [9999]`"),
        (["never"] * 3, {"cohort": "on"}, "holds text, not periods"),
    ],
)
def test_what_cannot_be_dated_is_an_error(values: list[object], declared: dict[str, object], said: str) -> None:
    with pytest.raises(DataError) as raised:
        date(pd.DataFrame({"village": 1, "year": [2009, 2010, 2011], "on": values}), **declared)
    assert said in str(raised.value)


def test_an_onset_that_is_not_observed_is_counted() -> None:
    panel = pd.DataFrame({"village": [1, 1, 2, 2, 2], "year": [1, 3, 1, 2, 3], "on": [0.0, 1.0, 0.0, None, 1.0]})
    _, ledger = date(panel, indicator="on")
    assert "the period before the first treated one is not observed in 2 units" in ledger.lines[-1].reason


def test_a_treatment_that_may_end_keeps_its_indicator() -> None:
    panel = pd.DataFrame({"village": 1, "year": [1, 2, 3], "on": [0, 1, 0]})
    assert date(panel, indicator="on", absorbing=False)[0]["listed"].tolist() == [0, 1, 0]
