"""Treated units that were unlike the others before anybody was treated, in the outcome's own level.

A difference of a quarter of a standard deviation is one that regression does not reliably adjust for (Imbens and Rubin
2015, Causal Inference for Statistics, Social, and Biomedical Sciences, section 14.2). Where units that began elsewhere
also develop otherwise, the effect changes once the level before, with a coefficient of its own in every period, is held
constant.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ruralpanel.arrays import Numbers
from ruralpanel.diagnosis.finding import CannotDiagnose, Finding, silent
from ruralpanel.diagnosis.subject import Subject
from ruralpanel.estimation.block import block_results
from ruralpanel.estimation.sample import OUTCOME
from ruralpanel.inference.covariance import clustered_meat
from ruralpanel.reasons import because
from ruralpanel.study.diagnosis import BaselineImbalance
from ruralpanel.treatment_columns import cohort_column

ITEM = "baseline_imbalance"

BEFORE = "outcome_before_treatment"
"""The column with the outcome's own level before the first treatment."""


def diagnose(subject: Subject, settings: BaselineImbalance) -> Finding:
    """Compare the outcome's level before the first treatment, and hold it constant period by period.

    Parameters
    ----------
    subject
        The effect.
    settings
        What is a difference, over which periods, and what a change.

    Returns
    -------
    Finding
        With `difference_in_sd`, of those ever treated to those never, in standard deviations of both (the root of the
        mean variance), and its `p`; and `change_in_se`, the change of the two-way effect in its standard errors.

    Raises
    ------
    CannotDiagnose
        If no period before the first treatment is observed, or everybody is treated.
    """
    level = _before(subject, settings.levels)
    difference, p_value = _compared(level)
    change, told = _change(subject, level, settings.size)
    numbers = {"difference_in_sd": difference, "p": p_value, "change_in_se": change}
    if not (abs(difference) >= settings.difference and p_value < settings.size):
        return silent(ITEM, **numbers)
    moves = told and abs(change) > settings.change
    flaw = because("unlike_and_moves" if moves else "unlike_before", difference=difference, p=p_value, change=change)
    remedy = because("hold_level_constant")
    return Finding(ITEM, "warning" if moves else "note", numbers, flaw, remedy)


def _before(subject: Subject, periods: int) -> pd.DataFrame:
    """Give every unit's mean outcome over the last periods before the first treatment and anticipation of anybody."""
    sample, equation = subject.adoption.sample, subject.equation
    cohort = sample[cohort_column(subject.treatment)]
    last = sample[equation.period].max()
    first = cohort[cohort <= last].min() + 1 + subject.base  # less the periods of anticipation
    seen = np.sort(sample.loc[sample[equation.period] < first, equation.period].unique())[-periods:]
    if len(seen) == 0:
        raise CannotDiagnose("no_period_before_anybody")
    ever = (cohort <= last).to_numpy(dtype=bool)
    rows = sample.assign(ever=ever)[sample[equation.period].isin(seen)]
    units = rows.groupby(equation.unit, sort=True).agg(
        level=(OUTCOME, "mean"), ever=("ever", "first"), cluster=(subject.clusters[0], "first")
    )
    if units["ever"].nunique() < 2:
        raise CannotDiagnose("everybody_treated")
    return units


def _compared(units: pd.DataFrame) -> tuple[float, float]:
    """Give the difference in standard deviations, and its p-value, clustered."""
    from scipy.stats import t as student

    level, ever = units["level"].to_numpy(dtype="float64"), units["ever"].to_numpy(dtype=bool)
    own, other = level[ever], level[~ever]
    if min(len(own), len(other)) < 2:
        raise CannotDiagnose("everybody_treated")
    gap = float(own.mean() - other.mean())
    spread = float(np.sqrt((own.var(ddof=1) + other.var(ddof=1)) / 2))
    left: Numbers = np.where(ever, level - own.mean(), level - other.mean())
    weight = np.where(ever, 1 / len(own), -1 / len(other))
    meat, count = clustered_meat((weight * left)[:, None], pd.factorize(units["cluster"])[0])
    error = float(np.sqrt(meat[0, 0] * count / (count - 1)))
    return gap / spread, float(2 * student.sf(abs(gap) / error, count - 1))


def _change(subject: Subject, units: pd.DataFrame, size: float) -> tuple[float, bool]:
    """Hold the level before constant by period: by how many of its standard errors the effect changes, and whether that
    is more than chance, as the variance of a change is the difference of variances (Hausman 1978, Econometrica 46(6)).
    """
    from scipy.stats import norm

    equation = subject.equation
    known = subject.panel[equation.unit].isin(units.index)
    panel = subject.without_unused(subject.panel)[known]
    panel = panel.assign(**{BEFORE: panel[equation.unit].map(units["level"]).astype("float64")})
    held = equation.model_copy(update={"fixed_effects": [*equation.fixed_effects, f"{equation.period}[{BEFORE}]"]})
    rows = block_results(panel, [equation, held]).estimates
    without, constant = rows[rows["effect_of"] == subject.entering].to_dict("records")
    change = float(constant["estimate"] - without["estimate"])
    spread = np.sqrt(max(constant["standard_error"] ** 2 - without["standard_error"] ** 2, 0.0))
    return change / without["standard_error"], bool(abs(change) > norm.ppf(1 - size / 2) * spread)
