"""What a study file may ask of synthetic differences in differences."""

from __future__ import annotations

from typing import Any

import pytest

from tests.study.conftest import Repository

NAME = "synthetic_difference_in_differences"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"treatments": []}, f"{NAME} needs one treatment, not 0"),
        ({"fixed_effects": ["village", "county*year"]}, f"{NAME} has effects of village and year, and no others"),
        ({"weights": "treated"}, f"{NAME} finds weights of its own, and has no place for `treated`"),
        ({"inference": {"variance": "heteroskedastic"}}, "clusters of one column, not heteroskedastic"),
        ({"inference": {"cluster": ["county", "year"]}}, "clusters of one column, not county and year"),
        (
            {"inference": {"cluster": ["county"]}, "synthetic": {"standard_errors": "placebo"}},
            "placebo treatments are given to single units, not to clusters of county",
        ),
        ({"synthetic": {"draws": 500}}, "`draws` goes with `standard_errors: placebo` or `bootstrap`"),
        ({"synthetic": {"standard_errors": "placbo"}}, "placebo"),
        ({"estimators": ["event_study"], "synthetic": {}}, f"is a key of {NAME}, and none is estimated here"),
    ],
)
def test_what_it_cannot_do_is_found(repository: Repository, changes: dict[str, Any], said: str) -> None:
    repository.at("blocks.main").update({"estimators": [NAME], **changes})
    message = repository.complaint()
    assert said in message
    assert "config/studies/mine.yaml, line" in message


def test_a_donut_leaves_no_unit_whole(repository: Repository) -> None:
    repository.at("designation.listed")["donut"] = [0]
    repository.at("blocks.main")["estimators"] = [NAME]
    assert "the treatment's donut leaves out rows of all treated" in repository.complaint()


@pytest.mark.parametrize(("how", "seed"), [("jackknife", None), ("placebo", 1), ("bootstrap", 1)])
def test_the_seed_is_given_where_numbers_are_drawn(repository: Repository, how: str, seed: int | None) -> None:
    repository.at("blocks.main").update(estimators=[NAME, "event_study"], synthetic={"standard_errors": how})
    repository.at("exhibits")["figure"] = {"kind": "event_study_figure", "title": "Effects", "blocks": ["main"]}
    own, other = repository.load().equations("main")
    assert (own.synthetic.standard_errors, own.seed) == (how, seed)
    assert (other.synthetic, other.seed) == (None, 1)  # which tests leads by draws
