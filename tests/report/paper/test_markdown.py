"""Markdown as typst."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.report.paper.markdown import as_typst
from ruralpanel.report.paper.markup import as_it_is, not_a_list, words


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("# One *two*", "= One #emph[two];"),
        ("### Deep", "=== Deep"),
        ("a **b** `c_d`", 'a #strong[b]; #raw("c_d");'),
        ("`a < b & c`", '#raw("a < b & c");'),
        ("[there](https://example.org/a_b)", '#link("https://example.org/a_b")[there];'),
        ("- one\n- two", "#list[one][two]"),
        ("3. one\n4. two", "#enum(start: 3)[one][two]"),
        ("> said", "#quote(block: true)[\nsaid\n]"),
        ("line  \nbreak", "line#linebreak();break"),
        ("cost $5 & #1 <b>", "cost \\$5 & \\#1 \\<b\\>"),
        ("\\- no list", "\\- no list"),
        ("In\n1992. That", "In 1992. That"),
    ],
)
def test_each_part_of_markdown_becomes_its_part_of_typst(written: str, expected: str) -> None:
    assert as_typst(written).strip() == expected


def test_a_footnote_stands_where_it_is_referred_to() -> None:
    assert as_typst("A.[^n] B.\n\n[^n]: Note *x*.").strip() == "A.#footnote[Note #emph[x];.]; B."


def test_a_table_keeps_its_sides() -> None:
    text = as_typst("| a | b |\n|---|--:|\n| 1 | 2 |")
    assert text.strip() == '#written-table(("left", "right", ), ([a], [b],), [1], [2])'.replace('"', "")


def test_a_list_within_a_list_and_paragraphs_of_an_item() -> None:
    assert as_typst("- a\n\n    more\n\n    - b").strip() == "#list[a\n\nmore\n\n#list[b]]"


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), min_size=1, max_size=30))
def test_words_are_printed_and_never_taken_for_commands(text: str) -> None:
    plain = re.sub(r"-+|\.\.+", "+", text)  # of these typst makes dashes, minus signs and dots
    source = f"#set smartquote(enabled: false)\n{not_a_list(words(plain))}|{as_it_is(text)}"
    with TemporaryDirectory() as folder:
        document = Path(folder) / "words.typ"
        document.write_text(source, encoding="utf-8")
        page = typst.compile(document, format="html").decode()
    body = re.search(r"<body>\s*<p>(.*)</p>\s*</body>", page, re.DOTALL)
    assert body is not None
    assert unescape(body[1]) == f"{plain}|{text}"
