"""Permutations of estimators that are estimated anew for each: what is drawn, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation import permuted_anew
from ruralpanel.estimation.block import block_results
from ruralpanel.reasons import read
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.resampling import Permutation
from ruralpanel.words.sentences import sentence
from tests.conftest import dated, equation

WINDOWS = {"stacked", "local_projections", "imputation", "chaisemartin_dhaultfoeuille"}
ANEW = [name for name, each in ESTIMATORS.items() if "permutation" in each.inference and not each.permutes_itself]
ADDED = ["listed", "listed_cohort", "listed_event_time"]


def asked(estimator: str, draws: int, **options: Any) -> Any:
    """Ask for a few permutations, which are fewer than a study file may ask for."""
    window = {"window": [-2, 2]} if estimator in WINDOWS else {}
    found = equation(estimator=estimator, inference={"cluster": ["village"]}, seed=3, **window)
    permutation = Permutation.model_construct(**{"draws": draws, "within": [], "among": None, **options})
    return found.model_copy(update={"inference": found.inference.model_copy(update={"permutation": permutation})})


def without_permutation(asked: Any) -> Any:
    return asked.model_copy(update={"inference": asked.inference.model_copy(update={"permutation": None})})


@pytest.mark.parametrize("estimator", [pytest.param(each, marks=pytest.mark.slow) for each in ANEW])
def test_every_draw_is_the_estimate_on_a_panel_dated_anew(
    panel: pd.DataFrame, estimator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if ESTIMATORS[estimator].outcome == "count":
        panel = panel.assign(y=np.round(np.exp(panel["y"] - panel["y"].mean())))
    kept: list[np.ndarray] = []
    redated = permuted_anew.redated

    def spy(rows: pd.DataFrame, cohort: np.ndarray, treatment: str, period: str) -> pd.DataFrame:
        kept.append(cohort)
        return redated(rows, cohort, treatment, period)

    monkeypatch.setattr(permuted_anew, "redated", spy)
    question = asked(estimator, 4)
    found = block_results(panel, [question])
    rows = found.estimates[found.estimates["p_value_permutation"].notna()]
    assert len(rows) and len(kept) == 4
    drawn = found.draws.pivot_table(index="row", columns="draw", values="estimate", dropna=False)
    for number, cohort in enumerate(kept, start=1):
        again = dated(panel.drop(columns=ADDED).assign(cohort=np.nan_to_num(cohort)))
        anew = block_results(again, [without_permutation(question)]).estimates
        key = ["kind", "term", "event_time", "cohort", "period"]
        both = rows.merge(anew, on=key, how="left", suffixes=("", "_anew"))
        has = rows["estimate"].notna().to_numpy()
        assert drawn.loc[rows["row"][has], number].to_numpy() == pytest.approx(
            both["estimate_anew"].to_numpy()[has], nan_ok=True, abs=1e-9
        )
    for row in rows[rows["estimate"].notna()].to_dict("records"):
        large = (drawn.loc[row["row"]].abs().fillna(np.inf) >= abs(row["estimate"]) * (1 - 1e-9)).sum()
        assert row["p_value_permutation"] == (large + 1) / 5


@pytest.mark.slow
def test_joint_tests_of_leads_are_compared_by_their_statistic(panel: pd.DataFrame) -> None:
    found = block_results(panel, [asked("event_study", 2)]).estimates
    (joint,) = found[found["kind"] == "lead_test"].to_dict("records")
    assert joint["p_value_permutation"] in (1 / 3, 2 / 3, 1)
    assert sentence(read(joint["permutation"])).startswith("2 permutations of cohorts among village")


@pytest.mark.parametrize("estimator", ["two_way_fixed_effects", "first_differences"])
def test_a_level_below_that_of_assignment_is_refused(panel: pd.DataFrame, estimator: str) -> None:
    by_county = panel.drop(columns=ADDED).assign(county=panel["village"] // 4)
    by_county["cohort"] = by_county["county"].map(lambda county: [0, 2003, 2005, 2006][county % 4])
    by_county = dated(by_county)
    (row, *_) = block_results(by_county, [asked(estimator, 2, among="village")]).estimates.to_dict("records")
    assert pd.isna(row["p_value_permutation"])
    assert sentence(read(row["permutation"])) == (
        "no permutations: all of a county are treated alike, so that treatment does not vary among village within it; "
        "permute among county"
    )
    (row, *_) = block_results(by_county, [asked(estimator, 2)]).estimates.to_dict("records")
    assert row["p_value_permutation"] > 0  # among counties, which is found


@pytest.mark.parametrize("estimator", ["two_way_fixed_effects", "first_differences"])
def test_strata_in_which_all_are_treated_at_once_are_refused(panel: pd.DataFrame, estimator: str) -> None:
    panel = panel.assign(stratum=panel["cohort"])
    (row, *_) = block_results(panel, [asked(estimator, 2, within=["stratum"])]).estimates.to_dict("records")
    assert sentence(read(row["permutation"])) == (
        "no permutations: listed begins for all village of a stratum at the same time, so that nothing changes places"
    )


@pytest.mark.slow
def test_without_an_effect_p_values_are_uniform(panel: pd.DataFrame) -> None:
    random = np.random.default_rng(5)
    p_values = []
    for _ in range(120):
        drawn = panel.assign(y=random.normal(size=len(panel)) + random.normal(size=41)[panel["village"] % 41])
        found = block_results(drawn, [asked("first_differences", 19)]).estimates
        p_values.append(found["p_value_permutation"].iloc[0])
    assert np.mean(np.array(p_values) <= 0.1) == pytest.approx(0.1, abs=0.06)
    assert np.mean(np.array(p_values) <= 0.5) == pytest.approx(0.5, abs=0.12)
