"""The stage as a whole: every subject and item has a row, an item that fails ends no other, and rows are read back."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruralpanel.diagnosis import anticipation, bad_control
from ruralpanel.diagnosis.diagnose import diagnose
from ruralpanel.diagnosis.finding import COLUMNS, KEY, Finding, findings_frame, findings_of, load_findings
from ruralpanel.diagnosis.modules import item_module, items_looked_for
from ruralpanel.diagnosis.subject import Subject, seed_of, subject_of
from ruralpanel.estimation.block import block_results
from ruralpanel.frames.storage import save_table
from ruralpanel.lineage import file_of
from ruralpanel.reasons import Reason, because
from ruralpanel.study.diagnosis import ITEMS, Diagnosis
from ruralpanel.words.diagnosis import ITEMS as WORDS
from tests.diagnosis.economies import declared, economy, subject

FEW = Diagnosis(skip=[item for item in ITEMS if item not in ("anticipation", "bad_control", "treatment_exits")])
"""Three items, quickly looked for."""


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return economy(1)


def found(panel: pd.DataFrame, settings: Diagnosis = FEW) -> pd.DataFrame:
    of = declared()
    return diagnose(settings, [of], panel, block_results(panel, [of.equation]).estimates, seed=1)


def test_every_item_has_settings_words_and_a_place_in_the_order() -> None:
    assert {*ITEMS} == Diagnosis.model_fields.keys() - {"subjects", "skip", "rows"} == WORDS.keys()
    assert [*WORDS] == [*ITEMS] and {*items_looked_for()} <= {*ITEMS}
    assert all(file_of(item_module(item)) for item in items_looked_for())


def test_there_is_a_row_for_every_item_that_is_not_skipped(panel: pd.DataFrame) -> None:
    rows = found(panel)
    assert list(rows["item"]) == ["anticipation", "bad_control", "treatment_exits"]
    assert set(rows["treatment"]) == {"listed"} and set(rows["outcome"]) == {"y"}


def test_without_subjects_there_are_no_rows_but_all_columns(panel: pd.DataFrame) -> None:
    rows = diagnose(FEW, [], panel, pd.DataFrame(), seed=1)
    assert rows.empty and list(rows) == list(COLUMNS)


def test_an_item_that_fails_says_so_and_ends_no_other(panel: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> Finding:
        return {}["absent"]  # type: ignore[return-value]

    monkeypatch.setattr(anticipation, "diagnose", fails)
    rows = found(panel).set_index("item")
    assert rows.loc["anticipation", "level"] == "not_run" and rows.loc["anticipation", "flaw"] == "item_failed"
    assert rows.loc["bad_control", "level"] == "silent"


def test_a_fault_of_the_program_ends_no_run_either(panel: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bad_control, "diagnose", lambda *_: None.absent)  # type: ignore[attr-defined]
    assert list(found(panel)["level"]).count("not_run") == 1


@pytest.mark.slow
@pytest.mark.parametrize("variance", ["homoskedastic", "heteroskedastic"])
def test_errors_without_clusters_are_no_obstacle(panel: pd.DataFrame, variance: str) -> None:
    of = subject(panel, inference={"variance": variance})
    assert np.isinf(of.degrees_of_freedom)
    every = [import_module(item_module(item)) for item in ("differential_trends", "anticipation", "heterogeneity")]
    assert all(each.diagnose(of, Diagnosis().settings(each.ITEM)).level != "not_run" for each in every)


def test_where_nobody_is_treated_every_item_says_why(panel: pd.DataFrame) -> None:
    rows = found(panel[panel["cohort"] == 0])
    assert set(rows["level"]) == {"not_run"} and set(rows["flaw"]) == {"nobody_treated"}


def test_findings_are_read_as_they_were(tmp_path: Path) -> None:
    one = Finding(
        "anticipation",
        "warning",
        {"p": 0.01, "jump": np.nan, "far": np.inf},
        because("moves_before_treatment", time=-1, jump=0.2, p=0.01),
        because("declare_anticipation", periods=1),
        ("main/main/y/two_way_fixed_effects/listed@event_time=2",),
    )
    two = Finding("bad_control", "silent", {}, Reason("nothing_found"))
    save_table(findings_frame([("listed", "y", one), ("listed", "y", two)]), tmp_path / "found.csv", key=KEY)
    read = list(findings_of(load_findings(tmp_path / "found.csv")))
    assert read == [
        ("listed", "y", Finding(one.item, one.level, {"p": 0.01}, one.flaw, one.remedy, one.addresses)),
        ("listed", "y", two),
    ]


def test_rows_in_another_order_give_the_same(panel: pd.DataFrame) -> None:
    shuffled = panel.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(found(panel), found(shuffled))


def test_clusters_left_open_are_those_of_the_assignment() -> None:
    panel = economy(1, by_county=True)
    changes = {"inference": {"cluster": ["village"]}, "default_cluster": True}
    assert subject(panel, **changes).equation.inference.cluster == ["county"]


def test_matched_units_keep_their_weights(panel: pd.DataFrame) -> None:
    matching = {"outcome_path": [2, 3, 4]}
    of = declared(matching=matching, weights="matching_weight")
    own = subject_of(of, panel, block_results(panel, [of.equation]).estimates, seed=1)
    assert own.equation.matching is None and own.panel[own.equation.weights].gt(0).all()
    assert own.two_way["estimate"] == pytest.approx(own.estimates["estimate"].iloc[0])


def test_the_event_study_is_beside_the_last_cohort_where_all_are_treated() -> None:
    of = subject(economy(1, treated=1.0))
    rows = of.event_study.estimates
    assert rows.loc[rows["kind"] == "overall", "estimate"].notna().all()


def test_seeds_differ_by_treatment_and_outcome() -> None:
    seeds = {
        seed_of(1, "listed", "y"),
        seed_of(1, "listed", "x"),
        seed_of(1, "station", "y"),
        seed_of(2, "listed", "y"),
    }
    assert len(seeds) == 4


def test_estimates_of_a_subject_are_of_its_effect_alone(panel: pd.DataFrame) -> None:
    of = declared(regressors=["x"])
    others = [of.equation, of.equation.model_copy(update={"outcome": "x", "outcome_column": "x", "regressors": []})]
    others += [of.equation.model_copy(update={"estimator": "cohort_means", "regressors": []})]
    own: Subject = subject_of(of, panel, block_results(panel, others).estimates, seed=1)
    assert list(own.estimates["term"]) == ["listed"]


@pytest.mark.slow
def test_of_a_large_panel_units_are_drawn_and_their_number_is_told() -> None:
    panel = economy(3)
    small = Diagnosis.model_validate({"rows": 1000, "skip": [each for each in ITEMS if each != "influence"]})
    of = declared()
    estimates = block_results(panel, [of.equation]).estimates
    many = pd.concat([panel.assign(village=panel["village"] + 1000 * copy) for copy in range(4)], ignore_index=True)
    whole = diagnose(small.model_copy(update={"rows": 10**6}), [of], many, estimates, 1)
    part = diagnose(small, [of], many, estimates, 1)
    units = int(many["village"].nunique() * 1000 / len(many))
    assert "units_drawn" not in json.loads(whole["numbers"].iloc[0])
    assert json.loads(part["numbers"].iloc[0])["units_drawn"] == units
    pd.testing.assert_frame_equal(part, diagnose(small, [of], many, estimates, 1))
