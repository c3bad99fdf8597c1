"""Imputation and its sibling in two stages: what they share and where they differ."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.estimation.sample import OUTCOME, estimation_sample
from ruralpanel.estimation.untreated import untreated_outcome
from ruralpanel.frames.ledger import Ledger
from tests.conftest import dated, equation, fewer_examples
from tests.estimation.conftest import found, irregular
from tests.worded import estimate_block

BOTH = pytest.mark.parametrize("estimator", ["imputation", "two_stage"])


@BOTH
def test_averages_are_those_of_a_dense_first_stage(estimator: str) -> None:
    panel = irregular(3)
    before = panel[~(panel["listed_event_time"] >= 0)]
    fit = smf.wls("y ~ x + C(village) + C(year)", before, weights=before["weight"]).fit()
    after = panel[panel["listed_event_time"] >= 0]
    difference = after["y"] - fit.predict(after)
    rows = found(panel, estimator=estimator, regressors=["x"], weights="weight")
    for event_time in (0, 1, 2):
        at = after["listed_event_time"] == event_time
        expected = np.average(difference[at], weights=after.loc[at, "weight"])
        assert rows.loc[str(event_time), "estimate"] == pytest.approx(expected, abs=1e-9)
    assert rows.loc["listed", "estimate"] == pytest.approx(np.average(difference, weights=after["weight"]), abs=1e-9)


def test_leads_of_imputation_are_a_regression_on_untreated_rows(panel: pd.DataFrame) -> None:
    before = panel[~(panel["listed_event_time"] >= 0)]
    before = before.assign(**{f"e{-value}": (before["listed_event_time"] == value) * 1.0 for value in (-3, -2, -1)})
    fit = smf.ols("y ~ e3 + e2 + e1 + C(village) + C(year)", before).fit()
    rows = found(panel, estimator="imputation", window=[-3, 1])
    assert rows.loc["-4", ["estimate", "event_time_bin"]].tolist() == [0.0, "and earlier"]
    for value in (-3, -2, -1):
        assert rows.loc[str(value), "estimate"] == pytest.approx(fit.params[f"e{-value}"], abs=1e-9)
    assert rows.loc["1", "event_time_bin"] == "and later"
    assert rows.loc["joint test of leads", "reason"].startswith("a joint test of 3")
    assert rows.loc["-1", ["sample", "observations"]].tolist() == ["all rows, untreated rows only", len(before)]
    assert rows.loc["1", ["sample", "observations"]].tolist() == ["all rows", 320]


@pytest.mark.parametrize("weights", [None, "weight"])
def test_errors_of_imputation_are_the_formula_by_hand(weights: str | None) -> None:
    panel = irregular(5)
    treated = (panel["listed_event_time"] >= 0).to_numpy()
    design = pd.get_dummies(panel[["village", "year"]].astype("str"), dtype=float).to_numpy()
    size = panel[weights].to_numpy() if weights else np.ones(len(panel))
    v = np.where(treated, size / size[treated].sum(), 0.0)
    before = size[~treated][:, None] * design[~treated]
    inverse = np.linalg.pinv(design[~treated].T @ before)
    difference = panel["y"].to_numpy() - design @ inverse @ before.T @ panel["y"].to_numpy()[~treated]
    v[~treated] = -before @ inverse @ design.T @ v
    # With counties as clusters, a group's mean is weighted by what its villages weigh in a county.
    frame = panel.assign(v=v, product=v * difference)[treated]
    sums = frame.groupby(["listed_cohort", "year", "county"])[["v", "product"]].sum()
    groups = (
        sums.assign(top=sums["v"] * sums["product"], bottom=sums["v"] ** 2).groupby(["listed_cohort", "year"]).sum()
    )
    mean = (groups["top"] / groups["bottom"]).rename("mean")
    difference[treated] -= frame.join(mean, on=["listed_cohort", "year"])["mean"].to_numpy()
    by_county = pd.Series(v * difference).groupby(panel["county"].to_numpy()).sum()
    row = found(panel, estimator="imputation", inference={"cluster": ["county"]}, weights=weights).loc["listed"]
    assert row["standard_error"] == pytest.approx(np.sqrt((by_county**2).sum()), rel=1e-8)
    assert (row["degrees_of_freedom"], row["small_sample"]) == (7, "none")


def test_errors_of_two_stages_are_the_sandwich_by_hand() -> None:
    panel = irregular(6)
    since = panel["listed_event_time"].to_numpy()
    first = pd.get_dummies(panel[["village", "year"]].astype("str"), dtype=float).to_numpy()
    second = np.column_stack([since == value for value in np.unique(since[~np.isnan(since)])]).astype(float)
    untreated = np.where(since >= 0, 0.0, 1.0)[:, None] * first
    size = panel["weight"].to_numpy()[:, None]
    inverse = np.linalg.pinv(untreated.T @ (size * untreated))
    left = panel["y"].to_numpy() - first @ inverse @ untreated.T @ (size[:, 0] * panel["y"].to_numpy())
    bread = np.linalg.inv(second.T @ (size * second))
    estimates = bread @ second.T @ (size[:, 0] * left)
    rest = left - second @ estimates
    scores = size * second * rest[:, None] - (size * untreated * left[:, None]) @ inverse @ first.T @ (size * second)
    by_county = pd.DataFrame(scores).groupby(panel["county"].to_numpy()).sum().to_numpy()
    errors = np.sqrt(np.diag(bread @ by_county.T @ by_county @ bread))
    rows = found(panel, estimator="two_stage", inference={"cluster": ["county"]}, weights="weight")
    rows = rows[rows["event_time"].notna()]
    np.testing.assert_allclose(rows["estimate"].astype(float), estimates, atol=1e-9)
    np.testing.assert_allclose(rows["standard_error"].astype(float), errors, rtol=1e-7)


@BOTH
def test_rows_that_cannot_be_imputed_leave_and_are_counted(panel: pd.DataFrame, estimator: str) -> None:
    # In 2007, the never treated are not observed, and nobody else is untreated.
    holes = panel[(panel["cohort"] > 0) | (panel["year"] < 2007)]
    estimates, ledger = estimate_block(holes, [equation(estimator=estimator)])
    assert ledger.loc[ledger["step"] == "not imputable", "rows_out"].item() == 280
    overall = estimates[estimates["event_time"].isna()].iloc[0]
    assert overall["sample"] == "all rows, without 30 treated rows that cannot be imputed"
    same = estimate_block(holes[holes["year"] < 2007], [equation(estimator=estimator)])[0]
    assert overall["estimate"] == pytest.approx(same[same["event_time"].isna()].iloc[0]["estimate"], abs=1e-10)


def test_islands_of_untreated_rows_are_not_compared() -> None:
    # Village 1 is untreated in 2000 only, village 2 in 2001 only: village 1 tells nothing of itself in 2001.
    frame = pd.DataFrame(
        [(1, 2000, 2001, 1.0), (1, 2001, 2001, 5.0), (2, 2001, 2002, 2.0), (2, 2002, 2002, 9.0)]
        + [(village, year, 0, float(village)) for village in (3, 4) for year in (2001, 2002)],
        columns=["village", "year", "cohort", "y"],
    )
    estimates, ledger = estimate_block(dated(frame), [equation(estimator="two_stage")])
    assert ledger.loc[ledger["step"] == "not imputable", "rows_in"].item() == 8
    assert ledger.loc[ledger["step"] == "not imputable", "rows_out"].item() == 7
    assert estimates[estimates["event_time"] == 0]["estimate"].item() == pytest.approx(7.0)


@BOTH
def test_anticipation_is_imputed_and_not_fitted_on(panel: pd.DataFrame, estimator: str) -> None:
    ahead = panel.assign(y=panel["y"] + 5.0 * (panel["listed_event_time"] == -1))
    rows = found(ahead, estimator=estimator, anticipation={"listed": 1})
    assert rows.loc["-1", "estimate"] == pytest.approx(5, abs=0.6)
    assert rows.loc["listed", "estimate"] == pytest.approx(2, abs=0.6)


@pytest.mark.slow
@BOTH
@fewer_examples(3)
@given(st.integers(0, 3), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_level_of_outcomes_do_not_matter(estimator: str, seed: int, random) -> None:
    panel = irregular(seed)
    order = list(range(len(panel)))
    random.shuffle(order)
    plain = estimate_block(panel, [equation(estimator=estimator)])[0]
    pd.testing.assert_frame_equal(estimate_block(panel.iloc[order], [equation(estimator=estimator)])[0], plain)
    moved = panel.assign(y=1000.0 + panel["y"] + 3 * panel["village"] - panel["year"])
    other = estimate_block(moved, [equation(estimator=estimator)])[0]
    np.testing.assert_allclose(other["estimate"], plain["estimate"], atol=1e-8)
    np.testing.assert_allclose(other["standard_error"], plain["standard_error"], rtol=1e-6)


@given(st.integers(0, 1000))
def test_the_sparse_first_stage_is_the_dense_one(seed: int) -> None:
    chosen = equation(regressors=["x"], estimator="imputation")
    sample = estimation_sample(irregular(seed), chosen, Ledger("estimation", "block"))
    untreated = ~(sample["listed_event_time"] >= 0).to_numpy()
    model = untreated_outcome(sample, untreated, chosen)
    design = model.design.toarray()
    coefficients = np.linalg.lstsq(design[untreated], sample[OUTCOME].to_numpy()[untreated], rcond=None)[0]
    rows = model.imputable
    np.testing.assert_allclose(model.predicted[rows], (design @ coefficients)[rows], atol=1e-9)
    rank = np.linalg.matrix_rank(design[untreated])
    for row in np.flatnonzero(~untreated):
        alone = np.linalg.matrix_rank(np.vstack([design[untreated], design[row]])) == rank
        assert rows[row] == alone


@BOTH
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda panel: panel.assign(listed_event_time=np.nan, listed_cohort=np.nan), "no unit of this sample is"),
        (lambda panel: panel[panel["listed"] == 1], "every unit is treated from its first period on"),
        (lambda panel: panel.assign(village=1), "one cluster only"),
        (lambda panel: panel.assign(y=panel["y"] * 1e300), "cannot be squared"),
        (lambda panel: panel[panel["year"].le(2002) | panel["listed"].eq(1)].query("year != 2003"), "no treated row"),
    ],
)
def test_what_cannot_be_estimated_has_a_reason(panel: pd.DataFrame, estimator: str, change, said: str) -> None:
    rows = estimate_block(change(panel), [equation(estimator=estimator)])[0]
    assert rows["estimate"].isna().all()
    assert said in rows["reason"].iloc[0]


@pytest.mark.parametrize("never", [True, False])
def test_as_many_leads_are_left_out_as_follow_from_the_others(panel: pd.DataFrame, never: bool) -> None:
    """One where villages are never treated, and one more where all are, for then a trend of event time is one of years
    and villages. The others are those of a regression on untreated rows."""
    some = panel if never else panel[panel["cohort"] > 0]
    before = some[~(some["listed_event_time"] >= 0)]
    seen = sorted(before["listed_event_time"].dropna().unique())
    kept = seen[1 if never else 2 :]
    dummies = {f"e{int(-value)}": (before["listed_event_time"] == value) * 1.0 for value in kept}
    fit = smf.ols(f"y ~ {' + '.join(dummies)} + C(village) + C(year)", before.assign(**dummies)).fit()
    rows = found(some, estimator="imputation")
    for value in kept:
        assert rows.loc[str(int(value)), "estimate"] == pytest.approx(fit.params[f"e{int(-value)}"], abs=1e-8)
    zero = rows.loc[str(int(seen[0 if never else 1]))]
    assert (zero["estimate"], zero["event_time_bin"]) == (0.0, "" if never else "and earlier")
    assert zero["reason"] == "what leads are measured from, zero by construction"
    for estimator in ("imputation", "two_stage"):
        reason = found(some, estimator=estimator).loc["joint test of leads", "reason"]
        assert reason.startswith(f"a joint test of {len(kept)} coefficients")
