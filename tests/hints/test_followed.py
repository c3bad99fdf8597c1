"""Advice of errors, followed by its words: what is printed is done, and nothing is wrong any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from ruralpanel.errors import ProblemsFound
from ruralpanel.sources import contracts, values
from tests.hints import of_panels, of_sources, of_studies, of_tables
from tests.hints.attempt import Attempt, Case

OF_DATA: list[Case] = [*of_sources.CASES, *of_tables.CASES, *of_panels.CASES]
OF_STUDIES: list[Case] = of_studies.CASES


def ways(cases: list[Case]) -> list[tuple[Case, int]]:
    """Give every way in which each advice can be followed."""
    return [(case, way) for case in cases for way in range(len(case.ways))]


@pytest.mark.slow(but_each=144)
@pytest.mark.parametrize(("case", "way"), ways(OF_DATA))
def test_advice_on_data_mends_the_study(case: Case, way: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (contracts, values):
        monkeypatch.setattr(module, "PATIENCE", 0.1)
    attempt = Attempt(tmp_path)
    attempt.change(case.wrong)
    assert case.hint in attempt.said()
    attempt.change(case.ways[way])
    made = attempt.build()
    assert case.hint not in made.told
    assert case.gives is None or case.gives(made)


@pytest.mark.slow
@pytest.mark.parametrize(("case", "way"), ways(OF_STUDIES))
def test_advice_on_a_study_file_mends_it(case: Case, way: int, tmp_path: Path) -> None:
    attempt = Attempt(tmp_path / "checkout")
    attempt.change(case.wrong)
    with pytest.raises(ProblemsFound) as raised:
        attempt.load()
    assert case.hint in "; ".join(each.hint for each in raised.value.problems)
    attempt.change(case.ways[way])
    attempt.load()
