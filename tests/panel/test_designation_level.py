"""Treatments of villages in a panel of households."""

from __future__ import annotations

import pandas as pd
import pytest

from ruralpanel.errors import DataError
from ruralpanel.frames.ledger import Ledger
from ruralpanel.panel.balance import balance
from ruralpanel.panel.build import build_panel
from ruralpanel.panel.designation import date_designation
from ruralpanel.study.designation import Designation
from ruralpanel.study.panel import Panel

SURVEY = pd.DataFrame(
    [
        (1, 2010, "a", 0, 0.0, 2012),
        (2, 2010, "b", 0, 0.0, None),
        (3, 2012, "a", 1, 0.3, 2012),
        (4, 2012, "a", 1, 0.3, 2012),
        (5, 2012, "b", 0, 0.0, None),
        (2, 2014, "a", 1, 0.5, 2012),  # moved from b to a
        (6, 2014, "b", 0, 0.0, None),
        (7, 2014, "c", 1, 0.1, 2013),  # not surveyed before
    ],
    columns=["household", "year", "village", "grant", "dose", "first"],
)


def date(frame: pd.DataFrame, **declared: object) -> tuple[pd.DataFrame, Ledger]:
    ledger = Ledger("panel", "panel", "household", "year", ["listed"], {"listed": "village"})
    designation = Designation.model_validate({"level": "village"} | declared)
    return date_designation(frame, "listed", designation, "household", "year", ledger), ledger


def reasons(ledger: Ledger) -> str:
    return "\n".join(line.reason for line in ledger.lines)


@pytest.mark.parametrize("how", [{"cohort": "first"}, {"indicator": "grant"}, {"intensity": "dose"}])
def test_rows_have_the_timing_of_the_village_they_are_of(how: dict[str, str]) -> None:
    panel, ledger = date(SURVEY, **how)
    of_c = 2013 if "cohort" in how else 2014  # the first period seen treated, where nothing else is known
    assert panel["listed"].tolist() == [0, 0, 1, 1, 0, 1, 0, 1]
    assert panel["listed_cohort"].fillna(0).tolist() == [2012, 0, 2012, 2012, 0, 2012, 0, of_c]
    assert panel["listed_event_time"].fillna(99).tolist() == [-2, 99, 0, 0, 99, 2, 99, 2014 - of_c]
    assert "assigned by village: 3 levels, in which 7 units are seen" in reasons(ledger)
    assert "1 unit in several of them, with the timing of each in its rows" in reasons(ledger)
    assert "2 levels of village ever treated (1 from their first period), 1 never" in reasons(ledger)
    assert ledger.lines[-1].treated_units == {"listed": 2}


def test_an_intensity_is_that_of_the_village() -> None:
    frame = SURVEY.assign(dose=SURVEY["dose"].where(SURVEY["household"] != 4))
    panel, ledger = date(frame, intensity="dose")
    assert panel["listed_intensity"].tolist() == SURVEY["dose"].tolist()
    assert pd.isna(panel.loc[3, "dose"])  # the column itself stays as it came
    assert "dose of 1 row as in the others of level and period" in reasons(ledger)
    assert "falls" not in reasons(ledger)


def test_rows_without_a_village_are_neither_treated_nor_untreated() -> None:
    panel, ledger = date(SURVEY.assign(village=SURVEY["village"].where(SURVEY["household"] != 4)), cohort="first")
    assert panel["listed"].isna().tolist() == [False] * 3 + [True] + [False] * 4
    assert pd.isna(panel.loc[3, "listed_cohort"])
    assert "1 row without a village, where treatment is unknown" in reasons(ledger)
    assert "treatment unknown in 1 row" in reasons(ledger)


@pytest.mark.parametrize(
    ("change", "how", "said"),
    [
        (
            {"first": [2012, None, 2012, 2013, None, 2012, None, 2013]},
            {"cohort": "first"},
            "within 1 level of village: a",
        ),
        (
            {"first": [2012, None, 2012, None, None, 2012, None, 2013]},
            {"cohort": "first"},
            "within 1 level of village: a",
        ),
        (
            {"grant": [0, 0, 1, 0, 0, 1, 0, 1]},
            {"indicator": "grant"},
            "`grant` differs among the rows of one village and year in 1 level: a in 2012",
        ),
        ({"dose": [0, 0, 0.3, 0.2, 0, 0.5, 0, 0.1]}, {"intensity": "dose"}, "in 1 level: a in 2012"),
        ({"grant": [1, 0, 0, 0, 0, 1, 0, 1]}, {"indicator": "grant"}, "goes back to 0 in 1 level of village treated"),
        ({"village": [None] * 8}, {"cohort": "first"}, "no row has a `village`, the level of the designation listed"),
    ],
)
def test_what_is_not_one_number_a_village_is_an_error(
    change: dict[str, object], how: dict[str, str], said: str
) -> None:
    with pytest.raises(DataError, match=said.replace("(", r"\(")):
        date(SURVEY.assign(**change), **how)


def test_lists_are_of_villages() -> None:
    lists = pd.DataFrame({"village": ["a", "c", "d"], "list_year": [2012, 2013, 2013]})
    declared = Designation.model_validate({"level": "village", "list": {"source": "lists", "year": "list_year"}})
    rows = SURVEY[["household", "year", "village"]]
    built = build_panel(
        {"survey": rows, "lists": lists}, Panel(unit="household", period="year"), "survey", {"listed": declared}
    )
    by_household = built.panel.set_index(["household", "year"])["listed_cohort"]
    assert by_household[2].tolist() == [pytest.approx(float("nan"), nan_ok=True), 2012]
    assert by_household[7, 2014] == 2013
    absent = built.events[built.events["event"] == "not in panel"]
    assert absent["unit"].tolist() == ["d"]
    assert built.ledger.lines[-1].treated_units == {"listed": 2}


def test_the_balance_counts_villages_by_when_they_are_seen() -> None:
    panel, _ = date(SURVEY, cohort="first")
    table = balance(panel, "household", "year", ["listed"], {"listed": "village"})
    units = table[table["measure"] == "units"].set_index(["designation", "status"])["units"].to_dict()
    assert list(units.values()) == [7, 1, 2, 1]  # households; villages never, ever, and always treated
    entries = table[(table["status"] == "ever") & (table["measure"] == "first observed")].set_index("value")["units"]
    assert entries.to_dict() == {"2010": 1, "2012": 0, "2014": 1}
