from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from ruralpanel.study.blocks import Inference
from tests.conftest import dated, equation
from tests.estimation.conftest import found
from tests.worded import estimate_block


def test_cohorts_count_by_their_treated_units(panel: pd.DataFrame) -> None:
    # Cohorts of 10 and 4 units with effects that differ: the average of two comparisons with the clean controls.
    fewer = panel[(panel["cohort"] != 2005) | (panel["village"] < 18)]
    fewer = fewer.assign(y=fewer["y"] + 3.0 * (fewer["cohort"] == 2005) * fewer["listed"])
    rows = found(fewer[fewer["cohort"] != 2006], estimator="stacked", window=[-1, 1])
    by_hand, sizes = [], []
    for cohort in (2003, 2005):
        wide = fewer.pivot_table(index="village", columns="year", values="y")
        change = wide[cohort] - wide[cohort - 1]
        of = fewer.groupby("village")["cohort"].first()
        clean = (of == 0) | ((of > cohort + 1) & (of != 2006))
        by_hand.append(change[of == cohort].mean() - change[clean].mean())
        sizes.append((of == cohort).sum())
    assert sizes == [10, 4]
    assert rows.loc["0", "estimate"] == pytest.approx(np.average(by_hand, weights=sizes), abs=1e-10)
    assert rows.loc["listed", "estimate"] == pytest.approx(rows.loc[["0", "1"], "estimate"].astype(float).mean())
    assert rows.loc["0", "sample"] == "all rows, 2 sub-experiments stacked"


@pytest.mark.filterwarnings("ignore::UserWarning")  # statsmodels says that the dummies are collinear
def test_estimates_and_errors_are_those_of_a_regression_with_all_dummies(panel: pd.DataFrame) -> None:
    parts = []
    for cohort in (2003, 2005):  # 2006 is not observed two periods on
        onset = panel["listed_cohort"].fillna(np.inf)
        keep = panel["year"].between(cohort - 2, cohort + 2) & ((onset == cohort) | (onset > cohort + 2))
        part = panel[keep].assign(stack=cohort, event=panel["year"] - cohort)
        parts.append(part.assign(d=(part["cohort"] == cohort) * 1.0))
    stack = pd.concat(parts)
    counts = stack.groupby(["stack", "event"])["d"].agg(["sum", "size"])
    shares = counts["sum"] / counts["sum"].groupby("event").transform("sum")
    controls = counts["size"] - counts["sum"]
    q = (shares / (controls / controls.groupby("event").transform("sum"))).rename("q")
    stack = stack.join(q, on=["stack", "event"])
    stack["q"] = stack["q"].where(stack["d"] == 0, 1.0)
    for value in (-2, 0, 1, 2):
        stack[f"e{value + 2}"] = stack["d"] * (stack["event"] == value)
    stack["own"], stack["then"] = stack["stack"] * 1000 + stack["village"], stack["stack"] * 10000 + stack["year"]
    fit = smf.wls("y ~ e0 + e2 + e3 + e4 + x + C(own) + C(then)", stack, weights=stack["q"]).fit()
    clustered = fit.get_robustcov_results("cluster", groups=stack["village"], use_correction=False)
    errors = dict(zip(fit.params.index, clustered.bse, strict=True))
    plain = Inference(cluster=["village"], small_sample="none")
    rows = found(panel, estimator="stacked", window=[-2, 2], regressors=["x"], inference=plain)
    for value in (-2, 0, 1, 2):
        assert rows.loc[str(value), "estimate"] == pytest.approx(fit.params[f"e{value + 2}"], abs=1e-9)
        assert rows.loc[str(value), "standard_error"] == pytest.approx(errors[f"e{value + 2}"], rel=1e-6)
    names = list(fit.params.index)
    mean = np.array([(name in ("e2", "e3", "e4")) / 3 for name in names])
    error = float(np.sqrt(mean @ clustered.cov_params() @ mean))
    assert rows.loc["listed", "standard_error"] == pytest.approx(error, rel=1e-6)
    assert rows.loc["listed", "sample"] == "all rows, 2 sub-experiments stacked, without cohort 2006"


def test_the_stacking_is_in_the_ledger(panel: pd.DataFrame) -> None:
    _, ledger = estimate_block(panel, [equation(estimator="stacked", window=[-2, 2])])
    line = ledger[ledger["step"] == "stacked"].iloc[0]
    # 2003: 10 + 10 never treated + 10 of 2006; 2005: 10 + 10 never treated; five years each.
    assert (line["rows_in"], line["rows_out"]) == (320, (30 + 20) * 5)
    assert "2 sub-experiments stacked, without cohort 2006" in line["reason"]


def test_controls_stay_only_beside_treated_rows(panel: pd.DataFrame) -> None:
    # No cohort is observed one period after it is treated, so that no control is needed there.
    rows = found(panel[panel["listed_event_time"] != 1], estimator="stacked", window=[-1, 1])
    assert list(rows.index) == ["-1", "0", "listed", "joint test of leads"]
    only = found(panel[panel["listed_event_time"] != 0], estimator="stacked", window=[-1, 0])
    assert only["reason"].iloc[0] == "all treated rows of the sub-experiments are at the reference period -1"


def test_a_window_that_no_cohort_has_is_a_reason(panel: pd.DataFrame) -> None:
    rows = estimate_block(panel, [equation(estimator="stacked", window=[-6, 6])])[0]
    assert rows["estimate"].isna().all()
    assert "no cohort is observed from event time -6 to 6" in rows["reason"].iloc[0]


def without_noise(cohorts: list[int], effects: dict[int, float], ahead: float = 0.0) -> pd.DataFrame:
    """Make villages from 2000 to 2007 whose outcomes are effects of their own, and of their cohort."""
    rows = [(village, year, cohort) for village, cohort in enumerate(cohorts) for year in range(2000, 2008)]
    frame = pd.DataFrame(rows, columns=["village", "year", "cohort"])
    since = frame["year"] - frame["cohort"].where(frame["cohort"] > 0)
    effect = (since >= 0) * frame["cohort"].map(effects) + (since == -1) * ahead
    return dated(frame.assign(y=frame["village"] + 0.3 * frame["year"] + effect.fillna(0.0)))


def test_a_cohort_counts_where_the_panel_has_its_window_from_end_to_end() -> None:
    """Cohort 2001 lacks a year before, cohort 2007 has all of its own: three villages times 2 and one times 6."""
    panel = without_noise([2001, 2001, 2004, 2004, 2004, 2007, 0, 0, 0], {2001: 50.0, 2004: 2.0, 2007: 6.0})
    rows = found(panel, estimator="stacked", window=[-2, 0])
    assert rows.loc[["-2", "-1", "0"], "estimate"].tolist() == pytest.approx([0, 0, 3], abs=1e-9)
    assert rows.loc["listed", "sample"] == "all rows, 2 sub-experiments stacked, without cohort 2001"


def test_what_is_anticipated_is_in_no_control() -> None:
    """In 2004, the last year beside cohort 2003, outcomes of cohort 2005 have begun to move."""
    panel = without_noise([2003, 2003, 2005, 2005, 2005, 0, 0], {2003: 2.0, 2005: 2.0}, ahead=7.0)
    rows = found(panel, estimator="stacked", window=[-2, 1], anticipation={"listed": 1}, reference_period=-2)
    assert rows.loc[["-2", "-1", "0", "1"], "estimate"].tolist() == pytest.approx([0, 7, 2, 2], abs=1e-9)
