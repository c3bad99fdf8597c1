"""Numbers by event time are right, or have a reason, whatever the waves of a panel are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import example, given
from hypothesis import strategies as st

from ruralpanel.estimation.block import block_results
from ruralpanel.frames.ledger import Ledger
from ruralpanel.panel.designation import date_designation
from ruralpanel.sensitivity.event_study import event_study_of, event_times
from ruralpanel.sensitivity.results import CannotAnalyse
from ruralpanel.study.blocks import GroupTime, Inference
from ruralpanel.study.designation import Designation
from tests.conftest import equation
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


@pytest.mark.slow(but_each=10)
@pytest.mark.parametrize("estimator", BY_EVENT_TIME)
@given(design=designs())
def test_every_number_by_event_time_is_the_effect_or_a_reason(estimator: str, design: dict[str, Any]) -> None:
    assert checked(design, estimator, BY_EVENT_TIME[estimator]) == []


NOBODY_TO_COMPARE_WITH = {
    "waves": [2008, 2009, 2010, 2013],
    "cohorts": [2013],
    "missing": 0.0,
    "seed": 0,
    "window": [-2, 4],
    "changes": {
        "fixed_effects": ["village", "year"],
        "reference_period": -1,
        "missing_reference": "earlier",
        "anticipation": {},
        "donut": {},
        "weights": None,
    },
}


@given(design=designs())
@example(design=NOBODY_TO_COMPARE_WITH)
def test_so_it_is_with_a_universal_base_period(design: dict[str, Any]) -> None:
    assert checked(design, "callaway_santanna", UNIVERSAL) == []


WAVES = [2010, 2012, 2014, 2016, 2018]
COHORTS = [0, 2013, 2014, 2016]

WITH_LEADS = ("event_study", "sun_abraham", "callaway_santanna", "imputation", "two_stage")


def numbers(rows: pd.DataFrame) -> pd.Series:
    """Index the averages by event time that have a standard error."""
    by_time = rows[rows["event_time"].notna() & (rows["cohort"] == "") & rows["standard_error"].notna()]
    return by_time.set_index("event_time")["estimate"]


@pytest.mark.parametrize("estimator", [name for name in BY_EVENT_TIME if name != "chaisemartin_dhaultfoeuille"])
@pytest.mark.slow(but_each=4)
@pytest.mark.parametrize("cohorts", [COHORTS, [0, 2014, 2016], [0, 2013], [0, 2011, 2013, 2015]])
def test_two_yearly_waves_need_no_help(estimator: str, cohorts: list[int]) -> None:
    rows = estimates_of(panel_of(WAVES, cohorts), estimator=estimator, **BY_EVENT_TIME[estimator])
    found = numbers(rows)
    least = 2 if estimator == "synthetic_difference_in_differences" else 1
    used = [each for each in cohorts if sum(wave < each for wave in WAVES) >= least]
    possible = {wave - each for each in used for wave in WAVES if wave >= each}
    if estimator == "stacked":
        possible = {each for each in possible if each <= 2}
    if estimator == "local_projections":
        possible = {each for each in possible if each <= HIGHEST}
    assert possible <= set(found.index)
    for event_time, estimate in found.items():
        assert estimate == pytest.approx(effect(int(str(event_time))), abs=CLOSE)
    if estimator in WITH_LEADS and 2016 in cohorts:
        assert (found.index < 0).any()


def test_first_changes_count_from_the_first_wave_treated() -> None:
    rows = estimates_of(panel_of(WAVES, [0, 2013]), estimator="chaisemartin_dhaultfoeuille")
    assert numbers(rows).loc[[0, 2, 4]].tolist() == pytest.approx([effect(1), effect(3), effect(5)], abs=CLOSE)
    assert "event times count from the first period observed with it" in rows["sample"].iloc[0]


def by_hand(panel: pd.DataFrame, bases: list[int], ends: tuple[int, int]) -> pd.Series:
    """Regress on indicators of binned event times but the bases, with indicators of villages and years."""
    binned = panel["listed_event_time"].clip(*ends).astype("float64")
    times = [int(each) for each in sorted(binned.dropna().unique()) if each not in bases]
    design = np.column_stack(
        [
            *[(binned == each).astype(float) for each in times],
            pd.get_dummies(panel["village"], dtype=float),
            pd.get_dummies(panel["year"], dtype=float).iloc[:, 1:],
        ]
    )
    assert np.linalg.matrix_rank(design) == design.shape[1]
    return pd.Series(sm.OLS(panel["y"].to_numpy(), design).fit().params[: len(times)], index=times)


@pytest.mark.parametrize("window", [None, [-4, 4], [-3, 3]])
def test_each_set_of_event_times_has_its_own_reference(window: list[int] | None) -> None:
    panel = panel_of(WAVES, COHORTS, effect_of=lambda since: 0.1 * since**2 + since)  # leads that are not zero
    rows = estimates_of(panel, estimator="event_study", window=window)
    expected = by_hand(panel, [-2, -1], (window[0], window[1]) if window else (-99, 99))
    pd.testing.assert_series_equal(
        numbers(rows).astype(float), expected, check_names=False, check_index_type=False, atol=1e-9
    )
    zero = rows[rows["estimate"] == 0].set_index("event_time")["reason"].to_dict()
    assert zero == {
        -2: "reference, zero by construction: last wave before treatment of cohorts 2014 and 2016",
        -1: "reference period, zero by construction, for cohort 2013",
    }
    if window:
        late = rows[rows["event_time"] == window[1]].iloc[0]
        assert (
            late["reason"] == "holds event times measured from -2 for cohorts 2014 and 2016 and from -1 for cohort 2013"
        )


@pytest.mark.slow
@pytest.mark.parametrize("estimator", ["event_study", "sun_abraham", "stacked", "local_projections"])
def test_a_declared_reference_says_what_it_does_not_reach(estimator: str) -> None:
    rows = estimates_of(
        panel_of(WAVES, COHORTS), estimator=estimator, missing_reference="reason", **BY_EVENT_TIME[estimator]
    )
    found = numbers(rows)
    assert set(found.index) == {"stacked": {1}, "local_projections": {-3, 1, 3}}.get(estimator, {-3, 1, 3, 5})
    for event_time, estimate in found.items():
        assert estimate == pytest.approx(effect(int(str(event_time))), abs=CLOSE)
    at_zero = rows[rows["event_time"] == 0].iloc[0]
    assert "(cohorts 2014 and 2016) to the reference period -1" in at_zero["reason"]
    assert "`missing_reference: earlier` measures them from -2" in at_zero["reason"]


def test_numbers_beside_what_cannot_be_measured_are_as_without_it() -> None:
    panel = panel_of(WAVES, COHORTS, effect_of=lambda since: 0.1 * since**2 + since)
    beside = estimates_of(panel, estimator="event_study", missing_reference="reason", window=[-4, 4])
    alone = by_hand(panel[panel["cohort"].isin([0, 2013])], [-1], (-4, 4))
    # The other cohorts tell about years too, so that it is the same up to the noise.
    assert numbers(beside).loc[[-3, 1, 3]].tolist() == pytest.approx(alone.loc[[-3, 1, 3]].tolist(), abs=CLOSE)
    assert beside.loc[beside["event_time"] == 4, "estimate"].isna().all()  # a bin with members that are not measured


def halves(*, connected: list[int]) -> pd.DataFrame:
    """Make a panel in which half of the villages are seen in even years and half in odd ones, but a few in all."""
    yearly = panel_of(list(range(2010, 2019)), [0, 2014], effect_of=lambda since: since + 3.0 * (since >= 0))
    seen = (yearly["year"] % 2 == yearly["village"] // 2 % 2) | yearly["village"].isin(connected)
    return yearly[seen].reset_index(drop=True)


def test_a_unit_seen_at_both_connects_event_times() -> None:
    apart = estimates_of(halves(connected=[]), estimator="event_study")
    assert apart["reason"].str.contains("zero by construction").sum() == 2
    together = estimates_of(halves(connected=[0, 1]), estimator="event_study")
    assert together.loc[together["estimate"] == 0, "event_time"].tolist() == [-1]
    found = numbers(together)
    assert len(found) == 8
    for event_time, estimate in found.items():
        assert estimate == pytest.approx(int(str(event_time)) + 1 + 3.0 * (event_time >= 0), abs=CLOSE)


def test_what_periods_leave_open_is_a_reason_whichever_column_is_dropped() -> None:
    # A treated unit is seen in all years, but no other: even years cannot be told from odd ones, nor event times.
    rows = estimates_of(halves(connected=[1]), estimator="event_study").set_index("event_time")
    even = rows.loc[[-4, -2, 0, 2, 4]]
    assert even["estimate"].isna().all()
    assert even["reason"].str.startswith("cannot be distinguished from one another beside the fixed effects").all()
    found = rows.loc[[-3, 1, 3], "estimate"]
    assert found.tolist() == pytest.approx([-2.0, 5.0, 7.0], abs=CLOSE)


def test_levels_that_hold_untreated_units_connect_all_event_times() -> None:
    panel = panel_of(WAVES, COHORTS, levels="county")
    rows = estimates_of(panel, estimator="event_study", fixed_effects=["county", "year"])
    assert rows[rows["estimate"] == 0]["event_time"].tolist() == [-1]
    found = numbers(rows)
    assert found.loc[[-2, 0, 1]].tolist() == pytest.approx([0.0, effect(0), effect(1)], abs=CLOSE)


@pytest.mark.parametrize("estimator", ["event_study", "sun_abraham"])
def test_bands_and_tests_are_of_what_is_measured(estimator: str) -> None:
    inference = Inference(cluster=["village"], simultaneous=True)
    rows = estimates_of(panel_of(WAVES, COHORTS), estimator=estimator, inference=inference, seed=1)
    banded = rows[rows["interval_low_simultaneous"].notna() & (rows["cohort"] == "")]
    assert set(numbers(rows).index) == set(banded["event_time"].dropna())
    test = rows[rows["term"] == "joint test of leads"].iloc[0]
    assert test["reason"].startswith("a joint test of 3 coefficients")  # -6 and -4, and -3 of the cohort between waves


def test_waves_at_one_distance_are_the_periods_of_sensitivity_analyses() -> None:
    panel = panel_of(WAVES, [0, 2014, 2016])
    results = block_results(panel, [equation(estimator="event_study")])
    study, effects = event_study_of(results.estimates, results.covariance, 0)
    assert (effects, len(study.leads), study.lead_times(effects)) == ([0, 2, 4], 2, event_times(-6, -4))
    assert study.effects == pytest.approx([effect(each) for each in effects], abs=CLOSE)
    mixed = block_results(panel_of(WAVES, COHORTS), [equation(estimator="event_study")])
    with pytest.raises(CannotAnalyse, match="several_curves"):
        event_study_of(mixed.estimates, mixed.covariance, 0)


def test_an_average_leaves_out_cohorts_that_are_zero_there_by_construction() -> None:
    # Three years before treatment is the base of cohort 2018 and a lead of cohort 2016.
    panel = panel_of([2011, 2013, 2015, 2018], [0, 2016, 2018], effect_of=float)
    found = numbers(estimates_of(panel, estimator="callaway_santanna", **UNIVERSAL))
    assert found.loc[-3] == pytest.approx(-2.0, abs=CLOSE)
