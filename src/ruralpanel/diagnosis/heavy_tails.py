"""Heavy tails: does the effect rest on extreme values of the outcome?

The outcome is brought in where its residual lies beyond two quantiles, and the effect estimated again: one step of a
trimmed mean's cousin by Huber (1964, Annals of Mathematical Statistics 35) from least squares. Fixed effects and
regressors leave nothing of the treatment's residual that brought-in rows would change, so that no regression is run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ruralpanel.absorption.levels import levels_of
from ruralpanel.diagnosis.finding import Finding, not_run, silent
from ruralpanel.diagnosis.residualised import residualised
from ruralpanel.reasons import because

if TYPE_CHECKING:
    from ruralpanel.diagnosis.subject import Subject
    from ruralpanel.study.diagnosis import HeavyTails

ITEM = "heavy_tails"


def diagnose(subject: Subject, settings: HeavyTails) -> Finding:
    """Bring extreme residuals in.

    Parameters
    ----------
    subject
        What is diagnosed.
    settings
        The share brought in at each end, and which change matters.

    Returns
    -------
    Finding
        A warning where the effect changes by more than so many of the standard errors that it then has.
    """
    whole = residualised(subject.sample, subject.equation, subject.entering)
    residuals = whole.residuals
    ends = np.quantile(residuals, [settings.winsorised, 1 - settings.winsorised])
    if not ends[0] < ends[1]:
        return not_run(ITEM, because("residuals_do_not_vary"))
    inner = np.clip(residuals, *ends)
    shift = float((whole.treatment * inner).sum() / (whole.treatment**2).sum())
    clusters = levels_of(whole.sample[subject.clusters[0]])
    error = whole.clustered_error(inner - shift * whole.treatment, clusters.codes)
    centred = residuals - residuals.mean()
    numbers = {
        "kurtosis": float((centred**4).mean() / (centred**2).mean() ** 2),
        "effect": whole.effect,
        "effect_winsorised": whole.effect + shift,
        "change_in_se": abs(shift) / error if error > 0 else np.inf,
    }
    if numbers["change_in_se"] > settings.change:
        flaw = because(
            "rests_on_extremes",
            share=settings.winsorised,
            effect=whole.effect,
            winsorised=whole.effect + shift,
            kurtosis=numbers["kurtosis"],
        )
        return Finding(ITEM, "warning", numbers, flaw, because("look_at_extremes"))
    return silent(ITEM, **numbers)
