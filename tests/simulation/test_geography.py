from __future__ import annotations

import numpy as np
import pytest

from ruralpanel.simulation.codes import crosswalk
from ruralpanel.simulation.economy import Economy
from ruralpanel.simulation.geography import lay_out, nearness_to_old_bed
from ruralpanel.simulation.names import RARE
from ruralpanel.simulation.parameters import load_parameters
from tests.simulation.conftest import small


def haversine(latitude: np.ndarray, longitude: np.ndarray, other: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Measure kilometres by the haversine formula, another way than the program's."""
    north, east = np.radians(latitude)[:, None], np.radians(longitude)[:, None]
    there, across = np.radians(other[0])[None, :], np.radians(other[1])[None, :]
    half = np.sin((there - north) / 2) ** 2 + np.cos(north) * np.cos(there) * np.sin((across - east) / 2) ** 2
    return np.asarray(2 * 6371.0088 * np.arcsin(np.sqrt(half)))


def test_distances_to_large_cities_have_the_medians_and_are_to_the_nearest(economy: Economy) -> None:
    villages, cities = economy.geography.villages, economy.geography.cities
    medians = villages.groupby("plain")["city_distance"].median()
    assert medians[0] == pytest.approx(45, abs=6)
    assert medians[1] == pytest.approx(90, abs=8)
    log_sd = np.log(villages.loc[villages["plain"] == 0, "city_distance"]).std()
    assert log_sd == pytest.approx(economy.parameters.city_distance_log_sd, abs=0.1)
    there = (cities["latitude"].to_numpy(), cities["longitude"].to_numpy())
    measured = haversine(villages["latitude"].to_numpy(), villages["longitude"].to_numpy(), there).min(axis=1)
    np.testing.assert_allclose(villages["city_distance"], measured, rtol=1e-6)


def test_thirty_of_a_hundred_counties_are_in_the_plain_which_provinces_share(economy: Economy) -> None:
    counties = economy.geography.counties
    assert (len(counties), counties["plain"].sum()) == (100, 30)
    assert counties["province"].nunique() == 10
    assert (counties.groupby("province")["plain"].mean().between(0.01, 0.99)).sum() >= 3
    inside = counties[counties["plain"] == 1]
    assert inside["longitude"].between(114, 119).all()
    assert inside["latitude"].between(33, 38).all()


def test_villages_are_scattered_around_the_middle_of_their_county(economy: Economy) -> None:
    villages = economy.geography.villages
    middle = economy.geography.counties["latitude"].to_numpy()[villages["county_number"]]
    assert (villages["latitude"] - middle).std() * 111.195 == pytest.approx(8.0, rel=0.05)


@pytest.mark.slow
@pytest.mark.parametrize(("villages", "counties"), [(1, 1), (50, 5), (50, 100), (2000, 100), (30_000, 600)])
def test_codes_are_twelve_digits_of_no_real_province_and_names_differ_within_their_parent(
    villages: int, counties: int
) -> None:
    geography = lay_out(small(villages=villages, counties=counties), 3)
    table = geography.villages
    assert table["village"].str.fullmatch(r"(8[1-9]|90)[0-9]{10}").all()
    assert table["village"].is_unique
    assert geography.counties["county"].is_unique
    assert (table["village"].str[:6] == table["county"]).all()
    parents = ["province_name", "prefecture_name", "county_name", "town_name"]
    assert not table.duplicated([*parents, "village_name"]).any()
    assert not geography.counties.duplicated(["prefecture", "county_name"]).any()


def test_a_few_villages_have_characters_that_gbk_does_not_know(economy: Economy) -> None:
    names = economy.geography.villages["village_name"]
    rare = names[names.str.contains("|".join(RARE))]
    assert 0 < len(rare) < 30
    for name in rare:
        with pytest.raises(UnicodeEncodeError):
            name.encode("gbk")
        assert name.encode("gb18030").decode("gb18030") == name


def test_the_crosswalk_tells_of_eight_new_codes_a_merger_and_a_split(economy: Economy) -> None:
    table = crosswalk(economy.parameters, economy.geography.counties)
    assert table["代码"].is_unique
    ended = table[table["状态"] == "弃用"]
    assert set(ended["变更/弃用时间"]) == {"2016"}
    successors = ended["新代码"].str.split(";")
    assert sorted(successors.str.len()) == [1] * 10 + [2]
    assert successors.explode().value_counts().max() == 2  # the merger
    in_use = set(table.loc[table["状态"] == "在用", "代码"])
    assert set(successors.explode()) <= in_use
    villages = economy.geography.villages
    assert set(villages["county"]) <= in_use
    assert set(villages.loc[villages["county"] != villages["county_before"], "county_before"]) == set(ended["代码"])
    for before, after in villages[["county_before", "county"]].drop_duplicates().itertuples(index=False):
        assert before == after or after in successors[ended["代码"] == before].iloc[0]


def test_nearness_to_the_old_bed_is_of_the_plain_only(economy: Economy) -> None:
    near = nearness_to_old_bed(economy.geography)
    plain = economy.geography.counties["plain"].to_numpy() == 1
    assert (near[~plain] == 0).all()
    assert near[plain].std() == pytest.approx(1)
    bed = economy.geography.old_bed
    there = (np.array([point[1] for point in bed]), np.array([point[0] for point in bed]))
    counties = economy.geography.counties[plain]
    distance = haversine(counties["latitude"].to_numpy(), counties["longitude"].to_numpy(), there).min(axis=1)
    assert np.corrcoef(near[plain], -np.log(5 + distance))[0, 1] > 0.99


def test_places_do_not_depend_on_effects() -> None:
    one, other = lay_out(load_parameters("mixed"), 1), lay_out(load_parameters("null"), 1)
    assert one.villages.equals(other.villages)
