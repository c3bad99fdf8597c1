from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.errors import DataError
from ruralpanel.panel.build import build_panel
from ruralpanel.panel.measures import derive, quantile_bounds
from ruralpanel.study.measures import Derived
from ruralpanel.study.panel import Panel

PANEL = Panel(unit="village", period="year")
WAVES = pd.DataFrame(
    {
        "village": [1, 1, 1, 1, 2, 2, 2],
        "year": [2010, 2012, 2013, 2016, 2010, 2013, 2014],
        "income": [100.0, 121.0, None, 242.0, 50.0, 0.0, -5.0],
        "persons": [10.0, 11.0, 12.0, 0.0, None, -1.0, 5.0],
    }
)
"""Two villages in uneven waves, with a gap, a missing value, a zero and a negative value."""


def computed(table: pd.DataFrame, **way: Any) -> tuple[list[float | None], str]:
    """Compute a column; missing values are None."""
    values, words = derive(table, Derived.model_validate(way), PANEL, {})
    assert values.dtype == "float64"
    assert values.index.equals(table.index)
    return [None if pd.isna(value) else value for value in values], words


def test_a_lag_counts_years_and_not_rows() -> None:
    values, words = computed(WAVES, lag="income", periods=1)
    assert values == [None, None, 121.0, None, None, None, 0.0]
    assert words == "income 1 year before; no row 1 year before in 5 rows"
    values, words = computed(WAVES, lag="income", periods=3)
    assert values == [None, None, 100.0, None, None, 50.0, None]
    assert words == (
        "income 3 years before; no row 3 years before in 4 rows; income is missing 3 years before in 1 row"
    )


def test_a_negative_lag_looks_ahead() -> None:
    values, words = computed(WAVES, lag="income", periods=-1)
    assert values == [None, None, None, None, None, -5.0, None]
    assert words.startswith("income 1 year later; no row 1 year later in 5 rows; income is missing 1 year later in 1 r")


def test_growth_over_a_fixed_distance_is_per_year() -> None:
    values, words = computed(WAVES, growth="income", periods=2, measure="rate")
    assert values == [None, pytest.approx(0.1), None, None, None, None, None]
    assert words == (
        "rate of growth of income since 2 years before, per year in between; income is missing in 1 row; "
        "no row 2 years before in 5 rows"
    )
    values, _ = computed(WAVES, growth="income", periods=2, measure="log_difference")
    assert values[1] == pytest.approx(math.log(1.21) / 2)


def test_growth_since_the_previous_known_value_bridges_gaps_per_year() -> None:
    values, words = computed(WAVES, growth="income", since="previous_observation", measure="rate")
    assert values == [
        None,
        pytest.approx(0.1),
        None,
        pytest.approx(2**0.25 - 1),
        None,
        pytest.approx(-1.0),
        None,
    ]
    assert words == (
        "rate of growth of income since the unit's previous known value, per year in between; "
        "income is missing in 1 row; no earlier value of income in 2 rows; since 1 to 4 years; "
        "a zero or a negative value has no growth in 1 row, now missing"
    )
    values, words = computed(WAVES, growth="income", since="previous_observation", measure="log_difference")
    assert values[3] == pytest.approx(math.log(2) / 4)
    assert values[5] is None
    assert "a zero or a negative value has no growth in 2 rows, now missing" in words


def test_nobody_is_no_population() -> None:
    values, words = computed(WAVES, per_head="income", population="persons", counted="registered")
    assert values == [10.0, 11.0, None, None, None, None, -1.0]
    assert words == (
        "income / persons, per registered person; an input is missing in 2 rows; "
        "persons is zero or negative in 2 rows, now missing"
    )


def test_a_value_per_head_that_is_not_finite_is_missing() -> None:
    table = pd.DataFrame({"village": [1], "year": [1], "income": [1e300], "persons": [1e-300]})
    values, words = computed(table, per_head="income", population="persons", counted="resident")
    assert values == [None]
    assert words.endswith("not a finite number in 1 row, now missing")


def test_a_baseline_is_the_same_in_all_rows_of_a_unit() -> None:
    values, words = computed(WAVES, baseline="income", at=2012)
    assert values == [121.0] * 4 + [None] * 3
    assert words == "income of 2012; not observed in 1 unit, so missing in 3 rows"
    values, words = computed(WAVES, baseline="income", at=[2010, 2013])
    assert values == [110.5] * 4 + [25.0] * 3
    assert words == "average of income from 2010 to 2013; of fewer than all 3 years in 2 units"


def test_a_baseline_that_nobody_has_is_an_error_that_says_what_there_is() -> None:
    said = r"`baseline: income` is of 2008, and no row of the panel is of that year\n.*has 2010, 2012 to 2014, 2016"
    with pytest.raises(DataError, match=said):
        computed(WAVES, baseline="income", at=2008)


def test_winsorising_says_what_it_changed_and_the_bounds() -> None:
    table = pd.DataFrame({"village": range(11), "year": 1, "income": [float(value) for value in range(1, 12)]})
    values, words = computed(table, winsorise="income", lower=0.05, upper=0.9)
    assert values == [1.5, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10]
    assert words == "income winsorised at the quantiles 0.05 and 0.9; 1 value raised; 1 value lowered; bounds 1.5 to 10"
    values, words = computed(table, winsorise="income", upper=0.9)
    assert values[0] == 1.0
    assert words == "income winsorised from above at the quantile 0.9; 1 value lowered; bounds at most 10"


def test_each_group_has_bounds_of_its_own_and_a_missing_group_none() -> None:
    table = pd.DataFrame({"village": range(5), "year": 1, "income": [1.0, 3.0, 10.0, 30.0, 5.0]})
    table["province"] = ["b", "b", "a", "a", None]
    values, words = computed(table, winsorise="income", lower=0.5, by=["province", "year"])
    assert values == [2.0, 3.0, 20.0, 30.0, None]
    assert words.endswith(
        "by province and year; an input is missing in 1 row; 2 values raised; "
        "bounds a, 1: at least 20; b, 1: at least 2"
    )


def test_bounds_of_many_groups_are_told_as_a_range() -> None:
    table = pd.DataFrame({"village": 1, "year": range(30), "income": np.arange(30) * 1000.0})
    _, words = computed(table, winsorise="income", lower=0.1, upper=0.9, by=["year"])
    assert words.endswith("bounds of 30 groups: lower ones from 0 to 29,000.00 and upper ones from 0 to 29,000.00")


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=40), st.floats(0, 0.49), st.floats(0.51, 1))
def test_quantiles_are_those_of_numpy(values: list[float], lower: float, upper: float) -> None:
    low, high = quantile_bounds(pd.Series(values), pd.Series(0, index=range(len(values))), lower, upper)
    expected = np.quantile(values, [lower, upper], method="linear")
    assert [low[0], high[0]] == pytest.approx(expected.tolist(), rel=1e-9, abs=1e-6)


@given(
    st.lists(st.tuples(st.integers(0, 2), st.one_of(st.none(), st.floats(-1e6, 1e6))), min_size=1, max_size=40),
    st.floats(0, 0.49),
    st.floats(0.51, 1),
)
def test_winsorising_keeps_order_and_given_its_bounds_changes_nothing_twice(
    rows: list[tuple[int, float | None]], lower: float, upper: float
) -> None:
    table = pd.DataFrame(rows, columns=["group", "income"]).astype({"income": "float64"})
    table = table.assign(village=range(len(table)), year=1)
    way = Derived(winsorise="income", lower=lower, upper=upper, by=["group"])
    once, _ = derive(table, way, PANEL, {})
    assert once.isna().equals(table["income"].isna())
    low, high = quantile_bounds(table["income"], table["group"], lower, upper)
    again = once.clip(table["group"].map(low), table["group"].map(high))
    pd.testing.assert_series_equal(again, once)
    for _, group in table.assign(once=once).dropna().groupby("group"):
        assert group.sort_values(["income", "once"])["once"].is_monotonic_increasing


@st.composite
def panels(draw: st.DrawFn, smallest: float = 0.01) -> pd.DataFrame:
    """Draw a panel with gaps and missing values, in any order."""
    keys = draw(st.lists(st.tuples(st.integers(0, 3), st.integers(2000, 2008)), unique=True, min_size=1, max_size=25))
    values = st.one_of(st.none(), st.floats(smallest, 1e6))
    income = draw(st.lists(values, min_size=len(keys), max_size=len(keys)))
    table = pd.DataFrame(keys, columns=["village", "year"])
    return table.assign(income=pd.Series(income, dtype="float64"))


@given(panels(), st.integers(1, 4))
def test_a_lead_undoes_a_lag_where_both_rows_are_there(table: pd.DataFrame, distance: int) -> None:
    lagged, _ = derive(table, Derived(lag="income", periods=distance), PANEL, {})
    back, _ = derive(table.assign(before=lagged), Derived(lag="before", periods=-distance), PANEL, {})
    there = table.set_index(["village", "year"]).index
    later = pd.MultiIndex.from_arrays([table["village"], table["year"] + distance]).isin(there)
    pd.testing.assert_series_equal(back, table["income"].where(later), check_names=False)


@given(panels())
def test_a_lag_is_what_a_join_on_unit_and_year_gives(table: pd.DataFrame) -> None:
    earlier = table.assign(year=table["year"] + 2).rename(columns={"income": "before"})
    expected = table.merge(earlier, on=["village", "year"], how="left")["before"]
    lagged, _ = derive(table, Derived(lag="income", periods=2), PANEL, {})
    pd.testing.assert_series_equal(lagged, expected, check_names=False)


@given(panels())
def test_growth_chains_to_the_ratio_of_last_to_first(table: pd.DataFrame) -> None:
    table = table.sort_values(["village", "year"], ignore_index=True)
    rate, _ = derive(table, Derived(growth="income", since="previous_observation", measure="rate"), PANEL, {})
    log, _ = derive(table, Derived(growth="income", since="previous_observation", measure="log_difference"), PANEL, {})
    for _, unit in table.assign(rate=rate, log=log).dropna(subset="income").groupby("village"):
        years = unit["year"].diff()
        ratio = unit["income"].iloc[-1] / unit["income"].iloc[0]
        assert float(((1 + unit["rate"]) ** years).prod()) == pytest.approx(ratio, rel=1e-6)
        assert math.exp(float((unit["log"] * years).sum())) == pytest.approx(ratio, rel=1e-6)


WAYS: list[dict[str, Any]] = [
    {"lag": "income", "periods": 1},
    {"growth": "income", "periods": 1, "measure": "rate"},
    {"growth": "income", "since": "previous_observation", "measure": "log_difference"},
    {"baseline": "income", "at": [2000, 2008]},
    {"winsorise": "income", "lower": 0.1, "upper": 0.8, "by": ["village"]},
    {"per_head": "income", "population": "year", "counted": "resident"},
]


@pytest.mark.slow
@given(table=panels(), random=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(table: pd.DataFrame, random: Any) -> None:
    derived = {f"column_{number}": way for number, way in enumerate(WAYS)}
    section = Panel.model_validate({"unit": "village", "period": "year", "derived": derived})
    shuffled = table.iloc[random.sample(range(len(table)), len(table))]
    first, second = (build_panel({"survey": each}, section, "survey", {}) for each in (table, shuffled))
    pd.testing.assert_frame_equal(first.panel, second.panel)
    assert first.ledger.lines == second.ledger.lines


@given(panels(), st.sampled_from(WAYS[:4]))
def test_nothing_crosses_units(table: pd.DataFrame, way: dict[str, Any]) -> None:
    """What is computed for a village is the same when the others are not there."""
    whole, _ = derive(table, Derived.model_validate(way), PANEL, {})
    for village, own in table.groupby("village"):
        alone, _ = derive(own, Derived.model_validate(way), PANEL, {})
        pd.testing.assert_series_equal(whole[table["village"] == village], alone)


def test_later_columns_can_use_earlier_ones() -> None:
    derived = {
        "thousands": "income / 1000",
        "before": {"lag": "thousands", "periods": 2},
        "change": "thousands - before",
    }
    section = Panel.model_validate({"unit": "village", "period": "year", "derived": derived})
    built = build_panel({"survey": WAVES}, section, "survey", {})
    assert built.panel["change"].dropna().round(9).tolist() == [0.021]
    assert [line.step for line in built.ledger.lines] == [
        "base survey",
        "derive thousands",
        "derive before",
        "derive change",
    ]


def test_text_is_refused_with_the_way_that_met_it() -> None:
    with pytest.raises(DataError, match="`income` holds text, and `lag` takes numbers"):
        computed(WAVES.assign(income="a"), lag="income", periods=1)


def test_rows_that_share_a_key_have_no_lag() -> None:
    with pytest.raises(DataError, match=r"rows share a key \(village, year\): 1 / 2010 in rows 1, 8"):
        computed(pd.concat([WAVES, WAVES.head(1)], ignore_index=True), lag="income", periods=1)


def test_dispersion_of_growth_is_that_of_what_the_year_and_region_do_not_explain() -> None:
    random = np.random.default_rng(3)
    years = list(range(2008, 2014))
    income = np.exp(np.cumsum(random.normal(0.08, 0.1, (4, 6)), axis=1))
    income[3, 2] = np.nan
    table = pd.DataFrame(
        {
            "village": np.repeat([1, 2, 3, 4], 6),
            "year": years * 4,
            "region": np.repeat(["a", "a", "b", "b"], 6),
            "income": income.ravel(),
        }
    )
    growth = np.diff(np.log(income), axis=1)
    of_region = np.vstack([growth[:2] - growth[:2].mean(axis=0), growth[2:] - np.nanmean(growth[2:], axis=0)])
    windows = [[2009, 2010], [2011, 2013]]
    values, words = computed(table, growth_dispersion="income", windows=windows, by=["region"])
    expected = np.full((4, 6), np.nan)
    expected[:2, 2], expected[:2, 5] = of_region[:2, :2].std(axis=1, ddof=1), of_region[:2, 2:].std(axis=1, ddof=1)
    # Of 2010 and 2011 the third village has nobody in its region to be compared with.
    np.testing.assert_allclose([np.nan if value is None else value for value in values], expected.ravel(), atol=1e-12)
    assert "nobody to compare growth with in 2 rows; 2009 to 2010: 2 units of 4; 2011 to 2013: 2 units of 4" in words
    of_year = growth - np.nanmean(growth, axis=0)
    values, _ = computed(table, growth_dispersion="income", windows=windows, at_least=2)
    assert values[5] == pytest.approx(of_year[0, 2:].std(ddof=1))
    assert values[23] == pytest.approx(np.nanstd(of_year[3, 2:], ddof=1))
    assert values[20] is None


@given(st.permutations(range(12)), st.floats(-0.5, 0.5))
def test_dispersion_of_growth_knows_no_steady_trend_and_no_order_of_rows(order: list[int], trend: float) -> None:
    years = np.arange(2008, 2012)
    wobble = np.array([[0, 0.1, 0.05, 0.2], [0, 0.1, 0.2, 0.3], [0, 0.2, 0.1, 0.4]])
    table = pd.DataFrame({"village": np.repeat([1, 2, 3], 4), "year": np.tile(years, 3)})
    plain = table.assign(income=np.exp(wobble).ravel())
    faster = table.assign(income=np.exp(wobble + np.outer([1, 0, 0], trend * (years - 2008))).ravel())
    way = {"growth_dispersion": "income", "windows": [[2009, 2011]]}
    values, _ = computed(plain, **way)
    others, _ = computed(faster.iloc[order].reset_index(drop=True), **way)
    back = pd.Series(others, index=order, dtype="float64").sort_index()
    np.testing.assert_allclose(back, pd.Series(values, dtype="float64"), atol=1e-9)
