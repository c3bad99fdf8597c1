r"""Untreated outcomes as effects of units and periods, regressors, and a matrix of low rank, fitted to some cells.

.. math:: Y_{it}(0) = \alpha_i + \xi_t + X_{it}'\beta + L_{it} + \varepsilon_{it},

with :math:`L = \Lambda F'` of a given rank (Bai 2009, equation 1), or with the sum of its singular values penalised
(Athey, Bayati, Doudchenko, Imbens & Khosravi 2021, equation 4.1).

Factors are those of the units that are never treated, and how others respond to them is regressed on the cells that are
fitted (Xu 2017, section 3). Taking them from all fitted cells at once has no minimum in many panels: a shock that moves
before treatment by nearly nothing fits what little the treated have left, with responses without bounds. Cells that are
missing, and with a penalty all that are not fitted, are filled with what the model predicts for them and the model is
fitted anew, until neither moves (Gobillon & Magnac 2016; Mazumder, Hastie & Tibshirani 2010).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ruralpanel.absorption.products import products_of
from ruralpanel.arrays import Numbers
from ruralpanel.reasons import ReasonedError

SETTLED = 1e-7
"""Steps end when no prediction moves by more than this share of the outcome's spread."""
STEPS = 3000
"""The most of them."""

Cells = NDArray[np.bool_]
"""Units by periods."""


@dataclass(frozen=True)
class Rank:
    """How the matrix of low rank is kept low: by a number of factors, or else a number taken off singular values."""

    factors: int = 0
    penalty: float | None = None


class DoesNotSettle(ReasonedError):
    """The model is not found within the steps."""


@dataclass(frozen=True)
class Outcomes:
    """Outcomes laid out.

    Parameters
    ----------
    outcome
        Units by periods; anything where not observed.
    covariates
        Regressors by units by periods; zero where not observed.
    fitted
        The cells that the model is fitted to.
    weight
        How often a unit counts.
    never
        Which units are never treated.
    """

    outcome: Numbers
    covariates: Numbers
    fitted: Cells
    weight: Numbers
    never: NDArray[np.bool_]


@dataclass(frozen=True)
class Model:
    """What the model predicts without treatment.

    Parameters
    ----------
    predicted
        Units by periods.
    coefficients
        Of regressors.
    paths
        With factors: of a mean unit, and of the factors; periods by paths.
    """

    predicted: Numbers
    coefficients: Numbers
    paths: Numbers = field(default_factory=lambda: np.empty((0, 0)))


def fitted_model(data: Outcomes, rank: Rank, start: Model | None = None) -> Model:
    """Fit the model.

    Parameters
    ----------
    data
        The cells.
    rank
        How low the rank is kept.
    start
        Where to begin: a model of the same shape.

    Raises
    ------
    DoesNotSettle
        If it is not found within :data:`STEPS`.
    """
    if rank.penalty is not None:
        return _filled(data, rank, start)
    among = data.never & (data.weight > 0)
    others = Outcomes(
        data.outcome[among], data.covariates[:, among], data.fitted[among], data.weight[among], data.never[among]
    )
    begin = None if start is None else Model(start.predicted[among], start.coefficients)
    model = _filled(others, rank, begin)
    explained = np.tensordot(model.coefficients, data.covariates, axes=1)
    structure = model.predicted - explained[among]
    # What all responses have in common is the path of a mean unit; what else there is, directions beside it.
    path = others.weight @ structure / others.weight.sum()
    left = structure - structure.mean(axis=1, keepdims=True)
    left = left - others.weight @ left / others.weight.sum()
    shocks = singular(left, np.sqrt(others.weight))[1][:, : rank.factors]
    columns = np.column_stack([np.ones(len(path)), shocks])
    responses = responses_to(columns, data.outcome - explained - path, data.fitted)
    paths = np.column_stack([path, shocks])
    return Model(path + responses @ columns.T + explained, model.coefficients, paths)


def responses_to(columns: Numbers, outcome: Numbers, fitted: Cells) -> Numbers:
    """Regress each unit's fitted cells on shocks, units by columns."""
    products = np.einsum("ij,jk,jl->ikl", fitted, columns, columns)
    moments = np.einsum("ij,jk->ik", np.where(fitted, outcome, 0.0), columns)
    return np.asarray(np.einsum("ikl,il->ik", np.linalg.pinv(products, rcond=1e-12, hermitian=True), moments))


def _filled(data: Outcomes, rank: Rank, start: Model | None) -> Model:
    """Fill cells with what the model predicts for them, and fit it anew, until neither moves."""
    used = data.fitted & (data.weight > 0)[:, None]
    counted = np.where(used, data.weight[:, None], 0.0)
    mean = float((counted * np.where(used, data.outcome, 0.0)).sum() / counted.sum())
    outcome = np.where(used, data.outcome - mean, 0.0)
    spread = float(np.sqrt((counted * outcome**2).sum() / counted.sum())) or 1.0
    moments = np.einsum("kij,lij,ij->kl", data.covariates, data.covariates, counted)
    coefficients = np.zeros(len(data.covariates)) if start is None else start.coefficients
    explained = np.tensordot(coefficients, data.covariates, axes=1)
    structure = np.zeros_like(outcome) if start is None else start.predicted - mean - explained
    for _ in range(STEPS):
        found = _structure(np.where(used, outcome - explained, structure), data.weight, rank)
        if len(coefficients):
            right = np.einsum("kij,ij->k", data.covariates, counted * (outcome - found))
            coefficients = np.linalg.lstsq(moments, right, rcond=1e-12)[0]
            explained = np.tensordot(coefficients, data.covariates, axes=1)
        moved = float(np.abs(found - structure).max())
        structure = found
        if moved <= SETTLED * spread:
            return Model(structure + explained + mean, coefficients)
    raise DoesNotSettle("factors_do_not_settle", steps=STEPS)


def _structure(filled: Numbers, weight: Numbers, rank: Rank) -> Numbers:
    """Give effects of units and periods and the low rank of what they leave."""
    units = filled.mean(axis=1)
    periods = weight @ filled / weight.sum()
    level = units[:, None] + periods - float(weight @ units) / weight.sum()
    if rank.penalty is None and rank.factors == 0:
        return np.asarray(level)
    left = filled - level
    values, vectors = singular(left, np.sqrt(weight))
    if rank.penalty is None:
        kept = vectors[:, : rank.factors]
        return np.asarray(level + left @ kept @ kept.T)
    factors = np.maximum(1 - rank.penalty / np.maximum(values, rank.penalty), 0.0)
    return np.asarray(level + left @ (vectors * factors) @ vectors.T)


def singular(left: Numbers, root: Numbers) -> tuple[Numbers, Numbers]:
    """Give the singular values, descending, and right vectors of a matrix whose rows count by their weight."""
    squares, vectors = np.linalg.eigh(products_of(np.ascontiguousarray((left * root[:, None]).T)))
    return np.sqrt(np.maximum(squares[::-1], 0.0)), vectors[:, ::-1]
