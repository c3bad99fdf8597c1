"""Each item speaks where its flaw is planted, and is silent at its nominal rate where there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ruralpanel.diagnosis.finding import CannotDiagnose
from ruralpanel.diagnosis.heterogeneity import difference
from ruralpanel.estimation.block import block_results
from ruralpanel.sensitivity.results import CannotAnalyse
from ruralpanel.words.sentences import sentence
from tests.diagnosis.economies import MOST_FALSE, economy, found, levels_in_clean_economies, subject

Panel = pd.DataFrame


def with_trend(panel: Panel) -> Panel:
    return panel.assign(y=panel["y"] + 0.3 * panel["year"] * (panel["cohort"] > 0))


def with_early_effect(panel: Panel) -> Panel:
    return panel.assign(y=panel["y"] + 1.5 * (panel["listed_event_time"] == -1))


def with_moved_control(panel: Panel) -> Panel:
    return panel.assign(x=panel["x"] + panel["listed"])


def growing(panel: Panel) -> Panel:
    """Let effects grow, and treat everybody at some time."""
    return panel.assign(y=panel["y"] + 0.5 * panel["listed_event_time"].clip(lower=0).fillna(0))


def unlike(panel: Panel) -> Panel:
    """Let the treated begin higher, and let those who begin higher grow faster."""
    village = panel.groupby("village")["y"].transform(lambda each: each.iloc[:4].mean())
    rank = village.rank(pct=True) + 0.5 * (panel["cohort"] > 0)
    return panel.assign(y=panel["y"] + 3 * rank + 0.5 * rank * panel["year"])


PLANTED: dict[str, tuple[Callable[[Panel], Panel], dict[str, Any], dict[str, Any]]] = {
    "differential_trends": (with_trend, {}, {"settings": {"leads": 2}}),
    "anticipation": (with_early_effect, {}, {}),
    "bad_control": (with_moved_control, {}, {"regressors": ["x"]}),
    "few_clusters": (lambda panel: panel[panel["county"].isin(range(12)) & ~panel["county"].eq(0)], {}, {}),
    "assignment_level": (lambda panel: panel, {"by_county": True}, {"inference": {"cluster": ["village"]}}),
    "heterogeneity": (growing, {"treated": 1.0, "effect": 0.5}, {}),
    "baseline_imbalance": (unlike, {}, {}),
}
"""By item, how its flaw is planted, in which economy, and what is estimated there."""


@pytest.mark.slow(but_each=3)
@pytest.mark.parametrize("item", PLANTED)
def test_an_item_speaks_where_its_flaw_is_planted(item: str) -> None:
    plant, of, changes = PLANTED[item]
    finding = found(item, plant(economy(3, **of)), **changes)
    assert finding.level == ("note" if item == "few_clusters" else "warning")
    assert finding.numbers and sentence(finding.flaw)[-1] == sentence(finding.remedy)[-1] == "."


@pytest.mark.slow
@pytest.mark.parametrize("item", PLANTED)
def test_an_item_is_silent_at_its_nominal_rate_where_there_is_no_flaw(item: str) -> None:
    changes = PLANTED[item][2] if item == "bad_control" else {}
    levels = levels_in_clean_economies(item, **changes)
    assert levels.count("warning") <= MOST_FALSE
    if item != "differential_trends":  # which notes that a test could find little, as a rule and not by chance
        assert levels.count("note") <= MOST_FALSE


def test_leads_that_could_find_little_are_a_note() -> None:
    finding = found("differential_trends", economy(4, effect=0.1), {"leads": 1})
    assert finding.level == "note" and finding.numbers["pretrend_slope"] > finding.numbers["slope_that_matters"]
    assert finding.numbers["breakdown"] == 0


def test_a_large_effect_is_silent_and_breaks_down_late() -> None:
    finding = found("differential_trends", economy(4, effect=3.0), {"leads": 2})
    assert finding.level == "silent" and finding.numbers["breakdown"] > 1


def test_a_treatment_that_begins_in_the_second_period_has_no_leads() -> None:
    panel = economy(1)
    with pytest.raises(CannotAnalyse):
        found("differential_trends", panel[(panel["listed_event_time"] >= -1) | (panel["cohort"] == 0)])


def test_a_difference_in_trends_that_is_a_line_is_no_anticipation() -> None:
    assert found("anticipation", with_trend(economy(3))).level == "silent"


def test_a_control_that_is_another_treatment_or_never_changes_is_none() -> None:
    panel = economy(3).assign(rank=lambda frame: frame["village"], other=lambda frame: frame["listed"] * 1.0)
    panel["other_event_time"] = panel["listed_event_time"]
    finding = found("bad_control", panel, regressors=["rank", "other"])
    assert finding.level == "silent" and finding.numbers == {"controls": 0}


@pytest.mark.slow
def test_few_treated_clusters_are_a_warning_with_both_p_values() -> None:
    panel = economy(2, by_county=True, treated=0.1)
    finding = found("few_clusters", panel)
    assert finding.level == "warning" and finding.numbers["treated_clusters"] == 4
    usual = block_results(panel, [subject(panel).equation]).estimates
    assert finding.numbers["clusters"] == 40 == usual["clusters"].iloc[0]
    assert 0 < finding.numbers["p_wild"] <= 1


def test_the_usual_p_value_is_that_of_the_study() -> None:
    panel = economy(2)
    row = block_results(panel, [subject(panel).equation]).estimates.iloc[0]
    assert found("few_clusters", panel).numbers["p"] == pytest.approx(row["p_value"])


def test_errors_that_are_not_clustered_have_no_clusters_to_count() -> None:
    for item in ("few_clusters", "assignment_level"):
        with pytest.raises(CannotDiagnose, match="not_clustered"):
            found(item, economy(2), inference={"variance": "heteroskedastic"})


def test_clusters_at_the_level_of_assignment_are_silent() -> None:
    assert found("assignment_level", economy(2, by_county=True)).level == "silent"


def test_the_p_value_at_the_level_of_assignment_is_that_of_its_clusters() -> None:
    panel = economy(2, by_county=True)
    finding = found("assignment_level", panel, inference={"cluster": ["village"]})
    row = block_results(panel, [subject(panel, inference={"cluster": ["county"]}).equation]).estimates.iloc[0]
    assert finding.numbers == {"level": 40, "p": pytest.approx(row["p_value"])}


def test_a_few_villages_that_differ_leave_a_note_where_the_county_is_declared() -> None:
    panel = economy(2, by_county=True)
    odd = panel["village"] == panel.loc[panel["cohort"] > 0, "village"].iloc[0]
    panel = panel.assign(
        **{name: panel[name].mask(odd, 0) for name in ("cohort", "listed")},
        **{name: panel[name].mask(odd) for name in ("listed_cohort", "listed_event_time")},
    )
    changes: dict[str, Any] = {"inference": {"cluster": ["village"]}, "groups_above": ["county"]}
    assert found("assignment_level", panel, {"alike": 0.8}, **changes).level == "note"
    assert found("assignment_level", economy(2), {"alike": 0.8}, **changes).level == "silent"


def test_the_difference_is_that_of_the_two_estimators() -> None:
    of = subject(growing(economy(5)))
    overall = of.estimated(estimator="extended_two_way").estimates.query("kind == 'overall'")["estimate"].iloc[0]
    assert difference(of).value == pytest.approx(of.two_way["estimate"] - overall, rel=1e-9)


@pytest.mark.slow
def test_the_test_of_the_difference_has_its_size() -> None:
    p_values = np.array([difference(subject(economy(seed))).p_value for seed in range(200)])
    assert 0.02 <= (p_values < 0.05).mean() <= 0.09


def test_negative_weights_are_those_of_theorem_1() -> None:
    """Two cohorts, one treated in the second of three periods and the other in the third, and nobody never: the sum of
    negative weights is known (de Chaisemartin and D'Haultfœuille 2020, section II.A): 1/2, -1/2 and 1."""
    panel = economy(1, villages=80, years=12)
    panel = panel[panel["year"] < 3].assign(cohort=np.where(panel.loc[panel["year"] < 3, "village"] % 2, 1, 2))
    panel["listed_cohort"] = panel["cohort"].astype("float64")
    panel["listed_event_time"] = panel["year"] - panel["cohort"]
    panel["listed"] = (panel["listed_event_time"] >= 0).astype("int64")
    assert difference(subject(panel)).negative == pytest.approx(0.25)


def test_shares_of_comparisons_are_those_of_the_decomposition() -> None:
    from ruralpanel.diagnosis.heterogeneity import forbidden_share

    of = subject(economy(5))
    rows = of.estimated(estimator="bacon_decomposition").estimates
    later = rows.loc[rows["term"] == "later treated, beside earlier treated", "weight_share"].sum()
    assert forbidden_share(of) == pytest.approx(later)
    holes = economy(5).drop(index=[3, 40, 77])
    assert forbidden_share(subject(holes)) == pytest.approx(later)


def test_lists_that_units_leave_are_counted() -> None:
    panel = economy(2)
    treated = panel.loc[panel["cohort"] > 0, "village"].unique()
    assert found("treatment_exits", panel).level == "silent"
    for number, level in ((1, "note"), (10, "warning")):
        gone = pd.DataFrame({"unit": [*treated[:number], -1], "event": "exit"})
        events = gone.assign(designation="listed", year=11)
        finding = found("treatment_exits", panel, events=events)
        assert finding.level == level and finding.numbers["exits"] == number
    other = events.assign(designation="station")
    assert found("treatment_exits", panel, events=other).level == "silent"


def test_an_intensity_that_falls_to_zero_is_an_exit() -> None:
    panel = economy(2)
    last = panel["listed_event_time"] > 1
    panel = panel.assign(listed_intensity=panel["listed"].where(~last, 0))
    finding = found("treatment_exits", panel, intensities={"listed": "listed_intensity"})
    assert finding.level == "warning" and finding.numbers["exits"] == (panel["listed_event_time"] == 2).sum()


def test_a_treatment_that_may_end_is_no_exit_and_has_no_event_study() -> None:
    panel = economy(2)
    assert found("treatment_exits", panel, absorbing=False).level == "silent"
    for item in ("differential_trends", "anticipation", "heterogeneity"):
        with pytest.raises(CannotDiagnose, match="needs_treatment_that_stays"):
            found(item, panel, absorbing=False)


def test_treated_that_began_elsewhere_and_move_alike_are_a_note() -> None:
    """Where levels last, those before say nothing of changes to come."""
    panel = economy(3)
    lasting = 10 * np.random.default_rng(1).normal(size=120)[panel["village"]] + 8 * (panel["cohort"] > 0)
    finding = found("baseline_imbalance", panel.assign(y=panel["y"] + lasting))
    assert finding.level == "note" and finding.numbers["difference_in_sd"] > 0.5


def test_estimators_of_different_samples_are_named() -> None:
    panel = economy(3)
    gaps = np.random.default_rng(1).uniform(size=len(panel)) < 0.05
    panel = panel.assign(y=panel["y"].mask(gaps))
    both = [
        subject(panel).equation.model_copy(update={"estimator": name})
        for name in ("two_way_fixed_effects", "callaway_santanna")
    ]
    estimates = block_results(panel, both).estimates
    from dataclasses import replace

    from ruralpanel.diagnosis.composition import diagnose
    from ruralpanel.study.diagnosis import Composition

    of = replace(subject(panel), estimates=estimates[estimates["effect_of"] == "listed"])
    finding = diagnose(of, Composition())
    rows = estimates[estimates["kind"].isin(["coefficient", "overall"])].set_index("estimator")["observations"]
    assert finding.level == "note" and [each.split("/")[3] for each in finding.addresses] == ["callaway_santanna"]
    share = rows["callaway_santanna"] / rows["two_way_fixed_effects"]
    assert finding.numbers["share_of_rows_shared"] == pytest.approx(share)
    assert found("composition", panel).level == "silent"
