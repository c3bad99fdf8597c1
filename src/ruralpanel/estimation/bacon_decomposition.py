r"""Which comparisons the two-way fixed effects estimate is made of.

The coefficient of a treatment that stays, with unit and period effects on a balanced panel, is a weighted average of
all comparisons of two groups before and after one of them is treated (Goodman-Bacon 2021, theorem 1). With
:math:`n_k` a group's share of units, :math:`\bar D_k` the share of periods in which it is treated and :math:`n_{kl} =
n_k / (n_k + n_l)`, the weights are proportional to (equations 10e to 10g)

* :math:`(n_k + n_U)^2 n_{kU} (1 - n_{kU}) \bar D_k (1 - \bar D_k)` for a cohort beside units never or always treated;
* :math:`(n_k + n_l)^2 n_{kl} (1 - n_{kl}) (\bar D_k - \bar D_l)(1 - \bar D_k)` for an earlier cohort :math:`k` beside a
  later one, until that is treated too;
* :math:`(n_k + n_l)^2 n_{kl} (1 - n_{kl}) \bar D_l (\bar D_k - \bar D_l)` for a later cohort :math:`l` beside an
  earlier one, from when that is treated: an effect that still grows is taken for a trend there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.estimation.result import EquationResult
from ruralpanel.estimation.sample import OUTCOME, CannotEstimate, estimation_sample
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import because
from ruralpanel.study.blocks import Equation
from ruralpanel.treatment_columns import cohort_column

EARLIER = "earlier treated, beside later treated"
LATER = "later treated, beside earlier treated"
NEVER = "treated, beside never treated"
ALWAYS = "treated, beside always treated"
GROUP = "group of units treated at a time"
NO_ERROR = because("part_of_the_estimate")


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Decompose the two-way fixed effects estimate.

    Parameters
    ----------
    panel
        The panel, with the designation's cohort.
    equation
        Has one treatment, unit and period effects, no regressors and no weights.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    EquationResult
        One row a kind of comparison, its estimate the weighted mean of those of its kind, with their weight; and the
        two-way estimate, which is their sum.

    Raises
    ------
    CannotEstimate
        If the sample is not balanced, or there is nothing to compare.
    """
    (treatment,) = equation.treatments
    sample = estimation_sample(panel, equation, ledger)
    units, periods = sample[equation.unit].nunique(), sample[equation.period].nunique()
    if len(sample) != units * periods:
        raise CannotEstimate("not_balanced", units=units, periods=periods, needed=units * periods, rows=len(sample))
    ledger.note("decomposed", len(sample), sample)
    found = pd.DataFrame(
        _comparisons(sample, sample[cohort_column(treatment)], equation), columns=["term", "estimate", "weight"]
    )
    if found.empty:
        raise CannotEstimate("no_two_groups")
    found["weight_share"] = found["weight"] / found["weight"].sum()
    found["part"] = found["estimate"] * found["weight_share"]
    kinds = found.groupby("term", sort=False)[["part", "weight_share"]].sum()
    kinds["estimate"] = kinds["part"] / kinds["weight_share"]
    shared = {"observations": len(sample), "units": units, "outcome_mean": float(sample[OUTCOME].mean())}
    rows: list[dict[str, Any]] = [
        {
            "term": kind,
            "kind": "comparison",
            "estimate": kinds.loc[kind, "estimate"],
            "weight_share": kinds.loc[kind, "weight_share"],
        }
        for kind in (EARLIER, LATER, NEVER, ALWAYS)
        if kind in kinds.index
    ]
    rows.append({"term": treatment, "estimate": float(found["part"].sum()), "weight_share": 1.0})
    return EquationResult([row | shared | {"reason": NO_ERROR} for row in rows])


def _comparisons(sample: pd.DataFrame, cohort: pd.Series, equation: Equation) -> Iterator[tuple[str, float, float]]:
    """Give kind, estimate and weight of every comparison of two groups."""
    first, last = sample[equation.period].min(), sample[equation.period].max()
    # Minus and plus infinity: treated before the sample begins, and not before it ends.
    group = cohort.fillna(np.inf).mask(cohort <= first, -np.inf).mask(cohort > last, np.inf)
    means = sample.assign(**{GROUP: group}).pivot_table(index=GROUP, columns=equation.period, values=OUTCOME)
    share = group.value_counts(normalize=True)
    period = means.columns.to_numpy()
    treated = {each: float((period >= each).mean()) for each in means.index}

    def weight(one: float, other: float) -> float:
        return float(share[one] * share[other])  # (n_k + n_l)² n_kl (1 − n_kl)

    def compared(one: float, other: float, before: Any, after: Any) -> float:
        change = means.loc[:, after].mean(axis=1) - means.loc[:, before].mean(axis=1)
        return float(change[one] - change[other])

    cohorts = sorted(each for each in means.index if np.isfinite(each))
    for one in cohorts:
        for outside, kind in ((np.inf, NEVER), (-np.inf, ALWAYS)):
            if outside in means.index:
                size = weight(one, outside) * treated[one] * (1 - treated[one])
                yield kind, compared(one, outside, period < one, period >= one), size
    for position, early in enumerate(cohorts):
        for late in cohorts[position + 1 :]:
            gap = treated[early] - treated[late]
            between = (period >= early) & (period < late)
            if not between.any():  # no period tells the two cohorts apart
                continue
            size = weight(early, late) * gap
            yield EARLIER, compared(early, late, period < early, between), size * (1 - treated[early])
            yield LATER, compared(late, early, between, period >= late), size * treated[late]
