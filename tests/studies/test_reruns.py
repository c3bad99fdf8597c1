"""A change reruns what depends on it and nothing else: an outcome, a module, a raw file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruralpanel.lineage import file_digest
from tests.studies.conftest import Checkout
from tests.studies.small_study import FEW_DIAGNOSES

pytestmark = pytest.mark.slow

STUDY = (
    """\
study: small
title: A small study
authors: [A. Scholar]
seed: 1
data_standing: public
sources:
  survey:
    path: data/raw/small/survey.csv
    key: [village, year]
    columns: {village: , year: , listed_now: , income: {label: Income}, sales: {label: Sales}}
  register:
    path: data/raw/small/register.csv
    key: [village]
    columns: {village: , county: , latitude: , longitude: }
tables:
  counties: {stack: register, group: {by: [county], columns: {villages: count}}}
panel:
  unit: village
  period: year
  base: survey
  joins: [{source: register, on: [village]}, {source: counties, on: [county]}]
  places: {latitude: latitude, longitude: longitude, distance_to: {railway: {line: data/raw/small/railway.geojson}}}
designation:
  listed: {indicator: listed_now}
outcomes:
  income: {label: Income a head, unit: yuan}
  sales: {label: Sales a head, unit: yuan}
blocks:
  on_income: {outcomes: [income], estimators: [two_way_fixed_effects]}
  on_sales: {outcomes: [sales], estimators: [event_study]}
exhibits:
  income_table: {kind: regression_table, title: Income, blocks: [on_income]}
  sales_figure: {kind: event_study_figure, title: Sales, blocks: [on_sales]}
"""
    + FEW_DIAGNOSES
)

INCOME = {
    *("estimation block on_income", "diagnosis what could be wrong with listed/income"),
    *("diagnosis what could be wrong", "exhibits table income_table"),
}
SALES = {"estimation block on_sales", "exhibits figure sales_figure"}
SHOWN = {"verification verdict", "report page", "report paper"}
END = SHOWN | {
    *("verification compare with published values", "verification compare with published figures"),
    "verification hold claims against estimates",
}
TABLE = "tables make counties"
PANEL = {
    "panel join, derive, date designation, add places and capacities, restrict",
    "panel codebook, missing values, balance",
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    checkout = Checkout(tmp_path_factory.mktemp("checkout"))
    folder = checkout.folder / "data/raw/small"
    folder.mkdir(parents=True)
    random = np.random.default_rng(1)
    rows = [(v, y, int(v % 2 and y >= 2004)) for v in range(20) for y in range(2000, 2008)]
    survey = pd.DataFrame(rows, columns=["village", "year", "listed_now"])
    survey[["income", "sales"]] = random.normal(100, 5, (len(survey), 2)).round(2)
    survey.to_csv(folder / "survey.csv", index=False)
    register = pd.DataFrame({"village": range(20), "county": [v // 4 for v in range(20)]})
    register.assign(latitude=35 + register["village"] / 100, longitude=115).to_csv(folder / "register.csv", index=False)
    railway = '{"type": "LineString", "coordinates": [[114.5, 35], [114.5, 36]]}'
    (folder / "railway.geojson").write_text(railway, encoding="utf-8")
    (checkout.folder / "config/studies/small.yaml").write_text(STUDY, encoding="utf-8")
    result = checkout.run("small")
    assert result.returncode == 0, result.stderr
    assert checkout.due("small") == set()
    return checkout


@pytest.fixture
def checkout(finished: Checkout) -> Iterator[Checkout]:
    """Give the finished checkout, and put back afterwards what the test changed."""
    before = {path: path.read_bytes() for path in _sources(finished.folder)}
    yield finished
    for path, contents in before.items():
        if path.read_bytes() != contents:
            path.write_bytes(contents)


def _sources(folder: Path) -> list[Path]:
    return [
        *(folder / "src").rglob("*.py"),
        *(folder / "data/raw/small").iterdir(),
        folder / "config/studies/small.yaml",
    ]


def test_another_transformation_of_one_outcome_reruns_its_block_and_exhibit(checkout: Checkout) -> None:
    checkout.edit(
        "config/studies/small.yaml",
        "sales: {label: Sales a head, unit: yuan}",
        "sales: {label: Sales a head, unit: yuan, transformation: log}",
    )
    assert checkout.due("small") == SALES | END


def test_another_label_of_one_outcome_reruns_no_estimation(checkout: Checkout) -> None:
    checkout.edit("config/studies/small.yaml", "label: Sales a head", "label: Sales per person")
    due = checkout.due("small")
    assert "exhibits figure sales_figure" in due
    assert due <= {"exhibits figure sales_figure"} | SHOWN


def test_another_estimator_module_reruns_the_blocks_that_use_it(checkout: Checkout) -> None:
    checkout.edit("src/ruralpanel/estimation/event_study.py", "<= value < 0]", "<= value <= -1]")
    assert checkout.due("small") == SALES | END


def test_a_comment_in_a_module_reruns_nothing(checkout: Checkout) -> None:
    file = checkout.folder / "src/ruralpanel/estimation/event_study.py"
    file.write_text(file.read_text(encoding="utf-8") + "\n# a remark\n", encoding="utf-8")
    assert checkout.due("small") == set()


def test_another_way_to_draw_reruns_the_figure_and_the_page(checkout: Checkout) -> None:
    checkout.edit("src/ruralpanel/exhibits/event_study_figure.py", "capsize=0 if", "capsize=1 if")
    assert checkout.due("small") == {"exhibits figure sales_figure"} | SHOWN


def test_another_raw_file_reruns_its_table_and_what_follows_from_the_panel(checkout: Checkout) -> None:
    checkout.edit("data/raw/small/register.csv", "19,4,35", "19,3,35")
    assert checkout.due("small") == {"sources read register", TABLE} | PANEL | INCOME | SALES | END


def test_another_step_of_a_table_reruns_it_and_what_follows_from_the_panel(checkout: Checkout) -> None:
    checkout.edit("config/studies/small.yaml", "villages: count", "villages: {take: distinct, of: village}")
    assert checkout.due("small") == {TABLE} | PANEL | INCOME | SALES | END


def test_another_way_to_group_reruns_tables_and_reads_no_source(checkout: Checkout) -> None:
    checkout.edit("src/ruralpanel/tables/group.py", "is below 0 in", "is less than 0 in")
    assert checkout.due("small") == {TABLE} | PANEL | INCOME | SALES | END


def test_touching_a_raw_file_without_changing_it_reruns_nothing(checkout: Checkout) -> None:
    (checkout.folder / "data/raw/small/register.csv").touch()
    assert checkout.due("small") == set()


def test_a_line_reruns_the_panel_and_what_follows_from_it(checkout: Checkout) -> None:
    checkout.edit("data/raw/small/railway.geojson", "[114.5, 36]", "[114.9, 36]")
    assert checkout.due("small") == PANEL | INCOME | SALES | END


def test_the_reader_of_lines_reruns_the_panel(checkout: Checkout) -> None:
    checkout.edit("src/ruralpanel/frames/geojson.py", "holds no line", "has no line")
    assert checkout.due("small") >= PANEL


def test_a_run_with_nothing_to_do_loads_no_pandas(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    """Snakemake loads every plugin for executors that is installed; the one for Slurm brings pandas, and may."""
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    said = checkout.run("small").stderr
    assert "Everything is up to date." in said
    loaded = imports_and_what_asked_for_them(said)
    assert "snakemake.persistence" in loaded
    if "pandas" in loaded:
        assert any(module.startswith("snakemake_executor_plugin_slurm") for module in loaded["pandas"])


def imports_and_what_asked_for_them(said: str) -> dict[str, list[str]]:
    """Every module that was imported, with those during whose import it was, the nearest first.

    Python writes a line a module when its import ends, indented by how deep it is: a module stands above the one that
    asked for it.
    """
    asked: dict[str, list[str]] = {}
    open_ones: list[tuple[int, str]] = []
    lines = re.findall(r"^import time: +\d+ \| +\d+ \| ( *)(\S+)$", said, re.MULTILINE)
    for indent, module in reversed(lines):
        while open_ones and open_ones[-1][0] >= len(indent):
            open_ones.pop()
        asked[module] = [name for _, name in reversed(open_ones)]
        open_ones.append((len(indent), module))
    return asked


def test_what_would_be_made_of_the_same_again_is_given_again_unless_it_is_asked_for(finished: Checkout) -> None:
    results = finished.folder / "results/small"
    measured = [results / "benchmarks/prepare_table/counties.tsv", results / "benchmarks/estimate_block/on_income.tsv"]
    module = finished.folder / "src/ruralpanel/tables/group.py"
    before, made = module.read_bytes(), _made(results)
    counties, block = _times(measured)
    finished.edit("src/ruralpanel/tables/group.py", "is below 0 in", "is less than 0 in")
    assert "estimation block on_income" in finished.due("small")
    assert finished.run("small").returncode == 0
    assert _times(measured)[0] > counties and _times(measured)[1] == block
    assert _made(results) == made and finished.due("small") == set()
    diagnosed = _times([results / "benchmarks/diagnose.tsv"])
    (results / "diagnosis.csv").unlink()
    assert finished.run("small").returncode == 0
    assert _times([results / "benchmarks/diagnose.tsv"]) > diagnosed
    assert finished.run("small", "--forcerun", "estimate_block").returncode == 0
    assert _times(measured)[1] > block and _made(results) == made
    module.write_bytes(before)
    assert finished.run("small").returncode == 0


def _times(paths: list[Path]) -> list[int]:
    return [path.stat().st_mtime_ns for path in paths]


def _made(results: Path) -> dict[str, str]:
    """Give the digests of what was estimated and of exhibits."""
    paths = [*(results / "estimates").iterdir(), *(results / "exhibits").iterdir()]
    return {path.name: file_digest(path) for path in paths}
