"""Values that can be told from all others are in no file that a run of restricted data writes, and in no error."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.studies.conftest import Checkout
from tests.studies.secret_study import SECRET_STUDY, SECRETS, write_secret_study

pytestmark = pytest.mark.slow

WORKED_WITH = (".parquet",)
"""Endings of the files that a run works with, which stay beside the data."""


def leaks(folder: Path) -> list[str]:
    """List the files below a folder that hold one of the secrets, and which."""
    found = []
    for path in sorted(each for each in folder.rglob("*") if each.is_file() and each.suffix not in WORKED_WITH):
        content = path.read_bytes()
        text = content.decode("utf-8", errors="ignore")
        if path.suffix == ".pdf":
            read = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=False)
            text += read.stdout
        found += [f"{path.relative_to(folder)}: {each}" for each in SECRETS if each in text]
    return found


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = Checkout(tmp_path_factory.mktemp("checkout"))
    write_secret_study(made.folder)
    return made


def test_no_file_of_a_run_has_a_secret(checkout: Checkout) -> None:
    result = checkout.run("secret")
    assert result.returncode == 0, result.stderr
    results = checkout.folder / "results/secret"
    assert (results / "report/index.html").is_file() and (results / "paper.pdf").is_file()
    assert not [each for each in SECRETS if each in result.stdout + result.stderr]
    assert leaks(results) == [] and leaks(checkout.folder / ".snakemake") == []
    table = (results / "exhibits/villages.csv").read_text(encoding="utf-8")
    assert "Units (Village),60,37,<10,<10" in table
    assert "Numbers of fewer than 10 units" in (results / "report/index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("price: { minimum: 0,", "price: { maximum: 100000,", "column `price` must be at most 100000"),
        ("key: [village, year]", "key: [village]", "village"),
        ("first_year:\n", "first_year: { from: price }\n", "cohort"),
    ],
)
def test_no_error_has_a_secret(checkout: Checkout, old: str, new: str, said: str) -> None:
    assert old in SECRET_STUDY
    (checkout.folder / "config/studies/secret.yaml").write_text(SECRET_STUDY.replace(old, new), encoding="utf-8")
    result = checkout.run("secret")
    assert result.returncode != 0 and said in result.stdout + result.stderr
    assert not [each for each in SECRETS if each in result.stdout + result.stderr]
    assert leaks(checkout.folder / "results/secret") == [] and leaks(checkout.folder / ".snakemake") == []
