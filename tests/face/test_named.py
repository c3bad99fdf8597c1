"""The names of ``import ruralpanel as rp``: loaded when asked for, known to editors and type checkers."""

from __future__ import annotations

import ast
import doctest
import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import ruralpanel as rp
from ruralpanel.face import named
from ruralpanel.face.stub import STUB, stub_text
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.sensitivity import ANALYSES

HEAVY = ["numpy", "pandas", "scipy", "matplotlib", "statsmodels", "linearmodels", "formulaic"]


def test_importing_the_package_and_listing_its_names_loads_no_library_of_numbers() -> None:
    program = f"import sys, ruralpanel as rp; dir(rp); print([name for name in {HEAVY} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_every_estimator_and_analysis_has_a_function() -> None:
    assert set(named.ANALYSES) == {name for name, each in ANALYSES.items() if not each.estimates_again}
    assert {*ESTIMATORS, *named.ANALYSES, "two_way", "feols", "etable", "coefplot", "read", "run", "load_study"} <= set(
        dir(rp)
    )
    for name in named.names():
        found = getattr(rp, name)
        assert (found.__doc__ or "").strip(), name
    assert rp.two_way.__doc__ == rp.two_way_fixed_effects.__doc__.replace("two_way_fixed_effects(", "two_way(")


def test_a_name_that_is_not_there_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="no attribute 'event_studies'"):
        _ = rp.event_studies  # type: ignore[attr-defined]


def test_names_hide_no_part_of_the_package(root: Path) -> None:
    parts = {path.stem for path in (root / "src/ruralpanel").iterdir() if path.suffix == ".py" or path.is_dir()}
    assert parts & set(named.names()) == set()


def test_the_file_for_type_checkers_is_what_is_written_of_the_registry() -> None:
    text = STUB.read_text(encoding="utf-8")
    assert text == stub_text(), "run: PYTHONPATH=src python -m ruralpanel.face.stub"
    tree = ast.parse(text)
    functions = {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
    imported = {name.asname for each in tree.body if isinstance(each, ast.ImportFrom) for name in each.names}
    assert set(named.names()) <= functions | imported


def examples() -> list[str]:
    return [name for name in named.names() if ">>>" in (inspect.getdoc(getattr(rp, name)) or "")]


@pytest.mark.slow(but_each=3)
@pytest.mark.parametrize("name", examples())
def test_examples_of_docstrings_print_what_they_say(name: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    text = inspect.getdoc(getattr(rp, name)) or ""
    test = doctest.DocTestParser().get_doctest(text, {}, name, None, 0)
    found = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS).run(test)
    assert found.attempted >= 2
    assert found.failed == 0


def test_nearly_every_function_has_an_example() -> None:
    assert set(ESTIMATORS) - set(examples()) == {"instrumental_variables"}
    assert {"feols", "etable", "read", "load_study"} <= set(examples())


def test_the_parts_of_the_face_are_all_reached_from_a_name() -> None:
    used = {*named.MODULES.values(), "doors", "analyses"}
    assert all(import_module(f"ruralpanel.face.{name}") for name in used)
