r"""A wild bootstrap of what clusters contribute to an estimate, for estimators that are no one regression.

An estimate's error is a sum :math:`\sum_g z_g` of what clusters contribute, in which residuals are those of the
estimate, so that they add up to nothing. With random :math:`v_g`,

.. math:: t^* = \frac{\sum_g v_g z_g}{\sqrt{\sum_g (v_g z_g)^2 - (\sum_g v_g z_g)^2 / G}}

is compared with the estimate over :math:`\sqrt{\sum_g z_g^2}`. The null hypothesis is not imposed, for none of these
estimators has a restricted one; residuals are not fitted anew.

References
----------
Callaway & Sant'Anna (2021), Difference-in-Differences with Multiple Time Periods, Journal of Econometrics 225(2),
section 4.2, algorithm 1: the multiplier bootstrap of influence functions.

Kline & Santos (2012), A Score Based Approach to Wild Bootstrap Inference, Journal of Econometric Methods 1(1), section
2, with the statistic studentised in every draw.
"""

from __future__ import annotations

import numpy as np

from ruralpanel.arrays import Numbers
from ruralpanel.inference.random_draws import share_as_large


def multiplied(estimate: float, contributions: Numbers, weights: Numbers, level: float) -> dict[str, float]:
    """Test that an effect is zero, and give the interval of what is not rejected.

    Parameters
    ----------
    estimate
        Of the effect.
    contributions
        Of clusters to its error, shape (clusters,).
    weights
        What they are multiplied with, shape (draws, clusters).
    level
        Coverage of the interval.

    Returns
    -------
    dict
        The columns of the bootstrap; nothing where clusters contribute nothing.
    """
    error = float(np.sqrt((contributions**2).sum()))
    if error == 0:
        return {}
    drawn = statistics_of(contributions, weights)
    critical = float(np.quantile(np.where(np.isfinite(drawn), np.abs(drawn), np.inf), level, method="higher"))
    return {
        # The draws are not made under the hypothesis, so that the statistic found is never among them.
        "p_value_bootstrap": share_as_large(estimate / error, drawn, exact=False),
        "interval_low_bootstrap": estimate - critical * error,
        "interval_high_bootstrap": estimate + critical * error,
    }


def statistics_of(contributions: Numbers, weights: Numbers) -> Numbers:
    """Compute the statistic of every draw; infinite where all that was drawn is the same."""
    sums = weights @ contributions
    spread = weights**2 @ contributions**2 - sums**2 / len(contributions)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(spread > 0, sums / np.sqrt(np.maximum(spread, 0.0)), np.inf)
