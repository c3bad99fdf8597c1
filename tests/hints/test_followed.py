"""Advice of errors, followed by its words: what is printed is done, and nothing is wrong any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hints import of_panels, of_sources, of_tables
from tests.hints.attempt import Attempt, Case

CASES: list[Case] = [*of_sources.CASES, *of_tables.CASES, *of_panels.CASES]


@pytest.mark.parametrize(("case", "way"), [(case, way) for case in CASES for way in range(len(case.ways))])
def test_advice_that_is_followed_mends_the_study(case: Case, way: int, tmp_path: Path) -> None:
    attempt = Attempt(tmp_path)
    attempt.change(case.wrong)
    assert case.hint in attempt.said()
    attempt.change(case.ways[way])
    made = attempt.build()
    assert case.hint not in made.told
    assert case.gives is None or case.gives(made)
