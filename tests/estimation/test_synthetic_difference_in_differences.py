"""Synthetic differences in differences: weights, averages, standard errors, and what has no number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from ruralpanel.estimation.synthetic_difference_in_differences.effects import effects_of
from ruralpanel.estimation.synthetic_difference_in_differences.layout import Layout
from ruralpanel.estimation.synthetic_difference_in_differences.weights import best_weights, fitted_weights
from tests.conftest import dated, equation
from tests.worded import estimate_block

PLACEBO = {"standard_errors": "placebo", "draws": 99, "search": "newton"}
BOOTSTRAP = {"standard_errors": "bootstrap", "draws": 99, "search": "newton"}


def found(panel: pd.DataFrame, **changes: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    changes = {"estimator": "synthetic_difference_in_differences", "seed": 3, **changes}
    return estimate_block(panel, [equation(**changes)])


def overall(rows: pd.DataFrame) -> pd.Series:
    return rows[(rows["term"] == "listed") & rows["event_time"].isna() & (rows["cohort"] == "")].squeeze()


def small(units: int) -> pd.DataFrame:
    """Every fourth village is treated in the fourth of five years, and nothing has an effect."""
    frame = pd.DataFrame(
        [(each, year) for each in range(units) for year in range(2000, 2005)], columns=["village", "year"]
    )
    frame["cohort"] = np.where(frame["village"] % 4 == 1, 2003, 0)
    frame["y"] = np.random.default_rng(1).normal(size=len(frame))
    return dated(frame)


def laid_out(seed: int, units: int = 12, periods: int = 7) -> Layout:
    random = np.random.default_rng(seed)
    outcome = random.normal(size=(units, 1)) + random.normal(size=(units, periods)).cumsum(axis=1)
    cohort = np.where(np.arange(units) % 3 == 0, 4.0, np.inf)
    cohort[1] = 5.0
    covariates = random.normal(size=(units, periods, 1))
    return Layout(outcome, covariates, cohort, np.arange(units), np.arange(periods), 0)


@settings(max_examples=5)
@given(st.integers(0, 1000))
def test_weights_are_those_of_a_general_optimiser(seed: int) -> None:
    random = np.random.default_rng(seed)
    differences, penalties = random.normal(size=(6, 5)), random.uniform(0.5, 2, size=5)

    def objective(weights: np.ndarray) -> float:
        return float(((differences @ weights) ** 2).sum() + (penalties * weights**2).sum())

    sums_to_one = {"type": "eq", "fun": lambda weights: weights.sum() - 1}
    other = minimize(objective, np.full(5, 0.2), bounds=[(0, 1)] * 5, constraints=sums_to_one, tol=1e-12)
    for weights, short, near in (
        # 10,000 steps of Frank and Wolfe may end short of the best: of seeds to 1000, by 0.09% in the worst.
        (fitted_weights(differences, penalties, stop_below=1e-14)[0], 2e-3, 1e-2),
        (best_weights(differences, penalties)[0], 1e-6, 1e-5),
    ):
        assert weights.min() >= 0
        assert weights.sum() == pytest.approx(1)
        assert objective(weights) == pytest.approx(other.fun, rel=short)
        np.testing.assert_allclose(weights, other.x, atol=near)


@given(st.integers(0, 1000), st.integers(1, 12), st.integers(2, 40), st.floats(-4, 8))
def test_newton_ends_where_no_weight_could_better_be_elsewhere(seed: int, rows: int, count: int, size: float) -> None:
    random = np.random.default_rng(seed)
    differences, penalties = random.normal(size=(rows, count)) * 10**size, random.uniform(0.01, 3, size=count)
    penalties *= 100**size
    weights, settled = best_weights(differences, penalties)
    assert settled
    slope = differences.T @ (differences @ weights) + penalties * weights
    assert weights.min() >= 0
    assert weights.sum() == pytest.approx(1)
    assert (weights * (slope - slope.min())).sum() <= 1e-6 * (weights * slope).sum()


def test_the_best_weights_may_be_asked_for(panel: pd.DataFrame) -> None:
    searched, best = (overall(found(panel, synthetic={"search": each})[0]) for each in ("frank_wolfe", "newton"))
    assert best["estimate"] != searched["estimate"]
    assert best["estimate"] == pytest.approx(searched["estimate"], abs=1e-3)
    assert best["standard_error"] == pytest.approx(searched["standard_error"], rel=0.01)


def test_an_effect_is_found_and_averaged_by_treated_rows(panel: pd.DataFrame) -> None:
    rows, _ = found(panel, regressors=["x"])
    effects = rows[rows["term"] == "listed"]
    treated = panel[(panel["listed"] == 1)]
    assert overall(rows)["estimate"] == pytest.approx(2, abs=0.1)
    for name, column in (("cohort", "cohort"), ("event_time", "listed_event_time")):
        parts = effects[effects[name].ne("") & effects[name].notna()]
        parts = parts[parts["event_time"].isna() | parts["event_time"].ge(0)]
        counts = treated[column].astype(int).astype(str).value_counts()
        assert sorted(parts[name].astype(str)) == sorted(counts.index)
        mean = np.average(parts["estimate"], weights=counts.loc[parts[name].astype(str)])
        assert mean == pytest.approx(overall(rows)["estimate"], abs=1e-12)
    assert (effects["regressors"] == "x").all()
    assert (effects["units"] == 40).all()
    assert rows.loc[rows["kind"] == "lead_test", "reason"].item().endswith("is no test of trends")


def test_the_window_says_which_event_times_are_reported(panel: pd.DataFrame) -> None:
    rows, _ = found(panel, window=[-2, 1])
    assert rows["event_time"].dropna().tolist() == [-2, -1, 0, 1]
    assert overall(rows)["estimate"] == overall(found(panel)[0])["estimate"]


def test_periods_of_anticipation_are_neither_before_nor_after(panel: pd.DataFrame) -> None:
    ahead = panel.assign(y=panel["y"] + 5.0 * (panel["listed_event_time"] == -1))
    rows, _ = found(ahead, anticipation={"listed": 1}, regressors=["x"])
    at = rows.set_index(rows["event_time"].astype("str"))["estimate"]
    assert at["-1"] == pytest.approx(5, abs=0.2)
    assert overall(rows)["estimate"] == pytest.approx(2, abs=0.1)


@pytest.mark.slow
@settings(max_examples=3)
@given(st.randoms(use_true_random=False), st.sampled_from([None, PLACEBO, BOOTSTRAP]))
def test_the_order_of_rows_does_not_matter(random, how: dict[str, object] | None) -> None:
    panel = small(units=12)
    order = list(range(len(panel)))
    random.shuffle(order)
    plain = found(panel, synthetic=how)[0]
    pd.testing.assert_frame_equal(found(panel.iloc[order], synthetic=how)[0], plain)


def test_levels_of_units_and_periods_cancel_and_units_scale(panel: pd.DataFrame) -> None:
    plain = found(panel)[0]
    moved = found(panel.assign(y=panel["y"] * 7 + 10 * panel["village"] - 3 * panel["year"]))[0]
    np.testing.assert_allclose(moved["estimate"], 7 * plain["estimate"], atol=1e-8)
    np.testing.assert_allclose(moved["standard_error"], 7 * plain["standard_error"], rtol=1e-6)


def test_the_jackknife_leaves_out_whole_clusters(panel: pd.DataFrame) -> None:
    frame = panel.assign(county=panel["village"] % 7)
    row = overall(found(frame, inference={"cluster": ["county"]})[0])
    wide = frame.set_index(["village", "year"])["y"].to_numpy().reshape(40, 8)
    first = frame.drop_duplicates("village")
    cohort = first["listed_cohort"].to_numpy(dtype=float, na_value=np.inf)
    layout = Layout(wide, np.zeros((*wide.shape, 0)), cohort, first["county"].to_numpy(), np.arange(2000, 2008), 0)
    cohorts = layout.cohorts()
    _, weightings = effects_of(layout, cohorts, np.ones(40))
    draws = []
    for left_out in range(7):
        stay = layout.group != left_out
        total, size = 0.0, 0
        for each, weighting in zip(cohorts, weightings, strict=True):
            own = wide[stay & (cohort == each.first)]
            weights = weighting.units[stay] / weighting.units[stay].sum()
            gap = own.mean(axis=0) - weights @ wide[stay]
            effect = gap[each.after].mean() - weighting.periods @ gap
            total, size = total + effect * own[:, each.after].size, size + own[:, each.after].size
        draws.append(total / size)
    assert row["standard_error"] == pytest.approx(np.sqrt(6 * np.var(draws)), rel=1e-10)
    assert row["clusters"] == 7
    assert row["variance"] == "jackknife with fixed weights, one county left out at a time"


@pytest.mark.slow
@settings(max_examples=4)
@given(st.integers(0, 100), st.booleans())
def test_a_unit_drawn_twice_is_as_good_as_two_equal_ones(seed: int, exact: bool) -> None:
    layout = laid_out(seed)
    copies = np.random.default_rng(seed).integers(0, 3, size=12).astype(float)
    copies[[0, 1, 2]] = 1  # of every cohort and of the never treated
    cohorts = layout.cohorts()
    _, before = effects_of(layout, cohorts, np.ones(12), exact=exact)
    drawn, _ = effects_of(layout, cohorts, copies, before)
    rows = np.repeat(np.arange(12), copies.astype(int))
    doubled = replace(
        layout, outcome=layout.outcome[rows], covariates=layout.covariates[rows], cohort=layout.cohort[rows]
    )
    starts = [replace(each, units=each.units[rows]) for each in before]
    other, _ = effects_of(doubled, cohorts, np.ones(len(rows)), starts)
    np.testing.assert_array_equal(drawn.sizes, other.sizes)
    scale = np.abs(other.values).max()
    np.testing.assert_allclose(drawn.values, other.values, atol=0.01 * scale)


@pytest.mark.slow
@pytest.mark.parametrize("how", [PLACEBO, BOOTSTRAP])
def test_draws_follow_the_seed_and_the_block(how: dict[str, object]) -> None:
    panel = small(units=24)
    errors = {
        changes: overall(found(panel, synthetic=how, **dict(changes))[0])["standard_error"]
        for changes in ((), (("seed", 4),), (("block", "other"),))
    }
    assert len(set(errors.values())) == 3
    jackknife = overall(found(panel)[0])["standard_error"]
    assert all(0.5 * jackknife < error < 2 * jackknife for error in errors.values())


@pytest.mark.slow
def test_a_placebo_of_one_treated_unit_takes_every_other_once(panel: pd.DataFrame) -> None:
    rows = panel[panel["village"].lt(32) & (panel["cohort"].eq(0) | panel["village"].eq(1))]
    one = dated(rows[["village", "year", "cohort", "y"]])
    rows = found(one, synthetic=PLACEBO)[0]
    assert set(rows["variance"]) == {"placebo treatments of units never treated, each of 8 units once"}
    assert overall(rows)["standard_error"] == overall(found(one, synthetic=PLACEBO, seed=9)[0])["standard_error"]
    never = one[one["cohort"] == 0]
    effects = []
    for village in never["village"].unique():
        treated = never.assign(cohort=np.where(never["village"] == village, 2003, 0))
        effects.append(overall(found(dated(treated[["village", "year", "cohort", "y"]]))[0])["estimate"])
    # Only the regularisation is that of each placebo here, and of the one treated unit there.
    assert overall(rows)["standard_error"] == pytest.approx(np.std(effects), rel=0.1)


def test_who_leaves_is_counted(panel: pd.DataFrame) -> None:
    panel = panel.drop(columns=[name for name in panel if name.startswith("listed")])
    panel.loc[panel["village"] == 4, "cohort"] = 1999
    panel.loc[panel["village"] == 8, "cohort"] = 2001
    panel = panel[~((panel["village"] == 12) & (panel["year"] == 2002))]
    rows, ledger = found(dated(panel))
    assert ledger["reason"].tolist()[1:4] == [
        "1 unit treated from the first period on",
        "1 unit not observed in all periods",
        "1 unit of cohort 2001 observed in less than two periods before treatment",
    ]
    assert ledger["rows_out"].tolist()[:5] == [319, 311, 304, 296, 296]
    assert overall(rows)["sample"] == (
        "all rows, without 1 unit treated from the first period on and without 1 unit not observed in all periods, "
        "without cohort 2001"
    )
    unused = rows[rows["cohort"] == "2001"].squeeze()
    assert pd.isna(unused["estimate"])
    assert unused["reason"] == "less than two periods before treatment, which weights are chosen by"


@pytest.mark.parametrize(
    ("change", "changes", "said"),
    [
        (lambda panel: panel[panel["cohort"] == 0], {}, "no unit of this sample is treated while it is observed"),
        (lambda panel: panel[panel["cohort"] > 0], {}, "0 units never treated, and weights are of two at least"),
        (lambda panel: panel[panel["village"].isin([0, 1, 5])], {}, "1 unit never treated, and weights are of two"),
        (lambda panel: panel[panel["year"] >= 2005], {}, "no cohort is observed in two periods before treatment"),
        (
            lambda panel: panel[(panel["year"] + panel["village"]) % 8 > 0],
            {},
            "no unit is left that is observed in all",
        ),
        (lambda panel: panel.assign(x=panel["village"]), {"regressors": ["x"]}, "x: collinear with the effects of"),
        (
            lambda panel: panel.assign(county=panel["year"] % 2),
            {"inference": {"cluster": ["county"]}},
            "`county` changes within units",
        ),
    ],
)
def test_what_cannot_be_estimated_has_a_reason(panel: pd.DataFrame, change, changes, said: str) -> None:
    rows, _ = found(change(panel), **changes)
    assert rows["estimate"].isna().all()
    assert said in rows["reason"].iloc[0]


@pytest.mark.parametrize(
    ("change", "how", "said"),
    [
        (lambda panel: panel[(panel["cohort"] != 2003) | (panel["village"] == 1)], None, "by jackknife: cohort 2003"),
        (lambda panel: panel[(panel["cohort"] == 0) | (panel["village"] == 1)], BOOTSTRAP, "treated in one village"),
        (
            lambda panel: panel[(panel["cohort"] > 0) | (panel["village"] < 12)],
            PLACEBO,
            "there are 3 units never treated",
        ),
    ],
)
def test_an_estimate_without_a_standard_error_has_a_reason(panel: pd.DataFrame, change, how, said: str) -> None:
    row = overall(found(change(panel), synthetic=how)[0])
    assert row["estimate"] == pytest.approx(2, abs=0.5)
    assert pd.isna(row["standard_error"])
    assert said in row["reason"]


def test_an_outcome_without_noise_is_fitted(panel: pd.DataFrame) -> None:
    exact = panel.assign(y=1.0 * panel["village"] + 2.0 * panel["listed"])
    assert overall(found(exact)[0])["estimate"] == pytest.approx(2)


@pytest.mark.slow
@settings(max_examples=8)
@given(st.integers(0, 10_000), st.sampled_from([None, PLACEBO, BOOTSTRAP]))
def test_a_panel_of_any_shape_gives_numbers_or_reasons(seed: int, how: dict[str, object] | None) -> None:
    random = np.random.default_rng(seed)
    years = sorted(random.choice(range(2000, 2009), random.integers(2, 8), replace=False))
    count = random.integers(2, 12)
    frame = pd.DataFrame([(unit, year) for unit in range(count) for year in years], columns=["village", "year"])
    frame["cohort"] = random.choice([0, 0, *random.choice(range(1999, 2010), 2)], count)[frame["village"]]
    frame["x"], frame["y"] = random.normal(size=(2, len(frame)))
    panel = dated(frame[random.uniform(size=len(frame)) > random.choice([0.0, 0.02])])
    rows, ledger = found(panel, synthetic=how, window=[-3, 2], regressors=["x"] if seed % 2 else [])
    assert (rows["estimate"].notna() | (rows["reason"] != "")).all()
    at_zero = rows["estimate"] == 0  # by construction: the only period that the weights leave to be measured from
    assert (rows["standard_error"].notna() | (rows["reason"] != "") | at_zero).all()
    assert (ledger["rows_out"].iloc[:-1].to_numpy() == ledger["rows_in"].iloc[1:].to_numpy()).all()
