from __future__ import annotations

import copy
from typing import Any

import pytest

from ruralpanel.study.tables import Recode, Summary, Table
from tests.study.conftest import Repository

CROSSWALK = {"source": "codes", "old": "old", "new": "new", "year": "changed"}
RECODE = {"column": "county", "crosswalk": CROSSWALK, "from": "year", "to": 2020}
TABLE: dict[str, Any] = {
    "stack": [{"source": "first", "add": {"year": 2010}}, {"source": "second", "add": {"year": 2020}}],
    "derived": {"log_size": "log(size)"},
    "keep": [{"keep": "size > 0", "reason": "inhabited"}],
    "recode": RECODE,
    "group": {"by": ["county", "year"], "columns": {"size": "sum", "towns": "count"}},
}


@pytest.fixture
def with_table(repository: Repository) -> Repository:
    """A study whose survey is joined with a table of two stacked sources, recoded and grouped."""
    (repository.root / "codes.csv").write_text("old,new,changed,share\na,b,2015,1\n")
    (repository.root / "sizes.csv").write_text("county,size\na,5\n")
    sizes = {"path": "sizes.csv", "key": ["county"], "columns": {"county": None, "size": None}}
    codes = {"old": None, "new": None, "changed": None, "share": None}
    repository.study["sources"] |= {
        "first": sizes,
        "second": sizes,
        "codes": {"path": "codes.csv", "key": ["old", "new"], "columns": codes},
    }
    repository.study["tables"] = {"sizes": copy.deepcopy(TABLE)}
    joins = [{"source": "sizes", "on": ["county", "year"]}]
    repository.study["panel"] |= {"base": "survey", "joins": joins}
    return repository


def test_a_table_is_joined_like_a_source(with_table: Repository) -> None:
    study = with_table.load()
    assert study.panel_columns()[-5:] == ["size", "towns", "listed", "listed_cohort", "listed_event_time"]
    assert study.read_by_panel == ["survey", "sizes"]
    assert study.tables["sizes"].reads == ["first", "second", "codes"]
    assert study.shapes["sizes"].key == ("county", "year")
    origin = study.column_origins()["towns"]
    assert (origin.origin, origin.transformation) == ("table sizes (first, second)", "count by county, year")


def test_short_forms_are_spelled_out() -> None:
    assert Table.model_validate({"stack": "a"}) == Table.model_validate({"stack": [{"source": "a"}]})
    assert Table.model_validate({"stack": ["a"]}) == Table.model_validate({"stack": {"source": "a"}})


@pytest.mark.parametrize(
    ("path", "key", "value", "said"),
    [
        ("stack.0", "source", "frist", "`frist` is not a source, nor a table declared further up"),
        ("stack.0", "source", "frist", "did you mean “first”?"),
        ("stack.0", "source", "sizes", "`sizes` is this table itself"),
        ("stack.0", "add", {"year": 2010, "size": 3}, "`first` has a column `size` already"),
        ("stack.0", "add", {}, "`first` has no year, which another source of this stack has"),
        ("derived", "size", "size + 1", "is a column of the table already"),
        ("derived", "more", "log(sise)", "`sise` is not a column of the table here"),
        ("keep.0", "keep", "sise > 0", "did you mean “size”?"),
        ("keep.0", "keep", "size + 1", "is a number, not a condition"),
        ("recode", "column", "conty", "did you mean “county”?"),
        ("recode", "from", "yaer", "did you mean “year”?"),
        ("recode", "from", 2021, "codes of 2021 cannot become those of an earlier year, 2020"),
        ("recode.crosswalk", "source", "code", "did you mean “codes”?"),
        ("recode.crosswalk", "year", "change", "`change` is not a column of `codes`"),
        ("recode.crosswalk", "share", "share", "`several_successors: divide` and `share` of the crosswalk go together"),
        ("group", "by", ["county", "yaer"], "did you mean “year”?"),
        ("group.columns", "sise", "sum", "Say which with `of`."),
        ("group.columns", "people", {"take": "sum", "of": "sise"}, "tables.sizes.group.columns.people.of"),
        ("group.columns", "year", "maximum", "is what rows are grouped by"),
        ("group.columns", "mean", {"take": "mean", "of": "size", "weights": "wieght"}, "`wieght` is not a column"),
        ("group.columns", "large", {"take": "count", "where": "sise > 5"}, "did you mean “size”?"),
        ("group.columns", "size", "summ", "did you mean “sum”?"),
        ("", "key", ["county", "size"], "`size` is in the key, and rows are grouped by county, year"),
        ("", "key", ["conty"], "did you mean “county”?"),
        ("", "groop", {}, "did you mean “group”?"),
    ],
)
def test_parts_that_do_not_fit_are_found(with_table: Repository, path: str, key: str, value: Any, said: str) -> None:
    section = with_table.study["tables"]["sizes"]
    for part in path.split(".") if path else []:
        section = section[int(part) if part.isdigit() else part]
    section[key] = value
    assert said in with_table.complaint_with_lines()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"group": None}, "the key `key` is missing: of several stacked sources, none says what identifies a row"),
        (
            {"recode": {**RECODE, "crosswalk": {**CROSSWALK, "share": "share"}, "several_successors": "divide"}},
            "`count` counts each part of a divided row as a whole one",
        ),
        (
            {
                "group": None,
                "key": ["county", "year"],
                "recode": {**RECODE, "crosswalk": {**CROSSWALK, "share": "share"}, "several_successors": "divide"},
            },
            "is `divide`, and without `group` nothing says which columns are amounts",
        ),
    ],
)
def test_steps_that_do_not_go_together_are_found(with_table: Repository, changes: dict[str, Any], said: str) -> None:
    table = {**copy.deepcopy(TABLE), **changes}
    with_table.study["tables"]["sizes"] = {key: value for key, value in table.items() if value is not None}
    assert said in with_table.complaint()


def test_a_table_and_a_source_have_two_names(with_table: Repository) -> None:
    with_table.study["tables"]["first"] = {"stack": "second"}
    assert "tables.first: is the name of a source too" in with_table.complaint()


def test_tables_are_made_in_order(with_table: Repository) -> None:
    tables = with_table.study["tables"]
    tables["sizes"]["stack"] = [{"source": "later", "add": {"year": 2010}}]
    tables["later"] = {"stack": "first"}
    assert "`later` is declared further down" in with_table.complaint()
    stack = [{"source": "later", "add": {"year": 2010}}]
    with_table.study["tables"] = {"later": tables["later"], "sizes": {**copy.deepcopy(TABLE), "stack": stack}}
    del with_table.study["sources"]["second"]
    assert with_table.load().tables["sizes"].reads == ["later", "codes"]


def test_a_table_or_source_that_nothing_uses_is_an_error(with_table: Repository) -> None:
    with_table.study["tables"]["more"] = {"stack": "first"}
    assert "tables.more: is made but never used" in with_table.complaint()
    del with_table.study["tables"]["more"]
    with_table.study["tables"]["sizes"]["stack"] = copy.deepcopy(TABLE["stack"][:1])
    assert "sources.second: is read but never used" in with_table.complaint()


def test_a_panel_of_a_table_needs_a_base(with_table: Repository) -> None:
    del with_table.study["panel"]["base"]
    assert "the key `base` is missing" in with_table.complaint()


def test_a_join_with_a_table_that_could_multiply_rows_is_an_error(with_table: Repository) -> None:
    with_table.at("panel")["joins"] = [{"source": "sizes", "on": ["county"]}]
    assert "the key of `sizes` is county, year; joined on county alone" in with_table.complaint()
    with_table.at("panel")["joins"] = [{"source": "sizes", "on": ["county", "yaer"]}]
    assert "`yaer` is not a column of the table `sizes`" in with_table.complaint()


def test_a_table_can_be_the_base_the_list_or_the_points(with_table: Repository) -> None:
    with_table.study["sources"]["places"] = {
        "path": "survey.csv",
        "key": ["village", "year"],
        "columns": {"village": None, "year": None, "north": "treated", "east": "inc"},
    }
    tables = with_table.study["tables"]
    tables |= {"base": {"stack": "survey"}, "lists": {"stack": "places"}, "towns": {"stack": "places"}}
    panel = with_table.study["panel"]
    panel |= {"base": "base", "places": {"latitude": "income", "longitude": "income"}}
    panel["places"] |= {"longitude": "treated", "distance_to": {"town": {"points": "towns"}}}
    panel["places"]["distance_to"]["town"] |= {"latitude": "north", "longitude": "east"}
    with_table.study["designation"]["listed"] = {"list": {"source": "lists", "year": "year"}}
    study = with_table.load()
    assert study.read_by_panel == ["sizes", "base", "lists", "towns"]
    assert study.column_origins()["income"].origin == "table base (survey): survey: inc"
    with_table.study["tables"]["lists"] = {"stack": "places", "key": ["village"]}
    assert "tables.lists.key: is village; a list has one row for each village and year" in with_table.complaint()


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"parts_moved": "merge"}, "goes with `several_successors: merge`"),
        ({"parts_moved": "merge_new", "several_successors": "merge"}, "needs `since` of the crosswalk"),
        ({"constant_since": 2000}, "`constant_since` goes with"),
        ({"constant_since": 2021, "several_successors": "merge"}, "`constant_since` is 2021, after 2020"),
        ({"several_successors": "divide"}, "go together"),
    ],
)
def test_keys_of_recoding_go_together(declared: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Recode.model_validate({**RECODE, **declared})


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"take": "count", "of": "size"}, "taken of rows and not of a column"),
        ({"take": "sum", "where": "size > 0"}, "`where` goes with"),
        ({"take": "share"}, "`share` needs a condition"),
        ({"take": "sum", "weights": "size"}, "`weights` goes with"),
    ],
)
def test_keys_of_a_summary_go_together(declared: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Summary.model_validate(declared)


def test_totals_name_columns_of_the_finished_table(with_table: Repository) -> None:
    total = {"by": "year", "published": {2010: 5}, "tolerance": 0.01, "source": "Yearbook"}
    with_table.study["tables"]["sizes"]["totals"] = {"size": total}
    assert with_table.load().tables["sizes"].totals["size"].published == {"2010": 5.0}
    with_table.study["tables"]["sizes"]["totals"] = {"log_size": {**total, "by": "yaer"}}
    complaint = with_table.complaint()
    assert "tables.sizes.totals.log_size: `log_size` is not a column of the table here" in complaint
    assert "tables.sizes.totals.log_size.by: `yaer` is not a column of the table here" in complaint
