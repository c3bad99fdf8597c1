"""Covariance of the coefficients of an absorbed regression, under the study's choice."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ruralpanel.inference.small_sample import counted_coefficients
from ruralpanel.inference.spatial import NEARLY_ZERO, raised, spatial_meat
from ruralpanel.reasons import ReasonedError
from ruralpanel.study.blocks import Inference

SINGULAR = 1e-11
"""An eigenvalue of a correlation matrix below this is zero but for rounding."""


@dataclass(frozen=True)
class Covariance:
    """A covariance matrix and what is needed to read it.

    Parameters
    ----------
    matrix
        Terms by terms.
    degrees_of_freedom
        Of the t distribution that p-values and intervals come from; infinite for the normal distribution.
    clusters
        The number of clusters, of the smaller dimension with two; missing without clustering.
    repaired
        Whether a variance was negative and had to be raised, which leaves it without meaning.
    rounding
        By term, what an ``estimate`` and an ``error`` are rounding if they are no larger than; infinite for the error
        of a term whose variance was negative. Terms that are not there have none.
    """

    matrix: pd.DataFrame
    degrees_of_freedom: float
    clusters: int | None
    repaired: bool = False
    rounding: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"estimate": {}, "error": {}}, dtype="float64"))


class TooFewClusters(ReasonedError):
    """There are too few clusters, or rows, for standard errors."""


@dataclass(frozen=True)
class Influences:
    """How the rows of a regression move its coefficients.

    Parameters
    ----------
    terms
        The names of the coefficients.
    weights
        What the outcome of each row is multiplied with in each coefficient, shape (rows, terms).
    residuals
        Shape (rows,).
    rounding
        What outcomes and residuals are known to, at best, shape (rows,).
    units
        What coefficients have to be multiplied with to be in the units of the data, shape (terms,).
    coefficients
        How many are estimated beside the fixed effects, a constant among them.
    """

    terms: list[str]
    weights: np.ndarray
    residuals: np.ndarray
    rounding: np.ndarray
    units: np.ndarray
    coefficients: int


def covariance_of(
    influences: Influences,
    sample: pd.DataFrame,
    effects: pd.DataFrame,
    inference: Inference,
    slopes: int = 0,
    places: np.ndarray | None = None,
) -> Covariance:
    """Compute the covariance matrix of an absorbed regression.

    Sandwiches (with two dimensions of clusters, Cameron, Gelbach & Miller 2011, equation 2.11) and small-sample
    corrections are made here, so that they can be stated, and so that a large regression need not be fitted again for
    them; the tests hold them to those of statsmodels and fixest.

    Parameters
    ----------
    influences
        Of the rows, each side of the regression divided by what it varies by: negative variances are raised in these
        units, for it matters in which.
    sample
        The rows it is estimated on, in order, with the cluster columns.
    effects
        The fixed effects of the same rows.
    inference
        The study's choice.
    slopes
        Slopes within fixed effects that were taken out, one for each level.
    places
        Latitude and longitude of the same rows in degrees, shape (rows, 2); for spatial standard errors.

    Returns
    -------
    Covariance
        With t degrees of freedom ``G − 1`` when clustered, ``N − K`` otherwise.

    Raises
    ------
    TooFewClusters
        If a cluster dimension has one cluster, or there are no more rows than coefficients.
    """
    observations, regressors = len(sample), influences.coefficients
    correct, pairwise = inference.small_sample != "none", inference.small_sample == "reghdfe"
    weights, residuals = influences.weights, influences.residuals
    scores = weights * residuals[:, None]

    def covariance(matrix: np.ndarray, freedom: float, count: int | None, repaired: bool = False) -> Covariance:
        labelled = pd.DataFrame((matrix + matrix.T) / 2, index=influences.terms, columns=influences.terms)
        return Covariance(labelled, freedom, count, repaired, _rounding(influences, sample, inference))

    if inference.variance == "spatial":
        assert places is not None and inference.cutoff is not None
        freedom = observations - counted_coefficients(regressors, effects, None) - slopes
        meat = spatial_meat(scores, places[:, 0], places[:, 1], inference.cutoff, inference.kernel or "uniform")
        # Whether a variance is positive is seen beside that of independent rows; what is done about it is done in the
        # units of the data, for there fixest does it.
        negative = np.diag(meat) <= NEARLY_ZERO * (scores**2).sum(axis=0)
        units = np.outer(influences.units, influences.units)
        matrix = raised(meat * units) / units if negative.any() else meat
        found = covariance(matrix, freedom, None, bool(negative.any()))
        lost = negative & (np.diag(matrix * units) <= 2 * NEARLY_ZERO)
        found.rounding.loc[lost, "error"] = np.inf
        return found
    if inference.variance != "clustered":
        coefficients = counted_coefficients(regressors, effects, None, pairwise) + slopes
        _require_rows(observations, coefficients)
        robust = inference.variance == "heteroskedastic"
        plain = scores.T @ scores if robust else weights.T @ weights * (residuals @ residuals) / observations
        freedom = observations - coefficients
        return covariance(plain * (observations / freedom if correct else 1.0), freedom, None)
    dimensions = list(inference.cluster or [])
    clusters = sample[dimensions]
    counts = clusters.nunique()
    if counts.min() < 2:
        only = counts.idxmin()
        raise TooFewClusters("one_cluster", name=only)
    smallest = int(counts.min())
    matrix = _meat_of_one_or_two(scores, clusters)
    repaired = bool((np.diag(matrix) < 0).any())  # never with one dimension, whose middle is a sum of squares
    if len(dimensions) > 1:
        matrix = _positive(matrix)
    if correct:
        nested_in = None if inference.small_sample == "fixest_full" else clusters
        coefficients = counted_coefficients(regressors, effects, nested_in, pairwise) + slopes
        _require_rows(observations, coefficients)
        matrix = matrix * (smallest / (smallest - 1)) * ((observations - 1) / (observations - coefficients))
    return covariance(matrix, smallest - 1, smallest, repaired)


def _rounding(influences: Influences, sample: pd.DataFrame, inference: Inference) -> pd.DataFrame:
    """Bound the rounding of estimates and standard errors: that of each row's outcome, added up as the scores are.

    Within a cluster, scores may cancel to nothing; what is left is rounding of what was added up, not of its sum.
    """
    moved = np.abs(influences.weights) * influences.rounding[:, None]
    clusters = inference.cluster if inference.variance == "clustered" else None
    groups = sample[clusters[0]].to_numpy() if clusters else np.arange(len(sample))
    sums = pd.DataFrame(moved).groupby(groups).sum().to_numpy()
    return pd.DataFrame(
        {"estimate": moved.sum(axis=0), "error": np.sqrt((sums**2).sum(axis=0))}, index=influences.terms
    )


def clustered_meat(contributions: np.ndarray, clusters: np.ndarray) -> tuple[np.ndarray, int]:
    """Add up rows within clusters, and the products of these sums over them: the middle of a clustered sandwich.

    Parameters
    ----------
    contributions
        What each row adds to the error of each estimate: scores, or influences; shape (rows, estimates).
    clusters
        The cluster of each row, shape (rows,).

    Returns
    -------
    tuple of (numpy.ndarray, int)
        Estimates by estimates, without small-sample correction, and the number of clusters.
    """
    sums = pd.DataFrame(contributions).groupby(clusters).sum().to_numpy()
    return sums.T @ sums, len(sums)


def is_singular(covariance: np.ndarray) -> bool:
    """Tell whether some combination of estimates has no variance but rounding, in whatever units they are.

    Parameters
    ----------
    covariance
        Of estimates, symmetric.
    """
    variances = np.diag(covariance)
    if not (variances > 0).all():
        return True
    errors = np.sqrt(variances)
    return bool(np.abs(np.linalg.eigvalsh(covariance / errors / errors[:, None])).min() < SINGULAR)


def _require_rows(observations: int, coefficients: int) -> None:
    if observations <= coefficients:
        raise TooFewClusters("no_freedom", rows=observations, coefficients=coefficients)


def _meat_of_one_or_two(scores: np.ndarray, clusters: pd.DataFrame) -> np.ndarray:
    """Add up the middles of the one-way sandwiches and take away that of the intersection."""
    first = clustered_meat(scores, clusters.iloc[:, 0].to_numpy())[0]
    if clusters.shape[1] == 1:
        return first
    both = clusters.groupby(list(clusters.columns), sort=False).ngroup().to_numpy()
    second = clustered_meat(scores, clusters.iloc[:, 1].to_numpy())[0]
    return np.asarray(first + second - clustered_meat(scores, both)[0])


def _positive(matrix: np.ndarray) -> np.ndarray:
    """Set negative eigenvalues to zero (Cameron, Gelbach & Miller 2011, section 2.3); two-way sums can have them."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    if values.min() >= 0:
        return matrix
    return np.asarray((vectors * np.maximum(values, 0)) @ vectors.T)
