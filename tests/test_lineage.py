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
