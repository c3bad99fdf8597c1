from __future__ import annotations

from pathlib import Path

import pandas as pd

from ruralpanel.exhibits.caption import declared
from ruralpanel.exhibits.inputs import load_inputs
from ruralpanel.exhibits.printed_table import as_html
from ruralpanel.exhibits.source_table import print_table
from ruralpanel.frames.storage import save_table
from tests.study.conftest import Repository, repository  # noqa: F401

LIST = {"key": ["village"], "columns": {"village": None}, "title": "Lists", "licence": "CC BY 4.0"}


def study_with_lists(repository: Repository) -> None:  # noqa: F811
    for year in (2014, 2015):
        (repository.root / f"list_{year}.csv").write_text("village\n1\n")
        repository.study["sources"][f"list_{year}"] = {**LIST, "path": f"list_{year}.csv"}
    parts = [{"source": f"list_{year}", "add": {"list_year": year}} for year in (2014, 2015)]
    repository.study["tables"] = {"lists": {"stack": parts, "key": ["village", "list_year"]}}
    repository.study["designation"] = {"listed": {"list": {"source": "lists", "year": "list_year"}}}
    repository.study["panel"]["base"] = "survey"
    repository.study["exhibits"]["data"] = {"kind": "source_table", "title": "The data"}


def test_files_of_one_kind_are_one_line_and_years_come_from_the_data(
    repository: Repository,  # noqa: F811
    tmp_path: Path,
) -> None:
    study_with_lists(repository)
    repository.at("sources.survey").update(title="A survey", citation="Scholar (2020).", access="ask the Institute")
    save_table(
        pd.DataFrame({"village": ["a", "a", "b"], "year": [2009, 2012, 2010]}),
        tmp_path / "survey.parquet",
        key=["village", "year"],
    )
    for year in (2014, 2015):
        save_table(pd.DataFrame({"village": ["a", "b"]}), tmp_path / f"list_{year}.parquet", key=["village"])
    files = [tmp_path / f"{name}.parquet" for name in ("survey", "list_2014", "list_2015")]
    inputs = load_inputs({"sources": files})
    table = print_table(declaration=declared(repository.load(), "data"), **inputs)
    assert table.coefficients == [
        (
            "A survey",
            ["Village, year", "2009–2012", "1", "3", "not stated", "public; not passed on"],
        ),
        ("Lists", ["Village", "2014–2015", "2", "4", "CC BY 4.0", "public; not passed on"]),
    ]
    assert "Citations: A survey: Scholar (2020)." in table.notes
    assert "Access: A survey: ask the Institute." in table.notes
    assert "Source:" not in " ".join(table.notes)
    assert '<th scope="col" class="text">Source</th>' in as_html(table)


def test_data_that_are_cited_alike_are_cited_once(repository: Repository, tmp_path: Path) -> None:  # noqa: F811
    study_with_lists(repository)
    for number, name in enumerate(("survey", "list_2014", "list_2015")):
        repository.at(f"sources.{name}").update(title=f"Data {number}", citation="Scholar (2020).")
        frame = pd.DataFrame({"village": ["a"], "year": [2009]})
        save_table(frame, tmp_path / f"{name}.parquet", key=["village", "year"])
    inputs = load_inputs({"sources": sorted(tmp_path.glob("*.parquet"))})
    table = print_table(declaration=declared(repository.load(), "data"), **inputs)
    assert "Citations: Data 0 and 2 others: Scholar (2020)." in table.notes


def test_a_column_that_says_when_can_be_named(repository: Repository, tmp_path: Path) -> None:  # noqa: F811
    repository.study["exhibits"]["data"] = {"kind": "source_table", "title": "D", "periods": {"survey": "income"}}
    save_table(pd.DataFrame({"village": ["a"], "income": [1999]}), tmp_path / "survey.parquet", key=["village"])
    inputs = load_inputs({"sources": [tmp_path / "survey.parquet"]})
    table = print_table(declaration=declared(repository.load(), "data"), **inputs)
    assert table.coefficients[0][1][1] == "1999"
