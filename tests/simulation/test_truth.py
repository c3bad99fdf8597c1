from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ruralpanel.simulation.economy import Economy, simulate
from ruralpanel.simulation.parameters import load_parameters
from tests.simulation.conftest import small

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def with_effects() -> Economy:
    """Give an economy whose only effects are those of being listed."""
    only = {"spillover": [0.0, 0.0, 0.0], "effect_station_parcels": 0.0, "effect_station_basket": 0.0}
    return simulate(load_parameters().model_copy(update=only), 11)


@pytest.fixture(scope="module")
def without_effects() -> Economy:
    """Give the same economy as it would have been: draws are by name, so only effects differ."""
    return simulate(load_parameters("null"), 11)


def since_listed(economy: Economy) -> np.ndarray:
    first, years = economy.listing.first[:, None], np.array(economy.parameters.years)[None, :]
    return np.where(first > 0, years - first, -1)


COLUMNS = {
    "log_income": "income",
    "log_business_income": "business_income",
    "log_wage_income": "wage_income",
    "log_farm_income": "farm_income",
    "log_resident": "resident",
    "log_parcels_sent": "parcels_sent",
    "log_parcels_received": "parcels_received",
    "log_basket": "basket",
    "log_grain_yield": "grain_yield",
}


@pytest.mark.parametrize("outcome", COLUMNS)
def test_true_effects_are_what_two_worlds_that_differ_in_nothing_else_differ_by(
    outcome: str, with_effects: Economy, without_effects: Economy
) -> None:
    np.testing.assert_array_equal(with_effects.listing.on_list, without_effects.listing.on_list)
    since = since_listed(with_effects)
    name = COLUMNS[outcome]
    difference = np.log(with_effects.series[name]) - np.log(without_effects.series[name])
    assert not difference[since < 0].any()
    truth = with_effects.truth["effects_of_listing"][outcome]
    assert difference[since >= 0].mean() == pytest.approx(truth["average"], abs=4e-4)
    for event_time, value in truth["by_event_time"].items():
        assert difference[since == int(event_time)].mean() == pytest.approx(value, abs=2e-3)
    first = with_effects.listing.first
    for cohort, value in truth["by_cohort"].items():
        own = difference[first == int(cohort)][since[first == int(cohort)] >= 0]
        assert own.mean() == pytest.approx(value, abs=2e-3)


def test_the_share_away_falls_by_what_the_truth_says(with_effects: Economy, without_effects: Economy) -> None:
    shares = [economy.series["away"] / economy.series["registered"] for economy in (with_effects, without_effects)]
    treated = since_listed(with_effects) >= 0
    truth = with_effects.truth["effects_of_listing"]["share_away"]["average"]
    assert (shares[0] - shares[1])[treated].mean() == pytest.approx(truth, abs=1e-4)
    assert truth == pytest.approx(-0.05, abs=0.001)


def test_more_return_than_the_rate_says_for_fewer_are_away(with_effects: Economy, without_effects: Economy) -> None:
    rates = []
    for economy in (with_effects, without_effects):
        away, returned = economy.series["away"], economy.series["returned"]
        rates.append(returned[:, 1:] / away[:, :-1])
    treated = since_listed(with_effects)[:, 1:] >= 0
    truth = with_effects.truth["effects_of_listing"]["return_rate"]
    assert (rates[0] - rates[1])[treated].mean() == pytest.approx(truth["average"], abs=1e-5)
    assert truth["average"] > with_effects.parameters.effect_return
    assert truth["by_event_time"]["0"] > truth["by_event_time"]["4"]


def test_more_enterprises_are_founded(with_effects: Economy, without_effects: Economy) -> None:
    treated = since_listed(with_effects) >= 0
    sums = [economy.series["new_enterprises"][treated].sum() for economy in (with_effects, without_effects)]
    assert np.log(sums[0] / sums[1]) == pytest.approx(0.25, abs=0.05)


@pytest.fixture(scope="module")
def strong() -> Economy:
    """Give an economy in which legacies matter much."""
    return simulate(load_parameters("strong_moderation"), 1)


def test_averages_are_those_of_the_preset(economy: Economy, strong: Economy) -> None:
    negative = simulate(load_parameters("negative"), 1)
    # Effects that vary much have a larger mean: gains count for more in the sum of sources than losses.
    for each, income in ((economy, 0.06), (negative, -0.053), (strong, 0.07)):
        truth = each.truth["effects_of_listing"]
        assert truth["log_income"]["average"] == pytest.approx(income, abs=0.006)
    for each in (economy, strong):
        truth = each.truth["effects_of_listing"]
        assert truth["log_business_income"]["average"] == pytest.approx(0.20, abs=0.002)
        assert truth["log_wage_income"]["average"] == pytest.approx(-0.10, abs=0.002)


def test_nothing_is_true_of_the_null() -> None:
    truth = simulate(small("null"), 1).truth
    for section in ("effects_of_listing", "effects_of_stations"):
        for outcome, values in truth[section].items():
            if isinstance(values, dict):
                assert values["average"] == 0, outcome
                assert set(values["by_event_time"].values()) == {0.0}
    assert set(truth["spillovers_on_log_income"]["by_ring_in_km"].values()) == {0.0}
    assert set(truth["moderation_of_log_income"]["asked_for"].values()) == {0.0}
    assert set(truth["moderation_of_log_income"]["regression_of_true_effects"].values()) == {0.0}
    assert truth["preset"] == "null"


def test_effects_build_up_over_two_years_and_are_larger_in_early_cohorts(economy: Economy) -> None:
    both = economy.truth["effects_of_listing"]["share_away"]["by_cohort_and_event_time"]
    late = both["2019"]
    assert late["0"] / late["1"] == pytest.approx(0.5 / 0.8, rel=0.1)
    assert late["1"] / late["2"] == pytest.approx(0.8 / 1.0, rel=0.1)
    assert both["2017"]["3"] / both["2018"]["3"] == pytest.approx(1.2, rel=0.1)


def test_who_is_listed_on_the_list_that_is_absent_is_seen_a_year_later(economy: Economy) -> None:
    truth, seen = (economy.truth[name]["share_away"] for name in ("effects_of_listing", "effects_by_first_list_seen"))
    both, both_seen = truth["by_cohort_and_event_time"], seen["by_cohort_and_event_time"]
    assert "2018" in both
    assert "2018" not in both_seen
    assert both_seen["2021"] == {"-1": 0.0} | both["2021"]
    numbers = pd.Series(economy.listing.first).value_counts()
    late, early = numbers[2019], numbers[2018]
    expected = (late * both["2019"]["0"] + early * both["2018"]["1"]) / (late + early)
    assert both_seen["2019"]["0"] == pytest.approx(expected, abs=1e-5)
    assert both_seen["2019"]["-1"] == pytest.approx(early * both["2018"]["0"] / (late + early), abs=1e-5)


def test_moderation_is_found_by_regressing_true_effects_on_legacies(economy: Economy, strong: Economy) -> None:
    for each in (economy, strong):
        slopes = each.truth["moderation_of_log_income"]["regression_of_true_effects"]
        for name, asked in each.parameters.moderation.items():
            # Resilience in the pandemic year and the path of effects add a little.
            assert slopes[name] == pytest.approx(asked, abs=0.008)


def test_moderation_is_as_asked_for_where_nothing_else_makes_effects_vary() -> None:
    alike = {
        "effect_path": [1.0],
        "early_cohort_factor": 1.0,
        "exit_rate": 0.0,
        "pandemic_listed_by_labour_form": 0.0,
        "noise_sd": 0.0,
        "moderation": {"C": 0.005, "K": 0.01, "Y": -0.01, "C3": 0.008},
    }
    truth = simulate(load_parameters().model_copy(update=alike), 3).truth["moderation_of_log_income"]
    for name, asked in truth["asked_for"].items():
        assert truth["regression_of_true_effects"][name] == pytest.approx(asked, abs=5e-4)


def test_true_effects_by_distance_are_on_the_line_that_was_asked_for() -> None:
    """Where nothing else makes effects vary, every village's effect is on the line, in the plain and outside it."""
    alike = {
        "effect_path": [1.0],
        "early_cohort_factor": 1.0,
        "exit_rate": 0.0,
        "pandemic_listed_by_labour_form": 0.0,
        "noise_sd": 0.0,
        "moderation": {"C": 0.0, "K": 0.0, "Y": 0.0, "C3": 0.0},
    }
    parameters = load_parameters().model_copy(update=alike)
    lines = simulate(parameters, 3).truth["effects_by_distance"]["log_income"]
    slope, added = parameters.moderation_by_distance, parameters.moderation_by_distance_plain
    for name, asked in (("outside_the_plain", slope), ("in_the_plain", slope + added)):
        far, effects = np.array([[float(km), effect] for km, effect in lines[name].items()]).T
        assert len(far) == 5 and (np.diff(far) > 0).all()
        assert np.diff(effects) / np.diff(np.log(far)) == pytest.approx(asked, abs=5e-4)


def test_spillovers_add_up_by_ring_and_reach_the_listed_too() -> None:
    parameters = small()
    near = simulate(parameters, 5)
    alone = simulate(parameters.model_copy(update={"spillover": [0.0, 0.0, 0.0]}), 5)
    difference = np.log(near.series["income"] / alone.series["income"])
    expected = 0.02 * near.listing.rings[0] + 0.01 * near.listing.rings[1]
    np.testing.assert_allclose(difference, expected, atol=2e-3)
    assert (expected > 0)[near.listing.on_list].any()


def test_stations_lower_the_cost_of_living_and_bring_parcels_but_no_income() -> None:
    parameters = small()
    off = {"effect_station_parcels": 0.0, "effect_station_basket": 0.0}
    stations, none = simulate(parameters, 5), simulate(parameters.model_copy(update=off), 5)
    open_now = stations.stations.open
    for outcome, name in (("log_basket", "basket"), ("log_parcels_received", "parcels_received")):
        difference = np.log(stations.series[name] / none.series[name])
        assert not difference[~open_now].any()
        truth = stations.truth["effects_of_stations"][outcome]["average"]
        assert difference[open_now].mean() == pytest.approx(truth, abs=1e-3)
    np.testing.assert_array_equal(stations.series["income"], none.series["income"])
    np.testing.assert_array_equal(stations.series["parcels_sent"], none.series["parcels_sent"])


def test_effects_end_with_the_listing() -> None:
    parameters = small(villages=600, counties=30, exit_rate=0.3, exits_after=2018)
    economy = simulate(parameters, 2)
    null = simulate(parameters.model_copy(update={"effect_migration": 0.0}), 2)
    gone = (since_listed(economy) >= 0) & ~economy.listing.on_list
    assert gone.sum() > 50
    np.testing.assert_array_equal(economy.series["away"][gone], null.series["away"][gone])


def test_the_truth_says_that_it_is_synthetic(economy: Economy) -> None:
    assert economy.truth["note"].startswith("SYNTHETIC")
    assert economy.truth["seed"] == 1
    assert economy.truth["parameters"]["selection_loading"] == 1.0
    assert economy.truth["adoption_in_latent_log_sales"]["income_shock"] == 1.0
