"""Facts typed from print: printed as they are, and not called simulated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ruralpanel.exhibits.caption import declared
from ruralpanel.exhibits.facts_table import print_table
from ruralpanel.exhibits.inputs import load_inputs
from ruralpanel.exhibits.source_table import print_table as print_sources
from ruralpanel.frames.storage import save_table
from ruralpanel.sources.table import read_source
from ruralpanel.study.flow import flow
from tests.study.conftest import Repository, repository  # noqa: F401

COUNTS = """of,year,villages,listed,share,from
committees,2014,585000,7023,1.2,a bulletin
,2021,,7023,-1,
"""
COLUMNS: dict[str, Any] = {
    "of": {"label": "Villages in all"},
    "year": None,
    "villages": {"label": "Number", "unit": "villages"},
    "listed": None,
    "share": {"label": "Share", "unit": "per cent"},
    "print": {"from": "from"},
}


@pytest.fixture
def counts(repository: Repository) -> Repository:  # noqa: F811
    (repository.root / "counts.csv").write_text(COUNTS)
    source = {"path": "counts.csv", "key": ["year"], "columns": COLUMNS, "citation": "Ministry (2015)."}
    repository.study["sources"]["counts"] = source
    repository.study["panel"]["base"] = "survey"
    repository.study["data_standing"] = "simulated"
    shown = ["of", "year", "villages", "share", "print"]
    repository.study["exhibits"]["counts"] = {
        "kind": "facts_table",
        "title": "How many",
        "of": "counts",
        "columns": shown,
        "whole": ["year"],
    }
    return repository


def test_rows_are_printed_as_they_are(counts: Repository, tmp_path: Path) -> None:
    study = counts.load()
    source = study.sources["counts"]
    save_table(
        read_source("counts", source, counts.root / "counts.csv").table, tmp_path / "counts.parquet", key=["year"]
    )
    (files,) = study.exhibits["counts"].further_files(study, lambda name: str(tmp_path / f"{name}.parquet")).values()
    table = print_table(declaration=declared(study, "counts"), **load_inputs({"table": files}))
    assert table.stub == "Villages in all"
    assert [head for _, head in table.heads] == ["year", "Number (villages)", "Share (per cent)", "print"]
    assert table.coefficients == [
        ("committees", ["2014", "585,000", "1.20", "a bulletin"]),
        ("", ["2021", "", "−1.00", ""]),
    ]
    assert table.words == (3,)
    assert table.title == "Table 2. How many"
    assert table.notes == ["Source: Ministry (2015)."]


def test_other_exhibits_neither_cite_them_nor_call_them_simulated(counts: Repository, tmp_path: Path) -> None:
    counts.study["exhibits"]["data"] = {"kind": "source_table", "title": "The data"}
    study = counts.load()
    assert declared(study, "table").sources == ["survey"]
    for name in ("survey", "counts"):
        table = read_source(name, study.sources[name], counts.root / f"{name}.csv").table
        save_table(table, tmp_path / f"{name}.parquet", key=study.sources[name].key)
    inputs = load_inputs({"sources": [tmp_path / f"{name}.parquet" for name in ("survey", "counts")]})
    rows = dict(print_sources(declaration=declared(study, "data"), **inputs).coefficients)
    assert rows["survey"][-1].startswith("simulated; ")
    assert rows["counts"][-1].startswith("public; ")


def test_the_picture_of_the_data_leads_from_the_source_to_the_table(counts: Repository) -> None:
    steps = flow(counts.load(), {"table": "Table 1", "counts": "Table 2"})
    made_of = {(step.stage, step.name): step.made_of for step in steps}
    assert made_of["exhibits", "counts"] == [("sources", "counts")]
    assert made_of["exhibits", "table"] == [("estimation", "main")]
    assert made_of["panel", "panel"] == [("sources", "survey")]


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("of", "count", "counts"),
        ("columns", ["of", "yeer"], "year"),
        ("whole", ["listed"], "column of this table"),
    ],
)
def test_what_is_not_there_is_named(counts: Repository, key: str, value: object, complaint: str) -> None:
    counts.at("exhibits.counts")[key] = value
    assert complaint in counts.complaint()
