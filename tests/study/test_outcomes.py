"""Outcomes: what they are called where the study says it once, with the column."""

from __future__ import annotations

from ruralpanel.study.model import Study
from tests.conftest import shipped_study


def test_an_outcome_without_a_label_has_that_of_its_column_and_its_unit() -> None:
    study = shipped_study("replications/castle").model_dump(by_alias=True)
    outcomes = {
        "homicide": {"column": "homicide"},
        "own_unit": {"column": "homicide", "unit": "a year"},
        "own_label": {"column": "homicide", "label": "Murders"},
        "log_homicide": {"column": "log_homicide"},
        "share_of_years": {"column": "share_of_years"},
    }
    read = Study.model_validate(study | {"outcomes": study["outcomes"] | outcomes}).outcomes
    assert (read["homicide"].label, read["homicide"].unit) == ("Homicides", "per 100,000")
    assert (read["own_unit"].label, read["own_unit"].unit) == ("Homicides", "a year")
    assert (read["own_label"].label, read["own_label"].unit) == ("Murders", None)
    assert read["log_homicide"].label == "log homicide"
    assert read["share_of_years"].label == "share of years"
