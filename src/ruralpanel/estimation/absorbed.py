"""Least squares with any number of fixed effects: linearmodels does the estimation, this module the reporting."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.estimation.sample import OUTCOME, CannotEstimate, effect_name
from ruralpanel.inference.covariance import Covariance, TooFewClusters, covariance_of
from ruralpanel.inference.small_sample import drop_singletons
from ruralpanel.ledger import Ledger
from ruralpanel.study.blocks import Equation

CONSTANT = "the constant"
ABSORBED = 1e-5
"""Less than this share of a variable's norm left after taking out the fixed effects means nothing is left:
linearmodels' own bound for regressors, used here for the outcome too."""


LARGEST = 1e100
"""Numbers beyond this overflow when they are squared and added up."""


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
    """

    coefficients: pd.Series
    covariance: Covariance
    collinear: list[str]
    shared: dict[str, object]

    def standard_error(self, term: str) -> float:
        """Give the standard error of a term that was estimated."""
        position = list(self.covariance.matrix.index).index(term)
        return float(np.sqrt(max(self.covariance.matrix.to_numpy()[position, position], 0.0)))  # zero but for rounding


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
    names = [effect_name(effect) for effect in equation.fixed_effects]
    names = [name for name in names if sample[name].nunique() > 1]  # one level is the constant
    sample = _without_singletons(sample, names, equation, ledger)
    effects = sample[names]
    model, result = _fitted(sample, terms, effects, equation)
    estimated = [term for term in terms if term in result.params.index]
    if not estimated:
        raise CannotEstimate(f"{', '.join(terms)}: no variation of its own is left")
    try:
        covariance = covariance_of(model, len(result.params), sample, effects, equation.inference)
    except TooFewClusters as error:
        raise CannotEstimate(str(error)) from None
    if covariance.degrees_of_freedom < 1:
        raise CannotEstimate(f"{len(sample)} rows leave no degrees of freedom beside the fixed effects")
    ledger.note("estimated", len(sample), sample)
    weights = sample[equation.weights] if equation.weights else None
    shared: dict[str, object] = {
        "observations": len(sample),
        "units": int(sample[equation.unit].nunique()),
        "clusters": covariance.clusters,
        "outcome_mean": float(np.average(sample[OUTCOME], weights=weights)),
        "r_squared": _r_squared(model, result, sample, equation),
        **inference_columns(equation),
    }
    collinear = [term for term in terms if term not in estimated]
    return Fit(result.params[estimated], covariance, collinear, shared)


def inference_columns(equation: Equation) -> dict[str, object]:
    """Give the columns of the estimates that say how standard errors were computed."""
    inference = equation.inference
    return {
        "variance": inference.variance,
        "clustered_by": " + ".join(inference.cluster or []) if inference.variance == "clustered" else "",
        "small_sample": inference.small_sample,
    }


def _r_squared(model: Any, result: Any, sample: pd.DataFrame, equation: Equation) -> float:
    """Give the share of the outcome's variance left by the fixed effects that the regressors explain.

    Without fixed effects, what is left is the variance around the mean.
    """
    left = np.asarray(model.absorbed_dependent)
    if not equation.fixed_effects:
        weights = sample[equation.weights].to_numpy() if equation.weights else np.ones(len(sample))
        mean = np.average(sample[OUTCOME], weights=weights)
        left = left.ravel() - np.sqrt(weights / weights.mean()) * mean  # linearmodels scales weights to a mean of one
    return 1.0 - float((np.asarray(result.wresids) ** 2).sum()) / float((left**2).sum())


def _without_singletons(sample: pd.DataFrame, names: list[str], equation: Equation, ledger: Ledger) -> pd.DataFrame:
    """Drop singletons where the chosen software does; where it keeps them, count them all the same."""
    stay = drop_singletons(sample[names])
    if stay.all():
        return sample
    alone = int((~stay).sum())
    if equation.inference.small_sample != "reghdfe":
        reason = f"{alone} rows are alone in a fixed effect; they do not move the estimate"
        ledger.note("singletons kept", len(sample), sample, reason)
        return sample
    kept = sample[stay].reset_index(drop=True)
    ledger.note("singletons dropped", len(sample), kept, f"{alone} rows alone in a fixed effect")
    if kept.empty:
        raise CannotEstimate("every row is alone in a fixed effect")
    return kept


def _fitted(sample: pd.DataFrame, terms: list[str], effects: pd.DataFrame, equation: Equation) -> tuple[Any, Any]:
    """Let linearmodels absorb the fixed effects, drop what is collinear, and estimate."""
    from linearmodels.iv import AbsorbingLS

    exogenous = sample[[term for term in terms if sample[term].nunique() > 1]].astype("float64")
    nothing_left = f"{', '.join(terms)}: nothing is left once the fixed effects are taken out"
    if exogenous.empty:
        raise CannotEstimate(nothing_left)
    absorbs = effects.shape[1] > 0
    # Fixed effects span the constant, so means can go first: a regressor far from zero would otherwise look absorbed.
    exogenous = exogenous - exogenous.mean() if absorbs else exogenous.assign(**{CONSTANT: 1.0})
    if len(sample) <= exogenous.shape[1]:
        raise CannotEstimate(f"{len(sample)} rows are too few for {exogenous.shape[1]} coefficients")
    outcome = sample[OUTCOME]
    if outcome.nunique() == 1:
        raise CannotEstimate("the outcome does not vary")
    largest = max(float(outcome.abs().max()), float(exogenous.abs().max().max()))
    if largest > LARGEST:
        raise CannotEstimate(f"values as large as {largest:.0e} cannot be squared; choose another unit")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is dropped is reported by term, not by warning
        model = AbsorbingLS(
            outcome,
            exogenous,
            absorb=effects.astype("category") if absorbs else None,
            weights=sample[equation.weights] if equation.weights else None,
            drop_absorbed=True,
        )
        try:
            result = model.fit(cov_type="unadjusted", debiased=False)
        except (ValueError, np.linalg.LinAlgError) as error:
            if isinstance(error, ValueError) and "fully absorbed" not in str(error):
                raise
            raise CannotEstimate(nothing_left) from None
    left = np.linalg.norm(model.absorbed_dependent.to_numpy())
    # A constant outcome has zero on both sides.
    if left <= ABSORBED * np.linalg.norm(outcome - outcome.mean()):
        raise CannotEstimate("the outcome does not vary once the fixed effects are taken out")
    return model, result
