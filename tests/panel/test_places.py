from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ruralpanel.errors import DataError
from ruralpanel.frames.ledger import Ledger
from ruralpanel.frames.sphere import (
    EARTH_RADIUS,
    Sites,
    distance_to_lines,
    distance_to_points,
    nearest_other,
    unit_vectors,
)
from ruralpanel.panel.build import build_panel
from ruralpanel.study.designation import Designation
from ruralpanel.study.legacies import Legacy
from ruralpanel.study.panel import Panel

Place = tuple[float, float]
DEGREE = radians(1) * EARTH_RADIUS
"""Kilometres along a meridian."""

LATITUDES = st.one_of(st.sampled_from([-90.0, 0.0, 90.0, 35.0]), st.floats(-90, 90))
LONGITUDES = st.one_of(st.sampled_from([-180.0, 0.0, 180.0, 179.99, -179.99]), st.floats(-180, 180))
NEAR = st.tuples(st.floats(34.9, 35.1), st.floats(114.9, 115.1))
# One at 0 and 0 while others are far away is taken for missing coordinates.
ANYWHERE = st.tuples(LATITUDES, LONGITUDES).filter(lambda place: place != (0.0, 0.0))
PLACES = st.one_of(st.lists(NEAR, min_size=1, max_size=12), st.lists(ANYWHERE, min_size=1, max_size=12))


def haversine(first: Place, second: Place) -> float:
    north, east = radians(second[0] - first[0]) / 2, radians(second[1] - first[1]) / 2
    inside = sin(north) ** 2 + cos(radians(first[0])) * cos(radians(second[0])) * sin(east) ** 2
    return 2 * EARTH_RADIUS * asin(min(1.0, sqrt(inside)))


def build(
    places: Sequence[Place],
    declared: dict[str, object],
    cohorts: Sequence[int] | None = None,
    years: Sequence[int] = (2010, 2011, 2012),
    absent: frozenset[tuple[int, int]] = frozenset(),
    lines: dict[str, list[list[Place]]] | None = None,
    points: pd.DataFrame | None = None,
    designation: dict[str, object] | None = None,
    **columns: Sequence[object],
) -> tuple[pd.DataFrame, Ledger]:
    """Build a panel of villages at places, treated from their cohorts on; 0 is never."""
    cohorts = cohorts or [0] * len(places)
    rows = [
        (village, year, *place, cohorts[village], int(0 < cohorts[village] <= year))
        for village, place in enumerate(places)
        for year in years
        if (village, year) not in absent
    ]
    survey = pd.DataFrame(rows, columns=["village", "year", "north", "east", "first", "on"])
    survey = survey.assign(**{name: survey["village"].map(dict(enumerate(values))) for name, values in columns.items()})
    section = {"latitude": "north", "longitude": "east", **declared}
    panel = Panel.model_validate({"unit": "village", "period": "year", "places": section})
    listed = Designation.model_validate(designation or {"cohort": "first", "never": [0]})
    tables = {"survey": survey} | ({"stations": points} if points is not None else {})
    built = build_panel(tables, panel, "survey", {"listed": listed}, lines)
    return built.panel, built.ledger


def around(measure: str = "share", rings: Sequence[float] = (0, 5, 10), lag: int = 0) -> dict[str, object]:
    declared = {"designation": "listed", "rings": list(rings), "measure": measure, "lag": lag}
    return {"neighbours": {"near": declared}}


def reason(ledger: Ledger, step: str) -> str:
    return next(line.reason for line in ledger.lines if line.step == step)


@given(
    PLACES,
    st.data(),
    st.sampled_from(["share", "count", "any"]),
    st.sampled_from([(0, 5, 10), (2.5, 8), (0, 500, 20015), (1000, 9000)]),
    st.integers(0, 2),
    st.sampled_from([(2010, 2011, 2012), (2010, 2013, 2014, 2020)]),
)
def test_rings_agree_with_brute_force(
    places: list[Place], data: st.DataObject, measure: str, rings: tuple[float, ...], lag: int, years: tuple[int, ...]
) -> None:
    places = places + data.draw(st.lists(st.sampled_from(places), max_size=3))  # some units are at the same place
    cohorts = data.draw(st.lists(st.sampled_from([0, 2009, 2011, 2013]), min_size=len(places), max_size=len(places)))
    distance = [[haversine(first, second) for second in places] for first in places]
    assume(all(abs(each - bound) > 1e-3 for row in distance for each in row for bound in rings if bound))
    panel, _ = build(places, around(measure, rings, lag), cohorts, years)
    for low, high in pairwise(rings):
        column = f"near_{low:g}_{high:g}".replace(".", "p")
        for row in panel.to_dict("records"):
            unit, position = row["village"], years.index(row["year"]) - lag
            others = [
                other
                for other in range(len(places))
                if other != unit and (distance[unit][other] > low or low == 0) and distance[unit][other] <= high
            ]
            if position < 0 or (measure == "share" and not others):
                assert pd.isna(row[column])
                continue
            treated = sum(0 < cohorts[other] <= years[position] for other in others)
            expected = {"count": treated, "any": int(treated > 0), "share": treated / max(1, len(others))}[measure]
            assert row[column] == pytest.approx(expected)


@given(PLACES, st.sampled_from([3, 12, 5000]))
def test_density_and_nearest_agree_with_brute_force(places: list[Place], radius: float) -> None:
    places = [*places, places[0]]
    distance = [[haversine(first, second) for second in places] for first in places]
    assume(all(abs(each - radius) > 1e-3 for row in distance for each in row))
    panel, _ = build(places, {"density": {"others": {"radius": radius}}, "nearest": {"next_one": None}})
    for row in panel.to_dict("records"):
        others = [each for other, each in enumerate(distance[row["village"]]) if other != row["village"]]
        assert row["others"] == sum(each <= radius for each in others)
        assert row["next_one"] == pytest.approx(min(others), abs=1e-5, rel=1e-6)


def test_the_poles_and_the_date_line_are_no_edges() -> None:
    places = [(90.0, 0.0), (90.0, 135.0), (89.99, -90.0), (0.0, 179.99), (0.0, -179.99), (0.0, 180.0), (0.0, -180.0)]
    panel, _ = build(places, {"density": {"near": {"radius": 3}}, "nearest": {"next_one": None}})
    first = panel.groupby("village").first()
    assert first["near"].tolist() == [2, 2, 2, 3, 3, 3, 3]
    expected = [0, 0, 0.01 * DEGREE, 0.01 * DEGREE, 0.01 * DEGREE, 0, 0]
    assert first["next_one"].tolist() == pytest.approx(expected, abs=1e-6)


def test_units_at_one_place_are_neighbours_in_the_ring_from_nought_alone() -> None:
    panel, ledger = build([(35.0, 115.0)] * 3, around("share", [0, 5, 10]), [2011, 0, 0])
    assert panel.loc[panel["year"] == 2011, "near_0_5"].tolist() == [0, 0.5, 0.5]
    assert panel["near_5_10"].isna().all()
    assert "5 to 10 km: 3 units without neighbours" in reason(ledger, "neighbours near")


def test_the_upper_bound_is_inside_and_the_lower_one_is_not() -> None:
    at, bound = (0.0, 0.0), round(DEGREE, 3)
    for shift, inner in ((-1e-8, 1), (1e-6, 0)):
        places = [at, ((bound + shift) / DEGREE, 0.0)]
        panel, _ = build(places, around("count", [0, bound, 200]), [2010, 2010])
        names = [name for name in panel.columns if name.startswith("near_")]
        assert panel[names].to_numpy().tolist() == [[inner, 1 - inner]] * 6


def test_a_lag_looks_at_the_panels_previous_period_however_long_ago() -> None:
    places, years = [(35.0, 115.0), (35.0, 115.01)], (2010, 2013, 2014)
    panel, ledger = build(places, around("any", [0, 5], 1), [0, 2013], years)
    assert panel.loc[panel["village"] == 0, "near_0_5"].fillna(-1).tolist() == [-1, 0, 1]
    assert "2 rows in the panel's first 1 period" in reason(ledger, "neighbours near")
    panel, _ = build(places, around("any", [0, 5], 9), [0, 2013], years)
    assert panel["near_0_5"].isna().all()


def test_a_neighbour_without_a_row_counts_where_its_treatment_is_known() -> None:
    places, absent = [(35.0, 115.0), (35.0, 115.01)], frozenset({(1, 2010), (1, 2012)})
    panel, _ = build(places, around("count", [0, 5]), [0, 2011], absent=absent)
    assert panel.loc[panel["village"] == 0, "near_0_5"].tolist() == [0, 1, 1]  # the cohort tells
    by_indicator, ledger = build(
        places, around("count", [0, 5]), [0, 2011], absent=absent, designation={"indicator": "on"}
    )
    # First seen treated in 2011: whether it was in 2010 nobody knows, but in 2012 it still is.
    assert by_indicator.loc[by_indicator["village"] == 0, "near_0_5"].fillna(-1).tolist() == [-1, 1, 1]
    assert "the treatment of every neighbour is unknown in 1 row, now missing" in reason(ledger, "neighbours near")
    ends = {"indicator": "on", "absorbing": False}
    may_end, _ = build(places, around("count", [0, 5]), [0, 2011], absent=absent, designation=ends)
    assert may_end.loc[may_end["village"] == 0, "near_0_5"].fillna(-1).tolist() == [-1, 1, -1]


def test_an_untreated_period_tells_of_those_before_it() -> None:
    places, absent = [(35.0, 115.0), (35.0, 115.01), (35.0, 115.02)], frozenset({(1, 2010), (2, 2012)})
    panel, ledger = build(places, around("share", [0, 5]), [0, 2012, 0], absent=absent, designation={"indicator": "on"})
    assert panel.loc[panel["village"] == 0, "near_0_5"].tolist() == [0, 0, 1]
    assert "the treatment of some neighbours is unknown in 2 rows" in reason(ledger, "neighbours near")


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([0, 2010, 2011])), min_size=1, max_size=12))
def test_leave_out_shares_leave_the_unit_out(units: list[tuple[int, int]]) -> None:
    groups, cohorts = [group for group, _ in units], [cohort for _, cohort in units]
    declared = {"leave_out_share": {"others": {"designation": "listed", "within": "county"}}}
    panel, ledger = build([(0.0, 0.0)] * len(units), declared, cohorts, county=groups)
    alone = 0
    for row in panel.to_dict("records"):
        others = [
            0 < cohort <= row["year"]
            for village, (group, cohort) in enumerate(units)
            if group == row["county"] and village != row["village"]
        ]
        alone += not others
        assert pd.isna(row["others"]) if not others else row["others"] == pytest.approx(np.mean(others))
    rows = f"{alone} row in" if alone == 1 else f"{alone} rows in"
    assert f"by county: {rows} a group of one" in reason(ledger, "leave_out_share others")


def test_a_leave_out_share_needs_no_coordinates_and_a_missing_group_has_none() -> None:
    declared = {"leave_out_share": {"others": {"designation": "listed", "within": "county"}}}
    section = {"latitude": None, "longitude": None, **declared}
    panel, ledger = build([(0.0, 0.0)] * 3, section, [2010, 0, 2010], county=["a", "a", None])
    assert panel.groupby("village")["others"].first().fillna(-1).tolist() == [0, 1, -1]
    assert "the group is missing in 3 rows" in reason(ledger, "leave_out_share others")


def test_a_leave_out_share_without_any_group_is_missing() -> None:
    declared = {"leave_out_share": {"others": {"designation": "listed", "within": "county"}}}
    panel, _ = build([(0.0, 0.0)] * 2, declared, [2010, 0], county=[None, None])
    assert panel["others"].isna().all()


def test_a_unit_without_a_row_is_in_its_group_if_it_never_changes_it() -> None:
    declared = {"leave_out_share": {"others": {"designation": "listed", "within": "county"}}}
    absent = frozenset({(1, 2012)})
    panel, _ = build([(0.0, 0.0)] * 2, declared, [0, 2011], absent=absent, county=["a", "a"])
    assert panel.loc[panel["village"] == 0, "others"].tolist() == [0, 1, 1]


@given(st.lists(ANYWHERE, min_size=1, max_size=8), st.lists(ANYWHERE, min_size=1, max_size=8))
def test_distance_to_points_agrees_with_brute_force(places: list[Place], points: list[Place]) -> None:
    stations = pd.DataFrame(points, columns=["north", "east"]).assign(station="s")
    panel, _ = build(places, {"distance_to": {"station": {"points": "stations"}}}, points=stations)
    for row in panel.to_dict("records"):
        nearest = min(haversine(places[row["village"]], point) for point in points)
        assert row["station"] == pytest.approx(nearest, abs=1e-3, rel=1e-6)
    assert "station_east" not in panel


def sampled(line: list[Place], number: int) -> np.ndarray:
    """Give points along a line, latitude and longitude, dense on each segment's great circle."""
    vectors = unit_vectors(*np.array(line).T[::-1])
    parts = [start + np.linspace(0, 1, number)[:, None] * (end - start) for start, end in pairwise(vectors)]
    dense = np.vstack(parts)
    return dense / np.linalg.norm(dense, axis=1, keepdims=True)


def steps(longest: float) -> st.SearchStrategy[list[Place]]:
    """Draw lines, as longitude and latitude, that start anywhere, also near poles and the date line."""
    move = st.tuples(st.floats(-longest, longest), st.floats(-longest, longest))

    def walked(start: Place, moves: list[Place]) -> list[Place]:
        found = [(start[1], start[0])]
        for east, north in moves:
            longitude = (found[-1][0] + east + 180) % 360 - 180
            found.append((longitude, float(np.clip(found[-1][1] + north, -90, 90))))
        return found

    return st.builds(walked, ANYWHERE, st.lists(move, min_size=1, max_size=4))


@given(st.lists(ANYWHERE, min_size=1, max_size=5), st.lists(steps(5.0), min_size=1, max_size=2))
def test_distance_to_a_line_agrees_with_dense_sampling(places: list[Place], lines: list[list[Place]]) -> None:
    vectors = unit_vectors(*np.array(places).T)
    exact = distance_to_lines(vectors, lines)
    dense = distance_to_points(vectors, np.vstack([sampled(line, 4001) for line in lines]))
    assert (exact <= dense + 1e-6).all()
    # Samples are at most 0.2 km apart, so the nearest is at most half that beyond the nearest point of the line.
    assert (exact >= dense - 0.11).all()


def test_the_foot_on_a_segment_counts_and_not_its_vertices_only() -> None:
    line = [(-5.0, 0.0), (5.0, 0.0)]
    vectors = unit_vectors(np.array([1.0, 0.0, 0.0, 0.0]), np.array([0.0, 2.0, 6.0, 174.0]))
    expected = [DEGREE, 0.0, DEGREE, 169 * DEGREE]
    assert distance_to_lines(vectors, [line]) == pytest.approx(expected, abs=1e-6)


def test_a_line_may_cross_the_date_line_or_stand_still() -> None:
    vectors = unit_vectors(np.array([0.5, 0.0]), np.array([180.0, 0.0]))
    crossing = [(179.0, 0.0), (-179.0, 0.0)]
    assert distance_to_lines(vectors, [crossing]) == pytest.approx([0.5 * DEGREE, 179 * DEGREE], abs=1e-5)
    still = [(0.0, 1.0), (0.0, 1.0)]
    assert distance_to_lines(vectors, [still])[1] == pytest.approx(DEGREE)


def test_a_line_is_a_column_of_the_panel() -> None:
    declared = {"distance_to": {"railway": {"line": "railway.geojson"}}}
    panel, ledger = build([(1.0, 0.0)], declared, lines={"railway.geojson": [[(-5.0, 0.0), (5.0, 0.0)]]})
    assert panel["railway"].tolist() == pytest.approx([DEGREE] * 3)
    assert reason(ledger, "distance_to railway").startswith("railway.geojson: from 111.195 to 111.195 km")


def test_zeros_for_missing_coordinates_are_an_error_where_the_others_are_far() -> None:
    with pytest.raises(DataError, match="are both 0, a place in the ocean, for 1 unit"):
        build([(35.0, 115.0), (0.0, 0.0), (34.9, 115.2)], {"nearest": {"next": {}}})
    declared = {"distance_to": {"river": {"line": "river.geojson"}}}
    lines = {"river.geojson": [[(115.0, 35.0), (0.0, 0.0), (115.5, 35.1)]]}
    with pytest.raises(DataError, match=r"river\.geojson: .* for 1 vertex: vertex 2 of line 1"):
        build([(35.0, 115.0)], declared, lines=lines)
    near = build([(0.2, 0.3), (0.0, 0.0)], {"nearest": {"next": {}}})[0]
    assert near["next"].notna().all()


VERTICES = pd.DataFrame(
    [(2, 1, 10.0, 0.0), (1, 10, 5.0, 0.0), (1, 2, -5.0, 0.0), (2, 2, 10.0, 5.0)],
    columns=["line", "vertex", "east", "north"],
)


def test_a_line_may_be_a_source_of_vertices_in_any_order() -> None:
    declared = {"distance_to": {"river": {"line": "stations"}}}
    panel, ledger = build([(1.0, 0.0), (2.0, 11.0)], declared, points=VERTICES)
    by_path = {"distance_to": {"river": {"line": "river.geojson"}}}
    lines = {"river.geojson": [[(-5.0, 0.0), (5.0, 0.0)], [(10.0, 0.0), (10.0, 5.0)]]}
    assert panel["river"].tolist() == build([(1.0, 0.0), (2.0, 11.0)], by_path, lines=lines)[0]["river"].tolist()
    assert reason(ledger, "distance_to river").startswith("stations: from")


@pytest.mark.parametrize(
    ("vertices", "said"),
    [
        (VERTICES[:3], "source stations: a line has two vertices at least; one only: 2"),
        (VERTICES.assign(vertex="a"), "`vertex` holds text, not the numbers"),
        (
            VERTICES.assign(north=[0, 0, 91, 0]),
            "the latitude `north` is 91, not from -90 to 90 degrees, for 1 point: 1 / 2",
        ),
    ],
)
def test_a_source_that_is_no_line_is_an_error(vertices: pd.DataFrame, said: str) -> None:
    with pytest.raises(DataError) as raised:
        build([(1.0, 0.0)], {"distance_to": {"river": {"line": "stations"}}}, points=vertices)
    assert said in str(raised.value)


def test_a_unit_alone_has_no_nearest_other() -> None:
    assert np.isnan(nearest_other(Sites(np.array([[1.0, 0.0, 0.0]]), np.array([0])))).all()
    panel, ledger = build([(1.0, 0.0)], {"nearest": {"next_one": None}} | around("count", [0, 5]))
    assert panel["next_one"].isna().all()
    assert panel["near_0_5"].tolist() == [0, 0, 0]
    assert "no other unit" in reason(ledger, "nearest next_one")


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ([(35.0, 115.0), (91.0, 0.0)], "the latitude `north` is 91, not from -90 to 90 degrees, for 1 unit: 1"),
        ([(35.0, 181.0), (35.0, -181.0)], "the longitude `east` is 181, not from -180 to 180 degrees, for 2 units: 0"),
        ([(115.0, 35.0)], "are latitude and longitude interchanged"),
        ([(35.0, 115.0), (float("nan"), 0.0)], "the latitude `north` is missing for 1 unit: 1"),
        ([("35° N", 115.0)], "the latitude `north` holds text, not degrees"),
    ],
)
def test_coordinates_that_cannot_be_are_an_error_that_names_the_units(places: list[Place], said: str) -> None:
    with pytest.raises(DataError) as raised:
        build(places, {"nearest": {"next_one": None}})
    assert said in str(raised.value)


def test_coordinates_that_change_are_an_error_that_names_the_units() -> None:
    survey = pd.DataFrame({"village": [1, 1, 2, 2], "year": [1, 2] * 2, "north": [1.0, 1.0, 1.0, 1.1], "east": 0.0})
    section = {"latitude": "north", "longitude": "east", "nearest": {"next_one": {}}}
    declared = Panel.model_validate({"unit": "village", "period": "year", "places": section})
    with pytest.raises(DataError, match="`north` and `east` change within 1 unit: 2"):
        build_panel({"survey": survey}, declared, "survey", {})


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (pd.DataFrame({"station": [], "north": [], "east": []}), "source stations: has no row"),
        (pd.DataFrame({"station": ["a"], "north": [99.0], "east": [0.0]}), "degrees, for 1 point: a"),
    ],
)
def test_points_that_are_nowhere_are_an_error(points: pd.DataFrame, said: str) -> None:
    with pytest.raises(DataError) as raised:
        build([(0.0, 0.0)], {"distance_to": {"station": {"points": "stations"}}}, points=points)
    assert said in str(raised.value)


def test_restrictions_come_after_places() -> None:
    survey = pd.DataFrame({"village": [1, 2], "year": [1, 1], "north": [0.0, 0.0], "east": [0.0, 0.01], "on": [0, 1]})
    section = {"latitude": "north", "longitude": "east", **around("count", [0, 5])}
    sample = [{"keep": "near_0_5 > 0", "reason": "those with treated neighbours"}]
    declared = Panel.model_validate({"unit": "village", "period": "year", "places": section, "sample": sample})
    panel = build_panel({"survey": survey}, declared, "survey", {"listed": Designation(indicator="on")}).panel
    assert panel["village"].tolist() == [1]


@pytest.mark.slow
def test_fifty_thousand_units_take_seconds() -> None:
    random = np.random.default_rng(1)
    units, years = 50_000, range(2008, 2023)
    table = pd.DataFrame({"village": np.repeat(np.arange(units), len(years)), "year": np.tile(years, units)})
    for name, (low, high) in {"north": (25, 40), "east": (105, 120), "first": (2008, 2030)}.items():
        table[name] = np.repeat(random.uniform(low, high, units), len(years))
    table["first"] = table["first"].round()
    section = {"latitude": "north", "longitude": "east", **around("share", [0, 5, 10, 20], 1)}
    declared = Panel.model_validate({"unit": "village", "period": "year", "places": section})
    listed = {"listed": Designation(cohort="first")}
    started = time.perf_counter()
    panel = build_panel({"survey": table}, declared, "survey", listed).panel
    assert time.perf_counter() - started < 30
    assert panel["near_10_20"].notna().mean() > 0.8


@pytest.mark.parametrize("absorbing", [True, False])
def test_neighbours_treated_by_an_intensity_are_those_of_its_indicator(absorbing: bool) -> None:
    places = [(35.0, 115.0), (35.01, 115.0)]
    absent = frozenset({(1, 2010), (1, 2012)})
    found = [
        build(places, around(), [0, 2011], absent=absent, designation={way: "on", "absorbing": absorbing})[0]
        for way in ("intensity", "indicator")
    ]
    assert found[0]["near_0_5"].tolist() == pytest.approx(found[1]["near_0_5"].tolist(), nan_ok=True)
    assert found[0]["near_0_5"].isna().any()


def test_logarithms_of_distances_and_squares_of_capacities_are_derived_when_these_are_there() -> None:
    survey = pd.DataFrame({"village": [1, 1, 2, 2, 3, 3], "year": [2010, 2011] * 3})
    survey = survey.assign(north=[35.0, 35, 35.1, 35.1, 35.3, 35.3], east=115.0, halls=[0.0, 0, 1, 1, 5, 5])
    survey = survey.assign(on=[0, 1, 0, 0, 0, 0], income=[8.0, 9, 10, 11, 12, 13])
    panel = Panel.model_validate(
        {
            "unit": "village",
            "period": "year",
            "derived": {
                "log_apart": "log(apart)",
                "square": "kinship * kinship",
                "log_income": "log(income)",
                "before": {"lag": "on_list", "periods": 1},
                "both": "log_apart * log_income",
            },
            "places": {"latitude": "north", "longitude": "east", "nearest": {"apart": None}},
        }
    )
    kin = {"capacities": {"kinship": {"label": "Kin", "proxies": {"halls": {"sign": "positive", "vintage": 1980}}}}}
    legacies = {"kin": Legacy.model_validate({"label": "Kin", **kin})}
    listed = {"on_list": Designation(indicator="on")}
    built = build_panel({"survey": survey}, panel, "survey", listed, legacies=legacies)
    found = built.panel
    assert found["log_apart"].tolist() == pytest.approx(np.log(found["apart"]).tolist())
    assert found["both"].tolist() == pytest.approx((np.log(found["apart"]) * np.log(found["income"])).tolist())
    assert found["square"].tolist() == pytest.approx((found["kinship"] ** 2).tolist())
    assert found["before"].iloc[1] == 0
    steps = [line.step for line in built.ledger.lines]
    in_order = ["derive log_income", "derive log_apart", "derive before", "derive both", "derive square"]
    assert [step for step in steps if step.startswith("derive")] == in_order
