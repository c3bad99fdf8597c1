"""Designations that are assigned above the panel's unit: what follows by default, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.study.conftest import Repository

FOLLOWING = (
    "local_projections",
    "synthetic_difference_in_differences",
    "chaisemartin_dhaultfoeuille",
    "bacon_decomposition",
)


@pytest.fixture
def households(repository: Repository) -> Repository:
    repository.at("sources.survey").update(
        key=["household", "year"],
        columns=dict.fromkeys(["household", "year", "village", "county", "treated", "share", "income"]),
    )
    repository.study["panel"] = {"unit": "household", "period": "year"}
    repository.at("designation.listed")["level"] = "village"
    return repository


def test_what_is_left_out_is_of_the_level(households: Repository) -> None:
    households.at("blocks.main")["estimators"] = ["event_study", "callaway_santanna"]
    households.at("exhibits.table")["kind"] = "event_study_figure"
    study = households.load()
    event_study, by_cohort = study.equations("main")
    assert event_study.fixed_effects == ["village", "year"]
    assert event_study.inference.cluster == ["village"]
    assert (event_study.timing_unit, event_study.unit, study.levels) == ("village", "household", {"listed": "village"})
    assert event_study.group_time is None
    assert by_cohort.group_time is not None
    assert by_cohort.group_time.rows == "all"


def test_what_is_stated_stays(households: Repository) -> None:
    households.at("blocks.main").update(
        estimators=["callaway_santanna"],
        fixed_effects=["county", "year"],
        inference={"cluster": ["county"]},
        group_time={"rows": "balanced"},
    )
    households.at("exhibits.table")["kind"] = "event_study_figure"
    (equation,) = households.load().equations("main")
    assert (equation.fixed_effects, equation.inference.cluster) == (["county", "year"], ["county"])
    assert equation.group_time is not None
    assert equation.group_time.rows == "balanced"


def test_the_unit_as_level_is_as_none(households: Repository) -> None:
    households.at("designation.listed")["level"] = "household"
    named = households.load().equations("main")
    del households.at("designation.listed")["level"]
    assert households.load().equations("main") == named


@pytest.mark.parametrize("estimator", FOLLOWING)
def test_estimators_that_follow_units_are_refused_with_the_remedy(households: Repository, estimator: str) -> None:
    households.at("blocks.main")["estimators"] = [estimator]
    if estimator != "bacon_decomposition":
        households.at("blocks.main")["window"] = [-2, 1]
    message = households.complaint()
    assert f"{estimator} " in message
    assert "`listed` has `level: village`, whose household need not be seen twice" in message
    assert "make the rows those of `village` by a table with `group`" in message
    assert (
        "or choose one of two_way_fixed_effects, instrumental_variables, event_study, sun_abraham, callaway" in message
    )


@pytest.mark.parametrize(
    ("section", "changes", "said"),
    [
        ("designation.listed", {"level": "vilage"}, "did you mean “village”"),
        ("designation.listed", {"level": "year"}, "is `year`, the panel's period"),
        (
            "blocks.main",
            {"matching": {"covariates": ["share"]}},
            "compares each household with itself before treatment",
        ),
        ("outcomes.income", {"adoption": "listed"}, "that a village adopts it is one event, whatever household it has"),
        (
            "designation",
            {"by_county": {"indicator": "share", "level": "county"}},
            "its treatments are assigned at several levels (listed by village, by_county by county), which leaves open "
            "whose fixed effects are meant",
        ),
    ],
)
def test_what_cannot_be_is_found(households: Repository, section: str, changes: dict[str, Any], said: str) -> None:
    households.at("blocks.main")["estimators"] = ["two_way_fixed_effects"]
    households.at(section).update(changes)
    assert said in households.complaint()


def test_several_levels_are_possible_where_effects_and_clusters_are_named(households: Repository) -> None:
    households.at("designation")["by_county"] = {"indicator": "share", "level": "county"}
    named = {"fixed_effects": ["village", "year"], "inference": {"cluster": ["county"]}}
    households.at("blocks.main").update(estimators=["two_way_fixed_effects"], **named)
    (equation,) = households.load().equations("main")
    assert equation.levels == {"listed": "village", "by_county": "county"}
    assert equation.timing_unit == "household"


def test_a_list_has_the_level(households: Repository) -> None:
    lists = {"path": "lists.csv", "key": ["household", "list_year"], "columns": {"household": None, "list_year": None}}
    (households.root / "lists.csv").write_text("household,list_year\n1,2000\n")
    households.at("sources")["lists"] = lists
    households.study["panel"]["base"] = "survey"
    households.at("designation")["listed"] = {"level": "village", "list": {"source": "lists", "year": "list_year"}}
    assert "has no `village`, the `level` of the designation" in households.complaint()
