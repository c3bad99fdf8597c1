"""Jumps at a threshold against rdrobust and rddensity."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation.block import estimate_block
from ruralpanel.estimation.threshold_regression_discontinuity.density import density_jump
from ruralpanel.reasons import read
from tests.conftest import equation
from tests.parity.threshold_panels import CALLS, DATA, rows

HERE = Path(__file__).parent / "thresholds"
REFERENCE = pd.read_csv(HERE / "reference.csv").set_index(["data", "call"])


@pytest.mark.slow(but_each=3)
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("data", DATA)
def test_bandwidths_estimates_and_errors_are_those_of_rdrobust(data: str, call: str) -> None:
    stated = dict(CALLS[call])
    cluster = stated.pop("cluster", "village")
    treatment = "took" if "design" in stated else "listed"
    asked = equation(
        estimator="threshold_regression_discontinuity",
        treatments=[treatment],
        threshold={"running": "sales", "at": 1.0, **stated},
        inference={"cluster": [cluster]},
    )
    found = estimate_block(rows(data), [asked])[0]
    (near,) = read(found["left_out"].iloc[0])
    ours = [near.arguments["bandwidth"], near.arguments["bias"]]
    for row in (1, 0):
        ours += found.loc[row, ["estimate", "standard_error"]].tolist()
    np.testing.assert_allclose(
        np.array(ours, dtype=float), REFERENCE.loc[(data, call)].to_numpy(dtype=float), rtol=2e-6
    )


@pytest.mark.parametrize("printed", pd.read_csv(HERE / "densities.csv").to_dict("records"), ids=str)
def test_densities_are_those_of_rddensity(printed: dict[str, float]) -> None:
    distance = rows("smooth")["sales"].to_numpy() - 1
    found = density_jump(distance, None, "triangular", printed["bandwidth"])
    assert found.below == pytest.approx(printed["below"], rel=1e-9)
    assert found.above == pytest.approx(printed["above"], rel=1e-9)
    assert found.standard_error == pytest.approx(printed["error"], rel=0.03)
