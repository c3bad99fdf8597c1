"""What the text of a paper refers to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.study.bibliography import entries
from ruralpanel.study.paper_text import fill, read_text


def test_all_kinds_of_references_are_found_with_their_lines() -> None:
    text = read_text(
        "Higher by {{ main/income | percent, standard_error }}.\n"
        "See @tbl:effects, @fig:path.\n\n{{ exhibit: effects }}\n\n"
        "As [@lee2020, p. 3; @sun:21] and @bai2019, $x_1$; {{ run: units }}, {{ claim: pays }}; \\$5, a@example.org.\n"
        "<!-- {{ nothing }}\n -->`@code {{ x }}` {{ main#observations }}"
    )
    assert [(each.kind, each.text, each.line) for each in text.references] == [
        ("number", "main/income", 1),
        ("pointer", "tbl:effects", 2),
        ("pointer", "fig:path", 2),
        ("exhibit", "effects", 4),
        ("citation", "@lee2020, p. 3; @sun:21", 6),
        ("citation", "bai2019", 6),
        ("mathematics", "$x_1$", 6),
        ("fact", "units", 6),
        ("claim", "pays", 6),
        ("character", "$", 6),
        ("number", "main#observations", 8),
    ]
    assert text.references[0].formats == ("percent", "standard_error")
    assert text.references[4].works == (("lee2020", "p. 3"), ("sun:21", ""))
    assert text.references[5].in_sentence
    assert not text.faults
    assert not [each.fault for each in text.references if each.fault]
    assert text.placed == ["effects"]


@pytest.mark.parametrize(
    ("written", "what", "hint"),
    [
        ("{{ main | perzent }}", "`perzent` is not a format", "did you mean “percent”?"),
        ("{{ main | decimals 9 }}", "`decimals 9` is not a format", "decimals 2"),
        ("{{ main | percent, percent_change }}", "a `percent` or a `percent_change`", "keep one"),
        ("{{ main#p_value | interval }}", "has no standard error, interval or p", "leave `#…` out"),
        ("{{ }}", "ask for nothing", "address"),
        ("{{ exhibit: }}", "ask for nothing", "address"),
        ("{{ exhibits: effects }}", "`exhibits:` is not known here", "did you mean “exhibit”?"),
        ("{{ run: units | percent }}", "only numbers of estimates have formats", "leave it out"),
        ("[@lee 2020]", "cannot be read as citations", "[@key]"),
    ],
)
def test_what_is_written_wrongly_says_how_it_is_right(written: str, what: str, hint: str) -> None:
    (reference,) = read_text(f"One.\n\nTwo {written}.").references
    assert reference.line == 3
    assert reference.fault is not None
    assert what in reference.fault[0]
    assert hint in reference.fault[1]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("Open {{ main", "not closed"),
        ("Two }} only", "not closed"),
        ("![A map](map.png)", "a picture cannot be put into the text"),
        ("Inside {{ exhibit: effects }} a line", "on a line of its own"),
        ("A note.[^lost]", "there is no footnote `lost`"),
    ],
)
def test_faults_of_the_text_itself_have_lines(line: str, what: str) -> None:
    ((number, said, _),) = read_text(f"# Title\n\n{line}\n").faults
    assert number == 3
    assert what in said


@given(st.lists(st.sampled_from(["word", "{{ main }}", "[@a]", "@b", "$x$", "\n\n", "<!-- no -->", "`@c`", "\\@"])))
def test_filling_marks_gives_back_all_but_remarks(parts: list[str]) -> None:
    text = read_text(" ".join(parts))
    written = {"main": "{{ main }}", "@a": "[@a]", "b": "@b", "$x$": "$x$", "@": "\\@"}
    filled = fill(text.marked, [written[each.text] for each in text.references])
    assert filled == " ".join("" if part.startswith("<!--") else part for part in parts)


def test_entries_of_a_bibliography_have_their_lines() -> None:
    works = '% remark\n@article{lee2020,\n title={@x}}\n\n  @Book ( bai:19 , title="B")\n@string{a = "b"}\n@misc{,x=1}'
    assert entries(works) == [("lee2020", 2), ("bai:19", 5), ("", 7)]
