"""A study whose raw file is retrieved runs from a mirror, keeps the file, and shares it with other studies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.studies.conftest import Checkout
from tests.studies.small_study import FEW_DIAGNOSES

pytestmark = pytest.mark.slow

ADDRESS = "http://127.0.0.1:9/files/survey.csv"  # where nothing answers
STUDY = (
    """\
study: small
title: A small study
authors: [A. Scholar]
seed: 1
data_standing: public
sources:
  survey:
    retrieve: {address: "ADDRESS", sha256: "SHA256"}
    key: [village, year]
    columns: {village: , year: , listed_now: , income: }
    access: write to {the} Institute
panel: {unit: village, period: year}
designation:
  listed: {indicator: listed_now}
outcomes:
  income: {label: Income a head, unit: yuan}
blocks:
  on_income: {outcomes: [income], estimators: [two_way_fixed_effects]}
exhibits:
  income_table: {kind: regression_table, title: Income, blocks: [on_income]}
"""
    + FEW_DIAGNOSES
)
RETRIEVE = "sources retrieve survey.csv"
READ = "sources read survey"


class Retrieved:
    """A checkout with a study of one retrieved file, and a folder that takes the place of the network."""

    def __init__(self, folder: Path, environment: pytest.MonkeyPatch) -> None:
        self.checkout = Checkout(folder / "checkout")
        self.environment = environment
        self.mirror = folder / "mirror"
        self.mirror.mkdir()
        random = np.random.default_rng(1)
        rows = [(v, y, int(v % 2 and y >= 2004)) for v in range(20) for y in range(2000, 2008)]
        survey = pd.DataFrame(rows, columns=["village", "year", "listed_now"])
        survey["income"] = random.normal(100, 5, len(survey)).round(2)
        survey.to_csv(self.mirror / "survey.csv", index=False)
        self.contents = (self.mirror / "survey.csv").read_bytes()
        self.sha256 = hashlib.sha256(self.contents).hexdigest()
        self.kept = self.checkout.folder / f"data/raw/.retrieved/{self.sha256}/survey.csv"
        self.write("small", STUDY)

    def write(self, name: str, text: str) -> None:
        """Write a study file, with this file's hash."""
        filled = text.replace("ADDRESS", ADDRESS).replace("SHA256", self.sha256)
        (self.checkout.folder / f"config/studies/{name}.yaml").write_text(filled, encoding="utf-8")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retrieved]:
    with pytest.MonkeyPatch.context() as environment:
        retrieved = Retrieved(tmp_path_factory.mktemp("retrieved"), environment)
        environment.setenv("RURALPANEL_MIRROR", str(retrieved.mirror))
        result = retrieved.checkout.run("small")
        assert result.returncode == 0, result.stderr
        assert RETRIEVE in " ".join(result.stderr.split())
        environment.delenv("RURALPANEL_MIRROR")
        yield retrieved


def test_the_file_is_kept_and_nothing_else_is(finished: Retrieved) -> None:
    assert finished.kept.read_bytes() == finished.contents
    assert list(finished.kept.parent.iterdir()) == [finished.kept]


def test_provenance_and_page_say_where_it_is_from(finished: Retrieved) -> None:
    results = finished.checkout.folder / "results/small"
    provenance = json.loads((results / "sources/survey.provenance.json").read_text(encoding="utf-8"))
    assert (provenance["address"], provenance["sha256"]) == (ADDRESS, finished.sha256)
    page = (results / "report/index.html").read_text(encoding="utf-8")
    assert f"survey.csv from {ADDRESS}" in page
    assert finished.sha256 in page


def test_a_file_in_place_is_not_retrieved_again(finished: Retrieved) -> None:
    assert finished.checkout.due("small") == set()
    again = finished.checkout.run("small", "--forcerun", "retrieve")
    assert again.returncode == 0, again.stderr
    assert RETRIEVE not in " ".join(again.stderr.split())
    assert finished.kept.read_bytes() == finished.contents
    assert READ not in " ".join(again.stderr.split())
    assert finished.checkout.due("small") == set()


def test_no_flag_takes_a_kept_file_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_hand = Retrieved(tmp_path, monkeypatch)
    by_hand.kept.parent.mkdir(parents=True)
    by_hand.kept.write_bytes(by_hand.contents)
    result = by_hand.checkout.run("small", "--delete-all-output")
    assert result.returncode == 0, result.stderr
    assert by_hand.kept.read_bytes() == by_hand.contents


def test_another_study_shares_the_file(finished: Retrieved) -> None:
    text = STUDY.replace("study: small", "study: other").replace("survey:", "villages:")
    finished.write("other", text.replace('"ADDRESS"', '"ADDRESS?another=address", file: survey.csv'))
    due = finished.checkout.due("other")
    assert "sources read villages" in due
    assert RETRIEVE not in due


def test_another_address_of_the_same_file_retrieves_nothing(finished: Retrieved) -> None:
    finished.write("small", STUDY.replace('"ADDRESS"', '"ADDRESS?another=address"'))
    due = finished.checkout.due("small")
    finished.write("small", STUDY)
    assert READ in due
    assert RETRIEVE not in due


def test_a_damaged_file_is_retrieved_anew(finished: Retrieved) -> None:
    finished.kept.write_bytes(finished.contents + b"20,2000,0,1\n")
    (finished.mirror / "survey.csv").write_bytes(b"another file")
    finished.environment.setenv("RURALPANEL_MIRROR", str(finished.mirror))
    failed = finished.checkout.run("small", "--forcerun", "read_source")
    assert failed.returncode != 0
    aside = finished.kept.parents[1] / hashlib.sha256(finished.contents + b"20,2000,0,1\n").hexdigest() / "survey.csv"
    assert f"was not the file it should be and is now {aside.relative_to(finished.checkout.folder)}" in failed.stderr
    assert aside.is_file()
    assert f"Failed: {RETRIEVE}" in " ".join(failed.stderr.split())
    assert f"the source `survey` expects {finished.sha256}" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert "backup" not in failed.stderr
    assert not finished.kept.exists()
    (finished.mirror / "survey.csv").write_bytes(finished.contents)
    healed = finished.checkout.run("small", "results/small/sources/survey.parquet", "--forcerun", "read_source")
    finished.environment.delenv("RURALPANEL_MIRROR")
    assert healed.returncode == 0, healed.stderr
    assert finished.kept.read_bytes() == finished.contents
