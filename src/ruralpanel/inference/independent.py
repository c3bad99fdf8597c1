"""Standard errors of independent rows, whose errors vary alike (classical) or not (White 1980)."""

from __future__ import annotations

from ruralpanel.absorption.sums import square
from ruralpanel.inference.covariance import Covariance, Influences, Rows, labelled, require_rows
from ruralpanel.inference.small_sample import counted_coefficients
from ruralpanel.study.blocks import Inference


def covariance(influences: Influences, rows: Rows, inference: Inference) -> Covariance:
    """Compute the covariance matrix, with t degrees of freedom of the rows less the coefficients.

    Parameters
    ----------
    influences, rows
        Of the regression.
    inference
        Says whether errors vary alike, and gives the small-sample correction.

    Raises
    ------
    TooFewClusters
        If there are no more rows than coefficients.

    References
    ----------
    White (1980), A Heteroskedasticity-Consistent Covariance Matrix Estimator, Econometrica 48(4), equation 3.
    """
    residuals = influences.residuals
    observations = len(residuals)
    pairwise = inference.small_sample == "reghdfe"
    counted = counted_coefficients(influences.coefficients, rows.levels, None, pairwise) + rows.slope_levels
    require_rows(observations, counted)
    if inference.vcov.constant_variance:
        plain = influences.gram * float(square(residuals)) / observations
    else:
        plain = influences.products(residuals)
    freedom = observations - counted
    return labelled(plain * (observations / freedom if inference.small_sample != "none" else 1.0), influences, freedom)
