r"""The effect of a treatment over the values of a moderator.

With moderators :math:`M_1, M_2, \ldots`, which may be products of others, the effect where they have the values
:math:`m` is :math:`\beta + \sum_k \gamma_k m_k`. It is a sum of coefficients, so that its variance has their
covariances: the intervals of :math:`\beta` and of :math:`\gamma` alone do not give its interval (Brambor, Clark and
Golder 2006, Understanding Interaction Models, Political Analysis 14(1), 63–82, equations 7 and 8).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.estimation.absorbed import Fit
from ruralpanel.estimation.estimates import no_estimate, statistics
from ruralpanel.estimation.terms import effect_at
from ruralpanel.reasons import because
from ruralpanel.study.blocks import Equation

VALUES = 25
"""At how many values the effect is reported."""
DIGITS = 5
"""With how many digits such a value is written."""
RANGE = (0.05, 0.95)
"""The quantiles of treated rows between which they lie: beyond, few treated rows speak to the effect."""


def _rounded(value: float, spread: float) -> float:
    """Round to five digits, and to more where values differ in these only."""
    ahead = int(np.log10(abs(value) / spread)) - 1 if value and spread else 0
    return float(f"{value:.{DIGITS + max(ahead, 0)}g}")


def written_values(low: float, high: float) -> list[float]:
    """Spread values evenly, written with as many digits as tell them apart."""
    return rounded_to_differ(np.linspace(float(low), float(high), VALUES).tolist())


def rounded_to_differ(values: list[float]) -> list[float]:
    """Round values in their order to as many digits as tell them apart; each once."""
    return list(dict.fromkeys(_rounded(value, values[-1] - values[0]) for value in values))


def effects_along(fit: Fit, equation: Equation) -> list[dict[str, Any]]:
    """Report the effect of each treatment at values of the moderator that the equation names with ``along``.

    Parameters
    ----------
    fit
        The regression, by least squares.
    equation
        What was estimated.

    Returns
    -------
    list of dict
        One row a treatment and value, evenly spread over the treated rows but for their outer twentieths, other
        moderators at their means there. A treatment that is not in the regression, or one of whose moderators is not,
        has one row with the reason.
    """
    assert fit.absorbed is not None and equation.along is not None
    sample, along = fit.absorbed.sample, equation.along
    rows = []
    for treatment in (equation.intensities.get(name, name) for name in equation.treatments):
        columns = [treatment, *(f"{treatment}*{moderator}" for moderator in equation.moderators)]
        left_out = [name for name in columns if name not in fit.coefficients.index]
        treated = sample[sample[treatment].astype("float64") != 0]
        if left_out or treated.empty:
            reason = because("collinear_term", term=left_out[0]) if left_out else because("no_treated_row")
            rows.append(no_estimate(equation, reason, None, **fit.shared) | effect_at(treatment, along))
            continue
        means = {
            part: float(treated[part].astype("float64").mean())
            for moderator in equation.moderators
            for part in moderator.split("*")
        }
        low, high = treated[along].astype("float64").quantile(list(RANGE))
        values = written_values(low, high)
        covariance = fit.covariance.matrix.loc[columns, columns].to_numpy(dtype="float64")
        for value in values:
            at = means | {along: value}
            products = [np.prod([at[part] for part in moderator.split("*")]) for moderator in equation.moderators]
            multiples = np.array([1.0, *products])
            numbers = statistics(
                float(multiples @ fit.coefficients[columns].to_numpy(dtype="float64")),
                float(np.sqrt(max(multiples @ covariance @ multiples, 0.0))),  # zero but for rounding
                fit.covariance.freedom_of(pd.Series(multiples, index=columns)),
                equation.inference.level,
                tuple(np.abs(multiples) @ fit.covariance.rounding.loc[columns, ["estimate", "error"]].to_numpy()),
            )
            rows.append({**effect_at(treatment, along, value), **fit.shared, **numbers})
    return rows
