r"""Triple differences by cohort and period: the eligible of a cohort beside its others, less the same elsewhere.

Estimand: :math:`ATT(g, t) = E[Y_t(g) - Y_t(\infty) \mid S = g, Q = 1]`, the average effect in period :math:`t` on
units that are eligible (:math:`Q = 1`) and in a place first treated in :math:`g` (:math:`S = g`), where, given
covariates, the eligible of a cohort would have drawn away from its others as far as they do where nobody is treated
(Ortiz-Villavicencio & Sant'Anna 2025, assumption DDD-CPT). Neither places nor the eligible need parallel trends.

A cell is the sum of three comparisons of changes (equation 3.5): of the eligible of the cohort with its others, plus
with the eligible of a comparison cohort, less with the others of that,

.. math:: ATT(g, t) = DID(g, 1; g, 0) + DID(g, 1; g_c, 1) - DID(g, 1; g_c, 0),

each by outcome regression, inverse probability weights or both. With covariates this is no difference of two
differences in differences, whose covariates would be weighed like those of two groups in place of one. For the same
reason units not treated yet are not pooled: every comparison cohort :math:`g_c` gives an estimate of its own, and
their average with the smallest variance, :math:`w = \Omega^{-1} 1 / (1'\Omega^{-1} 1)`, is reported (section 4).

Averages weigh cohorts by their eligible units, who are treated; the R package triplediff counts the others too.
Standard errors are from the influence functions, added up within clusters, without a small-sample correction, and take
:math:`w` as given, as does the package.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.callaway_santanna.aggregation import Aggregate
from ruralpanel.estimation.callaway_santanna.comparisons import CannotCompare, Comparison
from ruralpanel.estimation.callaway_santanna.group_time import Observed, compare_groups, group_time_effects, groups_of
from ruralpanel.estimation.callaway_santanna.layout import clusters_of_units, compared, laid_out, usable
from ruralpanel.estimation.callaway_santanna.leads import groups_of_cell, influence_of_leads
from ruralpanel.estimation.callaway_santanna.report import result_of
from ruralpanel.estimation.result import EquationResult
from ruralpanel.estimation.sample import CannotEstimate, estimation_sample
from ruralpanel.frames.ledger import Ledger
from ruralpanel.inference.sign_changes import Contributions
from ruralpanel.reasons import ReasonedError, because
from ruralpanel.study.blocks import Equation, GroupTime
from ruralpanel.treatment_columns import cohort_column, event_time_column


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Estimate triple differences by cohort and period and average them.

    Parameters
    ----------
    panel
        The panel, with the designation's cohort, which the units of a cohort have whether they are eligible or not.
    equation
        Has one treatment and ``eligible``; ``group_time`` says whom to compare with and how.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    EquationResult
        Rows as those of effects by cohort and period: overall, by event time, cohort and period, cells, and the joint
        test of effects before treatment.

    Raises
    ------
    CannotEstimate
        If nobody is eligible or everybody is, eligibility is not 0 or 1 or changes within a unit, nobody is treated
        after the first period, or no cohort can be compared.
    """
    (treatment,) = equation.treatments
    assert equation.eligible is not None
    choice = equation.group_time or GroupTime()
    rows = estimation_sample(panel, equation, ledger)
    _require_two_groups(rows, equation.eligible, compared(rows, choice, equation))
    sample, left_out = usable(rows, treatment, choice, equation, ledger)
    first = sample[equation.eligible].groupby(compared(sample, choice, equation), sort=True).first()
    eligible = first.to_numpy() == 1
    observed = replace(laid_out(sample, treatment, choice, equation), eligible=eligible)
    clusters = clusters_of_units(sample, choice, equation)
    ahead = equation.anticipation.get(treatment, 0)
    effects = group_time_effects(observed, choice, ahead, _compare)

    def groups(cell: int) -> list[Numbers]:
        """Give the weights of the eligible and of the others in both groups that a cell compares."""
        _, _, treated, others = groups_of_cell(cell, effects, observed, choice, ahead)
        return [whom * part for whom in (treated, others) for part in (eligible, ~eligible)]

    def null_of(leads: list[Aggregate]) -> Contributions | None:
        return influence_of_leads(leads, effects, clusters, groups) if leads else None

    left_out = [because("effects_on_eligible", name=equation.eligible), *left_out]
    counted = _treated_if_eligible(sample, treatment, equation.eligible)
    return result_of(effects, observed, clusters, sample, counted, choice, left_out, equation, null_of)


def _require_two_groups(sample: pd.DataFrame, name: str, units: pd.Series) -> None:
    """Refuse an eligibility that is not 0 or 1, changes within units, or is the same for everybody."""
    values = sample[name]
    if not values.isin([0, 1]).all():
        raise CannotEstimate("eligible_not_binary", name=name)
    if (sample.groupby(units)[name].nunique() > 1).any():
        raise CannotEstimate("column_changes", name=name)
    if values.nunique() < 2:
        raise CannotEstimate("everybody_eligible" if values.iloc[0] == 1 else "nobody_eligible", name=name)


def _treated_if_eligible(sample: pd.DataFrame, treatment: str, eligible: str) -> pd.DataFrame:
    """Take treatment, cohort and event time from those who cannot be treated, who are in no treated cluster by it."""
    is_eligible = sample[eligible] == 1
    dates = {name: sample[name].where(is_eligible) for name in (cohort_column(treatment), event_time_column(treatment))}
    return sample.assign(**{treatment: sample[treatment].where(is_eligible, 0)}, **dates)


def _compare(
    observed: Observed, choice: GroupTime, anticipation: int, cohort: float, position: int, base: int
) -> Comparison:
    """Compare the eligible of a cohort with its others, and that with each comparison cohort."""
    assert observed.eligible is not None
    in_cohort, others = groups_of(observed, choice, anticipation, cohort, position, base)
    eligible = observed.eligible
    treated = in_cohort & eligible
    if not treated.any():
        raise CannotCompare("no_eligible_in_cohort")
    if not (in_cohort & ~eligible).any():
        raise CannotCompare("all_eligible_in_cohort")
    if not others.any():
        raise CannotCompare("nobody_to_compare_cohort_with")
    inside = compare_groups(observed, choice, treated, in_cohort & ~eligible, position, base)
    found: list[Comparison] = []
    reason: ReasonedError = CannotCompare("comparison_without_both")
    for each in np.unique(observed.cohort[others]):
        group = others & (observed.cohort == each)
        if eligible[group].all() or not eligible[group].any():
            continue
        try:
            alike, unlike = (
                compare_groups(observed, choice, treated, group & part, position, base)
                for part in (eligible, ~eligible)
            )
        except CannotCompare as error:
            reason = error
            continue
        influence = inside.influence + alike.influence - unlike.influence
        found.append(Comparison(inside.effect + alike.effect - unlike.effect, influence))
    if not found:
        raise reason
    return _best_average(found)


def _best_average(found: list[Comparison]) -> Comparison:
    """Average estimates of one effect so that the variance is smallest."""
    if len(found) == 1:
        return found[0]
    influence = np.array([each.influence for each in found])
    covariance = np.cov(influence)
    weights = np.linalg.lstsq(covariance, np.ones(len(found)), rcond=None)[0]
    if not weights.sum() > 0:  # estimates without error agree, and any average will do
        weights = np.ones(len(found))
    weights = weights / weights.sum()
    return Comparison(float(weights @ [each.effect for each in found]), weights @ influence)
