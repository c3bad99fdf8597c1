"""Add what is around a unit to a panel: treated neighbours, treated others of a group, density and distances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.ledger import Ledger
from ruralpanel.study.designation import Designation
from ruralpanel.study.places import DistanceTo, LeaveOutShare, Neighbours, Places

EARTH_RADIUS = 6371.0088
"""Kilometres: the mean radius of WGS84."""

LONGEST_PIECE = 10.0
"""Kilometres: lines are cut into pieces of at most this length, so that few of them are candidates for a point."""

AT_ONCE = 1024
"""Points whose candidates on a line are compared at once, which bounds the memory it takes."""

Lines = Sequence[Sequence[tuple[float, float]]]
"""Lines, each with longitude and latitude of its points in degrees."""


@dataclass(frozen=True)
class Sites:
    """The distinct places that units are at; many units may share one.

    Parameters
    ----------
    vectors
        One row a site, shape (sites, 3): the unit vector from the middle of the earth.
    of_unit
        For each unit, in the order of the panel's units, the row of its site.
    """

    vectors: np.ndarray
    of_unit: np.ndarray

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Add up values of units, shape (units, …), at each site."""
        totals = np.zeros((len(self.vectors), *values.shape[1:]))
        np.add.at(totals, self.of_unit, values)
        return totals


@dataclass(frozen=True)
class Pairs:
    """Pairs of distinct sites that are near each other, each once.

    Parameters
    ----------
    first, second
        Rows of the sites.
    distance
        In km.
    """

    first: np.ndarray
    second: np.ndarray
    distance: np.ndarray

    def around(self, values: np.ndarray, low: float, high: float) -> np.ndarray:
        """Add up values of sites, shape (sites, …), over the other sites within a ring.

        Parameters
        ----------
        values
            One row a site.
        low, high
            The bounds of the ring in km; the lower one is outside it unless it is 0, the upper one inside.

        Returns
        -------
        numpy.ndarray
            The sums, in the shape of the values. A site is not around itself.
        """
        inside = (self.distance <= high) & ((self.distance > low) | (low == 0))
        first, second = self.first[inside], self.second[inside]
        ring = csr_array((np.ones(len(first)), (first, second)), shape=(len(values), len(values)))
        return np.asarray(ring @ values + ring.T @ values)


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
        For every GeoJSON file its lines, with longitude and latitude in degrees.
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
    units = pd.Index(panel[unit].unique())
    row = units.get_indexer(pd.Index(panel[unit]))
    periods = np.sort(panel[period].unique())
    column = np.searchsorted(periods, panel[period].to_numpy())
    if places.latitude is not None and places.longitude is not None:
        sites = _sites_of(panel, unit, units, places.latitude, places.longitude)
        radii = [ring.rings[-1] for ring in places.neighbours.values()]
        pairs = pairs_within(
            sites.vectors, max([*radii, *(each.radius for each in places.density.values())], default=0)
        )
    for name, ring in places.neighbours.items():
        status = known_status(panel, ring.designation, designations[ring.designation], row, column, periods)
        values, words = _neighbours(ring, name, sites, pairs, status, row, column)
        panel = panel.assign(**values)
        ledger.note(f"neighbours {name}", len(panel), panel, words)
    for name, group in places.leave_out_share.items():
        status = known_status(panel, group.designation, designations[group.designation], row, column, periods)
        share, words = _leave_out_share(panel, group, status, row, column)
        panel = panel.assign(**{name: share})
        ledger.note(f"leave_out_share {name}", len(panel), panel, words)
    for name, density in places.density.items():
        number = _others(sites, pairs, np.ones(len(units)), 0, density.radius)
        panel = panel.assign(**{name: number.astype("int64")[row]})
        words = f"{counted(int((number == 0).sum()), 'unit')} without another within {density.radius:g} km"
        ledger.note(f"density {name}", len(panel), panel, words)
    for name in places.nearest:
        distance = nearest_other(sites)
        panel = panel.assign(**{name: distance[row]})
        ledger.note(f"nearest {name}", len(panel), panel, _spread(distance))
    for name, target in places.distance_to.items():
        distance = _distance_to(target, places, sites, tables, lines)[sites.of_unit]
        panel = panel.assign(**{name: distance[row]})
        ledger.note(f"distance_to {name}", len(panel), panel, f"{target.points or target.line}: {_spread(distance)}")
    return panel


def unit_vectors(latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    """Turn degrees into unit vectors.

    Parameters
    ----------
    latitude, longitude
        Degrees, shape (n,).

    Returns
    -------
    numpy.ndarray
        Shape (n, 3).
    """
    north, east = np.radians(latitude), np.radians(longitude)
    return np.column_stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])


def pairs_within(vectors: np.ndarray, radius: float) -> Pairs:
    """Find all pairs of sites within a distance.

    Parameters
    ----------
    vectors
        Unit vectors, shape (n, 3).
    radius
        In km; a pair at this distance counts. With 0 there is no search.

    Returns
    -------
    Pairs
        Each pair once.
    """
    if radius <= 0 or len(vectors) < 2:
        return Pairs(np.empty(0, dtype=int), np.empty(0, dtype=int), np.empty(0))
    # The tree compares chords; a little more than the radius keeps pairs at the bound, which the distance then decides.
    found = cKDTree(vectors).query_pairs(_chord(radius) * (1 + 1e-9) + 1e-12, output_type="ndarray")
    first, second = found[:, 0], found[:, 1]
    return Pairs(first, second, _kilometres(np.linalg.norm(vectors[first] - vectors[second], axis=1)))


def nearest_other(sites: Sites) -> np.ndarray:
    """Measure how far the nearest other unit is.

    Parameters
    ----------
    sites
        Where the units are.

    Returns
    -------
    numpy.ndarray
        In km, one value a unit; 0 where another is at the same place, missing where there is no other unit.
    """
    distance = np.full(len(sites.vectors), np.nan)
    if len(sites.vectors) > 1:
        chords, found = cKDTree(sites.vectors).query(sites.vectors, k=2)
        # Of two sites that are one place, such as a pole, the tree may name either first.
        itself_first = found[:, 0] == np.arange(len(distance))
        distance = _kilometres(np.where(itself_first, chords[:, 1], chords[:, 0]))
    shared = sites.sums(np.ones(len(sites.of_unit))) > 1
    return np.asarray(np.where(shared, 0.0, distance)[sites.of_unit])


def distance_to_points(vectors: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Measure how far the nearest of some points is.

    Parameters
    ----------
    vectors, points
        Unit vectors, shapes (n, 3) and (m, 3).

    Returns
    -------
    numpy.ndarray
        In km, shape (n,).
    """
    chords, _ = cKDTree(points).query(vectors)
    return _kilometres(chords)


def distance_to_lines(vectors: np.ndarray, lines: Lines) -> np.ndarray:
    """Measure how far the nearest point of some lines is, anywhere on them.

    Two points of a line are joined by the shortest way on the sphere, which two opposite points of the earth do not
    have; of these, only the points themselves count.

    Parameters
    ----------
    vectors
        Unit vectors, shape (n, 3).
    lines
        Each with longitude and latitude of its points in degrees.

    Returns
    -------
    numpy.ndarray
        In km, shape (n,).
    """
    start, end = _pieces(lines)
    middle = start + end
    middle /= np.linalg.norm(middle, axis=1, keepdims=True)
    tree = cKDTree(middle)
    half = float(_kilometres(np.linalg.norm(end - start, axis=1)).max()) / 2
    result = np.empty(len(vectors))
    for first in range(0, len(vectors), AT_ONCE):
        points = vectors[first : first + AT_ONCE]
        # The line is no farther than the piece whose middle is nearest, so the middle of the piece that holds its
        # nearest point is no farther than that and half a piece.
        _, near = tree.query(points)
        bound = _to_arc(points, start[near], end[near]) + half
        candidates = tree.query_ball_point(points, _chord(bound) * (1 + 1e-9) + 1e-12, return_sorted=False)
        numbers = np.array([len(each) for each in candidates])
        piece = np.concatenate([np.asarray(each, dtype=int) for each in candidates])
        distance = _to_arc(np.repeat(points, numbers, axis=0), start[piece], end[piece])
        result[first : first + AT_ONCE] = np.minimum.reduceat(distance, np.cumsum(numbers) - numbers)
    return result


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
    if designation.indicator is None:
        cohort = np.full(len(status), np.nan)
        cohort[row] = panel[f"{name}_cohort"].to_numpy(dtype="float64", na_value=np.nan)
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
    if target.line is not None:
        return distance_to_lines(sites.vectors, lines[target.line])
    source = str(target.points)
    latitude, longitude = target.latitude or str(places.latitude), target.longitude or str(places.longitude)
    table = tables[source]
    where = f"source {source}"
    if table.empty:
        raise DataError([Problem(where, "has no row, so there is no point to measure a distance to")])
    beside = [name for name in table.columns if name not in (latitude, longitude)] or [latitude, longitude]
    names = table[beside].astype(str).agg(" / ".join, axis=1)
    _require_on_earth(table, latitude, longitude, names, where, "point")
    return distance_to_points(sites.vectors, _vectors_of(table, latitude, longitude))


def _sites_of(panel: pd.DataFrame, unit: str, units: pd.Index, latitude: str, longitude: str) -> Sites:
    """Find where the units are, and refuse coordinates that cannot be or that change."""
    _require_on_earth(panel, latitude, longitude, panel[unit], "panel", "unit")
    coordinates = panel.groupby(unit)[[latitude, longitude]]
    changing = coordinates.nunique().max(axis=1) > 1
    if changing.any():
        names = changing.index[changing]
        what = f"the coordinates `{latitude}` and `{longitude}` change within {counted(len(names), 'unit')}: "
        hint = "a unit is at one place; correct the rows"
        raise DataError([Problem("panel", what + _examples(names), hint=hint)])
    degrees = coordinates.first().loc[units].astype("float64")
    of_unit = degrees.groupby([latitude, longitude], sort=False).ngroup().to_numpy()
    return Sites(_vectors_of(degrees.drop_duplicates(), latitude, longitude), of_unit)


def _require_on_earth(
    table: pd.DataFrame, latitude: str, longitude: str, names: pd.Series, where: str, noun: str
) -> None:
    """Refuse coordinates that are text, missing or beyond the degrees there are; name whose they are."""
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
    if problems:
        raise DataError(problems)


def _vectors_of(table: pd.DataFrame, latitude: str, longitude: str) -> np.ndarray:
    return unit_vectors(table[latitude].to_numpy(dtype="float64"), table[longitude].to_numpy(dtype="float64"))


def _pieces(lines: Lines) -> tuple[np.ndarray, np.ndarray]:
    """Cut lines into arcs of at most :data:`LONGEST_PIECE`; give the unit vectors of their starts and ends."""
    starts, ends = [], []
    for line in lines:
        degrees = np.asarray(line, dtype="float64")
        vectors = unit_vectors(degrees[:, 1], degrees[:, 0])
        for start, end in pairwise(vectors):
            angle = 2 * np.arcsin(min(1.0, float(np.linalg.norm(end - start)) / 2))
            number = max(1, int(np.ceil(angle * EARTH_RADIUS / LONGEST_PIECE)))
            if np.linalg.norm(start + end) < 1e-9:  # opposite points of the earth
                starts += [start, end]
                ends += [start, end]
                continue
            cuts = np.vstack([start, end])
            if number > 1:
                along = np.linspace(0, angle, number + 1)[:, None]
                cuts = (np.sin(angle - along) * start + np.sin(along) * end) / np.sin(angle)
            starts += list(cuts[:-1])
            ends += list(cuts[1:])
    return np.array(starts), np.array(ends)


def _to_arc(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Measure the distance in km from each point to the arc in the same row, all unit vectors of shape (n, 3)."""
    ends = np.minimum(np.linalg.norm(points - start, axis=1), np.linalg.norm(points - end, axis=1))
    normal = np.cross(start, end - start)
    length = np.linalg.norm(normal, axis=1)
    # The foot of a point is on the arc if it is past the start, seen towards the end, and past the end, seen back.
    past_start = (np.cross(normal, start) * points).sum(axis=1) > 0
    past_end = (np.cross(end, normal) * points).sum(axis=1) > 0
    aside = past_start & past_end & (length > 1e-12)
    sine = np.abs((normal * points).sum(axis=1)) / np.where(aside, length, 1.0)
    return np.where(aside, EARTH_RADIUS * np.arcsin(np.minimum(sine, 1.0)), _kilometres(ends))


def _chord(kilometres: np.ndarray | float) -> np.ndarray:
    """Turn distances on the earth into straight ones between unit vectors."""
    return 2 * np.sin(np.minimum(np.asarray(kilometres) / EARTH_RADIUS, np.pi) / 2)


def _kilometres(chord: np.ndarray) -> np.ndarray:
    """Turn straight distances between unit vectors into distances on the earth."""
    return np.asarray(2 * EARTH_RADIUS * np.arcsin(np.minimum(chord / 2, 1.0)))


def _spread(kilometres: np.ndarray) -> str:
    """Say in words how distances lie."""
    if np.isnan(kilometres).all():
        return "no other unit, so all are missing"
    low, middle, high = np.nanquantile(kilometres, [0, 0.5, 1])
    return f"from {low:,.3f} to {high:,.3f} km, median {middle:,.3f}"


def _examples(names: Sequence[object] | pd.Index | np.ndarray) -> str:
    shown = ", ".join(map(str, names[:5]))
    return shown + (", …" if len(names) > 5 else "")
