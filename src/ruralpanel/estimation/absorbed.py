"""Least squares with any number of fixed effects: linearmodels does the estimation, this module the reporting."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.estimation.sample import OUTCOME, CannotEstimate, effect_name
from ruralpanel.estimation.treated_clusters import counts_of
from ruralpanel.inference.covariance import Covariance, TooFewClusters, covariance_of
from ruralpanel.inference.small_sample import drop_singletons
from ruralpanel.ledger import Ledger
from ruralpanel.study.blocks import Equation
from ruralpanel.study.fixed_effects import FixedEffect, intercepts, slopes

CONSTANT = "the constant"
ABSORBED = 1e-5
"""Less than this share of a variable's norm left after taking out the fixed effects means nothing is left:
linearmodels' own bound for regressors, used here for the outcome too."""


REPAIRED = "; a negative variance was raised, and means nothing"
"""What is said of spatial standard errors whose covariance had to be repaired."""

LARGEST = 1e100
"""Numbers beyond this overflow when they are squared and added up."""


@dataclass(frozen=True)
class Absorbed:
    """What the fixed effects leave of a regression's two sides.

    Parameters
    ----------
    sample
        The rows that were used.
    effects
        Their fixed effects without slopes, as integer codes.
    weights
        Of these rows, with a mean of one.
    outcome
        What is left of it, times the square root of the weights, shape (rows,).
    regressors
        The same of the regressors, by term.
    """

    sample: pd.DataFrame
    effects: pd.DataFrame
    weights: np.ndarray
    outcome: np.ndarray
    regressors: pd.DataFrame


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
    sample, effects = varying_effects(sample, equation, ledger)
    weights = sample[equation.weights] if equation.weights else None
    model, result = absorbed_regression(sample, sample[OUTCOME], weights, terms, effects, equation)
    fit = fit_of(model, result, sample, terms, effects, equation, ledger)
    absorbed = Absorbed(
        sample,
        effects,
        np.ones(len(sample)) if weights is None else (weights / weights.mean()).to_numpy(dtype="float64"),
        np.asarray(model.absorbed_dependent, dtype="float64").ravel(),
        pd.DataFrame(model.absorbed_exog)[list(result.params.index)],
    )
    shared = fit.shared | {"r_squared": _r_squared(model, result, sample, equation)}
    return replace(fit, shared=shared, absorbed=absorbed)


def fit_of(
    model: Any,
    result: Any,
    sample: pd.DataFrame,
    terms: list[str],
    effects: pd.DataFrame,
    equation: Equation,
    ledger: Ledger,
) -> Fit:
    """Read a regression: its coefficients, their covariance, and what they share.

    Parameters
    ----------
    model, result
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
        If no term was estimated, no degrees of freedom are left, or there is one cluster only.
    """
    estimated = [term for term in terms if term in result.params.index]
    if not estimated:
        raise CannotEstimate(f"{', '.join(terms)}: no variation of its own is left")
    taken = sum(int(sample[effect_name(each.intercept)].nunique()) for each in slopes(equation.fixed_effects))
    places = None
    if equation.inference.variance == "spatial":
        places = sample[[str(equation.latitude), str(equation.longitude)]].to_numpy(dtype="float64")
    try:
        covariance = covariance_of(model, result, sample, effects, equation.inference, taken, places)
    except TooFewClusters as error:
        raise CannotEstimate(str(error)) from None
    if covariance.degrees_of_freedom < 1:
        raise CannotEstimate(f"{len(sample)} rows leave no degrees of freedom beside the fixed effects")
    if places is not None:
        raised = "a negative variance was raised to nearly zero: choose another cutoff or kernel"
    else:
        raised = "a variance of two dimensions of clusters was negative, and is left out: choose one of them"
    ledger.note("estimated", len(sample), sample, raised if covariance.repaired else "")
    weights = sample[equation.weights] if equation.weights else None
    shared: dict[str, object] = {
        "observations": len(sample),
        "units": int(sample[equation.unit].nunique()),
        "clusters": covariance.clusters,
        "outcome_mean": float(np.average(sample[OUTCOME], weights=weights)),
        **inference_columns(equation, covariance.repaired),
        **counts_of(sample, equation),
    }
    collinear = [term for term in terms if term not in estimated]
    return Fit(result.params[estimated], covariance, collinear, shared)


def inference_columns(equation: Equation, repaired: bool = False) -> dict[str, object]:
    """Give the columns of the estimates that say how standard errors were computed.

    Parameters
    ----------
    equation
        What was estimated.
    repaired
        Whether a variance was negative and had to be raised.
    """
    inference = equation.inference
    spatial = ""
    if inference.variance == "spatial":
        kernel = "Bartlett" if inference.kernel == "bartlett" else "uniform"
        spatial = f"{kernel} kernel, {inference.cutoff:g} km{REPAIRED if repaired else ''}"
    return {
        "variance": inference.variance,
        "clustered_by": " + ".join(inference.cluster or []) if inference.variance == "clustered" else "",
        "spatial": spatial,
        "small_sample": "none" if spatial else inference.small_sample,
    }


def varying_effects(sample: pd.DataFrame, equation: Equation, ledger: Ledger) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pick the fixed effects with more than one level, once singletons are dealt with.

    Parameters
    ----------
    sample
        Rows from :func:`ruralpanel.estimation.sample.estimation_sample`.
    equation
        Gives fixed effects, and the preset by which singletons leave or stay.
    ledger
        Gets a line when there are singletons.

    Returns
    -------
    tuple of (pandas.DataFrame, pandas.DataFrame)
        The rows that stay, and their fixed effects without slopes.
    """
    names = [effect_name(effect) for effect in intercepts(equation.fixed_effects)]
    names = [name for name in names if sample[name].nunique() > 1]  # one level is the constant
    sample = _without_singletons(sample, names, equation, ledger)
    return sample, sample[names]


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


def absorbed_regression(
    sample: pd.DataFrame,
    outcome: pd.Series,
    weights: pd.Series | None,
    terms: list[str],
    effects: pd.DataFrame,
    equation: Equation,
) -> tuple[Any, Any]:
    """Let linearmodels absorb the fixed effects and their slopes, drop what is collinear, and estimate.

    Parameters
    ----------
    sample
        The rows, with the columns named in ``terms``.
    outcome
        What is explained, for the same rows.
    weights
        Of these rows; None for none.
    terms
        The right-hand side.
    effects
        From :func:`varying_effects`.
    equation
        Gives the slopes.

    Returns
    -------
    tuple
        A fitted ``linearmodels.AbsorbingLS`` and its result.

    Raises
    ------
    CannotEstimate
        If the outcome or every term is absorbed, or there are fewer rows than coefficients.
    """
    from linearmodels.iv import AbsorbingLS
    from linearmodels.iv.absorbing import Interaction

    exogenous = sample[[term for term in terms if sample[term].nunique() > 1]].astype("float64")
    nothing_left = f"{', '.join(terms)}: nothing is left once the fixed effects are taken out"
    if exogenous.empty:
        raise CannotEstimate(nothing_left)
    sloping = slopes(equation.fixed_effects)
    absorbs = effects.shape[1] > 0 or len(sloping) > 0
    # Fixed effects span the constant, so means can go first: a regressor far from zero would otherwise look absorbed.
    exogenous = exogenous - exogenous.mean() if absorbs else exogenous.assign(**{CONSTANT: 1.0})
    if len(sample) <= exogenous.shape[1]:
        raise CannotEstimate(f"{len(sample)} rows are too few for {exogenous.shape[1]} coefficients")
    if outcome.nunique() == 1:
        raise CannotEstimate("the outcome does not vary")
    largest = max(float(outcome.abs().max()), float(exogenous.abs().max().max()))
    if largest > LARGEST:
        raise CannotEstimate(f"values as large as {largest:.0e} cannot be squared; choose another unit")
    # A slope has its intercept beside it, even where one level makes that the constant.
    absorbed = sample[list(dict.fromkeys([*effects, *(effect_name(each.intercept) for each in sloping)]))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is dropped is reported by term, not by warning
        model = AbsorbingLS(
            outcome,
            exogenous,
            absorb=absorbed.astype("category") if absorbs else None,
            interactions=[
                Interaction(
                    cat=sample[[effect_name(each.intercept)]].astype("category"), cont=slope_values(sample, each)
                )
                for each in sloping
            ]
            or None,
            weights=weights,
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


def slope_values(sample: pd.DataFrame, effect: FixedEffect) -> pd.DataFrame:
    """Give the column that has a slope in every level of an effect, in a form that takes few iterations to take out.

    As every level has an intercept too, the level's mean can go first. Where nothing is left of a level then, it gets
    its intercept a second time, for a column of zeros cannot be scaled.
    """
    level = sample[effect_name(effect.intercept)]
    values = sample[effect.slope].astype("float64")
    centred = values - values.groupby(level).transform("mean")
    varies = values.groupby(level).transform("nunique") > 1
    scale = float(np.sqrt((centred**2).mean())) or 1.0
    return (centred / scale).where(varies, 1.0).to_frame(f"slope of {effect.slope}")
