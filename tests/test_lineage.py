from __future__ import annotations

from pathlib import Path

import pytest

from ruralpanel import lineage
from ruralpanel.lineage import code_digest, modules_behind


def test_a_stage_depends_on_what_it_imports_and_on_nothing_else() -> None:
    panel = modules_behind("ruralpanel.panel.build")
    assert {"ruralpanel.panel.designation", "ruralpanel.frames.ledger", "ruralpanel.frames.expression_syntax"} <= panel
    assert not any(name.startswith(("ruralpanel.estimation", "ruralpanel.exhibits")) for name in panel)


def test_a_block_does_not_depend_on_estimators_it_does_not_use() -> None:
    block = modules_behind("ruralpanel.estimation.block", "ruralpanel.estimation.two_way_fixed_effects")
    assert "ruralpanel.inference.covariance" in block
    assert "ruralpanel.estimation.event_study" not in block


def test_an_unknown_module_is_an_error() -> None:
    with pytest.raises(ModuleNotFoundError):
        code_digest("ruralpanel.nowhere")


def test_code_counts_and_comments_do_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "ruralpanel"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.setattr(lineage, "PACKAGE", package)

    def digest(text: str) -> str:
        (package / "one.py").write_text(text)
        lineage._parsed.cache_clear()
        return code_digest("ruralpanel.one")

    before = digest('"""A."""\ndef f():\n    """B."""\n    return 1\n')
    assert digest('"""C."""\n\n\n# note\ndef f():\n    return   1\n') == before
    assert digest("def f():\n    return 2\n") != before


def test_what_a_file_says_is_kept_by_its_contents_for_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "ruralpanel"
    package.mkdir()
    (package / "one.py").write_text("import ruralpanel.two\n")
    (package / "two.py").write_text("value = 1\n")
    monkeypatch.setattr(lineage, "PACKAGE", package)
    monkeypatch.setattr(lineage, "atexit", keepers := Keepers())
    monkeypatch.setattr("sys.dont_write_bytecode", False)

    def next_run() -> str:
        lineage._parsed.cache_clear()
        lineage._kept.cache_clear()
        keepers.clear()
        found = code_digest("ruralpanel.one")
        for keep in keepers:
            keep()
        return found

    before = next_run()
    (kept,) = (package / "__pycache__").iterdir()
    monkeypatch.setattr(lineage.ast, "parse", None)
    assert next_run() == before
    monkeypatch.undo()
    monkeypatch.setattr(lineage, "PACKAGE", package)
    (package / "two.py").write_text("value = 2\n")
    assert next_run() != before
    kept.write_text("damaged")
    assert next_run() != before
    lineage._parsed.cache_clear()
    lineage._kept.cache_clear()


class Keepers(list):
    """What is to be done at the end, for a test to do."""

    register = list.append
