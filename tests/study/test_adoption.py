"""Outcomes that are the adoption of a treatment, and who can be asked about them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.study.conftest import Repository


@pytest.fixture
def adoption(repository: Repository) -> Repository:
    repository.study["outcomes"]["listing"] = {"adoption": "listed", "label": "First listing"}
    repository.study["blocks"]["main"] = {
        "outcomes": ["listing"],
        "estimators": ["complementary_log_log", "two_way_fixed_effects"],
        "treatments": [],
        "regressors": ["county"],
        "fixed_effects": ["year"],
    }
    return repository


def test_an_adoption_is_an_outcome_of_its_own(adoption: Repository) -> None:
    hazard, probability = adoption.load().equations("main")
    assert (hazard.outcome, hazard.outcome_column, hazard.at_risk_of) == ("listing", "listed", "listed")
    assert probability.at_risk_of == "listed"


@pytest.mark.parametrize(
    ("place", "changes", "said"),
    [
        ("outcomes.listing", {"adoption": "lsted"}, "outcomes.listing.adoption: `lsted` is not a designation"),
        ("outcomes.listing", {"column": "income"}, "`adoption` is 0 or 1 and has no column of its own"),
        ("outcomes.listing", {"transformation": "log"}, "leave out `column` and `transformation`"),
        ("blocks.main", {"treatments": ["listed"]}, "`listed` is on both sides: `listing` is its adoption"),
        ("blocks.main", {"fixed_effects": ["village"]}, "a dummy for every village makes the estimates"),
        ("blocks.main", {"fixed_effects": ["county[year]"]}, "fixed effects without slopes, not county[year]"),
        ("blocks.main", {"inference": {"cluster": ["county", "year"]}}, "clustered in one dimension"),
        (
            "blocks.main",
            {"estimators": ["poisson_fixed_effects"]},
            "poisson_fixed_effects has no meaning for `listing`, an adoption",
        ),
    ],
)
def test_what_cannot_be_asked_of_an_adoption(
    adoption: Repository, place: str, changes: dict[str, Any], said: str
) -> None:
    adoption.at(place).update(changes)
    assert said in adoption.complaint()
