from __future__ import annotations

import re

import pandas as pd
import pytest

from ruralpanel.ledger import Ledger
from ruralpanel.report.page import ShownExhibit, write_page
from ruralpanel.study import Study
from ruralpanel.study.sources import Source
from ruralpanel.verification.published import nothing_published
from ruralpanel.verification.verdict import judge
from tests.conftest import ROOT, equation


@pytest.fixture
def page(panel: pd.DataFrame) -> str:
    from ruralpanel.estimation.block import estimate_block

    study = Study.load("taobao_villages", ROOT)
    ledger = Ledger("panel", "panel", "village", "year")
    ledger.note("keep year < 2010 & more", 1320, panel, "too <late>")
    exhibits = [
        ShownExhibit("t", "Table 1", "Table 1. A", "", ["t.tex"], html="<table></table>"),
        ShownExhibit("f", "Figure 1", "Figure 1. B", "note", ["f.png"], png=b"\x89PNG"),
    ]
    provenance = {name: {"rows": 5, "sha256": "abc"} for name in study.sources}
    verdict = judge(nothing_published(), estimate_block(panel, [equation()])[0])
    return write_page("taobao_villages", study, exhibits, ledger.frame(), provenance, verdict, "lock")


def test_the_page_needs_nothing_outside_itself(page: str) -> None:
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page)
    assert "<script" not in page


def test_the_page_shows_ledger_sources_and_standing(page: str) -> None:
    assert "1,320" in page
    assert "too &lt;late&gt;" in page
    assert "Village survey (simulated)" in page
    assert "SIMULATED DATA" in page
    assert "nothing is published" in page


def test_a_retrieved_source_shows_its_address_and_hash() -> None:
    address = "https://example.org/survey.csv?one&two"
    study = Study.load("taobao_villages", ROOT)
    changed = study.sources["survey"].model_dump(by_alias=True, exclude={"path"})
    survey = Source.model_validate(changed | {"retrieve": {"address": address, "sha256": "0a" * 32}})
    study = study.model_copy(update={"sources": study.sources | {"survey": survey}})
    provenance = {name: {"rows": 5, "sha256": "0a" * 32} for name in study.sources}
    nothing = judge(nothing_published(), pd.DataFrame())
    page = write_page("study", study, [], Ledger("panel", "panel").frame(), provenance, nothing, "lock")
    assert "<code>survey.csv from https://example.org/survey.csv?one&amp;two</code>" in page
    assert "0a" * 32 in page


def test_sources_keep_their_order(page: str) -> None:
    first, second = (page.index(f"Village {name} (simulated)") for name in ("survey", "register"))
    assert first < second
