"""What a study file may ask of sensitivity analyses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.study.conftest import Repository

HONEST = {"kind": "honest_did", "block": "main"}


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"kind": "honest", "block": "main"}, "'honest' is not a kind of analysis"),
        ({"block": "main"}, "omitted_variable, oster, pretrend_power, specification_curve"),
        ({**HONEST, "block": "mian"}, "`mian` is not a block of this study\n    → did you mean “main”?"),
        ({**HONEST, "outcome": "incom"}, "`incom` is not an outcome of the block main\n    → did you mean “income”?"),
        ({**HONEST, "specification": "other"}, "`other` is not a specification of the block main"),
        ({**HONEST, "estimator": "sun_abraham"}, "`sun_abraham` is not an estimator of the block main"),
        ({**HONEST, "estimator": "two_way_fixed_effects"}, "has no leads that are measured from one period"),
        ({**HONEST, "event_times": [-2, 1]}, "begins at -2, before treatment can have an effect at 0"),
        ({**HONEST, "event_times": [3, 1]}, "`event_times` runs backwards, from 3 to 1"),
        ({**HONEST, "relative_magnitudes": []}, "asks for nothing"),
        ({**HONEST, "relative_magnitude": [1.0]}, "is not a key that is known here"),
        ({"kind": "oster", "block": "main"}, "has no regressors, which unobserved ones could be compared with"),
        ({"kind": "oster", "block": "main", "term": "lsited"}, "`lsited` is not a treatment in main of the block main"),
        (
            {"kind": "omitted_variable", "block": "main", "benchmarks": ["county"]},
            "has no regressors, which an omitted variable could be compared with",
        ),
    ],
)
def test_mistakes_are_told_with_their_line(repository: Repository, declared: dict[str, Any], said: str) -> None:
    repository.study["sensitivity"] = {"mine": declared}
    message = repository.complaint()
    assert said in message
    assert "config/studies/mine.yaml, line" in message


def test_robustness_values_need_no_regressors_and_benchmarks_must_be_among_them(repository: Repository) -> None:
    repository.at("blocks.main")["estimators"] = ["two_way_fixed_effects"]
    repository.study["sensitivity"] = {"mine": {"kind": "omitted_variable", "block": "main"}}
    assert len(repository.load().equations_analysed("mine")) == 1
    repository.at("sources.survey.columns").update(kinship=None)
    repository.at("blocks.main")["regressors"] = ["kinship"]
    repository.at("sensitivity.mine")["benchmarks"] = ["county"]
    assert "`county` is not a regressor in main of the block main" in repository.complaint()


def test_a_curve_needs_the_universal_base(repository: Repository) -> None:
    repository.at("blocks.main")["estimators"] = ["callaway_santanna"]
    repository.study["sensitivity"] = {"mine": HONEST}
    assert "write `group_time: {base_period: universal}` in the block `main`" in repository.complaint()
    repository.at("blocks.main")["group_time"] = {"base_period": "universal"}
    assert [each.estimator for each in repository.load().equations_analysed("mine")] == ["callaway_santanna"]


def test_a_block_without_the_estimator_is_told(repository: Repository) -> None:
    repository.at("blocks.main")["estimators"] = ["two_way_fixed_effects"]
    repository.study["sensitivity"] = {"mine": HONEST}
    said = "has no equation of event_study or sun_abraham or callaway_santanna or triple_differences or stacked"
    assert said in repository.complaint()


def test_a_figure_shows_analyses_of_its_kind(repository: Repository) -> None:
    repository.study["sensitivity"] = {"mine": HONEST, "power": {"kind": "pretrend_power", "block": "main"}}
    figure = {"kind": "honest_did_figure", "title": "Bounds", "sensitivity": ["power"]}
    repository.at("exhibits")["figure"] = figure
    assert "`power` is not an analysis of kind honest_did of this study" in repository.complaint()
    figure["sensitivity"] = ["mine"]
    assert repository.load().exhibits["figure"].analysed_in == ["mine"]
