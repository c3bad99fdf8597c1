"""What notes and the paper's text refer to in files of facts, and what is said where it is not there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.study.addresses import NoSuchNumber
from ruralpanel.study.facts import files_named_in, find_fact
from ruralpanel.study.paper_text import fill, read_notes
from tests.study.conftest import Repository

TRUTH: dict[str, Any] = {
    "effects": {"income": 0.065, "by_event_time": {"-1": -0.0004}},
    "year": 2020,
    "preset": "mixed",
    "several": [1, 2],
}


def noted(repository: Repository, notes: str, contents: str = json.dumps(TRUTH)) -> Repository:
    """Put a file of facts into the repository, and notes that may refer to it into the study."""
    (repository.root / "truth.json").write_text(contents, encoding="utf-8")
    repository.study["facts"] = {"truth": "truth.json"}
    repository.at("exhibits.table")["notes"] = notes
    return repository


def test_notes_may_refer_to_facts(repository: Repository) -> None:
    study = noted(repository, "True: {{ truth / effects/income | decimals 2 }} in {{ truth/year }}, $5 @home.").load()
    assert files_named_in(study.exhibits["table"].notes, study.facts) == ["truth"]


@pytest.mark.parametrize(
    ("notes", "complaints"),
    [
        (
            "{{ truth/effects/incom }}",
            ["truth.json: `truth/effects/incom`: there is no `incom` in `truth/effects`", "did you mean “income”?"],
        ),
        ("{{ truht/year }}", ["`truht` is not a file of `facts`", "did you mean “truth”?"]),
        ("{{ truth }}", ["`truth` is no number, but holds several", "valid here: effects, preset, several, year"]),
        ("{{ truth/year/month }}", ["`truth/year` has nothing below it", "write truth/year"]),
        ("{{ truth/several }}", ["`truth/several` is neither a number nor a text"]),
        ("{{ truth/year | p }}", ["is no estimate and has no `p`", "percent, percent_change, unsigned and decimals"]),
        ("{{ truth/preset | percent }}", ["is a text, and only numbers have formats"]),
        ("{{ truth/year | loud }}", ["`loud` is not a format of numbers"]),
        ("{{ main/income }}", ["notes refer to `facts`, not to estimates", "in the paper's text"]),
        ("{{ run: units }}", ["`units`: notes refer to `facts` alone"]),
        ("{{ truth/year }", ["double braces are not closed"]),
    ],
)
def test_what_notes_cannot_refer_to_is_an_error_at_their_line(
    repository: Repository, notes: str, complaints: list[str]
) -> None:
    said = noted(repository, notes).complaint_with_lines()
    for each in ["exhibits.table.notes", *complaints]:
        assert each in said


@pytest.mark.parametrize(
    ("contents", "complaint"),
    [("{", "truth.json is no JSON"), ("[1]", "truth.json holds no facts by name"), ("", "truth.json is no JSON")],
)
def test_a_file_that_holds_no_facts_is_an_error(repository: Repository, contents: str, complaint: str) -> None:
    said = noted(repository, "{{ truth/year }}", contents).complaint_with_lines()
    assert complaint in said
    assert "(1 problem)" in said


def lined(repository: Repository, line: str, contents: str) -> Repository:
    """Draw a true line in a figure of an effect along a moderator."""
    (repository.root / "truth.json").write_text(contents, encoding="utf-8")
    repository.study["facts"] = {"truth": "truth.json"}
    repository.study["panel"]["derived"] = {"rain": "income / 2"}
    repository.study["blocks"]["main"] |= {
        "moderators": ["rain"],
        "along": "rain",
        "estimators": ["two_way_fixed_effects"],
    }
    figure = {"kind": "gradient_figure", "title": "Rain", "blocks": ["main"], "moderator": "rain"}
    repository.study["exhibits"]["figure"] = {**figure, "true_lines": {"main/main": line}}
    return repository


@pytest.mark.parametrize(
    ("line", "contents", "complaints"),
    [
        ("truth/by", '{"by": {"near": 0.1}}', ["`truth/by` is no line", "write numbers by numbers there"]),
        ("truth/by", '{"by": {}}', ["`truth/by` is no line"]),
        ("truth/by", '{"by": {"1": NaN}}', ["`truth/by` is no line"]),
        ("truth/by", '{"by": {"1": {"2": 3}}}', ["`truth/by` is no line"]),
        ("truth/by", '{"by": 0.5}', ["`truth/by` is one value"]),
        ("truth/near", '{"by": {"1": 0.5}}', ["there is no `near` in `truth`"]),
        ("other/by", '{"by": {"1": 0.5}}', ["`other` is not a file of `facts`"]),
    ],
)
def test_a_true_line_has_numbers_by_numbers(
    repository: Repository, line: str, contents: str, complaints: list[str]
) -> None:
    said = lined(repository, line, contents).complaint_with_lines()
    for each in ["exhibits.figure.true_lines", "main/main", *complaints]:
        assert each in said
    assert "(1 problem)" in said


def test_a_true_line_is_of_one_effect(repository: Repository) -> None:
    both = lined(repository, "truth/by", '{"by": {"2": 0.5, "1": 0.25}}')
    assert both.load().exhibits["figure"].known_lines == {"main/main": "truth/by"}
    both.study["outcomes"]["second"] = {"label": "Second", "column": "income"}
    both.study["blocks"]["main"]["outcomes"] = ["income", "second"]
    assert "main/main: has several lines" in both.complaint()


def test_a_missing_file_and_a_name_of_two_things_are_errors(repository: Repository) -> None:
    (repository.root / "truth.json").write_text("{}", encoding="utf-8")
    repository.study["facts"] = {"truth": "truht.json", "main": "truth.json"}
    said = repository.complaint_with_lines()
    assert "facts.truth: there is no file truht.json" in said
    assert "did you mean “truth.json”?" in said
    assert "facts.main: `main` is a block too" in said


def test_the_papers_text_may_refer_to_facts(repository: Repository) -> None:
    noted(repository, "Plain.")
    (repository.root / "paper.md").write_text("So {{ truth/year }}.\n{{ truth/yaer }}", encoding="utf-8")
    repository.study["paper"] = {"text": "paper.md"}
    said = repository.complaint()
    assert "paper.md, line 2: truth.json: `truth/yaer`: there is no `yaer` in `truth`" in said
    assert "did you mean “year”?" in said
    assert "(1 problem)" in said


@given(st.text(st.characters(exclude_characters="{}\ue000\ue001")))
def test_words_without_braces_stay_as_they_are(words: str) -> None:
    text = read_notes(f"{words}{{{{ truth/year }}}}{words}")
    assert fill(text.marked, ["2020"]) == f"{words}2020{words}"


def test_an_unknown_file_is_named_when_none_is_declared() -> None:
    with pytest.raises(NoSuchNumber, match="`truth` is not a file") as raised:
        find_fact(read_notes("{{ truth/year }}").references[0], {})
    assert raised.value.hint == "declare it as `facts`"
