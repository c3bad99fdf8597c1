from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from ruralpanel.study.blocks import Inference
from tests.conftest import dated, equation
from tests.worded import estimate_block

PLAIN = Inference(cluster=["county"], small_sample="none")
ADDED = ["listed", "listed_cohort", "listed_event_time"]


def estimates_of(panel: pd.DataFrame, **changes: object) -> pd.DataFrame:
    return estimate_block(panel, [equation(estimator="sun_abraham", **changes)])[0]


def average(rows: pd.DataFrame, cohort: str = "") -> pd.Series:
    """Pick the average over all that is treated, or over a cohort."""
    return rows[(rows["term"] == "listed") & rows["event_time"].isna() & (rows["cohort"] == cohort)].iloc[0]


def redated(panel: pd.DataFrame) -> pd.DataFrame:
    return dated(panel.drop(columns=ADDED))


@pytest.fixture
def uneven(panel: pd.DataFrame) -> pd.DataFrame:
    """Make the effects those of the cohorts, growing from period to period, and leave no noise."""
    slope = panel["cohort"].map({0: 0.0, 2003: 1.0, 2005: -2.0, 2006: 4.0})
    effect = (slope * (panel["listed_event_time"].astype("float64") + 1)).fillna(0.0) * panel["listed"]
    return panel.assign(y=panel["village"] * 0.3 + (panel["year"] - 2003) ** 2 + effect)


def test_effects_that_differ_by_cohort_are_averaged_by_rows(uneven: pd.DataFrame) -> None:
    rows = estimates_of(uneven)
    by_time = rows[rows["event_time"].notna()].set_index("event_time")["estimate"]
    assert by_time.loc[[-6, -2, -1]].tolist() == pytest.approx([0, 0, 0], abs=1e-8)
    assert by_time.loc[0] == pytest.approx((1 - 2 + 4) / 3, abs=1e-8)
    assert by_time.loc[2] == pytest.approx((3 - 6) / 2, abs=1e-8)
    assert by_time.loc[4] == pytest.approx(5, abs=1e-8)
    assert average(rows, "2005")["estimate"] == pytest.approx(-2 * (1 + 2 + 3) / 3, abs=1e-8)
    effects = [1, 2, 3, 4, 5, -2, -4, -6, 4, 8]
    assert average(rows)["estimate"] == pytest.approx(np.mean(effects), abs=1e-8)


def test_a_window_takes_event_times_away_and_changes_no_number(panel: pd.DataFrame) -> None:
    key = ["term", "cohort", "event_time"]
    whole, shown = estimates_of(panel), estimates_of(panel, window=[-2, 1])
    assert shown["event_time"].dropna().tolist() == [-2, -1, 0, 1]
    both = shown.merge(whole, on=key)
    tested = both["term"] == "joint test of leads"
    assert len(both) == len(shown)
    pd.testing.assert_series_equal(both["estimate_x"], both["estimate_y"], check_names=False)
    assert (both.loc[tested, "statistic_x"] != both.loc[tested, "statistic_y"]).all()
    assert average(shown)["standard_error"] == average(whole)["standard_error"]


@pytest.mark.parametrize("weights", [None, "weight"])
def test_averages_and_their_errors_are_those_of_dummies_in_statsmodels(
    panel: pd.DataFrame, weights: str | None
) -> None:
    rows = estimates_of(panel, regressors=["x"], inference=PLAIN, weights=weights)
    heavy = panel[weights] if weights else pd.Series(1.0, index=panel.index)
    names, sizes, by_hand = [], [], panel.copy()
    for cohort in (2003, 2005, 2006):
        for year in range(2000, 2008):
            if year != cohort - 1:
                names.append(f"c{cohort}y{year}")
                by_hand[names[-1]] = ((panel["cohort"] == cohort) & (panel["year"] == year)).astype(float)
                sizes.append((by_hand[names[-1]] * heavy).sum() if year >= cohort else 0.0)
    fit = smf.wls(f"y ~ {' + '.join(names)} + x + C(village) + C(year)", by_hand, weights=heavy).fit(
        cov_type="cluster", cov_kwds={"groups": panel["county"], "use_correction": False}
    )
    shares = np.array(sizes) / sum(sizes)
    row = average(rows)
    assert row["estimate"] == pytest.approx(shares @ fit.params[names], abs=1e-8)
    assert row["standard_error"] == pytest.approx(
        float(np.sqrt(shares @ fit.cov_params().loc[names, names].to_numpy() @ shares)), rel=1e-6
    )
    assert rows.set_index("term").loc["x", "estimate"] == pytest.approx(fit.params["x"], abs=1e-8)


def test_with_one_cohort_it_is_the_event_study(panel: pd.DataFrame) -> None:
    single = panel[panel["cohort"].isin([0, 2005])]
    ours = estimates_of(single).set_index("event_time")
    study = estimate_block(single, [equation(estimator="event_study")])[0].set_index("event_time")
    for event_time in (-5, -2, 0, 2):
        for column in ("estimate", "standard_error", "p_value"):
            assert ours.loc[event_time, column] == pytest.approx(study.loc[event_time, column], rel=1e-6)
    tests = [frame[frame["term"] == "joint test of leads"]["statistic"].iloc[0] for frame in (ours, study)]
    assert tests[0] == pytest.approx(tests[1], rel=1e-6)


def test_the_last_treated_are_compared_with_until_they_are_treated(panel: pd.DataFrame) -> None:
    estimates, ledger = estimate_block(panel, [equation(estimator="sun_abraham", comparison="last_treated")])
    early = panel[(panel["cohort"] > 0) & (panel["year"] < 2006)]
    same = estimates_of(redated(early.assign(cohort=early["cohort"].replace(2006, 0))))
    assert average(estimates)["estimate"] == pytest.approx(average(same)["estimate"], abs=1e-10)
    assert average(estimates)["standard_error"] == pytest.approx(average(same)["standard_error"], rel=1e-9)
    line = ledger[ledger["step"] == "compared with the last treated"].iloc[0]
    assert (line["rows_in"], line["rows_out"]) == (320, 180)
    assert "10 units never treated" in line["reason"]
    assert "compared with cohort 2006" in estimates["sample"].iloc[0]


def test_without_anyone_untreated_the_last_treated_are_named(panel: pd.DataFrame) -> None:
    row = estimates_of(panel[panel["cohort"] > 0]).iloc[0]
    assert np.isnan(row["estimate"])
    assert "`comparison: last_treated`" in row["reason"]


def test_cohorts_of_the_future_are_compared_with(uneven: pd.DataFrame) -> None:
    before = uneven[uneven["year"] < 2006]
    rows = estimates_of(before)
    assert set(rows["cohort"]) == {"", "2003", "2005"}
    assert average(rows)["estimate"] == pytest.approx((1 + 2 + 3 - 2) / 4, abs=1e-8)


def test_always_treated_units_leave_unless_they_are_kept(panel: pd.DataFrame) -> None:
    early = redated(panel.assign(cohort=panel["cohort"].replace(2003, 1999)))
    estimates, ledger = estimate_block(early, [equation(estimator="sun_abraham")])
    assert estimates["observations"].iloc[0] == 240
    assert "always treated dropped" in ledger["step"].tolist()
    kept = estimates_of(early, always_treated="keep")
    assert kept["observations"].iloc[0] == 320
    as_never = estimates_of(redated(early.assign(cohort=early["cohort"].replace(1999, 0))))
    assert average(kept)["estimate"] == pytest.approx(average(as_never)["estimate"], abs=1e-10)


def test_a_cohort_without_the_reference_is_measured_from_before_it(uneven: pd.DataFrame) -> None:
    gap = uneven[~((uneven["cohort"] == 2005) & (uneven["year"] == 2004))]
    estimates, ledger = estimate_block(gap, [equation(estimator="sun_abraham")])
    line = ledger[ledger["step"] == "measured from"].iloc[0]
    assert line["reason"].endswith("are measured from another: 2005 from -2")
    assert average(estimates, "2005")["estimate"] == pytest.approx(-4, abs=1e-8)
    as_fixest, said = estimate_block(gap, [equation(estimator="sun_abraham", missing_reference="fixest")])
    assert average(as_fixest, "2005")["estimate"] == pytest.approx(((6 - 2) + (6 - 4)) / 2, abs=1e-8)
    assert "2005 at 2" in said[said["step"] == "averaged over cohorts"]["reason"].iloc[0]


def test_a_cohort_without_rows_before_the_reference_is_measured_from_after_it(uneven: pd.DataFrame) -> None:
    late = uneven[~((uneven["cohort"] == 2005) & (uneven["year"] < 2004))]
    estimates, ledger = estimate_block(late, [equation(estimator="sun_abraham", reference_period=-2)])
    assert "2005 from -1" in ledger[ledger["step"] == "measured from"]["reason"].iloc[0]
    assert average(estimates, "2005")["estimate"] == pytest.approx(-4, abs=1e-8)


def test_singletons_that_reghdfe_drops_do_not_count_in_shares(panel: pd.DataFrame) -> None:
    alone = pd.concat([panel, panel[panel["cohort"] == 2005].tail(1).assign(village=99)], ignore_index=True)
    reghdfe = Inference(cluster=["county"], small_sample="reghdfe")
    before, after = (
        estimates_of(frame, inference=reghdfe, always_treated="keep", fixed_effects=["village", "year"])
        for frame in (panel, alone)
    )
    assert average(after)["estimate"] == pytest.approx(average(before)["estimate"], abs=1e-10)
    assert after["observations"].iloc[0] == 320


def test_anticipated_event_times_are_neither_measured_from_nor_tested(uneven: pd.DataFrame) -> None:
    gap = uneven[~((uneven["cohort"] == 2005) & (uneven["year"] == 2003))]
    changes = {"reference_period": -2, "anticipation": {"listed": 1}}
    estimates, ledger = estimate_block(gap, [equation(estimator="sun_abraham", **changes)])
    assert "2005 from -3" in ledger[ledger["step"] == "measured from"]["reason"].iloc[0]
    reason = estimates[estimates["term"] == "joint test of leads"]["reason"].iloc[0]
    tested = [-6, -5, -4, -3]
    assert f"{len(tested)} leads" in reason or f"{len(tested)} coefficients" in reason


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda panel: panel.assign(listed_event_time=np.nan, listed_cohort=np.nan), "no cohort is observed both"),
        (lambda panel: panel[panel["year"] >= 2006], "each is treated whenever it is seen"),
        (lambda panel: panel[panel["year"] < 2003], "no cohort is observed both"),
        (lambda panel: panel.assign(y=1.0), "the outcome does not vary"),
    ],
)
def test_what_cannot_be_estimated_is_a_row_with_a_reason(panel: pd.DataFrame, change, said: str) -> None:
    rows = estimates_of(change(panel))
    assert rows["estimate"].isna().all()
    assert said in rows["reason"].iloc[0]


def test_the_order_of_rows_does_not_matter(panel: pd.DataFrame) -> None:
    shuffled = panel.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(estimates_of(panel), estimates_of(shuffled))


def test_a_reference_that_nobody_is_observed_at_is_a_reason(panel: pd.DataFrame) -> None:
    biennial = panel[(panel["year"] % 2 == 1) & (panel["cohort"] != 2006)]
    estimates, _ = estimate_block(biennial, [equation(estimator="sun_abraham", missing_reference="reason")])
    (reason,) = estimates["reason"]
    assert reason.endswith("`missing_reference: earlier` measures them from -2, the last wave before treatment")
    assert "no unit connects event times -4, -2, 0, 2, 4" in reason
