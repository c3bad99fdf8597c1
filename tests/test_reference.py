"""The reference and the schema are written from the model; these tests fail while they are not fresh."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
import yaml

from ruralpanel.reference import EXAMPLE, SECTIONS, reference_text, schema_text
from ruralpanel.study.base import descriptions
from ruralpanel.study.blocks import Block
from ruralpanel.study.exhibits import RegressionTable
from ruralpanel.study.load import load_study
from ruralpanel.study.outcomes import Outcome
from ruralpanel.study.shapes import shape_of_source, shape_of_table
from ruralpanel.study.sources import Source
from ruralpanel.study.tables import Table

REWRITE = "rewrite it with: .venv/bin/python -m ruralpanel.reference"


@pytest.fixture(scope="module")
def reference() -> str:
    return reference_text()


def test_the_reference_is_fresh(root: Path, reference: str) -> None:
    assert (root / "config/README.md").read_text(encoding="utf-8") == reference, REWRITE


def test_the_schema_is_fresh(root: Path) -> None:
    assert (root / "config/schema.json").read_text(encoding="utf-8") == schema_text(), REWRITE


def test_every_key_has_a_description() -> None:
    missing = [
        f"{model.__name__}.{key}"
        for _, _, model in SECTIONS
        for key in model.model_fields
        if key not in descriptions(model)
    ]
    assert missing == []


def test_every_section_of_the_model_is_in_the_reference() -> None:
    described = {model.__name__ for _, _, model in SECTIONS}
    assert set(json.loads(schema_text())["$defs"]) <= described


def test_the_example_of_a_table_fits_the_model(reference: str) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", reference, flags=re.DOTALL)
    (example,) = (yaml.safe_load(block) for block in blocks if "\ntables:" in block)
    shapes = {}
    for name, source in example["sources"].items():
        shapes[name] = shape_of_source(name, Source.model_validate(source))
    for name, table in example["tables"].items():
        shapes[name] = shape_of_table(name, Table.model_validate(table), shapes)
    assert shapes["census"].column_names == ["county", "year", "residents", "schooling"]
    assert shapes["census"].key == (example["panel"]["unit"], example["panel"]["period"])


@pytest.fixture
def electrification(tmp_path: Path) -> Path:
    """Make a repository with the reference's example and a Stata file that fits it."""
    (tmp_path / "config/studies").mkdir(parents=True)
    (tmp_path / "config/studies/electrification.yaml").write_text(EXAMPLE, encoding="utf-8")
    folder = tmp_path / "data/raw/electrification"
    folder.mkdir(parents=True)
    rows = [
        (village, 2000 + year, int(village % 3 == 0 and year >= 4), village % 5, 100.0 + village, 30.0 + year)
        for village in range(30)
        for year in range(8)
        if (village + year) % 11
    ]
    frame = pd.DataFrame(rows, columns=["vid", "wave", "elec", "cty", "pop", "pop1535"])
    frame.loc[5, "pop1535"] = -9
    frame.to_stata(folder / "survey.dta", write_index=False)
    return tmp_path


def test_the_example_loads_and_can_be_estimated(electrification: Path) -> None:
    from ruralpanel.panel.build import build_panel
    from ruralpanel.sources.table import read_source
    from tests.worded import estimate_block

    study = load_study("electrification", electrification)
    source = study.sources["survey"]
    table, _, _ = read_source("survey", source, electrification / str(source.path))
    panel, ledger, *_ = build_panel({"survey": table}, study.panel, study.base, study.designation)
    assert ledger.lines[-1].rows_out == len(panel) == len(table)
    for block in study.blocks:
        estimates, _ = estimate_block(panel, study.equations(block))
        assert estimates["estimate"].notna().any()
    assert panel["share_young"].isna().sum() == 1


def test_the_example_of_resampling_fits_the_model(reference: str) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", reference, flags=re.DOTALL)
    (example,) = (yaml.safe_load(block) for block in blocks if "adjustment:" in block)
    effects = Block.model_validate(example["blocks"]["effects"])
    assert effects.inference is not None
    assert effects.inference.bootstrap is not None
    assert effects.inference.bootstrap.weights == "webb"
    assert Block.model_validate(example["blocks"]["dynamics"]).inference.simultaneous
    assert RegressionTable.model_validate(example["exhibits"]["effects"]).minimum_detectable_effect
    assert Outcome.model_validate(example["outcomes"]["income"]).family == "livelihood"
