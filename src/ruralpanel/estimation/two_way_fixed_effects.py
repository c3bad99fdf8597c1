r"""Two-way fixed effects.

Estimand: :math:`\beta` in :math:`Y_{it} = \alpha_i + \lambda_t + \beta D_{it} + X_{it}'\delta + \varepsilon_{it}`. With
staggered adoption and effects that differ by cohort or over time, :math:`\beta` is a weighted average of them in
which weights can be negative (de Chaisemartin & D'Haultfœuille 2020, theorem 1; Goodman-Bacon 2021, theorem 1).
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from ruralpanel.estimation.absorbed import fit_absorbed
from ruralpanel.estimation.estimates import no_estimate, statistics
from ruralpanel.estimation.sample import estimation_sample
from ruralpanel.ledger import Ledger
from ruralpanel.study.blocks import Equation


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> list[dict[str, Any]]:
    """Estimate the coefficients of treatments and regressors.

    Parameters
    ----------
    panel
        The panel.
    equation
        Its treatments (by indicator or intensity), their interactions and its regressors are the terms; its
        fixed effects may be any, not only unit and period.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    list of dict
        One row a term, in the equation's order; a term that is collinear has a reason in place of numbers.

    Raises
    ------
    CannotEstimate
        If there is no estimate on this panel.
    """
    terms = [*equation.treatment_terms, *equation.regressors]
    sample = estimation_sample(panel, equation, ledger)
    fit = fit_absorbed(sample, terms, equation, ledger)
    rows = []
    for term in terms:
        if term in fit.collinear:
            rows.append(
                no_estimate(equation, "collinear with the fixed effects or the terms before it", term, **fit.shared)
            )
            continue
        numbers = statistics(
            float(fit.coefficients[term]),
            fit.standard_error(term),
            fit.covariance.degrees_of_freedom,
            equation.inference.level,
        )
        rows.append({"term": term, **fit.shared, **numbers})
    return rows
