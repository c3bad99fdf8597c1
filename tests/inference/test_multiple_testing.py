from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.stats.multitest import multipletests

from ruralpanel.inference.multiple_testing import holm, romano_wolf, sharpened, westfall_young
from ruralpanel.inference.random_draws import share_as_large
from tests.conftest import equation
from tests.worded import estimate_block

FIFTEEN = np.array(
    [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
)
"""The p-values of Benjamini & Hochberg (1995, section 4.1)."""


def anderson(p_values: np.ndarray) -> np.ndarray:
    """Anderson's (2008) search for sharpened q-values, written out from its description."""
    count, order = len(p_values), np.argsort(p_values)
    ranked, ranks = p_values[order], np.arange(1, len(p_values) + 1)

    def rejected(level: float) -> int:
        below = np.flatnonzero(ranked <= level * ranks / count)
        return 0 if len(below) == 0 else int(below[-1]) + 1

    found = np.ones(count)
    for level in np.arange(1000, 0, -1) / 1000:
        first_level = level / (1 + level)
        first = rejected(first_level)
        second = count if first == count else rejected(first_level * count / (count - first))
        found[order[: second if first else 0]] = level
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_sharpened_q_values_are_those_of_andersons_search(seed: int) -> None:
    p_values = FIFTEEN if seed == 0 else np.random.default_rng(seed).uniform(size=12) ** 3
    np.testing.assert_allclose(sharpened(p_values), anderson(p_values), atol=1e-9)


def test_the_two_stage_procedure_rejects_eight_of_the_fifteen() -> None:
    """By hand at 5%: 4 p-values pass at 0.05/1.05, then 8 at that times 15/11 (the eighth: 0.0344 ≤ 8/15 × 0.0649)."""
    assert (sharpened(FIFTEEN) <= 0.05).sum() == 8


@pytest.mark.slow
def test_holm_by_hand_and_by_statsmodels() -> None:
    assert holm(np.array([0.01, 0.04, 0.03])) == pytest.approx([0.03, 0.06, 0.06])
    np.testing.assert_array_equal(holm(FIFTEEN[::-1]), multipletests(FIFTEEN[::-1], method="holm")[1])


STATISTICS = st.integers(1, 5).flatmap(
    lambda count: st.tuples(
        arrays(float, count, elements=st.floats(0, 4)), arrays(float, (12, count), elements=st.floats(0, 4))
    )
)


@pytest.mark.slow
@given(STATISTICS)
def test_stepping_down_never_lowers_a_p_value_and_leaves_a_single_one_alone(case) -> None:
    statistics, draws = case
    raw = np.array([share_as_large(each, draws[:, number], False) for number, each in enumerate(statistics)])
    for method in (romano_wolf, westfall_young):
        adjusted = method(statistics, draws, False)
        assert (adjusted >= raw - 1e-12).all()
        assert (adjusted > 0).all()
        assert (adjusted <= 1).all()
        assert method(statistics[:1], draws[:, :1], False)[0] == pytest.approx(raw[0])
        assert np.diff(adjusted[np.argsort(raw, kind="stable")]).min(initial=0) >= -1e-12 or method is romano_wolf
    assert (holm(raw) >= raw).all()
    assert np.diff(romano_wolf(statistics, draws, False)[np.argsort(-statistics)]).min(initial=0) >= 0


def test_the_step_down_by_hand() -> None:
    """Four draws of two hypotheses: the largest first against the larger of both, then the other alone."""
    draws = np.array([[0.5, 2.5], [1.0, 0.1], [3.5, 0.2], [0.3, 1.0]])
    assert romano_wolf(np.array([3.0, 0.9]), draws, False) == pytest.approx([2 / 5, 3 / 5])


def test_independent_tests_are_adjusted_about_as_much_as_sidak_says() -> None:
    draws = np.abs(np.random.default_rng(2).normal(size=(40_000, 6)))
    for method in (romano_wolf, westfall_young):
        adjusted = method(np.array([2.5, 0.1, 0.2, 0.3, 0.1, 0.4]), draws, False)
        assert adjusted[0] == pytest.approx(1 - (1 - 0.012419) ** 6, abs=0.005)


@pytest.fixture
def several(panel: pd.DataFrame) -> pd.DataFrame:
    """Give the panel's villages outcomes with no effect, a small and a large one."""
    random = np.random.default_rng(4)
    noise = {name: random.normal(size=len(panel)) for name in ("none", "small", "large")}
    effects = {"none": 0.0, "small": 0.35, "large": 1.0}
    return panel.assign(**{name: noise[name] + effects[name] * panel["listed"] for name in noise})


def block(several: pd.DataFrame, adjustment: str, **changes: object) -> pd.DataFrame:
    inference = {"cluster": ["village"], "bootstrap": {"draws": 999}}
    equations = [
        equation(
            outcome=name,
            outcome_column=name,
            regressors=["x"],
            **{"inference": inference, "seed": 5, "adjustment": adjustment, **changes},
        )
        for name in ("none", "small", "large")
    ]
    return estimate_block(several, equations)[0].set_index(["outcome", "term"])


@pytest.mark.slow
@pytest.mark.parametrize("adjustment", ["romano_wolf", "westfall_young", "holm"])
def test_effects_of_a_block_are_adjusted_and_regressors_are_not(several: pd.DataFrame, adjustment: str) -> None:
    found = block(several, adjustment).xs("listed", level="term")
    assert (found["p_value_adjusted"] >= found["p_value_bootstrap"]).all()
    assert found.loc["small", "p_value_adjusted"] > found.loc["small", "p_value_bootstrap"]
    assert "over 3 tests (p-values of the wild cluster bootstrap)" in found["adjustment"].iloc[0]
    assert block(several, adjustment).xs("x", level="term")["p_value_adjusted"].isna().all()


def test_a_family_is_tested_by_itself(several: pd.DataFrame) -> None:
    inference = {"cluster": ["village"], "bootstrap": {"draws": 999}}
    equations = [
        equation(
            outcome=name, outcome_column=name, inference=inference, seed=5, adjustment="romano_wolf", family=family
        )
        for name, family in (("none", "income"), ("small", "people"), ("large", "income"))
    ]
    found = estimate_block(several, equations)[0].set_index("outcome")
    assert found.loc["small", "p_value_adjusted"] == found.loc["small", "p_value_bootstrap"]
    assert "over 1 test (family people, " in found.loc["small", "adjustment"]
    assert "over 2 tests (family income, " in found.loc["large", "adjustment"]


def test_without_a_bootstrap_holm_starts_from_t_tests(several: pd.DataFrame) -> None:
    found = block(several, "holm", inference={"cluster": ["village"]}).xs("listed", level="term")
    np.testing.assert_allclose(found["p_value_adjusted"], holm(found["p_value"].to_numpy()))
    assert "p-values of the t tests" in found["adjustment"].iloc[0]


def test_a_coefficient_without_draws_is_left_out_of_the_family(several: pd.DataFrame, monkeypatch) -> None:
    monkeypatch.setattr("ruralpanel.inference.crossing_effects.MOST_LEVELS", 5)
    found = block(several, "romano_wolf").xs("listed", level="term")
    assert found["p_value_adjusted"].isna().all()
    assert found["adjustment"].iloc[0] == "not adjusted: there is no bootstrap of this coefficient"


@pytest.fixture
def moderated(several: pd.DataFrame) -> pd.DataFrame:
    return several.assign(kinship=np.cos(several["village"]), river=np.sin(3 * several["village"]))


def test_where_effects_are_moderated_the_moderation_is_what_is_tested(moderated: pd.DataFrame) -> None:
    found = block(moderated, "sharpened", moderators=["kinship"])
    adjusted = found[found["p_value_adjusted"].notna()]
    assert set(adjusted.index.get_level_values("term")) == {"listed*kinship"}
    assert "over 3 tests" in adjusted["adjustment"].iloc[0]
    assert found.xs("listed", level="term")["adjustment"].str.startswith("not adjusted").all()


def test_a_block_may_name_its_hypotheses(moderated: pd.DataFrame) -> None:
    found = block(moderated, "holm", moderators=["kinship"], hypotheses=["listed", "x"])
    adjusted = found[found["p_value_adjusted"].notna()]
    assert set(adjusted.index.get_level_values("term")) == {"listed", "x"}
    assert "over 6 tests" in adjusted["adjustment"].iloc[0]


@pytest.mark.slow
@pytest.mark.parametrize("adjustment", ["romano_wolf", "holm"])
def test_a_hypothesis_counts_once_however_often_it_is_estimated(moderated: pd.DataFrame, adjustment: str) -> None:
    """Each moderator alone and both together are two hypotheses: those alone are as if there were no specification
    with both, and those together as if there were none with one."""
    inference = {"cluster": ["village"], "bootstrap": {"draws": 199}}

    def estimated(*specifications: tuple[str, list[str]]) -> pd.DataFrame:
        equations = [
            equation(specification=name, moderators=names, adjustment=adjustment, inference=inference, seed=5)
            for name, names in specifications
        ]
        return estimate_block(moderated, equations)[0].set_index(["specification", "term"])["p_value_adjusted"].dropna()

    alone, together = [("k", ["kinship"]), ("r", ["river"])], ("both", ["kinship", "river"])
    found = estimated(*alone, together)
    assert len(found) == 4
    pd.testing.assert_series_equal(found[["k", "r"]], estimated(*alone))
    pd.testing.assert_series_equal(found[["both"]], estimated(together))


def test_another_sample_makes_another_hypothesis_and_another_estimator_does_not(several: pd.DataFrame) -> None:
    inference = {"cluster": ["village"]}
    equations = [
        equation(specification=name, adjustment="holm", inference=inference, **keys)
        for name, keys in (
            ("all", {}),
            ("later", {"sample": "year >= 2002"}),
            ("cohorts", {"estimator": "sun_abraham"}),
        )
    ]
    found = estimate_block(several, equations)[0]
    effects = found[found["p_value_adjusted"].notna()].set_index("specification")
    assert set(effects.index) == {"all", "later", "cohorts"}
    assert effects["adjustment"].str.contains("over 2 tests").all()
    np.testing.assert_allclose(
        effects.loc[["all", "later"], "p_value_adjusted"], holm(effects.loc[["all", "later"], "p_value"].to_numpy())
    )


def westfall_young_by_definition(statistics: np.ndarray, draws: np.ndarray, exact: bool) -> list[float]:
    """Count, of each hypothesis, the draws whose smallest p-value among those left is no larger than its own."""
    count = len(draws)
    shares = np.array([[np.mean(column >= one) for one in column] for column in draws.T]).T
    own = [float(np.mean(draws[:, each] >= statistics[each])) for each in range(len(statistics))]
    left, adjusted, lowest = sorted(range(len(own)), key=lambda each: own[each]), [0.0] * len(own), 0.0
    while left:
        reached = sum(min(shares[draw, left]) <= own[left[0]] + 1e-9 for draw in range(count))
        lowest = max(lowest, reached / count if exact else (reached + 1) / (count + 1))
        adjusted[left.pop(0)] = lowest
    return adjusted


@pytest.mark.parametrize("exact", [True, False])
def test_the_smallest_p_values_are_counted_as_they_are_defined_also_where_draws_are_equal(exact: bool) -> None:
    random = np.random.default_rng(8)
    for _ in range(20):
        draws = random.integers(1, 7, size=(20, 3)) / 3.0
        statistics = draws[0] if exact else random.integers(1, 7, size=3) / 3.0
        found = westfall_young(statistics, draws, exact)
        assert found == pytest.approx(westfall_young_by_definition(statistics, draws, exact))
        alone = westfall_young(statistics[:1], draws[:, :1], exact)[0]
        assert alone == pytest.approx(share_as_large(statistics[0], draws[:, 0], exact))


def test_a_q_value_is_the_lowest_thousandth_at_which_the_procedure_rejects() -> None:
    found = sharpened(FIFTEEN)
    for level in sorted({*found}):
        rejected = multipletests(FIFTEEN, alpha=level, method="fdr_tsbky")[0] if level < 1 else found <= 1
        assert rejected[found == level].all()
        if level > 0.001:
            assert not multipletests(FIFTEEN, alpha=level - 0.001, method="fdr_tsbky")[0][found == level].any()
    np.testing.assert_allclose(found * 1000, np.round(found * 1000), atol=1e-9)
    assert sharpened(np.array([0.9, 0.95])).max() <= 1
