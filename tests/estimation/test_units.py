"""Results do not depend on units: neither on those that columns are in, nor on how far they are from zero."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.absorption.elimination import FixedEffects, HardlyConnected
from ruralpanel.absorption.levels import levels_of
from ruralpanel.estimation.rounding import ZERO_ERROR, recorded_rounding, unit_of
from ruralpanel.study.blocks import Inference
from ruralpanel.study.matching import Matching
from ruralpanel.words.sentences import sentence
from tests.conftest import dated, fewer_examples
from tests.estimation.conftest import estimates_of, irregular

COLLINEAR = "collinear with the fixed effects or the terms before it"
STATISTICS = ["statistic", "p_value", "p_value_bootstrap", "p_value_permutation", "r_squared"]


@dataclass(frozen=True)
class Case:
    """An equation, and what may be done to its columns.

    Parameters
    ----------
    changes
        What differs from the usual equation.
    scaled
        Columns that may be in another unit.
    moved
        Columns that may have a number added to them.
    balanced
        Whether it needs every unit in every period.
    except_terms
        Terms whose meaning a number added to a column changes.
    """

    changes: dict[str, object]
    scaled: tuple[str, ...] = ("y",)
    moved: tuple[str, ...] = ("y",)
    balanced: bool = False
    except_terms: tuple[str, ...] = field(default=())


BOTH = ("y", "x")
ALL = ("y", "x", "weight")
MATCHED = {"regressors": ["x"], "weights": "matched"}
CASES = {
    "two-way": Case({"regressors": ["x"], "weights": "weight"}, ALL, BOTH),
    "two dimensions": Case({"regressors": ["x"], "inference": Inference(cluster=["village", "year"])}, BOTH, BOTH),
    "homoskedastic": Case({"regressors": ["x"], "inference": Inference(variance="homoskedastic")}, BOTH, BOTH),
    "spatial": Case(
        {"regressors": ["x"], "inference": Inference(variance="spatial", cutoff=40.0, kernel="bartlett")}, BOTH, BOTH
    ),
    "pooled": Case({"regressors": ["x"], "fixed_effects": []}, BOTH, BOTH),
    "slopes": Case({"regressors": ["x"], "fixed_effects": ["village[z]", "year"]}, (*BOTH, "z"), (*BOTH, "z")),
    "slopes by year": Case(
        {"regressors": ["x"], "fixed_effects": ["village", "year[z]"], "weights": "weight"}, (*ALL, "z"), (*BOTH, "z")
    ),
    "moderated": Case({"moderators": ["z"]}, ("y", "z"), ("y", "z"), except_terms=("listed",)),
    "product of moderators": Case({"moderators": ["x", "z", "x*z"]}, (*BOTH, "z")),
    "intensity": Case({"intensities": {"listed": "dose"}, "regressors": ["x"]}, (*BOTH, "dose"), BOTH),
    "event study": Case({"estimator": "event_study", "regressors": ["x"], "window": [-3, 3]}, BOTH, BOTH),
    "bootstrap": Case(
        {"regressors": ["x"], "inference": Inference(cluster=["county"], bootstrap={"draws": 199}), "seed": 1},
        BOTH,
        BOTH,
    ),
    "permutation": Case(
        {"moderators": ["z0"], "inference": Inference(cluster=["county"], permutation={"draws": 99}), "seed": 1},
        ("y", "z0"),
        ("y", "z0"),
        balanced=True,
        except_terms=("listed",),
    ),
    "sun_abraham": Case({"estimator": "sun_abraham", "regressors": ["x"]}, BOTH, BOTH),
    "doubly robust": Case(
        {"estimator": "callaway_santanna", "group_time": {"covariates": ["z"]}, "weights": "unit_weight"},
        ("y", "z", "unit_weight"),
        ("y", "z"),
        balanced=True,
    ),
    "outcome regression": Case(
        {
            "estimator": "callaway_santanna",
            "group_time": {"covariates": ["x"], "rows": "all", "method": "outcome_regression"},
        },
        BOTH,
        BOTH,
    ),
    "inverse probability": Case(
        {
            "estimator": "callaway_santanna",
            "group_time": {"covariates": ["z"], "method": "inverse_probability", "base_period": "universal"},
        },
        ("y", "z"),
        ("y", "z"),
        balanced=True,
    ),
    "imputation": Case(
        {"estimator": "imputation", "regressors": ["x"], "window": [-3, 3], "weights": "weight"}, ALL, BOTH
    ),
    "two_stage": Case({"estimator": "two_stage", "regressors": ["x"], "weights": "weight"}, ALL, BOTH),
    "stacked": Case({"estimator": "stacked", "regressors": ["x"], "window": [-2, 1], "weights": "weight"}, ALL, BOTH),
    "local_projections": Case(
        {"estimator": "local_projections", "regressors": ["x"], "window": [-2, 2], "weights": "weight"}, ALL, BOTH
    ),
    "extended_two_way": Case({"estimator": "extended_two_way", "regressors": ["x"], "weights": "weight"}, ALL, BOTH),
    "synthetic": Case(
        {"estimator": "synthetic_difference_in_differences", "regressors": ["x"]}, BOTH, BOTH, balanced=True
    ),
    "switching": Case(
        {"estimator": "chaisemartin_dhaultfoeuille", "window": [-3, 2], "weights": "weight"}, ("y", "weight")
    ),
    "bacon": Case({"estimator": "bacon_decomposition"}, balanced=True),
    "poisson": Case(
        {
            "estimator": "poisson_fixed_effects",
            "outcome": "count",
            "outcome_column": "count",
            "regressors": ["x"],
            "weights": "weight",
        },
        ("count", "x", "weight"),
        ("x",),
    ),
    "complementary log-log": Case(
        {
            "estimator": "complementary_log_log",
            "outcome": "adopted",
            "outcome_column": "adopted",
            "regressors": ["x", "z"],
            "fixed_effects": ["year"],
        },
        ("x", "z"),
        ("x", "z"),
    ),
    "cohort means": Case({"estimator": "cohort_means", "weights": "weight"}, ("y", "weight"), ()),
    **{
        method: Case(
            {**MATCHED, "matching": Matching(covariates=["z"], method=method)}, (*BOTH, "z"), (*BOTH, "z"), True
        )
        for method in ("entropy", "inverse_odds", "nearest_neighbours")
    },
}


@cache
def made(balanced: bool) -> pd.DataFrame:
    panel = irregular(5)
    if balanced:
        panel = irregular(5, missing=0.0)
    random = np.random.default_rng(1)
    panel = panel.assign(z=random.normal(size=len(panel)))
    first = panel.groupby("village")
    return panel.assign(
        z0=first["z"].transform("first"),
        unit_weight=first["weight"].transform("first"),
        dose=panel["listed"] * random.uniform(1, 2, size=len(panel)),
        count=np.exp(0.05 * panel["y"] - 10 + 0.2 * random.normal(size=len(panel))),
        adopted=(random.uniform(size=len(panel)) < 1 / (1 + np.exp(1 - panel["x"]))).astype("float64"),
        lat=30 + panel["county"] * 0.3,
        lon=100 + panel["county"] * 0.2,
    )


@cache
def plain(name: str) -> pd.DataFrame:
    return estimates_of(made(CASES[name].balanced), **CASES[name].changes)


def assert_same_statistics(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    assert (found["estimate"].isna() == expected["estimate"].isna()).all()
    assert (found["standard_error"].isna() == expected["standard_error"].isna()).all()
    assert (found["reason"] == expected["reason"]).all()
    for name in STATISTICS:
        left, right = (each[name].astype("float64").abs().to_numpy() for each in (found, expected))
        np.testing.assert_allclose(left, right, rtol=1e-6, atol=1e-7)


FEWER = fewer_examples(5)
"""Every example estimates twice, for every estimator."""


@pytest.mark.slow(but_each=8)
@pytest.mark.parametrize("name", CASES)
@FEWER
@given(data=st.data())
def test_units_change_no_statistic(name: str, data: st.DataObject) -> None:
    case = CASES[name]
    column = data.draw(st.sampled_from(case.scaled))
    factor = 10.0 ** data.draw(st.integers(-12, 12))
    if column in ("y", "x", "z", "z0"):
        factor *= data.draw(st.sampled_from([1.0, -1.0]))
    panel = made(case.balanced)
    found, expected = estimates_of(panel.assign(**{column: panel[column] * factor}), **case.changes), plain(name)
    assert_same_statistics(found, expected)
    # An estimate stays, or is in the outcome's unit, or per unit of a regressor.
    before, after = expected["estimate"].astype("float64"), found["estimate"].astype("float64")
    clear = before.notna() & (before.abs() > 1e-9)
    ratio = (after[clear] / before[clear]).abs()
    possible = [ratio, ratio / abs(factor), ratio * abs(factor)]
    assert np.min([np.abs(each - 1) for each in possible], axis=0).max(initial=0.0) < 1e-6


@pytest.mark.slow(but_each=8)
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.moved])
@FEWER
@given(data=st.data())
def test_levels_change_no_statistic(name: str, data: st.DataObject) -> None:
    case = CASES[name]
    column = data.draw(st.sampled_from(case.moved))
    far = data.draw(st.floats(-1e6, 1e6))
    panel = made(case.balanced)
    found = estimates_of(panel.assign(**{column: panel[column] + far * panel[column].std()}), **case.changes)
    kept = ~plain(name)["term"].isin(case.except_terms)
    assert_same_statistics(found[kept], plain(name)[kept])


def test_a_regressor_in_three_units_is_one_regressor() -> None:
    random = np.random.default_rng(3)
    panel = irregular(4).assign(treatments=0)
    deviation = random.normal(size=len(panel))
    panel = panel.assign(
        tiny=1e-9 * deviation,
        plain=36 + deviation.round(4),
        huge=panel["village"] * 1e9 + 1e5 * deviation,
        narrow=(44.5 + 0.003 * random.normal(size=len(panel))).round(4),
        trend=panel["year"] * 3.0,
        fixed=panel["village"] / 7,
    )
    usual = {"treatments": [], "outcome_column": "x"}
    rows = {name: estimates_of(panel, regressors=[name], **usual).iloc[0] for name in ("tiny", "plain", "huge")}
    assert rows["tiny"]["statistic"] == pytest.approx(rows["huge"]["statistic"], rel=1e-6)
    assert rows["tiny"]["statistic"] == pytest.approx(rows["plain"]["statistic"], rel=1e-3)
    assert rows["tiny"]["estimate"] == pytest.approx(1e14 * rows["huge"]["estimate"], rel=1e-6)
    narrow = estimates_of(panel, regressors=["narrow"], **usual).iloc[0]
    by_hand = smf.ols("x ~ narrow + C(village) + C(year)", panel.assign(narrow=panel["narrow"] - 44.5)).fit()
    assert narrow["estimate"] == pytest.approx(by_hand.params["narrow"], rel=1e-7)
    for later in ("trend", "fixed", "plain"):
        pair = estimates_of(panel, regressors=["tiny", later], **usual)
        assert pair["reason"].tolist() == ["", COLLINEAR]


@pytest.mark.slow
def test_output_in_yuan_is_output_in_hundred_million_yuan() -> None:
    panel = irregular(2)
    panel = panel.assign(yi=(200 + 30 * panel["noise"] + 5 * panel["village"]).round(2))
    panel = panel.assign(yuan=panel["yi"] * 1e8)
    small, large = (estimates_of(panel, regressors=[name]) for name in ("yi", "yuan"))
    by_hand = smf.ols("y ~ listed + yi + C(village) + C(year)", panel).fit()
    np.testing.assert_allclose(small["estimate"], by_hand.params[["listed", "yi"]], rtol=1e-9)
    np.testing.assert_allclose(large["statistic"], small["statistic"], rtol=1e-9)
    outcomes = [estimates_of(panel, outcome_column=name).iloc[0] for name in ("yi", "yuan")]
    assert outcomes[1]["estimate"] == pytest.approx(1e8 * outcomes[0]["estimate"], rel=1e-9)
    for estimator in ("poisson_fixed_effects", "sun_abraham", "callaway_santanna", "imputation"):
        rows = [estimates_of(panel, outcome_column=name, estimator=estimator) for name in ("yi", "yuan")]
        np.testing.assert_allclose(rows[1]["statistic"], rows[0]["statistic"], rtol=1e-6)


def test_an_outcome_that_regressors_fit_exactly_has_no_standard_errors() -> None:
    panel = irregular(1)
    rows = estimates_of(panel.assign(y=3.0 * panel["x"] + panel["village"]), regressors=["x"]).set_index("term")
    assert rows["standard_error"].isna().all()
    assert (rows["reason"] == sentence(ZERO_ERROR)).all()
    assert rows.loc["listed", "estimate"] == 0
    assert rows.loc["x", "estimate"] == pytest.approx(3.0)


@pytest.mark.parametrize("units", [1, 2])
def test_cells_of_one_or_two_rows_have_means_and_reasons(units: int) -> None:
    panel = irregular(1, missing=0.0)
    panel = dated(panel[panel["village"] < units][["village", "year", "cohort", "y"]])
    rows = estimates_of(panel, estimator="cohort_means")
    cells = rows[rows["term"] == "mean"]
    assert len(cells) == 8 * units
    assert cells["standard_error"].isna().all()
    assert (cells["reason"] == sentence(ZERO_ERROR)).all()


@pytest.mark.slow(but_each=3)
@pytest.mark.parametrize("weights", ["none", "uneven"])
@pytest.mark.parametrize("sloping", [[], ["a"], ["b"], ["a", "b"]])
def test_fixed_effects_are_taken_out_exactly_and_by_iterating(
    monkeypatch: pytest.MonkeyPatch, weights: str, sloping: list[str]
) -> None:
    panel = irregular(3)
    effects = pd.DataFrame({"a": panel["village"], "b": panel["year"], "c": (panel["village"] * 7 + panel["year"]) % 5})
    size = np.ones(len(panel)) if weights == "none" else np.exp(5 * panel["noise"].to_numpy())
    levels = {name: levels_of(effects[name]) for name in effects}
    slopes = [(levels[name], panel["x"].to_numpy()) for name in sloping]
    root = np.empty(0) if weights == "none" else np.sqrt(size)

    def left() -> np.ndarray:
        columns = np.ascontiguousarray(panel[["y", "noise"]].to_numpy(dtype="float64").T) * np.sqrt(size)
        FixedEffects(list(levels.values()), slopes, root, len(panel)).take_out(columns, np.zeros(2))
        return columns / np.sqrt(size)

    exact = left()
    formula = "C(a) + C(b) + C(c)" + "".join(f" + C({name}):x" for name in sloping)
    by_hand = smf.wls(f"noise ~ {formula}", panel.assign(**effects), weights=size).fit()
    np.testing.assert_allclose(exact[1], by_hand.resid, atol=1e-8)
    monkeypatch.setattr("ruralpanel.absorption.elimination.EXACT_LEVELS", 0)
    np.testing.assert_allclose(left(), exact, atol=1e-9)
    monkeypatch.setattr("ruralpanel.absorption.elimination.ITERATIONS", 1)
    with pytest.raises(HardlyConnected, match="levels_hardly_connected"):
        left()


@pytest.mark.parametrize(
    ("values", "rounding"),
    [
        ([0.13, 1.25, 7.4], 0.01),
        ([36.9262e6, 36.2204e6], 100.0),
        ([1.0, 0.0, 1.0], 1.0),
        ([2e9, 5e10], 1e9),
    ],
)
def test_the_rounding_of_recorded_numbers_is_seen(values: list[float], rounding: float) -> None:
    assert recorded_rounding(np.array(values)) == pytest.approx(rounding / np.sqrt(12))


def test_numbers_without_an_end_are_known_to_their_last_bit() -> None:
    assert recorded_rounding(np.array([1 / 3, np.pi])) == pytest.approx(np.pi * 2.0**-52)


@given(st.floats(1e-300, 1e300))
def test_a_unit_is_a_power_of_two_near_the_deviation(size: float) -> None:
    unit = unit_of(size * np.array([-1.0, 1.0]))
    assert np.frexp(unit)[0] == 0.5
    assert 0.7 < size / unit < 1.5
