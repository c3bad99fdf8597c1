r"""What tests of leads would find, and what they can rule out.

Leads that are not significant do not show that trends are parallel. Two questions ask more. What would a test of them
have found, if trends had differed by a straight line (Roth 2022, American Economic Review: Insights 4(3))? And how
large a difference can be ruled out, with differences being the null hypothesis (Dette & Schumann 2024, Journal of
Business & Economic Statistics 42(4))?
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ruralpanel.sensitivity.event_study import EventStudy

Numbers = NDArray[np.float64]

POINTS = 100_000
"""Of the lattice that integrates more than two leads, always the same one, so that power is smooth in the slope."""


def power_of_leads(study: EventStudy, slope: float, level: float) -> float:
    """Give the chance that some lead is significant by itself, if the difference in trends is a straight line.

    Parameters
    ----------
    study
        Leads, with their covariance.
    slope
        Of the line, in the outcome's unit per period; it is zero at the reference.
    level
        Coverage of each lead's interval, as a share.

    Returns
    -------
    float
        Between 0 and 1 (Roth 2022, section I.B; leads are normal).
    """
    from scipy.stats import multivariate_normal, norm

    covariance = study.covariance[: len(study.leads), : len(study.leads)]
    errors = np.sqrt(np.diag(covariance))
    ends = norm.ppf(0.5 + level / 2) * errors
    line = slope * np.arange(-len(study.leads), 0)
    none_found = multivariate_normal.cdf(
        ends, line, covariance, allow_singular=True, maxpts=POINTS, lower_limit=-ends, rng=np.random.default_rng(0)
    )
    return 1.0 - float(none_found)


def slope_found_with(study: EventStudy, power: float, level: float) -> float:
    """Give the slope of the line that a test of single leads finds with a given power.

    Parameters
    ----------
    study
        Leads, with their covariance.
    power
        As a share, above the chance of finding something where there is nothing.
    level
        Coverage of each lead's interval, as a share.

    Returns
    -------
    float
        In the outcome's unit per period; missing where the power is had without any slope.
    """
    from scipy.optimize import brentq

    if power_of_leads(study, 0.0, level) >= power:
        return float("nan")
    steep = float(np.sqrt(np.diag(study.covariance)[: len(study.leads)]).min())
    while power_of_leads(study, steep, level) < power:
        steep *= 2
    return float(brentq(lambda slope: power_of_leads(study, slope, level) - power, 0.0, steep, xtol=1e-6 * steep))


def chance_of_smaller(size: Numbers, bound: float, errors: Numbers) -> Numbers:
    r"""Give the chance of estimates smaller in absolute value, if the coefficients are at a bound.

    Where the true coefficient is as large as the bound, the absolute value of its estimate has a folded normal
    distribution; an estimate that is small for that distribution rejects that the coefficient is so large.

    Parameters
    ----------
    size
        Absolute values of estimates.
    bound
        In the same unit.
    errors
        Their standard errors.
    """
    from scipy.special import ndtr

    return np.asarray(ndtr((size - bound) / errors) - ndtr((-size - bound) / errors))


def smallest_equivalence(estimates: Numbers, errors: Numbers, level: float) -> float:
    r"""Give the smallest bound within which all coefficients can be said to be.

    The null hypothesis is that one of them at least is as large as the bound; it is rejected if the test of each
    rejects (intersection and union: Dette & Schumann 2024, section 4.2.1), and so at the largest of the single bounds.

    Parameters
    ----------
    estimates, errors
        Coefficients and their standard errors.
    level
        One less the size of the test, as a share.

    Returns
    -------
    float
        In the outcome's unit.
    """
    from scipy.optimize import brentq

    def bound_of(size: float, error: float) -> float:
        def excess(bound: float) -> float:
            return float(chance_of_smaller(np.array(size), bound, np.array(error))) - (1 - level)

        return 0.0 if excess(0.0) <= 0 else float(brentq(excess, 0.0, size + 10 * error, xtol=1e-12))

    return max(bound_of(abs(estimate), error) for estimate, error in zip(estimates, errors, strict=True))
