"""Means by group and period, with clustered standard errors: the coefficients of a regression on cells alone."""

from __future__ import annotations

from typing import Any

import pandas as pd

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
    import statsmodels.api as sm

    cells = pd.Series(list(zip(group, sample[equation.period], strict=True)), index=sample.index)
    indicators = pd.get_dummies(cells, dtype="float64")
    weights = sample[equation.weights] if equation.weights else 1.0
    clusters = equation.inference.cluster or [equation.unit]
    numbers = pd.factorize(sample[clusters[0]])[0]
    model = sm.WLS(sample[OUTCOME], indicators, weights=weights)
    several = numbers.max() > 0 and len(sample) > indicators.shape[1]
    # One cluster, or one row a cell, has no standard error; the means are the same either way.
    fitted = model.fit(cov_type="cluster", cov_kwds={"groups": numbers}) if several else model.fit(cov_type="HC0")
    errors = fitted.bse if several else fitted.bse * 0.0
    freedom = max(int(numbers.max()), 1)
    known_to = NOISE * float(sample[OUTCOME].abs().max())
    rows = []
    for (name, period), members in sample.groupby([group, sample[equation.period]], sort=True):
        cell = (name, period)
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
            **statistics(
                float(fitted.params[cell]), float(errors[cell]), freedom, equation.inference.level, (0.0, known_to)
            ),
        }
        rows.append((str(name), found))
    return rows
