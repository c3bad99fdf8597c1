r"""Means of treated and other units, with low and high values of a moderator, by period: paths around a shock.

Estimand: :math:`E[Y_{it} - Y_{ib} \mid D_{ia}, H_i, t]`, where :math:`D_{ia}` is treatment in the period :math:`a` in
which groups are formed, :math:`H_i` whether the moderator is high then, and :math:`b` the period from which the outcome
is measured; without it, :math:`E[Y_{it} \mid D_{ia}, H_i, t]`. A description: groups differ in more than treatment.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from ruralpanel.estimation.cell_means import cell_means
from ruralpanel.estimation.estimates import sample_words
from ruralpanel.estimation.result import EquationResult
from ruralpanel.estimation.sample import OUTCOME, CannotEstimate, estimation_sample
from ruralpanel.ledger import Ledger
from ruralpanel.study.blocks import Equation
from ruralpanel.treatment_columns import cohort_column

TREATED, UNTREATED, HIGH, LOW = "treated", "untreated", "high", "low"


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Average the outcome by group and period.

    Parameters
    ----------
    panel
        The panel.
    equation
        Has `groups`, one treatment, and one moderator at most. Weights are respected; fixed effects and regressors do
        not enter.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    EquationResult
        One row a group and period. Its term is ``treated`` or ``untreated``, and behind a comma whether the moderator
        is ``high`` or ``low``; its sample says above which value it is high.

    Raises
    ------
    CannotEstimate
        If no rows are left, or nobody is seen in the period in which groups are formed.
    """
    groups = equation.groups
    assert groups is not None
    (treatment,) = equation.treatments
    sample = estimation_sample(panel, equation, ledger)
    whom = equation.timing_unit
    then = _then(panel[panel[equation.period] == groups.at], equation)
    if then.empty:
        raise CannotEstimate(f"the panel has no rows of {equation.label(groups.at)}, in which groups are formed")
    known = then[treatment].notna()
    for name in equation.moderators:
        known &= then[name].notna()
    sample = _kept(
        sample,
        sample[whom].map(known).eq(True),
        "group known",
        f"treatment or moderator of {equation.label(groups.at)} unknown",
        ledger,
    )
    treated = sample[whom].map(then[treatment]).eq(1)
    if groups.later_treated == "drop":
        later = ~treated & (sample[cohort_column(treatment)] > groups.at)
        sample = _kept(sample, ~later, "not treated later", f"first treated after {equation.label(groups.at)}", ledger)
    if groups.measured_from is not None:
        base = sample[whom].map(_means(sample[sample[equation.period] == groups.measured_from], equation))
        from_period = equation.label(groups.measured_from)
        why = f"outcome of {from_period} missing, from which it is measured"
        sample = sample.assign(**{OUTCOME: sample[OUTCOME] - base})
        sample = _kept(sample, base.notna(), f"outcome of {from_period}", why, ledger)
    ledger.note("averaged", len(sample), sample)
    group = sample[whom].map(then[treatment]).eq(1).map({True: TREATED, False: UNTREATED})
    words = sample_words(equation)
    for moderator in equation.moderators:
        value = then.loc[then.index.isin(sample[whom]), moderator]
        cut = float(value.quantile(groups.high_above))
        high = sample[whom].map(value) > cut
        group = group + f", {moderator} " + high.map({True: HIGH, False: LOW})
        words = sample_words(equation, f"{moderator} high above {cut:.4g} in {equation.label(groups.at)}")
    means = cell_means(sample, group, equation)
    return EquationResult([_row(name, row, words, groups.measured_from) for name, row in means])


def _then(rows: pd.DataFrame, equation: Equation) -> pd.DataFrame:
    """Give one row for each unit, or each level where treatment is assigned to these, when groups are formed."""
    whom = equation.timing_unit
    if whom == equation.unit:
        return rows.set_index(whom)
    columns = [*equation.treatments, *equation.moderators]
    varying = [name for name in columns if (rows.groupby(whom)[name].nunique() > 1).any()]
    if varying:
        raise CannotEstimate(f"{', '.join(varying)} differs within {whom}, by which groups are formed")
    return rows.groupby(whom)[columns].first()


def _means(rows: pd.DataFrame, equation: Equation) -> pd.Series:
    """Give the outcome of each unit in one period, or the weighted mean of each level."""
    whom = equation.timing_unit
    if whom == equation.unit:
        return rows.set_index(whom)[OUTCOME]
    weights = rows[equation.weights] if equation.weights else pd.Series(1.0, index=rows.index)
    means: pd.Series = (rows[OUTCOME] * weights).groupby(rows[whom]).sum() / weights.groupby(rows[whom]).sum()
    return means


def _row(group: str, row: dict[str, Any], words: str, measured_from: int | None) -> dict[str, Any]:
    """Say which group a mean is of; one that is zero by construction has no standard error."""
    if measured_from is not None and row["period"] == measured_from:
        unknown = ("standard_error", "statistic", "p_value", "interval_low", "interval_high")
        row = {key: value for key, value in row.items() if key not in (*unknown, "minimum_detectable_effect")}
        row["estimate"] = 0.0
    return row | {"term": group, "sample": words, "regressors": "", "fixed_effects": "none"}


def _kept(sample: pd.DataFrame, stay: pd.Series, step: str, reason: str, ledger: Ledger) -> pd.DataFrame:
    """Keep rows, with a line in the ledger only if any leaves."""
    if stay.all():
        return sample
    kept = sample[stay].reset_index(drop=True)
    ledger.note(step, len(sample), kept, reason)
    if kept.empty:
        raise CannotEstimate(f"no rows are left: {reason}")
    return kept
