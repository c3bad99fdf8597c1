from __future__ import annotations

from math import sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.errors import DataError
from ruralpanel.frames.sphere import EARTH_RADIUS, Sites, area_of_outline, unit_vectors
from ruralpanel.panel.settlement import nearest_neighbour_index
from tests.panel.test_places import DEGREE, NEAR, Place, build, reason


def sites(east: np.ndarray, north: np.ndarray) -> Sites:
    """Place units at kilometres east and north of a point of the equator, where a small plane is nearly flat."""
    return Sites(unit_vectors(north / DEGREE, east / DEGREE), np.arange(len(east)))


def lattice(rows: int, hexagonal: bool = False) -> tuple[np.ndarray, np.ndarray, float]:
    """Give points a kilometre apart, and the area that is theirs."""
    north, east = (each.ravel().astype(float) for each in np.mgrid[0:rows, 0:rows])
    if hexagonal:
        return east + 0.5 * (north % 2), north * sqrt(3) / 2, rows * rows * sqrt(3) / 2
    return east, north, float(rows * rows)


@pytest.mark.parametrize(("hexagonal", "expected"), [(False, 2.0), (True, 2.1491)])
def test_lattices_have_the_indices_of_clark_and_evans(hexagonal: bool, expected: float) -> None:
    east, north, area = lattice(30, hexagonal)
    assert nearest_neighbour_index(sites(east, north), area) == pytest.approx(expected, abs=2e-4)


def test_random_points_have_an_index_of_one_but_for_the_edge() -> None:
    random = np.random.default_rng(1954)
    number, side = 4000, 60.0
    east, north = random.uniform(0, side, (2, number))
    found = nearest_neighbour_index(sites(east, north), side**2)
    expected = 0.5 * sqrt(side**2 / number)
    at_the_edge = (0.0514 + 0.041 / sqrt(number)) * 4 * side / number  # Donnelly 1978, for the perimeter
    error = 0.26136 / sqrt(number * number / side**2) / expected  # Clark & Evans 1954
    assert found == pytest.approx(1 + at_the_edge / expected, abs=3 * error)


def test_one_heap_has_an_index_of_zero_and_one_unit_has_none() -> None:
    heap = Sites(unit_vectors(np.array([0.0]), np.array([0.0])), np.zeros(5, dtype=int))
    assert nearest_neighbour_index(heap, 10.0) == 0
    assert np.isnan(nearest_neighbour_index(sites(np.zeros(1), np.zeros(1)), 10.0))
    assert np.isnan(nearest_neighbour_index(sites(np.arange(3.0), np.zeros(3)), 0.0))


def test_an_eighth_of_the_earth_has_an_eighth_of_its_area() -> None:
    corners = unit_vectors(np.array([90.0, 0.0, 0.0, 30.0]), np.array([0.0, 0.0, 90.0, 45.0]))
    assert area_of_outline(corners) == pytest.approx(np.pi / 2 * EARTH_RADIUS**2, rel=1e-12)


def test_the_outline_of_a_small_grid_is_its_square() -> None:
    east, north, _ = lattice(11)
    assert area_of_outline(sites(east, north).vectors) == pytest.approx(100.0, rel=1e-5)


@pytest.mark.parametrize(
    ("latitude", "longitude", "expected"),
    [
        ([0.0, 1.0], [0.0, 0.0], 0.0),
        ([0.0, 0.0, 0.0], [0.0, 1.0, 3.0], 0.0),
        ([5.0, 5.0, 5.0], [7.0, 7.0, 7.0], 0.0),
        ([0.0, 0.0, 0.0], [0.0, 120.0, 240.0], np.nan),
    ],
)
def test_what_has_no_outline(latitude: list[float], longitude: list[float], expected: float) -> None:
    found = area_of_outline(unit_vectors(np.array(latitude), np.array(longitude)))
    assert found == pytest.approx(expected, abs=1e-9, nan_ok=True)


INDEX: dict[str, object] = {"nearest_neighbour_index": {"evenness": {"within": "county", "area": "size"}}}
HULL: dict[str, object] = {"nearest_neighbour_index": {"evenness": {"within": "county"}}}


def grid(rows: int) -> list[Place]:
    east, north, _ = lattice(rows)
    return list(zip(north / DEGREE, east / DEGREE, strict=True))


def test_the_index_is_of_the_group_and_the_same_for_all_its_units() -> None:
    places = [*grid(4), (3.0, 3.0)]
    panel, ledger = build(places, INDEX, county=["a"] * 16 + ["b"], size=[16.0] * 16 + [5.0])
    own = panel[panel["county"] == "a"]["evenness"]
    assert own.tolist() == pytest.approx([2.0] * 48, abs=1e-4)
    assert own.nunique() == 1
    assert panel[panel["county"] == "b"]["evenness"].isna().all()
    assert reason(ledger, "nearest_neighbour_index evenness") == (
        "by county, area: size; from 2.000 to 2.000, median 2.000; "
        "1 group without an index: one unit, or none off a line"
    )


def test_without_an_area_the_outline_stands_for_it() -> None:
    panel, ledger = build(grid(4), HULL, county=["a"] * 15 + [None])
    hull, number = 8.5, 15  # three by three kilometres without half a square at a corner
    assert panel["evenness"].dropna().unique() == pytest.approx([1 / (0.5 * sqrt(hull / number))], abs=1e-4)
    assert panel["evenness"].isna().sum() == 3
    said = reason(ledger, "nearest_neighbour_index evenness")
    assert "area: convex outline of the units" in said
    assert "the group is missing for 1 unit" in said


@pytest.mark.slow
@given(st.lists(NEAR, min_size=1, max_size=8), st.data())
def test_the_order_of_units_says_nothing(places: list[Place], data: st.DataObject) -> None:
    county = data.draw(st.lists(st.sampled_from(["a", "b"]), min_size=len(places), max_size=len(places)))
    order = data.draw(st.permutations(range(len(places))))
    straight = build(places, HULL, county=county, years=(2010,))[0]["evenness"]
    mixed = build([places[each] for each in order], HULL, county=[county[each] for each in order], years=(2010,))[0]
    assert mixed["evenness"].tolist() == pytest.approx(straight.iloc[order].tolist(), rel=1e-6, nan_ok=True)


@pytest.mark.parametrize(
    ("county", "size", "said"),
    [
        (["a", "a"], [1.0, 2.0], "the area `size` changes within 1 county: a"),
        (["a", "a"], [0.0, 0.0], "the area `size` is missing or not positive in 1 county: a"),
        (["a", "b"], [1.0, None], "the area `size` is missing or not positive in 1 county: b"),
        (["a", "a"], ["x", "x"], "the area `size` holds text, not numbers"),
    ],
)
def test_an_area_that_cannot_be_is_an_error(county: list[str], size: list[object], said: str) -> None:
    with pytest.raises(DataError) as raised:
        build([(0.0, 0.0), (0.0, 1.0)], INDEX, county=county, size=size)
    assert said in str(raised.value)


def test_a_unit_that_moves_between_groups_is_an_error() -> None:
    frame_index = {"nearest_neighbour_index": {"evenness": {"within": "year"}}}
    with pytest.raises(DataError, match="the group `year` changes within 2 units: 0, 1"):
        build([(0.0, 0.0), (0.0, 1.0)], frame_index)


def test_text_groups_and_number_groups_are_the_same() -> None:
    of_text = build(grid(3), HULL, county=list("aaabbbccc"))[0]["evenness"]
    of_numbers = build(grid(3), HULL, county=[1, 1, 1, 2, 2, 2, 3, 3, 3])[0]["evenness"]
    pd.testing.assert_series_equal(of_text, of_numbers)
