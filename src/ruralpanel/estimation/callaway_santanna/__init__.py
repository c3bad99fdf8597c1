r"""Effects by cohort and period, and their averages, with untreated units as the only comparison.

Estimand: :math:`ATT(g, t) = E[Y_t(g) - Y_t(\infty) \mid G = g]`, the average effect in period :math:`t` on those first
treated in :math:`g`, under parallel trends given covariates (Callaway & Sant'Anna 2021, assumptions 1 to 6 and theorem
1); averages of these weigh cohorts by their size. Nobody treated is compared with anybody treated before, so that
effects may differ by cohort and time.

Standard errors are analytic, from the influence functions added up within clusters, and without a small-sample
correction; p-values and intervals are from the normal distribution, as the R package did has them.

Where treatment is assigned at a level above units and all rows are used, these are repeated cross-sections: cohorts are
those of levels, and every row is compared as one that is seen once (``panel = FALSE`` of the R package).
"""

from __future__ import annotations

import pandas as pd

from ruralpanel.estimation.callaway_santanna.aggregation import Aggregate
from ruralpanel.estimation.callaway_santanna.group_time import group_time_effects
from ruralpanel.estimation.callaway_santanna.layout import clusters_of_units, laid_out, usable
from ruralpanel.estimation.callaway_santanna.leads import null_of_leads
from ruralpanel.estimation.callaway_santanna.report import result_of
from ruralpanel.estimation.result import EquationResult
from ruralpanel.estimation.sample import estimation_sample
from ruralpanel.frames.ledger import Ledger
from ruralpanel.inference.sign_changes import Contributions
from ruralpanel.reasons import because
from ruralpanel.study.blocks import Equation, GroupTime


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Estimate effects by cohort and period and aggregate them.

    Parameters
    ----------
    panel
        The panel, with the designation's cohort.
    equation
        Has one treatment; ``group_time`` says whom to compare with and how.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    EquationResult
        Overall effects; one row an event time, a cohort and a period; one row a cohort and period (with the reason
        where it has none); and the joint test that the effects before treatment are zero.

    Raises
    ------
    CannotEstimate
        If nobody is treated after the first period, nobody is left to compare with, weights or clusters change within
        a unit, or there are two cluster dimensions.
    """
    (treatment,) = equation.treatments
    choice = equation.group_time or GroupTime()
    sample, left_out = usable(estimation_sample(panel, equation, ledger), treatment, choice, equation, ledger)
    observed = laid_out(sample, treatment, choice, equation)
    clusters = clusters_of_units(sample, choice, equation)
    ahead = equation.anticipation.get(treatment, 0)
    effects = group_time_effects(observed, choice, ahead)
    if effects.unsettled:
        ledger.note("propensity scores", len(sample), sample, because("scores_not_settled", cells=effects.unsettled))

    def null_of(leads: list[Aggregate]) -> Contributions | None:
        return null_of_leads(leads, effects, observed, clusters, choice, ahead)

    return result_of(effects, observed, clusters, sample, sample, choice, left_out, equation, null_of)
