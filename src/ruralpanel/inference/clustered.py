r"""Standard errors that allow any correlation within clusters of one or two dimensions.

With :math:`s_c` the sum of scores within cluster :math:`c`, the middle of the sandwich is :math:`\sum_c s_c s_c'`; with
two dimensions, the sum of both less that of their intersection.

References
----------
Cameron, Gelbach & Miller (2011), Robust Inference with Multiway Clustering, Journal of Business and Economic Statistics
29(2), equation 2.11 and section 2.3.
"""

from __future__ import annotations

import numpy as np

from ruralpanel.absorption.levels import Levels
from ruralpanel.inference.covariance import (
    Covariance,
    Influences,
    Rows,
    TooFewClusters,
    labelled,
    require_rows,
)
from ruralpanel.inference.small_sample import counted_coefficients
from ruralpanel.study.blocks import Inference


def covariance(influences: Influences, rows: Rows, inference: Inference) -> Covariance:
    """Compute the covariance matrix, with t degrees of freedom of the smaller number of clusters less one.

    Parameters
    ----------
    influences, rows
        Of the regression.
    inference
        Gives the clusters and the small-sample correction.

    Raises
    ------
    TooFewClusters
        If a dimension has one cluster, or there are no more rows than coefficients.
    """
    clusters = rows.clusters
    only = min(clusters, key=lambda name: clusters[name].number)
    smallest = clusters[only].number
    if smallest < 2:
        raise TooFewClusters("one_cluster", name=only)
    dimensions = list(clusters.values())
    matrix = _meat_of_one_or_two(influences, dimensions)
    repaired = bool((np.diag(matrix) < 0).any())  # never with one dimension, whose middle is a sum of squares
    if len(dimensions) > 1:
        matrix = _positive(matrix)
    if inference.small_sample != "none":
        observations = len(influences.residuals)
        nested_in = None if inference.small_sample == "fixest_full" else dimensions
        pairwise = inference.small_sample == "reghdfe"
        counted = counted_coefficients(influences.coefficients, rows.levels, nested_in, pairwise) + rows.slope_levels
        require_rows(observations, counted)
        matrix = matrix * (smallest / (smallest - 1)) * ((observations - 1) / (observations - counted))
    return labelled(matrix, influences, smallest - 1, dimensions[0], smallest, repaired)


def _meat_of_one_or_two(influences: Influences, clusters: list[Levels]) -> np.ndarray:
    """Add up the middles of the one-way sandwiches and take away that of the intersection."""
    scores = [influences.scores(each) for each in clusters]
    total = sum(each.T @ each for each in scores)
    if len(clusters) > 1:
        both = influences.scores(clusters[0].by(clusters[1]))
        total = total - both.T @ both
    return np.asarray(total)


def _positive(matrix: np.ndarray) -> np.ndarray:
    """Set negative eigenvalues to zero (Cameron, Gelbach & Miller 2011, section 2.3); two-way sums can have them."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    if values.min() >= 0:
        return matrix
    return np.asarray((vectors * np.maximum(values, 0)) @ vectors.T)
