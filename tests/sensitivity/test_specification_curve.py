"""All specifications together against permuted treatments: what is compared, and how often it rejects."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation.block import estimate_block
from ruralpanel.sensitivity import specification_curve
from ruralpanel.sensitivity.analysis import analyse
from ruralpanel.sensitivity.specification_curve import Curve, curve_of
from ruralpanel.study.blocks import Equation
from ruralpanel.study.sensitivity import SpecificationCurve
from ruralpanel.words.frames import in_words
from tests.conftest import dated, equation

ADDED = ["listed", "listed_cohort", "listed_event_time"]
SPECIFICATIONS = [
    {},
    {"regressors": ["x"]},
    {"fixed_effects": ["year"]},
    {"estimator": "first_differences", "fixed_effects": ["year"]},
]


def equations() -> list[Equation]:
    made = [equation(inference={"cluster": ["village"]}, seed=2, **each) for each in SPECIFICATIONS]
    return [each.model_copy(update={"specification": f"s{number}"}) for number, each in enumerate(made)]


def analysed(panel: pd.DataFrame, asked: list[Equation], **declared: Any) -> pd.DataFrame:
    entry = SpecificationCurve(kind="specification_curve", block="block", **declared)
    return in_words(analyse("mine", entry, asked, pd.DataFrame(), pd.DataFrame(), panel), None)


def test_a_curve_is_its_median_and_who_is_with_it() -> None:
    estimates, p_values = np.array([-1.0, 2.0, 3.0, np.nan, 4.0]), np.array([0.01, 0.2, 0.04, np.nan, 0.001])
    assert curve_of(estimates, p_values, 0.05) == Curve(2.5, 0.75, 0.5)
    assert curve_of(-estimates, p_values, 0.05) == Curve(-2.5, 0.75, 0.5)
    assert np.isnan(curve_of(np.array([np.nan]), np.array([np.nan]), 0.05).median)


@pytest.mark.slow
def test_each_permutation_is_the_curve_of_a_panel_dated_anew(
    panel: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[np.ndarray] = []
    redated = specification_curve.redated

    def spy(rows: pd.DataFrame, cohort: np.ndarray, treatment: str, period: str) -> pd.DataFrame:
        kept.append(cohort)
        return redated(rows, cohort, treatment, period)

    monkeypatch.setattr(specification_curve, "redated", spy)
    found = analysed(panel, equations(), draws=19).set_index("quantity")

    def curve(rows: pd.DataFrame) -> Curve:
        estimates, _ = estimate_block(rows, equations())
        of = estimates[estimates["term"] == "listed"]
        return curve_of(of["estimate"].to_numpy(), of["p_value"].to_numpy(), 0.05)

    own = curve(panel)
    drawn = [curve(dated(panel.drop(columns=ADDED).assign(cohort=np.nan_to_num(each)))) for each in kept]
    for quantity, name in (
        ("median of the estimates", "median"),
        ("share of estimates with the sign of the median", "same_sign"),
        ("share of estimates with that sign and significant", "significant"),
    ):
        value = getattr(own, name)
        assert found["value"][quantity] == pytest.approx(value)
        large = sum(abs(getattr(each, name)) >= abs(value) * (1 - 1e-9) for each in drawn)
        assert found["p_value"][quantity] == (large + 1) / 20
    assert found["under"].iloc[0] == "4 specifications against 19 permutations of cohorts among village"


def test_several_effects_and_strata_without_variation_are_reasons(panel: pd.DataFrame) -> None:
    other = equations()[0].model_copy(update={"outcome": "z"})
    assert "more than one outcome" in analysed(panel, [*equations(), other])["reason"].iloc[0]
    same = analysed(panel.assign(own=panel["cohort"]), equations()[:1], within=["own"])["reason"].iloc[0]
    assert same.startswith("no permutations: listed begins for all village of a stratum at the same time")


@pytest.mark.slow
def test_without_an_effect_it_rejects_as_often_as_it_says(panel: pd.DataFrame) -> None:
    random = np.random.default_rng(8)
    p_values = []
    for _ in range(60):
        drawn = panel.assign(y=random.normal(size=len(panel)), x=random.normal(size=len(panel)))
        found = analysed(drawn, equations()[:2], draws=19)
        p_values.append(found["p_value"].iloc[0])
    assert np.mean(np.array(p_values) <= 0.2) == pytest.approx(0.2, abs=0.15)
