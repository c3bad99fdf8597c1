"""How evenly the units of a group lie: the nearest-neighbour index of Clark & Evans (1954)."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.frames.ledger import Ledger
from ruralpanel.frames.sphere import Sites, area_of_outline, nearest_other
from ruralpanel.study.places import NearestNeighbourIndex


def nearest_neighbour_index(sites: Sites, area: float) -> float:
    r"""Compute the index R of Clark & Evans (1954, Ecology 35:445-453).

    :math:`R = \bar r_A / \bar r_E`, the mean distance of each unit to its nearest other over its expectation for units
    at random, :math:`\bar r_E = 1 / (2 \sqrt{n / A})`. Units near the edge of the area, whose nearest other could have
    been outside it, are not treated apart, so that R at random is a little above 1 (Donnelly 1978).

    Parameters
    ----------
    sites
        Where the units are.
    area
        In km².

    Returns
    -------
    float
        R, from 0 to 2.149 up to effects of the edge; missing for fewer than two units or without an area.
    """
    number = len(sites.of_unit)
    if number < 2 or not area > 0:
        return float("nan")
    return float(nearest_other(sites).mean() / (0.5 * np.sqrt(area / number)))


def add_nearest_neighbour_index(
    panel: pd.DataFrame,
    name: str,
    index: NearestNeighbourIndex,
    sites: Sites,
    unit: str,
    row: np.ndarray,
    ledger: Ledger,
) -> pd.DataFrame:
    """Add the index of each unit's group to a panel.

    Parameters
    ----------
    panel
        One row a unit and period.
    name
        The new column.
    index
        Its declaration.
    sites
        Where the units are.
    unit
        The panel's key of units.
    row
        For each row of the panel, the position of its unit.
    ledger
        Gets a line with how the index spreads over groups.

    Returns
    -------
    pandas.DataFrame
        The panel with the column, the same for all units of a group; missing without a group, in a group of one unit,
        and where units on one line have no outline.

    Raises
    ------
    DataError
        If a unit changes its group, or an area is text, missing, not positive or not the same in all rows of a group.
    """
    _require_constant(panel, index.within, unit, "group", "unit")
    groups = panel[index.within].groupby(row).first().sort_index()
    areas = _declared_areas(panel, index) if index.area is not None else None
    found: dict[Hashable, float] = {}
    for group, members in groups.groupby(groups).groups.items():
        inside = _among(sites, members.to_numpy())
        area = area_of_outline(inside.vectors) if areas is None else areas[group]
        found[group] = nearest_neighbour_index(inside, area)
    values = groups.map(found).astype("float64").to_numpy()[row]
    added = panel.assign(**{name: values})
    ledger.note(
        f"nearest_neighbour_index {name}",
        len(panel),
        added,
        _words(pd.Series(found, dtype="float64"), groups, index),
        [name],
    )
    return added


def _among(sites: Sites, units: np.ndarray) -> Sites:
    """Keep some of the units."""
    places, of_unit = np.unique(sites.of_unit[units], return_inverse=True)
    return Sites(sites.vectors[places], of_unit)


def _declared_areas(panel: pd.DataFrame, index: NearestNeighbourIndex) -> dict[Hashable, float]:
    """Give the area of each group."""
    column = str(index.area)
    in_group = panel[panel[index.within].notna()]
    if not pd.api.types.is_numeric_dtype(panel[column]):
        hint = "give it `type: number`, in km²"
        raise DataError([Problem("panel", f"the area `{column}` holds text, not numbers", hint=hint)])
    _require_constant(in_group, column, index.within, "area", index.within)
    areas = in_group.groupby(index.within)[column].first()
    wrong = areas[~(areas > 0)]
    if len(wrong):
        what = f"the area `{column}` is missing or not positive in {counted(len(wrong), index.within)}: "
        raise DataError([Problem("panel", what + ", ".join(map(str, wrong.index[:5])), hint="an area is in km²")])
    return {group: float(area) for group, area in areas.items()}


def _require_constant(panel: pd.DataFrame, column: str, by: str, role: str, noun: str) -> None:
    changing = panel.groupby(by)[column].nunique()
    names = changing.index[changing > 1]
    if len(names):
        what = f"the {role} `{column}` changes within {counted(len(names), noun)}: {', '.join(map(str, names[:5]))}"
        raise DataError([Problem("panel", what, hint="it describes where units lie, which does not move")])


def _words(found: pd.Series, groups: pd.Series, index: NearestNeighbourIndex) -> str:
    words = [f"by {index.within}, area: {index.area or 'convex outline of the units'}"]
    known = found.dropna()
    if len(known):
        low, middle, high = known.quantile([0, 0.5, 1])
        words.append(f"from {low:.3f} to {high:.3f}, median {middle:.3f}")
    without = len(found) - len(known)
    words += [f"{counted(without, 'group')} without an index: one unit, or none off a line"] if without else []
    words += [f"the group is missing for {counted(int(groups.isna().sum()), 'unit')}"] if groups.isna().any() else []
    return "; ".join(words)
