r"""Standard errors that allow errors of near places to be correlated.

The middle of the sandwich is :math:`\sum_i \sum_j k(d_{ij}) s_i s_j'` over the scores :math:`s_i` of all rows, where
:math:`d_{ij}` is the great-circle distance and :math:`k` is 1 up to the cutoff (uniform) or falls from 1 to 0 there
(Bartlett). Rows pair whatever their periods, so that a place's own errors may be correlated over time without limit,
as in the R package fixest. There is no small-sample correction, as there.

References
----------
Conley (1999), GMM Estimation with Cross Sectional Dependence, Journal of Econometrics 92, equation 3.15.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from ruralpanel.frames.sphere import chord, kilometres, unit_vectors
from ruralpanel.inference.covariance import Covariance, Influences, Rows, labelled
from ruralpanel.inference.small_sample import counted_coefficients
from ruralpanel.study.blocks import Inference

TOGETHER = 64
"""Near places that are compared with others together: as one, where all of these are within the distance."""

NEARLY_ZERO = 1e-10
"""What eigenvalues below it are set to when a variance is not positive: fixest's value. It is also the share of the
variance of independent rows from which a variance counts as positive, whatever the units."""

NO_MORE_THAN = 1e-4
"""The share of the largest eigenvalue that others are raised to at most, for in some units all are below fixest's."""


def covariance(influences: Influences, rows: Rows, inference: Inference) -> Covariance:
    """Compute the covariance matrix, with t degrees of freedom of the rows less the coefficients.

    Parameters
    ----------
    influences, rows
        Of the regression; rows have places.
    inference
        Gives cutoff and kernel.
    """
    assert rows.places is not None and inference.cutoff is not None
    counted = counted_coefficients(influences.coefficients, rows.levels, None)
    freedom = len(rows.sample) - counted - rows.slope_levels
    kernel = inference.kernel or "uniform"
    scores = influences.weights * influences.residuals[:, None]
    meat = spatial_meat(scores, rows.places[:, 0], rows.places[:, 1], inference.cutoff, kernel)
    # Whether a variance is positive is seen beside that of independent rows; what is done about it is done in the
    # units of the data, for there fixest does it.
    negative = np.diag(meat) <= NEARLY_ZERO * (scores**2).sum(axis=0)
    units = np.outer(influences.units, influences.units)
    matrix = raised(meat * units) / units if negative.any() else meat
    settings = {"kernel": kernel, "cutoff": inference.cutoff}
    found = labelled(matrix, influences, freedom, repaired=bool(negative.any()), settings=settings)
    lost = negative & (np.diag(matrix * units) <= 2 * NEARLY_ZERO)
    found.rounding.loc[lost, "error"] = np.inf
    return found


def spatial_meat(
    scores: np.ndarray, latitude: np.ndarray, longitude: np.ndarray, cutoff: float, kernel: str
) -> np.ndarray:
    """Add up products of the scores of all pairs of rows within a distance.

    Parameters
    ----------
    scores
        Shape (rows, terms).
    latitude, longitude
        Degrees, shape (rows,).
    cutoff
        In km; rows at this distance count with the uniform kernel.
    kernel
        ``uniform`` or ``bartlett``.

    Returns
    -------
    numpy.ndarray
        Terms by terms, symmetric.
    """
    by_place = pd.DataFrame(scores).groupby([latitude, longitude], sort=True).sum()
    sums = by_place.to_numpy()
    vectors = unit_vectors(*(by_place.index.get_level_values(level).to_numpy() for level in (0, 1)))
    order = cKDTree(vectors).indices  # places that follow each other in it are near each other
    return _over_pairs(sums[order], vectors[order], cutoff, kernel)


def _over_pairs(sums: np.ndarray, vectors: np.ndarray, cutoff: float, kernel: str) -> np.ndarray:
    """Add up products of all pairs of places, sorted so that near ones follow each other, patch by patch.

    Every pair of patches is looked at once, and counts twice. All pairs of places of two patches count alike if their
    farthest points are within the distance and the kernel is uniform.
    """
    farthest = float(chord(cutoff))
    starts = np.arange(0, len(vectors), TOGETHER)
    sizes = np.diff(np.append(starts, len(vectors)))
    middles = np.add.reduceat(vectors, starts) / sizes[:, None]
    to_middle = np.linalg.norm(vectors - np.repeat(middles, sizes, axis=0), axis=1)
    extents = np.maximum.reduceat(to_middle, starts) * (1 + 1e-9) + 1e-12
    totals = np.add.reduceat(sums, starts)
    meat = np.zeros((sums.shape[1], sums.shape[1]))
    for patch, first in enumerate(starts):
        here = slice(first, first + sizes[patch])
        apart = np.linalg.norm(middles[patch:] - middles[patch], axis=1)
        reach = extents[patch:] + extents[patch]
        whole = (apart + reach <= farthest) & (kernel == "uniform")
        counts = np.where(np.arange(len(apart)) > 0, 2.0, 1.0)
        meat += np.outer(totals[patch], (counts * whole) @ totals[patch:])
        partly = np.flatnonzero(~whole & (apart - reach <= farthest))
        near = (first + TOGETHER * partly[:, None] + np.arange(TOGETHER)).ravel()
        near = near[near < len(vectors)]
        near = near[np.linalg.norm(vectors[near] - middles[patch], axis=1) <= farthest + extents[patch]]
        lengths = cdist(vectors[here], vectors[near])
        if kernel == "bartlett":
            weight = np.maximum(1 - kilometres(lengths) / cutoff, 0)
        else:
            weight = (lengths <= farthest).astype("float64")
        meat += sums[here].T @ (weight @ (sums[near] * np.where(near < here.stop, 1.0, 2.0)[:, None]))
    return np.asarray((meat + meat.T) / 2)


def raised(matrix: np.ndarray) -> np.ndarray:
    """Raise the eigenvalues of a covariance matrix in which a variance is not positive, as fixest does.

    Parameters
    ----------
    matrix
        Symmetric. Sums over pairs of places need not be positive semi-definite.

    Returns
    -------
    numpy.ndarray
        The matrix, with eigenvalues of :data:`NEARLY_ZERO` at least, or :data:`NO_MORE_THAN` of the largest.
    """
    values, vectors = np.linalg.eigh(matrix)
    largest = float(np.abs(values).max())
    return np.asarray((vectors * np.maximum(values, min(NEARLY_ZERO, NO_MORE_THAN * largest))) @ vectors.T)
