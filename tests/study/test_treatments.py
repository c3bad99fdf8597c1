"""What a study file may say of treatments, and what their equations are."""

from __future__ import annotations

from typing import Any

import pytest

from ruralpanel.study.blocks import Equation
from tests.study.conftest import Repository


@pytest.fixture
def two(repository: Repository) -> Repository:
    """Make a study with two treatments: villages listed, and the share of something else."""
    columns = repository.at("sources.survey.columns")
    columns |= {"stations": {"from": "st", "label": "Stations", "unit": "per 100 villages"}}
    repository.study["designation"]["station"] = {"intensity": "stations", "label": "Station"}
    repository.at("blocks.main").update(estimators=["two_way_fixed_effects"])
    return repository


def the_equation(repository: Repository, estimator: str = "two_way_fixed_effects") -> Equation:
    return next(each for each in repository.load().equations("main") if each.estimator == estimator)


def test_an_intensity_adds_a_column_and_is_what_equations_have(two: Repository) -> None:
    study = two.load()
    added = ["station", "station_cohort", "station_event_time", "station_intensity"]
    assert study.panel_columns()[-4:] == added
    origin = study.column_origins()["station_intensity"]
    assert (origin.label, origin.unit, origin.origin) == (
        "Station, intensity",
        "per 100 villages",
        "designation station",
    )
    assert the_equation(two).treatment_terms == ["listed", "station_intensity"]
    two.at("exhibits.table")["terms"] = ["station_intensity", "listed"]
    assert study.treatment_notes() == {
        "station": "Station: 1 where Stations (per 100 villages) is above 0 or has been before, 0 otherwise",
        "station_intensity": "Station, intensity: Stations (per 100 villages)",
    }
    two.load()


def test_an_intensity_may_enter_as_an_indicator_or_be_named(two: Repository) -> None:
    two.at("designation.station")["enters_as"] = "indicator"
    assert the_equation(two).treatment_terms == ["listed", "station"]
    two.at("blocks.main").update(treatments=["listed"], regressors=["station_intensity"])
    assert the_equation(two).regressors == ["station_intensity"]
    two.at("blocks.main").update(treatments=["station"], regressors=["station_intensity"])
    assert the_equation(two).treatment_terms == ["station"]
    two.at("designation.station")["enters_as"] = "intensity"
    assert "station_intensity is on the right-hand side twice" in two.complaint()


def test_interactions_are_terms_of_the_equation_and_of_tables(two: Repository) -> None:
    two.at("blocks.main")["interactions"] = ["listed*station"]
    two.at("exhibits.table")["terms"] = ["listed*station"]
    assert the_equation(two).treatment_terms == ["listed", "station_intensity", "listed*station"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"interactions": ["listed*staton"]}, "did you mean “station”?"),
        ({"interactions": ["listed"]}, "'listed' is not an interaction; write treatments joined by a star"),
        ({"interactions": ["listed*listed"]}, "multiplies a treatment by itself"),
        ({"interactions": ["listed*station"], "treatments": ["listed"]}, "station is not among the treatments of this"),
        (
            {"interactions": ["listed*station"], "estimators": ["two_way_fixed_effects", "cohort_means"]},
            "cohort_means has no interactions",
        ),
        ({"fixed_effects": ["village year"]}, "is not a fixed effect; write a column (`village`) or columns joined"),
    ],
)
def test_what_cannot_be_an_interaction_is_an_error(two: Repository, changes: dict[str, Any], said: str) -> None:
    two.at("blocks.main").update(changes)
    assert said in two.complaint_with_lines()


def test_a_declared_reference_is_measured_from_or_nothing(repository: Repository) -> None:
    assert the_equation(repository, "event_study").missing_reference == "earlier"
    repository.at("designation.listed")["reference_period"] = -1
    assert the_equation(repository, "event_study").missing_reference == "reason"


def test_the_reference_period_is_the_last_before_anticipation(repository: Repository) -> None:
    assert the_equation(repository, "event_study").reference_period == -1
    repository.at("designation.listed")["anticipation"] = 2
    found = the_equation(repository, "event_study")
    assert (found.reference_period, found.anticipation) == (-3, {"listed": 2})
    assert found.excluded_event_times == {}
    assert the_equation(repository).excluded_event_times == {"listed": [-2, -1]}
    repository.at("designation.listed").update(reference_period=-5, donut=[0, -4])
    found = the_equation(repository, "event_study")
    assert (found.reference_period, found.excluded_event_times) == (-5, {"listed": [-4, 0]})


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"anticipation": 2, "reference_period": -2}, "is within the anticipation of 2, when an effect may have begun"),
        (
            {"anticipation": -1},
            "(1 problem):\n  1. config/studies/mine.yaml, line 25: designation.listed.anticipation: is the number -1",
        ),
        ({"donut": [-1, 0]}, "`donut` leaves out -1, the reference period"),
        ({"donut": [0], "absorbing": False}, "`donut` counts from when treatment begins, so it needs one that stays"),
        ({"threshold": 2.0}, "`threshold` goes with `intensity`"),
        ({"enters_as": "intensity"}, "`enters_as: intensity` needs an `intensity` column"),
        ({"intensity": "income"}, "not both"),
        ({"enters_as": "indicater"}, "did you mean “indicator”?"),
    ],
)
def test_parts_of_a_designation_that_do_not_go_together(
    repository: Repository, declared: dict[str, Any], said: str
) -> None:
    repository.at("designation.listed").update(declared)
    assert said in repository.complaint()


def test_an_intensity_is_a_column_that_exists_and_never_goes_with_a_cohort(two: Repository) -> None:
    two.at("designation.station")["intensity"] = "statons"
    assert "did you mean “stations”?" in two.complaint()
    two.study["designation"]["station"] = {"intensity": "stations", "never": [0]}
    assert "with an intensity, it means never above `threshold`" in two.complaint()
