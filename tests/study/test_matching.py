"""What a study file may ask of matching."""

from __future__ import annotations

from typing import Any

import pytest

from tests.study.conftest import Repository


def test_the_weights_are_named_after_the_method_and_those_of_the_survey(repository: Repository) -> None:
    repository.at("sources.survey.columns").update(weight=None, near=None)
    matching = {"method": "inverse_odds", "covariates": ["near"], "outcome_path": [1999], "paths": {"near": [1998]}}
    repository.at("blocks.main").update(matching=matching, weights="weight", estimators=["event_study"])
    (equation,) = repository.load().equations("main")
    assert (equation.weights, equation.base_weights) == ("inverse odds × weight", "weight")
    assert equation.panel_weights == "weight"
    assert equation.matching is not None


def test_only_the_specification_that_asks_for_it_matches(repository: Repository) -> None:
    specifications = {"plain": {}, "matched": {"matching": {"outcome_path": [1999]}}}
    repository.at("blocks.main").update(specifications=specifications, estimators=["event_study"])
    plain, matched = repository.load().equations("main")
    assert (plain.matching, plain.weights, matched.weights) == (None, None, "entropy balancing")


@pytest.mark.parametrize(
    ("matching", "said"),
    [
        ({}, "there is nothing to match on"),
        ({"covariates": ["incom"]}, "did you mean"),
        ({"paths": {"incom": [1999]}}, "did you mean"),
        ({"outcome_path": [1999], "treatment": "liste"}, "`liste` is not a designation of this study"),
        ({"outcome_path": [1999, 1999]}, "`outcome_path` lists a period twice"),
        ({"outcome_path": [1999], "caliper": 0.2}, "`caliper` goes with `method: nearest_neighbours`"),
        (
            {"outcome_path": [1999], "common_support": True},
            "`common_support` goes with `method: nearest_neighbours or inverse_odds`",
        ),
        ({"outcome_path": [1999], "method": "inverse_odds", "moments": 2}, "`moments` goes with `method: entropy`"),
        ({"outcome_path": [1999], "method": "propensity"}, "valid here: entropy"),
    ],
)
def test_what_cannot_be_matched_is_found(repository: Repository, matching: dict[str, Any], said: str) -> None:
    repository.at("blocks.main")["matching"] = matching
    message = repository.complaint()
    assert said in message
    assert "config/studies/mine.yaml, line" in message


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"estimators": ["bacon_decomposition"]}, "matching: bacon_decomposition is of a regression without weights"),
        (
            {"estimators": ["two_way_fixed_effects"], "inference": {"permutation": {}}},
            "matching: has to be done anew whenever cohorts are permuted",
        ),
        ({"treatments": []}, "matching: does not say which of 0 treatments it is for"),
        (
            {"estimators": ["event_study"], "always_treated": "keep"},
            "matching: has nothing to compare units with that are treated throughout",
        ),
    ],
)
def test_what_does_not_go_with_matching_is_found(repository: Repository, changes: dict[str, Any], said: str) -> None:
    repository.at("blocks.main").update({"matching": {"outcome_path": [1999]}, **changes})
    assert said in repository.complaint()
