r"""How strong instruments are, and an interval that holds however weak they are.

With :math:`\hat\pi` the coefficients of the instruments in the first stage, :math:`\hat\gamma` those in the reduced
form, and what else is on the right-hand side taken out of the instruments :math:`Z`:

* the effective F is :math:`\hat\pi'Z'Z\hat\pi / \operatorname{tr}(\hat\Sigma_{\pi\pi}Z'Z)` (Montiel Olea & Pflueger
  2013, section 3), which with one instrument is the squared t of the first stage;
* the Anderson–Rubin statistic of :math:`\beta = b` is the Wald statistic, over the number of instruments, of
  :math:`\hat\gamma - b\hat\pi = 0` (Anderson & Rubin 1949; Andrews, Stock & Sun 2019, section 5.1). What it does not
  reject is an interval, everything outside one, or all numbers; with several instruments it can be empty.

References
----------
Anderson & Rubin (1949), Estimation of the Parameters of a Single Equation in a Complete System of Stochastic Equations,
Annals of Mathematical Statistics 20(1).

Montiel Olea & Pflueger (2013), A Robust Test for Weak Instruments, Journal of Business & Economic Statistics 31(3).

Andrews, Stock & Sun (2019), Weak Instruments in Instrumental Variables Regression, Annual Review of Economics 11.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import f as fisher
from scipy.stats import ncx2

WORST_BIAS = 0.10
"""The share of the worst possible bias that the critical value of the effective F is about."""

STEPS = 20_001
"""Hypotheses at which the Anderson–Rubin statistic is looked at first, evenly spread over the angle whose tangent they
are: with several instruments it can cross the bound more than twice."""


@dataclass(frozen=True)
class ReducedForm:
    """The coefficients of the instruments in both regressions on them, and how these covary.

    Parameters
    ----------
    outcome, endogenous
        Coefficients in the regressions of either, shape (instruments,).
    of_outcome, of_endogenous
        Their covariances, shape (instruments, instruments).
    crossed
        The covariance of the first with the second plus its transpose.
    degrees_of_freedom
        Of the F distribution's denominator.
    """

    outcome: NDArray[np.float64]
    endogenous: NDArray[np.float64]
    of_outcome: NDArray[np.float64]
    of_endogenous: NDArray[np.float64]
    crossed: NDArray[np.float64]
    degrees_of_freedom: float

    def statistic(self, null: float) -> float:
        """Give the Anderson–Rubin F of a hypothesis on the coefficient."""
        gap = self.outcome - null * self.endogenous
        covariance = self.of_outcome - null * self.crossed + null**2 * self.of_endogenous
        return float(gap @ np.linalg.solve(covariance, gap)) / len(gap)

    def statistics(self, nulls: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the Anderson–Rubin F of many hypotheses, shape (hypotheses,), at once."""
        each = nulls[:, None, None]
        gaps = self.outcome[:, None] - each * self.endogenous[:, None]
        solved = np.linalg.solve(self.of_outcome - each * self.crossed + each**2 * self.of_endogenous, gaps)
        products: NDArray[np.float64] = (gaps * solved).sum(axis=(1, 2))
        return products / len(self.outcome)

    def p_value(self, null: float) -> float:
        """Test a hypothesis on the coefficient."""
        return float(fisher.sf(self.statistic(null), len(self.outcome), self.degrees_of_freedom))


@dataclass(frozen=True)
class ConfidenceSet:
    """The hypotheses that are not rejected.

    Parameters
    ----------
    pieces
        Its intervals, ascending; ends may be infinite. None where all hypotheses are rejected.
    """

    pieces: list[tuple[float, float]]

    @property
    def low(self) -> float:
        """The lowest hypothesis in it; missing where there is none."""
        return self.pieces[0][0] if self.pieces else float("nan")

    @property
    def high(self) -> float:
        """The highest hypothesis in it; missing where there is none."""
        return self.pieces[-1][1] if self.pieces else float("nan")


def effective_f(
    coefficients: NDArray[np.float64], covariance: NDArray[np.float64], products: NDArray[np.float64]
) -> float:
    """Compute the effective F of a first stage with one endogenous regressor.

    Parameters
    ----------
    coefficients
        Of the instruments in the first stage, shape (instruments,).
    covariance
        Of these coefficients, under the equation's choice of standard errors.
    products
        Inner products of the instruments, once all else on the right-hand side is taken out of them.

    Returns
    -------
    float
        Montiel Olea & Pflueger's statistic.
    """
    return float(coefficients @ products @ coefficients / np.trace(covariance @ products))


def critical_value(covariance: NDArray[np.float64], products: NDArray[np.float64]) -> float:
    r"""Give the effective F from which on a bias above :data:`WORST_BIAS` of the worst is rejected at the 5% level.

    This is the simplified, conservative one of Montiel Olea & Pflueger (2013, section 3.2.1), which holds for two-stage
    least squares and for limited information maximum likelihood: the quantile of a noncentral :math:`\chi^2` with
    effective degrees of freedom, over these; 23.1 with one instrument.

    Parameters
    ----------
    covariance, products
        As in :func:`effective_f`.
    """
    values, vectors = np.linalg.eigh(products)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    matrix = root @ covariance @ root
    trace, largest = float(np.trace(matrix)), float(np.linalg.eigvalsh(matrix).max())
    ratio = 1 / WORST_BIAS
    degrees = trace**2 * (1 + 2 * ratio) / (float(np.sum(matrix**2)) + 2 * ratio * trace * largest)
    return float(ncx2.ppf(0.95, degrees, ratio * degrees)) / degrees


def anderson_rubin_set(form: ReducedForm, level: float, centre: float, scale: float) -> ConfidenceSet:
    """Collect the hypotheses on the coefficient that the Anderson–Rubin test does not reject.

    Parameters
    ----------
    form
        Both regressions on the instruments.
    level
        Coverage, as a share.
    centre, scale
        Where to look, and how finely: the estimate and its standard error.

    Returns
    -------
    ConfidenceSet
        Of the test that rejects above the quantile of F.
    """
    bound = float(fisher.ppf(level, len(form.outcome), form.degrees_of_freedom))
    # At the ends of the line the statistic is the Wald F of the first stage.
    ends = float(form.endogenous @ np.linalg.solve(form.of_endogenous, form.endogenous)) / len(form.endogenous)

    def above(angle: float) -> float:
        if abs(angle) >= np.pi / 2:
            return ends - bound
        return form.statistic(centre + scale * np.tan(angle)) - bound

    angles = np.linspace(-np.pi / 2, np.pi / 2, STEPS)
    between = form.statistics(centre + scale * np.tan(angles[1:-1]))
    is_inside = np.array([ends, *between, ends]) < bound
    crossings = [
        centre + scale * float(np.tan(brentq(above, angles[at], angles[at + 1], xtol=1e-15)))
        for at in np.flatnonzero(is_inside[:-1] != is_inside[1:])
    ]
    # Both ends have the same height, so that the number of crossings is even.
    edges = [-np.inf, *crossings, np.inf] if is_inside[0] else crossings
    return ConfidenceSet(list(zip(edges[::2], edges[1::2], strict=True)))
