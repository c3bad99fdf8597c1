from __future__ import annotations

from typing import Any

import pytest

from tests.study.conftest import Repository

BOOTSTRAP = {"cluster": ["county"], "bootstrap": {}}


@pytest.fixture
def drawn(repository: Repository) -> Repository:
    repository.at("sources.survey.columns").update(kinship=None, province=None)
    repository.at("blocks.main").update(estimators=["two_way_fixed_effects"], inference=BOOTSTRAP)
    return repository


def test_equations_that_may_draw_have_the_seed_and_others_have_none(drawn: Repository) -> None:
    drawn.study["seed"] = 77
    drawn.study["blocks"]["plain"] = {"outcomes": ["income"], "estimators": ["poisson_fixed_effects"]}
    study = drawn.load()
    (equation,), (plain,) = study.equations("main"), study.equations("plain")
    assert (equation.seed, plain.seed) == (77, None)
    assert equation.inference.bootstrap is not None
    assert (equation.inference.bootstrap.draws, equation.inference.bootstrap.impose_null) == (9999, True)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"inference": {"cluster": ["county", "year"], "bootstrap": {}}},
            "`bootstrap` needs one column to cluster by",
        ),
        ({"inference": {"variance": "homoskedastic", "bootstrap": {}}}, "`bootstrap` goes with `variance: clustered`"),
        ({"inference": {"bootstrap": {"weights": "radmacher"}}}, "did you mean “rademacher”?"),
        ({"inference": {"bootstrap": {"draws": 50}}}, "greater than or equal to 99"),
        (
            {"estimators": ["bacon_decomposition"]},
            "and complementary_log_log, and none is estimated here",
        ),
    ],
)
def test_what_cannot_be_drawn_is_said(drawn: Repository, changes: dict[str, Any], said: str) -> None:
    drawn.at("blocks.main").update(changes)
    assert said in drawn.complaint_with_lines()


def test_a_table_prints_only_p_values_that_are_asked_for(drawn: Repository) -> None:
    drawn.at("exhibits.table")["p_values"] = ["bootstrap"]
    drawn.load()
    drawn.at("blocks.main")["inference"] = {"cluster": ["county"]}
    message = drawn.complaint()
    assert "`bootstrap` is not asked for by any block of this table" in message
    assert "write `bootstrap: {}` under the block's `inference`" in message


def test_adjustments_know_the_families_of_outcomes(drawn: Repository) -> None:
    drawn.at("blocks.main")["adjustment"] = "romano_wolf"
    drawn.at("outcomes.income")["family"] = "livelihood"
    drawn.at("exhibits.table")["p_values"] = ["bootstrap", "adjusted"]
    (equation,) = drawn.load().equations("main")
    assert (equation.adjustment, equation.family) == ("romano_wolf", "livelihood")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"adjustment": "romano-wolf"}, "did you mean “romano_wolf”?"),
        ({"inference": {"cluster": ["county"]}}, "adjustment: westfall_young needs bootstrap draws of every equation"),
        (
            {"estimators": ["two_way_fixed_effects", "event_study"]},
            "westfall_young needs bootstrap draws of effects over all event times, which event_study has not",
        ),
        (
            {"specifications": {"a": {}, "b": {"inference": {"bootstrap": {"weights": "webb"}}}}},
            "westfall_young needs the same clusters and bootstrap in all specifications",
        ),
    ],
)
def test_joint_draws_need_a_bootstrap_of_all(drawn: Repository, changes: dict[str, Any], said: str) -> None:
    drawn.at("blocks.main").update({"adjustment": "westfall_young", **changes})
    assert said in drawn.complaint()


def test_a_table_of_adjusted_p_values_needs_an_adjustment(drawn: Repository) -> None:
    drawn.at("exhibits.table")["p_values"] = ["adjusted"]
    message = drawn.complaint()
    assert "`adjusted` is not asked for by any block of this table" in message
    assert "write `adjustment: holm` in the block" in message


def test_permutations_are_asked_for(drawn: Repository) -> None:
    drawn.at("blocks.main")["inference"] = {"permutation": {"within": ["province"], "among": "county"}}
    drawn.at("exhibits.table")["p_values"] = ["permutation"]
    (equation,) = drawn.load().equations("main")
    assert equation.seed == 1
    assert equation.inference.permutation is not None
    assert (equation.inference.permutation.within, equation.inference.permutation.draws) == (["province"], 999)


@pytest.mark.parametrize(
    ("permutation", "changes", "said"),
    [
        ({"within": ["provnce"]}, {}, "did you mean “province”?"),
        ({"among": "conty"}, {}, "did you mean “county”?"),
        ({}, {"treatments": [], "regressors": ["kinship"]}, "permutation: needs one treatment that stays"),
        ({}, {"estimators": ["bacon_decomposition"]}, "and poisson_fixed_effects, and none is estimated here"),
    ],
)
def test_what_cannot_be_permuted_is_said(drawn: Repository, permutation, changes, said: str) -> None:
    drawn.at("blocks.main").update({"inference": {"permutation": permutation}, **changes})
    assert said in drawn.complaint_with_lines()


def test_permutations_do_not_go_with_rows_left_out_by_date(drawn: Repository) -> None:
    drawn.at("designation.listed")["anticipation"] = 1
    drawn.at("designation.listed")["reference_period"] = -2
    drawn.at("blocks.main")["inference"] = {"permutation": {}}
    assert "rows are left out around the dates of treatment" in drawn.complaint()


def test_a_band_needs_event_times(drawn: Repository) -> None:
    drawn.at("blocks.main")["inference"] = {"simultaneous": True}
    message = drawn.complaint()
    assert (
        "inference.simultaneous: is for event_study and sun_abraham and callaway_santanna and triple_differences, "
        "and none is estimated here" in message
    )
    drawn.at("blocks.main")["estimators"] = ["event_study"]
    (equation,) = drawn.load().equations("main")
    assert equation.seed == 1


def test_a_specification_without_anticipation_can_permute_cohorts(repository: Repository) -> None:
    repository.at("designation.listed")["anticipation"] = 1
    repository.at("blocks.main").update(
        estimators=["two_way_fixed_effects"], inference={"cluster": ["county"], "permutation": {}}
    )
    assert "write `anticipation: 0` in the specification" in repository.complaint()
    repository.at("blocks.main")["specifications"] = {
        "all_rows": {"anticipation": 0},
        "donut": {"anticipation": 2, "inference": {"cluster": ["county"]}},
    }
    study = repository.load()
    assert [each.excluded_event_times for each in study.equations("main")] == [{}, {"listed": [-2, -1]}]


def test_anticipation_of_a_specification_is_for_estimators_that_leave_rows_out(repository: Repository) -> None:
    repository.at("blocks.main").update(estimators=["event_study"], anticipation=2)
    assert (
        "blocks.main.anticipation: is a key of two_way_fixed_effects, first_differences, instrumental_variables, "
        in (repository.complaint())
    )
