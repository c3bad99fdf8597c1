"""Least squares with fixed effects by linearmodels' AbsorbingLS: the reference of the engine of this program."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from linearmodels.iv import AbsorbingLS
from linearmodels.iv.absorbing import Interaction

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.absorbed import CONSTANT
from ruralpanel.estimation.sample import OUTCOME, CannotEstimate
from ruralpanel.estimation.within import Within

ITERATIONS: dict[str, dict[str, Any]] = {"hdfe": {"options": {"iteration_limit": 1000}}, "lsmr": {"maxiter": 1000}}
"""Bounds for linearmodels, which finds columns whose effects are taken out already, so that one or two do."""


def solved(
    parts: Within, weights: pd.Series | None, effects: pd.DataFrame, slope_columns: list[tuple[str, pd.DataFrame]]
) -> tuple[Numbers, Numbers]:
    """Regress with linearmodels.

    It gets columns near one in size and orthogonal to each other, for its bounds are for such: it would leave out a
    column that varies by less than a hundred thousandth of its level, and iterate for ever over one in yuan.

    Parameters
    ----------
    parts
        Both sides of the regression, each divided by what it varies by.
    weights
        Of the rows; None where all are alike.
    effects
        What is to be taken out, one column an effect.
    slope_columns
        The effect and the column of every slope within it.

    Returns
    -------
    tuple of (numpy.ndarray, numpy.ndarray)
        Coefficients, and residuals times the square root of the weights, shape (rows,).

    Raises
    ------
    CannotEstimate
        If iterations do not settle.
    """
    absorbs = effects.shape[1] > 0
    root = np.sqrt(parts.weights)
    exogenous = pd.DataFrame(parts.orthogonal / root[:, None], index=effects.index, columns=parts.terms)
    if not absorbs:
        exogenous = exogenous.assign(**{CONSTANT: 1.0})
    by_hdfe = weights is None and not slope_columns
    iterates = absorbs and not (by_hdfe and effects.shape[1] == 1)
    iterations = ITERATIONS["hdfe" if by_hdfe else "lsmr"] if iterates else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = AbsorbingLS(
            pd.Series(parts.outcome / root, index=effects.index, name=OUTCOME),
            exogenous,
            absorb=effects.astype("category") if absorbs else None,
            interactions=[Interaction(effects[[name]].astype("category"), column) for name, column in slope_columns]
            or None,
            weights=weights,
        )
        try:
            result = model.fit(cov_type="unadjusted", debiased=False, absorb_options=iterations, use_cache=False)
        except RuntimeError as error:  # iterations that do not settle
            raise CannotEstimate("effects_not_taken_out", error=str(error)) from None
    found = parts.back @ np.asarray(result.params)[: len(parts.terms)]
    return found, np.asarray(result.wresids, dtype="float64").ravel()
