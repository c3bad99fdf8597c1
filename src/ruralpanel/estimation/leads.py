"""The joint test that effects before treatment are zero, the same for every estimator.

The statistic is Wald's by the number of leads, as other software prints it. Its p-value is from changes of the signs of
clusters (:mod:`ruralpanel.inference.sign_changes`), for with few clusters no F or chi-squared distribution gives it:
simulations in the documentation's page on the Monte Carlo. Where rows are taken for independent, or clusters have two
dimensions, it is from the F distribution.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.absorption.products import left_by, products_of, shares_of, summed
from ruralpanel.arrays import Numbers
from ruralpanel.estimation.absorbed import CONSTANT, Fit
from ruralpanel.estimation.resampling import nested_effect, projection
from ruralpanel.estimation.terms import LEAD_TEST
from ruralpanel.inference.covariance import is_singular
from ruralpanel.inference.crossing_effects import CrossingEffects, TooManyLevels, crossing, crossing_effects
from ruralpanel.inference.random_draws import generator
from ruralpanel.inference.sign_changes import Contributions, contributions_of, sign_changes_p_value
from ruralpanel.inference.small_sample import is_nested
from ruralpanel.reasons import because, several
from ruralpanel.study.blocks import Equation

NEARLY_SINGULAR = 1e-8
"""An eigenvalue of products of columns of length one below which their products have too few digits."""

PURPOSE = "joint test of leads"
"""The name of the stream of random numbers."""


def joint_test(
    estimates: Numbers,
    covariance: Numbers,
    shared: Mapping[str, Any],
    equation: Equation,
    null: Contributions | None,
    freedom: float = np.inf,
    word: str = "coefficient",
    known_to: Numbers | float = 0.0,
) -> dict[str, Any]:
    """Test that all effects before treatment are zero.

    Parameters
    ----------
    estimates, covariance
        Of the leads.
    shared
        The columns that the estimator's rows share; ``clusters`` among them.
    equation
        What was estimated.
    null
        What clusters contribute where leads are zero; None where rows are independent or clusters have two dimensions.
    freedom
        The F distribution's denominator then.
    word
        What a lead is called.
    known_to
        Standard errors of leads that are no larger than this are rounding, and a statistic of them would be noise.

    Returns
    -------
    dict
        The row: a statistic without an estimate, or the reason why there is none.
    """
    from scipy.stats import f as fisher

    found: dict[str, Any] = {**shared, **LEAD_TEST}
    number = len(estimates)
    if not number:
        return found | {"reason": because("no_placebo_to_test") if word == "placebo" else because("no_lead", word=word)}
    exact = int((np.sqrt(np.maximum(np.diag(covariance), 0.0)) <= known_to).sum())
    if exact and np.isfinite(known_to).all():
        return found | {
            "reason": because("error_of_leads_zero", number=number, word=word)
            if exact == number
            else because("some_errors_of_leads_zero", exact=exact, number=number, word=word)
        }
    if is_singular(covariance):
        clusters = shared.get("clusters")
        few = because("too_many_for", clusters=clusters) if clusters else None
        return found | {"reason": because("leads_singular", number=number, word=word, few=few)}
    statistic = float(estimates @ np.linalg.solve(covariance, estimates)) / number
    if statistic < 0:
        return found | {"reason": because("leads_not_positive", number=number, word=word)}
    reason = because("joint_test", number=number, word=word)
    if null is None:
        p_value = float(fisher.sf(statistic, number, freedom))
        return found | {
            "statistic": statistic,
            "degrees_of_freedom": freedom,
            "p_value": p_value,
            "reason": reason,
        }
    random = generator(equation.seed or 0, equation.block, PURPOSE)
    p_value, draws = sign_changes_p_value(null, random)
    how = because("p_from_sign_changes", draws=draws)
    return found | {"statistic": statistic, "p_value": p_value, "reason": several([reason, how])}


def joint_test_of(
    fit: Fit, leads: list[str], equation: Equation, null: Contributions | None, word: str = "coefficient"
) -> dict[str, Any]:
    """Do what :func:`joint_test` does with coefficients of a fit, of which those that are collinear are left out."""
    leads = [name for name in leads if name not in fit.collinear]
    estimates = fit.coefficients[leads].to_numpy(dtype="float64")
    covariance = fit.covariance.matrix.loc[leads, leads].to_numpy(dtype="float64")
    known_to = fit.covariance.rounding.reindex(leads)["error"].fillna(0.0).to_numpy(dtype="float64")
    freedom = fit.covariance.degrees_of_freedom
    return joint_test(estimates, covariance, fit.shared, equation, null, freedom, word, known_to)


def null_of_regression(
    fit: Fit, leads: list[str], equation: Equation, shares: pd.DataFrame | None = None
) -> Contributions | None:
    r"""Give what clusters contribute to coefficients of a regression whose leads are left out.

    Parameters
    ----------
    fit
        The regression, by least squares.
    leads
        The coefficients that are zero under the hypothesis; those that are collinear are passed over.
    equation
        Gives clusters and fixed effects.
    shares
        Weights of coefficients (rows, by name) in the averages that are tested (columns); None where these are the
        leads themselves.

    Returns
    -------
    Contributions or None
        None without clusters of one dimension, or without leads.
    """
    absorbed = fit.absorbed
    leads = [name for name in leads if name in fit.coefficients.index]
    clusters = _one_cluster(equation)
    if absorbed is None or clusters is None or not leads:
        return None
    within = absorbed.within
    columns, regressors, scales, products = list(within.terms), within.columns[1:], within.scales[1:], within.products
    of_outcome = within.shares * within.rows * within.scales[0]
    if not absorbed.has_effects:
        columns, scales = [*columns, CONSTANT], np.append(scales, 1.0)
        regressors = np.vstack([regressors, np.sqrt(absorbed.weights)])
        products, of_outcome = products_of(regressors), shares_of(regressors, absorbed.outcome)
    if shares is None:
        shares = pd.DataFrame(np.eye(len(leads)), index=leads, columns=leads)
    averages = shares.reindex(columns).fillna(0.0).to_numpy(dtype="float64")
    weights = (np.linalg.solve(products, averages / scales[:, None]).T @ regressors).T
    kept = np.flatnonzero([name not in leads for name in columns])
    others = regressors[len(leads) :] if len(kept) == 0 or kept[0] == len(leads) else regressors[kept]
    mixing = _orthonormal(others, products[np.ix_(kept, kept)])
    shares_of_outcome = mixing @ (mixing.T @ of_outcome[kept])
    residual = left_by(absorbed.outcome, others, shares_of_outcome)
    codes = absorbed.computed.levels(absorbed.sample[clusters]).codes
    try:
        effects = projection(absorbed, nested_effect(absorbed, clusters), equation)
    except TooManyLevels:
        return contributions_of(weights, residual, codes, None)
    return contributions_of(weights, residual, codes, _explained(effects, others, mixing, codes))


def null_of_weights(
    weights: Numbers,
    outcome: Numbers,
    effects: pd.DataFrame,
    clusters: NDArray[np.int64],
    row_weights: Numbers | None = None,
    regressors: Numbers | None = None,
) -> Contributions | None:
    """Give what clusters contribute to weighted sums of outcomes, with residuals of a regression on fixed effects.

    Parameters
    ----------
    weights
        Rows by estimates, orthogonal to effects and regressors.
    outcome
        Of the rows, all of which are untreated.
    effects
        One column an effect, of these rows.
    clusters
        Of these rows, in an order that does not depend on theirs.
    row_weights
        Of the regression; None for none.
    regressors
        Rows by regressors; None for none.

    Returns
    -------
    Contributions or None
        None where nothing is tested.
    """
    if not weights.shape[1]:
        return None
    root = np.ones(len(outcome)) if row_weights is None else np.sqrt(row_weights)
    beside = np.empty((len(outcome), 0)) if regressors is None else regressors * root[:, None]
    codes = pd.factorize(clusters, sort=True)[0]
    nested = [str(name) for name in effects if is_nested(effects[name], pd.Series(codes))]
    main = max(nested, key=lambda name: (effects[name].nunique(), name), default=None)
    scaled, left = weights if row_weights is None else weights / root[:, None], outcome * root
    try:
        projected = crossing_effects(effects, main, root**2, [])
    except TooManyLevels:
        return contributions_of(scaled, _residual(left, beside, effects, root), codes, None)
    orthonormal = np.linalg.qr(projected.left(beside))[0] if beside.shape[1] else beside
    left = projected.left(left[:, None])[:, 0]
    left = left - orthonormal @ (orthonormal.T @ left)
    columns = np.ascontiguousarray(orthonormal.T)
    return contributions_of(scaled, left, codes, _explained(projected, columns, np.eye(len(columns)), codes))


def _residual(values: Numbers, regressors: Numbers, effects: pd.DataFrame, root: Numbers) -> Numbers:
    """Take effects and regressors out of a column where their levels are too many for a matrix of them."""
    from scipy import sparse
    from scipy.sparse.linalg import lsqr

    rows = np.arange(len(values))
    dummies = [sparse.csr_matrix((root, (rows, pd.factorize(effects[name])[0]))) for name in effects]
    design = sparse.hstack([*dummies, sparse.csr_matrix(regressors)]).tocsr()
    return np.asarray(values - design @ lsqr(design, values, atol=1e-12, btol=1e-12)[0])


def _one_cluster(equation: Equation) -> str | None:
    """Name the column of clusters where they have one dimension."""
    inference = equation.inference
    return (inference.cluster or [equation.unit])[0] if inference.one_cluster else None


def _orthonormal(columns: Numbers, products: Numbers) -> Numbers:
    """Give what columns, shape (columns, rows), are mixed with so that they are orthonormal, shape (columns, rank).

    Their inner products are given.
    """
    lengths = np.sqrt(np.diag(products))
    values, vectors = np.linalg.eigh(products / lengths / lengths[:, None])
    if values.min(initial=1.0) < NEARLY_SINGULAR:
        return np.asarray(np.linalg.inv(np.linalg.qr(columns.T)[1]))
    return np.asarray(vectors / np.sqrt(values) / lengths[:, None])


def _explained(effects: CrossingEffects, columns: Numbers, mixing: Numbers, clusters: NDArray[np.int64]) -> Any:
    """Give the function that computes a root of the projection on effects and regressors times a column, by cluster.

    The regressors are ``columns``, shape (columns, rows), mixed to be orthonormal.
    """
    count = int(clusters.max()) + 1

    def explained(values: Numbers) -> Numbers:
        of_columns = mixing.T @ summed(columns, np.ascontiguousarray(values), clusters, count).T
        return np.vstack([crossing(values, clusters, count, effects), of_columns])

    return explained
