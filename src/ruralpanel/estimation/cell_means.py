"""Means by group and period, with clustered standard errors: the coefficients of a regression on cells alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.estimates import statistics
from ruralpanel.estimation.rounding import NOISE
from ruralpanel.estimation.sample import OUTCOME
from ruralpanel.study.blocks import Equation


def cell_means(sample: pd.DataFrame, group: pd.Series, equation: Equation) -> list[tuple[str, dict[str, Any]]]:
    """Average the outcome by group and period.

    Parameters
    ----------
    sample
        From :func:`ruralpanel.estimation.sample.estimation_sample`.
    group
        The group of each row.
    equation
        Whose weights and clusters are respected.

    Returns
    -------
    list of (str, dict)
        The group, and the columns of the estimates that are known of it in a period: mean, standard error, interval,
        rows and units. One cluster has means and no standard errors.
    """
    outcome = sample[OUTCOME].to_numpy(dtype="float64")
    weights = sample[equation.weights].to_numpy(dtype="float64") if equation.weights else np.ones(len(sample))
    clusters = equation.inference.cluster or [equation.unit]
    numbers = pd.factorize(sample[clusters[0]])[0].astype("int64")
    by_cell = sample.groupby([group, sample[equation.period]], sort=True)
    cells = by_cell.ngroup().to_numpy()
    weights = weights / weights.max()  # so that their sums are numbers, whatever they count
    means = np.bincount(cells, weights * outcome) / np.bincount(cells, weights)
    totals = np.asarray(np.bincount(cells, weights), dtype="float64")
    errors = _standard_errors(weights * (outcome - means[cells]), totals, cells, numbers)
    freedom = max(int(numbers.max()), 1)
    known_to = NOISE * float(np.abs(outcome).max())
    rows = []
    for cell, ((name, period), members) in enumerate(by_cell):
        found = {
            "term": "mean",
            "kind": "mean",
            "period": period,
            "observations": len(members),
            "units": members[equation.unit].nunique(),
            "clusters": int(numbers.max()) + 1,
            "variance": "clustered",
            "clustered_by": clusters[:1],
            "small_sample": "statsmodels",
            **statistics(float(means[cell]), float(errors[cell]), freedom, equation.inference.level, (0.0, known_to)),
        }
        rows.append((str(name), found))
    return rows


def _standard_errors(scores: Numbers, totals: Numbers, cells: NDArray[Any], clusters: NDArray[Any]) -> Numbers:
    """Compute clustered standard errors of means, with the small-sample correction of statsmodels.

    Parameters
    ----------
    scores
        Deviations from the mean of the row's cell, times its weight, shape (rows,).
    totals
        The sum of weights by cell, shape (cells,).
    cells, clusters
        Of each row, numbered from zero.

    Returns
    -------
    numpy.ndarray
        Shape (cells,); zero with one cluster, or with no more rows than cells.
    """
    rows, number = len(scores), int(clusters.max()) + 1
    if number < 2 or rows <= len(totals):
        return np.zeros(len(totals))
    within, places = np.unique(cells * number + clusters, return_inverse=True)
    squares = np.bincount(within // number, np.bincount(places, scores) ** 2)
    return np.sqrt(squares * number / (number - 1) * (rows - 1) / (rows - len(totals))) / totals
