from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.errors import DataError
from ruralpanel.exhibits import map_figure
from ruralpanel.exhibits.inputs import load_inputs
from ruralpanel.exhibits.style import save_figure
from ruralpanel.frames.storage import save_table
from tests.exhibits.conftest import declaration_of

NO_LINES = pd.DataFrame({"file": [], "line": [], "vertex": [], "longitude": [], "latitude": []})
PLACES = {"coordinates": ("lat", "lon")}


def declared(**changes: Any):
    places = PLACES | {key: changes.pop(key) for key in ("lines_drawn",) if key in changes}
    lines = {"lines": places.pop("lines_drawn", [])}
    return declaration_of(kind="map_figure", **changes).model_copy(update=places | lines)


@pytest.fixture
def panel() -> pd.DataFrame:
    """Forty-nine villages on a grid of half degrees over two years; the three easternmost columns are the plain."""
    rows = [
        (10 * row + column, year, 60 + row / 2, 10.123456 + column / 2, int(column >= 4), row * column)
        for row in range(7)
        for column in range(7)
        for year in (2019, 2020)
    ]
    frame = pd.DataFrame(rows, columns=["village", "year", "lat", "lon", "plain", "amount"])
    cohort = frame["village"].map(lambda village: 2000 + village % 7 if village % 3 == 0 else np.nan)
    return frame.assign(listed_cohort=cohort, listed=(cohort <= frame["year"] - 14).astype(int))


def test_a_map_shows_every_unit_once_without_its_name(panel: pd.DataFrame) -> None:
    cohorts = declared(designation="listed", shade="plain")
    data = map_figure.plotted_data(panel.sample(frac=1, random_state=2), NO_LINES, NO_LINES, cohorts)
    assert len(data) == 49
    assert "village" not in data.columns
    assert data["longitude"].tolist() == data["longitude"].round(2).tolist()
    assert data["shaded"].sum() == 21
    again = map_figure.plotted_data(panel, NO_LINES, NO_LINES, cohorts)
    pd.testing.assert_frame_equal(data, again)


def test_cohorts_beyond_five_are_put_together_by_years(panel: pd.DataFrame) -> None:
    data = map_figure.plotted_data(panel, NO_LINES, NO_LINES, declared(designation="listed"))
    classes = data.drop_duplicates("order").set_index("order")["class"]
    assert classes[0] == "Never"
    assert len(classes) == 6
    shown = data[data["order"] > 0]
    for _, own in shown.groupby("class"):
        low, high = own["value"].min(), own["value"].max()
        assert own["class"].iloc[0] == (f"{low:.0f}" if low == high else f"{low:.0f}–{high:.0f}")


@given(st.lists(st.integers(1, 50), min_size=1, max_size=60))
def test_classes_keep_the_order_of_amounts_and_put_equal_ones_together(amounts: list[int]) -> None:
    values = pd.Series([*amounts, np.nan], dtype="float64")
    order = map_figure._grouped(values)
    assert order.iloc[-1] == 0
    assert order.iloc[:-1].between(1, map_figure.CLASSES).all()
    pairs = sorted(zip(values.iloc[:-1], order.iloc[:-1], strict=True))
    assert [rank for _, rank in pairs] == sorted(rank for _, rank in pairs)
    assert all(
        values[order == rank].max() < values[order == rank + 1].min()
        for rank in set(order)
        if rank > 0 and rank + 1 in set(order)
    )


def test_treated_units_are_those_of_the_period_asked_for(panel: pd.DataFrame) -> None:
    last = map_figure.plotted_data(panel, NO_LINES, NO_LINES, declared(show="treated", designation="listed"))
    before = declared(show="treated", designation="listed", period=2019)
    first = map_figure.plotted_data(panel, NO_LINES, NO_LINES, before)
    assert (last["class"] == "Treated").sum() == panel.loc[panel["year"] == 2020, "listed"].sum()
    assert (first["class"] == "Treated").sum() == panel.loc[panel["year"] == 2019, "listed"].sum()
    with pytest.raises(DataError, match="the panel has no row in 2025") as failure:
        map_figure.plotted_data(panel, NO_LINES, NO_LINES, declared(show="treated", designation="listed", period=2025))
    assert "it has 2019 to 2020" in str(failure.value)


def test_lines_outlines_and_the_shade_are_drawn_and_told(panel: pd.DataFrame, tmp_path: Path) -> None:
    river = pd.DataFrame({"file": 1, "line": 1, "vertex": [2, 1], "y": [63.0, 60.0], "x": [13.0, 10.0]})
    (tmp_path / "areas.geojson").write_text(
        '{"type": "Feature", "properties": {}, "geometry": {"type": "MultiPolygon", "coordinates":'
        " [[[[10, 60], [12, 60], [12, 62], [10, 60]]], [[[12, 60], [13, 60], [13, 62], [12, 60]]]]}}"
    )
    outlines = load_inputs({"outlines": [tmp_path / "areas.geojson"]})["outlines"]
    assert outlines.groupby("line").size().tolist() == [4, 4]
    table = outlines.rename(columns={"line": "border"}).drop(columns="file")
    save_table(table, tmp_path / "areas.parquet", ["border", "vertex"])
    pd.testing.assert_frame_equal(load_inputs({"outlines": [tmp_path / "areas.parquet"]})["outlines"], outlines)
    shown = declared(
        show="column",
        column="amount",
        shade="plain",
        shade_label="The plain",
        lines_drawn=[("The river", "y", "x")],
        outlines={"path": "areas.geojson", "source": "An atlas."},
    ).model_copy(update={"outlines": "An atlas."})
    data = map_figure.plotted_data(panel, river, outlines, shown)
    assert data["layer"].value_counts().to_dict() == {"unit": 49, "outline": 8, "line": 2}
    figure, notes = map_figure.draw(data, shown)
    (axes,) = figure.axes
    (drawn,) = [line for line in axes.lines if line.get_label() == "The river"]
    assert list(drawn.get_xdata()) == [10.0, 13.0]
    assert axes.get_aspect() == pytest.approx(1 / np.cos(np.radians(61.5)))
    (legend,) = figure.legends
    words = [text.get_text() for text in legend.get_texts()]
    assert {"The river", "The plain", "None (13)"} <= set(words)
    assert "Outlines: An atlas. Outlines are drawn as in their source and express no opinion" in " ".join(notes)


def test_the_shade_covers_places_whose_nearest_unit_is_in_the_region(panel: pd.DataFrame) -> None:
    shown = declared(designation="listed", shade="plain", decimals=5)
    figure, _ = map_figure.draw(map_figure.plotted_data(panel, NO_LINES, NO_LINES, shown), shown)
    shade = next(each for each in figure.axes[0].collections if each.get_zorder() == 0.5)
    inside = [path.contains_points([(12.6, 61.3), (11.3, 61.3), (13.0, 62.0)]) for path in shade.get_paths()]
    assert np.any(inside, axis=0).tolist() == [True, False, True]


@pytest.mark.slow
def test_a_map_is_the_same_bytes_when_made_again(panel: pd.DataFrame, tmp_path: Path) -> None:
    shown = declared(designation="listed", shade="plain")
    files = []
    for run in ("first", "second"):
        figure, _ = map_figure.draw(map_figure.plotted_data(panel, NO_LINES, NO_LINES, shown), shown)
        save_figure(figure, tmp_path / f"{run}.png", tmp_path / f"{run}.pdf", tmp_path / f"{run}.svg")
        files.append([(tmp_path / f"{run}.{ending}").read_bytes() for ending in ("png", "pdf", "svg")])
    assert files[0] == files[1]


def test_a_file_of_points_is_no_outline(tmp_path: Path) -> None:
    (tmp_path / "towns.geojson").write_text('{"type": "Point", "coordinates": [1, 2]}')
    with pytest.raises(DataError, match="holds a Point; only LineString and MultiLineString are lines"):
        load_inputs({"outlines": [tmp_path / "towns.geojson"]})
