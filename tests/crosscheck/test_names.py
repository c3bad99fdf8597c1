"""Names and texts that would be code in R or Stata are none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.crosscheck.names import LONGEST, OF_R, OF_STATA, comment, plain_names, r_text, stata_text
from tests.crosscheck.r import needs_rscript, said_by_r

HOSTILE = [
    "income per head",
    "人均收入",
    'a"); system("touch /tmp/x"); ("',
    "`shell touch x'",
    "$S_FN",
    "back\\slash",
    "line\nbreak",
    "it's",
    "// comment /* and */",
    "\x00\x07",
    "é😀",
    "",
]


def test_names_that_both_languages_take_stay() -> None:
    names = ["taobao_village", "year", "share_1", "Income"]
    assert plain_names(names) == dict(zip(names, names, strict=True))


def test_words_of_either_language_long_names_and_those_that_differ_in_case_only_get_others() -> None:
    long = "log_of_registered_population_of_the_village_before"
    found = plain_names([*OF_R, *OF_STATA, "str20", "made_y", long, f"{long}_again", "year", "YEAR", "1st"])
    assert not {name.lower() for name in found.values()} & {word.lower() for word in (*OF_R, *OF_STATA, "str20")}
    assert found[long] == long[:LONGEST] and found[f"{long}_again"] == f"{long[: LONGEST - 2]}_2"
    assert (found["year"], found["YEAR"], found["1st"], found["made_y"]) == ("year", "YEAR_2", "v_1st", "v_made_y")


@given(st.lists(st.text() | st.sampled_from([*HOSTILE, *OF_R, *OF_STATA]), max_size=30))
def test_every_name_is_plain_and_none_is_given_twice(columns: list[str]) -> None:
    found = plain_names(columns)
    assert set(found) == set(columns)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,31}", name) for name in found.values())
    assert len({name.lower() for name in found.values()}) == len(found)


@given(st.text() | st.sampled_from(HOSTILE))
def test_texts_of_r_are_one_string_of_ascii(text: str) -> None:
    written = r_text(text)
    assert written.isascii() and written.isprintable()
    assert re.fullmatch(r'"([^"\\]|\\["\\]|\\u[0-9a-f]{4}|\\U[0-9a-f]{8})*"', written)


@given(st.text() | st.sampled_from(HOSTILE))
def test_texts_of_stata_have_nothing_that_ends_a_string_or_is_expanded(text: str) -> None:
    written = stata_text(text)
    assert written.isascii() and "\n" not in written
    assert not set("`$'\\") & set(written)
    assert re.fullmatch(r'("[^"]*"|u?char\([0-9]+\))( \+ ("[^"]*"|u?char\([0-9]+\)))*', written)


@given(st.text() | st.sampled_from(HOSTILE))
def test_comments_are_one_line_with_nothing_that_is_read(text: str) -> None:
    written = comment(text)
    assert len(written.splitlines()) <= 1
    assert not set("`$'\"\\") & set(written) and "/*" not in written and "//" not in written


@pytest.mark.slow
@needs_rscript
def test_r_reads_the_texts_that_were_meant(tmp_path: Path) -> None:
    texts = [text for text in HOSTILE if "\x00" not in text]
    lines = [
        f"x <- c({', '.join(map(r_text, texts))})",
        'writeLines(gsub("\\n", "<>", x, fixed = TRUE), useBytes = TRUE)',
    ]
    script = tmp_path / "texts.R"
    script.write_text("\n".join(lines), encoding="ascii")
    assert said_by_r(script).split("\n")[:-1] == [text.replace("\n", "<>") for text in texts]
