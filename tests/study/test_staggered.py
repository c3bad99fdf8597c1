"""What a study file may ask of the estimators of staggered adoption."""

from __future__ import annotations

from typing import Any

import pytest

from ruralpanel.study.estimators import ESTIMATORS, MAY_END
from tests.study.conftest import Repository

AVERAGING = [name for name, each in ESTIMATORS.items() if each.averages_effects]


@pytest.mark.parametrize("estimator", AVERAGING)
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"treatments": []}, "{} needs one treatment, not 0"),
        ({"inference": {"variance": "heteroskedastic"}}, "clustered in one dimension, not heteroskedastic"),
        ({"inference": {"cluster": ["county", "year"]}}, "clustered in one dimension, not county and year"),
        ({"window": [1, 4]}, "leaves out event time 0, which {} reports"),
        ({"always_treated": "keep"}, "is a key of event_study and sun_abraham, and none is estimated here"),
    ],
)
def test_what_they_cannot_do_is_found(
    repository: Repository, estimator: str, changes: dict[str, Any], said: str
) -> None:
    repository.at("blocks.main").update({"estimators": [estimator], "window": [-2, 2], **changes})
    assert said.format(estimator) in repository.complaint_with_lines()


@pytest.mark.parametrize("estimator", [name for name in AVERAGING if name not in MAY_END])
def test_a_treatment_that_ends_is_not_for_them(repository: Repository, estimator: str) -> None:
    repository.at("designation.listed")["absorbing"] = False
    repository.at("blocks.main")["estimators"] = [estimator]
    message = repository.complaint()
    assert f"{estimator} needs a treatment that stays" in message
    assert "estimate it with chaisemartin_dhaultfoeuille or two_way_fixed_effects" in message


@pytest.mark.parametrize("estimator", [name for name in AVERAGING if ESTIMATORS[name].needs_window])
def test_some_need_a_window(repository: Repository, estimator: str) -> None:
    repository.at("blocks.main")["estimators"] = [estimator]
    assert f"{estimator} needs a `window`" in repository.complaint()


def test_a_stack_needs_its_reference_in_the_window(repository: Repository) -> None:
    repository.at("blocks.main").update(estimators=["stacked"], window=[0, 3])
    assert "leaves out the reference period -1" in repository.complaint()


def test_tables_and_figures_show_them(repository: Repository) -> None:
    repository.at("blocks.main").update(estimators=list(AVERAGING), window=[-3, 4])
    repository.at("exhibits")["figure"] = {"kind": "event_study_figure", "title": "Effects", "blocks": ["main"]}
    assert [each.estimator for each in repository.load().equations("main")] == list(AVERAGING)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"regressors": ["treated"]}, "is of a regression without regressors"),
        ({"weights": "treated"}, "is of a regression without weights"),
        ({"fixed_effects": ["village", "county*year"]}, "is of effects of village and year, and of no others"),
        ({"treatments": []}, "bacon_decomposition needs one treatment, not 0"),
        ({"window": [-2, 2]}, "is a key of event_study, sun_abraham, callaway_santanna, "),
    ],
)
def test_a_decomposition_is_of_the_plain_regression(repository: Repository, changes: dict[str, Any], said: str) -> None:
    repository.at("blocks.main").update({"estimators": ["bacon_decomposition"], **changes})
    assert said in repository.complaint()
