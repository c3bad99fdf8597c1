r"""Raw means by cohort and period, before any regression.

Estimand: :math:`E[Y_{it} \mid G_i = g, t]`, for cohort :math:`g` or the never treated. Computed as the coefficients of
a regression on cohort-by-period cells without a constant, which gives clustered standard errors too.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from ruralpanel.estimation.estimates import COHORT_SIZE, statistics
from ruralpanel.estimation.sample import OUTCOME, estimation_sample
from ruralpanel.ledger import Ledger
from ruralpanel.study.blocks import Equation

NEVER = "never"


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> list[dict[str, Any]]:
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
    list of dict
        One row a cohort and period, with the number of rows and units behind it, and one a cohort that counts its
        rows and units over all periods.

    Raises
    ------
    CannotEstimate
        If no rows are left.
    """
    import statsmodels.api as sm

    sample = estimation_sample(panel, equation, ledger)
    ledger.note("averaged", len(sample), sample)
    cohort = _cohort_names(sample, equation)
    cells = pd.Series(list(zip(cohort, sample[equation.period], strict=True)), index=sample.index)
    indicators = pd.get_dummies(cells, dtype="float64")
    weights = sample[equation.weights] if equation.weights else 1.0
    clusters = equation.inference.cluster or [equation.unit]
    groups = pd.factorize(sample[clusters[0]])[0]
    model = sm.WLS(sample[OUTCOME], indicators, weights=weights)
    several = groups.max() > 0
    # One cluster has no standard error; the means are the same either way.
    fitted = model.fit(cov_type="cluster", cov_kwds={"groups": groups}) if several else model.fit()
    errors = fitted.bse if several else fitted.bse * float("nan")
    freedom = max(int(groups.max()), 1)
    rows = []
    for (name, period), members in sample.groupby([cohort, sample[equation.period]], sort=True):
        cell = (name, period)
        rows.append(
            {
                "term": "mean",
                "cohort": name,
                "period": period,
                "observations": len(members),
                "units": members[equation.unit].nunique(),
                "clusters": int(groups.max()) + 1,
                "variance": "clustered",
                "clustered_by": clusters[0],
                "small_sample": "statsmodels",
                **statistics(float(fitted.params[cell]), float(errors[cell]), freedom, equation.inference.level),
            }
        )
    for name, members in sample.groupby(cohort, sort=True):
        counts = {"observations": len(members), "units": members[equation.unit].nunique()}
        rows.append({"term": COHORT_SIZE, "cohort": name, **counts, "reason": "counts rows and units; no estimate"})
    return rows


def _cohort_names(sample: pd.DataFrame, equation: Equation) -> pd.Series:
    if not equation.treatments:
        return pd.Series("all", index=sample.index)
    cohort = sample[f"{equation.treatments[0]}_cohort"]
    return cohort.map(lambda value: str(int(value)), na_action="ignore").astype(object).fillna(NEVER)
