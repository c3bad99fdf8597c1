"""Distances on the sphere: who is within a ring, what is nearest, how far a line is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import ConvexHull, QhullError, cKDTree

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
    found = cKDTree(vectors).query_pairs(chord(radius) * (1 + 1e-9) + 1e-12, output_type="ndarray")
    first, second = found[:, 0], found[:, 1]
    return Pairs(first, second, kilometres(np.linalg.norm(vectors[first] - vectors[second], axis=1)))


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
        distance = kilometres(np.where(itself_first, chords[:, 1], chords[:, 0]))
    shared = sites.sums(np.ones(len(sites.of_unit))) > 1
    return np.asarray(np.where(shared, 0.0, distance)[sites.of_unit])


def area_of_outline(vectors: np.ndarray) -> float:
    """Measure the area of the smallest convex outline around some points, which must lie within less than a hemisphere.

    Seen from the middle of the earth on a plane that touches it (the gnomonic projection), great circles are straight,
    so the outline is that of the plane. Its area is that of triangles from its first corner, each by the formula of Van
    Oosterom & Strackee (1983, IEEE Transactions on Biomedical Engineering 30:125-126).

    Parameters
    ----------
    vectors
        Unit vectors, shape (n, 3).

    Returns
    -------
    float
        In km²; 0 where the points lie on one great circle, missing where they do not lie within a hemisphere.
    """
    middle = vectors.mean(axis=0)
    length = float(np.linalg.norm(middle))
    if len(vectors) < 3:
        return 0.0
    if length < 1e-9 or (vectors @ (middle / length)).min() <= 1e-3:
        return float("nan")
    middle = middle / length
    east = np.linalg.svd(middle[None, :])[2][1:]
    plane = vectors @ east.T / (vectors @ middle)[:, None]
    extent = np.ptp(plane, axis=0).max()
    try:
        corners = vectors[ConvexHull(plane / extent if extent > 0 else plane).vertices]
    except QhullError:  # all on a line
        return 0.0
    first, second, third = corners[0], corners[1:-1], corners[2:]
    volume = np.cross(second, third) @ first
    spread = 1 + second @ first + np.einsum("ij,ij->i", second, third) + third @ first
    return float(np.abs(2 * np.arctan2(volume, spread)).sum()) * EARTH_RADIUS**2


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
    return kilometres(chords)


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
    half = float(kilometres(np.linalg.norm(end - start, axis=1)).max()) / 2
    result = np.empty(len(vectors))
    for first in range(0, len(vectors), AT_ONCE):
        points = vectors[first : first + AT_ONCE]
        # The line is no farther than the piece whose middle is nearest, so the middle of the piece that holds its
        # nearest point is no farther than that and half a piece.
        _, near = tree.query(points)
        bound = _to_arc(points, start[near], end[near]) + half
        candidates = tree.query_ball_point(points, chord(bound) * (1 + 1e-9) + 1e-12, return_sorted=False)
        numbers = np.array([len(each) for each in candidates])
        piece = np.concatenate([np.asarray(each, dtype=int) for each in candidates])
        distance = _to_arc(np.repeat(points, numbers, axis=0), start[piece], end[piece])
        result[first : first + AT_ONCE] = np.minimum.reduceat(distance, np.cumsum(numbers) - numbers)
    return result


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
    return np.where(aside, EARTH_RADIUS * np.arcsin(np.minimum(sine, 1.0)), kilometres(ends))


def chord(distance: np.ndarray | float) -> np.ndarray:
    """Turn distances on the earth, in km, into straight ones between unit vectors."""
    return 2 * np.sin(np.minimum(np.asarray(distance) / EARTH_RADIUS, np.pi) / 2)


def kilometres(chords: np.ndarray) -> np.ndarray:
    """Turn straight distances between unit vectors into distances on the earth, in km."""
    return np.asarray(2 * EARTH_RADIUS * np.arcsin(np.minimum(chords / 2, 1.0)))
