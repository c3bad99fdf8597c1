r"""Two-way effects that mislead where effects differ between cohorts or over time.

Two shares say how far that could go: of the treated rows that count negatively in the two-way coefficient, whose
weights are the residuals of treatment on the fixed effects (de Chaisemartin and D'Haultfœuille 2020, American Economic
Review 110(9), theorem 1), and of comparisons with units that are treated already (Goodman-Bacon 2021, Journal of
Econometrics 225(2), theorem 1). How far it does go is the difference between the two-way coefficient and the average
over treated rows of an effect for each cohort and period (Wooldridge 2025, Empirical Economics 69). Both are weighted
sums of outcomes, so their difference is :math:`\sum (q_{it} - r_{it}) Y_{it}`, and its variance follows from the
residuals of the second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ruralpanel.absorption.levels import levels_of
from ruralpanel.arrays import Numbers
from ruralpanel.diagnosis.finding import CannotDiagnose, Finding, silent
from ruralpanel.diagnosis.subject import Subject
from ruralpanel.estimation.absorbed import Absorbed, fit_absorbed
from ruralpanel.estimation.bacon_decomposition import ALWAYS, LATER
from ruralpanel.estimation.block import block_results
from ruralpanel.frames.ledger import Ledger
from ruralpanel.inference.covariance import clustered_meat
from ruralpanel.reasons import because
from ruralpanel.study.blocks import Equation
from ruralpanel.study.diagnosis import Heterogeneity
from ruralpanel.study.estimators import DIAGNOSING
from ruralpanel.treatment_columns import cohort_column, event_time_column

ITEM = "heterogeneity"


@dataclass(frozen=True)
class Difference:
    """The two-way coefficient less the average of effects, with its p-value; that average; negative weights' share."""

    value: float
    average: float
    p_value: float
    negative: float


def diagnose(subject: Subject, settings: Heterogeneity) -> Finding:
    """Compute the two shares, and hold the two-way coefficient to the average of effects by cohort and period.

    Parameters
    ----------
    subject
        The effect.
    settings
        The least shares that count, and the size of the test.

    Returns
    -------
    Finding
        With `negative_weight_share`, `bacon_forbidden_share`, `twfe_minus_average` in the outcome's unit and its `p`.

    Raises
    ------
    CannotDiagnose
        If treatment enters by its intensity, or may end.
    """
    if not subject.equation.absorbing:
        raise CannotDiagnose("needs_treatment_that_stays")
    if subject.entering != subject.treatment:
        raise CannotDiagnose("by_intensity")
    found, forbidden = difference(subject), forbidden_share(subject)
    numbers = {
        "negative_weight_share": found.negative,
        "bacon_forbidden_share": forbidden,
        "twfe_minus_average": found.value,
        "p": found.p_value,
    }
    many = found.negative >= settings.negative_weight_share or forbidden >= settings.forbidden_share
    apart = found.p_value < settings.size and abs(found.value) >= settings.apart * abs(found.average)
    if not many and not apart:
        return silent(ITEM, **numbers)
    shares = {"negative": found.negative, "forbidden": 0.0 if np.isnan(forbidden) else forbidden}
    told = shares | {"difference": found.value, "average": found.average, "p": found.p_value}
    flaw = because("two_way_apart" if apart else "two_way_could_mislead", **told)
    return Finding(ITEM, "warning" if apart else "note", numbers, flaw, because("average_by_cohort"))


def difference(subject: Subject) -> Difference:
    """Hold the two-way coefficient to the average over treated rows of effects by cohort and period.

    Parameters
    ----------
    subject
        The effect; treatment enters by its indicator and stays.
    """
    equation, treatment = subject.equation, subject.treatment
    one = _absorbed(subject.sample, [treatment, *equation.regressors], equation)
    sample = one.sample
    treated = sample[treatment].to_numpy() == 1
    place = levels_of(sample[cohort_column(treatment)]).by(levels_of(sample[equation.period])).codes
    cells = pd.DataFrame(
        {f"cell {each}": (treated & (place == each)).astype("float64") for each in np.unique(place[treated])},
        index=sample.index,
    )
    several = _absorbed(pd.concat([sample, cells], axis=1), [*cells, *equation.regressors], equation)
    root = np.sqrt(several.weights)
    weight = several.weights
    own = _weights_of(one.regressors[treatment].to_numpy(), one.regressors.drop(columns=treatment).to_numpy())
    columns = several.regressors
    sizes = np.array([float((weight * several.sample[name]).sum()) if name in cells else 0.0 for name in columns])
    values, target = columns.to_numpy(), sizes / sizes.sum()
    inverse = np.linalg.pinv(values.T @ values)
    outcome = several.outcome
    residual = outcome - values @ (inverse @ (values.T @ outcome))
    apart = own - values @ (inverse @ target)
    value = float(apart @ outcome)
    p_value = _p_value(apart * residual, value, several.sample, subject)
    counted = own * root  # of an outcome that is not times the root of its weight
    shares = np.abs(counted[treated]) / np.abs(counted[treated]).sum()
    return Difference(
        value, float((inverse @ target) @ (values.T @ outcome)), p_value, float(shares[counted[treated] < 0].sum())
    )


def _absorbed(sample: pd.DataFrame, terms: list[str], equation: Equation) -> Absorbed:
    fit = fit_absorbed(sample, terms, equation, Ledger("estimation", "diagnosis"))
    assert fit.absorbed is not None
    return fit.absorbed


def _weights_of(column: Numbers, others: Numbers) -> Numbers:
    """Give the weights of outcomes in the coefficient of a column beside others."""
    if others.shape[1]:
        column = column - others @ np.linalg.lstsq(others, column, rcond=None)[0]
    return np.asarray(column / (column @ column))


def _p_value(contributions: Numbers, value: float, sample: pd.DataFrame, subject: Subject) -> float:
    """Test a difference by contributions to its error, added up by cluster; by unit where there are no clusters."""
    from scipy.stats import t as student

    inference = subject.equation.inference
    (name, *_) = (inference.cluster if inference.vcov.clusters else None) or [subject.equation.unit]
    meat, count = clustered_meat(contributions[:, None], pd.factorize(sample[name])[0])
    error = float(np.sqrt(meat[0, 0] * count / (count - 1)))
    return float(2 * student.sf(abs(value) / error, count - 1)) if error > 1e-12 * abs(value) else 1.0


def forbidden_share(subject: Subject) -> float:
    """Give the weight of comparisons with units treated already in a two-way estimate with unit and period effects.

    Weights depend on who is treated when and not on outcomes, so that units with missing outcomes count as if they were
    observed in all periods.

    Parameters
    ----------
    subject
        The effect.
    """
    equation, sample = subject.equation, subject.sample
    units = sample.drop_duplicates(equation.unit)[[equation.unit, cohort_column(subject.treatment)]]
    grid = units.merge(pd.DataFrame({equation.period: np.sort(sample[equation.period].unique())}), how="cross")
    cohort = grid[cohort_column(subject.treatment)].astype("float64")
    since = grid[equation.period] - cohort
    grid[subject.treatment] = (since >= 0).astype("int64")
    grid[event_time_column(subject.treatment)] = since
    grid["outcome"] = np.zeros(len(grid))
    plain = Equation(
        outcome="outcome",
        unit=equation.unit,
        period=equation.period,
        treatments=[subject.treatment],
        estimator=DIAGNOSING["comparisons"],
    )
    rows = block_results(grid, [plain]).estimates
    shares = rows.loc[rows["term"].isin([LATER, ALWAYS]), "weight_share"]
    return float(shares.sum()) if rows["weight_share"].notna().any() else float("nan")
