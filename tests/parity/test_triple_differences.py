"""Triple differences against moderndid, a port of the authors' R package."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.conftest import dated, equation
from tests.parity.dose_and_eligibility_panels import ELIGIBILITY, with_eligibility
from tests.worded import estimate_block

REFERENCE = pd.read_csv(Path(__file__).parent / "triple_differences" / "reference.csv", dtype={"cohort": str})


@pytest.mark.slow(but_each=2)
@pytest.mark.parametrize("call", ELIGIBILITY)
def test_cells_and_errors_are_those_of_moderndid(call: str) -> None:
    printed = REFERENCE[(REFERENCE["call"] == call) & (REFERENCE["standard_error"] > 0)]
    assert len(printed) >= 6
    asked = equation(estimator="triple_differences", eligible="eligible", group_time=ELIGIBILITY[call])
    rows = estimate_block(dated(with_eligibility()), [asked])[0]
    cells = (
        rows[rows["kind"] == "cell"]
        .set_index(["cohort", "period"])
        .loc[list(zip(printed["cohort"], printed["period"], strict=True))]
    )
    np.testing.assert_allclose(cells["estimate"], printed["estimate"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(cells["standard_error"], printed["standard_error"], rtol=1e-7)
