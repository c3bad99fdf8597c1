"""Targets are what estimators find where there is nothing but effects: no shocks, no noise."""

from __future__ import annotations

import numpy as np
import pytest

from ruralpanel.estimation.block import estimate_block
from ruralpanel.monte_carlo.draws import Draw, draw
from ruralpanel.monte_carlo.plan import OF_EFFECTS
from ruralpanel.monte_carlo.replicate import replicate
from ruralpanel.monte_carlo.targets import target
from ruralpanel.study.blocks import Inference
from tests.monte_carlo.conftest import small_plan

STILL = {"village_shock_sd": 0.0, "county_shock_sd": 0.0, "noise_sd": 0.0, "income_2017": 10_000_000.0}
"""No shocks; and incomes so high that whole yuan round nothing away."""

ROBUST = [name for name in OF_EFFECTS if name not in ("two_way_fixed_effects", "event_study")]
"""Estimators that compare with nobody treated before."""


@pytest.fixture(scope="module")
def still() -> object:
    plan = small_plan(variances={"county": Inference(cluster=["county"])})
    plan = plan.model_copy(update={"economy": {**plan.economy, **STILL}})
    return {design.name: replicate(design, [1, 2]) for design in plan.designs()}


@pytest.mark.parametrize("estimator", ROBUST)
@pytest.mark.parametrize("effects", ["homogeneous", "heterogeneous"])
def test_without_shocks_an_estimator_finds_its_target_exactly(still: dict, effects: str, estimator: str) -> None:
    for selection in ("unselected", "selected"):
        rows = still[f"{effects}_{selection}_12"]
        rows = rows[rows["estimator"] == estimator]
        assert len(rows) == 4
        assert rows["estimate"].to_numpy() == pytest.approx(rows["truth"].to_numpy(), abs=1e-5)


def test_two_way_regressions_miss_it_only_where_effects_differ(still: dict) -> None:
    for name, rows in still.items():
        error = (rows["estimate"] - rows["truth"])[rows["estimator"] == "two_way_fixed_effects"].abs()
        assert (error < 1e-5).all() if name.startswith("homogeneous") else (error > 0.005).all()


def test_averages_differ_in_weights_as_their_sources_say() -> None:
    """By hand: two cohorts, of which the later one's window is not observed to its end."""
    (design,) = [each for each in small_plan().designs() if each.name == "heterogeneous_unselected_12"]
    drawn = draw(design, 1)
    cohort, event_time = drawn.panel["listed_cohort"], drawn.panel["listed_event_time"]
    at_two = drawn.effect[event_time == 2].groupby(cohort).mean()
    units = drawn.panel.drop_duplicates("village")["listed_cohort"]
    sizes = units.value_counts().sort_index()
    assert list(at_two.index) == [2015, 2017, 2019]
    window = [-3, 3]
    assert target("imputation", drawn, window, 2) == pytest.approx(np.average(at_two, weights=sizes))
    assert target("stacked", drawn, window, 2) == pytest.approx(np.average(at_two, weights=sizes))
    assert target("stacked", drawn, [-3, 5], 2) == pytest.approx(np.average(at_two[:2], weights=sizes[:2]))
    # The whole of both by hand: every treated village and year, and only those up to event time 3.
    treated = event_time >= 0
    everything = drawn.effect[treated].mean()
    assert target("synthetic_difference_in_differences", drawn, window) == pytest.approx(everything)
    early = drawn.effect[treated & (event_time <= 3)].mean()
    assert early < everything - 0.01
    assert target("chaisemartin_dhaultfoeuille", drawn, window) == pytest.approx(early)
    # Without villages never listed, nobody is left to compare with once the last cohort is listed.
    ever = drawn.panel["listed_cohort"].notna()
    all_listed = Draw(drawn.panel[ever], drawn.effect[ever])
    seen = drawn.effect[treated & (event_time <= 3) & (drawn.panel["year"] < 2019)].mean()
    assert target("chaisemartin_dhaultfoeuille", all_listed, window) == pytest.approx(seen)
    # Weights need two years before treatment: from 2014 on, the first cohort has one.
    late = drawn.panel["year"] >= 2014
    shorter = Draw(drawn.panel[late], drawn.effect[late])
    without_first = drawn.effect[treated & (cohort > 2015)].mean()
    assert target("synthetic_difference_in_differences", shorter, window) == pytest.approx(without_first)
    later = [int((units.isna() | (units > first + 2)).sum()) for first in sizes.index]
    weights = [size * clean / (size + clean) for size, clean in zip(sizes, later, strict=True)]
    assert target("local_projections", drawn, window, 2) == pytest.approx(np.average(at_two, weights=weights))


def test_a_constant_effect_is_every_average_and_moves_every_estimate_alike() -> None:
    plan = small_plan(variances={"county": Inference(cluster=["county"])}, selection={"unselected": 0.0})
    nothing = {
        **plan.effects["homogeneous"],
        **dict.fromkeys(("effect_business", "effect_wage", "effect_remittance", "effect_farm"), 0.0),
    }
    rich = {**plan.economy, "income_2017": 10_000_000.0}
    plans = [
        plan.model_copy(update={"economy": rich, "effects": {"same": effects}})
        for effects in (plan.effects["homogeneous"], nothing)
    ]
    with_effect, without = (replicate(each.designs()[0], [1]) for each in plans)
    assert with_effect["truth"].to_numpy() == pytest.approx(0.2, abs=1e-9)
    assert without["truth"].to_numpy() == pytest.approx(0.0, abs=1e-9)
    difference = (with_effect["estimate"] - without["estimate"]).to_numpy()
    assert difference == pytest.approx(0.2, abs=1e-5)
    assert with_effect["standard_error"].to_numpy() == pytest.approx(without["standard_error"].to_numpy(), rel=1e-3)


def test_estimators_do_not_see_the_truth() -> None:
    (design, *_) = small_plan().designs()
    drawn = draw(design, 1)
    assert "effect" not in drawn.panel.columns
    assert estimate_block.__module__ == "ruralpanel.estimation.block"
