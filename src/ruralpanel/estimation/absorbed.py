"""Least squares with any number of fixed effects, the one door to the engine of :mod:`ruralpanel.absorption`.

:mod:`ruralpanel.estimation.taken_out` regresses what effects leave; here it is read as coefficients with a covariance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.absorption.sums import square
from ruralpanel.arrays import Numbers
from ruralpanel.estimation.estimates import statistics
from ruralpanel.estimation.sample import OUTCOME, CannotEstimate, effect_name
from ruralpanel.estimation.taken_out import Regression, absorbed_regression, beside, slope_values, varying_effects
from ruralpanel.estimation.treated_clusters import counts_of
from ruralpanel.estimation.unasked import tell_collinear
from ruralpanel.estimation.within import Within
from ruralpanel.frames.computed import Computed
from ruralpanel.frames.ledger import Ledger
from ruralpanel.inference.covariance import Covariance, Influences, NoCovariance, Rows, covariance_of
from ruralpanel.reasons import because
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.fixed_effects import slopes

CONSTANT = "the constant"


@dataclass(frozen=True)
class Absorbed:
    """What the fixed effects leave of a regression's two sides.

    Parameters
    ----------
    sample
        The rows that were used.
    effects
        Their fixed effects without slopes, as integer codes.
    has_effects
        Whether there are any, in the place of a constant.
    within
        What is left.
    computed
        What has been computed of the sample's columns.
    """

    sample: pd.DataFrame
    effects: pd.DataFrame
    has_effects: bool
    within: Within
    computed: Computed

    @cached_property
    def weights(self) -> Numbers:
        """Of these rows, with a mean of one, shape (rows,)."""
        return self.within.weights

    @cached_property
    def outcome(self) -> Numbers:
        """What is left of it, times the square root of the weights, shape (rows,)."""
        return np.asarray(self.within.columns[0] * self.within.scales[0])

    @cached_property
    def regressors(self) -> pd.DataFrame:
        """The same of the regressors, by term."""
        values = self.within.columns[1:] * self.within.scales[1:, None]
        found = pd.DataFrame(values.T, columns=self.within.terms, index=self.sample.index)
        return found if self.has_effects else found.assign(**{CONSTANT: np.sqrt(self.weights)})


@dataclass(frozen=True)
class Fit:
    """An absorbed regression.

    Parameters
    ----------
    coefficients
        By term, those that could be estimated.
    covariance
        Of these coefficients.
    collinear
        Terms that fixed effects and the terms before them leave nothing of.
    shared
        The columns of the estimates table that all coefficients share.
    absorbed
        What resampling needs; None where the regression is not by least squares.
    """

    coefficients: pd.Series
    covariance: Covariance
    collinear: list[str]
    shared: dict[str, object]
    absorbed: Absorbed | None = None

    def standard_error(self, term: str) -> float:
        """Give the standard error of a term that was estimated."""
        return float(np.sqrt(max(self._variances[term], 0.0)))  # zero but for rounding

    def statistics(self, term: str, level: float) -> dict[str, Any]:
        """Give the columns of the estimates for a term that was estimated, or why it has no standard error."""
        rounding = self._rounding.get(term, (0.0, 0.0))
        (freedom,) = self.covariance.freedom_of_terms([term])
        return statistics(float(self.coefficients[term]), self.standard_error(term), freedom, level, rounding)

    @cached_property
    def _variances(self) -> dict[str, float]:
        matrix = self.covariance.matrix
        return dict(zip(matrix.index, np.diag(matrix.to_numpy()).tolist(), strict=True))

    @cached_property
    def _rounding(self) -> dict[str, tuple[float, float]]:
        bounds = self.covariance.rounding
        return dict(zip(bounds.index, zip(bounds["estimate"], bounds["error"], strict=True), strict=True))


def fit_absorbed(sample: pd.DataFrame, terms: list[str], equation: Equation, ledger: Ledger) -> Fit:
    r"""Estimate :math:`y_{it} = x_{it}'\beta + \text{fixed effects} + \varepsilon_{it}` by (weighted) least squares.

    Parameters
    ----------
    sample
        Rows from :func:`ruralpanel.estimation.sample.estimation_sample`.
    terms
        Columns of ``sample`` on the right-hand side.
    equation
        Gives fixed effects, weights and inference.
    ledger
        Gets a line when singletons leave, and the final count.

    Returns
    -------
    Fit
        Coefficients, covariance and counts.

    Raises
    ------
    CannotEstimate
        If the outcome or every term is absorbed, there are fewer rows than coefficients, or one cluster only.
    """
    sample, effects = varying_effects(sample, equation, ledger)
    weights = sample[equation.weights] if equation.weights else None
    regression = absorbed_regression(
        sample, sample[OUTCOME], weights, terms, effects, equation, computed=ledger.computed
    )
    fit = fit_of(regression, sample, terms, effects, equation, ledger)
    residuals = regression.influences.residuals  # of an outcome whose mean square is one
    r_squared = 1.0 - square(residuals) / len(sample)
    absorbed = Absorbed(sample, effects, bool(equation.fixed_effects), regression.within, ledger.computed)
    return replace(fit, shared=fit.shared | {"r_squared": r_squared}, absorbed=absorbed)


def fit_of(
    regression: Regression,
    sample: pd.DataFrame,
    terms: list[str],
    effects: pd.DataFrame,
    equation: Equation,
    ledger: Ledger,
) -> Fit:
    """Read a regression: its coefficients, their covariance, and what they share.

    Parameters
    ----------
    regression
        From :func:`absorbed_regression`.
    sample
        The rows it was estimated on.
    terms
        All that was to be estimated.
    effects
        The fixed effects of these rows.
    equation
        What was estimated.
    ledger
        Gets the final count.

    Returns
    -------
    Fit
        Without R².

    Raises
    ------
    CannotEstimate
        If no degrees of freedom are left, or there is one cluster only.
    """
    rows = _rows(regression, sample, effects, equation, ledger.computed)
    try:
        covariance = covariance_of(regression.influences, rows, equation.inference)
    except NoCovariance as error:
        raise CannotEstimate(error.reason) from None
    if covariance.degrees_of_freedom < 1:
        raise CannotEstimate("no_freedom_beside_effects", rows=len(sample))
    raised = because("variance_raised") if rows.places is not None else because("variance_of_two_dimensions")
    ledger.note("estimated", len(sample), sample, raised if covariance.repaired else None)
    weights = sample[equation.weights] if equation.weights else None
    shared: dict[str, object] = {
        "observations": len(sample),
        "units": ledger.computed.levels(sample[equation.unit]).number,
        "clusters": covariance.clusters,
        "outcome_mean": float(
            ledger.computed.facts(sample[OUTCOME], keep=False).mean
            if weights is None
            else np.average(sample[OUTCOME], weights=weights)
        ),
        **inference_columns(equation, covariance),
        **counts_of(sample, equation, ledger.computed),
    }
    units, named = regression.influences.units, covariance.matrix.index
    own = covariance.own_degrees_of_freedom
    covariance = replace(
        covariance,
        matrix=pd.DataFrame(covariance.matrix.to_numpy() * np.outer(units, units), named, named),
        rounding=covariance.rounding.mul(units, axis=0),
        contributions=_contributions(regression.influences, sample, equation, ledger.computed),
        own_degrees_of_freedom=None if own is None else own.combined(pd.DataFrame(np.diag(units), named, named)),
    )
    collinear = [term for term in terms if term not in regression.terms]
    tell_collinear([term for term in collinear if term in equation.regressors], sample, ledger)
    return Fit(pd.Series(regression.coefficients * units, regression.terms), covariance, collinear, shared)


def _contributions(
    influences: Influences, sample: pd.DataFrame, equation: Equation, computed: Computed
) -> pd.DataFrame | None:
    """Add up, where a bootstrap of them is asked for, what the rows of each cluster contribute to the coefficients."""
    inference = equation.inference
    if inference.bootstrap is None or not inference.one_cluster or ESTIMATORS[equation.estimator].imposes_null:
        return None
    (cluster,) = inference.cluster or [equation.unit]
    levels = computed.levels(sample[cluster])
    names = np.unique(sample[cluster].to_numpy())  # levels are in the order of the values
    return pd.DataFrame(influences.scores(levels) * influences.units, names, influences.terms)


def _rows(
    regression: Regression, sample: pd.DataFrame, effects: pd.DataFrame, equation: Equation, computed: Computed
) -> Rows:
    """Describe the rows of a regression to what computes its standard errors."""
    sloping = slopes(equation.fixed_effects)
    intercepts = [effect_name(each.intercept) for each in sloping]
    places = None
    if equation.inference.vcov.needs_places:
        places = sample[[str(equation.latitude), str(equation.longitude)]].to_numpy(dtype="float64")
    columns = [slope_values(sample, each).to_numpy()[:, 0] for each in sloping]
    return Rows(
        sample,
        [computed.levels(effects[name]) for name in effects],
        {name: computed.levels(sample[name]) for name in equation.inference.cluster or []},
        sample[equation.period].to_numpy(dtype="int64"),
        regression.within.weights,
        beside(sample, effects, intercepts),
        [(sample[name].to_numpy(), values) for name, values in zip(intercepts, columns, strict=True)],
        sum(int(sample[name].nunique()) for name in intercepts),
        places,
    )


def inference_columns(equation: Equation, covariance: Covariance | None = None) -> dict[str, object]:
    """Give the columns of the estimates that say how standard errors were computed.

    Parameters
    ----------
    equation
        What was estimated.
    covariance
        Says how it was computed, and whether a variance was negative and had to be raised; None where an estimator has
        a covariance of its own.
    """
    inference = equation.inference
    settings = covariance.settings if covariance is not None else {}
    return {
        "variance": inference.variance,
        "clustered_by": inference.cluster or [],
        **settings,
        "repaired": covariance.repaired if covariance is not None and settings else None,
        "small_sample": inference.small_sample if inference.vcov.corrected else "none",
    }
