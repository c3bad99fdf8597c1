r"""How strong an omitted variable would have to be (Cinelli & Hazlett 2020).

The bias of a coefficient by an omitted variable follows from two partial :math:`R^2`: how much it explains of the
treatment and of the outcome, each beyond the other regressors. The robustness value is the share of both that brings
the estimate down by a given part (Journal of the Royal Statistical Society B 82(1), section 4). It is a statement about
the sample, so that the statistics here are those of independent errors, whatever the estimate's own standard errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.reasons import because
from ruralpanel.sensitivity.regression import Regression
from ruralpanel.sensitivity.results import OUTCOME
from ruralpanel.study.sensitivity import OmittedVariable

ALL_OF_IT = because("explains_all")


@dataclass(frozen=True)
class Adjusted:
    """What an estimate would be beside an omitted variable.

    Parameters
    ----------
    with_treatment, with_outcome
        Its partial R² with both, as bounded by an observed variable.
    estimate, standard_error
        Of the treatment's coefficient.
    """

    with_treatment: float
    with_outcome: float
    estimate: float
    standard_error: float


def analyse(declared: OmittedVariable, regression: Regression) -> list[dict[str, Any]]:
    """Give partial R² and robustness values, and the estimate beside variables as strong as observed ones.

    Parameters
    ----------
    declared
        Says what to compare with.
    regression
        With regressors beside the treatment where it is compared with any.

    Returns
    -------
    list of dict
        Rows of the results.
    """
    from scipy.stats import t as student

    fit, left, term = regression.fit, regression.regressors, regression.term
    estimate, error = float(fit.coefficients[term]), fit.standard_error(term)
    freedom = fit.covariance.degrees_of_freedom
    statistic = estimate / error
    size = 1 - declared.level
    part = because("zero") if declared.reduction == 1 else because("share_of_it", share=1 - declared.reduction)
    robustness, coefficient = because("robustness_value"), because("coefficient")
    shares: list[dict[str, Any]] = [
        {"quantity": because("partial_r_squared"), "value": partial_r_squared(statistic, freedom)},
        {
            "quantity": robustness,
            "under": because("brought_down_to", part=part),
            "value": robustness_value(statistic, freedom, declared.reduction),
        },
        {
            "quantity": robustness,
            "under": because("no_longer_significant", size=size, part=part),
            "value": robustness_value(statistic, freedom, declared.reduction, size),
            "interval_level": declared.level,
        },
    ]
    rows: list[dict[str, Any]] = [{**row, "bound": declared.reduction, "unit": because("share")} for row in shares]
    rows[0].pop("bound")
    for benchmark in declared.benchmarks:
        if benchmark not in fit.coefficients.index:
            reason = because("term_collinear", term=benchmark)
            rows.append(
                {
                    "quantity": coefficient,
                    "under": because("beside_one_as_strong", benchmark=benchmark),
                    "reason": reason,
                }
            )
            continue
        with_outcome = partial_r_squared(fit.coefficients[benchmark] / fit.standard_error(benchmark), freedom)
        with_treatment = _partial_with_treatment(left, term, benchmark)
        for times in declared.times:
            under = {
                "quantity": coefficient,
                "under": because("beside_omitted", times=times, benchmark=benchmark),
                "bound": times,
            }
            found = adjusted_estimate(estimate, error, freedom, with_treatment, with_outcome, times)
            if found is None:
                rows.append({**under, "reason": because("no_such_variable", times=times, benchmark=benchmark)})
                continue
            half = float(student.ppf(0.5 + declared.level / 2, freedom - 1)) * found.standard_error
            rows.append(
                {
                    **under,
                    "value": found.estimate,
                    "standard_error": found.standard_error,
                    "interval_low": found.estimate - half,
                    "interval_high": found.estimate + half,
                    "interval_level": declared.level,
                    "unit": OUTCOME,
                    "reason": ALL_OF_IT if found.with_outcome == 1 else None,
                }
            )
    return rows


def _partial_with_treatment(left: pd.DataFrame, term: str, benchmark: str) -> float:
    """Give the share of the treatment, as other regressors leave it, that a benchmark explains."""

    left = left / np.sqrt((left**2).sum())  # whatever their units

    def squares_left(columns: list[str]) -> float:
        others = left[columns].to_numpy()
        treatment = left[term].to_numpy()
        return float(((treatment - others @ np.linalg.lstsq(others, treatment)[0]) ** 2).sum())

    others = [str(name) for name in left if name not in (term, benchmark)]
    return 1 - squares_left([*others, benchmark]) / squares_left(others)


def partial_r_squared(statistic: float, degrees_of_freedom: float) -> float:
    """Give the share of what is left of the outcome that a regressor explains, from its t statistic."""
    return statistic**2 / (statistic**2 + degrees_of_freedom)


def robustness_value(
    statistic: float, degrees_of_freedom: float, reduction: float = 1.0, significance: float | None = None
) -> float:
    r"""Give the share of treatment and outcome that an omitted variable must explain to matter.

    Parameters
    ----------
    statistic
        The coefficient's t statistic.
    degrees_of_freedom
        Of the regression.
    reduction
        By which share the estimate is brought down: 1 to zero.
    significance
        With a size such as 0.05: until the estimate, once brought down, is no longer significant at it; otherwise until
        it is down.

    Returns
    -------
    float
        Between 0 and 1; 0 where nothing is needed (sections 4.2 and 4.3).
    """
    from scipy.stats import t as student

    strength = reduction * abs(statistic) / np.sqrt(degrees_of_freedom)
    if significance is None:
        return _equal_shares(strength)
    freedom = degrees_of_freedom - 1
    critical = float(student.ppf(1 - significance / 2, freedom)) / np.sqrt(freedom)
    if strength <= critical:
        return 0.0
    # A variable that explains nothing of the treatment and all of the outcome may be the cheaper one.
    if strength > 1 / critical:
        return float((strength**2 - critical**2) / (1 + strength**2))
    return _equal_shares(strength - critical)


def _equal_shares(strength: float) -> float:
    return float((np.sqrt(strength**4 + 4 * strength**2) - strength**2) / 2)


def adjusted_estimate(
    estimate: float,
    standard_error: float,
    degrees_of_freedom: float,
    benchmark_with_treatment: float,
    benchmark_with_outcome: float,
    times: float,
) -> Adjusted | None:
    """Give the estimate beside an omitted variable as strong as a multiple of an observed one.

    Parameters
    ----------
    estimate, standard_error, degrees_of_freedom
        Of the regression as it is.
    benchmark_with_treatment, benchmark_with_outcome
        Partial R² of the observed variable, with the treatment beyond other regressors, and with the outcome beyond
        these and the treatment.
    times
        How many times as strong, with both.

    Returns
    -------
    Adjusted
        From section 4.4, equations 13 and following; None where no variable can be so strong.
    """
    relative = benchmark_with_treatment / (1 - benchmark_with_treatment)
    with_treatment = times * relative
    if with_treatment >= 1 or times * benchmark_with_treatment >= 1:
        return None
    overlap = times * benchmark_with_treatment * relative / (1 - times * benchmark_with_treatment)
    if overlap >= 1:
        return None
    factor = (np.sqrt(times) + np.sqrt(overlap)) / np.sqrt(1 - overlap)
    with_outcome = min(float(factor**2 * benchmark_with_outcome / (1 - benchmark_with_outcome)), 1.0)
    bias = standard_error * np.sqrt(degrees_of_freedom * with_outcome * with_treatment / (1 - with_treatment))
    error = standard_error * np.sqrt((1 - with_outcome) / (1 - with_treatment))
    error *= np.sqrt(degrees_of_freedom / (degrees_of_freedom - 1))
    return Adjusted(with_treatment, with_outcome, float(np.sign(estimate) * (abs(estimate) - bias)), float(error))
