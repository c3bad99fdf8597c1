"""Entries added to the text of a study file."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.errors import StudyError
from ruralpanel.study.yaml_file import parse_yaml
from ruralpanel.trial.adding import entry_lines, verified, with_entries

SHOWN = Path("study.yaml")

TEXT = """\
# a study
panel:
  unit: village # who
outcomes: { y: {} }
blocks: # one job each
    first:
        title: >-
          A text of
          two lines

    # a remark behind it
exhibits: {}
"""


def test_nothing_but_new_lines_differs() -> None:
    added = with_entries(TEXT, [(("blocks",), {"second": {"outcomes": ["y"]}}, "tried")], SHOWN)
    new = [line for _, line in added.lines]
    assert new == ["    # tried", '    second: { outcomes: ["y"] }']
    lines = added.text.split("\n")
    assert [line for number, line in enumerate(lines, start=1) if (number, line) not in added.lines] == TEXT.split("\n")
    assert list(parse_yaml(added.text, SHOWN).data["blocks"]) == ["first", "second"]
    assert parse_yaml(added.text, SHOWN).data["blocks"]["first"] == {"title": "A text of two lines"}


def test_a_mapping_that_is_not_there_is_made() -> None:
    added = with_entries(TEXT, [(("panel", "derived"), {"double": "2 * y"}, "")], SHOWN)
    assert parse_yaml(added.text, SHOWN).data["panel"] == {"unit": "village", "derived": {"double": "2 * y"}}


def test_line_ends_of_windows_stay() -> None:
    added = with_entries(TEXT.replace("\n", "\r\n"), [(("blocks",), {"second": {"outcomes": ["y"]}}, "")], SHOWN)
    assert added.text.count("\n") == added.text.count("\r\n")


def test_a_mapping_between_braces_is_refused() -> None:
    with pytest.raises(StudyError, match="stands on one line"):
        with_entries(TEXT, [(("outcomes",), {"z": {}}, "")], SHOWN)


def test_what_the_file_would_not_say_is_refused() -> None:
    added = with_entries(TEXT, [(("blocks",), {"second": {"outcomes": ["y"]}}, "")], SHOWN)
    with pytest.raises(StudyError, match="by hand"):
        verified(added, {"panel": {}}, SHOWN)


WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\ufeff\u0085"),
    min_size=1,
    max_size=40,
)
VALUES = st.recursive(
    st.one_of(WORDS, st.integers(-99, 99), st.booleans()), lambda inside: st.lists(inside, max_size=3)
)


@given(st.dictionaries(WORDS, st.one_of(VALUES, st.dictionaries(WORDS, VALUES, min_size=1, max_size=6)), min_size=1))
def test_what_is_written_is_read_back(entry: dict[str, object]) -> None:
    assert yaml.safe_load("\n".join(entry_lines(entry))) == entry
