"""Covariance of the coefficients of an absorbed regression, under the study's choice.

Each kind of standard errors is a module of its own, which :mod:`ruralpanel.study.vcovs` names; here is what they share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import Any, Protocol

import numpy as np
import pandas as pd

from ruralpanel.absorption.levels import Levels
from ruralpanel.absorption.products import products_of, summed, summed_sizes
from ruralpanel.arrays import Numbers
from ruralpanel.reasons import ReasonedError
from ruralpanel.study.blocks import Inference
from ruralpanel.study.vcovs import covariance_module

SINGULAR = 1e-11
"""An eigenvalue of a correlation matrix below this is zero but for rounding."""


FAR = 1e6
"""Standard errors so many times what rounding can make of an estimate are far from it."""


class DegreesOfFreedom(Protocol):
    """Degrees of freedom that differ from one combination of coefficients to the next."""

    def of(self, weights: pd.Series) -> float:
        """Give those of a combination, from the weights of coefficients by name."""

    def combined(self, combinations: pd.DataFrame) -> DegreesOfFreedom:
        """Give those of combinations (columns) of coefficients (rows), as if these were the coefficients."""


@dataclass(frozen=True)
class Covariance:
    """A covariance matrix and what is needed to read it.

    Parameters
    ----------
    matrix
        Terms by terms.
    degrees_of_freedom
        Of the t distribution that p-values and intervals come from; infinite for the normal distribution.
    own_degrees_of_freedom
        Where each coefficient has its own; None where all have ``degrees_of_freedom``, as joint tests have.
    clusters
        The number of clusters, of the smaller dimension with two; missing without clustering.
    repaired
        Whether a variance was negative and had to be raised, which leaves it without meaning.
    rounding
        By term, what an ``estimate`` and an ``error`` are rounding if they are no larger than; infinite for the error
        of a term whose variance was negative. Terms that are not there have none.
    settings
        Columns of the estimates that say how it was computed where its kind leaves that open: a kernel, its width.
    contributions
        Of clusters (rows, by name) to the error of each term (columns), where a bootstrap needs them; None elsewhere.
    """

    matrix: pd.DataFrame
    degrees_of_freedom: float
    clusters: int | None
    repaired: bool = False
    rounding: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"estimate": {}, "error": {}}, dtype="float64"))
    settings: Mapping[str, Any] = field(default_factory=dict)
    own_degrees_of_freedom: DegreesOfFreedom | None = None
    contributions: pd.DataFrame | None = None

    def freedom_of(self, weights: pd.Series) -> float:
        """Give the degrees of freedom of a combination of coefficients.

        Parameters
        ----------
        weights
            Of the coefficients, by name.
        """
        own = self.own_degrees_of_freedom
        return self.degrees_of_freedom if own is None else own.of(weights)

    def freedom_of_terms(self, terms: Sequence[str]) -> list[float]:
        """Give the degrees of freedom of single coefficients."""
        if self.own_degrees_of_freedom is None:
            return [self.degrees_of_freedom] * len(terms)
        return [self.freedom_of(pd.Series(1.0, index=[term])) for term in terms]

    def freedom_combined(self, combinations: pd.DataFrame) -> DegreesOfFreedom | None:
        """Give what ``own_degrees_of_freedom`` becomes for combinations (columns) of coefficients (rows)."""
        own = self.own_degrees_of_freedom
        return None if own is None else own.combined(combinations)


class NoCovariance(ReasonedError):
    """Standard errors of this kind cannot be had here; the reason says why."""


class TooFewClusters(NoCovariance):
    """There are too few clusters, rows or periods for standard errors."""


@dataclass(frozen=True)
class Influences:
    """How the rows of a regression move its coefficients.

    Parameters
    ----------
    terms
        The names of the coefficients.
    columns, mixing
        Shapes (columns, rows) and (columns, terms); the former's transpose times the latter is what the outcome of each
        row is multiplied with in each coefficient.
    gram
        Products of what outcomes are multiplied with, added up over the rows, shape (terms, terms).
    residuals
        Shape (rows,).
    rounding
        What outcomes and residuals are known to, at best, shape (rows,).
    units
        What coefficients have to be multiplied with to be in the units of the data, shape (terms,).
    coefficients
        How many are estimated beside the fixed effects, a constant among them.
    known
        Groups, and products of the columns with the residuals added up by them, shape (groups, columns), if they are.
    """

    terms: list[str]
    columns: Numbers
    mixing: Numbers
    gram: Numbers
    residuals: Numbers
    rounding: Numbers
    units: Numbers
    coefficients: int
    known: tuple[Levels, Numbers] | None = None

    @cached_property
    def weights(self) -> Numbers:
        """What the outcome of each row is multiplied with in each coefficient, written out, shape (rows, terms)."""
        return np.asarray(self.columns.T @ self.mixing)

    def scores(self, groups: Levels) -> Numbers:
        """Add up what the residuals of each group move the coefficients by, shape (groups, terms)."""
        if self.known is not None and self.known[0] is groups:
            return np.asarray(self.known[1] @ self.mixing)
        return np.asarray(summed(self.columns, self.residuals, groups.codes, groups.number) @ self.mixing)

    def products(self, factor: Numbers) -> Numbers:
        """Add up products of the rows' weights, times the square of a factor, shape (terms, terms)."""
        return np.asarray(self.mixing.T @ products_of(self.columns, factor) @ self.mixing)


@dataclass(frozen=True)
class Rows:
    """The rows of a regression, as far as standard errors depend on them.

    Parameters
    ----------
    sample
        In order, with the cluster columns.
    levels
        Of their fixed effects, as far as these count as coefficients.
    clusters
        The levels of what they are clustered by, by column.
    periods
        Whole numbers, shape (rows,).
    weights
        With a mean of one, shape (rows,).
    taken_out
        All effects that were taken out, those that slopes have beside them too.
    slopes
        For each slope within an effect, the codes of its levels and the values.
    slope_levels
        How many coefficients these slopes are.
    places
        Latitude and longitude in degrees, shape (rows, 2); None where the kind of standard errors reads none.
    """

    sample: pd.DataFrame
    levels: list[Levels]
    clusters: Mapping[str, Levels]
    periods: np.ndarray
    weights: np.ndarray
    taken_out: pd.DataFrame
    slopes: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)
    slope_levels: int = 0
    places: np.ndarray | None = None


def covariance_of(influences: Influences, rows: Rows, inference: Inference) -> Covariance:
    """Compute the covariance matrix of an absorbed regression.

    Sandwiches and small-sample corrections are made here, so that they can be stated, and so that a large regression
    need not be fitted again for them; the tests hold them to those of statsmodels, linearmodels, fixest and
    clubSandwich.

    Parameters
    ----------
    influences
        Of the rows, each side of the regression divided by what it varies by: negative variances are raised in these
        units, for it matters in which.
    rows
        What it is estimated on.
    inference
        The study's choice, whose kind of standard errors and small-sample correction say which module computes it.

    Returns
    -------
    Covariance
        With the degrees of freedom that its kind states.

    Raises
    ------
    NoCovariance
        If it cannot be had: one cluster, no more rows than coefficients, or what else its module needs.
    """
    module = import_module(covariance_module(inference.variance, inference.small_sample))
    found: Covariance = module.covariance(influences, rows, inference)
    return found


def labelled(
    matrix: np.ndarray,
    influences: Influences,
    degrees_of_freedom: float,
    groups: Levels | None = None,
    clusters: int | None = None,
    repaired: bool = False,
    settings: Mapping[str, Any] | None = None,
) -> Covariance:
    """Put the names of coefficients to a matrix, and bound its rounding.

    Parameters
    ----------
    matrix
        Terms by terms, symmetric but for rounding.
    influences
        Of the rows.
    degrees_of_freedom
        Of the t distribution.
    groups
        Whose scores are added up before they are multiplied; None where each row is alone.
    clusters, repaired, settings
        As in :class:`Covariance`.
    """
    named = pd.DataFrame((matrix + matrix.T) / 2, index=influences.terms, columns=influences.terms)
    bounds = _rounding(influences, groups, np.sqrt(np.maximum(np.diag(matrix), 0.0)))
    return Covariance(named, degrees_of_freedom, clusters, repaired, bounds, settings or {})


def _rounding(influences: Influences, groups: Levels | None, errors: Numbers) -> pd.DataFrame:
    """Bound the rounding of estimates and standard errors: that of each row's outcome, added up as the scores are.

    Within a cluster, scores may cancel to nothing; what is left is rounding of what was added up, not of its sum.
    Where errors are far from that by what the inequality of Cauchy and Schwarz says, it is not looked at every row.
    """
    largest = np.sqrt(np.diag(influences.gram)) * float(influences.rounding.max(initial=0.0))
    total, error = largest * np.sqrt(len(influences.rounding)), largest
    if (errors > FAR * total).all():
        error = largest * np.sqrt(1 if groups is None else groups.counts.max(initial=1))
    else:
        codes, number = (None, 0) if groups is None else (groups.codes, groups.number)
        total, squares = summed_sizes(influences.columns, influences.mixing, influences.rounding, codes, number)
        error = np.sqrt(squares)
    return pd.DataFrame({"estimate": total, "error": error}, index=influences.terms)


def clustered_meat(contributions: np.ndarray, clusters: np.ndarray) -> tuple[np.ndarray, int]:
    """Add up rows within clusters, and the products of these sums over them: the middle of a clustered sandwich.

    Parameters
    ----------
    contributions
        What each row adds to the error of each estimate: scores, or influences; shape (rows, estimates).
    clusters
        The cluster of each row, shape (rows,).

    Returns
    -------
    tuple of (numpy.ndarray, int)
        Estimates by estimates, without small-sample correction, and the number of clusters.
    """
    sums = pd.DataFrame(contributions).groupby(clusters).sum().to_numpy()
    return sums.T @ sums, len(sums)


def is_singular(covariance: np.ndarray) -> bool:
    """Tell whether some combination of estimates has no variance but rounding, in whatever units they are.

    Parameters
    ----------
    covariance
        Of estimates, symmetric.
    """
    variances = np.diag(covariance)
    if not (variances > 0).all():
        return True
    errors = np.sqrt(variances)
    return bool(np.abs(np.linalg.eigvalsh(covariance / errors / errors[:, None])).min() < SINGULAR)


def require_rows(observations: int, coefficients: int) -> None:
    """Refuse a small-sample correction by rows that are no more than the coefficients."""
    if observations <= coefficients:
        raise TooFewClusters("no_freedom", rows=observations, coefficients=coefficients)
