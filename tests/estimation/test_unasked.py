"""What an estimator drops or meets without being asked is in its ledger, by the name under which `strict` knows it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation.block import block_results
from ruralpanel.estimation.unasked import dependent
from ruralpanel.reasons import read
from ruralpanel.study.blocks import Equation, GroupTime, Inference
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.matching import Matching
from ruralpanel.study.strict import ASKED, KINDS
from ruralpanel.words.catalogue import SENTENCES
from ruralpanel.words.frames import ledger_in_words
from tests.conftest import equation
from tests.fuzz.panels import drawn, equations


def lines_of(panel: pd.DataFrame, *stated: Equation) -> pd.DataFrame:
    """Estimate, and give the lines of the ledger that are about something unasked, one row a name."""
    ledger = ledger_in_words(block_results(panel, stated).ledger, None)
    return ledger[ledger["unasked"] != ""].assign(name=lambda each: each["unasked"].map(read)).explode("name")


def told(panel: pd.DataFrame, *stated: Equation) -> dict[str, str]:
    """Give what was told first, by name."""
    lines = lines_of(panel, *stated)
    return dict(zip(lines["name"][::-1], lines["reason"][::-1], strict=True))


def of(name: str, flaw: str, **changes: Any) -> tuple[pd.DataFrame, Equation]:
    """Give a panel with a flaw, and the first equation of an estimator on it."""
    usual: dict[str, Any] = {"cluster": "village"}
    if name != "bacon_decomposition":  # which takes none
        usual["regressors"] = ["x"]
    return drawn("ordinary", "staggered", [flaw], np.random.default_rng(3)), next(equations(name, usual | changes))


WITH_REGRESSORS = [
    name
    for name, each in ESTIMATORS.items()
    if "regressors" not in each.without and each.outcome != "event" and name != "bacon_decomposition"
]


# Local projections regress differences, in which what is constant in a unit stands for a trend, and is estimated.
OF_LEVELS = [name for name in WITH_REGRESSORS if name != "local_projections"]


@pytest.mark.slow(but_each=4)
@pytest.mark.parametrize("name", OF_LEVELS)
def test_a_regressor_of_units_is_told_by_every_estimator_with_regressors(name: str) -> None:
    said = told(*of(name, "regressor of units"))
    assert "x" in said["collinear"] and "collinear" in said["collinear"]


@pytest.mark.slow(but_each=5)
@pytest.mark.parametrize("name", ESTIMATORS)
def test_missing_outcomes_are_counted_by_every_estimator(name: str) -> None:
    panel, stated = of(name, "gaps")
    lines = lines_of(panel, stated.model_copy(update={"regressors": []} if name in WITH_REGRESSORS else {}))
    dropped = lines[lines["name"] == "dropped_rows"]
    missing = dropped[dropped["reason"].str.contains("outcome y missing")]
    if ESTIMATORS[name].outcome != "event":
        assert (missing["rows_in"] - missing["rows_out"]).tolist() == [panel["y"].isna().sum()]


@pytest.mark.slow(but_each=5)
@pytest.mark.parametrize("name", ESTIMATORS)
def test_twelve_clusters_are_few_for_every_estimator_that_has_standard_errors(name: str) -> None:
    panel, stated = of(name, "ordinary")
    found = block_results(panel, [stated]).estimates
    assert ("few_clusters" in told(panel, stated)) == bool(
        (found["clusters"].notna().any() and found["standard_error"].notna().any())
        or "cluster" in "".join(found["reason"])
    )


def test_a_stated_sample_is_nothing_unasked(made_panel: pd.DataFrame) -> None:
    assert told(made_panel.assign(village=np.arange(320) // 8), equation(sample="year > 2001")) == {}


def test_singletons_are_counted_whether_they_stay_or_leave(made_panel: pd.DataFrame) -> None:
    panel = made_panel[(made_panel["village"] > 1) | (made_panel["year"] == 2000)]
    for preset, words in (("fixest", "2 rows are alone in a fixed effect"), ("reghdfe", "2 rows alone in a fixed")):
        said = told(panel, equation(inference=Inference(cluster=["village"], small_sample=preset)))
        assert said["singletons"].startswith(words)


def test_fixed_effects_that_settle_a_count_or_an_event_are_told(made_panel: pd.DataFrame) -> None:
    panel = made_panel.assign(count=np.floor(made_panel["y"]).clip(0) * (made_panel["village"] > 3))
    poisson = equation(estimator="poisson_fixed_effects", outcome_column="count")
    assert told(panel, poisson)["separated"] == "outcome zero in all rows of a fixed effect; they say nothing"


def test_poisson_that_does_not_settle_is_both_unsettled_and_separated(made_panel: pd.DataFrame) -> None:
    panel = made_panel.assign(count=np.floor(made_panel["y"]).clip(0) * (made_panel["listed"] == 0))
    said = told(panel, equation(estimator="poisson_fixed_effects", outcome_column="count", fixed_effects=["year"]))
    assert said["not_converged"] == said["separated"]
    assert "do not settle" in said["separated"]


def test_a_search_for_weights_that_is_cut_off_is_told(
    made_panel: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ruralpanel.estimation.synthetic_difference_in_differences import weights

    monkeypatch.setattr(weights, "STEPS", 2)
    said = told(made_panel, equation(estimator="synthetic_difference_in_differences"))
    assert said["not_converged"].startswith("the weights of 3 cohorts were not found")


def test_a_propensity_score_that_is_not_found_is_told(
    made_panel: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ruralpanel.estimation.callaway_santanna import comparisons

    usual = comparisons._logit_of_statsmodels
    monkeypatch.setattr(comparisons, "_logit", lambda *_: None)
    monkeypatch.setattr(comparisons, "_logit_of_statsmodels", lambda *given: (usual(*given)[0], False))
    stated = equation(estimator="callaway_santanna", group_time=GroupTime(covariates=["x"]))
    assert told(made_panel, stated)["not_converged"].startswith("propensity scores of 21 comparisons were not found")


def test_covariates_that_tell_who_is_treated_are_told(made_panel: pd.DataFrame) -> None:
    panel = made_panel.assign(tells=made_panel["cohort"])
    stated = equation(estimator="callaway_santanna", group_time=GroupTime(covariates=["tells"]))
    assert {"separated", "collinear"} & set(told(panel, stated))
    matched = equation(matching=Matching(method="inverse_odds", covariates=["tells"]), weights="w")
    assert "tells the treated from the never treated perfectly" in told(panel, matched)["separated"]


def test_collinear_variables_to_match_on_are_told(made_panel: pd.DataFrame) -> None:
    panel = made_panel.assign(twice=2 * made_panel["x"])
    matched = equation(matching=Matching(method="inverse_odds", covariates=["x", "twice"]), weights="w")
    assert told(panel, matched)["collinear"].startswith("twice in 2002: collinear among what is matched on")


@pytest.mark.slow
def test_a_negative_variance_is_told_however_it_was_mended() -> None:
    random = np.random.default_rng(5)
    for seed in range(200):
        random = np.random.default_rng(seed)
        frame = pd.DataFrame({"village": np.repeat(np.arange(4), 4), "year": np.tile(np.arange(4), 4)})
        frame = frame.assign(y=random.normal(size=16), x=random.normal(size=16))
        stated = equation(treatments=[], regressors=["x"], inference=Inference(cluster=["village", "year"]))
        results = block_results(frame, [stated])
        if "variance_of_two_dimensions" in "".join(results.ledger["reason"]) + "".join(results.estimates["reason"]):
            assert "two dimensions" in told(frame, stated)["repaired_variance"]
            return
    pytest.fail("no seed has a negative variance")


def test_few_treated_clusters_are_told_with_their_number(made_panel: pd.DataFrame) -> None:
    panel = made_panel[made_panel["cohort"].isin([0, 2003])]
    assert told(panel, equation())["few_clusters"].startswith("20 clusters, of which 10 treated")
    few = made_panel[(made_panel["cohort"] == 0) | (made_panel["village"] < 8)]
    assert "6 treated" in told(few, equation())["few_clusters"]


def test_every_code_has_a_sentence() -> None:
    assert {code for kind in KINDS.values() for code in kind.codes} | set(ASKED) <= set(SENTENCES)


def test_columns_of_which_others_leave_nothing() -> None:
    random = np.random.default_rng(0)
    first, second = random.normal(size=(2, 50))
    columns = np.column_stack(
        [first, 0 * first, second, 3 * first - 1e6 * second, first + 1e-3 * random.normal(size=50)]
    )
    assert dependent(columns) == [1, 3]
