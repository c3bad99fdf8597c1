r"""How much selection on what is not observed it takes, relative to what is (Oster 2019).

A treatment :math:`X` is beside observed controls and something not observed, which matter for the outcome. Selection is
proportional if the covariance of :math:`X` with the index of the unobserved, relative to the variance of that index, is
:math:`\delta` times the same of the observed. From the regressions without and with controls, and the :math:`R^2` that
one with everything would have, the coefficient without bias follows for each :math:`\delta`, and the :math:`\delta` for
each coefficient (Oster 2019, Journal of Business & Economic Statistics 37(2), propositions 2 and 3 and corollary 1).
Fixed effects are taken out of everything before, so that each :math:`R^2` here is within them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ruralpanel.arrays import Numbers
from ruralpanel.reasons import because
from ruralpanel.sensitivity.regression import Regression
from ruralpanel.sensitivity.results import OUTCOME, CannotAnalyse
from ruralpanel.study.sensitivity import Oster


@dataclass(frozen=True)
class ShortAndLong:
    """What Oster's formulas take from the regressions without controls (short) and with them (long).

    Parameters
    ----------
    short, long
        Coefficients of the treatment.
    r_squared_short, r_squared_long
        Of the two regressions.
    outcome_variance, treatment_variance
        Of the variables that the regressions explain with.
    treatment_left
        Variance of the treatment that the controls do not explain.
    """

    short: float
    long: float
    r_squared_short: float
    r_squared_long: float
    outcome_variance: float
    treatment_variance: float
    treatment_left: float


def analyse(declared: Oster, regression: Regression) -> list[dict[str, Any]]:
    r"""Give both regressions, the coefficient without bias, and the :math:`\delta` of a coefficient of zero.

    Parameters
    ----------
    declared
        Says what to assume.
    regression
        With regressors beside the treatment.

    Returns
    -------
    list of dict
        Rows of the results.

    Raises
    ------
    CannotAnalyse
        If nothing is left of other regressors.
    """
    if regression.regressors.shape[1] == 1:
        raise CannotAnalyse("no_other_regressors")
    # In standard deviations, whatever the units of the data: a cubic equation has the powers of them.
    columns = regression.regressors / np.sqrt((regression.regressors**2).mean())
    deviation = float(np.sqrt((regression.outcome**2).mean()))
    unit = deviation / float(np.sqrt((regression.regressors[regression.term] ** 2).mean()))
    treatment, controls = columns[regression.term].to_numpy(), columns.drop(columns=regression.term).to_numpy()
    found = short_and_long(regression.outcome / deviation, treatment, controls)
    largest = min(declared.r_squared_factor * found.r_squared_long, 1.0)
    coefficient, r_squared, share = because("coefficient"), because("r_squared"), because("share")
    rows: list[dict[str, Any]] = [
        {"quantity": coefficient, "under": because("without_regressors"), "value": unit * found.short, "unit": OUTCOME},
        {"quantity": r_squared, "under": because("without_regressors"), "value": found.r_squared_short, "unit": share},
        {"quantity": coefficient, "under": because("with_regressors"), "value": unit * found.long, "unit": OUTCOME},
        {"quantity": r_squared, "under": because("with_regressors"), "value": found.r_squared_long, "unit": share},
    ]
    without_bias = unit * coefficient_without_bias(found, declared.delta, largest)
    ends = {
        "interval_low": min(without_bias, unit * found.long),
        "interval_high": max(without_bias, unit * found.long),
    }
    rows.append(
        {
            "quantity": coefficient,
            "under": because("selection_on_unobserved", times=declared.delta),
            "bound": largest,
            "value": without_bias,
            **ends,
            "unit": OUTCOME,
            "reason": because("set_without_error"),
        }
    )
    delta = selection_that_gives(found, 0.0, largest)
    rows.append(
        {
            "quantity": because("delta"),
            "under": because("coefficient_of_zero"),
            "bound": largest,
            "value": delta,
            "unit": because("selection_on_regressors"),
        }
    )
    return rows


def short_and_long(outcome: Numbers, treatment: Numbers, controls: Numbers) -> ShortAndLong:
    """Run the regressions without and with controls, and that of the treatment on the controls.

    Parameters
    ----------
    outcome, treatment
        With mean zero, shape (rows,).
    controls
        The same, shape (rows, controls).
    """
    both = np.column_stack([treatment, controls])
    coefficients = np.linalg.lstsq(both, outcome)[0]
    short = float(treatment @ outcome / (treatment @ treatment))
    left = treatment - controls @ np.linalg.lstsq(controls, treatment)[0]
    total = float(outcome @ outcome)
    return ShortAndLong(
        short=short,
        long=float(coefficients[0]),
        r_squared_short=1 - float(((outcome - short * treatment) ** 2).sum()) / total,
        r_squared_long=1 - float(((outcome - both @ coefficients) ** 2).sum()) / total,
        outcome_variance=total / len(outcome),
        treatment_variance=float(treatment @ treatment) / len(outcome),
        treatment_left=float(left @ left) / len(outcome),
    )


def selection_that_gives(found: ShortAndLong, coefficient: float, r_squared: float) -> float:
    r"""Give the :math:`\delta` under which the coefficient without bias is a given one.

    Parameters
    ----------
    found
        From :func:`short_and_long`.
    coefficient
        Usually 0: how much selection would explain all of the estimate.
    r_squared
        Of a regression with everything, above that with controls.

    Returns
    -------
    float
        Times as much selection on the unobserved as on the observed; negative where the bias would have to go the other
        way; infinite where no amount of it gives the coefficient.
    """
    constant, by_delta = _cubic(found, r_squared)
    bias = found.long - coefficient
    below = float(np.polyval(by_delta, bias))
    above = -float(np.polyval(constant, bias))
    return above / below if below else float("inf")


def coefficient_without_bias(found: ShortAndLong, delta: float, r_squared: float) -> float:
    r"""Give the coefficient without bias under a given :math:`\delta`.

    Of several solutions, those come first that move the coefficient in the direction in which controls have moved it
    (Oster's assumption 3), and of these the one closest to the coefficient with controls, as in Stata's psacalc.

    Parameters
    ----------
    found
        From :func:`short_and_long`.
    delta
        1: as much selection on the unobserved as on the observed.
    r_squared
        Of a regression with everything, above that with controls.
    """
    constant, by_delta = _cubic(found, r_squared)
    roots = np.roots(np.trim_zeros(constant + delta * by_delta, "f"))
    biases = roots[np.abs(roots.imag) < 1e-9 * (1 + np.abs(roots))].real
    moved = np.sign(found.long - found.short)
    found_to_be: list[float] = sorted(
        (float(found.long - bias) for bias in biases),
        key=lambda each: (np.sign(each - found.long) != moved, abs(each - found.long)),
    )
    return found_to_be[0]


def _cubic(found: ShortAndLong, r_squared: float) -> tuple[Numbers, Numbers]:
    r"""Give the cubic in the bias that is zero, as coefficients of a part without and one with :math:`\delta`."""
    x, left = found.treatment_variance, found.treatment_left
    moved = found.short - found.long
    explained = (found.r_squared_long - found.r_squared_short) * found.outcome_variance
    unexplained = (r_squared - found.r_squared_long) * found.outcome_variance
    curve = left * (x - left)
    constant = np.array([-curve, -2 * left * moved * x, -explained * left - x * left * moved**2, 0.0])
    by_delta = np.array([curve, left * moved * x, unexplained * (x - left), unexplained * moved * x])
    return constant, by_delta
