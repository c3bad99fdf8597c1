from __future__ import annotations

import numpy as np
import pytest

from ruralpanel.simulation.economy import Economy, simulate
from ruralpanel.simulation.parameters import load_parameters
from ruralpanel.simulation.people import GROUPS, NO_STATION, RETURNED, STANDARDS

NOTHING = {
    "effect_schooled_away": 0.0,
    "effect_neither": 0.0,
    "effect_returned_operator": 0.0,
    "effect_brand": 0.0,
    "effect_standards": 0.0,
}


def test_nobody_is_counted_twice(village_economy: Economy) -> None:
    series = village_economy.series
    assert (sum(series[group] for group in GROUPS) <= series["resident"]).all()
    assert (series["boarding"] <= series["pupils"]).all()
    assert (series["neither"] + series["away"] <= np.maximum(series["working_age"], series["away"])).all()
    assert (series["parcels_handled"] <= series["parcels_received"]).all()
    open_now = village_economy.stations.open
    np.testing.assert_array_equal(series["operator"] != NO_STATION, open_now)
    assert not series["parcels_handled"][~open_now].any()


@pytest.mark.slow
def test_the_rest_of_the_economy_does_not_hang_on_it(village_economy: Economy) -> None:
    asked = village_economy
    other = simulate(asked.parameters.model_copy(update={**NOTHING, "neither": 0.4}), asked.seed)
    of_form = {*GROUPS, "boarding", "neither", "brand", "parcels_handled", *(f"standard_{each}" for each in STANDARDS)}
    for name, values in asked.series.items():
        assert name in of_form or np.array_equal(values, other.series[name]), name
    assert asked.households.equals(other.households)
    assert asked.county_years.equals(other.county_years)


@pytest.mark.slow
def test_true_effects_are_what_two_worlds_differ_by() -> None:
    here = simulate(load_parameters(), 11)
    without = simulate(load_parameters().model_copy(update={**NOTHING, "effect_migration": 0.0}), 11)
    first, years = here.listing.first[:, None], np.array(here.parameters.years)[None, :]
    since_listed = (first > 0) & (years >= first)

    def differ(top: str, bottom: str | None = None) -> np.ndarray:
        shares = [each.series[top] / (each.series[bottom] if bottom is not None else 1) for each in (here, without)]
        return np.asarray(shares[0] - shares[1])

    found = {f"share_{group}": differ(group, "resident") for group in GROUPS}
    found["share_left_behind"] = np.sum(list(found.values()), axis=0)
    found |= {"share_boarding": differ("boarding", "pupils"), "share_neither": differ("neither", "working_age")}
    found |= {"brand": differ("brand"), "standards": np.sum([differ(f"standard_{each}") for each in STANDARDS], axis=0)}
    for name, difference in found.items():
        truth = here.truth["effects_of_listing"][name]["average"]
        chance = 4 * difference[since_listed].std() / np.sqrt(here.listing.ever.sum())
        assert difference[since_listed].mean() == pytest.approx(truth, abs=chance), name
    assert here.truth["effects_of_listing"]["share_left_behind"]["average"] == pytest.approx(-0.033, abs=0.002)
    # Who is not listed differs by chance alone, in what is drawn by the number of persons.
    assert not found["brand"][~since_listed].any()


@pytest.mark.slow
def test_a_returned_operator_handles_more() -> None:
    here, without = (simulate(load_parameters().model_copy(update=each), 11) for each in ({}, NOTHING))
    theirs = (here.series["operator"] == RETURNED) & (without.series["parcels_handled"] > 0)
    ratio = np.log(here.series["parcels_handled"][theirs] / without.series["parcels_handled"][theirs])
    truth = here.truth["effects_of_returned_operators"]["log_parcels_handled"]
    assert ratio.mean() == pytest.approx(truth, abs=2e-3)
    others = here.series["operator"] != RETURNED
    np.testing.assert_array_equal(here.series["parcels_handled"][others], without.series["parcels_handled"][others])
