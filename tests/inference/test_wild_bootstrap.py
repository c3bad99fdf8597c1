from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.estimation import block
from ruralpanel.estimation.estimates import COLUMNS, ROW
from ruralpanel.estimation.two_way_fixed_effects import estimate
from ruralpanel.frames.ledger import Ledger
from ruralpanel.inference.random_draws import generator, share_as_large
from ruralpanel.inference.wild_bootstrap import wild_weights
from ruralpanel.words.sentences import sentence
from tests.conftest import equation, fewer_examples
from tests.worded import estimate_block

BOOTSTRAP = {"cluster": ["county"], "small_sample": "none", "bootstrap": {"draws": 1999}}


def rows_of(panel: pd.DataFrame, **changes: object) -> dict[str, dict]:
    asked = equation(**{"inference": BOOTSTRAP, "seed": 3, **changes})
    result = estimate(panel, asked, Ledger("estimation", "x", "village", "year"))
    return {row["term"]: row for row in result.rows if row.get("period") is None}


def drawn_of(panel: pd.DataFrame, **changes: object) -> dict[str, np.ndarray]:
    asked = equation(**{"inference": BOOTSTRAP, "seed": 3, **changes})
    result = estimate(panel, asked, Ledger("estimation", "x", "village", "year"))
    return {result.rows[at]["term"]: each.bootstrap.statistics for at, each in result.draws.items() if each.bootstrap}


@pytest.mark.slow(but_each=6)
@pytest.mark.parametrize("null", [True, False], ids=["null imposed", "not imposed"])
@pytest.mark.parametrize(
    "changes",
    [
        {"fixed_effects": []},
        {"fixed_effects": ["year"]},
        {"fixed_effects": ["village", "year"], "weights": "weight"},
        {"fixed_effects": ["village[year]", "year"]},
        {"fixed_effects": ["village", "year"], "moderators": ["kinship"]},
    ],
    ids=["pooled", "one effect", "weighted", "slopes", "moderated"],
)
def test_statistics_are_those_of_regressions_run_anew(panel: pd.DataFrame, changes: dict, null: bool) -> None:
    """Every draw of ten counties' signs, estimated by least squares on explicit dummies."""
    panel = panel.assign(kinship=np.cos(panel["village"]))
    options = BOOTSTRAP | {"bootstrap": {"draws": 1999, "impose_null": null}}
    rows = rows_of(panel, inference=options, regressors=["x"], **changes)
    drawn = drawn_of(panel, inference=options, regressors=["x"], **changes)
    year = pd.get_dummies(panel["year"], dtype=float).to_numpy()
    village = pd.get_dummies(panel["village"], dtype=float).to_numpy()
    parts = [panel[["listed", "x"]].to_numpy(dtype=float)]
    if changes.get("moderators"):
        kinship = panel[["kinship"]].to_numpy()
        parts += [panel[["listed"]].to_numpy() * kinship, year * kinship]
    effects = changes["fixed_effects"]
    parts += [year] if "year" in effects else []
    parts += [village] if "village" in effects or "village[year]" in effects else []
    parts += [village * (panel[["year"]].to_numpy() - 2003.5)] if "village[year]" in effects else []
    parts += [] if effects else [np.ones((len(panel), 1))]
    root = np.sqrt(panel[["weight"]].to_numpy()) if changes.get("weights") else np.ones((len(panel), 1))
    x, y = np.hstack(parts) * root, panel["y"].to_numpy() * root[:, 0]
    county = panel["county"].to_numpy()
    patterns = np.arange(1024)[:, None] >> np.arange(10) & 1
    for term, position in [("listed", 0), ("listed*kinship", 2)]:
        if term not in rows:
            continue
        rest = np.delete(x, position, axis=1)
        used = rest if null else x
        fitted = used @ np.linalg.pinv(used) @ y
        inverse = np.linalg.pinv(x)
        found = inverse @ y
        bread = np.linalg.pinv(x.T @ x)[position]
        by_hand = []
        for signs in patterns[:200] * 2 - 1:
            outcome = fitted + (y - fitted) * signs[county]
            coefficients = inverse @ outcome
            scores = x * (outcome - x @ coefficients)[:, None]
            sums = pd.DataFrame(scores).groupby(county).sum().to_numpy()
            distance = coefficients[position] - (0 if null else found[position])
            by_hand.append(abs(distance) / np.sqrt(((sums @ bread) ** 2).sum()))
        np.testing.assert_allclose(drawn[term][:200], by_hand, rtol=1e-6, atol=1e-6)
    assert len(drawn["listed"]) == 1024
    assert "all 1,024 patterns of signs" in sentence(rows["listed"]["bootstrap"])


def test_regressors_are_bootstrapped_and_collinear_terms_have_no_number(panel: pd.DataFrame) -> None:
    rows = rows_of(panel.assign(fixed=panel["village"] * 2.0), regressors=["x", "fixed"])
    assert 0 < rows["listed"]["p_value_bootstrap"] < 0.05
    assert 0 < rows["x"]["p_value_bootstrap"] < 1
    assert "p_value_bootstrap" not in rows["fixed"]


@pytest.mark.slow
@fewer_examples(2)
@given(st.randoms(use_true_random=False), st.sampled_from(["rademacher", "webb"]))
def test_neither_the_order_of_rows_nor_names_in_the_same_order_play_a_part(random, kind: str) -> None:
    numbers = np.random.default_rng(random.randrange(1000))
    panel = pd.DataFrame([(unit, year) for unit in range(24) for year in range(4)], columns=["village", "year"]).assign(
        county=lambda each: each["village"] // 2, listed=lambda each: (each["village"] % 3 == 0) & (each["year"] > 1)
    )
    panel = panel.assign(listed=panel["listed"].astype(int), y=numbers.normal(size=len(panel)))
    panel = panel.assign(listed_event_time=panel["year"] - 2, listed_cohort=2)
    options = {"cluster": ["county"], "bootstrap": {"weights": kind, "draws": 499}}
    first = rows_of(panel, inference=options)["listed"]["p_value_bootstrap"]
    shuffled = panel.sample(frac=1, random_state=random.randrange(1000))
    renamed = shuffled.assign(county="c" + shuffled["county"].astype(str).str.zfill(3))
    assert 0 < first <= 1
    assert rows_of(shuffled, inference=options)["listed"]["p_value_bootstrap"] == first
    assert rows_of(renamed, inference=options)["listed"]["p_value_bootstrap"] == first


def test_equations_of_a_block_share_the_weights_of_a_cluster(panel: pd.DataFrame) -> None:
    counties = panel["village"] // 2
    weights = [wild_weights(each, "webb", 99, generator(1, "main", "x")) for each in (counties, counties.iloc[::-1])]
    np.testing.assert_array_equal(weights[0].codes, weights[1].codes)
    part = weights[0].of(pd.Index([3, 5]))
    np.testing.assert_array_equal(part.codes, weights[0].codes[:, [3, 5]])
    other = wild_weights(counties, "webb", 99, generator(1, "robustness", "x"))
    assert (other.codes != weights[0].codes).any()


def test_webb_s_weights_have_mean_zero_and_variance_one(panel: pd.DataFrame) -> None:
    weights = wild_weights(panel["village"], "webb", 99, generator(1, "main", "x"))
    assert sorted(weights.values**2) == pytest.approx([0.5, 0.5, 1, 1, 1.5, 1.5])
    assert (weights.values.mean(), weights.values.var()) == (pytest.approx(0), pytest.approx(1))


def test_a_draw_that_cannot_be_computed_counts_as_large() -> None:
    assert share_as_large(2.0, np.array([1.0, np.nan, -3.0, 2.0]), exact=True) == 3 / 4
    assert share_as_large(2.0, np.array([1.0, 0.5, 0.0]), exact=False) == 1 / 4


@pytest.mark.parametrize("null", [True, False], ids=["null imposed", "not imposed"])
def test_the_interval_holds_what_is_not_rejected(panel: pd.DataFrame, null: bool) -> None:
    """Shift the outcome by a share of the treatment: the test of zero is then the test of that share."""
    options = {"cluster": ["county"], "bootstrap": {"draws": 1999, "impose_null": null}, "level": 0.9}
    row = rows_of(panel, inference=options, regressors=["x"])["listed"]
    low, high = row["interval_low_bootstrap"], row["interval_high_bootstrap"]
    assert low < row["estimate"] < high
    for end, outwards in ((low, -1), (high, 1)):
        for distance, is_inside in ((-1e-4, True), (1e-4, False)):
            shifted = panel.assign(y=panel["y"] - (end + outwards * distance) * panel["listed"])
            again = rows_of(shifted, inference=options, regressors=["x"])["listed"]
            # Not imposed, the p-value counts the estimate as one draw more, and the quantile does not.
            p_value = again["p_value_bootstrap"] * (1 if null else 1025 / 1024) - (0 if null else 1 / 1024)
            assert (p_value >= 0.1 - 1e-9) == is_inside


def test_too_few_patterns_reject_nothing_however_far(panel: pd.DataFrame) -> None:
    few = panel.assign(county=panel["village"] // 10)
    row = rows_of(few)["listed"]
    assert row["p_value_bootstrap"] >= 2 / 16
    assert (row["interval_low_bootstrap"], row["interval_high_bootstrap"]) == (-np.inf, np.inf)


def test_effects_that_cross_in_too_many_levels_are_a_reason(panel: pd.DataFrame, monkeypatch) -> None:
    monkeypatch.setattr("ruralpanel.inference.crossing_effects.MOST_LEVELS", 5)
    row = rows_of(panel)["listed"]
    assert sentence(row["bootstrap"]) == "no bootstrap: fixed effects cross in 8 levels, more than 5"
    assert "p_value_bootstrap" not in row


@pytest.mark.slow
def test_with_few_treated_clusters_it_rejects_about_as_often_as_it_says() -> None:
    """Twelve counties, three of them treated, errors correlated within them: t tests at 5% reject far more often."""
    random = np.random.default_rng(11)
    base = pd.DataFrame([(unit, year) for unit in range(36) for year in range(6)], columns=["village", "year"])
    base = base.assign(county=base["village"] // 3)
    base = base.assign(listed=((base["county"] < 3) & (base["year"] > 2)).astype(int), listed_event_time=0)
    rejected = np.zeros(2)
    draws = 200
    for _ in range(draws):
        common = random.normal(size=(12, 2))[base["county"], (base["year"] > 2).astype(int)]
        sample = base.assign(y=common + random.normal(size=len(base)))
        row = rows_of(sample, inference={"cluster": ["county"], "bootstrap": {"draws": 4999}})["listed"]
        rejected += [row["p_value"] < 0.05, row["p_value_bootstrap"] < 0.05]
    conventional, bootstrap = rejected / draws
    assert conventional > 0.09
    assert bootstrap < 0.09


def test_the_estimates_hold_the_bootstrap_and_not_its_draws(panel: pd.DataFrame) -> None:
    assert list(block.estimate_block(panel, [equation(inference=BOOTSTRAP, seed=3)])[0]) == [ROW, *COLUMNS]
    estimates, _ = estimate_block(panel, [equation(inference=BOOTSTRAP, seed=3)])
    assert estimates["bootstrap"].iloc[0] == (
        "wild cluster bootstrap with Rademacher weights, all 1,024 patterns of signs, null imposed "
        "(Cameron, Gelbach and Miller 2008); 10 of 10 clusters treated"
    )


@pytest.mark.slow
def test_an_event_study_draws_as_the_same_regression_by_hand(panel: pd.DataFrame) -> None:
    """Indicators of event times as regressors of two-way effects have the bootstrap of an event study."""
    study = equation(estimator="event_study", window=[-2, 2], regressors=["x"], inference=BOOTSTRAP, seed=3)
    rows = estimate_block(panel, [study])[0]
    by_event_time = rows[rows["event_time"].notna()].set_index("event_time")
    binned = panel["listed_event_time"].clip(-2, 2)
    names = {value: f"at_{value}".replace("-", "minus_") for value in (-2, 0, 1, 2)}
    by_hand = panel.assign(**{name: (binned == value).astype(float) for value, name in names.items()})
    for value, name in names.items():
        others = [each for each in names.values() if each != name]
        tested = equation(treatments=[name], regressors=[*others, "x"], inference=BOOTSTRAP, seed=3, absorbing=False)
        row = estimate_block(by_hand, [tested])[0].iloc[0]
        assert by_event_time.loc[value, "estimate"] == pytest.approx(row["estimate"])
        assert by_event_time.loc[value, "p_value_bootstrap"] == row["p_value_bootstrap"]
        for end in ("interval_low_bootstrap", "interval_high_bootstrap"):
            assert by_event_time.loc[value, end] == pytest.approx(row[end], rel=1e-6)
    assert np.isnan(by_event_time.loc[-1, "p_value_bootstrap"])
    of_regressor = rows[rows["term"] == "x"].iloc[0]
    alone = estimate_block(
        by_hand, [equation(treatments=[], regressors=["x", *names.values()], inference=BOOTSTRAP, seed=3)]
    )
    assert of_regressor["p_value_bootstrap"] == alone[0].iloc[0]["p_value_bootstrap"]
    joint = rows[rows["term"] == "joint test of leads"].iloc[0]
    assert np.isnan(joint["p_value_bootstrap"])
    assert joint["bootstrap"] == "not bootstrapped: it is a joint test"
    assert "10 clusters treated" in by_event_time.loc[0, "bootstrap"]
    shuffled = estimate_block(panel.sample(frac=1, random_state=1), [study])[0]
    pd.testing.assert_series_equal(rows["p_value_bootstrap"], shuffled["p_value_bootstrap"])
