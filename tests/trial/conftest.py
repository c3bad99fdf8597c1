"""A small study whose panel is built."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruralpanel.frames.storage import save_table
from tests.conftest import dated

STUDY = """\
study: small
title: A small study
authors: [Nobody]
seed: 1
data_standing: simulated
sources:
  form:
    path: data/raw/small/form.csv # as it came
    key: [village, year]
    columns:
      village: { label: Village }
      year: { label: Year }
      province: { label: Province }
      cohort: {}
      wealth: { label: Income, unit: yuan }
      x: { label: Rain, unit: mm }
      z: { label: Distance }
panel:
  unit: village
  period: year
designation:
  listed: { cohort: cohort, never: [0], label: Listed }
outcomes: # in logs
  income: { column: wealth, label: Income per head, unit: yuan, transformation: log }
blocks:
  baseline: # the headline
    outcomes: [income]
    estimators: [two_way_fixed_effects]
    specifications:
      plain: { label: Plain }
      rain: { label: Rain, regressors: [x] }

# --- What is shown ---
exhibits:
  table: { kind: regression_table, title: Effects, blocks: [baseline] }
"""


def frame() -> pd.DataFrame:
    """Draw a panel of 40 villages in eight years, of which half are listed."""
    rng = np.random.default_rng(3)
    village, year = np.repeat(np.arange(1, 41), 8), np.tile(np.arange(2010, 2018), 40)
    cohort = np.where(village % 2 == 0, 2013 + village % 3, 0)
    x, z = rng.normal(size=320), np.repeat(rng.uniform(1, 9, 40), 8)
    effect = 0.2 * ((cohort > 0) & (year >= cohort))
    wealth = np.exp(8 + village / 50 + 0.02 * (year - 2010) + effect + 0.1 * x + rng.normal(0, 0.05, 320))
    return pd.DataFrame(
        {"village": village, "year": year, "province": village % 4, "cohort": cohort, "wealth": wealth, "x": x, "z": z}
    )


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the top of a repository with the small study, and work there."""
    for folder in ("config/studies", "data/raw/small", "results/small/panel"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "config/config.yaml").write_text("study: small\n", encoding="utf-8")
    (tmp_path / "config/studies/small.yaml").write_text(STUDY, encoding="utf-8")
    drawn = frame()
    drawn.to_csv(tmp_path / "data/raw/small/form.csv", index=False)
    save_table(dated(drawn), tmp_path / "results/small/panel/panel.parquet", ["village", "year"])
    monkeypatch.chdir(tmp_path)
    return tmp_path
