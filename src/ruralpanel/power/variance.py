r"""The standard error that an estimator of staggered adoption will have, from the errors' variance alone.

An estimator that takes out effects of units and periods is a sum :math:`\hat\tau = \sum_{g,t} v_{gt} \bar Y_{gt}` of
the means of cohorts, with weights that depend on nothing but the design. Errors are a village's own, with covariance
:math:`\Sigma_u` over waves, and its county's, with :math:`\Sigma_c`. With :math:`d_g = v_g / N_g`, :math:`n` villages a
county and :math:`\rho_D` the correlation of treatment between two villages of a county,

.. math::
    V(\hat\tau) = \sum_g N_g d_g'\Sigma_u d_g + (1 + (n - 1)\rho_D) \sum_g N_g d_g'\Sigma_c d_g .

With one cohort and villages drawn by themselves the first sum is the variance of Burlig, Preonas and Woerman (2020,
Journal of Development Economics 144, equation 2), which holds under any serial correlation; without any, that of Bloom
(1995, Evaluation Review 19(5)) for means before and after. The factor of the second is Moulton's (1990, Review of
Economics and Statistics 72(2)): counties that are drawn whole have :math:`\rho_D = 1`, villages :math:`-1/(N-1)`.
Detectable is, after Bloom, so many standard errors as the t quantiles of size and power add up to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from ruralpanel.arrays import Numbers
from ruralpanel.power.assumptions import Assigned, Errors
from ruralpanel.study.estimators import ESTIMATORS

FEWEST = 2
"""Treated, and untreated, clusters below which there is no telling treatment from a cluster."""


@dataclass(frozen=True)
class Design:
    """A design whose precision is asked for.

    Parameters
    ----------
    villages, counties, waves
        Sizes.
    treated
        The share that is ever treated.
    begins
        For each cohort of treated, which are of the same size, the number of waves before it is treated.
    assigned
        Who is drawn.
    estimator
        With what the effect is estimated.
    """

    villages: int
    counties: int
    waves: int
    treated: float
    begins: tuple[int, ...]
    assigned: Assigned
    estimator: str

    @property
    def shares(self) -> Numbers:
        """The shares of villages in each cohort, the never treated last."""
        return np.array([self.treated / len(self.begins)] * len(self.begins) + [1 - self.treated])

    @property
    def clusters(self) -> int:
        """How many are drawn independently of each other, which standard errors are clustered by."""
        return self.counties if self.assigned == "county" else self.villages

    @property
    def is_identified(self) -> bool:
        """Whether there are enough treated and untreated clusters, and waves before treatment."""
        fewest = self.clusters * min(self.treated, 1 - self.treated)
        return fewest >= FEWEST and all(0 < first < self.waves for first in self.begins)


def standard_error(design: Design, errors: Errors) -> float:
    """Compute the standard error that an estimate of the effect will have.

    Parameters
    ----------
    design
        One that is identified.
    errors
        What is assumed of the outcome.

    Returns
    -------
    float
        In the outcome's unit.
    """
    own, common = covariances(errors, design.waves)
    weights = cohort_weights(design)
    numbers = design.villages * design.shares
    a_county = design.villages / design.counties
    together = 1.0 if design.assigned == "county" else -1 / (design.villages - 1)
    variance = _quadratic(weights, own, numbers)
    variance += (1 + (a_county - 1) * together) * _quadratic(weights, common, numbers)
    return float(np.sqrt(variance))


def detectable_effect(design: Design, errors: Errors, power: float, level: float) -> float:
    """Compute the effect that is found with a given chance.

    Parameters
    ----------
    design, errors
        As in :func:`standard_error`.
    power
        The chance.
    level
        One less the size of the test, of two sides.

    Returns
    -------
    float
        In the outcome's unit; missing where the design identifies no effect.
    """
    if not design.is_identified:
        return float("nan")
    freedom = design.clusters - 1
    quantiles = student.ppf(1 - (1 - level) / 2, freedom) + student.ppf(power, freedom)
    return float(quantiles * standard_error(design, errors))


def covariances(errors: Errors, waves: int) -> tuple[Numbers, Numbers]:
    """Write the covariances over waves of a village's own errors and of its county's, shape (waves, waves) each."""
    apart = np.abs(np.subtract.outer(np.arange(waves), np.arange(waves)))

    def of(variance: float, ar: float, noise: float) -> Numbers:
        found: Numbers = variance * ((1 - noise) * ar**apart + noise * np.eye(waves))
        return found

    total = errors.sd**2
    own = of(total * (1 - errors.icc), errors.ar, errors.noise)
    return own, of(total * errors.icc, errors.county_ar, errors.county_noise)


def cohort_weights(design: Design) -> Numbers:
    """Give the weight of the mean of each cohort and wave in the estimate.

    Returns
    -------
    numpy.ndarray
        Shape (cohorts, waves), the never treated last; zero over each row and each column, and one over the treated.
    """
    begins = [*design.begins, design.waves]
    treated = (np.arange(design.waves) >= np.array(begins)[:, None]).astype("float64")
    shares = np.repeat(design.shares, design.waves)
    cohorts, waves = len(begins), design.waves
    effects = np.hstack([np.kron(np.eye(cohorts), np.ones((waves, 1))), np.kron(np.ones((cohorts, 1)), np.eye(waves))])
    indicator = treated.ravel()
    if (
        ESTIMATORS[design.estimator].effects_from == "untreated_rows"
    ):  # effects of cohorts and waves are from untreated cells alone
        fitted_on = shares * (1 - indicator)
        of_effects = np.linalg.pinv(effects.T @ (effects * fitted_on[:, None])) @ (effects * fitted_on[:, None]).T
        over = shares * indicator / (shares @ indicator)
        return np.asarray((over - over @ effects @ of_effects).reshape(cohorts, waves))
    root = np.sqrt(shares)
    left = indicator - effects @ np.linalg.lstsq(effects * root[:, None], indicator * root, rcond=None)[0]
    return np.asarray((shares * left / (shares @ left**2)).reshape(cohorts, waves))


def _quadratic(weights: Numbers, covariance: Numbers, numbers: Numbers) -> float:
    """Add up the variances of the cohorts' parts of an estimate."""
    return float((np.einsum("gs,st,gt->g", weights, covariance, weights) / numbers).sum())
