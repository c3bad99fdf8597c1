from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruralpanel.simulation.economy import INCOME_COLUMNS, Economy, simulate
from ruralpanel.simulation.parameters import load_parameters
from ruralpanel.simulation.raw_files import write_raw_files
from tests.conftest import dated, equation
from tests.simulation.conftest import small
from tests.worded import estimate_block

pytestmark = pytest.mark.slow


def test_sources_add_up_to_income_to_the_yuan(economy: Economy) -> None:
    panel = economy.panel
    total, *sources = INCOME_COLUMNS
    assert (panel[sources].sum(axis=1) == panel[total]).all()
    households = economy.households
    assert (households[sources].sum(axis=1) == households[total]).all()
    assert (panel[INCOME_COLUMNS] > 0).all(axis=None)


def test_incomes_are_calibrated(economy: Economy) -> None:
    panel = economy.panel
    assert panel.loc[panel["year"] == 2017, "income"].mean() == pytest.approx(13432, rel=0.03)
    spread = np.log(panel.loc[panel["year"] == 2012, "income"]).std()
    assert spread == pytest.approx(np.sqrt(0.33**2 + 0.10**2 + 0.06**2), abs=0.02)
    by_year = np.log(panel[panel["first_listed"].isna()].groupby("year")["income"].mean()).diff()
    assert by_year.drop(2020).mean() == pytest.approx(np.log(1.08), abs=0.01)
    assert by_year[2020] < 0.06
    never = panel[panel["first_listed"].isna()]
    assert never["business_income"].sum() / never["income"].sum() == pytest.approx(0.40, abs=0.005)
    households = economy.households[economy.households["wave"] == 2010]
    assert np.log(households["income"]).std() == pytest.approx(0.50, abs=0.04)


def test_shocks_last_as_they_should() -> None:
    quiet = {"noise_sd": 0.0, "county_shock_sd": 0.0, "ever_listed": 0.0}
    panel = simulate(small(villages=2000, counties=100, **quiet), 1).panel
    logs = np.log(panel.pivot_table(index="village", columns="year", values="income"))
    # The first difference of an AR(1) and a constant: variance 2 s² (1 - r), covariance with the next -s² (1 - r)².
    change = (logs - logs.mean()).diff(axis=1).iloc[:, 1:]
    assert change.to_numpy().var() == pytest.approx(2 * 0.10**2 * (1 - 0.6), rel=0.05)
    following = (change.iloc[:, 1:].to_numpy() * change.iloc[:, :-1].to_numpy()).mean()
    assert following == pytest.approx(-(0.10**2) * (1 - 0.6) ** 2, rel=0.15)


def test_six_per_cent_of_incomes_are_not_told_more_where_more_are_away(economy: Economy) -> None:
    observed = economy.observed
    missing = observed["income"].isna()
    assert missing.mean() == pytest.approx(0.06, abs=0.005)
    away = observed["away"] / observed["registered"]
    assert away[missing].mean() > away[~missing].mean() + 0.01
    assert (observed[INCOME_COLUMNS].isna().all(axis=1) == missing).all()
    assert (
        economy.panel.drop(columns=["first_listed", "last_listed", "station_year", "station_month"])
        .notna()
        .all(axis=None)
    )


def test_persons_balance(economy: Economy) -> None:
    panel = economy.panel.sort_values(["village", "year"])
    before = panel.groupby("village")["away"].shift()
    left = panel["away"] - before + panel["returned"]
    assert (left.dropna() >= 0).all()
    assert (panel["resident"] >= panel["registered"] - panel["away"]).all()
    assert (panel["away"] < panel["registered"]).all()
    share = (panel["away"] / panel["registered"])[panel["first_listed"].isna()]
    assert share.mean() == pytest.approx(0.30, abs=0.015)


def test_enterprises_are_stocks_and_flows(economy: Economy) -> None:
    new, stock = economy.series["new_enterprises"], economy.series["enterprises"]
    kept = stock[:, 1:] - new[:, 1:]
    np.testing.assert_allclose(kept, 0.9 * stock[:, :-1], atol=0.5)
    first = new[:, 0].sum() / economy.series["registered"][:, 0].sum() * 1000
    assert first == pytest.approx(2.0 * np.exp(0.4**2 / 2), rel=0.1)


def test_weights_make_the_sample_the_country(economy: Economy) -> None:
    villages = economy.villages
    assert villages["weight"].sum() == pytest.approx(585_000, rel=1e-4)
    assert villages.loc[villages["first_listed"].notna(), "weight"].sum() == pytest.approx(7780, rel=1e-3)


def test_stations_open_in_their_years_where_many_people_are(economy: Economy) -> None:
    stations, registered = economy.stations, economy.series["registered"][:, 0]
    has_one = stations.year > 0
    assert has_one.mean() == pytest.approx(0.35, abs=0.001)
    for year, share in economy.parameters.station_cohorts.items():
        assert (stations.year == year).sum() / has_one.sum() == pytest.approx(share, abs=0.005)
    assert registered[has_one].mean() > registered[~has_one].mean() * 1.1
    assert ((stations.month[has_one] >= 1) & (stations.month[has_one] <= 12)).all()
    assert stations.exposure[:, -1].sum() == has_one.sum()


def test_a_fifth_of_households_is_not_found_again_after_two_years(economy: Economy) -> None:
    found = economy.households.groupby("wave")["household"].nunique()
    assert found[2010] == 300 * 8
    assert found[2013] / found[2011] == pytest.approx(0.81, abs=0.03)
    assert found[2018] / found[2015] == pytest.approx(0.81**1.5, abs=0.04)
    waves = economy.households.groupby("household")["wave"].agg(list)
    asked = economy.parameters.survey_waves
    assert all(each == asked[: len(each)] for each in waves)


def test_prices_are_near_the_national_ones(economy: Economy) -> None:
    by_year = economy.prices.groupby("year")["cpi"].mean() - 100
    for year, inflation in economy.parameters.inflation.items():
        assert by_year[year] == pytest.approx(inflation, abs=0.4)


def test_the_yearbook_adds_villages_up_by_the_counties_of_then(village_economy: Economy) -> None:
    villages, table = village_economy.geography.villages, village_economy.county_years
    for year, code in ((2015, "county_before"), (2016, "county")):
        position = village_economy.parameters.years.index(year)
        persons = pd.Series(village_economy.series["registered"][:, position]).groupby(villages[code].to_numpy()).sum()
        printed = table[table["year"] == year].set_index("county")["population"]
        pd.testing.assert_series_equal(
            printed, (15 * persons / 1e4).round(2), check_names=False, check_index_type=False
        )


@pytest.mark.parametrize(
    ("villages", "counties"), [(50, 5), (50, 100), pytest.param(5000, 250, marks=pytest.mark.slow)]
)
def test_any_size_can_be_made(villages: int, counties: int) -> None:
    economy = simulate(small(villages=villages, counties=counties), 1)
    assert len(economy.panel) == villages * 15
    assert economy.truth["counts"]["ever_listed"] == pytest.approx(villages / 4, abs=2)
    assert not economy.panel.duplicated(["village", "year"]).any()


@pytest.mark.parametrize(("first_year", "last_year"), [(2010, 2016), (2018, 2022)])
def test_any_years_can_be_made(first_year: int, last_year: int, tmp_path: Path) -> None:
    economy = simulate(small(villages=100, counties=10, first_year=first_year, last_year=last_year), 1)
    assert sorted(economy.panel["year"].unique()) == list(range(first_year, last_year + 1))
    expected = 13432 * 1.08 ** (first_year - 2017)
    assert economy.panel.loc[economy.panel["year"] == first_year, "income"].mean() == pytest.approx(expected, rel=0.2)
    write_raw_files(economy, tmp_path)
    assert (tmp_path / "truth.json").is_file()


def test_the_same_seed_gives_the_same_economy(village_economy: Economy) -> None:
    parameters = village_economy.parameters
    first, again, other = village_economy, simulate(parameters, 5), simulate(parameters, 6)
    pd.testing.assert_frame_equal(first.panel, again.panel)
    pd.testing.assert_frame_equal(first.households, again.households)
    assert first.truth == again.truth
    assert not first.panel["income"].equals(other.panel["income"])


def estimate(economy: Economy) -> pd.Series:
    panel = economy.panel.assign(cohort=economy.panel["first_listed"].fillna(0), y=np.log(economy.panel["income"]))
    return estimate_block(dated(panel), [equation(inference={"cluster": ["county"]})])[0].iloc[0]


@pytest.mark.slow
def test_without_selection_and_with_one_effect_for_all_two_way_fixed_effects_find_it() -> None:
    same = {
        "selection_loading": 0.0,
        "spillover": [0.0, 0.0, 0.0],
        "effect_path": [1.0],
        "early_cohort_factor": 1.0,
        "exit_rate": 0.0,
        "moderation": dict.fromkeys(("C", "K", "Y", "C3"), 0.0),
        "moderation_by_distance": 0.0,
        "moderation_by_distance_plain": 0.0,
        "pandemic_listed_by_labour_form": 0.0,
    }
    parameters = small(villages=600, counties=50, **same)
    errors = []
    for seed in range(3):
        economy = simulate(parameters, seed)
        row = estimate(economy)
        truth = economy.truth["effects_of_listing"]["log_income"]["average"]
        errors.append((row["estimate"] - truth) / row["standard_error"])
    assert np.abs(errors).max() < 3.5
    assert abs(np.mean(errors)) < 2


@pytest.mark.slow
def test_selection_on_good_years_makes_them_too_large_even_where_nothing_has_an_effect() -> None:
    row = estimate(simulate(load_parameters("null"), 20091127))
    assert row["estimate"] > 3 * row["standard_error"]
    assert row["estimate"] == pytest.approx(0.044, abs=0.02)  # what another simulation of a threshold on sales found
