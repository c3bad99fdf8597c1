"""Reference output on panels that nobody here made; `other_panels/README.md` says where it is from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruralpanel.study.blocks import GroupTime, Inference
from tests.conftest import dated, equation
from tests.parity.test_did import printed_name
from tests.worded import estimate_block

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parent / "other_panels"
REFERENCE = pd.read_csv(FOLDER / "reference.csv.gz")
CALLS = list(dict.fromkeys(zip(REFERENCE["dataset"], REFERENCE["call"], strict=True)))
KNOWN = 0.04
"""By how much doubly robust errors on unbalanced panels differ at most, for the sign that `did/README.md` names."""


def panel_of(dataset: str) -> pd.DataFrame:
    panel = pd.read_csv(FOLDER / f"{dataset}.csv.gz").assign(lat=30.0, lon=100.0)
    return dated(panel, "unit") if "cohort" in panel else panel


def asked(described: str) -> dict[str, object]:
    changes = json.loads(described)
    changes["inference"] = Inference(**changes["inference"])
    if "group_time" in changes:
        changes["group_time"] = GroupTime(**changes["group_time"])
    return changes


@pytest.mark.parametrize(("dataset", "call"), CALLS)
def test_estimates_and_errors_are_those_printed(dataset: str, call: str) -> None:
    wanted = REFERENCE[(REFERENCE["dataset"] == dataset) & (REFERENCE["call"] == call)]
    changes = asked(wanted["equation"].iloc[0])
    estimates, _ = estimate_block(panel_of(dataset), [equation(**changes)])
    by_cohort = changes.get("estimator") == "callaway_santanna"
    names = [printed_name(row) if by_cohort else str(row["term"]) for row in estimates.to_dict("records")]
    found = estimates.set_axis(names).loc[wanted["term"]]
    np.testing.assert_allclose(found["estimate"], wanted["estimate"], rtol=0, atol=2e-9)
    doubly_robust = by_cohort and "'dr'" in call and "lpop" in call and "unbalanced_panel = TRUE" in call
    tolerance = KNOWN if doubly_robust else 1e-6
    np.testing.assert_allclose(found["standard_error"], wanted["standard_error"], rtol=tolerance)


def test_what_is_spanned_by_effects_is_named_and_left_out() -> None:
    call = "reghdfe y x x2 v_near, absorb(unit region_year) vce(cluster unit)"
    changes = asked(REFERENCE.loc[REFERENCE["call"] == call, "equation"].iloc[0])
    rows = estimate_block(panel_of("nested"), [equation(**changes)])[0].set_index("term")
    assert np.isnan(rows.loc["v_near", "estimate"])
    assert "collinear" in rows.loc["v_near", "reason"]
