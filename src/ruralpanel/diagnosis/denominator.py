"""Denominator: is the outcome divided by something that treatment itself moves?

An income per resident rises when residents leave. Where the study derives the outcome as a ratio or per head, the same
two-way equation is estimated with what stands below the line in the outcome's place (Kronmal 1993, Journal of the Royal
Statistical Society A 156, on ratios as outcomes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ruralpanel.diagnosis.finding import Finding, not_run, silent
from ruralpanel.inference.multiple_testing import holm
from ruralpanel.reasons import because

if TYPE_CHECKING:
    from ruralpanel.diagnosis.subject import Subject
    from ruralpanel.study.diagnosis import Denominator

ITEM = "denominator"


def diagnose(subject: Subject, settings: Denominator) -> Finding:
    """Estimate the effect on what the outcome is divided by.

    Parameters
    ----------
    subject
        What is diagnosed; its columns are those that stand below a line.
    settings
        The size of the test.

    Returns
    -------
    Finding
        A warning where one of them responds, adjusted for their number (Holm).
    """
    below = [name for name in subject.columns.get(ITEM, []) if name in subject.panel]
    if not below:
        return not_run(ITEM, because("no_denominator"))
    found = {}
    for name in below:
        positive = bool((subject.panel[name].dropna() > 0).all())
        rows = subject.estimated(
            outcome=name, outcome_column=name, transformation="log" if positive else "none"
        ).estimates
        found[name] = rows[rows["effect_of"] == subject.entering].iloc[0]
    known = {name: row for name, row in found.items() if pd.notna(row["p_value"])}
    if not known:
        return not_run(ITEM, because("denominator_not_estimated", columns=below))
    adjusted = dict(
        zip(known, holm(np.array([row["p_value"] for row in known.values()], dtype="float64")), strict=True)
    )
    name = min(adjusted, key=lambda each: adjusted[each])
    effect = float(known[name]["estimate"])
    numbers = {"p": adjusted[name], "effect_on_denominator": effect}
    if adjusted[name] < settings.size:
        flaw = because("denominator_moves", column=name, effect=effect, p=adjusted[name])
        return Finding(ITEM, "warning", numbers, flaw, because("look_at_numerator", column=name))
    return silent(ITEM, **numbers)
