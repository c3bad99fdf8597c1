from __future__ import annotations

from typing import Any

import pytest

from ruralpanel.study.checks.context import Context
from ruralpanel.study.checks.place_names import match_names
from ruralpanel.study.place_names import MatchNames
from ruralpanel.study.yaml_file import read_yaml
from tests.study.conftest import Repository

LIST = ["province", "county_name", "list_year"]
TABLES = {"counties": ["county", "province_name", "name", "since"], "lists": LIST}
DECLARATION = {
    "gazetteer": "counties",
    "code": "county",
    "levels": [
        {"column": "province", "gazetteer": "province_name"},
        {"column": "county_name", "gazetteer": "name"},
    ],
    "valid_from": "since",
    "year": "list_year",
}


def said(repository: Repository, **changes: Any) -> list[str]:
    study = repository.load()
    context = Context(study, read_yaml(repository.root / "config/studies/mine.yaml"), repository.root)
    declaration = MatchNames.model_validate(DECLARATION | changes)
    return [str(problem) for problem in match_names(context, ("tables", "lists"), declaration, LIST, TABLES)]


def test_a_sound_declaration_passes(repository: Repository) -> None:
    (repository.root / "decisions.csv").write_text("")
    assert said(repository, decisions="decisions.csv") == []


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"gazetteer": "county"}, "did you mean “counties”?"),
        ({"code": "conty"}, "did you mean “county”?"),
        ({"valid_from": "sinse"}, "did you mean “since”?"),
        ({"year": "year"}, "did you mean “list_year”?"),
        ({"levels": [{"column": "provinz", "gazetteer": "province_name"}]}, "did you mean “province”?"),
        (
            {"levels": [{"column": "province", "gazetteer": "county_name"}]},
            "is not a column of the gazetteer `counties`",
        ),
        ({"into": "province"}, "would add a column `province`, which the table has already"),
        ({"decisions": "decisons.csv"}, "there is no file decisons.csv"),
    ],
)
def test_what_does_not_exist_is_found_with_the_nearest_that_does(
    repository: Repository, changes: dict[str, Any], what: str
) -> None:
    (problem,) = said(repository, **changes)
    assert what in problem
