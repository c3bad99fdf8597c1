from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation import leads
from ruralpanel.inference.sign_changes import Contributions
from ruralpanel.study.blocks import Inference
from tests.estimation.conftest import estimates_of, irregular

TESTING = {
    "event_study": {},
    "sun_abraham": {},
    "callaway_santanna": {},
    "imputation": {"window": [-3, 3]},
    "two_stage": {},
    "stacked": {"window": [-3, 1]},
    "chaisemartin_dhaultfoeuille": {"window": [-3, 1]},
}
"""Estimators with a test of leads, and what they need beside the usual."""


def looked_at(panel: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> tuple[pd.Series, dict[str, Any]]:
    """Estimate, and give the row of the test beside what it was made of."""
    seen: dict[str, Any] = {}

    def spy(null: Contributions, random: np.random.Generator) -> tuple[float, int]:
        seen["null"] = null
        return found(null, random)

    found = leads.sign_changes_p_value
    monkeypatch.setattr(leads, "sign_changes_p_value", spy)
    rows = estimates_of(panel, **changes)
    row = rows[rows["kind"] == "lead_test"].iloc[0]
    own = rows[(rows["cohort"] == "") & rows["event_time"].notna() & rows["standard_error"].notna()]
    seen["leads"] = own[own["event_time"] < 0].set_index("event_time")["estimate"].astype("float64")
    return row, seen


@pytest.mark.slow(but_each=5)
@pytest.mark.parametrize("panel_of", ["balanced", "irregular"])
@pytest.mark.parametrize(("estimator", "needs"), TESTING.items())
def test_contributions_of_clusters_add_up_to_the_leads(
    estimator: str, needs: dict, panel_of: str, panel: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = panel if panel_of == "balanced" else irregular(3)
    extra = {"weights": "weight", "regressors": ["x"]} if panel_of == "irregular" else {}
    if estimator == "callaway_santanna":
        extra = {"group_time": {"rows": "all"}} if panel_of == "irregular" else {}
    elif estimator == "chaisemartin_dhaultfoeuille":
        extra = {"weights": "weight"} if panel_of == "irregular" else {}
    row, seen = looked_at(
        used, monkeypatch, estimator=estimator, inference=Inference(cluster=["county"]), **(needs | extra)
    )
    sums = seen["null"].sums.sum(axis=0)
    assert 0 < row["p_value"] <= 1
    np.testing.assert_allclose(np.sort(sums), np.sort(seen["leads"].to_numpy()[-len(sums) :]), atol=1e-9)


@pytest.mark.slow(but_each=2)
@pytest.mark.parametrize(
    "estimator",
    ["event_study", "sun_abraham", "callaway_santanna", "two_stage", "stacked", "chaisemartin_dhaultfoeuille"],
)
def test_leads_that_are_known_exactly_are_not_tested(estimator: str, panel: pd.DataFrame) -> None:
    panel["y"] = panel["village"] * 0.1 + (panel["year"] - 2000) * 0.3 + 2.0 * panel["listed"]  # and no noise
    window = [-2, 1] if estimator == "stacked" else None
    switching = {} if estimator == "chaisemartin_dhaultfoeuille" else None
    changes = {"estimator": estimator, "window": window, "switching": switching, "seed": 1}
    rows = estimates_of(panel, **changes)
    row = rows[rows["kind"] == "lead_test"].iloc[0]
    assert pd.isna(row["statistic"]) and pd.isna(row["p_value"])
    assert "is zero but for rounding" in row["reason"]
