r"""Effects before treatment begins: the outcome leaves its course already in the last period taken for untreated.

With :math:`\beta_e` the event study's coefficients, zero at the last period :math:`r` before treatment and its declared
anticipation, what :math:`r` adds to the course before it is

.. math:: a = -\beta_{r-1} - \frac{\beta_{r-1} - \beta_{s}}{r - 1 - s},

where :math:`s` is the first lead: the last change less the mean of the earlier ones, so that a difference in trends
that is a straight line is none. No anticipation is assumption 3 of Callaway and Sant'Anna (2021, Journal of
Econometrics 225(2)); a dip or rise just before treatment is Ashenfelter's (1978, Review of Economics and Statistics
60(1)).
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
    """Test whether the last period before treatment is off the course of those before it.

    Parameters
    ----------
    subject
        The effect.
    settings
        The size of the test.

    Returns
    -------
    Finding
        With `p`, its p-value by the t distribution of the clusters less one, and `jump`, in the outcome's unit.

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
    weights = np.zeros(len(study.coefficients))
    weights[leads - 1] -= 1 + 1 / (leads - 1)
    weights[0] += 1 / (leads - 1)
    jump = float(weights @ study.coefficients)
    error = float(np.sqrt(weights @ study.covariance @ weights))
    clusters = found.estimates["clusters"].min()
    p_value = float(2 * student.sf(abs(jump / error), max(int(clusters) - 1, 1) if clusters > 0 else np.inf))
    if p_value >= settings.size:
        return silent(ITEM, p=p_value, jump=jump)
    flaw = because("moves_before_treatment", time=subject.base, jump=jump, p=p_value)
    return Finding(
        ITEM, "warning", {"p": p_value, "jump": jump}, flaw, because("declare_anticipation", periods=-subject.base)
    )
