"""Add what is around a unit to a panel: treated neighbours, treated others of a group, density and distances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.frames.ledger import Ledger
from ruralpanel.frames.sphere import (
    Lines,
    Pairs,
    Sites,
    distance_to_lines,
    distance_to_points,
    nearest_other,
    pairs_within,
    unit_vectors,
)
from ruralpanel.panel.settlement import add_nearest_neighbour_index
from ruralpanel.study.designation import Designation
from ruralpanel.study.places import DistanceTo, LeaveOutShare, Neighbours, Places
from ruralpanel.treatment_columns import cohort_column

FAR_FROM_ZERO = 1
"""Degrees: where half of the places are farther from the equator or from Greenwich, one at 0 and 0 is none."""


def add_places(
    panel: pd.DataFrame,
    places: Places,
    designations: Mapping[str, Designation],
    tables: Mapping[str, pd.DataFrame],
    lines: Mapping[str, Lines],
    unit: str,
    period: str,
    ledger: Ledger,
) -> pd.DataFrame:
    """Add the columns of a study's ``panel.places`` section.

    Parameters
    ----------
    panel
        One row a unit and period, with the columns of the designations.
    places
        The section.
    designations
        The study's ``designation`` section.
    tables
        The typed table of every source that is read for its points.
    lines
        For every file with lines named by its path its lines, with longitude and latitude in degrees.
    unit, period
        The panel's keys.
    ledger
        Gets a line for every entry.

    Returns
    -------
    pandas.DataFrame
        The panel with the new columns, distances in km.

    Raises
    ------
    DataError
        If a coordinate is missing, is not on earth or changes within a unit, or a source has no points.
    """
    row, names = pd.factorize(panel[unit])
    units = pd.Index(names)
    periods = np.sort(panel[period].unique())
    column = np.searchsorted(periods, panel[period].to_numpy())
    if places.latitude is not None and places.longitude is not None:
        sites = _sites_of(panel, unit, row, units, places.latitude, places.longitude)
        radii = [ring.rings[-1] for ring in places.neighbours.values()]
        pairs = pairs_within(
            sites.vectors, max([*radii, *(each.radius for each in places.density.values())], default=0)
        )
    for name, ring in places.neighbours.items():
        status = known_status(panel, ring.designation, designations[ring.designation], row, column, periods)
        values, words = _neighbours(ring, name, sites, pairs, status, row, column)
        panel = panel.assign(**values)
        ledger.note(f"neighbours {name}", len(panel), panel, words, values)
    for name, group in places.leave_out_share.items():
        status = known_status(panel, group.designation, designations[group.designation], row, column, periods)
        share, words = _leave_out_share(panel, group, status, row, column)
        panel = panel.assign(**{name: share})
        ledger.note(f"leave_out_share {name}", len(panel), panel, words, [name])
    for name, density in places.density.items():
        number = _others(sites, pairs, np.ones(len(units)), 0, density.radius)
        panel = panel.assign(**{name: number.astype("int64")[row]})
        words = f"{counted(int((number == 0).sum()), 'unit')} without another within {density.radius:g} km"
        ledger.note(f"density {name}", len(panel), panel, words, [name])
    for name in places.nearest:
        distance = nearest_other(sites)
        panel = panel.assign(**{name: distance[row]})
        ledger.note(f"nearest {name}", len(panel), panel, _spread(distance), [name])
    for name, index in places.nearest_neighbour_index.items():
        panel = add_nearest_neighbour_index(panel, name, index, sites, unit, row, ledger)
    for name, target in places.distance_to.items():
        distance = _distance_to(target, places, sites, tables, lines)[sites.of_unit]
        panel = panel.assign(**{name: distance[row]})
        words = f"{target.points or target.line}: {_spread(distance)}"
        ledger.note(f"distance_to {name}", len(panel), panel, words, [name])
    return panel


def known_status(
    panel: pd.DataFrame, name: str, designation: Designation, row: np.ndarray, column: np.ndarray, periods: np.ndarray
) -> np.ndarray:
    """Tell for every unit and period, with a row of the panel or without, whether the unit is treated.

    Parameters
    ----------
    panel
        With the columns of the designation.
    name, designation
        The designation.
    row, column
        For each row of the panel, the position of its unit and of its period.
    periods
        The panel's periods, in order.

    Returns
    -------
    numpy.ndarray
        Shape (units, periods): 1, 0, or missing where nothing tells. A treatment that stays is known after a treated
        period and before an untreated one, and everywhere where its cohort does not rest on the rows that there are.
    """
    status = np.full((int(row.max()) + 1, len(periods)), np.nan)
    status[row, column] = panel[name].to_numpy(dtype="float64", na_value=np.nan)
    if not designation.absorbing:
        return status
    if designation.indicator is None and designation.intensity is None:
        cohort = np.full(len(status), np.nan)
        cohort[row] = panel[cohort_column(name)].to_numpy(dtype="float64", na_value=np.nan)
        return (periods[None, :] >= cohort[:, None]).astype("float64")
    after_treated = np.logical_or.accumulate(status == 1, axis=1)
    before_untreated = np.logical_or.accumulate((status == 0)[:, ::-1], axis=1)[:, ::-1]
    status = np.where(np.isnan(status) & after_treated, 1.0, status)
    return np.where(np.isnan(status) & before_untreated, 0.0, status)


def _neighbours(
    ring: Neighbours, name: str, sites: Sites, pairs: Pairs, status: np.ndarray, row: np.ndarray, column: np.ndarray
) -> tuple[dict[str, np.ndarray], str]:
    """Give the columns of the rings, and what the ledger says of them."""
    lagged = np.full(status.shape, np.nan)
    lagged[:, ring.lag :] = status[:, : max(0, status.shape[1] - ring.lag)]
    without_period = column < ring.lag
    known = ~np.isnan(lagged)
    values, words = {}, []
    for added, (low, high) in ring.columns(name).items():
        number = _others(sites, pairs, np.ones(len(status)), low, high)[row]
        of_known = _others(sites, pairs, known.astype("float64"), low, high)[row, column]
        treated = _others(sites, pairs, np.where(known, lagged, 0.0), low, high)[row, column]
        value = treated if ring.measure == "count" else (treated > 0).astype("float64")
        if ring.measure == "share":
            value = np.divide(treated, of_known, out=np.full(len(treated), np.nan), where=of_known > 0)
        untold = (number > 0) & (of_known == 0)
        value[untold | without_period] = np.nan
        whole = ring.measure != "share" and not np.isnan(value).any()
        values[added] = value.astype("int64") if whole else value
        told = [f"{low:g} to {high:g} km: {counted(len(np.unique(row[number == 0])), 'unit')} without neighbours"]
        some = int(((of_known > 0) & (of_known < number)).sum())
        none = int((untold & ~without_period).sum())
        told += [f"the treatment of some neighbours is unknown in {counted(some, 'row')}"] if some else []
        told += [f"the treatment of every neighbour is unknown in {counted(none, 'row')}, now missing"] if none else []
        words.append(", ".join(told))
    if ring.lag:
        early = counted(int(without_period.sum()), "row")
        words.append(f"{early} in the panel's first {counted(ring.lag, 'period')}, which look too far back, missing")
    return values, "; ".join(words)


def _others(sites: Sites, pairs: Pairs, values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Add up values of units, shape (units, …), over the other units within a ring around each."""
    at_site = sites.sums(values)
    around = pairs.around(at_site, low, high)[sites.of_unit]
    # Others at the same place are 0 km away, which is in the ring that begins there and in no other.
    return np.asarray(around + (at_site[sites.of_unit] - values) if low == 0 else around)


def _leave_out_share(
    panel: pd.DataFrame, group: LeaveOutShare, status: np.ndarray, row: np.ndarray, column: np.ndarray
) -> tuple[np.ndarray, str]:
    """Give the share of treated others in each row's group, and what the ledger says of it."""
    codes, names = pd.factorize(panel[group.within])
    cells = np.full(status.shape, -1)
    # A unit that never changes its group is in it without a row of its own, too.
    of_unit = pd.Series(codes).groupby(row).agg(["min", "max"]).sort_index().to_numpy()
    stays = of_unit[:, 0] == of_unit[:, 1]
    cells[stays] = of_unit[stays, :1]
    cells[row, column] = codes
    members = cells >= 0
    period = np.broadcast_to(np.arange(status.shape[1]), status.shape)
    totals = np.zeros((3, len(names) + 1, status.shape[1]))  # the last one is for rows without a group
    known = ~np.isnan(status)
    own = np.stack([np.ones(status.shape), known, np.where(known, status, 0.0)])
    for total, value in zip(totals, own, strict=True):
        np.add.at(total, (cells[members], period[members]), value[members])
    there = codes >= 0
    others, of_known, treated = totals[:, codes, column] - own[:, row, column]
    share = np.divide(treated, of_known, out=np.full(len(panel), np.nan), where=there & (of_known > 0))
    words = [f"by {group.within}: {counted(int((there & (others == 0)).sum()), 'row')} in a group of one"]
    untold = int((there & (others > 0) & (of_known == 0)).sum())
    words += [f"the treatment of all others is unknown in {counted(untold, 'row')}"] if untold else []
    words += [f"the group is missing in {counted(int((~there).sum()), 'row')}"] if not there.all() else []
    return share, "; ".join(words)


def _distance_to(
    target: DistanceTo, places: Places, sites: Sites, tables: Mapping[str, pd.DataFrame], lines: Mapping[str, Lines]
) -> np.ndarray:
    """Measure the distance in km from each site to the points or the line."""
    if target.line is not None and target.line_source is None:
        vertices = [
            (f"vertex {vertex} of line {line}", *point)
            for line, points in enumerate(lines[target.line], start=1)
            for vertex, point in enumerate(points, start=1)
        ]
        drawn = pd.DataFrame(vertices, columns=["vertex", "longitude", "latitude"])
        _require_on_earth(drawn, "latitude", "longitude", drawn["vertex"], target.line, "vertex")
        return distance_to_lines(sites.vectors, lines[target.line])
    source = str(target.line_source or target.points)
    latitude, longitude = target.latitude or str(places.latitude), target.longitude or str(places.longitude)
    table = tables[source]
    where = f"source {source}"
    if table.empty:
        raise DataError([Problem(where, "has no row, so there is no point to measure a distance to")])
    beside = [name for name in table.columns if name not in (latitude, longitude)] or [latitude, longitude]
    names = table[beside].astype(str).agg(" / ".join, axis=1)
    _require_on_earth(table, latitude, longitude, names, where, "point")
    if target.line_source is not None:
        return distance_to_lines(sites.vectors, _lines_in(table, latitude, longitude, where))
    return distance_to_points(sites.vectors, _vectors_of(table, latitude, longitude))


def _lines_in(table: pd.DataFrame, latitude: str, longitude: str, where: str) -> Lines:
    """Put the vertices of each line in their order."""
    if not pd.api.types.is_numeric_dtype(table["vertex"]):
        raise DataError([Problem(where, "`vertex` holds text, not the numbers by which vertices are in order")])
    ordered = table.sort_values(["line", "vertex"])
    lines = {name: list(zip(own[longitude], own[latitude], strict=True)) for name, own in ordered.groupby("line")}
    short = [str(name) for name, line in lines.items() if len(line) < 2]
    if short:
        raise DataError([Problem(where, f"a line has two vertices at least; one only: {_examples(short)}")])
    return list(lines.values())


def _sites_of(panel: pd.DataFrame, unit: str, row: np.ndarray, units: pd.Index, latitude: str, longitude: str) -> Sites:
    """Find where the units are, and refuse coordinates that cannot be or that change."""
    _require_on_earth(panel, latitude, longitude, panel[unit], "panel", "unit")
    coordinates = panel[[latitude, longitude]].groupby(row)
    changing = (coordinates.max() > coordinates.min()).any(axis=1).to_numpy()
    if changing.any():
        names = units[changing].sort_values()
        what = f"the coordinates `{latitude}` and `{longitude}` change within {counted(len(names), 'unit')}: "
        hint = "a unit is at one place; correct the rows"
        raise DataError([Problem("panel", what + _examples(names), hint=hint)])
    degrees = coordinates.first().astype("float64")
    of_unit = degrees.groupby([latitude, longitude], sort=False).ngroup().to_numpy()
    return Sites(_vectors_of(degrees.drop_duplicates(), latitude, longitude), of_unit)


def _require_on_earth(
    table: pd.DataFrame, latitude: str, longitude: str, names: pd.Series, where: str, noun: str
) -> None:
    """Refuse coordinates that are text, missing, beyond the degrees there are, or zeros; name whose they are."""
    problems = []
    for column, role, bound in ((latitude, "latitude", 90), (longitude, "longitude", 180)):
        values = table[column]
        if not pd.api.types.is_numeric_dtype(values):
            hint = "give the column `type: number`, in decimal degrees"
            problems.append(Problem(where, f"the {role} `{column}` holds text, not degrees", hint=hint))
            continue
        absent = names[values.isna()].unique()
        if len(absent):
            what = f"the {role} `{column}` is missing for {counted(len(absent), noun)}: {_examples(absent)}"
            problems.append(Problem(where, what, hint="correct the rows, or leave them out of the source"))
        beyond = values.abs() > bound
        if beyond.any():
            outside = names[beyond].unique()
            what = f"the {role} `{column}` is {values[beyond].iloc[0]:g}, not from -{bound} to {bound} degrees, for "
            hint = "are latitude and longitude interchanged, or is it not in degrees?"
            problems.append(Problem(where, what + f"{counted(len(outside), noun)}: {_examples(outside)}", hint=hint))
    if not problems:
        at_zero = (table[latitude] == 0) & (table[longitude] == 0)
        others = table.loc[~at_zero, [latitude, longitude]].abs().median()
        if at_zero.any() and (others > FAR_FROM_ZERO).any():
            unplaced = names[at_zero].unique()
            what = f"`{latitude}` and `{longitude}` are both 0, a place in the ocean, for "
            hint = "do zeros stand for missing coordinates? Correct the rows, or leave them out of the source"
            problems.append(Problem(where, what + f"{counted(len(unplaced), noun)}: {_examples(unplaced)}", hint=hint))
    if problems:
        raise DataError(problems)


def _vectors_of(table: pd.DataFrame, latitude: str, longitude: str) -> np.ndarray:
    return unit_vectors(table[latitude].to_numpy(dtype="float64"), table[longitude].to_numpy(dtype="float64"))


def _spread(kilometres: np.ndarray) -> str:
    """Say in words how distances lie."""
    if np.isnan(kilometres).all():
        return "no other unit, so all are missing"
    low, middle, high = np.nanquantile(kilometres, [0, 0.5, 1])
    return f"from {low:,.3f} to {high:,.3f} km, median {middle:,.3f}"


def _examples(names: Sequence[object] | pd.Index | np.ndarray) -> str:
    shown = ", ".join(map(str, names[:5]))
    return shown + (", …" if len(names) > 5 else "")
