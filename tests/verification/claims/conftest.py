from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralpanel.diagnosis.finding import Finding, findings_frame
from ruralpanel.reasons import because

CLEAN: dict[str, dict[str, float]] = {
    "differential_trends": {"leads_p": 0.4, "pretrend_slope": 0.1, "slope_that_matters": 0.5, "breakdown": 1.2},
    "transitory_selection": {"null_band_p": 0.01, "spike_ratio": 0.7},
    "influence": {"largest_change_in_se": 0.3, "sign_changes": 0.0, "without_most_treated": 0.4},
    "assignment_level": {},
    "few_clusters": {"clusters": 40.0, "treated_clusters": 20.0, "p": 0.001, "p_wild": 0.002},
    "attrition": {"exit_difference": 0.0},
    "heterogeneity": {"twfe_minus_average": 0.01},
}
"""What is found in a study that nothing is wrong with, by item."""


def finding(item: str, level: str = "silent", **numbers: float) -> Finding:
    """Make a finding."""
    flaw = because("nothing_found") if level == "silent" else because("item_failed", error="planted")
    return Finding(item, level, numbers, flaw)  # type: ignore[arg-type]


def diagnosed(treatment: str, outcome: str, items: Mapping[str, Any]) -> pd.DataFrame:
    """Lay out silent findings with these numbers, or findings as they are."""
    found = [each if isinstance(each, Finding) else finding(item, **each) for item, each in items.items()]
    return findings_frame([(treatment, outcome, each) for each in found])
