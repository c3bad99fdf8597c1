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
import pandas as pd

from ruralpanel.inference.covariance import (
    Covariance,
    Influences,
    Rows,
    TooFewClusters,
    clustered_meat,
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
    clusters = rows.sample[list(inference.cluster or [])]
    counts = clusters.nunique()
    if counts.min() < 2:
        only = counts.idxmin()
        raise TooFewClusters("one_cluster", name=only)
    smallest = int(counts.min())
    matrix = _meat_of_one_or_two(influences.weights * influences.residuals[:, None], clusters)
    repaired = bool((np.diag(matrix) < 0).any())  # never with one dimension, whose middle is a sum of squares
    if clusters.shape[1] > 1:
        matrix = _positive(matrix)
    if inference.small_sample != "none":
        observations = len(clusters)
        nested_in = None if inference.small_sample == "fixest_full" else clusters
        pairwise = inference.small_sample == "reghdfe"
        counted = counted_coefficients(influences.coefficients, rows.effects, nested_in, pairwise) + rows.slope_levels
        require_rows(observations, counted)
        matrix = matrix * (smallest / (smallest - 1)) * ((observations - 1) / (observations - counted))
    return labelled(matrix, influences, smallest - 1, clusters.iloc[:, 0].to_numpy(), smallest, repaired)


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
