"""Every number that R's did prints for the four irregular panels; `did/README.md` says what made them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruralpanel.study.blocks import Equation, GroupTime, Inference
from tests.conftest import equation
from tests.parity.conftest import irregular
from tests.worded import estimate_block

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parent
REFERENCE = pd.read_csv(FOLDER / "did" / "reference.csv.gz")
CALL = ["dataset", "comparison", "method", "covariates", "anticipation", "unbalanced"]
COMPARISONS = {"nevertreated": "never_treated", "notyettreated": "not_yet_treated"}
METHODS = {"dr": "doubly_robust", "reg": "outcome_regression", "ipw": "inverse_probability"}
AVERAGES = {"": "simple", "mean of event times": "dynamic", "mean of cohorts": "group", "by period": "calendar"}
CALLS = [tuple(call) for call in REFERENCE[CALL].drop_duplicates().itertuples(index=False)]


def name_of(call: tuple[object, ...]) -> str:
    return "-".join(str(part) for part in call)


def asked(call: tuple[object, ...]) -> Equation:
    _, comparison, method, covariates, anticipation, unbalanced = call
    return equation(
        estimator="callaway_santanna",
        group_time=GroupTime(
            comparison=COMPARISONS[str(comparison)],
            method=METHODS[str(method)],
            covariates=[] if covariates == "1" else [covariates],
            rows="all" if unbalanced else "balanced",
        ),
        anticipation={"listed": anticipation},
        inference=Inference(cluster=["village"]),
    )


def printed_name(row: dict[str, object]) -> str:
    """Name an estimate as did's output does."""
    if row["cohort"] and pd.notna(row["period"]):
        return f"ATT({row['cohort']},{row['period']})"
    if row["cohort"]:
        return f"group:{row['cohort']}"
    if pd.notna(row["event_time"]):
        return f"dynamic:{row['event_time']}"
    if pd.notna(row["period"]):
        return f"calendar:{row['period']}"
    if row["kind"] == "lead_test":
        return row["term"]
    return f"{AVERAGES[str(row['term']).partition(', ')[2]]}:overall"


def compared(call: tuple[object, ...]) -> pd.DataFrame:
    estimates, _ = estimate_block(irregular(str(call[0])), [asked(call)])
    estimates["name"] = [printed_name(row) for row in estimates.to_dict("records")]
    wanted = REFERENCE[(REFERENCE[CALL] == list(call)).all(axis=1)]
    return wanted.merge(estimates, left_on="term", right_on="name", how="left", suffixes=("_printed", ""))


@pytest.mark.parametrize("call", CALLS, ids=name_of)
def test_every_number_is_the_one_did_prints(call: tuple[object, ...]) -> None:
    both = compared(call)
    no_rows = both["se"].isna()  # did's 0 for a cell without rows; no estimate here, with the reason
    assert (both.loc[no_rows, "estimate_printed"] == 0).all()
    assert both.loc[no_rows, "estimate"].isna().all()
    if no_rows.any():  # that 0 is one of the eight effects which did averages for the cohort of 2012
        cohort = both[both["term_printed"] == "group:2012"].iloc[0]
        assert cohort["estimate"] * 7 / 8 == pytest.approx(cohort["estimate_printed"], abs=1e-6)
        no_rows |= both["term_printed"] == "group:2012"
    both = both[~no_rows]
    cells = both["term_printed"].str.startswith(("ATT", "group:2"))
    cells_agree = both[cells]
    unbalanced = bool(call[5]) and call[0] != "shared_4"  # shared_4 is balanced, whatever is allowed
    np.testing.assert_allclose(cells_agree["estimate"], cells_agree["estimate_printed"], rtol=0, atol=1e-6)
    known_sign = unbalanced and call[2] == "dr" and call[3] == "x0"
    errors = cells_agree["standard_error"] / cells_agree["se"] - 1
    assert errors.abs().max() < (0.012 if known_sign else 1e-4)
    averages = both[~cells]
    zero_entered = no_rows.any()
    tolerance = 3e-3 if zero_entered else 1e-6
    np.testing.assert_allclose(averages["estimate"], averages["estimate_printed"], rtol=0, atol=tolerance)
    errors = averages["standard_error"] / averages["se"] - 1
    assert errors.abs().max() < (0.05 if unbalanced else 1e-4)
    assert (both["units_printed"] == both["units"]).all()
