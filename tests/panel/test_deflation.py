from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.errors import DataError
from ruralpanel.panel.build import BuiltPanel, build_panel
from ruralpanel.panel.deflation import relative_prices
from ruralpanel.study.measures import Deflator
from ruralpanel.study.panel import Panel

RURAL = pd.DataFrame({"year": range(2017, 2022), "cpi": [101.3, 102.1, 103.2, 103.0, 100.7]})
"""Consumer prices in rural China, previous year = 100, as the National Bureau of Statistics prints them."""


def deflator(**changes: Any) -> dict[str, Any]:
    return {"source": "prices", "index": "cpi", "kind": "previous_year", "period": "year", "base": 2017, **changes}


def build(survey: pd.DataFrame, prices: pd.DataFrame, **changes: Any) -> BuiltPanel:
    section = {
        "unit": "village",
        "period": "year",
        "deflators": {"rural_prices": deflator(**changes)},
        "derived": {"real_income": {"real": "income", "deflator": "rural_prices"}},
    }
    return build_panel({"survey": survey, "prices": prices}, Panel.model_validate(section), "survey", {})


def survey_of(years: list[int], income: list[float | None]) -> pd.DataFrame:
    return pd.DataFrame({"village": 1, "year": years, "income": pd.Series(income, dtype="float64")})


def test_real_growth_of_rural_income_is_the_one_that_was_published() -> None:
    """Rural disposable income a head, and its real growth in per cent, from the yearly communiqués of the Bureau."""
    survey = survey_of([2017, 2018, 2019, 2020, 2021], [13432.0, 14617.0, 16021.0, 17131.0, 18931.0])
    real = build(survey, RURAL).panel["real_income"]
    growth = (real / real.shift() - 1).dropna() * 100
    assert growth.round(1).tolist() == [6.6, 6.2, 3.8, 9.7]
    assert real.iloc[0] == 13432


def test_a_chain_runs_both_ways_from_its_base() -> None:
    prices = pd.DataFrame({"year": [2011, 2012, 2013], "cpi": [110.0, 120.0, 105.0]})
    real = build(survey_of([2010, 2011, 2012, 2013], [100.0] * 4), prices, base=2011).panel["real_income"]
    assert real.tolist() == pytest.approx([110.0, 100.0, 100 / 1.2, 100 / 1.2 / 1.05])


@given(st.lists(st.floats(50, 200), min_size=2, max_size=12), st.data())
def test_a_level_and_the_chain_of_the_same_index_agree(ratios: list[float], data: st.DataObject) -> None:
    years = list(range(2001, 2001 + len(ratios)))
    level = 80 * np.cumprod([1.0, *[ratio / 100 for ratio in ratios]])
    base = data.draw(st.sampled_from([2000, *years]))
    chained = relative_prices(pd.Series(ratios, index=years), Deflator.model_validate(deflator()), base)
    of_level = relative_prices(
        pd.Series(level, index=[2000, *years]), Deflator.model_validate(deflator(kind="level")), base
    )
    pd.testing.assert_series_equal(chained, of_level, check_names=False, rtol=1e-12)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6),
    st.sampled_from(["level", "previous_year"]),
    st.floats(20, 500),
    st.randoms(use_true_random=False),
)
def test_constant_prices_change_nothing_in_any_order_of_rows(
    income: list[float], kind: str, index: float, random: Any
) -> None:
    survey = survey_of(list(range(2010, 2010 + len(income))), list(income))
    prices = pd.DataFrame({"year": range(2005, 2020), "cpi": index if kind == "level" else 100.0})
    shuffled = random.sample(range(len(survey)), len(survey)), random.sample(range(len(prices)), len(prices))
    real = build(survey.iloc[shuffled[0]], prices.iloc[shuffled[1]], kind=kind).panel["real_income"]
    assert real.tolist() == income


def test_each_region_has_its_own_prices() -> None:
    survey = pd.DataFrame(
        {"village": [1, 1, 2, 2], "year": [2017, 2018] * 2, "income": 100.0, "province": ["a", "a", "b", "b"]}
    )
    prices = pd.DataFrame(
        {"year": [2017, 2018] * 2, "province": ["b", "b", "a", "a"], "cpi": [100.0, 125.0, 400.0, 200.0]}
    )
    built = build(survey, prices, kind="level", region="province")
    assert built.panel["real_income"].tolist() == [100.0, 200.0, 100.0, 80.0]
    reason = built.ledger.lines[-1].reason
    assert "by rural_prices (cpi of prices, a level, by province)" in reason
    assert "prices from 0.500 to 1.250 times those of 2017" in reason


def test_region_codes_meet_although_some_are_missing() -> None:
    survey = pd.DataFrame({"village": [1, 2], "year": 2018, "income": 102.0, "province": [37.0, None]})
    prices = pd.DataFrame({"year": [2018], "province": [37], "cpi": [102.0]})
    built = build(survey, prices, region="province")
    assert built.panel["real_income"].round(9).tolist()[:1] == [100.0]
    assert built.panel["real_income"].isna().tolist() == [False, True]
    assert "an input is missing in 1 row" in built.ledger.lines[-1].reason


def test_years_without_prices_are_an_error_that_names_them_or_missing_where_declared() -> None:
    survey = survey_of([2015, 2016, 2017, 2018, 2022], [1.0, 1.0, 1.0, 1.0, None])
    with pytest.raises(DataError) as raised:
        build(survey, RURAL)
    assert "deflator rural_prices: `prices` lacks cpi for 1 value: 2016" in str(raised.value)
    assert "declare `unmatched: missing`" in str(raised.value)
    built = build(survey, RURAL, unmatched="missing")
    assert built.panel["real_income"].isna().tolist() == [True, False, False, False, True]
    assert "no prices in 1 row, now missing: 2016; an input is missing in 1 row" in built.ledger.lines[-1].reason


def test_a_chain_needs_every_year_between() -> None:
    prices = RURAL[RURAL["year"] != 2019]
    survey = survey_of([2018, 2019, 2021], [1.0, 1.0, 1.0])
    with pytest.raises(DataError, match="lacks cpi for 2 values: 2019"):
        build(survey, prices)
    level = build(survey_of([2018, 2021], [1.0, 1.0]), prices, kind="level").panel["real_income"]
    assert level.tolist() == pytest.approx([101.3 / 102.1, 101.3 / 100.7])


def test_regions_without_prices_are_named() -> None:
    survey = pd.DataFrame(
        {"village": [1, 1, 2], "year": [2017, 2019, 2018], "income": 1.0, "province": ["Henan", "Henan", "Hebei"]}
    )
    prices = pd.DataFrame({"year": [2017, 2018], "province": "Henan", "cpi": [101.0, 102.0]})
    with pytest.raises(DataError, match="for 2 values: all of Hebei; 2019 in Henan"):
        build(survey, prices, region="province")


@pytest.mark.parametrize(
    ("prices", "changes", "said"),
    [
        (RURAL, {"base": 2010}, "has no cpi from which prices of the base 2010 follow\n    → it has 2017 to 2021"),
        (RURAL, {"base": 2016, "kind": "level"}, "prices of the base 2016 follow"),
        (RURAL.assign(cpi=np.nan), {}, "it has no row with an index"),
        (pd.concat([RURAL, RURAL.head(1)]), {}, "source prices: rows share a key (year): 2017 in rows 1, 6"),
        (RURAL.assign(cpi=1.02), {}, "is 1.02 in 2017, which is no index of prices with the previous year at 100"),
        (RURAL.assign(cpi=0.0), {"kind": "level"}, "is 0 in 2017, which is no level of prices"),
        (RURAL.assign(cpi="a"), {}, "`cpi` of `prices` holds text, not an index"),
        (RURAL.assign(year=RURAL["year"] + 0.5), {}, "must be a whole number"),
        (
            RURAL.assign(year=RURAL["year"].where(RURAL.index != RURAL.index[1], 2015.5)),
            {},
            "such as a year; found 2015.5",
        ),
        (RURAL.assign(village="a"), {"region": "village"}, "holds numbers in the panel and text in `prices`"),
    ],
)
def test_series_that_cannot_be_prices_are_an_error(prices: pd.DataFrame, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError) as raised:
        build(survey_of([2017, 2018], [1.0, 1.0]), prices, **changes)
    assert said in str(raised.value)
