r"""Within which bound leads can be said to be.

Leads that are not significant do not show that trends are parallel. Here the null hypothesis is that they are not, by
as much as a bound, and a small bound that is rejected is evidence for parallel trends before treatment (Dette &
Schumann 2024, Testing for Equivalence of Pre-Trends in Difference-in-Differences Estimation, Journal of Business &
Economic Statistics 42(4)).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ruralpanel.arrays import Numbers
from ruralpanel.reasons import because
from ruralpanel.sensitivity.event_study import EventStudy
from ruralpanel.sensitivity.results import OUTCOME
from ruralpanel.study.sensitivity import EquivalenceOfLeads


def analyse(declared: EquivalenceOfLeads, study: EventStudy, effects: list[int]) -> list[dict[str, Any]]:
    """Give the smallest bounds that hold for all leads and for their mean, and test the bound that is asked for.

    Parameters
    ----------
    declared
        Gives the bound to be tested, if any.
    study
        Coefficients and their covariance.
    effects
        The event times of the effects.

    Returns
    -------
    list of dict
        Rows of the results.
    """
    count = len(study.leads)
    covariance = study.covariance[:count, :count]
    mean = np.full(count, 1 / count)
    place = {"event_times": study.lead_times(effects), "interval_level": declared.level, "unit": OUTCOME}
    rows: list[dict[str, Any]] = []
    for name, estimates, errors in (
        ("largest_lead", study.leads, np.sqrt(np.diag(covariance))),
        ("mean_of_leads", np.array([mean @ study.leads]), np.array([np.sqrt(mean @ covariance @ mean)])),
    ):
        quantity = because(name)
        found = {**place, "quantity": quantity, "value": float(estimates[np.abs(estimates).argmax()])}
        smallest = smallest_equivalence(estimates, errors, declared.level)
        rows.append({**found, "quantity": because("bound_on", quantity=quantity), "value": smallest})
        if declared.threshold is not None:
            chance = float(chance_of_smaller(np.abs(estimates), declared.threshold, errors).max())
            rows.append(
                {**found, "under": because("as_large_as_the_bound"), "bound": declared.threshold, "p_value": chance}
            )
    return rows


def chance_of_smaller(size: Numbers, bound: float, errors: Numbers) -> Numbers:
    r"""Give the chance of estimates smaller in absolute value, if the coefficients are at a bound.

    Where the true coefficient is as large as the bound, the absolute value of its estimate has a folded normal
    distribution; an estimate that is small for that distribution rejects that the coefficient is so large.

    Parameters
    ----------
    size
        Absolute values of estimates.
    bound
        In the same unit.
    errors
        Their standard errors.
    """
    from scipy.special import ndtr

    return np.asarray(ndtr((size - bound) / errors) - ndtr((-size - bound) / errors))


def smallest_equivalence(estimates: Numbers, errors: Numbers, level: float) -> float:
    r"""Give the smallest bound within which all coefficients can be said to be.

    The null hypothesis is that one of them at least is as large as the bound; it is rejected if the test of each
    rejects (intersection and union: Dette & Schumann 2024, section 4.2.1), and so at the largest of the single bounds.

    Parameters
    ----------
    estimates, errors
        Coefficients and their standard errors.
    level
        One less the size of the test, as a share.

    Returns
    -------
    float
        In the outcome's unit.
    """
    from scipy.optimize import brentq

    def bound_of(size: float, error: float) -> float:
        def excess(bound: float) -> float:
            return float(chance_of_smaller(np.array(size), bound, np.array(error))) - (1 - level)

        return 0.0 if excess(0.0) <= 0 else float(brentq(excess, 0.0, size + 10 * error, xtol=1e-12 * error))

    return max(bound_of(abs(estimate), error) for estimate, error in zip(estimates, errors, strict=True))
