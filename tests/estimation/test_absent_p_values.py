"""A p-value that is asked for is there, or the estimate says why not, and a table never says it was not asked for."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from ruralpanel.study.blocks import Equation
from tests.conftest import dated, equation
from tests.worded import estimate_block

DRAWN = {"cluster": ["county"], "bootstrap": {"draws": 499}}


@pytest.fixture(scope="module")
def few_clusters() -> pd.DataFrame:
    """Eight counties of four villages over five years, so that there are 256 patterns of signs."""
    random = np.random.default_rng(11)
    rows = [(village, village // 4, year) for village in range(32) for year in range(2000, 2005)]
    frame = pd.DataFrame(rows, columns=["village", "county", "year"])
    frame["cohort"] = frame["county"].map({0: 2002, 1: 2002, 2: 2003}).fillna(0).astype("int64")
    frame = dated(frame)
    frame["x"] = random.normal(size=len(frame)) + random.normal(size=8)[frame["county"]] * (frame["year"] - 2000)
    frame["m"] = random.normal(size=32)[frame["village"]]
    shock = random.normal(size=(8, 5))[frame["county"], frame["year"] - 2000]
    frame["y"] = 0.3 * frame["x"] + 0.5 * frame["listed"] + shock + random.normal(size=len(frame))
    return frame


def _by_refitting(frame: pd.DataFrame, columns: list[str], tested: str) -> float:
    """Draw the restricted wild bootstrap with dummies, one least-squares fit for every pattern of signs."""
    dummies = pd.get_dummies(frame[["village", "year"]].astype(str), drop_first=True).to_numpy(float)
    design = np.column_stack([frame[[tested, *[c for c in columns if c != tested]]], np.ones(len(frame)), dummies])
    counties = frame["county"].to_numpy()
    pseudo = np.linalg.pinv(design)

    def statistic(y: np.ndarray) -> float:
        coefficients = pseudo @ y
        weighted = pseudo[0] * (y - design @ coefficients)
        return abs(coefficients[0]) / np.sqrt((np.bincount(counties, weights=weighted) ** 2).sum())

    y = frame["y"].to_numpy()
    restricted = design[:, 1:] @ (np.linalg.pinv(design[:, 1:]) @ y)
    residuals = y - restricted
    drawn = [statistic(restricted + residuals * np.array(s)[counties]) for s in itertools.product([-1, 1], repeat=8)]
    return float((np.array(drawn) >= statistic(y) * (1 - 1e-9)).mean())


@pytest.mark.parametrize("treatments", [["listed"], []])
def test_a_regressor_is_bootstrapped_as_refitting_with_dummies_does(
    few_clusters: pd.DataFrame, treatments: list[str]
) -> None:
    drawn = equation(regressors=["x"], treatments=treatments, inference=DRAWN, seed=1)
    rows = estimate_block(few_clusters, [drawn])[0].set_index("term")
    expected = _by_refitting(few_clusters, [*treatments, "x"], "x")
    assert rows.loc["x", "p_value_bootstrap"] == pytest.approx(expected, abs=1e-12)
    assert ("8 clusters treated" in rows.loc["x", "bootstrap"]) == bool(treatments)
    assert (
        rows.loc["x", "interval_low_bootstrap"] < rows.loc["x", "estimate"] < rows.loc["x", "interval_high_bootstrap"]
    )


def test_regressors_of_an_event_study_are_bootstrapped(few_clusters: pd.DataFrame) -> None:
    drawn = equation(estimator="event_study", regressors=["x"], inference=DRAWN, seed=1)
    rows = estimate_block(few_clusters, [drawn])[0].set_index("term")
    times = range(-3, 3)
    dummies = {f"e{t}": (few_clusters["listed_event_time"] == t).astype(float) for t in times if t != -1}
    frame = few_clusters.assign(**dummies)
    assert rows.loc["x", "p_value_bootstrap"] == pytest.approx(_by_refitting(frame, [*dummies, "x"], "x"), abs=1e-12)


def _in_every_way() -> list[Equation]:
    """Make equations of every estimator, each asking for a bootstrap, permutations or an adjustment."""
    window = {"window": [-2, 1]}
    estimators: dict[str, dict[str, object]] = {
        "two_way_fixed_effects": {"regressors": ["x"], "moderators": ["m"]},
        "event_study": {"regressors": ["x"]},
        "sun_abraham": {},
        "callaway_santanna": {},
        "imputation": {},
        "two_stage": {},
        "stacked": window,
        "local_projections": window,
        "extended_two_way": {},
        "chaisemartin_dhaultfoeuille": window,
        "poisson_fixed_effects": {"outcome_column": "count"},
    }
    county = {"cluster": ["county"]}
    ways = ({"bootstrap": {"draws": 99, "weights": "webb"}}, {"permutation": {"draws": 99, "among": "county"}})
    asked = [
        equation(estimator=name, specification=f"s{number}", inference=county | way, adjustment="holm", seed=1, **keys)
        for number, way in enumerate(ways)
        for name, keys in estimators.items()
    ]
    return [_with_few_permutations(each) for each in asked]


def _with_few_permutations(asked: Equation) -> Equation:
    """Take fewer permutations than a study file may ask for: whether there is a p-value does not hang on how many."""
    if asked.inference.permutation is None:
        return asked
    few = asked.inference.permutation.model_copy(update={"draws": 9})
    return asked.model_copy(update={"inference": asked.inference.model_copy(update={"permutation": few})})


@pytest.mark.slow(but_each=5)
@pytest.mark.parametrize("asked", _in_every_way(), ids=lambda each: f"{each.estimator}-{each.specification}")
def test_every_estimate_has_the_p_values_asked_for_or_says_why_not(few_clusters: pd.DataFrame, asked: Equation) -> None:
    panel = few_clusters.assign(count=few_clusters["y"].abs().round())
    rows = estimate_block(panel, [asked])[0]
    rows = rows[rows["standard_error"].notna() | rows["p_value"].notna()]  # few treated clusters have no p of their own
    assert len(rows)
    drawn = "bootstrap" if asked.inference.bootstrap else "permutation"
    for key, column in ((drawn, f"p_value_{drawn}"), ("adjustment", "p_value_adjusted")):
        assert (rows[key] != "").all(), key
        assert (rows[column].isna() == rows[key].str.startswith(("not ", "no "))).all(), key
