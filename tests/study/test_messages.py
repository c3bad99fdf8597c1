from __future__ import annotations

from typing import Any

import pytest

from ruralpanel.study.source_formats import FORMATS
from tests.study.conftest import Repository


def test_a_good_study_loads(repository: Repository) -> None:
    study = repository.load()
    assert [equation.estimator for equation in study.equations("main")] == ["two_way_fixed_effects", "event_study"]


def test_all_errors_come_at_once_each_with_line_key_and_the_nearest_word(repository: Repository) -> None:
    repository.study["titel"] = repository.study.pop("title")
    repository.at("blocks.main")["estimators"] = ["two_way_fixed_effect"]
    repository.at("sources.survey.columns")["income"] = {"from": "inc", "unti": "yuan"}
    message = repository.complaint()
    assert "(3 problems)" in message
    assert "titel: is not a key that is known here\n    → did you mean “title”?" in message
    assert "is missing" not in message, "a key that is written wrong is not a second mistake"
    assert "blocks.main.estimators[1]" in message
    assert "did you mean “two_way_fixed_effects”?" in message
    assert "sources.survey.columns.income.unti" in message
    assert "did you mean “unit”?" in message
    assert message.count("line ") >= 3


def test_a_key_that_is_missing_beside_an_unlike_one_is_told(repository: Repository) -> None:
    repository.study["colour"] = repository.study.pop("title")
    message = repository.complaint()
    assert "colour: is not a key that is known here" in message
    assert "the key `title` is missing" in message


@pytest.mark.parametrize(
    ("path", "key", "value", "said"),
    [
        ("", "seed", "one", "expected a whole number"),
        ("", "seed", 1.5, "expected a whole number"),
        ("", "seed", -1, "greater than or equal to 0"),
        ("", "seed", True, "expected a whole number"),
        ("", "title", 2010, 'write it in quotes: "2010"'),
        ("", "title", "", "is empty text"),
        ("", "authors", "A. Scholar", "write a list"),
        ("", "authors", [], "at least 1 expected"),
        ("", "data_standing", "open", "valid here: public, restricted, simulated"),
        ("", "sources", [], "expected keys with values"),
        ("", "sources", {}, "at least 1 expected"),
        ("panel", "unit", "Village", "is not a valid name"),
        ("sources", "My Survey", {"path": "a.csv", "key": ["v"], "columns": {"v": None}}, "is not a valid name"),
        ("sources.survey", "path", None, "one of the three is needed"),
        ("sources.survey", "loader", "causaldata.castle", "`path` and `loader` exclude each other"),
        ("sources.survey", "path", "survey.pdf", "the ending of survey.pdf does not tell its format"),
        ("sources.survey", "missing_codes", [True], "expected a number or a whole number or text"),
        ("sources.survey.columns", "income", 3, "expected keys with values"),
        ("sources.survey.columns", "income", {"type": "float"}, "valid here: code, integer, number, text"),
        ("designation.listed", "cohort", "year", "not both"),
        ("designation.listed", "never", [0], "`never` goes with `cohort`"),
        ("designation.listed", "reference_period", 0, "less than or equal to -1"),
        ("blocks.main", "fixed_effects", ["village", "region x year"], "is not a fixed effect"),
        ("blocks.main", "window", [-4], "at least 2 expected"),
        ("blocks.main", "inference", {"cluster": ["a", "b", "c"]}, "has more than 2 entries"),
        ("blocks.main", "inference", {"level": 95}, "less than 1"),
        ("exhibits.table", "kind", "regresion_table", "did you mean “regression_table”?"),
        ("exhibits.table", "starz", True, "did you mean “stars”?"),
        ("exhibits.table", "stars", "yes", "expected true or false"),
        ("sources.survey.columns", "class", None, "is a word that conditions and expressions are made of"),
        ("sources.survey", "key", ["village", "year", "year"], "`key` lists year twice"),
        ("sources.survey", "header_row", 10**9, "less than or equal to 1000"),
        ("sources.survey", "path", "data/{name}.csv", "cannot have"),
        (
            "sources.survey.columns",
            "income",
            {"value_labels": True},
            "SPSS, SAS and SAS transport files have labels",
        ),
        ("sources.survey.columns", "income", {"scale": float("inf")}, "expected a number"),
        ("blocks.main", "fixed_effects", ["village", "village"], "lists village twice"),
        ("", "study", "published", "is a folder of results"),
        ("sources.survey.columns", "income", {"pattern": "inc["}, "is not a regular expression"),
        ("sources.survey.columns", "income", {"pattern": "inc", "from": "inc"}, "more than one of"),
        ("sources.survey.columns", "income", {"wide": "inc_[0-9]+"}, "must have one group in brackets"),
        ("sources.survey.columns", "income", {"wide": "inc_([0-9]+)"}, "go together"),
        ("sources.survey", "fill_down", ["province"], "which `columns` does not declare"),
        ("sources.survey", "on_violation", "drop", "valid here: fail, quarantine"),
    ],
)
def test_each_mistake_is_described_in_words(repository: Repository, path: str, key: str, value: Any, said: str) -> None:
    section = repository.at(path) if path else repository.study
    section[key] = value
    assert said in repository.complaint_with_lines()


RETRIEVED = {"address": "https://example.org/data/survey.csv", "sha256": "0a" * 32}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"address": "ftp://example.org/survey.csv"}, "is not an address on the web"),
        ({"address": "https:///survey.csv"}, "is not an address on the web"),
        ({"address": "https://example.org:port/survey.csv"}, "is not an address on the web"),
        ({"address": "https://example..org/survey.csv"}, "is not an address on the web"),
        ({"address": "https://example.org/a survey.csv"}, "is not an address on the web"),
        ({"address": "https://me:secret@example.org/survey.csv"}, "an address in a study file must be public"),
        ({"address": "https://example.org/data/"}, "does not end in a file's name; give one with `file`"),
        ({"address": "https://example.org/..%2Fsurvey.csv"}, "does not end in a file's name"),
        ({"address": "https://example.org/file/71"}, "the ending of 71 does not tell its format"),
        ({"sha256": "0a" * 31}, "is not a sha256, which has 64 digits"),
        ({"sha256": 12}, 'write it in quotes: "12"'),
        ({"file": "data/survey.csv"}, "is not a plain file name"),
        ({"file": ".."}, "is not a plain file name"),
        ({"file": "村" * 70 + ".csv"}, "is not a plain file name"),
        ({"file": "{name}.csv"}, "is not a plain file name"),
        ({"file": "survey.pdf"}, "the ending of survey.pdf does not tell its format"),
        ({"adress": "https://example.org"}, "did you mean “address”?"),
    ],
)
def test_mistakes_in_what_is_retrieved(repository: Repository, changes: dict[str, Any], said: str) -> None:
    del repository.at("sources.survey")["path"]
    repository.at("sources.survey")["retrieve"] = RETRIEVED | changes
    assert said in repository.complaint_with_lines()


def test_a_hash_is_needed(repository: Repository) -> None:
    del repository.at("sources.survey")["path"]
    repository.at("sources.survey")["retrieve"] = {"address": RETRIEVED["address"]}
    assert "the key `sha256` is missing in sources.survey.retrieve" in repository.complaint()


@pytest.mark.parametrize(("key", "value"), [("path", "survey.csv"), ("loader", "causaldata.castle")])
def test_a_retrieved_source_has_no_other_origin(repository: Repository, key: str, value: str) -> None:
    del repository.at("sources.survey")["path"]
    repository.at("sources.survey").update({"retrieve": RETRIEVED, key: value})
    assert f"`{key}` and `retrieve` exclude each other" in repository.complaint()


def test_a_retrieved_file_need_not_be_there_yet(repository: Repository) -> None:
    del repository.at("sources.survey")["path"]
    address = "https://example.org/files/71"
    repository.at("sources.survey")["retrieve"] = {"address": address, "sha256": "0A" * 32, "file": "survey.dta"}
    source = repository.load().sources["survey"]
    assert source.raw_file == f"data/raw/.retrieved/{'0a' * 32}/survey.dta"
    assert source.file_format is FORMATS["stata"]
    assert source.origin == "survey.dta from https://example.org/files/71"


def test_a_missing_kind_names_the_kinds(repository: Repository) -> None:
    del repository.at("exhibits.table")["kind"]
    assert "the key `kind` is missing" in repository.complaint()


def test_a_column_with_wrong_properties_is_still_a_column(repository: Repository) -> None:
    repository.at("sources.survey.columns")["village"] = {"type": "code"}
    message = repository.complaint()
    assert "(1 problem)" in message
    assert "sources.survey.columns.village: `type: code` and `level` go together" in message
    assert "are `type: code` with their `width` in digits" in message


@pytest.mark.parametrize(
    ("place", "change", "said"),
    [
        ("sources.survey", {"delimiter": ";;"}, "';;' is not one character, which stands between columns"),
        ("", {"archive": {"date": "31.5.2024"}}, "'31.5.2024' is not a date; write year, month and day"),
    ],
)
def test_what_does_not_fit_a_pattern_is_told_by_its_key(
    repository: Repository, place: str, change: dict[str, object], said: str
) -> None:
    repository.at(place).update(change) if place else repository.study.update(change)
    assert said in repository.complaint()
