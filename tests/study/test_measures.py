from __future__ import annotations

from typing import Any

import pytest

from tests.study.conftest import Repository

PRICES: dict[str, Any] = {"path": "survey.csv", "key": ["year"], "columns": {"year": None, "cpi": "inc"}}
DEFLATOR: dict[str, Any] = {
    "source": "prices",
    "index": "cpi",
    "kind": "previous_year",
    "period": "year",
    "base": 2017,
}


@pytest.fixture
def deflated(repository: Repository) -> Repository:
    """A study whose income is deflated."""
    repository.study["sources"]["survey"]["columns"]["income"] = {"from": "inc", "unit": "yuan"}
    repository.study["sources"]["prices"] = dict(PRICES)
    repository.study["panel"].update(
        base="survey",
        deflators={"rural_prices": dict(DEFLATOR)},
        derived={"real_income": {"real": "income", "deflator": "rural_prices", "label": "Real income"}},
    )
    return repository


def test_prices_are_read_beside_the_panel(deflated: Repository) -> None:
    study = deflated.load()
    assert study.beside == {"prices"}
    assert "cpi" not in study.panel_columns()
    assert list(study.column_origins()) == study.panel_columns()


def test_the_codebook_says_what_was_done_and_in_which_unit(deflated: Repository) -> None:
    deflated.study["panel"]["derived"] |= {
        "head": {"per_head": "income", "population": "treated", "counted": "registered"},
        "bare": {"per_head": "treated", "population": "income", "counted": "resident"},
        "trimmed": {"winsorise": "real_income", "lower": 0.01, "upper": 0.99, "by": ["year", "county"]},
        "high": {"winsorise": "income", "upper": 0.99, "unit": "¥"},
        "growth": {"growth": "trimmed", "periods": 2, "measure": "log_difference"},
        "rate": {"growth": "trimmed", "since": "previous_observation", "measure": "rate"},
        "before": {"lag": "head", "periods": 1},
        "later": {"lag": "head", "periods": -2},
        "early": {"baseline": "before", "at": 2008},
        "first": {"baseline": "bare", "at": [2008, 2010]},
        "ratio": "income / treated",
        "unsteady": {"growth_dispersion": "income", "windows": [[2009, 2013]], "by": ["county"], "at_least": 4},
    }
    origins = deflated.load().column_origins()
    assert {name: (each.unit, each.transformation) for name, each in origins.items() if each.origin == "derived"} == {
        "real_income": (
            "yuan of 2017",
            "income in prices of 2017, by rural_prices (cpi of prices, previous year = 100, chained)",
        ),
        "head": ("yuan a registered person", "income / treated, per registered person"),
        "bare": ("per resident person", "treated / income, per resident person"),
        "trimmed": ("yuan of 2017", "real_income winsorised at the quantiles 0.01 and 0.99, by year and county"),
        "high": ("¥", "income winsorised from above at the quantile 0.99"),
        "growth": ("change in log a year", "log difference of trimmed since 2 years before, per year in between"),
        "rate": (
            "relative change a year",
            "rate of growth of trimmed since the unit's previous known value, per year in between",
        ),
        "before": ("yuan a registered person", "head 1 year before"),
        "later": ("yuan a registered person", "head 2 years later"),
        "early": ("yuan a registered person", "before of 2008"),
        "first": ("per resident person", "average of bare from 2008 to 2010"),
        "ratio": (None, "income / treated"),
        "unsteady": (
            "standard deviation of the change in log a year",
            "standard deviation of log growth of income less its mean by county and year, over 2009 to 2013, of at "
            "least 4 years",
        ),
    }
    assert origins["real_income"].label == "Real income"


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ({"label": "L"}, "give one of `expression`, `real`, `per_head`, `winsorise`, `growth`, `lag`, `baseline`"),
        ({"expression": "income", "lag": "income", "periods": 1}, "gives `expression` and `lag`, which exclude each"),
        ({"real": "income"}, "`real` needs `deflator` too"),
        ({"per_head": "income"}, "`per_head` needs `population` and `counted` too"),
        ({"growth": "income", "periods": 1}, "`growth` needs `measure` too"),
        ({"lag": "income"}, "`lag` needs `periods` too"),
        ({"baseline": "income"}, "`baseline` needs `at` too"),
        (
            {"lag": "income", "periods": 1, "since": "previous_observation"},
            "`since` goes with `growth`, not with `lag`",
        ),
        ({"real": "income", "deflator": "x", "periods": 1}, "`periods` goes with `growth` and `lag`, not with `real`"),
        ({"winsorise": "income"}, "needs `lower`, `upper` or both"),
        ({"winsorise": "income", "lower": 0.9, "upper": 0.1}, "the quantile `lower` (0.9) is not below `upper` (0.1)"),
        ({"winsorise": "income", "upper": 99}, "is the number 99; input should be less than or equal to 1"),
        ({"growth": "income", "measure": "rate"}, "one of `periods` (how many periods back) and `since:"),
        (
            {"growth": "income", "measure": "rate", "periods": 1, "since": "previous_observation"},
            "and `since: previous_observation`, not both",
        ),
        ({"growth": "income", "measure": "rate", "periods": -1}, "so it is 1 or more"),
        ({"growth": "income", "measure": "log", "periods": 1}, "valid here: log_difference, rate"),
        ({"lag": "income", "periods": 0}, "write 1 for the period before, -1 for the one after"),
        ({"baseline": "income", "at": [2010, 2008]}, "`at` runs backwards, from 2010 to 2008"),
        ({"baseline": "income", "at": "2008"}, "is the text '2008'; expected a list or a whole number"),
        ({"winsorize": "income", "upper": 0.9}, "did you mean “winsorise”?"),
        ({"per_head": "income", "population": "income", "counted": "all"}, "valid here: registered, resident"),
        ({"lag": "incme", "periods": 1}, "did you mean “income”?"),
        ({"lag": "new", "periods": 1}, "`new` is not a column of the panel here"),
        ({"per_head": "income", "population": "incom", "counted": "resident"}, "derived.new.population: `incom` is"),
        ({"winsorise": "income", "upper": 0.9, "by": ["conty"]}, "did you mean “county”?"),
        ({"real": "income", "deflator": "urban_prices"}, "did you mean “rural_prices”?"),
        ({"growth_dispersion": "income"}, "`growth_dispersion` needs `windows` too"),
        ({"growth_dispersion": "income", "windows": []}, "`windows` is empty"),
        ({"growth_dispersion": "income", "windows": [[2013, 2009]]}, "runs backwards, from 2013 to 2009"),
        (
            {"growth_dispersion": "income", "windows": [[2009, 2009]]},
            "window 2009 to 2009 has fewer than 2 periods",
        ),
        ({"growth_dispersion": "income", "windows": [[2009, 2011], [2011, 2013]]}, "one ends in 2011, the next begins"),
        ({"growth_dispersion": "income", "windows": [[2009, 2011]], "by": ["conty"]}, "did you mean “county”?"),
        ({"real": "real_income", "deflator": "rural_prices"}, "`real_income` is not a column of the panel here"),
    ],
)
def test_a_column_is_computed_in_one_way_from_what_is_there(
    deflated: Repository, way: dict[str, Any], said: str
) -> None:
    deflated.study["panel"]["derived"] = {"new": way, "real_income": "income"}
    assert said in deflated.complaint_with_lines()


def test_a_deflator_that_nobody_declared_is_said_so(repository: Repository) -> None:
    repository.study["panel"]["derived"] = {"real_income": {"real": "income", "deflator": "prices"}}
    assert "`prices` is not a deflator\n    → the study declares no deflator" in repository.complaint()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source": "price"}, "did you mean “prices”?"),
        ({"source": "survey"}, "`survey` gives the panel its rows; prices are a source of their own"),
        ({"index": "cpy"}, "did you mean “cpi”?"),
        ({"period": "yaer"}, "did you mean “year”?"),
        ({"region": "conty"}, "did you mean “county”?"),
        ({"region": "county"}, "`county` is not a column of the source `prices`"),
        ({"index": "year"}, "is `year`, which tells rows apart; name the prices"),
        ({"kind": "chain"}, "valid here: level, previous_period, previous_year"),
        ({"base": "the last"}, "is the last, which is no year, as the prices of `prices` have them"),
    ],
)
def test_prices_are_a_source_with_an_index(deflated: Repository, changes: dict[str, Any], said: str) -> None:
    deflated.study["panel"]["deflators"]["rural_prices"].update(changes)
    message = deflated.complaint()
    assert said in message
    assert "panel.deflators.rural_prices" in message


def test_prices_of_a_table_are_told_by_the_table(deflated: Repository) -> None:
    columns = {**deflated.at("sources.prices")["columns"], "county": None}
    deflated.at("sources.prices").update(key=["county", "year"], columns=columns)
    deflated.study["tables"] = {"series": {"stack": ["prices"], "key": ["county", "year"]}}
    deflated.study["panel"]["deflators"]["rural_prices"]["source"] = "series"
    message = deflated.complaint()
    assert "tables.series.key: is county, year; prices have one row for each year" in message
    assert "sources.series" not in message


def test_prices_have_one_row_for_each_period_and_region(deflated: Repository) -> None:
    prices = deflated.at("sources.prices")
    prices.update(key=["county", "year"], columns={**prices["columns"], "county": None})
    message = deflated.complaint()
    assert "is county, year; prices have one row for each year" in message
    assert "declare `region: county` in the deflator, or write `key: [year]`" in message
    deflated.study["panel"]["deflators"]["rural_prices"]["region"] = "county"
    assert deflated.load().panel.deflators["rural_prices"].key == ["year", "county"]


def test_a_joined_source_is_no_source_of_prices(deflated: Repository) -> None:
    deflated.study["panel"]["joins"] = [{"source": "prices", "on": ["year"]}]
    assert "`prices` is joined to the panel; prices are a source of their own" in deflated.complaint()
