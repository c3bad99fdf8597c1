r"""Effects before treatment begins: the outcome leaves its course already in the last periods taken for untreated.

With :math:`\delta_e` the course of the event study, zero at the last period :math:`r` before treatment and its declared
anticipation, and :math:`s` its first lead, what the last :math:`k` periods add to the course before them is

.. math:: a_k = \delta_r - \delta_{r-k} - k \frac{\delta_{r-k} - \delta_s}{r - k - s},

their change less :math:`k` times the mean of earlier changes, so that a difference in trends that is a straight line is
none. No anticipation is assumption 3 of Callaway and Sant'Anna (2021, Journal of Econometrics 225(2)); a dip or rise
just before treatment is Ashenfelter's (1978, Review of Economics and Statistics 60(1)).
"""

from __future__ import annotations

import numpy as np

from ruralpanel.diagnosis.finding import Finding, silent
from ruralpanel.diagnosis.subject import Subject
from ruralpanel.reasons import because
from ruralpanel.sensitivity.event_study import event_study_of
from ruralpanel.sensitivity.results import CannotAnalyse
from ruralpanel.study.diagnosis import Anticipation

ITEM = "anticipation"

LEADS = 5
"""Event times before the last untreated one that make up the course before it."""


def diagnose(subject: Subject, settings: Anticipation) -> Finding:
    """Test whether the last periods before treatment are off the course of those before them.

    Parameters
    ----------
    subject
        The effect.
    settings
        The size of the test.

    Returns
    -------
    Finding
        With `p`, by the t distribution of the clusters less one and adjusted for how many numbers of periods are tried;
        and of that with the smallest, `periods` and their `jump` in the outcome's unit.

    Raises
    ------
    CannotAnalyse
        If fewer than two periods are observed before the last one.
    """
    from scipy.stats import t as student

    found = subject.around(subject.base - LEADS, 4)
    study, _ = event_study_of(found.estimates, found.covariance, -1 - subject.base)
    leads = len(study.leads)
    if leads < 2:
        raise CannotAnalyse("few_periods_before")
    tried = []
    for periods in range(1, min(settings.periods, leads - 1) + 1):
        weights = np.zeros(len(study.coefficients))
        weights[leads - periods] -= 1 + periods / (leads - periods)
        weights[0] += periods / (leads - periods)
        jump = float(weights @ study.coefficients)
        error = float(np.sqrt(weights @ study.covariance @ weights))
        tried.append((float(2 * student.sf(abs(jump / error), subject.degrees_of_freedom)), periods, jump))
    p_value, periods, jump = min(tried)
    p_value = min(1.0, p_value * len(tried))
    numbers = {"p": p_value, "jump": jump, "periods": float(periods)}
    if p_value >= settings.size:
        return silent(ITEM, **numbers)
    flaw = because("moves_before_treatment", time=subject.base + 1 - periods, jump=jump, p=p_value)
    return Finding(ITEM, "warning", numbers, flaw, because("declare_anticipation", periods=periods - 1 - subject.base))
