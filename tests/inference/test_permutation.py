from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.estimation import resampling
from ruralpanel.estimation.two_way_fixed_effects import estimate
from ruralpanel.frames.ledger import Ledger
from ruralpanel.inference.permutation import permuted
from ruralpanel.words.sentences import sentence
from tests.conftest import dated, equation, fewer_examples
from tests.worded import block_results


def rows_of(panel: pd.DataFrame, options: dict | None = None, **changes: object) -> dict[str, dict]:
    inference = {"cluster": ["village"], "permutation": {"draws": 199, **(options or {})}}
    asked = equation(**{"inference": inference, "seed": 3, **changes})
    result = estimate(panel, asked, Ledger("estimation", "x", "village", "year"))
    return {row["term"]: row for row in result.rows if row.get("period") is None}


@pytest.mark.slow(but_each=4)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"regressors": ["x"], "weights": "weight"},
        {"moderators": ["kinship"], "fixed_effects": ["village", "half*year"]},
        {"fixed_effects": ["village[year]", "year"]},
        {"fixed_effects": [], "regressors": ["x"]},
        {"fixed_effects": ["half*year"], "regressors": ["x"]},
    ],
    ids=["plain", "weighted", "moderated", "slopes", "pooled", "across units"],
)
def test_every_permutation_is_the_regression_on_permuted_cohorts(panel: pd.DataFrame, changes, monkeypatch) -> None:
    panel = panel.assign(kinship=np.cos(panel["village"]), half=panel["village"] % 2)
    panel = panel[(panel["village"] + panel["year"]) % 9 > 0].reset_index(drop=True)  # with gaps
    kept: dict[str, np.ndarray] = {}

    def spy(*arguments):
        _, values, drawn, units, *_ = arguments
        kept["cohorts"] = values[drawn][:, units]
        kept["draws"] = coefficients_of(*arguments)
        return kept["draws"]

    coefficients_of = resampling.coefficients_of
    monkeypatch.setattr(resampling, "coefficients_of", spy)
    rows = rows_of(panel, **changes)
    for draw in range(5):
        cohort = np.nan_to_num(kept["cohorts"][draw])
        assert len({*zip(panel["village"], cohort, strict=True)}) == 40
        again = dated(panel.drop(columns=["listed", "listed_cohort", "listed_event_time"]).assign(cohort=cohort))
        monkeypatch.setattr(resampling, "coefficients_of", coefficients_of)
        anew = rows_of(again, **changes)
        terms = [term for term in anew if term.startswith("listed")]
        assert kept["draws"][draw] == pytest.approx([anew[term]["estimate"] for term in terms], abs=1e-6)
    for number, term in enumerate(terms):
        large = (np.abs(kept["draws"][:, number]) >= abs(rows[term]["estimate"])).sum()
        assert rows[term]["p_value_permutation"] == (large + 1) / 200


def test_an_effect_is_seen_and_regressors_are_not_tested(panel: pd.DataFrame) -> None:
    rows = rows_of(panel, regressors=["x"])
    assert rows["listed"]["p_value_permutation"] == 1 / 200
    assert sentence(rows["listed"]["permutation"]) == "199 permutations of cohorts among village"
    assert "p_value_permutation" not in rows["x"]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.integers(0, 99))
def test_labels_stay_in_their_strata(labels: list[int], seed: int) -> None:
    strata = np.arange(len(labels)) % 3
    found = permuted(np.array(labels), strata, 5, np.random.default_rng(seed))
    for draw in found:
        for stratum in range(3):
            assert sorted(draw[strata == stratum]) == sorted(np.array(labels)[strata == stratum])


@pytest.mark.slow
@fewer_examples(2)
@given(st.integers(0, 1000))
def test_neither_the_order_of_rows_nor_names_in_the_same_order_play_a_part(seed: int) -> None:
    numbers = np.random.default_rng(seed)
    panel = pd.DataFrame([(unit, year) for unit in range(15) for year in range(5)], columns=["village", "year"])
    panel = panel.assign(cohort=panel["village"] % 4, y=numbers.normal(size=len(panel)), half=panel["village"] % 2)
    options = {"within": ["half"]}
    first = rows_of(dated(panel), options)["listed"]["p_value_permutation"]
    assert 0 < first <= 1
    shuffled = panel.sample(frac=1, random_state=seed)
    renamed = shuffled.assign(village="v" + shuffled["village"].astype(str).str.zfill(3))
    assert rows_of(dated(shuffled), options)["listed"]["p_value_permutation"] == first
    assert rows_of(dated(renamed), options)["listed"]["p_value_permutation"] == first


def test_whole_clusters_change_places(panel: pd.DataFrame) -> None:
    together = dated(
        panel.drop(columns=["listed", "listed_cohort", "listed_event_time"]).assign(
            cohort=panel["county"].map(lambda county: [0, 2003, 2005, 2006][county % 4])
        )
    )
    row = rows_of(together, {"among": "county"})["listed"]
    assert sentence(row["permutation"]) == "199 permutations of cohorts among county"
    assert 0 < row["p_value_permutation"] <= 1
    reason = sentence(rows_of(panel, {"among": "county"})["listed"]["permutation"])
    assert reason == "no permutations: listed_cohort differs within what is permuted"


def test_what_cannot_be_permuted_has_a_reason(panel: pd.DataFrame) -> None:
    moved = panel.assign(listed=panel["listed"].where(panel.index != 3, 1 - panel["listed"]))
    assert "listed is not all that its cohort says" in sentence(rows_of(moved)["listed"]["permutation"])
    differs = rows_of(panel.assign(odd=panel["year"] % 2), {"within": ["odd"]})["listed"]
    assert "odd differs within what is permuted" in sentence(differs["permutation"])
    assert "p_value_permutation" not in differs


def test_a_stratum_for_each_unit_leaves_nothing_to_permute(panel: pd.DataFrame) -> None:
    row = rows_of(panel.assign(own=panel["village"]), {"within": ["own"]})["listed"]
    assert "begins for all village of a stratum at the same time" in sentence(row["permutation"])


@pytest.mark.slow
def test_without_an_effect_p_values_are_uniform() -> None:
    """Errors with a unit root, under which t tests without clustering would reject far too often."""
    random = np.random.default_rng(8)
    frame = pd.DataFrame([(unit, year) for unit in range(20) for year in range(8)], columns=["village", "year"])
    frame = dated(frame.assign(cohort=frame["village"] % 5))
    found = []
    for _ in range(400):
        walk = random.normal(size=(20, 8)).cumsum(axis=1).ravel()
        found.append(rows_of(frame.assign(y=walk), {"draws": 99})["listed"]["p_value_permutation"])
    assert np.mean(np.array(found) <= 0.05) == pytest.approx(0.05, abs=0.03)
    assert np.mean(np.array(found) <= 0.50) == pytest.approx(0.50, abs=0.075)


def test_a_term_that_is_collinear_has_no_p_value(panel: pd.DataFrame) -> None:
    rows = rows_of(panel, moderators=["x"], fixed_effects=["village", "year", "county*year", "cohort*year"])
    assert "p_value_permutation" not in rows["listed"]  # all of a cohort are treated in the same years
    assert 0 < rows["listed*x"]["p_value_permutation"] <= 1
    nobody = rows_of(panel, regressors=["x"], sample="listed == 0")
    assert "p_value_permutation" not in nobody["listed"]


def test_the_draws_are_kept_by_the_row_of_the_estimates(panel: pd.DataFrame) -> None:
    inference = {"cluster": ["village"], "permutation": {"draws": 99}}
    asked = equation(inference=inference, regressors=["x"], moderators=["county"], seed=3)
    found = block_results(panel, [equation(), asked])
    named = found.estimates.set_index("row")["term"]
    assert named[found.draws["row"].unique()].tolist() == ["listed", "listed*county"]
    for row, draws in found.draws.groupby("row"):
        assert draws["draw"].tolist() == list(range(1, 100))
        estimate = found.estimates.set_index("row").loc[row]
        large = (draws["estimate"].abs() >= abs(estimate["estimate"]) * (1 - 1e-9)).sum()
        assert estimate["p_value_permutation"] == (large + 1) / 100
    shuffled = block_results(panel.sample(frac=1, random_state=1), [equation(), asked])
    pd.testing.assert_frame_equal(found.draws, shuffled.draws)
    nothing = block_results(panel, [equation()]).draws
    assert nothing.empty
    assert nothing.dtypes.to_dict() == found.draws.dtypes.to_dict()
