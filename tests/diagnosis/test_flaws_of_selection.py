"""Items that look at who is treated, who is seen and on whom the effect rests: planted flaws, and clean economies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ruralpanel.diagnosis.finding import Finding
from ruralpanel.diagnosis.modules import item_module
from ruralpanel.diagnosis.residualised import residualised
from ruralpanel.diagnosis.spillover import rings_between
from ruralpanel.estimation.block import block_results
from ruralpanel.study.diagnosis import Diagnosis
from tests.conftest import dated
from tests.diagnosis.economies import CLEAN, MOST_FALSE, economy, found, subject

Panel = pd.DataFrame

DRAWS: dict[str, dict[str, Any]] = {"transitory_selection": {"draws": 39}}
"""Settings that keep tests quick."""

PLACES = {"latitude": "north", "longitude": "east"}


def selected(seed: int, effect: float = 0.0, loading: float = 1.5) -> Panel:
    """Treat, each year, the villages with the highest lasting trait and shock that are not treated yet."""
    random = np.random.default_rng([9, seed])
    villages, counties, years = 300, 60, 12
    county = np.arange(villages) % counties
    shocks = random.normal(size=(villages, years))
    for year in range(1, years):
        shocks[:, year] = 0.6 * shocks[:, year - 1] + 0.8 * shocks[:, year]
    lasting = random.normal(size=villages)
    cohort = np.zeros(villages, dtype=int)
    for year in range(3, years - 1):
        index = np.where(cohort == 0, lasting + loading * shocks[:, year], -np.inf)
        cohort[np.argsort(-index)[:14]] = year
    listed = (cohort[:, None] > 0) & (np.arange(years) >= cohort[:, None])
    income = random.normal(size=(villages, 1)) + shocks + 0.3 * random.normal(size=shocks.shape) + effect * listed
    frame = pd.DataFrame(
        {
            "village": np.repeat(np.arange(villages), years),
            "year": np.tile(np.arange(years), villages),
            "county": np.repeat(county, years),
            "cohort": np.repeat(cohort, years),
            "y": income.ravel(),
        }
    )
    return dated(frame)


def placed(panel: Panel) -> Panel:
    """Lay the villages of a county within some km of each other, and counties far apart."""
    village, county = panel["village"], panel["county"]
    return panel.assign(north=30 + 0.5 * county + 0.03 * (village // 40), east=110.0)


def with_neighbours_effect(panel: Panel) -> Panel:
    """Let the untreated gain when another village of their county is treated."""
    near = panel.groupby(["county", "year"])["listed"].transform("sum") - panel["listed"] > 0
    return panel.assign(y=panel["y"] + 2.0 * (near & (panel["listed"] == 0)))


def leaving(panel: Panel) -> Panel:
    """Let a third of the rows of the treated get lost."""
    lost = (panel["listed"] == 1) & (np.random.default_rng(1).random(len(panel)) < 0.3)
    return panel[~lost]


def with_an_odd_cohort(panel: Panel) -> Panel:
    return panel.assign(y=panel["y"] + 3.0 * (panel["listed"] * (panel["cohort"] == 7)))


def with_one_village(panel: Panel) -> Panel:
    """Let one treated village grow rich."""
    rich = panel["village"] == panel.loc[panel["cohort"] > 0, "village"].iloc[0]
    return panel.assign(y=panel["y"] - 300.0 * (rich & (panel["listed"] == 1)))


def with_extremes(panel: Panel) -> Panel:
    """Write some incomes of the treated with a digit too many."""
    rows = np.flatnonzero(panel["listed"] == 1)[::40]
    values = panel["y"].to_numpy(copy=True)
    values[rows] += 60.0
    return panel.assign(y=values)


PLANTED: dict[str, tuple[Callable[[], Panel], dict[str, Any]]] = {
    "transitory_selection": (lambda: selected(1), {}),
    "spillover": (lambda: placed(with_neighbours_effect(economy(3))), PLACES),
    "attrition": (lambda: leaving(economy(3, effect=0.3)), {}),
    "odd_cohort": (lambda: with_an_odd_cohort(economy(3, villages=240)), {}),
    "influence": (lambda: with_one_village(economy(3)), {}),
    "heavy_tails": (lambda: with_extremes(economy(3)), {}),
}
"""By item, an economy with its flaw, and what is estimated there."""


@pytest.mark.slow
@pytest.mark.parametrize("item", PLANTED)
def test_an_item_speaks_where_its_flaw_is_planted(item: str) -> None:
    plant, changes = PLANTED[item]
    finding = found(item, plant(), DRAWS.get(item), **changes)
    assert finding.level == "warning"
    assert finding.remedy is not None and finding.numbers


@pytest.mark.slow
@pytest.mark.parametrize("item", PLANTED)
def test_an_item_is_silent_at_its_nominal_rate_where_there_is_no_flaw(item: str) -> None:
    clean = [placed(economy(100 + seed, villages=240)) for seed in range(CLEAN)]
    levels = [found(item, panel, DRAWS.get(item), **PLANTED[item][1]).level for panel in clean]
    assert levels.count("warning") <= MOST_FALSE


def test_a_lasting_effect_of_units_treated_in_good_years_is_told_from_selection() -> None:
    finding = found("transitory_selection", selected(2, effect=1.5), DRAWS["transitory_selection"])
    assert finding.numbers["null_band_p"] <= 0.05 and finding.level in ("silent", "note")
    assert finding.numbers["late_low"] < 1.5 < finding.numbers["late_high"]


@pytest.mark.slow
def test_the_null_band_is_the_same_whenever_it_is_drawn() -> None:
    panel = selected(1)
    first, second = (
        found("transitory_selection", each, DRAWS["transitory_selection"]) for each in (panel, panel[::-1])
    )
    assert first.numbers == second.numbers


def with_columns(panel: Panel, columns: list[str]) -> Finding:
    """Look for a denominator among columns."""
    settings = Diagnosis().settings("denominator")
    of = replace(subject(panel), columns={"denominator": columns})
    finding: Finding = import_module(item_module("denominator")).diagnose(of, settings)
    return finding


def test_a_denominator_that_treatment_moves_is_named() -> None:
    panel = economy(3).assign(people=lambda frame: np.exp(frame["x"] - frame["listed"]))
    finding = with_columns(panel, ["x", "people"])
    assert finding.level == "warning" and finding.flaw.arguments["column"] == "people"
    assert finding.numbers["effect_on_denominator"] == pytest.approx(-1.0, abs=0.3)
    assert with_columns(panel, ["x"]).level == "silent"
    assert with_columns(panel, []).level == "not_run"


def test_units_without_places_have_no_neighbours() -> None:
    assert found("spillover", economy(3)).level == "not_run"


def test_rings_are_as_wide_as_units_are_apart() -> None:
    near = placed(with_neighbours_effect(economy(3)))
    places = ["north", "east"]
    assert rings_between(near, "village", places) == [5.0, 10.0, 20.0]
    assert rings_between(near.assign(north=near["village"] % 60, east=110.0), "village", places) == [5.0, 10.0, 20.0]
    assert rings_between(near.assign(north=near["village"] % 60, east=near["village"]), "village", places) == [
        200.0,
        400.0,
        800.0,
    ]
    counties = near[near["village"] < 60].assign(north=lambda panel: 0.3 * panel["village"], east=110.0)
    finding = found("spillover", counties, **PLACES)
    assert {"within_50_km", "within_100_km", "within_200_km"} >= {name for name in finding.numbers if name != "p"}
    assert "p" in finding.numbers


def test_effects_without_groups_are_those_of_regressions_without_them() -> None:
    panel = economy(4)
    of = subject(panel)
    whole = residualised(of.sample, of.equation, "listed")
    assert whole.effect == pytest.approx(of.two_way["estimate"]) and whole.error == of.two_way["standard_error"]
    villages = whole.sample["village"].to_numpy()
    quick = whole.without(villages, villages.max() + 1)
    for village in (0, 7, 60):
        rest = block_results(panel[panel["village"] != village], [of.equation]).estimates.iloc[0]
        assert quick[village] == pytest.approx(rest["estimate"], abs=0.05 * whole.error)


def test_numbers_of_influence_are_of_real_regressions() -> None:
    panel = with_one_village(economy(3))
    finding = found("influence", panel)
    rich = panel.loc[panel["cohort"] > 0, "village"].iloc[0]
    without = block_results(panel[panel["village"] != rich], [subject(panel).equation]).estimates.iloc[0]
    assert finding.flaw.arguments["without"] == pytest.approx(without["estimate"])
    assert finding.flaw.arguments["who"] == str(rich)


def test_bounds_are_no_wider_than_without_assumptions() -> None:
    numbers = found("attrition", leaving(economy(3))).numbers
    assert numbers["exit_difference"] == pytest.approx(0.3, abs=0.05)
    assert numbers["manski_low"] < numbers["lee_low"] < 1 < numbers["lee_high"] < numbers["manski_high"]


def test_bounds_are_the_effect_where_nobody_is_missing() -> None:
    panel = economy(3)
    numbers = found("attrition", panel).numbers
    group_time = {"comparison": "not_yet_treated", "method": "outcome_regression"}
    changes = {"estimator": "callaway_santanna", "group_time": group_time}
    rows = block_results(panel, [subject(panel, **changes).equation]).estimates
    effect = rows.loc[rows["kind"].eq("overall") & rows["term"].eq("listed"), "estimate"].dropna()
    assert numbers["exit_difference"] == 0
    for name in ("lee_low", "lee_high", "manski_low", "manski_high"):
        assert numbers[name] == pytest.approx(effect.iloc[0])


def test_leaving_that_leaves_most_of_the_effect_is_a_note() -> None:
    assert found("attrition", leaving(economy(3, effect=3.0))).level == "note"


def test_a_cohort_that_differs_by_a_part_of_the_effect_is_a_note() -> None:
    panel = with_an_odd_cohort(economy(3, villages=240, effect=9.0))
    assert found("odd_cohort", panel).level == "note"


def test_a_year_of_mass_entry_is_a_note() -> None:
    panel = economy(5, villages=240)
    cohort = panel["cohort"].where((panel["cohort"] == 0) | (panel["village"] % 5 == 0), 8)
    finding = found("odd_cohort", dated(panel.assign(cohort=cohort)))
    assert finding.level == "note" and finding.numbers["largest_entry"] > 3
