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


def test_equations_that_draw_have_the_seed_and_others_have_none(drawn: Repository) -> None:
    drawn.study["seed"] = 77
    drawn.study["blocks"]["plain"] = {"outcomes": ["income"], "estimators": ["two_way_fixed_effects"]}
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
            "`bootstrap` needs `variance: clustered` and",
        ),
        ({"inference": {"variance": "homoskedastic", "bootstrap": {}}}, "`bootstrap` needs `variance: clustered` and"),
        ({"inference": {"bootstrap": {"weights": "radmacher"}}}, "did you mean “rademacher”?"),
        ({"inference": {"bootstrap": {"draws": 50}}}, "greater than or equal to 99"),
        ({"estimators": ["event_study"]}, "inference.bootstrap: is for two_way_fixed_effects, and none is estimated"),
    ],
)
def test_what_cannot_be_drawn_is_said(drawn: Repository, changes: dict[str, Any], said: str) -> None:
    drawn.at("blocks.main").update(changes)
    message = drawn.complaint()
    assert said in message
    assert "config/studies/mine.yaml, line" in message


def test_a_table_prints_only_p_values_that_are_asked_for(drawn: Repository) -> None:
    drawn.at("exhibits.table")["p_values"] = ["bootstrap"]
    drawn.load()
    drawn.at("blocks.main")["inference"] = {"cluster": ["county"]}
    message = drawn.complaint()
    assert "`bootstrap` is not asked for by any block of this table" in message
    assert "write `bootstrap: {}` under the block's `inference`" in message
