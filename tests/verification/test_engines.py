from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ruralpanel.estimation.block import estimate_block
from ruralpanel.study.blocks import Equation, Inference
from ruralpanel.verification.engines import Difference, difference
from tests.absorption.test_against_others import REGRESSORS, random_panel


class OneBlock:
    """What the comparison asks of a study."""

    designation: dict[str, object] = {}
    levels: dict[str, str] = {}

    def equations(self, _: str) -> list[Equation]:
        cluster = Inference.model_validate({"cluster": ["county"]})
        return [Equation(outcome="y", unit="village", period="year", regressors=REGRESSORS, inference=cluster)]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    panel = random_panel(5, 20, 0.8, collinear=True)
    (tmp_path / "panel").mkdir()
    (tmp_path / "estimates").mkdir()
    panel.to_parquet(tmp_path / "panel/panel.parquet")
    estimate_block(panel, OneBlock().equations("main"))[0].to_csv(tmp_path / "estimates/main.csv", index=False)
    return tmp_path


def test_a_run_is_what_linearmodels_finds(results: Path) -> None:
    found = difference(OneBlock(), "main", "linearmodels", results, results)  # type: ignore[arg-type]
    assert found.is_small
    assert (found.rows, found.reasons) == (3, 0)


def test_a_number_that_is_another_is_seen(results: Path) -> None:
    path = results / "estimates/main.csv"
    table = pd.read_csv(path)
    errors = table["standard_error"].to_numpy()
    table["estimate"] += 0.5 * errors * [1, 0, 0]
    table["standard_error"] = errors * [1, 1.001, 1]
    table.to_csv(path, index=False)
    found = difference(OneBlock(), "main", "linearmodels", results, results)  # type: ignore[arg-type]
    assert not found.is_small
    assert found.points == pytest.approx(0.5)
    assert found.errors == pytest.approx(0.001, rel=1e-2)


@pytest.mark.parametrize(
    ("points", "errors", "reasons", "small"),
    [(1e-8, 1e-6, 0, True), (1.1e-8, 0.0, 0, False), (0.0, 1.1e-6, 0, False), (0.0, 0.0, 1, False)],
)
def test_engines_agree_up_to_rounding_and_in_every_reason(
    points: float, errors: float, reasons: int, small: bool
) -> None:
    assert Difference("main", 3, points, errors, reasons).is_small == small


def test_a_reason_or_a_number_that_one_engine_has_alone_is_seen(results: Path) -> None:
    path = results / "estimates/main.csv"
    table = pd.read_csv(path)
    for changes in ({"reason": "collinear"}, {"estimate": None}):
        table.assign(**{name: [value, *table[name][1:]] for name, value in changes.items()}).to_csv(path, index=False)
        assert difference(OneBlock(), "main", "linearmodels", results, results).reasons == 1  # type: ignore[arg-type]
