from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.errors import DataError
from ruralpanel.frames.ledger import Ledger
from ruralpanel.frames.storage import key_problems, load_table, save_table
from ruralpanel.panel.build import build_panel
from ruralpanel.panel.lists import EVENT_COLUMNS, EVENT_KEY, no_events
from ruralpanel.study.designation import Designation
from ruralpanel.study.panel import Panel

Listings = set[tuple[int, int]]
PANEL = Panel(unit="village", period="year")
LISTINGS = st.sets(st.tuples(st.integers(1, 6), st.integers(2010, 2018)), min_size=1)
PERIODS = st.sets(st.integers(2008, 2021), min_size=1)


def date(
    listings: Listings | pd.DataFrame,
    villages: object = (1, 2, 3, 4),
    periods: object = range(2010, 2020),
    absorbing: bool = True,
    **declared: object,
) -> tuple[pd.DataFrame, Ledger, pd.DataFrame]:
    """Build a panel of villages and periods whose designation `listed` is read from lists."""
    rows = [(village, year) for village in sorted(villages) for year in sorted(periods)]
    lists = listings if isinstance(listings, pd.DataFrame) else pd.DataFrame(listings, columns=["village", "list_year"])
    section = {"list": {"source": "lists", "year": "list_year", **declared}, "absorbing": absorbing}
    tables = {"survey": pd.DataFrame(rows, columns=["village", "year"]), "lists": lists}
    return build_panel(tables, PANEL, "survey", {"listed": Designation.model_validate(section)})[:3]


def told(events: pd.DataFrame) -> set[tuple[int, int, str]]:
    return {(row["unit"], row["year"], row["event"]) for row in events.to_dict("records")}


def line(ledger: Ledger, what: str) -> str:
    return next(each.reason for each in ledger.lines if each.step == f"designation listed: {what}")


@given(LISTINGS, PERIODS, st.randoms(use_true_random=False))
def test_the_cohort_is_the_first_list_whatever_the_order_of_rows(
    listings: Listings, periods: set[int], order: random.Random
) -> None:
    rows = sorted(listings)
    order.shuffle(rows)
    shuffled = pd.DataFrame(rows, columns=["village", "list_year"])
    panel, _, events = date(shuffled, range(1, 7), periods)
    pd.testing.assert_frame_equal(events, date(set(rows), range(1, 7), periods)[2])
    for row in panel.to_dict("records"):
        years = [year for village, year in listings if village == row["village"]]
        if years:
            assert row["listed_cohort"] == min(years)
            assert row["listed_event_time"] == row["year"] - min(years)
        else:
            assert pd.isna(row["listed_cohort"])
        assert row["listed"] == (bool(years) and row["year"] >= min(years))


@given(LISTINGS, st.integers(2010, 2018))
def test_a_list_year_that_does_not_exist_never_makes_an_exit_or_a_re_entry(listings: Listings, absent: int) -> None:
    """Units that are on every list from their first on, as far as lists exist, neither leave nor come back."""
    first = {village: min(year for each, year in listings if each == village) for village, _ in listings}
    lists = {(village, year) for village, start in first.items() for year in range(start, 2020) if year != absent}
    _, _, events = date(lists, range(1, 7))
    assert not set(events["event"]) & {"exit", "re-entry"}


@given(LISTINGS, st.sets(st.integers(2010, 2018)))
def test_events_are_dated_on_lists_that_exist_and_each_exit_has_its_lists(listings: Listings, more: set[int]) -> None:
    years = sorted({year for _, year in listings} | more)
    _, _, events = date(listings, range(1, 7), years=years)
    assert set(events["year"]) <= set(years)
    exits, again = (told(events[events["event"] == event]) for event in ("exit", "re-entry"))
    expected: dict[str, set[tuple[int, int, str]]] = {"exit": set(), "re-entry": set()}
    for village in {village for village, _ in listings}:
        was_on = ever = False
        for year in years:
            is_on = (village, year) in listings
            if was_on and not is_on:
                expected["exit"].add((village, year, "exit"))
            if is_on and ever and not was_on:
                expected["re-entry"].add((village, year, "re-entry"))
            was_on, ever = is_on, ever or is_on
    assert (exits, again) == (expected["exit"], expected["re-entry"])


@given(LISTINGS, PERIODS)
def test_a_switching_status_is_that_of_the_latest_list(listings: Listings, periods: set[int]) -> None:
    years = {year for _, year in listings}
    panel, _, _ = date(listings, range(1, 7), periods, absorbing=False, exits="switch", years=sorted(years))
    for row in panel.to_dict("records"):
        earlier = [year for year in years if year <= row["year"]]
        if row["year"] > max(years):
            assert pd.isna(row["listed"])
        else:
            assert row["listed"] == (bool(earlier) and (row["village"], max(earlier)) in listings)


@given(LISTINGS, st.sets(st.integers(1, 6), min_size=1))
def test_every_unit_on_a_list_is_first_listed_or_not_in_the_panel(listings: Listings, villages: set[int]) -> None:
    _, _, events = date(listings, villages)
    assert not key_problems(events, EVENT_KEY, "events")
    seen, absent = (set(events.loc[events["event"] == event, "unit"]) for event in ("first listing", "not in panel"))
    assert seen | absent == {village for village, _ in listings}
    assert seen == {village for village, _ in listings} & villages
    assert not set(events.loc[events["event"] != "not in panel", "unit"]) & absent


LISTS = {
    *((1, year) for year in (2015, 2016, 2017, 2019)),  # stays through the year without a list
    *((2, year) for year in (2016, 2019)),  # leaves in 2017 and comes back in 2019
    (3, 2019),  # listed in 2018 or 2019
    *((9, year) for year in (2016, 2017)),  # not in the panel
}


def test_each_event_is_told_with_what_is_known_of_it() -> None:
    _, ledger, events = date(LISTS)
    assert list(events.columns) == EVENT_COLUMNS
    details = {(row["unit"], row["year"], row["event"]): row["detail"] for row in events.to_dict("records")}
    assert details == {
        (1, 2015, "first listing"): "on the earliest list, so listed then or before",
        (2, 2016, "first listing"): "on no earlier list",
        (2, 2017, "exit"): "on the list of 2016, not on that of 2017",
        (2, 2019, "re-entry"): "last on the list of 2016",
        (3, 2019, "first listing"): "on no earlier list",
        (3, 2019, "uncertain onset"): "first listed after a list year that does not exist, so listed in 2018 or 2019",
        (9, 2016, "not in panel"): "on 2 lists: 2016 to 2017",
    }
    assert line(ledger, "lists") == (
        "4 lists: 2015 to 2017, 2019; no list of 2018, which is neither an exit nor an entry"
    )
    assert line(ledger, "first listings") == "3 units; 1 on the earliest list, 2015, so listed then or before"
    assert line(ledger, "uncertain onsets") == (
        "1 unit first listed after a list year that does not exist, so listed in 2018 or 2019"
    )
    assert line(ledger, "exits") == "1 unit; ignored: treatment stays"
    assert line(ledger, "re-entries") == "1 unit; ignored: treatment never ended"
    assert line(ledger, "units not in the panel") == "1 unit; each is named in designation.csv"


def test_a_longer_gap_says_between_which_years() -> None:
    _, _, events = date({(1, 2012), (2, 2016)})
    assert events.loc[events["event"] == "uncertain onset", "detail"].tolist() == [
        "first listed after a list year that does not exist, so listed between 2013 and 2016"
    ]


def test_exits_that_are_ignored_leave_treatment_and_exits_that_switch_end_it() -> None:
    stays = date(LISTS)[0].query("village == 2")["listed"].tolist()
    panel, ledger, _ = date(LISTS, absorbing=False, exits="switch")
    assert stays == [0] * 6 + [1] * 4
    assert panel.query("village == 2")["listed"].tolist() == [0] * 6 + [1, 0, 0, 1]
    assert panel.query("village == 2")["listed_cohort"].tolist() == [2016] * 10
    assert line(ledger, "exits") == "1 unit; treatment ends"
    assert line(ledger, "re-entries") == "1 unit; treatment begins again"


@pytest.mark.slow
def test_a_unit_that_leaves_twice_is_one_unit_and_two_exits() -> None:
    lists = {(1, year) for year in range(2010, 2015)} | {(2, 2010), (2, 2012)}
    _, ledger, _ = date(lists)
    assert line(ledger, "exits").startswith("1 unit, 2 times in all;")


def test_after_the_last_list_treatment_stays_or_is_unknown() -> None:
    lists = {(1, 2011), (1, 2012), (2, 2011)}
    ignoring, ledger, _ = date(lists, villages=[1, 2, 3], periods=[2011, 2012, 2014])
    assert ignoring["listed"].tolist() == [1, 1, 1, 1, 1, 1, 0, 0, 0]
    assert "3 rows after the last list: treatment stays, and 1 of units on no list count as untreated" in line(
        ledger, "lists"
    )
    switching, ledger, _ = date(lists, [1, 2, 3], [2011, 2012, 2014], absorbing=False, exits="switch")
    assert switching["listed"].fillna(-1).tolist() == [1, 1, -1, 1, 0, -1, 0, 0, -1]
    assert "3 rows after the last list: treatment unknown" in line(ledger, "lists")
    assert ledger.lines[-1].reason.endswith("treatment unknown in 3 rows")


def test_uneven_waves_keep_their_distance_from_the_list_year() -> None:
    lists = {(1, 2011), (1, 2012), (1, 2013), (2, 2013), (3, 2011), (4, 2011), (4, 2012), (4, 2013)}
    panel, _, _ = date(lists, periods=[2010, 2012, 2014])
    of_village = panel.set_index("village")
    assert of_village.loc[1, "listed"].tolist() == [0, 1, 1]
    assert of_village.loc[1, "listed_event_time"].tolist() == [-1, 1, 3]
    assert of_village.loc[2, "listed"].tolist() == [0, 0, 1]
    assert of_village.loc[2, "listed_event_time"].tolist() == [-3, -1, 1]
    switching, _, _ = date(lists, periods=[2010, 2012, 2013], absorbing=False, exits="switch")
    assert switching.query("village == 3")["listed"].tolist() == [0, 0, 0]


def test_a_declared_list_with_nobody_on_it_ends_no_treatment_without_a_word() -> None:
    lists = {(1, 2012), (1, 2014)}
    with pytest.raises(DataError, match="nobody on the list of 2013, so that every treatment would end there"):
        date(lists, years=[2012, 2013, 2014], absorbing=False, exits="switch")


def test_years_that_are_declared_can_have_a_list_with_nobody_on_it() -> None:
    lists = {(1, 2012), (1, 2014), (2, 2014)}
    _, ledger, events = date(lists, years=[2012, 2013, 2014, 2015])
    assert (2, 2014, "uncertain onset") not in told(events)
    assert {(1, 2013, "exit"), (1, 2014, "re-entry"), (1, 2015, "exit"), (2, 2015, "exit")} <= told(events)
    assert "nobody is on the list of 2013, 2015" in line(ledger, "lists")


def test_definition_breaks_within_the_lists_years_are_named() -> None:
    _, ledger, _ = date({(1, 2015), (2, 2016), (3, 2016)}, breaks={"2014": "early", "2016": "stricter", "2017": "late"})
    breaks = {each.step: each.reason for each in ledger.lines if "definition break" in each.step}
    assert breaks == {"designation listed: definition break 2016": "stricter; 2 units first listed then"}


def test_no_step_of_a_list_changes_a_row() -> None:
    panel, ledger, _ = date(LISTS)
    assert {(each.rows_in, each.rows_out) for each in ledger.lines} == {(len(panel), len(panel))}
    assert "list_year" not in panel


def test_a_unit_that_a_longer_key_lists_twice_in_a_year_is_on_that_list_once() -> None:
    once = pd.DataFrame({"village": [1, 1], "list_year": [2015, 2016]})
    twice = pd.concat([once, once], ignore_index=True)
    pd.testing.assert_frame_equal(date(twice)[2], date(once)[2])


def test_years_read_as_decimal_numbers_and_units_that_are_text_are_understood() -> None:
    lists = pd.DataFrame({"village": ["01", "01", "02"], "list_year": [2012.0, 2013.0, 2013.0]})
    panel, _, events = date(lists, villages=["01", "02", "03"], periods=[2012, 2013])
    assert panel["listed"].tolist() == [1, 1, 0, 1, 0, 0]
    assert told(events) == {("01", 2012, "first listing"), ("02", 2013, "first listing")}


def test_events_of_several_designations_are_told_one_after_the_other() -> None:
    tables = {
        "survey": pd.DataFrame({"village": 1, "year": [2012, 2013], "on": [0, 1]}),
        "lists": pd.DataFrame({"village": [1], "list_year": [2013]}),
        "stations": pd.DataFrame({"village": [2], "list_year": [2012]}),
    }
    designations = {
        name: Designation.model_validate({"list": {"source": name, "year": "list_year"}})
        for name in ("stations", "lists")
    } | {"seen": Designation(indicator="on")}
    panel, _, events, *_ = build_panel(tables, PANEL, "survey", designations)
    assert events["designation"].tolist() == ["stations", "lists"]
    assert panel[["lists", "stations", "seen"]].to_numpy().tolist() == [[0, 0, 0], [1, 0, 1]]


def test_events_are_saved_even_when_there_is_none(tmp_path: Path) -> None:
    _, _, events, *_ = build_panel({"survey": pd.DataFrame({"village": [1], "year": [2012]})}, PANEL, "survey", {})
    assert list(events.columns) == list(no_events().columns) == EVENT_COLUMNS
    save_table(events, tmp_path / "designation.csv", key=EVENT_KEY)
    assert (tmp_path / "designation.csv").read_text() == ",".join(EVENT_COLUMNS) + "\n"
    assert load_table(tmp_path / "designation.csv").empty
    save_table(date(LISTS)[2], tmp_path / "designation.csv", key=EVENT_KEY)
    assert len(load_table(tmp_path / "designation.csv")) == 7


@pytest.mark.parametrize(
    ("lists", "declared", "said"),
    [
        ({"village": ["a"], "list_year": [2012]}, {}, "`village` holds numbers in the panel and text in `lists`"),
        (
            {"village": [1], "list_year": [2012.5]},
            {},
            "the list year `list_year` must be a whole number such as a year",
        ),
        (
            {"village": [1], "list_year": [np.nan]},
            {},
            "the list year `list_year` must be a whole number such as a year",
        ),
        (
            {"village": [1], "list_year": ["2012"]},
            {},
            "the list year `list_year` must be a whole number such as a year",
        ),
        ({"village": [1, 1], "list_year": [2012, 9999]}, {}, "is 9999, far from the panel's periods, 2010 to 2019"),
        ({"village": [1], "list_year": [2012]}, {"years": [20112, 2012]}, "is 20112, far from the panel's periods"),
        (
            {"village": [1, 2, 1], "list_year": [2012, 2012, 2018]},
            {"years": [2018, 2019]},
            "source lists: has 2 rows of 2012, which `years` leaves out",
        ),
        ({"village": pd.Series(dtype=int), "list_year": pd.Series(dtype=int)}, {}, "has no row, so there is no list"),
    ],
)
def test_lists_that_cannot_be_read_are_an_error(lists: dict, declared: dict[str, object], said: str) -> None:
    with pytest.raises(DataError) as raised:
        date(pd.DataFrame(lists), **declared)
    assert said in str(raised.value)
