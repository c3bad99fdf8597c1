"""Numbers that pages print are those that were published, and each stands beside its address."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT
from tests.docs.marks import COMMENT, MARK, marks, published_wrong
from tests.docs.pages import documents

STUDIES = ("county_lights",)
"""Studies with published numbers that pages tell of."""


@pytest.mark.slow
@pytest.mark.parametrize("study", STUDIES)
def test_numbers_on_pages_are_those_that_were_published(study: str) -> None:
    assert len(marks(study)) > 5
    assert published_wrong(study) == []


def test_every_comment_of_a_study_follows_what_it_is_of() -> None:
    for path in documents():
        text = path.read_text(encoding="utf-8")
        named = [found["study"] for found in COMMENT.finditer(text)]
        studies = [name for name in named if (ROOT / f"config/studies/{name}.yaml").is_file()]
        assert studies == [found["study"] for found in MARK.finditer(text) if found["study"] in studies], path.name
