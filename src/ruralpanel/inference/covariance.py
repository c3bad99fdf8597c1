"""Covariance of the coefficients of an absorbed regression, under the study's choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.inference.small_sample import counted_coefficients
from ruralpanel.inference.spatial import spatial_meat, with_positive_variances
from ruralpanel.study.blocks import Inference


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
    """

    matrix: pd.DataFrame
    degrees_of_freedom: float
    clusters: int | None
    repaired: bool = False


class TooFewClusters(ValueError):
    """There are too few clusters, or rows, for standard errors."""


def covariance_of(
    model: Any,
    regressors: int,
    sample: pd.DataFrame,
    effects: pd.DataFrame,
    inference: Inference,
    slopes: int = 0,
    places: np.ndarray | None = None,
) -> Covariance:
    """Compute the covariance matrix of an absorbed regression.

    linearmodels gives the plain sandwich of one dimension; the combination of two dimensions (Cameron, Gelbach &
    Miller 2011, equation 2.11) and the small-sample correction are made here, so that they can be stated.

    Parameters
    ----------
    model
        A ``linearmodels.AbsorbingLS`` model.
    regressors
        Coefficients that could be estimated.
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
    observations = len(sample)
    correct = inference.small_sample != "none"
    if inference.variance == "spatial":
        assert places is not None and inference.cutoff is not None
        freedom = observations - counted_coefficients(regressors, effects, None) - slopes
        return _spatial(model, places, inference.cutoff, inference.kernel or "uniform", freedom)
    if inference.variance != "clustered":
        coefficients = counted_coefficients(regressors, effects, None) + slopes
        _require_rows(observations, coefficients)
        robust = inference.variance == "heteroskedastic"
        matrix = model.fit(cov_type="robust" if robust else "unadjusted", debiased=False).cov
        freedom = observations - coefficients
        if correct:
            matrix = matrix * observations / freedom
        return Covariance(matrix, freedom, None)
    dimensions = list(inference.cluster or [])
    clusters = sample[dimensions]
    counts = clusters.nunique()
    if counts.min() < 2:
        only = counts.idxmin()
        raise TooFewClusters(f"one cluster only in `{only}`: clustered standard errors need at least two")
    smallest = int(counts.min())
    matrix = _sandwich(model, clusters)
    if correct:
        nested_in = None if inference.small_sample == "fixest_full" else clusters
        coefficients = counted_coefficients(regressors, effects, nested_in) + slopes
        _require_rows(observations, coefficients)
        matrix = matrix * (smallest / (smallest - 1)) * ((observations - 1) / (observations - coefficients))
    return Covariance(matrix, smallest - 1, smallest)


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


def _spatial(model: Any, places: np.ndarray, cutoff: float, kernel: str, freedom: int) -> Covariance:
    """Compute the sandwich whose middle pairs rows of near places."""
    result = model.fit(cov_type="unadjusted", debiased=False)
    regressors = model.absorbed_exog.to_numpy()
    scores = regressors * np.asarray(result.wresids).reshape(-1, 1)
    meat = spatial_meat(scores, places[:, 0], places[:, 1], cutoff, kernel)
    bread = np.linalg.inv(regressors.T @ regressors)
    matrix, repaired = with_positive_variances(bread @ meat @ bread)
    return Covariance(
        pd.DataFrame(matrix, index=result.params.index, columns=result.params.index), freedom, None, repaired
    )


def _require_rows(observations: int, coefficients: int) -> None:
    if observations <= coefficients:
        raise TooFewClusters(f"{observations} rows leave no degrees of freedom beside {coefficients} coefficients")


def _sandwich(model: Any, clusters: pd.DataFrame) -> pd.DataFrame:
    """Add up the one-way sandwiches and take away that of the intersection."""

    def one_way(groups: pd.Series) -> pd.DataFrame:
        codes = pd.DataFrame({"cluster": pd.factorize(groups)[0]})
        matrix: pd.DataFrame = model.fit(cov_type="clustered", clusters=codes, debiased=False).cov
        return matrix

    first = one_way(clusters.iloc[:, 0])
    if clusters.shape[1] == 1:
        return first
    both = pd.Series(clusters.groupby(list(clusters.columns), sort=False).ngroup().to_numpy())
    return _positive(first + one_way(clusters.iloc[:, 1]) - one_way(both))


def _positive(matrix: pd.DataFrame) -> pd.DataFrame:
    """Set negative eigenvalues to zero (Cameron, Gelbach & Miller 2011, section 2.3); two-way sums can have them."""
    values, vectors = np.linalg.eigh(matrix.to_numpy())
    if values.min() >= 0:
        return matrix
    repaired = (vectors * np.maximum(values, 0)) @ vectors.T
    return pd.DataFrame(repaired, index=matrix.index, columns=matrix.columns)
