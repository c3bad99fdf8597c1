"""The draws of another implementation of the wild cluster bootstrap, with the same weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation.two_way_fixed_effects import estimate
from ruralpanel.frames.ledger import Ledger
from tests.conftest import equation
from tests.parity.conftest import irregular

FOLDER = Path(__file__).parent
REFERENCE = pd.read_csv(FOLDER / "wildboottest/reference.csv", keep_default_na=False)


DAILY = ("shared_1", "shared_4")


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case, id="-".join(map(str, case.values())), marks=[] if case["panel"] in DAILY else pytest.mark.slow
        )
        for case in REFERENCE.to_dict("records")
    ],
)
def test_every_draw_is_the_one_of_wildboottest(case: dict[str, Any]) -> None:
    panel = irregular(case["panel"]).dropna(subset=["y", "x"])
    panel = panel[panel["county"].isin(sorted(panel["county"].unique())[: case["counties"]])]
    asked = equation(
        outcome=case["outcome"],
        outcome_column=case["outcome"],
        regressors=case["regressors"].split(),
        fixed_effects=["village", case["effects"]],
        inference={
            "cluster": ["county"],
            "small_sample": "none",
            "bootstrap": {"weights": case["weights"], "impose_null": case["impose_null"]},
        },
        seed=1,
    )
    result = estimate(panel, asked, Ledger("estimation", "x", "village", "year"))
    row, of_row = result.rows[0], result.draws[0].bootstrap
    assert of_row is not None
    statistic, drawn = abs(row["statistic"]), of_row.statistics
    assert statistic == pytest.approx(case["statistic"], rel=1e-9)
    assert len(drawn) == case["draws"]
    assert (drawn >= statistic * (1 - 1e-9)).sum() == case["at_least"]
    assert np.median(drawn) == pytest.approx(case["median"], rel=1e-9)
    assert np.quantile(drawn, 0.95) == pytest.approx(case["quantile_95"], rel=1e-9)
    exact = case["counties"] == 12 and case["impose_null"]
    expected = case["at_least"] / case["draws"] if exact else (case["at_least"] + 1) / (case["draws"] + 1)
    assert row["p_value_bootstrap"] == pytest.approx(expected)
