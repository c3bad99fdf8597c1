r"""Raw means by cohort and period, before any regression.

Estimand: :math:`E[Y_{it} \mid G_i = g, t]`, for cohort :math:`g` or the never treated. Computed as the coefficients of
a regression on cohort-by-period cells without a constant, which gives clustered standard errors too.
"""

from __future__ import annotations

import pandas as pd

from ruralpanel.estimation.cell_means import cell_means
from ruralpanel.estimation.result import EquationResult
from ruralpanel.estimation.sample import estimation_sample
from ruralpanel.estimation.terms import COHORT_SIZE
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import because
from ruralpanel.study.blocks import Equation
from ruralpanel.treatment_columns import cohort_column

NEVER = "never"


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Average the outcome by cohort and period.

    Parameters
    ----------
    panel
        The panel.
    equation
        Has one treatment at most; without one, all units are one group. Weights are respected.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    EquationResult
        One row a cohort and period, with the number of rows and units behind it, and one a cohort that counts its
        rows and units over all periods.

    Raises
    ------
    CannotEstimate
        If no rows are left.
    """
    sample = estimation_sample(panel, equation, ledger)
    ledger.note("averaged", len(sample), sample)
    cohort = _cohort_names(sample, equation)
    rows = [row | {"cohort": name} for name, row in cell_means(sample, cohort, equation)]
    whom = equation.timing_unit
    counted = because("rows_and_units") if whom == equation.unit else because("rows_and_levels", level=whom)
    for name, members in sample.groupby(cohort, sort=True):
        counts = {"observations": len(members), "units": members[whom].nunique()}
        rows.append({**COHORT_SIZE, "cohort": name, **counts, "reason": counted})
    return EquationResult(rows)


def _cohort_names(sample: pd.DataFrame, equation: Equation) -> pd.Series:
    if not equation.treatments:
        return pd.Series("all", index=sample.index)
    cohort = sample[cohort_column(equation.treatments[0])]
    return cohort.map(lambda value: str(int(value)), na_action="ignore").astype(object).fillna(NEVER)
