r"""Means of treated and other units, with low and high values of a moderator, by period: paths around a shock.

Estimand: :math:`E[Y_{it} - Y_{ib} \mid D_{ia}, H_i, t]`, where :math:`D_{ia}` is treatment in the period :math:`a` in
which groups are formed, :math:`H_i` whether the moderator is high then, and :math:`b` the period from which the outcome
is measured; without it, :math:`E[Y_{it} \mid D_{ia}, H_i, t]`. A description: groups differ in more than treatment.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from ruralpanel.estimation.cell_means import cell_means
from ruralpanel.estimation.estimates import left_out_of
from ruralpanel.estimation.result import EquationResult
from ruralpanel.estimation.sample import OUTCOME, CannotEstimate, estimation_sample
from ruralpanel.estimation.terms import group_mean
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import Reason, because
from ruralpanel.study.blocks import Equation
from ruralpanel.treatment_columns import cohort_column


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
        raise CannotEstimate("no_rows_to_group", period=equation.label(groups.at))
    known = then[treatment].notna()
    for name in equation.moderators:
        known &= then[name].notna()
    sample = _kept(
        sample,
        sample[whom].map(known).eq(True),
        "group known",
        because("group_unknown", period=equation.label(groups.at)),
        ledger,
    )
    treated = sample[whom].map(then[treatment]).eq(1)
    if groups.later_treated == "drop":
        later = ~treated & (sample[cohort_column(treatment)] > groups.at)
        reason = because("first_treated_after", period=equation.label(groups.at))
        sample = _kept(sample, ~later, "not treated later", reason, ledger)
    if groups.measured_from is not None:
        base = sample[whom].map(_means(sample[sample[equation.period] == groups.measured_from], equation))
        from_period = equation.label(groups.measured_from)
        why = because("base_missing", period=from_period)
        sample = sample.assign(**{OUTCOME: sample[OUTCOME] - base})
        sample = _kept(sample, base.notna(), because("outcome_of", period=from_period), why, ledger)
    ledger.note("averaged", len(sample), sample)
    is_treated = sample[whom].map(then[treatment]).eq(1)
    places = is_treated.map(group_mean)
    left_out = left_out_of(equation)
    for moderator in equation.moderators:
        value = then.loc[then.index.isin(sample[whom]), moderator]
        cut = float(value.quantile(groups.high_above))
        high = sample[whom].map(value) > cut
        cells = zip(is_treated, high, strict=True)
        places = pd.Series([group_mean(each, moderator, above) for each, above in cells], sample.index)
        at = equation.label(groups.at)
        left_out = left_out_of(equation, because("high_above", moderator=moderator, cut=cut, period=at))
    group = places.map(lambda place: place["term"])
    of = dict(zip(group, places, strict=True))
    means = cell_means(sample, group, equation)
    return EquationResult([_row(of[name], row, left_out, groups.measured_from) for name, row in means])


def _then(rows: pd.DataFrame, equation: Equation) -> pd.DataFrame:
    """Give one row for each unit, or each level where treatment is assigned to these, when groups are formed."""
    whom = equation.timing_unit
    if whom == equation.unit:
        if rows[whom].duplicated().any():
            raise CannotEstimate("rows_not_told_apart", unit=equation.unit, period=equation.period)
        return rows.set_index(whom)
    columns = [*equation.treatments, *equation.moderators]
    varying = [name for name in columns if (rows.groupby(whom)[name].nunique() > 1).any()]
    if varying:
        raise CannotEstimate("differs_within_groups", columns=varying, level=whom)
    return rows.groupby(whom)[columns].first()


def _means(rows: pd.DataFrame, equation: Equation) -> pd.Series:
    """Give the outcome of each unit in one period, or the weighted mean of each level."""
    whom = equation.timing_unit
    if whom == equation.unit:
        return rows.set_index(whom)[OUTCOME]
    weights = rows[equation.weights] if equation.weights else pd.Series(1.0, index=rows.index)
    means: pd.Series = (rows[OUTCOME] * weights).groupby(rows[whom]).sum() / weights.groupby(rows[whom]).sum()
    return means


def _row(
    group: dict[str, Any], row: dict[str, Any], left_out: list[Reason], measured_from: int | None
) -> dict[str, Any]:
    """Say which group a mean is of; one that is zero by construction has no standard error."""
    if measured_from is not None and row["period"] == measured_from:
        unknown = ("standard_error", "statistic", "p_value", "interval_low", "interval_high")
        row = {key: value for key, value in row.items() if key not in (*unknown, "minimum_detectable_effect")}
        row["estimate"] = 0.0
    return row | group | {"left_out": left_out, "regressors": [], "fixed_effects": []}


def _kept(sample: pd.DataFrame, stay: pd.Series, step: Reason | str, reason: Reason, ledger: Ledger) -> pd.DataFrame:
    """Keep rows, with a line in the ledger only if any leaves."""
    if stay.all():
        return sample
    kept = sample[stay].reset_index(drop=True)
    ledger.note(step, len(sample), kept, reason)
    if kept.empty:
        raise CannotEstimate("no_rows_left", why=reason)
    return kept
