from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from tests.conftest import equation
from tests.estimation.conftest import found, irregular
from tests.worded import estimate_block


def test_it_is_least_squares_on_long_differences() -> None:
    panel = irregular(2)
    at = panel.set_index(["village", "year"])
    rows = []
    for (village, year), row in at.iterrows():
        base, later = (village, year - 2), (village, year + 1)
        onset = row["cohort"] or np.inf
        if base in at.index and later in at.index and (onset == year or onset > year + 1):
            change = at.loc[later, "y"] - at.loc[base, "y"]
            rows.append((village, year, change, float(onset == year), at.loc[base, "x"], row["weight"]))
    frame = pd.DataFrame(rows, columns=["village", "year", "change", "new", "x", "weight"])
    fit = smf.wls("change ~ new + x + C(year)", frame, weights=frame["weight"]).fit()
    chosen = {"window": [-3, 1], "regressors": ["x"], "weights": "weight", "reference_period": -2}
    row = found(panel, estimator="local_projections", **chosen).loc["1"]
    assert row["estimate"] == pytest.approx(fit.params["new"], abs=1e-9)
    assert row["observations"] == len(frame)
    groups = frame["village"]
    error = fit.get_robustcov_results("cluster", groups=groups).bse[list(fit.params.index).index("new")]
    # Years are no part of a village, so that fixest counts all coefficients, as statsmodels does.
    assert row["standard_error"] == pytest.approx(error, rel=1e-6)


def test_anticipating_units_are_no_clean_controls(panel: pd.DataFrame) -> None:
    ahead = panel.assign(y=panel["y"] + 5.0 * (panel["listed_event_time"] == -1))
    rows = found(ahead, estimator="local_projections", window=[-3, 2], anticipation={"listed": 1}, reference_period=-2)
    assert rows.loc["-1", "estimate"] == pytest.approx(5, abs=0.8)
    assert rows.loc["0", "estimate"] == pytest.approx(2, abs=0.8)
    assert rows.loc["-3", "estimate"] == pytest.approx(0, abs=0.8)


def test_an_event_time_that_nobody_has_is_a_reason(panel: pd.DataFrame) -> None:
    rows = found(panel, estimator="local_projections", window=[-7, 1])
    assert rows.loc["-7", "reason"] == ("event time -7: no treated unit has a row there and at the reference period")
    assert rows.loc["0", "estimate"] == pytest.approx(2, abs=0.8)
    assert rows.loc["joint test of leads", "reason"].startswith("each event time is a regression of its own")


def test_without_clean_controls_there_is_no_estimate(panel: pd.DataFrame) -> None:
    rows = found(panel[panel["cohort"] == 2005], estimator="local_projections", window=[-2, 1])
    assert rows["estimate"].fillna(0).eq(0).all()
    assert (
        "event time 0: newly treated: nothing is left once the fixed effects are taken out" in rows.loc["0", "reason"]
    )


def test_every_event_time_has_a_line_in_the_ledger(panel: pd.DataFrame) -> None:
    _, ledger = estimate_block(panel, [equation(estimator="local_projections", window=[-2, 1])])
    reasons = ledger.set_index("step")["reason"]
    # Seven years with one before them: 10 never treated in all, and the cohorts' 10 in 2, 4 and 5 years of these.
    assert reasons["event time 0"] == "differences of 30 units when they are treated, and 180 of clean controls"
    assert (ledger["rows_in"] == 320).all()
    assert list(ledger["step"])[1:] == ["event time -2", "event time 0", "event time 1", "event times 0 to 1 together"]
