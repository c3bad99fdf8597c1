from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from matplotlib import pyplot as plt

from tests.docs.python_page import PAGE, as_printed, cells, run


@pytest.mark.slow
def test_the_notebook_prints_what_the_page_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All cells in one session, for each goes on from those before it."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "notebook"}
    found = list(cells(PAGE.read_text(encoding="utf-8")))
    assert len(found) >= 10
    for cell in found:
        assert as_printed(run(cell["code"], names)) == (cell["said"] or ""), cell["code"]
    plt.close("all")
