"""Which effects are diagnosed, and what a study file may say of it."""

from __future__ import annotations

import pytest

from tests.conftest import SHIPPED, shipped_study
from tests.study.conftest import Repository


def pairs(repository: Repository) -> list[tuple[str, str]]:
    return [(each.treatment, each.outcome) for each in repository.load().subjects]


def claim(*addresses: str) -> dict[str, object]:
    return {"text": "It matters.", "tests": [{"at": address, "expect": "positive"} for address in addresses]}


def test_without_claims_they_are_those_of_the_first_block_with_effects(repository: Repository) -> None:
    repository.study["outcomes"]["county"] = {"label": "County"}
    means = {"outcomes": ["county"], "estimators": ["cohort_means"]}
    repository.study["blocks"] = {
        "means": means,
        **repository.study["blocks"],
        "later": {**means, "estimators": ["event_study"]},
    }
    assert pairs(repository) == [("listed", "income")]


def test_claims_name_them_where_they_are_of_the_treatments_own_effect(repository: Repository) -> None:
    repository.study["outcomes"] |= {
        "other": {"label": "Other", "column": "income"},
        "entry": {"label": "Entry", "adoption": "listed"},
    }
    repository.study["blocks"] |= {
        "moderated": {"outcomes": ["other"], "estimators": ["two_way_fixed_effects"], "moderators": ["county"]},
        "hazard": {
            "outcomes": ["entry"],
            "estimators": ["complementary_log_log"],
            "treatments": [],
            "regressors": ["county"],
            "fixed_effects": ["year"],
        },
    }
    repository.study["claims"] = {
        "one": claim("moderated/other/listed*county", "hazard/entry/county"),
        "two": claim("main/event_study/listed@event_time=2", "main/two_way_fixed_effects"),
    }
    assert pairs(repository) == [("listed", "income")]


def test_the_study_may_name_them(repository: Repository) -> None:
    repository.study["diagnosis"] = {"subjects": [{"treatment": "listed", "outcome": "income", "block": "main"}]}
    (subject,) = repository.load().subjects
    assert (subject.equation.block, subject.equation.estimator) == ("main", "two_way_fixed_effects")
    repository.study["diagnosis"] = {"subjects": []}
    assert pairs(repository) == []


def test_the_two_way_equation_is_of_one_treatment_without_moderators(repository: Repository) -> None:
    repository.study["designation"]["station"] = {"indicator": "county"}
    repository.study["blocks"]["main"] |= {
        "estimators": ["two_way_fixed_effects"],
        "interactions": ["listed*station"],
        "inference": {"cluster": ["county"], "bootstrap": {}},
    }
    one, other = (each.equation for each in repository.load().subjects)
    assert (one.treatments, one.regressors, one.interactions) == (["listed"], ["station"], [])
    assert (other.treatments, other.regressors) == (["station"], ["listed"])
    assert one.inference.bootstrap is None and one.inference.cluster == ["county"]


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ({"treatment": "listd", "outcome": "income"}, "did you mean “listed”?"),
        ({"treatment": "listed", "outcome": "incme"}, "did you mean “income”?"),
        ({"treatment": "listed", "outcome": "income", "block": "mian"}, "did you mean “main”?"),
        ({"treatment": "listed", "outcome": "other"}, "the study estimates no effect of `listed` on `other`"),
        ({"treatment": "listed", "outcome": "other", "block": "main"}, "the block `main` estimates no effect"),
    ],
)
def test_what_is_not_estimated_is_named(repository: Repository, subject: dict[str, str], said: str) -> None:
    repository.study["outcomes"]["other"] = {"label": "Other", "column": "income"}
    repository.study["diagnosis"] = {"subjects": [subject]}
    assert said in repository.complaint()


def test_an_item_that_is_none_is_an_error(repository: Repository) -> None:
    repository.study["diagnosis"] = {"skip": ["anticipaton"]}
    assert "anticipation" in repository.complaint()


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_study_with_a_treatment_has_subjects(name: str) -> None:
    study = shipped_study(name)
    assert bool(study.subjects) == bool(study.designation)


def test_what_an_outcome_is_divided_by_is_read_for_its_denominator() -> None:
    by_outcome = {each.outcome: each.columns for each in shipped_study("taobao_villages").subjects}
    assert by_outcome["share_away"]["denominator"] == ["registered"]
    assert by_outcome["income"]["spillover"] == ["latitude", "longitude"]
