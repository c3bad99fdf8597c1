from __future__ import annotations

from typing import Any

import pytest

from ruralpanel.archive.contents import raw_files
from ruralpanel.doctor.raw_files import absent_or_other
from ruralpanel.exhibits.caption import declared, exhibit_numbers
from ruralpanel.study.flow import flow
from tests.study.conftest import Repository

MAP = {"kind": "map_figure", "title": "T", "designation": "listed"}
ROLLOUT = {
    "kind": "rollout_figure",
    "title": "T",
    "designation": "listed",
    "published_counts": {2014: {"count": 1, "source": "S"}},
}
GRADIENT = {"kind": "gradient_figure", "title": "T", "blocks": ["main"], "moderator": "income"}
FOREST = {"kind": "forest_figure", "title": "T", "blocks": ["main"]}
COEFFICIENTS = {"kind": "coefficient_figure", "title": "T", "blocks": ["main"], "terms": ["listed"]}


@pytest.mark.parametrize(
    ("exhibit", "said"),
    [
        (MAP, "a map needs to know where units are"),
        (MAP | {"designation": "lsted"}, "did you mean “listed”?"),
        (MAP | {"shade": "incme"}, "did you mean “income”?"),
        (MAP | {"show": "column"}, "`show: column` needs a `column`, and no `designation`"),
        (MAP | {"show": "treated", "column": "income"}, "`show: treated` needs a `designation`, and no `column`"),
        (MAP | {"period": 2014}, "a cohort is of no period"),
        (MAP | {"shade_label": "Plain"}, "`shade_label` goes with `shade`"),
        (MAP | {"lines": {"river": "River"}}, "`river` is not a line under `panel.places.distance_to`"),
        (MAP | {"outlines": {"path": "provinces.geojson", "source": "S"}}, "there is no file provinces.geojson"),
        (MAP | {"outlines": {"source": "S"}}, "give `path` (a GeoJSON file) or `of` (a source), one is needed"),
        (MAP | {"outlines": {"path": "a.geojson", "of": "survey"}}, "not both"),
        (MAP | {"outlines": {"path": "a.geojson"}}, "`path` needs `source`: where the outlines are from"),
        (MAP | {"outlines": {"of": "survy"}}, "did you mean “survey”?"),
        (MAP | {"outlines": {"of": "survey"}}, "is village, year; outlines have one row for each vertex"),
        (MAP | {"outlines": {"of": "survey"}}, "`longitude` is not a column of the source `survey`"),
        (ROLLOUT | {"designation": "lsted"}, "did you mean “listed”?"),
        (ROLLOUT | {"weights": "incme"}, "did you mean “income”?"),
        (ROLLOUT | {"breaks": {2015: "words"}}, "`2015` is not a year with a published count"),
        (ROLLOUT | {"published_counts": {2014: {"count": 1}}}, "source"),
        (GRADIENT, "write `along: income` where it is among the `moderators`"),
        (FOREST, "no block of this figure has `moderators`"),
        (COEFFICIENTS | {"terms": ["liste"]}, "did you mean “listed”?"),
    ],
)
def test_what_a_figure_names_has_to_be_there(repository: Repository, exhibit: dict[str, Any], said: str) -> None:
    repository.study["exhibits"]["figure"] = exhibit
    assert said in repository.complaint_with_lines()


PROVINCES = {
    "retrieve": {"sha256": "0a" * 32, "file": "provinces.geojson"},
    "access": "draw them by hand",
    "citation": "An atlas.",
    "key": ["border", "vertex"],
    "columns": dict.fromkeys(["border", "vertex", "longitude", "latitude"]),
}


@pytest.fixture
def outlined(repository: Repository) -> Repository:
    """Draw a map on outlines whose file is retrieved."""
    (repository.root / "survey.csv").write_text("village,year,treated,inc,county,lat,lon\n1,2000,0,5,a,35,115\n")
    repository.at("sources.survey.columns").update(lat=None, lon=None)
    repository.study["panel"].update(base="survey", places={"latitude": "lat", "longitude": "lon"})
    repository.study["sources"]["provinces"] = dict(PROVINCES)
    repository.study["exhibits"]["figure"] = MAP | {"outlines": {"of": "provinces"}}
    return repository


def test_outlines_may_be_a_retrieved_source_that_the_panel_does_not_read(outlined: Repository) -> None:
    study = outlined.load()
    assert study.drawn_sources == {"provinces"}
    assert study.read_by_panel == ["survey"]
    assert "border" not in study.panel_columns()
    assert declared(study, "figure").outlines == "An atlas."
    outlined.study["exhibits"]["figure"]["outlines"]["source"] = "Another atlas."
    assert declared(outlined.load(), "figure").outlines == "Another atlas."


def test_no_exhibit_is_said_to_be_of_what_is_only_drawn(outlined: Repository) -> None:
    study = outlined.load()
    assert declared(study, "table").sources == ["survey"]
    steps = {step.name: step for step in flow(study, exhibit_numbers(study))}
    assert steps["panel"].made_of == [("sources", "survey")]
    assert steps["figure"].made_of == [("panel", "panel"), ("sources", "provinces")]


def test_outlines_of_a_path_are_a_file_of_the_study(outlined: Repository) -> None:
    del outlined.study["sources"]["provinces"]
    (outlined.root / "provinces.geojson").write_text('{"type": "Polygon", "coordinates": []}')
    outlined.study["exhibits"]["figure"]["outlines"] = {"path": "provinces.geojson", "source": "An atlas."}
    study = outlined.load()
    assert (study.drawn_files, study.lines) == (["provinces.geojson"], [])
    assert raw_files(study).provided[-1] == "provinces.geojson"
    steps = {step.name: step for step in flow(study, exhibit_numbers(study))}
    assert steps["figure"].made_of[-1] == ("sources", "provinces.geojson")
    assert not list(absent_or_other(study, outlined.root, []))
    (outlined.root / "provinces.geojson").unlink()
    (finding,) = absent_or_other(study, outlined.root, [])
    assert "there is no file provinces.geojson" in str(finding)


def test_outlines_without_a_map_are_a_source_never_used(outlined: Repository) -> None:
    del outlined.study["exhibits"]["figure"]
    assert "sources.provinces: is read but never used" in outlined.complaint()


def test_along_names_one_of_the_moderators(repository: Repository) -> None:
    block = {"outcomes": ["income"], "estimators": ["two_way_fixed_effects"], "moderators": ["county"]}
    repository.study["blocks"]["main"] = block | {"along": "conty"}
    assert "`conty` is not a moderator of this equation" in repository.complaint_with_lines()
