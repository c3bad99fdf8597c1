"""What a specification states changes the numbers, is refused when a study is loaded, or is said not to be used."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ruralpanel.study.estimators import ESTIMATORS
from tests.conftest import dated, equation
from tests.study.conftest import Repository
from tests.worded import estimate_block

NUMBERS = ["estimate", "standard_error", "p_value", "interval_low", "p_value_bootstrap"]
WORDS = ["not_used", "small_sample", "bootstrap"]

OWN: dict[str, dict[str, Any]] = {
    "stacked": {"window": [-2, 1]},
    "local_projections": {"window": [-2, 1]},
    "poisson_fixed_effects": {"outcome_column": "count"},
    "complementary_log_log": {"outcome_column": "late", "fixed_effects": ["year"], "treatments": ["listed"]},
    "group_means": {"groups": {"at": 2002}},
    "triple_differences": {"eligible": "poor"},
    "threshold_regression_discontinuity": {"threshold": {"running": "x", "at": 0.0, "design": "crossing"}},
    "interactive_fixed_effects": {"factors": {"number": 1, "draws": 99}},
    "sequential_g": {"mediation": {"mediators": ["count"]}},
    "continuous_dose": {"dose_response": {"dose": "shops", "degree": 1}},
    "instrumental_variables": {"instruments": ["z"], "endogenous": ["listed"]},
}
KEYS: dict[str, dict[str, Any]] = {
    "regressors": {"regressors": ["x"]},
    "fixed_effects": {"fixed_effects": ["village", "region*year"]},
    "weights": {"weights": "weight"},
    "small_sample": {"inference": {"cluster": ["village"], "small_sample": "none"}},
    "variance": {"inference": {"variance": "heteroskedastic"}},
    "level": {"inference": {"cluster": ["village"], "level": 0.9}},
    "bootstrap": {"inference": {"cluster": ["village"], "bootstrap": {"draws": 99}}, "seed": 1},
}
SYNTHETIC = ("synthetic_difference_in_differences", "interactive_fixed_effects")
OF_LOADING = {
    "variance": [name for name, each in ESTIMATORS.items() if each.averages_effects]
    + [*SYNTHETIC, "group_means", "threshold_regression_discontinuity", "sequential_g"],
    "weights": ["bacon_decomposition", *SYNTHETIC, "threshold_regression_discontinuity"],
    "regressors": ["bacon_decomposition"],
    "fixed_effects": ["bacon_decomposition", *SYNTHETIC],
}
"""What a study is refused for."""

WITHOUT_ERRORS = {("bacon_decomposition", key) for key in ("small_sample", "variance", "level", "bootstrap")}
"""A decomposition has no standard errors, and says so by having none."""


@pytest.fixture(scope="module")
def balanced() -> pd.DataFrame:
    random = np.random.default_rng(5)
    rows = [(village, year) for village in range(24) for year in range(2000, 2008)]
    frame = pd.DataFrame(rows, columns=["village", "year"])
    frame["cohort"] = np.array([0, 2003, 2005, 0])[frame["village"] % 4]
    frame["region"] = frame["village"] // 8
    frame["x"] = random.normal(size=len(frame))
    frame["weight"] = random.uniform(0.5, 2, 24)[frame["village"]]
    frame["y"] = frame["village"] + frame["year"] * 0.3 + frame["x"] + random.normal(size=len(frame))
    frame["count"] = frame["y"].abs().round()
    frame["z"] = random.normal(size=len(frame))
    frame["poor"], frame["shops"] = frame["village"] // 4 % 2, 1 + frame["village"] % 7
    frame["late"] = (random.uniform(size=len(frame)) < 0.3).astype(int)
    return dated(frame)


CASES = [
    (estimator, key)
    for estimator in ESTIMATORS
    for key in KEYS
    if estimator not in OF_LOADING.get(key, []) and (estimator, key) not in WITHOUT_ERRORS
]


@pytest.fixture(scope="module")
def plain_estimates(balanced: pd.DataFrame) -> Callable[[str], pd.DataFrame]:
    """Estimate without the key, once an estimator."""
    return cache(lambda name: estimate_block(balanced, [equation(estimator=name, **OWN.get(name, {}))])[0])


@pytest.mark.slow(but_each=8)
@pytest.mark.parametrize(("estimator", "key"), CASES, ids=str)
def test_a_key_changes_the_numbers_or_the_words(
    balanced: pd.DataFrame, plain_estimates: Callable[[str], pd.DataFrame], estimator: str, key: str
) -> None:
    own, plain = OWN.get(estimator, {}), plain_estimates(estimator)
    changed = estimate_block(balanced, [equation(estimator=estimator, **{**own, **KEYS[key]})])[0]
    assert plain["estimate"].notna().any(), plain["reason"].unique()
    if len(plain) != len(changed) or changed["estimate"].isna().all():
        assert len(plain) != len(changed) or changed["reason"].iloc[0]
        return
    differ = [
        name
        for name in (*NUMBERS, *WORDS)
        if not plain[name]
        .astype("str")
        .where(plain[name].notna(), "")
        .equals(changed[name].astype("str").where(changed[name].notna(), ""))
    ]
    none_stated = key == "small_sample" and set(plain["small_sample"]) <= {"none", ""}
    assert differ or none_stated


@pytest.mark.parametrize(
    ("key", "stated", "said"),
    [
        ("bacon_decomposition", {"regressors": ["kinship"]}, "is of a regression without regressors"),
        ("bacon_decomposition", {"weights": "kinship"}, "is of a regression without weights"),
        ("synthetic_difference_in_differences", {"weights": "kinship"}, "finds weights of its own"),
        ("imputation", {"inference": {"variance": "heteroskedastic"}}, "clustered in one dimension"),
        ("two_stage", {"inference": {"variance": "homoskedastic"}}, "clustered in one dimension"),
        ("interactive_fixed_effects", {"inference": {"bootstrap": {}}}, "inference.bootstrap: is for"),
        ("imputation", {"inference": {"simultaneous": True}}, "inference.simultaneous: is for"),
    ],
)
def test_what_an_estimator_cannot_have_is_refused(tmp_path: Path, key: str, stated: dict[str, Any], said: str) -> None:
    repository = Repository(tmp_path)
    repository.at("sources.survey.columns").update(kinship=None)
    repository.at("blocks.main").update(estimators=[key], **stated)
    assert said in repository.complaint()


def test_what_is_not_used_is_named(balanced: pd.DataFrame) -> None:
    stated = equation(estimator="callaway_santanna", regressors=["x"], fixed_effects=["village", "region*year"])
    rows = estimate_block(balanced, [stated])[0]
    assert set(rows["not_used"]) == {"regressors x; fixed effects region*year"}
    assert set(rows["regressors"]) == {""}
