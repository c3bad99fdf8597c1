from __future__ import annotations

from typing import Any

import pytest

from ruralpanel.study.legacies import Legacy
from tests.study.conftest import Repository


@pytest.fixture
def inherited(repository: Repository) -> Repository:
    """Give the study two legacies, with a proxy of every kind of column."""
    repository.at("sources.survey.columns").update(halls={"label": "Halls"}, plain=None, lat=None, lon=None)
    repository.study["panel"].update(
        derived={"halls_a_head": "halls / income"},
        places={"latitude": "lat", "longitude": "lon", "nearest": {"alone": None}},
    )
    repository.study["legacies"] = {
        "kinship": {
            "label": "Kinship ties",
            "capacities": {
                "cohesion": {
                    "label": "Cohesion",
                    "reference": "plain == 0",
                    "proxies": {
                        "halls": {"sign": "positive", "vintage": 1950, "level": "county"},
                        "halls_a_head": {"sign": "positive", "vintage": 1950},
                    },
                    "within": ["county"],
                },
            },
        },
        "river": {
            "capacities": {
                "mobility": {"index": "mean", "proxies": {"alone": {"sign": "negative", "vintage": 1855}}},
                "flexibility": {
                    "index": "first_component",
                    "proxies": {"halls": {"sign": "negative", "vintage": 1855}},
                },
            }
        },
    }
    return repository


def test_capacities_are_columns_after_those_of_places(inherited: Repository) -> None:
    inherited.at("blocks.main")["regressors"] = ["cohesion"]
    inherited.study["panel"]["sample"] = [{"keep": "mobility < 2", "reason": "r"}]
    study = inherited.load()
    assert study.capacities() == {"cohesion": "kinship", "mobility": "river", "flexibility": "river"}
    assert study.panel_columns()[-4:] == ["alone", "cohesion", "mobility", "flexibility"]
    assert list(study.column_origins()) == study.panel_columns()
    assert study.labels()["cohesion"] == "Cohesion"
    origin = study.column_origins()["cohesion"]
    assert (origin.origin, origin.label, origin.unit) == ("legacies: kinship", "Cohesion", "standard deviations")
    assert origin.transformation == "inverse-covariance weighted index of halls, halls_a_head"


def test_a_legacy_is_the_same_after_it_was_written_down(inherited: Repository) -> None:
    for legacy in inherited.load().legacies.values():
        assert Legacy.model_validate_json(legacy.model_dump_json(by_alias=True)) == legacy


CAPACITIES = "legacies.kinship.capacities"
COHESION = f"{CAPACITIES}.cohesion"


@pytest.mark.parametrize(
    ("path", "key", "value", "said"),
    [
        (COHESION, "index", "icv", "did you mean “icw”?"),
        (COHESION, "missing_proxies", "all", "is not one of the valid words"),
        (COHESION, "reference", "plian == 0", "did you mean “plain”?"),
        (COHESION, "reference", "plain", "is a number, not a condition"),
        (COHESION, "reference", "mobility > 0", "`mobility` is not a column of the panel here"),
        (COHESION, "within", ["conty"], "did you mean “county”?"),
        (COHESION, "proxies", {}, "at least 1"),
        (f"{COHESION}.proxies", "hals", {"sign": "positive", "vintage": 1950}, "did you mean “halls”?"),
        (f"{COHESION}.proxies", "listed", {"sign": "positive", "vintage": 1950}, "`listed` is not a column of"),
        (f"{COHESION}.proxies", "mobility", {"sign": "positive", "vintage": 1950}, "`mobility` is not a column of"),
        (f"{COHESION}.proxies", "year", {"sign": "positive", "vintage": 1950}, "is the panel's period"),
        (f"{COHESION}.proxies", "county", {"vintage": 1950}, "the key `sign` is missing"),
        (f"{COHESION}.proxies", "county", {"sign": "positive"}, "the key `vintage` is missing"),
        (f"{COHESION}.proxies.halls", "sign", "plus", "valid here: negative, positive"),
        (f"{COHESION}.proxies.halls", "level", "conty", "did you mean “county”?"),
        (f"{COHESION}.proxies.halls", "vintage", "about 1950", "expected a whole number"),
        (
            CAPACITIES,
            "income",
            {"proxies": {"halls": {"sign": "positive", "vintage": 1}}},
            "would add a column `income`",
        ),
        (CAPACITIES, "alone", {"proxies": {"halls": {"sign": "positive", "vintage": 1}}}, "would add a column `alone`"),
        (CAPACITIES, "mobility", {"proxies": {"halls": {"sign": "positive", "vintage": 1}}}, "add a column `mobility`"),
        ("legacies", "land", {"capacities": {}}, "at least 1"),
    ],
)
def test_legacies_that_do_not_fit_are_found(inherited: Repository, path: str, key: str, value: Any, said: str) -> None:
    inherited.at(path)[key] = value
    assert said in inherited.complaint_with_lines()


def test_every_proxy_that_is_not_older_than_the_first_list_year_is_found(inherited: Repository) -> None:
    (inherited.root / "lists.csv").write_text("village,list_year\n1,2013\n")
    inherited.study["sources"]["lists"] = {
        "path": "lists.csv",
        "key": ["village", "list_year"],
        "columns": {"village": None, "list_year": None},
    }
    inherited.study["panel"]["base"] = "survey"
    listed = {"source": "lists", "year": "list_year", "years": [2014, 2013]}
    inherited.study["designation"]["listed"] = {"list": listed}
    inherited.load()
    proxies = inherited.at(f"{COHESION}.proxies")
    proxies["halls"]["vintage"], proxies["halls_a_head"]["vintage"] = 2013, 2020
    message = inherited.complaint()
    assert f"{COHESION}.proxies.halls.vintage: is 2013, and the first list of `listed` is of 2013" in message
    assert f"{COHESION}.proxies.halls_a_head.vintage: is 2020" in message
    assert "(2 problems)" in message
    del listed["years"]
    inherited.load()


def test_the_first_of_several_lists_counts(inherited: Repository) -> None:
    columns = {"village": None, "list_year": None}
    inherited.at("blocks.main")["treatments"] = ["listed"]
    inherited.study["panel"]["base"] = "survey"
    for name, year in (("early", 1950), ("late", 2013)):
        (inherited.root / f"{name}.csv").write_text(f"village,list_year\n1,{year}\n")
        source = {"path": f"{name}.csv", "key": ["village", "list_year"], "columns": columns}
        inherited.study["sources"][f"{name}_list"] = source
        listed = {"source": f"{name}_list", "year": "list_year", "years": [year]}
        inherited.study["designation"][name] = {"list": listed}
    message = inherited.complaint()
    assert "proxies.halls.vintage: is 1950, and the first list of `early` is of 1950" in message
    assert "(2 problems)" in message
