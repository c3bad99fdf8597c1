"""What a job says of restricted data has row and column, and no value."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from ruralpanel.confidential import NOT_SHOWN, redacted, without_values
from ruralpanel.errors import DataError, Problem
from ruralpanel.sources.table import read_source
from ruralpanel.stage import stage
from ruralpanel.study.load import load_study
from tests.studies.secret_study import SECRET_STUDY, SECRETS, write_secret_study

CELLS = {"XSECRETX", "village 3", "987654.321", "2014", "0.25", "a", "Öttchen & Co", "-3"}


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("the cohort changes within 1 unit: XSECRETX", f"the cohort changes within 1 unit: {NOT_SHOWN}"),
        ("found 987654.321 in row 3", f"found {NOT_SHOWN} in row 3"),
        ("is 9.87654e+05 at the least", f"is {NOT_SHOWN} at the least"),
        ("'Öttchen & Co' in rows 12345, 987654 and 3", f"'{NOT_SHOWN}' in rows 12345, 987654 and 3"),
        ("row 2014 of XSECRETXY", "row 2014 of XSECRETXY"),
        ("a share of 0.25 and of 0.75", f"a share of {NOT_SHOWN} and of 0.75"),
        ("village 3 and village 33", f"{NOT_SHOWN} and village 33"),
    ],
)
def test_cells_are_not_shown_and_places_are(said: str, shown: str) -> None:
    assert redacted(said, CELLS) == shown


def test_what_the_study_file_says_itself_is_shown() -> None:
    assert (
        redacted("column `income` of XSECRETX", {"income", "XSECRETX"}, {"income"}) == f"column `income` of {NOT_SHOWN}"
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_secret_study(tmp_path)
    return tmp_path


def test_a_broken_declaration_names_rows_and_columns_alone(root: Path) -> None:
    study = load_study("secret", root)
    declared = study.sources["survey"].columns | {
        "price": study.sources["survey"].columns["price"].model_copy(update={"maximum": 1e5})
    }
    source = study.sources["survey"].model_copy(update={"columns": declared})
    path = root / str(source.path)
    with pytest.raises(DataError) as error:
        read_source("survey", source, path, shows=False)
    assert "column `price` must be at most 100000; found what is not shown in row 48" in str(error.value)
    aside = source.model_copy(update={"on_violation": "quarantine"})
    quarantine = read_source("survey", aside, path, shows=False).quarantine
    assert list(quarantine) == ["raw_row", "line", "reasons"] and len(quarantine) == 1
    assert "987654.321" in read_source("survey", aside, path).quarantine.to_csv()


@pytest.mark.parametrize(
    "error",
    [
        DataError([Problem("panel", "the cohort changes within 1 unit: XSECRETX (987654.321), 9.88e+05")]),
        ValueError("could not convert string to float: 'XSECRETX', 31.41592"),
    ],
)
def test_neither_a_message_nor_a_traceback_of_a_job_has_a_value(
    root: Path, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    job = SimpleNamespace(log=["logs/job.log"], output=[], config={"study": "secret"})
    with pytest.raises(SystemExit), stage(job):
        raise error
    said = (root / "logs/job.log").read_text(encoding="utf-8")
    assert NOT_SHOWN in said and not [each for each in SECRETS if each in said]


def test_a_file_that_cannot_be_read_gives_its_words_too(root: Path) -> None:
    path = root / "data/raw/secret/restricted/survey.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("village,year", "village", 1), encoding="utf-8")
    assert NOT_SHOWN in without_values("line 3 has XSECRETX, 987654.321", "secret", root)


def test_values_of_public_data_are_shown(root: Path) -> None:
    public = SECRET_STUDY.replace("data_standing: restricted", "data_standing: public").replace(
        "    minimum_cell: 10\n", ""
    )
    (root / "config/studies/secret.yaml").write_text(public, encoding="utf-8")
    assert load_study("secret", root).confidential == []
    assert without_values("XSECRETX", "secret", root) == "XSECRETX"


def test_the_raw_rows_are_what_the_tests_say(root: Path) -> None:
    raw = pd.read_csv(root / "data/raw/secret/restricted/survey.csv")
    assert raw["price"].max() == 987654.321 and "XSECRETX" in set(raw["village"])
