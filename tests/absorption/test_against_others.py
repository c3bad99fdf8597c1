from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ruralpanel.absorption.elimination import FixedEffects
from ruralpanel.absorption.levels import levels_of
from ruralpanel.estimation.block import estimate_block
from ruralpanel.study.blocks import Engine, Equation, Inference

REGRESSORS = ["x", "z", "again"]
EFFECTS = [
    ["village"],
    ["village", "year"],
    ["village", "region*year"],
    ["village", "year", "region*year"],
    ["village", "year", "trade"],
    ["village[trend]", "year"],
    ["village", "year[baseline]"],
    [],
]


def random_panel(seed: int, villages: int, share: float, collinear: bool) -> pd.DataFrame:
    """Make a panel with gaps, villages seen once, and two groups of villages that are seen in no common year."""
    random = np.random.default_rng(seed)
    years = 8
    panel = pd.DataFrame(
        {"village": np.repeat(np.arange(villages), years), "year": np.tile(np.arange(years), villages)}
    )
    panel["region"] = panel["village"] % 3
    panel["trade"] = random.integers(0, 4, len(panel))
    panel["trend"] = panel["year"] * 0.1
    panel["baseline"] = random.normal(size=villages)[panel["village"]]
    panel["county"] = panel["village"] // 2
    apart = panel["village"] % 5 == 4
    kept = (random.random(len(panel)) < share) & (apart == (panel["year"] >= years - 3))
    panel = panel[kept].reset_index(drop=True)
    panel["weight"] = np.exp(random.normal(size=len(panel)))
    panel["x"] = 1e6 + 30 * random.normal(size=len(panel)) + 5 * panel["village"]
    panel["z"] = 1e-4 * random.normal(size=len(panel))
    panel["again"] = 2 * panel["x"] - panel["village"] if collinear else random.integers(0, 2, len(panel))
    panel["y"] = panel["x"] * 0.01 + 500 * panel["z"] + random.normal(size=len(panel)) + 3 * panel["village"]
    return panel


def estimates(
    panel: pd.DataFrame, engine: Engine, effects: list[str], weighted: bool, **inference: Any
) -> pd.DataFrame:
    equation = Equation(
        outcome="y",
        unit="village",
        period="year",
        regressors=REGRESSORS,
        engine=engine,
        fixed_effects=effects,
        weights="weight" if weighted else None,
        inference=Inference.model_validate({"cluster": ["county"], **inference}),
    )
    return estimate_block(panel, [equation])[0].set_index("term")


CASES: dict[str, Any] = {
    "seed": st.integers(0, 10_000),
    "villages": st.integers(6, 25),
    "share": st.sampled_from([0.5, 0.8, 1.0]),
    "collinear": st.booleans(),
    "weighted": st.booleans(),
    "effects": st.sampled_from(EFFECTS),
    "small_sample": st.sampled_from(["fixest", "fixest_full", "reghdfe", "none"]),
}


@pytest.mark.slow
@example(  # once singletons have left there is one trade
    seed=9,
    villages=9,
    share=0.5,
    collinear=False,
    weighted=False,
    effects=["village", "year", "trade"],
    small_sample="reghdfe",
)
@given(**CASES)
def test_estimates_are_those_of_linearmodels(
    seed: int,
    villages: int,
    share: float,
    collinear: bool,
    weighted: bool,
    effects: list[str],
    small_sample: str,
) -> None:
    panel = random_panel(seed, villages, share, collinear)
    assume(panel["county"].nunique() > 1)
    ours = estimates(panel, "ruralpanel", effects, weighted, small_sample=small_sample)
    theirs = estimates(panel, "linearmodels", effects, weighted, small_sample=small_sample)
    assert list(ours["reason"]) == list(theirs["reason"])
    unit = theirs["standard_error"].fillna(1.0)
    np.testing.assert_allclose(ours["estimate"] / unit, theirs["estimate"] / unit, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(ours["standard_error"], theirs["standard_error"], rtol=1e-6)
    np.testing.assert_allclose(ours["r_squared"], theirs["r_squared"], rtol=1e-8, atol=1e-8)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The design matrix")
@given(**{name: each for name, each in CASES.items() if name not in ("small_sample", "collinear")})
def test_estimates_are_those_of_statsmodels_on_dummies(
    seed: int, villages: int, share: float, weighted: bool, effects: list[str]
) -> None:
    panel = random_panel(seed, villages, share, collinear=False)
    assume(panel["county"].nunique() > 1)
    ours = estimates(panel, "ruralpanel", effects, weighted, small_sample="none")
    assume(ours["estimate"].notna().all() and ours["standard_error"].notna().all())
    centred = panel[REGRESSORS] - panel[REGRESSORS].mean()
    dummies: list[Any] = [pd.Series(1.0, panel.index)]
    for effect in effects:
        name, _, slope = effect.rstrip("]").partition("[")
        levels = pd.get_dummies(panel.groupby(name.split("*")).ngroup(), dtype="float64")
        dummies += [levels] + ([levels.mul(panel[slope], axis=0)] if slope else [])
    # pinv takes what dummies share, columns that vary by much less than others it would take for none
    design = np.column_stack([centred / centred.std(), *dummies])
    weights = panel["weight"] if weighted else np.ones(len(panel))
    theirs = sm.WLS(panel["y"], design, weights=weights).fit(
        cov_type="cluster", cov_kwds={"groups": panel["county"], "use_correction": False}
    )
    size = centred.std().to_numpy()
    unit = ours["standard_error"].to_numpy()
    np.testing.assert_allclose(ours["estimate"] / unit, theirs.params[:3] / size / unit, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(unit, theirs.bse[:3] / size, rtol=1e-6)


@pytest.mark.parametrize("variance", ["heteroskedastic", "homoskedastic"])
def test_errors_of_independent_rows_are_those_of_linearmodels(variance: str) -> None:
    panel = random_panel(3, 12, 0.8, collinear=False)
    found = [
        estimates(panel, engine, ["village", "year"], True, variance=variance, cluster=None)
        for engine in ("ruralpanel", "linearmodels")
    ]
    np.testing.assert_allclose(found[0]["standard_error"], found[1]["standard_error"], rtol=1e-8)


def test_a_study_names_an_engine_that_there_is() -> None:
    with pytest.raises(ValueError, match="'ruralpanel' or 'linearmodels'"):
        Equation.model_validate({"outcome": "y", "unit": "village", "period": "year", "engine": "stata"})


def test_units_seen_alike_have_effects_taken_out_as_each_alone() -> None:
    """Runs of units with the same periods, broken by one that lacks some and longer than are added up together."""
    random = np.random.default_rng(5)
    seen = [range(7)] * 200 + [[1, 4]] + [range(7)] * 3 + [[0, 2, 3]] * 2 + [[6, 5]]
    unit = np.repeat(np.arange(len(seen)), [len(each) for each in seen])
    period = np.concatenate([list(each) for each in seen])
    column = random.normal(size=len(unit))
    dummies = np.column_stack([pd.get_dummies(unit), pd.get_dummies(period)]).astype(float)
    expected = column - dummies @ np.linalg.lstsq(dummies, column, rcond=None)[0]
    found = column[None].copy()
    products = FixedEffects([levels_of(unit), levels_of(period)], [], np.empty(0), len(unit)).take_out(
        found, np.zeros(1)
    )
    np.testing.assert_allclose(found[0], expected, atol=1e-12)
    np.testing.assert_allclose(products, expected @ expected, rtol=1e-12)
