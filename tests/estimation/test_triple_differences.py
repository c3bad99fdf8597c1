from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from ruralpanel.study.blocks import Inference
from tests.conftest import dated, equation
from tests.parity.dose_and_eligibility_panels import with_eligibility
from tests.study.conftest import Repository
from tests.worded import estimate_block


def found(panel: pd.DataFrame, **changes: Any) -> pd.DataFrame:
    asked = {"estimator": "triple_differences", "eligible": "eligible", **changes}
    return estimate_block(dated(panel), [equation(**asked)])[0]


def overall(rows: pd.DataFrame) -> pd.Series:
    return rows[rows["kind"] == "overall"].squeeze()


def test_two_periods_are_the_regression_with_all_interactions() -> None:
    panel = with_eligibility()
    panel = panel[panel["year"].isin([2002, 2003]) & panel["cohort"].ne(2004)].assign(place=lambda f: f["village"] // 4)
    for cluster in ("village", "place"):
        row = overall(found(panel, inference=Inference(cluster=[cluster])))
        panel["treated"], panel["later"] = (panel["cohort"] > 0).astype(int), (panel["year"] == 2003).astype(int)
        kinds = {"cov_type": "cluster", "cov_kwds": {"groups": panel[cluster], "use_correction": False}}
        fit = smf.ols("y ~ treated * eligible * later", panel).fit(**kinds)
        assert row["estimate"] == pytest.approx(fit.params["treated:eligible:later"], abs=1e-10)
        assert row["standard_error"] == pytest.approx(fit.bse["treated:eligible:later"], rel=1e-8)


def test_trends_of_places_and_of_the_eligible_cancel() -> None:
    panel = with_eligibility()
    since = panel["year"] - 2001
    bent = panel.assign(y=panel["y"] + since**2 * (panel["cohort"] % 7) - since * panel["eligible"] * 5)
    np.testing.assert_allclose(found(bent)["estimate"], found(panel)["estimate"], atol=1e-9)


def test_averages_weigh_cohorts_by_their_eligible() -> None:
    panel = with_eligibility()
    rows = found(panel)
    cells = rows[(rows["kind"] == "cell") & rows["event_time"].eq(0)].set_index("cohort")["estimate"]
    units = panel[panel["eligible"].eq(1) & panel["cohort"].gt(0)].drop_duplicates("village")
    counts = units["cohort"].astype(str).value_counts()
    at = rows[(rows["kind"] == "event_time") & rows["event_time"].eq(0)].squeeze()
    assert at["estimate"] == pytest.approx(np.average(cells, weights=counts[cells.index]), abs=1e-12)
    assert at["treated_clusters"] == counts.sum()
    assert at["sample"].startswith("all rows, compared with the never treated, effects on those with eligible")


@pytest.mark.slow
def test_the_truth_is_in_most_intervals_and_leads_are_rejected_rarely() -> None:
    held, rejected = [], []
    for seed in range(40):
        random = np.random.default_rng(seed)
        units = pd.DataFrame({"village": np.arange(80), "cohort": np.array([0, 2003])[np.arange(80) % 2]})
        units["eligible"] = np.arange(80) // 2 % 2
        panel = units.merge(pd.DataFrame({"year": range(2000, 2005)}), how="cross")
        treated = (panel["cohort"] > 0) & (panel["year"] >= panel["cohort"]) & (panel["eligible"] == 1)
        rows = found(panel.assign(y=2.0 * treated + random.normal(size=len(panel))))
        held.append(overall(rows)["interval_low"] < 2 < overall(rows)["interval_high"])
        rejected.append(rows.loc[rows["kind"] == "lead_test", "p_value"].item() < 0.05)
    assert np.mean(held) > 0.85
    assert np.mean(rejected) < 0.15


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda panel: panel.assign(eligible=0), "nobody is eligible: `eligible` is 0 in all rows"),
        (lambda panel: panel.assign(eligible=1), "everybody is eligible: `eligible` is 1 in all rows"),
        (lambda panel: panel.assign(eligible=0.5), "`eligible` has to be 0 or 1"),
        (lambda panel: panel.assign(eligible=panel["year"] % 2), "`eligible` changes within units"),
        (lambda panel: panel[panel["eligible"].eq(0) | panel["cohort"].eq(0)], "nobody in the cohort is eligible"),
        (lambda panel: panel[panel["eligible"].eq(1) | panel["cohort"].eq(0)], "everybody in the cohort is eligible"),
        (lambda panel: panel[panel["eligible"].eq(1) | panel["cohort"].gt(0)], "has both eligible units and others"),
        (lambda panel: panel[panel["cohort"].gt(0)], "there is nobody to compare the cohort with"),
    ],
)
def test_what_cannot_be_estimated_has_a_reason(change: Any, said: str) -> None:
    rows = found(change(with_eligibility()))
    assert rows["estimate"].isna().all()
    assert said in rows["reason"].iloc[0]


def test_a_study_says_who_is_eligible(tmp_path: Any) -> None:
    repository = Repository(tmp_path)
    repository.at("blocks.main").update(estimators=["triple_differences"])
    assert "triple_differences needs `eligible`" in repository.complaint()
    repository.at("blocks.main").update(eligible="poor")
    assert "`poor`" in repository.complaint()
