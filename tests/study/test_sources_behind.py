from __future__ import annotations

import pytest

from ruralpanel.study.model import Study
from ruralpanel.study.sources_behind import columns_of_equation, sources_behind
from tests.conftest import equation, shipped_study

LISTS = ["list_2013_2015", "list_2016", "list_2017", "list_2019", "list_2020_2022"]


@pytest.fixture(scope="module")
def study() -> Study:
    return shipped_study("taobao_villages")


def test_rows_come_from_the_base_whatever_is_asked(study: Study) -> None:
    assert sources_behind(study, []) == ["village_form"]


def test_a_deflated_column_has_its_prices_behind_it(study: Study) -> None:
    assert sources_behind(study, ["grain_yield"]) == ["village_form"]
    assert "prices" in sources_behind(study, ["real_income"])


def test_a_designation_has_its_lists_and_what_gave_them_codes_behind_it(study: Study) -> None:
    for column in ("taobao_village", "taobao_village_cohort", "taobao_village_event_time"):
        assert sources_behind(study, [column]) == ["village_form", "gazetteer", *LISTS]
    assert "stations" in sources_behind(study, ["station"])


def test_derived_columns_places_and_capacities_are_followed(study: Study) -> None:
    assert "migration" in sources_behind(study, ["share_away"])
    assert "large_cities" in sources_behind(study, ["city_distance"])
    assert set(LISTS) <= set(sources_behind(study, ["listed_around_0_5"]))
    behind = sources_behind(study, ["organisation"])
    assert {"village_proxies", "county_proxies"} <= set(behind)
    assert "prices" not in behind


def test_an_equation_reads_all_its_parts() -> None:
    made = equation(
        treatments=["listed"],
        moderators=["kinship"],
        regressors=["x"],
        fixed_effects=["village[year]", "province*year"],
        weights="weight",
        sample="plain == 1 and year > 2000",
        inference={"cluster": ["county"], "permutation": {"within": ["region"]}},
        latitude=None,
        longitude=None,
    )
    assert columns_of_equation(made) == {
        *("village", "year", "y", "listed", "kinship", "x", "province", "weight", "plain", "county", "region")
    }
