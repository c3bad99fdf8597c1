"""What a study says about instruments and differences, and what it cannot."""

from __future__ import annotations

from typing import Any

import pytest

from tests.study.conftest import Repository

INSTRUMENTED = {"estimators": ["instrumental_variables"], "instruments": ["county_order"]}


@pytest.fixture
def repository(repository: Repository) -> Repository:
    columns = repository.at("sources.survey.columns")
    columns |= {"county_order": None, "land": None}
    return repository


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"instruments": ["county_ordr"]}, "did you mean “county_order”?"),
        ({"endogenous": ["listd"]}, "did you mean “listed”?"),
        ({"endogenous": ["land"]}, "`land` is not on the right-hand side of this equation"),
        ({"instruments": ["land"], "regressors": ["land"]}, "`land` is on the right-hand side already"),
        ({"instruments": ["income"]}, "`income` is the outcome already"),
        ({"instruments": ["land", "land"]}, "`instruments` lists land twice"),
        ({"treatments": [], "regressors": ["land"]}, "there is no treatment in this equation to be instrumented"),
        (
            {"regressors": ["land"], "endogenous": ["listed", "land"]},
            "1 instrument cannot tell apart the effects of 2 endogenous terms (listed, land)",
        ),
        ({"moderators": ["land"]}, "instrumental_variables has no moderators"),
        ({"estimators": ["two_way_fixed_effects"]}, "is a key of instrumental_variables, and none is estimated here"),
        ({"inference": {"permutation": {}}}, "inference.permutation: is for"),
    ],
)
def test_what_cannot_be_instrumented_is_found(repository: Repository, changes: dict[str, Any], said: str) -> None:
    repository.at("blocks.main").update(INSTRUMENTED | changes)
    assert said in repository.complaint_with_lines()


def test_instruments_are_needed(repository: Repository) -> None:
    repository.at("blocks.main").update(estimators=["instrumental_variables"])
    assert "instrumental_variables needs `instruments`" in repository.complaint_with_lines()


def test_treatments_are_what_is_instrumented_where_nothing_else_is_said(repository: Repository) -> None:
    repository.at("blocks.main").update(INSTRUMENTED, regressors=["land"])
    (equation,) = repository.load().equations("main")
    assert (equation.endogenous, equation.instruments) == (["listed"], ["county_order"])


def test_estimators_beside_it_have_no_instruments(repository: Repository) -> None:
    repository.at("blocks.main").update(
        INSTRUMENTED | {"estimators": ["two_way_fixed_effects", "instrumental_variables"]}
    )
    plain, instrumented = repository.load().equations("main")
    assert (plain.instruments, instrumented.instruments) == ([], ["county_order"])


def test_differences_have_no_slopes(repository: Repository) -> None:
    repository.at("blocks.main").update(estimators=["first_differences"], fixed_effects=["village[year]", "year"])
    assert "first_differences has fixed effects without slopes, not village[year]" in repository.complaint_with_lines()
