"""Bands that hold for all coefficients of an event study at once.

An interval of 95% covers its own coefficient in 95% of samples; twelve of them cover all twelve in fewer. A band takes
one critical value for all: the quantile of the largest absolute t statistic, which the correlations of the estimates
give.

References
----------
Montiel Olea & Plagborg-Møller (2019), Simultaneous Confidence Bands: Theory, Implementation, and an Application to
SVARs, Journal of Applied Econometrics 34(1), algorithm 1 (plug-in sup-t).
"""

from __future__ import annotations

import numpy as np

DRAWS = 100_000
"""How often the largest statistic is drawn: its 95% quantile is then known to about 0.01."""


def critical_value(
    covariance: np.ndarray, degrees_of_freedom: float, level: float, random: np.random.Generator
) -> float:
    """Give the number of standard errors to either side that covers all coefficients at once.

    Parameters
    ----------
    covariance
        Of the coefficients, all variances positive; it may be singular, as with more coefficients than clusters.
    degrees_of_freedom
        Of the t distribution that single intervals come from, so that a band is never narrower than they are; infinite
        for the normal distribution, which the paper has.
    level
        Coverage, as a share.
    random
        Where the numbers come from.

    Returns
    -------
    float
        At least the critical value of a single interval.
    """
    from scipy.stats import t as student

    errors = np.sqrt(np.diag(covariance))
    values, vectors = np.linalg.eigh(covariance / np.outer(errors, errors))
    # Of all roots the symmetric one, for it does not depend on which eigenvectors a library picks.
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    statistics = np.abs(random.standard_normal((DRAWS, len(errors))) @ root)
    if np.isfinite(degrees_of_freedom):
        statistics /= np.sqrt(random.chisquare(degrees_of_freedom, size=(DRAWS, 1)) / degrees_of_freedom)
    single = float(student.ppf(0.5 + level / 2, degrees_of_freedom))
    return max(single, float(np.quantile(statistics.max(axis=1), level)))
