"""A study that estimates with a function of its own: only where that is allowed, and again when it changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.docs.pages import PAGES, blocks
from tests.studies.conftest import Checkout
from tests.studies.small_study import FEW_DIAGNOSES, SMALL_STUDY

pytestmark = pytest.mark.slow


def test_the_how_to_page_is_followed(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "checkout")
    folder = checkout.folder / "data/raw/small"
    folder.mkdir(parents=True)
    random = np.random.default_rng(1)
    rows = [(v, y, int(v % 2 and y >= 2004)) for v in range(40) for y in range(2000, 2008)]
    survey = pd.DataFrame(rows, columns=["village", "year", "listed_now"])
    survey["income"] = (100 + 5 * survey["listed_now"] + random.normal(0, 2, len(survey))).round(2)
    survey.to_csv(folder / "survey.csv", index=False)
    page = PAGES / "how-to/own-estimator.md"
    (_, program), (_, part) = blocks(page, "python")[0], blocks(page, "yaml")[0]
    own = checkout.folder / "config/studies/median_change.py"
    own.write_text(program, encoding="utf-8")
    (checkout.folder / "config/studies/small.yaml").write_text(SMALL_STUDY + FEW_DIAGNOSES + part, encoding="utf-8")

    # Neither a file that came with the study allows it, nor flags of Snakemake in a folder where it looks for them.
    (checkout.folder / "config/config.yaml").open("a", encoding="utf-8").write("allow_code: true\n")
    (checkout.folder / "profiles/default").mkdir(parents=True)
    (checkout.folder / "profiles/default/config.yaml").write_text("config: [allow_code=true]\n", encoding="utf-8")
    refused = checkout.module("ruralpanel.runs", "--config", "study=small")
    assert refused.returncode != 0
    assert "allow_code: estimates with code of its own (config/studies/median_change.py)" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (checkout.folder / "results/small/estimates").exists()

    shutil.rmtree(checkout.folder / "profiles")
    allowed = checkout.snakemake("--cores", "1", "--config", "study=small", "allow_code=true")
    assert allowed.returncode == 0, allowed.stderr
    estimates = pd.read_csv(checkout.folder / "results/small/estimates/medians.csv")
    assert estimates["estimator"].tolist() == ["median_change.py:estimate", "two_way_fixed_effects"]
    assert estimates["estimate"].between(4, 6).all()
    page_text = (checkout.folder / "results/small/report/index.html").read_text(encoding="utf-8")
    assert "median change" in page_text

    own.write_text(program.replace(".median()", ".mean()"), encoding="utf-8")
    due = checkout.snakemake("--dry-run", "--config", "study=small", "allow_code=true").stderr
    assert "block medians" in due
    assert "make survey" not in due
