"""Regressors that respond to treatment: what is held constant is part of the effect (Angrist and Pischke 2009, Mostly
Harmless Econometrics, section 3.2.3).

Each regressor is an outcome here: the two-way effect of treatment on it, with the equation's fixed effects, weights and
standard errors and no other regressors. p-values are adjusted for their number (Holm 1979, Scandinavian Journal of
Statistics 6(2)).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ruralpanel.diagnosis.finding import Finding, silent
from ruralpanel.diagnosis.subject import Subject
from ruralpanel.inference.multiple_testing import holm
from ruralpanel.reasons import because
from ruralpanel.study.diagnosis import BadControl
from ruralpanel.treatment_columns import event_time_column

ITEM = "bad_control"


def diagnose(subject: Subject, settings: BadControl) -> Finding:
    """Estimate the effect of treatment on every regressor that changes within units.

    Parameters
    ----------
    subject
        The effect.
    settings
        The size of the test, and the least effect that counts.

    Returns
    -------
    Finding
        With `controls`, how many change over time; `responding`, how many respond; and of the one with the smallest
        adjusted p-value this `p` and its `effect_in_sd`, in standard deviations within units.
    """
    spread = {name: each for name in _controls(subject) if (each := _within(subject, name)) > 0}
    if not spread:
        return silent(ITEM, controls=0)
    found = {name: _effect(subject, name) for name in spread}
    known = {name: row for name, row in found.items() if row is not None}
    if not known:
        return silent(ITEM, controls=len(spread))
    adjusted = dict(zip(known, holm(np.array([p for _, p in known.values()])), strict=True))
    sizes = {name: estimate / spread[name] for name, (estimate, _) in known.items()}
    responding = [name for name in known if adjusted[name] < settings.size and abs(sizes[name]) >= settings.effect]
    first = min(responding or known, key=lambda name: (adjusted[name], name))
    numbers = {
        "controls": len(spread),
        "responding": len(responding),
        "p": float(adjusted[first]),
        "effect_in_sd": sizes[first],
    }
    if not responding:
        return silent(ITEM, **numbers)
    code = "control_responds" if len(responding) == 1 else "controls_respond"
    flaw = because(code, names=sorted(responding), effect=sizes[first], p=float(adjusted[first]))
    return Finding(ITEM, "warning", numbers, flaw, because("control_before"))


def _controls(subject: Subject) -> list[str]:
    """List the regressors that are no treatments themselves."""
    columns = subject.panel.columns
    return [name for name in subject.equation.regressors if event_time_column(name) not in columns]


def _within(subject: Subject, name: str) -> float:
    """Give the standard deviation of a regressor within units."""
    values = subject.sample[name].astype("float64")
    left = values - values.groupby(subject.sample[subject.equation.unit]).transform("mean")
    spread = float(left.std())
    return spread if spread > 1e-9 * float(values.abs().max()) else 0.0


def _effect(subject: Subject, name: str) -> tuple[float, float] | None:
    """Estimate the effect on a regressor, and give it with its p-value, where there is one."""
    rows = subject.estimated(outcome=name, outcome_column=name, transformation="none", regressors=[]).estimates
    row = rows[rows["effect_of"] == subject.entering]
    if row.empty or pd.isna(row["p_value"].iloc[0]):
        return None
    return float(row["estimate"].iloc[0]), float(row["p_value"].iloc[0])
