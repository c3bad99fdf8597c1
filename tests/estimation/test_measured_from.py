"""Numbers by event time are right, or have a reason, whatever the waves of a panel are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.ledger import Ledger
from ruralpanel.panel.designation import date_designation
from ruralpanel.study.blocks import GroupTime
from ruralpanel.study.designation import Designation
from tests.estimation.conftest import estimates_of

HIGHEST = 4
"""From this event time on, effects are the same, so that a bin of late ones has one."""

NOISE = 1e-4
CLOSE = 100 * NOISE

BY_EVENT_TIME: dict[str, dict[str, Any]] = {
    "event_study": {},
    "sun_abraham": {},
    "stacked": {"window": [-2, 2]},
    "local_projections": {"window": [-3, HIGHEST]},
    "imputation": {},
    "two_stage": {},
    "extended_two_way": {},
    "callaway_santanna": {},
    "synthetic_difference_in_differences": {},
    "chaisemartin_dhaultfoeuille": {},
}
UNIVERSAL = {"group_time": GroupTime(base_period="universal")}
WITHOUT_WEIGHTS = ("synthetic_difference_in_differences",)


def effect(event_time: float) -> float:
    """Give the effect at an event time: none before treatment, and different ones after it."""
    return 0.0 if event_time < 0 else 2.0 + 0.5 * min(event_time, HIGHEST)


def panel_of(
    waves: list[int],
    cohorts: list[int],
    *,
    missing: float = 0.0,
    levels: str = "village",
    seed: int = 0,
    effect_of: Any = effect,
) -> pd.DataFrame:
    """Make a panel of six villages a cohort (0: never treated), each in a county with other cohorts."""
    random = np.random.default_rng(seed)
    villages = np.arange(6 * len(cohorts))
    frame = pd.DataFrame([(village, year) for village in villages for year in waves], columns=["village", "year"])
    frame["cohort"] = np.array(cohorts)[frame["village"] % len(cohorts)]
    frame["county"] = frame["village"] // (2 * len(cohorts))
    frame["region"] = frame["county"] % 2
    frame["weight"] = random.uniform(0.5, 2.0, size=len(villages))[frame["village"]]
    frame = frame[random.uniform(size=len(frame)) >= missing]
    since = (frame["year"] - frame["cohort"]).where(frame["cohort"] > 0)
    by_level = random.normal(size=len(villages))[frame[levels]]
    by_year = dict(zip(waves, random.normal(size=len(waves)), strict=True))
    frame["y"] = by_level + frame["year"].map(by_year) + since.map(effect_of, na_action="ignore").fillna(0.0)
    frame["y"] += random.normal(0, NOISE, size=len(frame))
    ordered = frame.sort_values(["village", "year"]).reset_index(drop=True)
    declared = Designation(cohort="cohort", never=[0])
    return date_designation(ordered, "listed", declared, "village", "year", Ledger("panel", "panel", "village", "year"))


@st.composite
def designs(draw: st.DrawFn) -> dict[str, Any]:
    """Draw waves, cohorts on and between them, gaps of units, and how event times are measured."""
    steps = draw(st.lists(st.integers(1, 3), min_size=1, max_size=6))
    waves = (2008 + np.cumsum([0, *steps])).tolist()
    treated = draw(st.lists(st.integers(waves[0], waves[-1] + 1), min_size=1, max_size=4, unique=True))
    never = [0] if draw(st.sampled_from([True, True, True, False])) else []
    anticipation = draw(st.sampled_from([0, 0, 1, 2]))
    reference = -1 - anticipation - draw(st.sampled_from([0, 0, 1]))
    donut = draw(st.sampled_from([[], [], [0]]))
    effects = draw(
        st.sampled_from([["village", "year"], ["village", "year"], ["village", "region*year"], ["county", "year"]])
    )
    return {
        "waves": waves,
        "cohorts": [*never, *treated],
        "missing": draw(st.sampled_from([0.0, 0.0, 0.1, 0.3])),
        "seed": draw(st.integers(0, 99)),
        "window": draw(st.sampled_from([None, [-2, HIGHEST], [-4, HIGHEST], [reference, HIGHEST]])),
        "changes": {
            "fixed_effects": effects,
            "reference_period": reference,
            "missing_reference": draw(st.sampled_from(["earlier", "earlier", "reason"])),
            "anticipation": {"listed": anticipation} if anticipation else {},
            "donut": {"listed": donut} if donut else {},
            "weights": draw(st.sampled_from([None, "weight"])),
        },
    }


def possible_effects(estimator: str, event_time: int, waves: list[int], cohorts: list[int]) -> list[float]:
    """List the effects that an average at an event time can be made of.

    Event times of first changes of treatment count from the first wave treated, which of a cohort between waves is
    later than its own period.
    """
    if estimator != "chaisemartin_dhaultfoeuille":
        return [effect(event_time)]
    first_waves = {each: [wave for wave in waves if wave >= each] for each in cohorts if each > 0}
    return [effect(later[0] + event_time - each) for each, later in first_waves.items() if later] or [0.0]


def wrong_numbers(rows: pd.DataFrame, estimator: str, waves: list[int], cohorts: list[int]) -> list[str]:
    """List the numbers by event time that are not what they should be."""
    found = []
    for row in rows[rows["event_time"].notna()].to_dict("records"):
        if pd.isna(row["estimate"]):
            if not row["reason"]:
                found.append(f"{row['event_time']}: neither a number nor a reason")
            continue
        possible = possible_effects(estimator, int(row["event_time"]), waves, cohorts)
        if not min(possible) - CLOSE <= row["estimate"] <= max(possible) + CLOSE:
            found.append(f"{row['event_time']} {row['cohort']}: {row['estimate']}, not {possible}; {row['reason']}")
    return found


def checked(design: dict[str, Any], estimator: str, given_too: dict[str, Any]) -> list[str]:
    """Estimate a design and list what is wrong."""
    changes = {"window": design["window"], **design["changes"], **given_too}
    levels = "county" if changes["fixed_effects"][0] == "county" else "village"
    panel = panel_of(design["waves"], design["cohorts"], missing=design["missing"], levels=levels, seed=design["seed"])
    if estimator in WITHOUT_WEIGHTS:
        changes["weights"] = None
    if estimator == "chaisemartin_dhaultfoeuille":
        changes |= {"anticipation": {}, "donut": {}}
    rows = estimates_of(panel, estimator=estimator, **changes)
    return wrong_numbers(rows, estimator, design["waves"], design["cohorts"])


@pytest.mark.parametrize("estimator", BY_EVENT_TIME)
@given(design=designs())
def test_every_number_by_event_time_is_the_effect_or_a_reason(estimator: str, design: dict[str, Any]) -> None:
    assert checked(design, estimator, BY_EVENT_TIME[estimator]) == []


@given(design=designs())
def test_so_it_is_with_a_universal_base_period(design: dict[str, Any]) -> None:
    assert checked(design, "callaway_santanna", UNIVERSAL) == []
