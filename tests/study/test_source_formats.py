"""Formats of raw files: what is registered is there, and nothing else asks which format a file has."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from inspect import signature
from pathlib import Path

import pytest

from ruralpanel.study.source_formats import (
    FORMATS,
    PACKAGE,
    SUFFIXES,
    ZIP,
    SourceFormat,
    format_of_file,
    function_named,
    is_packed,
    labels_with,
)
from ruralpanel.study.sources import Source
from tests.conftest import syntax_of

EVERY = [*FORMATS.values(), ZIP, PACKAGE]


@pytest.mark.parametrize("each", EVERY, ids=lambda each: each.name)
def test_the_functions_of_a_format_are_there(each: SourceFormat) -> None:
    taken = ["source", "path", "wanted"] if each.by_column else ["source", "path"]
    assert list(signature(function_named(each.reader)).parameters) == taken
    for name, count in ((each.sheet, 3), (each.twin, 1)):
        assert not name or len(signature(function_named(name)).parameters) == count
    assert bool(each.metadata) == each.value_labels
    assert set(each.keys) <= set(Source.model_fields)
    assert set(each.twin_suffixes) | set(each.often_other) <= set(each.suffixes)


def test_an_ending_is_of_one_format() -> None:
    endings = [suffix for each in EVERY for suffix in each.suffixes]
    assert len(endings) == len(set(endings))
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in endings)


def test_a_file_is_known_by_its_ending_whatever_its_case() -> None:
    assert format_of_file("a/SURVEY.DTA") is FORMATS["stata"]
    assert format_of_file("a/survey.dta.zip") is None
    assert is_packed(Path("a/survey.dta.ZIP"))
    assert not FORMATS["excel"].has_twins("a/old.xls")
    assert FORMATS["excel"].has_twins("a/new.XLSX")
    assert not FORMATS["geopackage"].has_twins("a/roads.gpkg")


def test_formats_of_a_key_are_listed_as_a_sentence_does() -> None:
    assert labels_with("sheet") == "Excel"
    assert labels_with("header_row") == "CSV and Excel"
    assert labels_with("encoding") == "CSV, Stata, SPSS, SAS and SAS transport"


def test_reading_the_registry_loads_no_library_of_numbers() -> None:
    program = "import ruralpanel.study.source_formats, sys; print([n for n in ('numpy', 'pandas') if n in sys.modules])"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


ROOMS = ("sources", "drafting", "archive", "doctor", "commands", "study")
OTHER_QUESTIONS = {
    ("doctor/tracked_files.py", ".csv"): "in which text files a path is a value",
    ("doctor/tracked_files.py", ".tsv"): "in which text files a path is a value",
    ("study/published_files.py", ".csv"): "which figures are published",
    ("commands/crosscheck.py", "r"): "in which language a study is estimated again",
    ("sources/delimited.py", ".tsv"): "what stands between columns, within one format",
}
"""Comparisons with an ending that do not ask how a raw file is read."""


@pytest.mark.slow
def test_nothing_else_asks_by_name_which_format_a_file_has(root: Path) -> None:
    words = {*FORMATS, *SUFFIXES, *ZIP.suffixes}
    package = root / "src/ruralpanel"
    found = {
        (path.relative_to(package).as_posix(), word)
        for room in ROOMS
        for path in sorted((package / room).rglob("*.py"))
        for word in _compared(syntax_of(path))
        if word in words
    }
    assert found == set(OTHER_QUESTIONS)


def _compared(tree: ast.AST) -> Iterator[str]:
    """List the texts that something is compared with, by an operator, a pattern of `match`, or its beginning or end."""
    for node in ast.walk(tree):
        of: list[ast.AST] = []
        if isinstance(node, ast.Compare):
            of = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            of = [node.value]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "endswith":
            of = [*node.args]
        yield from (
            each.value
            for part in of
            for each in ast.walk(part)
            if isinstance(each, ast.Constant) and isinstance(each.value, str)
        )
