"""Facts in notes are printed as numbers of tables are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ruralpanel.errors import DataError
from ruralpanel.exhibits.caption import declared
from ruralpanel.exhibits.facts import fact_words, with_facts
from ruralpanel.study.paper_text import read_notes
from tests.study.conftest import Repository

FACTS = {"truth": {"low": -0.0512, "none": -0.0001, "year": 2020, "many": 12345, "below": -3, "word": "mixed"}}


@pytest.mark.parametrize(
    ("asked", "printed"),
    [
        ("low", "−0.051"),
        ("low | decimals 2", "−0.05"),
        ("low | percent", "−5.1%"),
        ("low | percent_change, decimals 2", "−4.99%"),
        ("low | unsigned", "0.051"),
        ("none", "0.000"),
        ("year", "2020"),
        ("many | decimals 0", "12,345"),
        ("below", "−3"),
        ("word", "mixed"),
    ],
)
def test_a_fact_is_printed_as_it_is_asked_for(asked: str, printed: str) -> None:
    assert fact_words(read_notes(f"{{{{ truth/{asked} }}}}").references[0], FACTS) == printed


def test_notes_are_filled_from_the_file_as_it_is_when_the_exhibit_is_made(tmp_path: Path) -> None:
    path = tmp_path / "truth.json"
    path.write_text(json.dumps(FACTS["truth"]), encoding="utf-8")
    repository = Repository(tmp_path)
    repository.study["facts"] = {"truth": "truth.json", "other": "truth.json"}
    repository.at("exhibits.table")["notes"] = "True: {{ truth/low }}, in {{ truth/year }}."
    declaration = declared(repository.load(), "table")
    assert declaration.facts == {"truth": "truth.json"}  # a file that notes do not refer to reruns nothing
    assert with_facts(declaration, tmp_path).exhibit.notes == "True: −0.051, in 2020."
    path.write_text(json.dumps({"low": 0.2}), encoding="utf-8")
    with pytest.raises(DataError, match=r"truth\.json: exhibits\.table\.notes: .*there is no `year`"):
        with_facts(declaration, tmp_path)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match=r"truth\.json: facts\.truth: is no JSON"):
        with_facts(declaration, tmp_path)
