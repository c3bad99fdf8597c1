from __future__ import annotations

from typing import Any

import pytest

from ruralpanel.errors import StudyError
from ruralpanel.study.load import load_study
from tests.study.conftest import Repository

SPATIAL = {"variance": "spatial", "cutoff": 50}


@pytest.fixture
def legacies(repository: Repository) -> Repository:
    """Give the study further columns, coordinates, and one block without event studies."""
    repository.at("sources.survey.columns").update(kinship=None, x=None, latitude=None, longitude=None)
    repository.at("panel")["places"] = {"latitude": "latitude", "longitude": "longitude"}
    repository.at("blocks.main")["estimators"] = ["two_way_fixed_effects"]
    return repository


def test_a_study_asks_for_all_of_it(legacies: Repository) -> None:
    legacies.at("blocks.main").update(
        moderators=["kinship"], fixed_effects=["village[year]", "year[x]"], inference={**SPATIAL, "kernel": "bartlett"}
    )
    legacies.study["blocks"]["dynamic"] = {
        "outcomes": ["income"],
        "estimators": ["sun_abraham", "poisson_fixed_effects"],
        "comparison": "last_treated",
        "missing_reference": "fixest",
        "always_treated": "keep",
        "inference": {"cluster": ["county"], "small_sample": "fixest_full"},
    }
    legacies.at("exhibits.table").update(blocks=["main", "dynamic"], terms=["listed*kinship", "listed"])
    study = legacies.load()
    (equation,) = study.equations("main")
    assert equation.moderators == ["kinship"]
    assert equation.fixed_effects == ["village[year]", "year[x]"]
    assert (equation.inference.cutoff, equation.inference.kernel) == (50, "bartlett")
    assert (equation.latitude, equation.longitude) == ("latitude", "longitude")
    averages, counts = study.equations("dynamic")
    assert (averages.comparison, averages.missing_reference, averages.always_treated) == (
        "last_treated",
        "fixest",
        "keep",
    )
    assert counts.estimator == "poisson_fixed_effects"
    assert counts.latitude is None  # clustered errors do not change with the coordinates' columns


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fixed_effects": ["village", "year[xx]"]}, "blocks.main.fixed_effects[2]: `xx` is not a column"),
        ({"fixed_effects": ["village", "yaer[x]"]}, "did you mean “year”?"),
        ({"fixed_effects": ["village[village]"]}, "has a slope of a column within itself"),
        ({"fixed_effects": ["village[[year]]"]}, "with a column in brackets for a slope in each (`village[year]`)"),
        ({"moderators": ["kinshp"]}, "did you mean “kinship”?"),
        ({"moderators": ["kinship"], "estimators": ["event_study"]}, "moderators: have no meaning in event_study"),
        ({"moderators": ["kinship"], "treatments": [], "regressors": ["x"]}, "need a treatment whose effect they"),
        ({"moderators": ["kinship", "x", "kinship*far"]}, "`far` is not a column of the panel"),
        ({"moderators": ["x", "kinship*x"]}, "`kinship*x` stands without `kinship`, so that it takes over what it"),
        ({"moderators": ["kinship*x"]}, "write `moderators: [kinship, x, kinship*x]`"),
        ({"moderators": ["kinship", "x", "x*kinship", "kinship*x"]}, "is there twice, as `x*kinship`"),
        ({"moderators": ["kinship", "kinship*kinship"]}, "`kinship*kinship` multiplies a column by itself"),
        ({"moderators": ["income"]}, "the outcome `income` is a moderator too"),
        ({"moderators": ["listed"]}, "`listed` is a treatment; it cannot moderate itself or another"),
        ({"moderators": ["x"], "regressors": ["x"]}, "`x` is a regressor too; a moderator enters with"),
        ({"moderators": ["x"], "regressors": ["x"]}, "take it out of `regressors`"),
        ({"inference": {"variance": "spatial"}}, "`variance: spatial` needs a `cutoff` in km"),
        ({"inference": {**SPATIAL, "cluster": ["county"]}}, "`cluster` goes with `variance: clustered`"),
        ({"inference": {**SPATIAL, "small_sample": "reghdfe"}}, "no small-sample correction such as reghdfe"),
        ({"inference": {**SPATIAL, "kernel": "bartlet"}}, "did you mean “bartlett”?"),
        ({"inference": {**SPATIAL, "cutoff": 0}}, "greater than 0"),
        (
            {"inference": {"cutoff": 50}},
            "`cutoff` goes with `variance: spatial`; `variance: clustered` has",
        ),
        ({"inference": {"small_sample": "fixest_ful"}}, "did you mean “fixest_full”?"),
        ({"estimators": ["sun_abrahm"]}, "did you mean “sun_abraham”?"),
        ({"estimators": ["sun_abraham"], "treatments": []}, "sun_abraham needs one treatment, not 0"),
        (
            {"estimators": ["poisson_fixed_effects"], "window": [-3, 3]},
            "window: is a key of event_study, sun_abraham, callaway_santanna, ",
        ),
        ({"comparison": "last_treated"}, "comparison: is a key of sun_abraham, and none is estimated here"),
        (
            {"missing_reference": "fixest"},
            "missing_reference: is a key of event_study, sun_abraham, stacked and local_projections",
        ),
        ({"always_treated": "keep"}, "always_treated: is a key of event_study and sun_abraham, and none is"),
        (
            {"estimators": ["poisson_fixed_effects"], "treatments": []},
            "has nothing on the right-hand side",
        ),
        (
            {"estimators": ["poisson_fixed_effects"], "inference": {"variance": "homoskedastic"}},
            "the variance of a count grows with its mean",
        ),
    ],
)
def test_what_does_not_fit_is_found(legacies: Repository, changes: dict[str, Any], said: str) -> None:
    legacies.at("blocks.main").update(changes)
    assert said in legacies.complaint_with_lines()


def test_a_transformed_outcome_is_none_for_poisson(legacies: Repository) -> None:
    legacies.at("outcomes.income")["transformation"] = "log"
    legacies.at("blocks.main")["estimators"] = ["poisson_fixed_effects"]
    message = legacies.complaint()
    assert "the outcome `income` is transformed (log), but a Poisson regression has the log in its mean" in message
    assert "declare a second outcome with the same `column` and no `transformation`" in message


def test_spatial_errors_need_coordinates(legacies: Repository) -> None:
    del legacies.at("panel")["places"]
    legacies.at("blocks.main")["inference"] = SPATIAL
    message = legacies.complaint()
    assert "is `spatial`, but the study does not say where units are" in message
    assert "declare `latitude` and `longitude` under `panel.places`" in message


def test_several_problems_are_said_at_once(legacies: Repository) -> None:
    legacies.at("blocks.main").update(moderators=["kinshp"], fixed_effects=["year[xx]"], comparison="last_treated")
    assert "(3 problems)" in legacies.complaint()


def test_terms_of_a_table_are_those_of_its_blocks(legacies: Repository) -> None:
    legacies.at("blocks.main")["moderators"] = ["kinship"]
    legacies.at("exhibits.table")["terms"] = ["listed*kinshp"]
    message = legacies.complaint()
    assert "`listed*kinshp` is not a term of these blocks" in message
    assert "did you mean “listed*kinship”?" in message
    legacies.at("exhibits.table")["terms"] = ["listed^kinship"]
    assert "write a column or an interaction with a star (`taobao_village*station`)" in legacies.complaint()


def test_a_slope_without_quotes_is_told_to_have_them(legacies: Repository) -> None:
    legacies.at("blocks.main")["fixed_effects"] = ["SLOPE", "year"]
    legacies.write()
    path = legacies.root / "config/studies/mine.yaml"
    path.write_text(
        path.read_text().replace(
            "    fixed_effects:\n    - SLOPE\n    - year\n", "    fixed_effects: [village[year], year]\n"
        )
    )
    with pytest.raises(StudyError) as raised:
        load_study("mine", legacies.root)
    assert 'put text that contains a bracket in quotes: ["village[year]", year]' in str(raised.value)
