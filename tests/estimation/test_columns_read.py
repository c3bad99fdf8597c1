from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ruralpanel.estimation.columns_read import columns_read
from ruralpanel.study.blocks import Equation

PANEL = {
    "village": ["a", "a", "b", "b"],
    "year": [1, 2, 1, 2],
    "income": [1.5, 2.5, 3.5, 4.0],
    "price": [1.5, 2.5, 3.5, 4.0],
    "region": [1.0, 1.0, None, None],
    "county": ["x", "x", "y", "y"],
    "listed": [0, 1, 0, 0],
    "listed_cohort": [2.0, 2.0, None, None],
    "listed_event_time": [-1.0, 0.0, None, None],
    "unknown": [None, None, None, 0.5],
}


def read(tmp_path: Path, **changes: object) -> list[str] | None:
    path = tmp_path / "panel.parquet"
    pd.DataFrame(PANEL).astype({"unknown": "float64"}).to_parquet(path, index=False)
    stated = {"block": "b", "specification": "s", "outcome": "income", "outcome_column": "income", "unit": "village",
              "period": "year", "treatments": ["listed"], "estimator": "two_way_fixed_effects", **changes}  # fmt: skip
    equation = Equation.model_validate(stated)
    return columns_read(path, [equation], [equation.estimator], ["listed"])


def test_numbers_with_fractions_that_no_equation_names_are_left_out(tmp_path: Path) -> None:
    assert read(tmp_path) == [name for name in PANEL if name not in ("price", "unknown")]


def test_numbers_that_differ_within_units_are_left_out_where_groups_are_of_whole_units(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changing = {
        "households": [10, 11, 20, 20],
        "founded": [1950, 1950, 1980, 1980],
        "road": ["mud", None, "mud", "mud"],
    }
    monkeypatch.setattr("tests.estimation.test_columns_read.PANEL", PANEL | changing)
    assert set(changing) & set(read(tmp_path) or []) == {"founded"}
    assert set(changing) <= set(read(tmp_path, estimator="sun_abraham") or [])
    assert "households" in (read(tmp_path, weights="households") or [])


def test_what_a_sample_or_a_product_names_is_loaded(tmp_path: Path) -> None:
    assert "price" in (read(tmp_path, sample="price > 2") or [])
    assert "price" in (read(tmp_path, regressors=["listed*price"]) or [])


def test_an_estimator_of_the_study_may_look_at_every_column(tmp_path: Path) -> None:
    assert read(tmp_path, estimator="mine.py:estimate") is None
