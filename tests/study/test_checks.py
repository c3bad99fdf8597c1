from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests.study.conftest import Repository

SECOND = {"path": "survey.csv", "key": ["village"], "columns": {"village": None, "size": "inc"}}


@pytest.mark.parametrize(
    ("path", "key", "value", "said"),
    [
        ("", "study", "yours", "write `study: mine` or rename the file"),
        ("sources.survey", "path", "survye.csv", "did you mean “survey.csv”?"),
        ("sources.survey", "key", ["village", "yaer"], "did you mean “year”?"),
        ("sources.survey", "key", ["village"], "must have one row for each village and year"),
        ("panel", "unit", "vilage", "did you mean “village”?"),
        ("panel", "base", "survy", "did you mean “survey”?"),
        ("panel", "sample", [{"keep": "yeer > 2000", "reason": "r"}], "did you mean “year”?"),
        ("panel", "sample", [{"keep": "year + 1", "reason": "r"}], "not a condition"),
        ("panel", "sample", [{"keep": "year = 2000", "reason": "r"}], "compare with a double sign"),
        ("panel", "derived", {"ratio": "income / incme"}, "did you mean “income”?"),
        ("panel", "derived", {"income": "income * 2"}, "is a column of the panel already"),
        ("panel", "derived", {"late": "later * 2", "later": "income * 2"}, "`later` is not a column of the panel here"),
        ("panel", "derived", {"bad": "__import__('os').system('ls')"}, "is not a function of the language"),
        ("panel", "derived", {"bad": "income.sum()"}, "is not a function of the language"),
        ("panel", "joins", [{"source": "other", "on": ["village"]}], "`other` is not a source"),
        ("sources.survey", "corrections", "corrections.csv", "there is no file corrections.csv"),
        ("designation.listed", "indicator", "traeted", "did you mean “treated”?"),
        ("designation", "treated", {"indicator": "treated"}, "which the panel has already"),
        ("outcomes", "wealth", {"label": "Wealth"}, "the panel has no column `wealth`"),
        ("outcomes.income", "column", "incom", "did you mean “income”?"),
        ("blocks.main", "outcomes", ["incme"], "did you mean “income”?"),
        ("blocks.main", "treatments", ["list"], "did you mean “listed”?"),
        ("blocks.main", "treatments", [], "an event study needs one treatment, not 0"),
        ("blocks.main", "regressors", ["incme"], "did you mean “income”?"),
        ("blocks.main", "regressors", ["income"], "is a regressor too"),
        ("blocks.main", "regressors", ["listed"], "is on the right-hand side twice"),
        ("blocks.main", "fixed_effects", ["village", "county*yeer"], "did you mean “year”?"),
        ("blocks.main", "fixed_effects", ["village", "year[{outcome}_before]"], "`income_before` is not a column of"),
        ("blocks.main", "weights", "wieght", "is not a column of the panel"),
        ("blocks.main", "inference", {"cluster": ["conty"]}, "did you mean “county”?"),
        ("blocks.main", "window", [3, -3], "runs backwards"),
        ("blocks.main", "window", [0, 3], "leaves out the reference period -1"),
        ("blocks.main", "sample", "log(income", "is not an expression"),
        ("exhibits.table", "blocks", ["mian"], "did you mean “main”?"),
        ("exhibits.table", "outcomes", ["incme"], "did you mean “income”?"),
        ("exhibits.table", "terms", ["liste"], "did you mean “listed”?"),
        ("exhibits.table", "terms", ["county"], "`county` is not a term of these blocks"),
        ("blocks.main", "estimators", ["cohort_means"], "shows two_way_fixed_effects or first_differences"),
        ("panel", "period", "village", "the unit too"),
        ("panel", "sample", [{"keep": "not treated", "reason": "r"}], "`treated` is a number; `and`, `or` and `not`"),
        ("exhibits", "trends", {"kind": "trends_figure", "title": "T", "blocks": ["main"]}, "shows cohort_means"),
        ("exhibits", "s", {"kind": "summary_table", "title": "T", "columns": ["incme"]}, "did you mean “income”?"),
        ("exhibits", "s", {"kind": "summary_table", "title": "T", "by": "lsted"}, "did you mean “listed”?"),
        ("exhibits", "s", {"kind": "summary_table", "title": "T", "groups": "cohort"}, "`groups: cohort` needs `by`"),
        ("exhibits", "s", {"kind": "summary_table", "title": "T", "periods": [2, 1]}, "before it begins"),
        (
            "exhibits",
            "s",
            {"kind": "source_table", "title": "T", "periods": {"srvey": "year"}},
            "did you mean “survey”?",
        ),
        ("exhibits", "s", {"kind": "source_table", "title": "T", "periods": {"survey": "yer"}}, "did you mean “year”?"),
        ("exhibits", "s", {"kind": "scorecard_table", "title": "T"}, "is a table of claims, and the study makes none"),
        ("", "published", "numbers.csv", "there is no file numbers.csv"),
    ],
)
def test_parts_that_do_not_fit_are_found(repository: Repository, path: str, key: str, value: Any, said: str) -> None:
    section = repository.at(path) if path else repository.study
    section[key] = value
    assert said in repository.complaint_with_lines()


@pytest.mark.parametrize(("key", "wrong", "meant"), [("unit", "vilage", "village"), ("period", "yaer", "year")])
def test_what_rests_on_a_misspelt_key_of_the_panel_is_not_called_wrong(
    repository: Repository, key: str, wrong: str, meant: str
) -> None:
    repository.at("panel")[key] = wrong
    message = repository.complaint()
    assert "(1 problem)" in message
    assert f"panel.{key}: `{wrong}` is not a column of the source `survey`\n    → did you mean “{meant}”?" in message


def test_other_mistakes_are_told_beside_a_misspelt_key_of_the_panel(repository: Repository) -> None:
    repository.at("panel")["unit"] = "vilage"
    repository.at("blocks.main")["fixed_effects"] = ["village", "yaer"]
    message = repository.complaint()
    assert "(2 problems)" in message
    assert "did you mean “year”?" in message


def test_an_unknown_loader_is_offered_the_nearest(repository: Repository) -> None:
    repository.at("sources.survey")["loader"] = "causaldata.castel"
    del repository.at("sources.survey")["path"]
    assert "did you mean “causaldata.castle”?" in repository.complaint()


def test_a_missing_file_comes_with_how_to_get_it(repository: Repository) -> None:
    repository.at("sources.survey").update(path="restricted.csv", access="apply to the Institute, form 7")
    assert "how to get it: apply to the Institute, form 7" in repository.complaint()


def test_several_sources_need_a_base(repository: Repository) -> None:
    repository.study["sources"]["other"] = dict(SECOND)
    assert "the key `base` is missing" in repository.complaint()


def test_a_source_that_is_not_joined_is_an_error(repository: Repository) -> None:
    repository.study["sources"]["other"] = dict(SECOND)
    repository.study["panel"]["base"] = "survey"
    assert "is read but never used" in repository.complaint()


def test_a_join_that_could_multiply_rows_is_an_error(repository: Repository) -> None:
    repository.study["sources"]["other"] = {**SECOND, "key": ["village", "size"]}
    repository.study["panel"].update(base="survey", joins=[{"source": "other", "on": ["village"]}])
    assert "several of its rows could meet one row of the panel" in repository.complaint()


def test_a_column_that_two_tables_have_is_an_error(repository: Repository) -> None:
    repository.study["sources"]["other"] = {**SECOND, "columns": {"village": None, "income": "inc"}}
    repository.study["panel"].update(base="survey", joins=[{"source": "other", "on": ["village"]}])
    assert "the panel has a column `income` already" in repository.complaint()


def test_a_join_adds_its_columns(repository: Repository) -> None:
    repository.study["sources"]["other"] = dict(SECOND)
    repository.study["panel"].update(base="survey", joins=[{"source": "other", "on": ["village"]}])
    assert "size" in repository.load().panel_columns()


def test_a_key_of_event_studies_needs_one(repository: Repository) -> None:
    repository.at("blocks.main").update(estimators=["two_way_fixed_effects"], window=[-2, 2])
    assert "blocks.main.window: is a key of event_study, sun_abraham, callaway_santanna, " in repository.complaint()


def test_wrong_types_do_not_hide_dangling_references(repository: Repository) -> None:
    repository.at("sources.survey.columns")["income"] = {"from": "inc", "typ": "number"}
    repository.at("designation.listed")["indicator"] = "nope"
    repository.at("blocks.main")["weights"] = "nope"
    message = repository.complaint()
    assert "(3 problems)" in message
    assert message.count("`nope`") == 2


def test_an_entry_with_a_bad_name_is_not_missed_by_those_that_use_it(repository: Repository) -> None:
    repository.study["designation"] = {"raise": {"indicator": "treated"}}
    message = repository.complaint()
    assert "(1 problem)" in message
    assert "`raise` is a word" in message


def test_a_join_that_does_not_fit_does_not_hide_dangling_references(repository: Repository) -> None:
    repository.study["sources"]["other"] = dict(SECOND)
    repository.study["panel"].update(base="survey", joins=[{"source": "othr", "on": ["village"]}])
    repository.at("blocks.main").update(weights="siz", regressors=["size"])
    message = repository.complaint()
    assert "`othr` is not a source" in message
    assert "did you mean “size”?" in message
    assert "regressors" not in message


def test_a_treatment_that_ends_has_no_event_study(repository: Repository) -> None:
    repository.at("designation.listed")["absorbing"] = False
    assert "needs a treatment that stays" in repository.complaint()


def test_specifications_state_only_what_differs(repository: Repository) -> None:
    repository.at("blocks.main").update(
        estimators=["two_way_fixed_effects"],
        inference={"cluster": ["county"]},
        specifications={
            "plain": {},
            "other": {"fixed_effects": ["village"], "inference": {"variance": "heteroskedastic"}},
        },
    )
    plain, other = repository.load().equations("main")
    assert plain.fixed_effects == ["village", "year"]
    assert plain.inference.cluster == ["county"]
    assert other.fixed_effects == ["village"]
    assert other.inference.variance == "heteroskedastic"


@pytest.fixture
def listing(repository: Repository) -> Repository:
    """Make the study's designation one that is read from yearly lists."""
    (repository.root / "lists.csv").write_text("village,list_year\n1,2000\n")
    repository.study["sources"]["lists"] = {
        "path": "lists.csv",
        "key": ["village", "list_year"],
        "columns": {"village": None, "list_year": {"label": "Year of the list"}, "rank": None},
    }
    repository.study["panel"]["base"] = "survey"
    repository.study["designation"]["listed"] = {"list": {"source": "lists", "year": "list_year"}}
    return repository


def test_a_list_is_used_and_its_columns_are_none_of_the_panel(listing: Repository) -> None:
    study = listing.load()
    assert study.lists == {"lists"}
    assert not {"list_year", "rank"} & set(study.panel_columns())
    assert "list_year" not in study.labels()
    listing.at("blocks.main")["regressors"] = ["rank"]
    assert "`rank` is not a column of the panel" in listing.complaint()


def test_a_designation_may_be_called_like_a_column_of_its_list(listing: Repository) -> None:
    listing.study["designation"] = {"rank": listing.at("designation.listed")}
    assert "rank" in listing.load().panel_columns()


@pytest.mark.parametrize(
    ("path", "key", "value", "said"),
    [
        ("designation.listed.list", "source", "list", "designation.listed.list.source: `list` is not a source"),
        ("designation.listed.list", "source", "list", "did you mean “lists”?"),
        ("designation.listed.list", "source", "survey", "`survey` gives the panel its rows; a list is a source of its"),
        ("designation.listed.list", "source", "survey", "valid here: lists"),
        ("designation.listed.list", "year", "lst_year", "is not a column of the source `lists`"),
        ("designation.listed.list", "year", "lst_year", "did you mean “list_year”?"),
        ("designation.listed.list", "year", "village", "is `village`, the panel's unit; they are two columns"),
        ("designation.listed.list", "exits", "switch", "designation.listed.list.exits: is `switch`, but the treatment"),
        ("designation.listed.list", "exits", "swich", "did you mean “switch”?"),
        ("designation.listed.list", "exit", "switch", "did you mean “exits”?"),
        ("designation.listed.list", "years", [], "at least 1 expected"),
        ("designation.listed.list", "breaks", {"soon": "why"}, "'soon' is not a year; write a whole number"),
        ("designation.listed.list", "breaks", {2019: ""}, "designation.listed.list.breaks.2019: is empty text"),
        ("designation.listed", "absorbing", False, "write `exits: switch` under `designation.listed.list`"),
        ("designation.listed", "never", [0], "with a list, never treated means on none"),
        ("designation.listed", "indicator", "treated", "(yearly lists), not both"),
        ("sources.lists", "key", ["village"], "is village; a list has one row for each village and list_year"),
        ("sources.lists", "key", ["village"], "write `key: [village, list_year]`"),
        ("panel", "joins", [{"source": "lists", "on": ["village"]}], "`lists` is joined to the panel; a list is"),
    ],
)
def test_a_list_that_does_not_fit_is_found(listing: Repository, path: str, key: str, value: Any, said: str) -> None:
    listing.at(path)[key] = value
    assert said in listing.complaint_with_lines()


def test_a_list_without_the_unit_is_offered_the_nearest_column(listing: Repository) -> None:
    listing.study["sources"]["lists"].update(key=["vilage", "list_year"], columns={"vilage": None, "list_year": None})
    message = listing.complaint()
    assert "sources.lists.columns: has no `village`, by which the panel knows its units" in message
    assert "did you mean “vilage”?" in message


def test_the_line_of_a_problem_is_that_of_its_key(listing: Repository) -> None:
    listing.at("designation.listed.list")["exits"] = "switch"
    message = listing.complaint()
    text = (listing.root / "config/studies/mine.yaml").read_text(encoding="utf-8").splitlines()
    assert f"mine.yaml, line {text.index('      exits: switch') + 1}: designation.listed.list.exits" in message
    assert "declare `absorbing: false`" in message


def test_a_list_that_switches_can_be_estimated_without_event_study(listing: Repository) -> None:
    listing.at("designation.listed").update(absorbing=False)
    listing.at("designation.listed.list").update(exits="switch", years=[2000, 2001], breaks={2001: "stricter"})
    assert "needs a treatment that stays" in listing.complaint()
    listing.at("blocks.main")["estimators"] = ["two_way_fixed_effects"]
    listed = listing.load().designation["listed"].listed
    assert listed is not None
    assert listed.breaks == {"2001": "stricter"}


def test_an_open_base_is_the_only_thing_said_of_a_study_with_a_list(listing: Repository) -> None:
    del listing.study["panel"]["base"]
    listing.study["sources"] = dict(reversed(listing.study["sources"].items()))
    message = listing.complaint()
    assert "the key `base` is missing" in message
    assert "gives the panel its rows; a list" not in message


LINE = '{"type": "LineString", "coordinates": [[114.0, 35.0], [115.0, 36.0]]}'


@pytest.fixture
def mapped(repository: Repository) -> Repository:
    """Give the study coordinates and one of every entry of its places."""
    (repository.root / "stations.csv").write_text("station,lat,lon\na,35,115\n")
    (repository.root / "railway.geojson").write_text(LINE)
    repository.at("sources.survey.columns").update(latitude=None, longitude=None)
    repository.study["sources"]["stations"] = {
        "path": "stations.csv",
        "key": ["station"],
        "columns": {"station": {"label": "Station"}, "lat": None, "lon": None},
    }
    repository.study["panel"].update(
        base="survey",
        places={
            "latitude": "latitude",
            "longitude": "longitude",
            "neighbours": {"around": {"designation": "listed", "rings": [0, 2.5, 10], "lag": 1}},
            "leave_out_share": {"in_county": {"designation": "listed", "within": "county"}},
            "density": {"others": {"radius": 10}},
            "nearest": {"next_village": None},
            "nearest_neighbour_index": {"evenness": {"within": "county"}},
            "distance_to": {
                "station_away": {"points": "stations", "latitude": "lat", "longitude": "lon"},
                "railway": {"line": "railway.geojson", "label": "Distance to the railway"},
            },
        },
    )
    return repository


PLACE_COLUMNS = [
    "around_0_2p5",
    "around_2p5_10",
    "in_county",
    "others",
    "next_village",
    "evenness",
    "station_away",
    "railway",
]


def test_places_add_their_columns_after_the_designations(mapped: Repository) -> None:
    mapped.at("blocks.main")["regressors"] = ["around_0_2p5", "railway"]
    mapped.study["panel"]["sample"] = [{"keep": "others > 0", "reason": "r"}]
    mapped.study["outcomes"]["next_village"] = {"label": "Distance"}
    study = mapped.load()
    assert study.panel_columns()[-len(PLACE_COLUMNS) :] == PLACE_COLUMNS
    assert list(study.column_origins()) == study.panel_columns()
    units = [study.column_origins()[name].unit for name in PLACE_COLUMNS]
    assert units == ["share", "share", "share", "count", "km", "ratio", "km", "km"]
    assert study.column_origins()["around_0_2p5"].label == (
        "Share of neighbours treated (listed), 1 period before, 0 to 2.5 km"
    )
    assert study.labels()["railway"] == "Distance to the railway"


def test_points_are_used_and_their_columns_are_none_of_the_panel(mapped: Repository) -> None:
    study = mapped.load()
    assert study.beside == {"stations"}
    assert study.lines == ["railway.geojson"]
    assert not {"station", "lat", "lon"} & set(study.panel_columns())
    assert "station" not in study.labels()
    assert study.panel == type(study.panel).model_validate_json(study.panel.model_dump_json(by_alias=True))


@pytest.mark.parametrize(
    ("path", "key", "value", "said"),
    [
        ("", "latitude", "latitud", "panel.places.latitude: `latitud` is not a column of the sources or a derived one"),
        ("", "latitude", "latitud", "did you mean “latitude”?"),
        ("", "longitude", "latitude", "panel.places.longitude: is `latitude`, the latitude too"),
        ("", "longitude", None, "`longitude` missing; `neighbours` needs both"),
        ("", "neighbors", {}, "did you mean “neighbours”?"),
        ("neighbours.around", "designation", "lsted", "did you mean “listed”?"),
        ("neighbours.around", "rings", [5], "at least 2 expected"),
        ("neighbours.around", "rings", [0, 5, 5], "must go from the smallest bound to the largest"),
        ("neighbours.around", "rings", [0, 5.12345], "distances here are given to the metre"),
        ("neighbours.around", "rings", [-1, 5], "greater than or equal to 0"),
        ("neighbours.around", "measure", "shares", "did you mean “share”?"),
        ("neighbours.around", "lag", -1, "greater than or equal to 0"),
        ("leave_out_share.in_county", "within", "conty", "did you mean “county”?"),
        ("leave_out_share.in_county", "within", "listed", "is not a column of the sources or a derived one"),
        ("leave_out_share.in_county", "designation", "lsted", "did you mean “listed”?"),
        ("density.others", "radius", 0, "greater than 0"),
        ("density", "income", {"radius": 5}, "would add a column `income`, which the panel has already"),
        ("nearest", "listed_cohort", None, "would add a column `listed_cohort`, which the panel has already"),
        ("nearest", "others", None, "panel.places.nearest.others: would add a column `others`"),
        ("nearest", "around_0_2p5", None, "would add a column `around_0_2p5`"),
        ("nearest_neighbour_index.evenness", "within", "conty", "did you mean “county”?"),
        ("nearest_neighbour_index.evenness", "area", "listed", "is not a column of the sources or a derived one"),
        ("distance_to.station_away", "points", "station", "did you mean “stations”?"),
        ("distance_to.station_away", "points", "survey", "`survey` gives the panel its rows; points are a source of"),
        ("distance_to.station_away", "latitude", "lt", "did you mean “lat”?"),
        ("distance_to.station_away", "latitude", None, "`latitude` is not a column of the source `stations`"),
        ("distance_to.station_away", "latitude", None, "Say which with `latitude`."),
        ("distance_to.station_away", "line", "railway.geojson", "give `points` (a source) or `line` (a source or a"),
        ("distance_to.railway", "line", "railwy.geojson", "there is no file railwy.geojson"),
        ("distance_to.railway", "line", "railwy.geojson", "did you mean “railway.geojson”?"),
        ("distance_to.railway", "line", "stations.csv", "stations.csv is not GeoJSON: it cannot be read as JSON"),
        ("distance_to.railway", "line", "rail*.geojson", "has a character that file names here cannot have"),
        ("distance_to.railway", "latitude", "lat", "`latitude` and `longitude` are columns of a source"),
    ],
)
def test_places_that_do_not_fit_are_found(mapped: Repository, path: str, key: str, value: Any, said: str) -> None:
    mapped.at(f"panel.places.{path}" if path else "panel.places")[key] = value
    assert said in mapped.complaint_with_lines()


@pytest.mark.slow
def test_derived_columns_of_places_and_designations_come_after_them(mapped: Repository) -> None:
    derived = {"poor": "income < 5", "far": "railway > 10", "far_and_poor": "far * poor", "not_yet": "listed == 0"}
    mapped.study["panel"]["derived"] = derived
    study = mapped.load()
    names = study.panel_columns()
    assert study.derived_after == {"poor": "sources", "far": "places", "far_and_poor": "places", "not_yet": "places"}
    assert names.index("poor") < names.index("listed") < names.index("railway") < names.index("far")
    assert list(study.column_origins()) == names


def test_what_is_needed_before_places_cannot_be_derived_from_them(mapped: Repository) -> None:
    mapped.study["panel"]["derived"] = {"far": "railway > 10", "farther": "far * 2"}
    mapped.at("designation.listed")["indicator"] = "farther"
    mapped.at("panel.places.leave_out_share.in_county")["within"] = "far"
    message = mapped.complaint()
    for at, column in (("designation.listed.indicator", "farther"), ("leave_out_share.in_county.within", "far")):
        assert f"{at}: `{column}` is derived from a designation or a column of `panel.places`" in message
    assert "derive it from columns of the sources alone" in message


def test_a_join_that_does_not_fit_is_said_of_a_study_with_a_sample_too(mapped: Repository) -> None:
    joins = [{"source": "othr", "on": ["village"]}]
    mapped.study["panel"].update(joins=joins, sample=[{"keep": "others > 0", "reason": "r"}])
    message = mapped.complaint()
    assert "`othr` is not a source" in message
    assert "(1 problem)" in message


@pytest.fixture
def river(mapped: Repository) -> Repository:
    """Measure the distance to a river whose file is retrieved."""
    mapped.study["sources"]["river"] = {
        "retrieve": {"sha256": "0a" * 32, "file": "river.geojson"},
        "access": "draw it by hand",
        "key": ["line", "vertex"],
        "columns": dict.fromkeys(["line", "vertex", "longitude", "latitude"]),
    }
    mapped.at("panel.places.distance_to")["river"] = {"line": "river"}
    return mapped


def test_a_line_may_be_a_retrieved_source(river: Repository) -> None:
    study = river.load()
    assert study.beside == {"stations", "river"}
    assert study.lines == ["railway.geojson"]
    assert study.sources["river"].origin == "river.geojson, which has no public address"
    assert study.panel_columns()[-1] == "river"


@pytest.mark.parametrize(
    ("path", "key", "value", "said"),
    [
        (
            "panel.places.distance_to.river",
            "line",
            "rver",
            "panel.places.distance_to.river.line: `rver` is not a source",
        ),
        (
            "panel.places.distance_to.river",
            "line",
            "survey",
            "`survey` gives the panel its rows; a line is a source of its",
        ),
        (
            "panel.places.distance_to.river",
            "line",
            "stations",
            "is station; a line has one row for each `line` and `vertex`",
        ),
        ("panel.places.distance_to.river", "latitude", "lat", "`lat` is not a column of the source `river`"),
        ("sources.river", "access", None, "`retrieve` without an `address` needs `access`"),
        ("sources.river.retrieve", "file", None, "without an `address`, give the file's name with `file`"),
    ],
)
def test_a_line_that_does_not_fit_is_found(river: Repository, path: str, key: str, value: Any, said: str) -> None:
    river.at(path)[key] = value
    assert said in river.complaint()


def test_a_geopackage_of_several_layers_is_to_be_a_source(mapped: Repository, root: Path) -> None:
    with ZipFile(root / "tests/sources/files/map.gpkg.zip") as archive:
        archive.extract("map.gpkg", mapped.root)
    mapped.at("panel.places.distance_to.railway")["line"] = "map.gpkg"
    message = mapped.complaint()
    assert "map.gpkg holds 2 layers; give `layer`, one of rivers, stations" in message
    assert "or declare it as a source with `layer`" in message


def test_advice_on_the_panels_rows_holds_for_what_the_key_says(repository: Repository) -> None:
    """A file of households is not to be keyed by village, which several of its rows share."""
    repository.at("sources.survey")["columns"]["household"] = None
    repository.at("sources.survey")["key"] = ["household", "year"]
    said = repository.complaint()
    assert "where the panel follows each household, write `unit: household` under `panel`" in said
    assert "where several rows are of one village and year, count or average them by a table with `group`" in said
    assert "only where no two rows have the same village and year, write `key: [village, year]`" in said
    repository.at("sources.survey")["key"] = ["village"]
    assert "where village recurs, once in each year, write `key: [village, year]`" in repository.complaint()


def test_a_path_that_is_not_there_says_from_where_it_counts_and_what_may_be_meant(repository: Repository) -> None:
    (repository.root / "results/published").mkdir(parents=True)
    (repository.root / "results/published/mine.csv").write_text("cell\n")
    repository.study["published"] = "mine.csv"
    said = repository.complaint()
    assert "there is no file mine.csv (paths count from the top of the repository; it was looked for at /" in said
    assert "write `results/published/mine.csv`, which is there" in said
    repository.study["published"] = "results/published/mien.csv"
    assert "did you mean “results/published/mine.csv”?" in repository.complaint()


def test_fonts_of_a_study_are_files_with_a_font(repository: Repository) -> None:
    (repository.root / "own.ttf").write_bytes(b"ttcf....")
    repository.study["fonts"] = ["own.ttf", "absent.otf", "notes.txt"]
    assert "fonts[3]: 'notes.txt' is not a file of a font, whose name ends in .otf or .ttf" in repository.complaint()
    repository.study["fonts"] = ["own.ttf", "absent.otf"]
    said = repository.complaint()
    assert "own.ttf is not a file with one font" in said
    assert "there is no file absent.otf" in said
