from __future__ import annotations

from typing import Any

import pytest

from tests.study.conftest import Repository

MAP = {"kind": "map_figure", "title": "T", "designation": "listed"}
ROLLOUT = {
    "kind": "rollout_figure",
    "title": "T",
    "designation": "listed",
    "published_counts": {2014: {"count": 1, "source": "S"}},
}
GRADIENT = {"kind": "gradient_figure", "title": "T", "blocks": ["main"], "moderator": "income"}
FOREST = {"kind": "forest_figure", "title": "T", "blocks": ["main"]}
COEFFICIENTS = {"kind": "coefficient_figure", "title": "T", "blocks": ["main"], "terms": ["listed"]}


@pytest.mark.parametrize(
    ("exhibit", "said"),
    [
        (MAP, "a map needs to know where units are"),
        (MAP | {"designation": "lsted"}, "did you mean “listed”?"),
        (MAP | {"shade": "incme"}, "did you mean “income”?"),
        (MAP | {"show": "column"}, "`show: column` needs a `column`, and no `designation`"),
        (MAP | {"show": "treated", "column": "income"}, "`show: treated` needs a `designation`, and no `column`"),
        (MAP | {"period": 2014}, "a cohort is of no period"),
        (MAP | {"shade_label": "Plain"}, "`shade_label` goes with `shade`"),
        (MAP | {"lines": {"river": "River"}}, "`river` is not a line under `panel.places.distance_to`"),
        (MAP | {"outlines": {"path": "provinces.geojson", "source": "S"}}, "there is no file provinces.geojson"),
        (ROLLOUT | {"designation": "lsted"}, "did you mean “listed”?"),
        (ROLLOUT | {"weights": "incme"}, "did you mean “income”?"),
        (ROLLOUT | {"breaks": {2015: "words"}}, "`2015` is not a year with a published count"),
        (ROLLOUT | {"published_counts": {2014: {"count": 1}}}, "source"),
        (GRADIENT, "write `along: income` where it is among the `moderators`"),
        (FOREST, "no block of this figure has `moderators`"),
        (COEFFICIENTS | {"terms": ["liste"]}, "did you mean “listed”?"),
    ],
)
def test_what_a_figure_names_has_to_be_there(repository: Repository, exhibit: dict[str, Any], said: str) -> None:
    repository.study["exhibits"]["figure"] = exhibit
    assert said in repository.complaint_with_lines()


def test_along_names_one_of_the_moderators(repository: Repository) -> None:
    block = {"outcomes": ["income"], "estimators": ["two_way_fixed_effects"], "moderators": ["county"]}
    repository.study["blocks"]["main"] = block | {"along": "conty"}
    assert "`conty` is not a moderator of this equation" in repository.complaint_with_lines()
