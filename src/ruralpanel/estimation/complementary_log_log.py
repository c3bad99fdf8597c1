r"""Complementary log-log regression of an outcome of 0 and 1: the discrete-time hazard of adoption among others.

Estimand: :math:`\theta` in :math:`\Pr(Y_{it} = 1 \mid \cdot) = 1 - \exp(-\exp(\alpha_t + X_{it}'\theta))`. For an
outcome declared with ``adoption``, rows are those of units at risk and :math:`e^\theta` is a ratio of hazards in
continuous time, whatever the length of a period (Prentice & Gloeckler 1978). Fixed effects are dummies, so they should
be few (periods, provinces) and not units: with a dummy a unit the estimates are inconsistent.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.absorption.levels import levels_of
from ruralpanel.estimation.absorbed import CONSTANT, inference_columns
from ruralpanel.estimation.adoption import bootstrapped, by_cluster
from ruralpanel.estimation.covariance import covariances_in
from ruralpanel.estimation.estimates import COLLINEAR, no_estimate, statistics
from ruralpanel.estimation.result import EquationResult, place_of
from ruralpanel.estimation.right_hand_side import Term, right_hand_side
from ruralpanel.estimation.rounding import NOISE, unit_of
from ruralpanel.estimation.sample import OUTCOME, CannotEstimate, clusters_of, effect_name, estimation_sample
from ruralpanel.estimation.treated_clusters import counts_of
from ruralpanel.estimation.within import NEARLY_COLLINEAR
from ruralpanel.frames.ledger import Ledger
from ruralpanel.inference.covariance import clustered_meat
from ruralpanel.inference.small_sample import counted_coefficients
from ruralpanel.reasons import because
from ruralpanel.study.blocks import Equation

UNBOUNDED = 15.0
"""A linear index this far from zero is a probability of 0 or 1 to six decimals or more; fits do not end there."""


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Estimate the coefficients on the log of the hazard by maximum likelihood.

    Parameters
    ----------
    panel
        The panel.
    equation
        Its outcome is 0 or 1; treatments, moderators and regressors give the terms.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    EquationResult
        One row a term. Inference is by the normal distribution.

    Raises
    ------
    CannotEstimate
        If the outcome is not 0 or 1, or always the same; if terms are collinear with the fixed effects, or some
        combination of them predicts perfectly; if there is one cluster only.
    """
    sample = estimation_sample(panel, equation, ledger)
    if not sample[OUTCOME].isin([0.0, 1.0]).all():
        raise CannotEstimate("needs_binary_outcome")
    names = [effect_name(effect) for effect in equation.fixed_effects]
    sample = _without_settled_levels(sample, names, ledger)
    sample, terms = right_hand_side(sample, equation)
    columns = [term.column for term in terms]
    dummies = pd.get_dummies(sample[names].astype("category"), drop_first=True, dtype="float64")
    constant = pd.Series(1.0, index=sample.index, name=CONSTANT)
    # Beside the constant, terms may be measured from their means, and in units in which they vary by about one.
    terms_alone = sample[columns].astype("float64")
    terms_alone = terms_alone - terms_alone.mean()
    units = pd.Series({name: unit_of(terms_alone[name].to_numpy()) for name in columns}, dtype="float64")
    largest = sample[columns].abs().max() / units
    design = pd.concat([terms_alone / units, constant, dummies], axis=1)
    collinear = _collinear(design, columns, NOISE * largest)
    if len(collinear) == len(columns):
        raise CannotEstimate("nothing_left", terms=columns, once=None)
    design = design.drop(columns=collinear)
    weights = sample[equation.weights].to_numpy(dtype="float64") if equation.weights else None
    result = _fit(sample[OUTCOME], design, weights)
    covariance, clusters, contributions = _covariance(result, sample, names, equation)
    contributions = None if contributions is None else contributions.reindex(columns=columns).div(units, axis=1)
    ledger.note("estimated", len(sample), sample)
    shared: dict[str, Any] = {
        "observations": len(sample),
        "units": int(sample[equation.unit].nunique()),
        "clusters": clusters,
        "outcome_mean": float(np.average(sample[OUTCOME], weights=weights)),
        **inference_columns(equation),
        **counts_of(sample, equation),
    }
    variances = pd.Series(np.diag(covariance), covariance.index)
    found = pd.DataFrame({"estimate": result.params, "error": np.sqrt(variances.clip(lower=0.0))})
    found = found.reindex(columns).div(units, axis=0)
    # An information that is all but singular has an inverse whose diagonal may be negative.
    found["known_to"] = np.where(variances.reindex(columns) < 0, np.inf, NOISE * found["estimate"].abs())
    rows = [_row(term, found, collinear, contributions, equation, shared) for term in terms]
    among = covariance.reindex(index=columns, columns=columns).div(units, axis=0).div(units, axis=1)
    return EquationResult(rows, covariances_in(rows, [place_of(row) for row in rows], among.to_numpy()))


def _row(
    term: Term,
    found: pd.DataFrame,
    collinear: list[str],
    contributions: pd.DataFrame | None,
    equation: Equation,
    shared: dict[str, Any],
) -> dict[str, Any]:
    place = {} if term.period is None else {"period": term.period}
    if term.column in collinear:
        return no_estimate(equation, COLLINEAR, term.name, **place, **shared)
    # The index is near one in size, and so are terms in the units they were estimated in.
    estimate, error, known_to = map(float, found.loc[term.column])
    numbers = statistics(estimate, error, np.inf, equation.inference.level, (0.0, known_to))
    if contributions is not None and equation.inference.bootstrap is not None:
        numbers |= bootstrapped(estimate, contributions[term.column], equation)
    return {"term": term.name, **place, **shared, **numbers}


def _without_settled_levels(sample: pd.DataFrame, names: list[str], ledger: Ledger) -> pd.DataFrame:
    """Drop levels of fixed effects whose outcomes are all 0 or all 1, again until none is left.

    Their dummy would grow without end, and they say nothing about the other terms.
    """
    if sample[OUTCOME].nunique() == 1:
        raise CannotEstimate("outcome_the_same", value=float(sample[OUTCOME].iloc[0]))
    before = sample
    settled_of: dict[str, int] = {}
    while True:
        leaves = pd.Series(False, index=sample.index)
        for name in names:
            settled = sample.groupby(name)[OUTCOME].transform("nunique") == 1
            settled_of[name] = settled_of.get(name, 0) + int(sample.loc[settled & ~leaves, name].nunique())
            leaves |= settled
        if not leaves.any():
            break
        sample = sample[~leaves].reset_index(drop=True)
        if sample.empty:
            raise CannotEstimate("outcome_settled")
    if len(sample) < len(before):
        levels = [because("levels", number=number, level=name) for name, number in settled_of.items() if number]
        ledger.note("settled levels dropped", len(before), sample, because("settled_levels", levels=levels))
    return sample


def _collinear(design: pd.DataFrame, columns: list[str], rounding: pd.Series) -> list[str]:
    """List the terms that fixed effects and the terms before them leave nothing of."""
    beside = design.drop(columns=columns).to_numpy()
    basis, _ = np.linalg.qr(beside)
    found = []
    for name in columns:
        values = design[name].to_numpy()
        left = values - basis @ (basis.T @ values)
        left -= basis @ (basis.T @ left)  # twice is enough (Parlett 1980)
        length = float(np.linalg.norm(left))
        bound = max(NEARLY_COLLINEAR * float(np.linalg.norm(values)), float(rounding[name]) * np.sqrt(len(values)))
        if length <= bound:
            found.append(name)
        else:
            basis = np.column_stack([basis, left / length])
    return found


def _fit(outcome: pd.Series, design: pd.DataFrame, weights: np.ndarray | None) -> Any:
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.families.links import CLogLog
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is wrong with a fit is looked at below
        try:
            model = GLM(outcome, design, family=Binomial(link=CLogLog()), freq_weights=weights)
            result = model.fit(tol=1e-12, maxiter=200)
        except (PerfectSeparationError, np.linalg.LinAlgError):
            raise CannotEstimate("perfect_prediction") from None
    index = np.abs(design.to_numpy() @ result.params.to_numpy())
    if not result.converged or not np.isfinite(index).all() or index.max() > UNBOUNDED:
        raise CannotEstimate("perfect_prediction")
    return result


def _covariance(
    result: Any, sample: pd.DataFrame, names: list[str], equation: Equation
) -> tuple[pd.DataFrame, int | None, pd.DataFrame | None]:
    """Take it from the inverse information, or from a sandwich of it with scores, added up within clusters.

    With the number of clusters, and what each contributes to the coefficients.
    """
    inference = equation.inference
    design = np.asarray(result.model.exog)
    mean = np.asarray(result.fittedvalues)
    weights = np.asarray(result.model.freq_weights, dtype="float64")
    link, variance = result.model.family.link, result.model.family.variance
    slope = 1 / link.deriv(mean)
    score = (weights * slope * (np.asarray(result.model.endog) - mean) / variance(mean))[:, None] * design
    # The expected information, as maximum likelihood by iteratively reweighted least squares has it.
    bread = np.linalg.inv(((weights * slope**2 / variance(mean))[:, None] * design).T @ design)
    size = len(sample)
    columns = result.params.index
    counted_terms = len(columns) - 1 - sum(sample[name].nunique() - 1 for name in names)
    levels = [levels_of(sample[name]) for name in names] or [levels_of(np.zeros(size, dtype="int64"))]
    if not inference.vcov.clusters:
        constant = inference.vcov.constant_variance
        matrix = bread if constant else bread @ (score.T @ score) @ bread
        if not constant and inference.small_sample != "none":
            matrix = matrix * size / (size - counted_coefficients(counted_terms, levels, None))
        return pd.DataFrame(matrix, columns, columns), None, None
    (cluster,) = inference.cluster or [equation.unit]
    meat, clusters = clustered_meat(score, clusters_of(sample, equation))
    matrix = bread @ meat @ bread
    if inference.small_sample != "none":
        nested_in = None if inference.small_sample == "fixest_full" else [levels_of(sample[cluster])]
        taken = counted_coefficients(counted_terms, levels, nested_in)
        matrix = matrix * clusters / (clusters - 1) * (size - 1) / (size - taken)
    contributions = by_cluster(score @ bread, list(columns), sample, equation)
    return pd.DataFrame(matrix, columns, columns), clusters, contributions
