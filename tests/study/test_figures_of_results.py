"""What figures may name, and groups of units; what a study makes of what."""

from __future__ import annotations

from typing import Any

import pytest

from ruralpanel.exhibits.caption import declared
from tests.study.conftest import Repository

CURVE = {"kind": "specification_curve_figure", "blocks": ["main"], "outcome": "income", "term": "listed"}


@pytest.mark.parametrize(
    ("exhibit", "complaint"),
    [
        (CURVE | {"outcome": "incom"}, "`incom` is not"),
        (CURVE | {"term": "list"}, "`list` is not"),
        (CURVE | {"marked": "main/man"}, "did you mean “main/main”?"),
        ({"kind": "permutation_figure", "blocks": ["main"]}, "which no block of this figure asks for"),
        ({"kind": "permutation_figure", "blocks": ["main"], "terms": ["no"]}, "`no` is not"),
        ({"kind": "cohort_heatmap_figure", "blocks": ["main"]}, "shows callaway_santanna"),
        ({"kind": "cohort_heatmap_figure", "blocks": ["main"], "window": [3, -3]}, "runs backwards, from 3 to -3"),
        ({"kind": "paths_figure", "blocks": ["main"]}, "shows group_means"),
        ({"kind": "missingness_figure", "columns": ["incme"]}, "did you mean “income”?"),
        ({"kind": "missingness_figure", "designation": "lsted"}, "did you mean “listed”?"),
        ({"kind": "missingness_figure", "over": "cohort"}, "no `designation` is named"),
    ],
)
def test_a_figure_of_what_is_not_there_is_an_error(
    repository: Repository, exhibit: dict[str, Any], complaint: str
) -> None:
    repository.study["exhibits"]["figure"] = {"title": "A figure"} | exhibit
    assert complaint in repository.complaint()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"groups": None}, "group_means needs `groups`"),
        ({"treatments": []}, "needs one treatment, not 0"),
        ({"moderators": ["income", "county"]}, "by one moderator, not 2"),
        ({"inference": {"variance": "heteroskedastic"}}, "clustered in one dimension"),
        ({"estimators": ["event_study"]}, "is a key of group_means, and none is estimated here"),
    ],
)
def test_groups_that_cannot_be_formed_are_an_error(
    repository: Repository, change: dict[str, Any], complaint: str
) -> None:
    block = {"outcomes": ["income"], "estimators": ["group_means"], "groups": {"at": 2001}} | change
    repository.study["blocks"]["paths"] = {key: value for key, value in block.items() if value is not None}
    assert complaint in repository.complaint()


def test_the_way_of_the_data_is_that_of_the_study(repository: Repository) -> None:
    repository.study["exhibits"]["way"] = {"kind": "workflow_figure", "title": "The way"}
    steps = {(step.stage, step.name): step for step in declared(repository.load(), "way").flow}
    assert list(steps) == [
        ("sources", "survey"),
        ("panel", "panel"),
        ("estimation", "main"),
        ("exhibits", "table"),
        ("exhibits", "way"),
    ]
    assert steps["panel", "panel"].made_of == [("sources", "survey")]
    assert steps["exhibits", "table"].made_of == [("estimation", "main")]
    assert steps["exhibits", "table"].words == "Table 1"
    assert steps["exhibits", "way"].made_of == [("panel", "panel")]


def test_a_figure_of_paths_knows_what_groups_are_of(repository: Repository) -> None:
    repository.study["blocks"]["paths"] = {
        "outcomes": ["income"],
        "estimators": ["group_means"],
        "groups": {"at": 2001},
    }
    repository.study["exhibits"]["around"] = {"kind": "paths_figure", "title": "Paths", "blocks": ["paths"]}
    assert declared(repository.load(), "around").grouped_by == {"paths/main": "listed"}
