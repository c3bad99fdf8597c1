"""A study of quarters, months and others: from files to estimates the numbers are those of periods counted from 1, and
what is written as another period is refused with the remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ruralpanel.archive.raw_sheets import read_sheet, write_sheet
from ruralpanel.archive.twins import synthetic_twins
from ruralpanel.errors import DataError, StudyError
from ruralpanel.estimation.block import BlockResults
from ruralpanel.frames.periods.frequency import FREQUENCIES
from ruralpanel.panel.build import BuiltPanel, build_panel
from ruralpanel.panel.codebook import codebook
from ruralpanel.sources.table import read_source
from ruralpanel.study.model import Study
from tests.study.conftest import Repository
from tests.worded import block_results

Written = Callable[[int], object]

START = {"year": 2001, "half_year": 2013 * 2 + 1, "quarter": 2013 * 4 + 2, "month": 2013 * 12 + 8}


def villages(periods: int = 10) -> pd.DataFrame:
    """Thirty-two villages, of which a quarter each are treated in 4, 6, 8 or never."""
    random = np.random.default_rng(11)
    rows = []
    for village in range(32):
        first = (None, 4, 6, 8)[village % 4]
        level = random.normal()
        for period in range(1, periods + 1):
            effect = 0.0 if first is None or period < first else 1 + 0.1 * (period - first)
            income = 10 + level + 0.2 * period + effect + random.normal(0, 0.2)
            rows.append((f"v{village:02d}", period, first, income))
    return pd.DataFrame(rows, columns=["village", "when", "first", "income"])


def as_written(table: pd.DataFrame, written: Written, never: object = "") -> pd.DataFrame:
    cells = {
        name: [never if pd.isna(each) else written(int(each)) for each in table[name]] for name in ("when", "first")
    }
    return table.assign(**cells)


@pytest.fixture
def periods(repository: Repository) -> Repository:
    """A study of such villages, whose file is yet to be written."""
    source = {"path": "survey.csv", "key": ["village", "when"], "columns": dict.fromkeys(villages(2))}
    repository.study["sources"] = {"survey": source}
    repository.study["panel"] = {"unit": "village", "period": "when"}
    repository.study["designation"] = {"listed": {"cohort": "first"}}
    estimators = ["two_way_fixed_effects", "event_study", "callaway_santanna", "imputation", "sun_abraham", "stacked"]
    estimators += ["two_stage", "extended_two_way", "local_projections", "cohort_means", "bacon_decomposition"]
    repository.study["blocks"] = {"main": {"outcomes": ["income"], "estimators": estimators, "window": [-2, 2]}}
    as_file(repository, as_written(villages(), str))
    return repository


def as_file(repository: Repository, table: pd.DataFrame) -> None:
    table.to_csv(repository.root / "survey.csv", index=False)


def built(study: Study, root: Path) -> BuiltPanel:
    tables = {
        name: read_source(name, source, root / str(source.path), None, study.period_columns(name)).table
        for name, source in study.sources.items()
    }
    of = {name: study.periods_of(name) for name in study.read_by_panel}
    return build_panel(tables, study.panel, study.base, study.designation, {}, study.legacies, of)


def estimated(repository: Repository) -> BlockResults:
    study = repository.load()
    return block_results(built(study, repository.root).panel, study.equations("main"), list(study.designation))


def refused(repository: Repository) -> str:
    with pytest.raises((StudyError, DataError)) as raised:
        built(repository.load(), repository.root)
    return str(raised.value)


def dates_of_ends(frequency: str, ordinal: int) -> str:
    after = FREQUENCIES[frequency].first_day(ordinal + 1)
    return str((pd.Timestamp(after) - pd.Timedelta(days=1)).date())


SPELLINGS: dict[str, tuple[str, Written]] = {
    "quarters": ("quarter", lambda at: FREQUENCIES["quarter"].label(START["quarter"] + at)),
    "quarters in Chinese": ("quarter", lambda at: "{}年{}季度".format(*_year_and_part(START["quarter"] + at, 4))),
    "ends of quarters": ("quarter", lambda at: dates_of_ends("quarter", START["quarter"] + at)),
    "months": ("month", lambda at: FREQUENCIES["month"].label(START["month"] + at)),
    "months without a sign": ("month", lambda at: "{}{:02d}".format(*_year_and_part(START["month"] + at, 12))),
    "ends of months": ("month", lambda at: dates_of_ends("month", START["month"] + at)),
    "half years": ("half_year", lambda at: FREQUENCIES["half_year"].label(START["half_year"] + at)),
    "years in Chinese": ("year", lambda at: f"{START['year'] + at}年"),
    "ends of years": ("year", lambda at: f"{START['year'] + at}/12/31"),
    "weeks": ("week", lambda at: FREQUENCIES["week"].label(104_900 + at)),
    "Mondays": ("week", lambda at: str(FREQUENCIES["week"].first_day(104_900 + at))),
    "days": ("day", lambda at: str(FREQUENCIES["day"].first_day(735_400 + at))),
    "numbers": ("number", lambda at: 201_400 + at),
}


def _year_and_part(ordinal: int, a_year: int) -> tuple[int, int]:
    return ordinal // a_year, ordinal % a_year + 1


@pytest.fixture(scope="module")
def counted_from_one(tmp_path_factory: pytest.TempPathFactory) -> BlockResults:
    repository = Repository(tmp_path_factory.mktemp("plain"))
    return estimated(periods.__wrapped__(repository))  # type: ignore[attr-defined]


DAILY = ("quarters in Chinese",)
OTHERS = [each for each in SPELLINGS if each not in DAILY]


@pytest.mark.parametrize("spelling", [*DAILY, *(pytest.param(each, marks=pytest.mark.slow) for each in OTHERS)])
def test_estimates_are_those_of_periods_counted_from_one(
    periods: Repository, counted_from_one: BlockResults, spelling: str
) -> None:
    frequency, written = SPELLINGS[spelling]
    as_file(periods, as_written(villages(), written))
    periods.study["panel"]["frequency"] = frequency
    found, expected = estimated(periods), counted_from_one
    numbers = ["estimate", "standard_error", "p_value", "interval_low", "observations", "units", "event_time"]
    pd.testing.assert_frame_equal(
        found.estimates[numbers], expected.estimates[numbers], rtol=1e-9, atol=1e-12, check_dtype=False
    )
    for words in ("term", "reason", "sample"):
        assert found.estimates[words].tolist() == expected.estimates[words].tolist()
    label = FREQUENCIES[frequency].label
    start = {int(key): label(value) for key, value in _ordinals(villages(), written, frequency).items()}
    shown = {str(key): value for key, value in start.items()}
    assert [shown.get(each, each) for each in expected.estimates["cohort"]] == found.estimates["cohort"].tolist()
    both = zip(expected.estimates["period"], found.estimates["period"], strict=True)
    assert all((pd.isna(one) and pd.isna(other)) or start[int(one)] == str(other) for one, other in both)


def _ordinals(table: pd.DataFrame, written: Written, frequency: str) -> dict[int, int]:
    if frequency == "number":
        return {each: int(str(written(each))) for each in table["when"].unique()}
    from ruralpanel.frames.periods.column import read_periods

    numbers = sorted(table["when"].unique())
    read = read_periods(pd.Series([written(each) for each in numbers], dtype=object), FREQUENCIES[frequency])
    return dict(zip(numbers, read.ordinals, strict=True))


def test_words_for_never_are_those_of_the_file(periods: Repository) -> None:
    as_file(periods, as_written(villages(), SPELLINGS["quarters"][1], "从未"))
    periods.study["panel"]["frequency"] = "quarter"
    assert "column `first` must hold quarters, such as 2014Q3" in refused(periods)
    periods.study["designation"]["listed"]["never"] = ["从未"]
    assert built(periods.load(), periods.root).panel["listed_cohort"].isna().sum() == 80
    as_file(periods, as_written(villages(), SPELLINGS["quarters"][1], 0))
    periods.study["designation"]["listed"]["never"] = [0]
    assert built(periods.load(), periods.root).panel["listed_cohort"].isna().sum() == 80


@pytest.mark.slow
def test_a_file_that_stores_dates(periods: Repository) -> None:
    """Stata keeps a quarter as one, and Excel as a day."""
    start = pd.Timestamp("2013-07-01")
    quarters = {each: start + pd.DateOffset(months=3 * each) for each in range(0, 12)}
    table = villages().assign(
        when=lambda rows: rows["when"].map(quarters), first=lambda rows: rows["first"].map(quarters)
    )
    table.to_stata(periods.root / "survey.dta", convert_dates={"when": "tq", "first": "tq"}, write_index=False)
    table.to_excel(periods.root / "survey.xlsx", index=False)
    for path in ("survey.dta", "survey.xlsx"):
        periods.at("sources.survey")["path"] = path
        periods.study["panel"].pop("frequency", None)
        assert "`frequency: " in refused(periods)
        periods.study["panel"]["frequency"] = "quarter"
        panel = built(periods.load(), periods.root).panel
        assert [FREQUENCIES["quarter"].label(each) for each in sorted(panel["when"].unique())[:2]] == [
            "2013Q4",
            "2014Q1",
        ]
        assert sorted(panel["listed_event_time"].dropna().unique()) == list(range(-7, 7))


@pytest.mark.slow(but_each=6)
@pytest.mark.parametrize(
    ("written", "frequency", "said"),
    [
        (lambda at: "{}{:02d}".format(*_year_and_part(24164 + at, 12)), None, "write `frequency: month`"),
        (lambda at: "{}{}".format(*_year_and_part(8055 + at, 4)), None, "a year and a quarter or half year"),
        (lambda at: "{}{}".format(*_year_and_part(8055 + at, 4)), "quarter", "must hold quarters, such as 2014Q3"),
        (lambda at: f"2014{at:02d}07", None, "write `frequency: day`"),
        (SPELLINGS["quarters"][1], None, "`frequency: quarter` under `panel`"),
        (SPELLINGS["months"][1], None, "`frequency: month` under `panel`"),
        (SPELLINGS["half years"][1], None, "`frequency: half_year` under `panel`"),
        (SPELLINGS["days"][1], None, "`frequency: day`"),
        (SPELLINGS["months"][1], "quarter", "these are months: write `frequency: quarter` with the column"),
        (SPELLINGS["months without a sign"][1], "year", "these are months: write `frequency: year` with the column"),
        (lambda at: 2000 + at, "quarter", "these are years, longer than the panel's periods"),
        (lambda at: at, "year", "must hold years, such as 2014"),
        (lambda at: at, "quarter", "must hold quarters"),
        (lambda at: 41_000 + at, "month", "must hold months"),
        (lambda at: 41_000 + at, None, "no years"),
    ],
)
def test_periods_that_are_not_what_is_declared(
    periods: Repository, written: Written, frequency: str | None, said: str
) -> None:
    as_file(periods, as_written(villages(), written))
    if frequency is not None:
        periods.study["panel"]["frequency"] = frequency
    assert said in refused(periods)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "said"),
    [
        (lambda at: f"2010{at:02d}", "`first` is 201004 to 201008, which look like a year and a month"),
        (lambda at: f"2010-{at:02d}-15", "`frequency: day`"),
        (lambda at: f"2010Q{at // 2}", "`frequency: quarter`"),
    ],
)
def test_a_cohort_of_another_kind_than_years(periods: Repository, first: Written, said: str) -> None:
    table = as_written(villages(), lambda at: 2004 + at)
    as_file(periods, table.assign(first=["" if pd.isna(each) else first(int(each)) for each in villages()["first"]]))
    assert said in refused(periods)
    periods.at("sources.survey.columns")["first"] = {"frequency": "year"}
    panel = built(periods.load(), periods.root).panel
    assert panel["listed_cohort"].dropna().unique().tolist() == [2010]


def test_prices_and_joins_of_years_in_a_panel_of_quarters(periods: Repository) -> None:
    as_file(periods, as_written(villages(), SPELLINGS["quarters"][1]))
    (periods.root / "prices.csv").write_text("year,cpi,gdp\n2013年,100,1\n2014年,110,2\n2015年,121,3\n2016年,130,4\n")
    periods.at("sources.survey.columns")["year"] = {"from": "when", "frequency": "year"}
    columns = {"year": {"frequency": "year"}, "cpi": None}
    periods.study["sources"]["prices"] = {"path": "prices.csv", "key": ["year"], "columns": columns}
    national = {"year": {"frequency": "year"}, "gdp": None}
    periods.study["sources"]["nation"] = {"path": "prices.csv", "key": ["year"], "columns": national}
    periods.study["panel"] |= {
        "base": "survey",
        "frequency": "quarter",
        "joins": [{"source": "nation", "on": ["year"], "unmatched": "fail"}],
        "deflators": {"cpi": {"source": "prices", "index": "cpi", "kind": "level", "period": "year", "base": 2014}},
        "derived": {
            "real": {"real": "income", "deflator": "cpi"},
            "before": {"lag": "income", "periods": 1},
            "growth": {"growth": "income", "measure": "rate", "periods": 4},
            "then": {"baseline": "income", "at": ["2014Q1", "2014年2季度"]},
            "late": 'when >= "2014Q3"',
        },
        "sample": [{"keep": 'when >= "2013Q4"', "reason": "all that there are"}],
    }
    found = built(periods.load(), periods.root)
    panel = found.panel.assign(label=[FREQUENCIES["quarter"].label(each) for each in found.panel["when"]])
    index = panel["year"].map({2013: 100, 2014: 110, 2015: 121, 2016: 130})
    np.testing.assert_allclose(panel["real"], panel["income"] / index * 110)
    assert panel["gdp"].tolist() == (panel["year"] - 2012).tolist()
    plain = villages()
    np.testing.assert_allclose(panel["before"], plain.groupby("village")["income"].shift(1))
    np.testing.assert_allclose(
        panel["growth"], (plain["income"] / plain.groupby("village")["income"].shift(4)) ** 0.25 - 1
    )
    of_two = panel[panel["label"].isin(["2014Q1", "2014Q2"])].groupby("village")["income"].mean()
    np.testing.assert_allclose(panel["then"], panel["village"].map(of_two))
    assert panel["late"].tolist() == (panel["label"] >= "2014Q3").astype(float).tolist()
    described = codebook(found.panel, periods.load().column_origins()).set_index("column")
    assert described.loc["when", ["minimum", "maximum", "type"]].tolist() == ["2013Q4", "2016Q1", "quarter"]
    assert "average of income from 2014Q1 to 2014Q2" in described.loc["then", "transformation"]
    text = found.ledger.frame().to_csv() + found.matches.to_csv()
    assert "2014Q1" in text
    assert not [ordinal for ordinal in range(8050, 8070) if str(ordinal) in text]


def test_prices_by_quarter_are_chained_from_quarter_to_quarter(periods: Repository) -> None:
    as_file(periods, as_written(villages(4), SPELLINGS["quarters"][1]))
    (periods.root / "prices.csv").write_text("q,cpi\n2013-Q4,100\n2014-Q1,102\n2014-Q2,101\n2014-Q3,103\n")
    prices = {"path": "prices.csv", "key": ["q"], "columns": {"q": None, "cpi": None}}
    periods.study["sources"]["prices"] = prices
    deflator = {"source": "prices", "index": "cpi", "kind": "previous_period", "period": "q", "base": "2013Q4"}
    periods.study["panel"] |= {
        "base": "survey",
        "frequency": "quarter",
        "deflators": {"cpi": deflator},
        "derived": {"real": {"real": "income", "deflator": "cpi"}},
    }
    panel = built(periods.load(), periods.root).panel
    level = panel["when"].map(dict(zip(range(8055, 8059), np.cumprod([1, 1.02, 1.01, 1.03]), strict=True)))
    np.testing.assert_allclose(panel["real"], panel["income"] / level)
    deflator["kind"] = "previous_year"
    assert "prices by quarter, which that cannot chain" in refused(periods)
    deflator |= {"kind": "level", "base": 2014}
    assert "is 2014, which is no quarter" in refused(periods)


@pytest.mark.parametrize(
    ("place", "key", "value", "said"),
    [
        (
            "panel",
            "sample",
            [{"keep": "when >= 2014", "reason": "late"}],
            "compares `when`, which holds quarters, with",
        ),
        ("panel", "sample", [{"keep": 'when >= "2014-07"', "reason": "late"}], "with '2014-07'"),
        ("panel", "derived", {"trend": "when - 2014"}, "takes `when`, which holds quarters, with 2014"),
        ("panel", "derived", {"then": {"baseline": "income", "at": 2014}}, "is 2014, which is a year; write a quarter"),
        ("panel", "derived", {"then": {"baseline": "income", "at": ["2015Q1", "2014Q1"]}}, "from 2015Q1 to 2014Q1"),
        ("panel", "frequency", "quarterly", "did you mean “quarter”?"),
        ("panel", "frequency", None, "`when` is read as quarters"),
        ("sources.survey.columns", "when", {"minimum": 2010}, "is of numbers or text, and the column holds quarters"),
        ("sources.survey.columns", "first", {"frequency": "month"}, "`first` is read as `month`, and the panel has"),
        ("sources.survey.columns", "when", {"frequency": "year"}, "and `when` is read as `year`"),
        ("blocks.main", "sample", "when < 2015", "with the number 2015"),
        ("exhibits.table", "kind", "regression_tabel", "did you mean “regression_table”?"),
    ],
)
def test_a_study_of_quarters_that_speaks_of_years(
    periods: Repository, place: str, key: str, value: Any, said: str
) -> None:
    as_file(periods, as_written(villages(), SPELLINGS["quarters"][1]))
    periods.study["panel"]["frequency"] = "quarter"
    if key == "frequency" and value is None:
        periods.at("sources.survey.columns")["when"] = {"frequency": "quarter"}
        del periods.study["panel"]["frequency"]
    else:
        periods.at(place)[key] = value
    assert said in periods.complaint_with_lines()


def test_a_study_without_frequency_that_speaks_of_quarters(periods: Repository) -> None:
    periods.study["panel"]["derived"] = {"then": {"baseline": "income", "at": "2014Q3"}}
    assert "'2014Q3' is a quarter, and not a whole number; write `frequency: quarter`" in periods.complaint_with_lines()


def test_lists_by_quarter(periods: Repository) -> None:
    as_file(periods, as_written(villages(), SPELLINGS["quarters"][1]).drop(columns="first"))
    del periods.at("sources.survey.columns")["first"]
    listed = villages().query("when >= first and when != 5")  # there is no list of the fifth quarter
    lists = as_written(listed.assign(first=1), SPELLINGS["quarters in Chinese"][1])[["village", "when"]]
    lists.to_csv(periods.root / "lists.csv", index=False)
    source = {"path": "lists.csv", "key": ["village", "issue"], "columns": {"village": None, "issue": "when"}}
    periods.study["sources"]["lists"] = source
    periods.study["panel"] |= {"base": "survey", "frequency": "quarter"}
    years = [SPELLINGS["quarters"][1](each) for each in range(3, 11) if each != 5]
    declared = {"source": "lists", "year": "issue", "years": years, "breaks": {years[3]: "a wider definition"}}
    periods.study["designation"]["listed"] = {"list": declared}
    found = built(periods.load(), periods.root)
    first = found.panel.groupby("village")["listed_cohort"].first().dropna().map(FREQUENCIES["quarter"].label)
    assert sorted(first.unique()) == ["2014Q3", "2015Q1", "2015Q3"]
    words = "; ".join(found.ledger.frame()["reason"])
    assert "no list of 2014Q4" in words
    assert "8 units first listed after a list quarter that does not exist, so listed in 2014Q4 or 2015Q1" in words
    assert "definition break 2015Q2" in found.ledger.frame()["step"].str.cat(sep=";")
    assert set(found.events["year"]) >= {"2014Q3", "2015Q1"}
    declared["years"] = [2014, 2015]
    assert "is 2014, which is a year; write a quarter" in periods.complaint_with_lines()


def test_a_wide_file_of_quarters(periods: Repository) -> None:
    table = villages(6)
    wide = table.pivot_table(index="village", columns="when", values="income")
    wide.columns = [f"收入{'{}年{}季度'.format(*_year_and_part(8055 + each, 4))}" for each in wide.columns]
    first = table.groupby("village")["first"].first().map(SPELLINGS["quarters"][1], na_action="ignore")
    wide.assign(first=first).reset_index().to_csv(periods.root / "survey.csv", index=False)
    periods.at("sources.survey")["columns"] = {"village": None, "first": None, "income": {"wide": "收入(.+)"}}
    periods.at("sources.survey")["wide_into"] = "when"
    assert "declare what a period is: `frequency` under `panel`" in refused(periods)
    periods.study["panel"]["frequency"] = "quarter"
    panel = built(periods.load(), periods.root).panel
    assert sorted(panel["when"].unique()) == list(range(8056, 8062))
    np.testing.assert_allclose(panel["income"], table["income"])


def test_a_synthetic_twin_has_the_periods_of_the_file(periods: Repository) -> None:
    as_file(periods, as_written(villages(), SPELLINGS["quarters in Chinese"][1], "从未"))
    periods.study["panel"]["frequency"] = "quarter"
    periods.study["designation"]["listed"]["never"] = ["从未"]
    study = periods.load()
    sheets = {name: read_sheet(source, periods.root / "survey.csv") for name, source in study.sources.items()}
    twin = synthetic_twins(study, sheets, ["survey"])["survey"]
    write_sheet(study.sources["survey"], twin.sheet, twin.cells, periods.root / "survey.csv", periods.root / "twin.csv")
    raw = pd.read_csv(periods.root / "twin.csv")
    original = pd.read_csv(periods.root / "survey.csv")
    assert sorted(raw["when"].unique()) == sorted(original["when"].unique())
    assert set(raw["first"]) <= set(original["first"])
    assert not set(raw["village"]) & set(original["village"])
    (periods.root / "twin.csv").replace(periods.root / "survey.csv")
    panel = built(study, periods.root).panel
    assert panel.groupby("village")["listed_cohort"].nunique(dropna=False).max() == 1
