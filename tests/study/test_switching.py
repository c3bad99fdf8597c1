"""What a study file may ask of the estimator of treatments that come and go."""

from __future__ import annotations

from typing import Any

import pytest

from ruralpanel.study.switching import Switching
from tests.study.conftest import Repository

NAME = "chaisemartin_dhaultfoeuille"


def test_a_treatment_that_ends_is_for_it(repository: Repository) -> None:
    repository.at("designation.listed")["absorbing"] = False
    switching = {"switchers": "in", "same_switchers": True, "within": ["county"]}
    repository.at("blocks.main").update(estimators=[NAME], window=[-3, 2], switching=switching)
    repository.at("exhibits")["figure"] = {"kind": "event_study_figure", "title": "Effects", "blocks": ["main"]}
    (equation,) = repository.load().equations("main")
    assert (equation.absorbing, equation.switching) == (False, Switching.model_validate(switching))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"switching": {"same_switchers": True}}, "`same_switchers` needs a `window`"),
        ({"switching": {"within": ["countie"]}}, "did you mean “county”"),
        ({"switching": {"switchers": "up"}}, "switchers"),
        ({"switching": {}, "estimators": ["imputation"]}, f"is a key of {NAME}, and none is estimated here"),
    ],
)
def test_what_it_cannot_do_is_found(repository: Repository, changes: dict[str, Any], said: str) -> None:
    repository.at("blocks.main").update({"estimators": [NAME], **changes})
    message = repository.complaint()
    assert said in message
    assert "config/studies/mine.yaml, line" in message


def test_anticipation_is_for_others(repository: Repository) -> None:
    repository.at("designation.listed")["anticipation"] = 1
    repository.at("blocks.main")["estimators"] = [NAME]
    assert "measures from the period before a change, and `listed` has an `anticipation`" in repository.complaint()
