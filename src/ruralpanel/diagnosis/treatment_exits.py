"""Treatment that ends though the study takes it to stay.

Estimators by cohort take every period after the first as treated. Units that left and are still counted so pull the
effect towards zero, and what is estimated is the effect of having ever been treated (de Chaisemartin and D'Haultfœuille
2024, Review of Economics and Statistics).
"""

from __future__ import annotations

import pandas as pd

from ruralpanel.diagnosis.finding import Finding, Level, silent
from ruralpanel.diagnosis.subject import Subject
from ruralpanel.reasons import because
from ruralpanel.study.diagnosis import TreatmentExits

ITEM = "treatment_exits"

EXIT = "exit"
"""What the panel stage calls it when a unit is missing from a list and was on the one before."""


def diagnose(subject: Subject, settings: TreatmentExits) -> Finding:
    """Count treated units whose treatment ends, by yearly lists, or by an intensity that falls to zero.

    Parameters
    ----------
    subject
        The effect.
    settings
        From which share of the treated on exits are a warning.

    Returns
    -------
    Finding
        With `exits`, the number of treated units (or levels) that leave, and their `share`.
    """
    if not subject.equation.absorbing:
        return silent(ITEM)
    sample, unit = subject.adoption.sample, subject.equation.timing_unit
    treated = _names(sample.loc[subject.adoption.event_time >= 0, unit])
    gone = treated & (_left_a_list(subject) | _fell_to_zero(subject, sample, unit))
    share = len(gone) / len(treated)
    numbers = {"exits": float(len(gone)), "share": share}
    if not gone:
        return silent(ITEM, **numbers)
    told = {"treatment": subject.treatment, "number": len(gone), "treated": len(treated), "share": share}
    level: Level = "warning" if share >= settings.share else "note"
    return Finding(ITEM, level, numbers, because("treatment_ends", **told), because("let_treatment_end"))


def _left_a_list(subject: Subject) -> set[str]:
    """List the units that left a yearly list."""
    events = subject.events
    return set() if events is None or events.empty else _names(events.loc[events["event"] == EXIT, "unit"])


def _fell_to_zero(subject: Subject, sample: pd.DataFrame, unit: str) -> set[str]:
    """List the units whose intensity is zero after treatment began."""
    name = f"{subject.treatment}_intensity"
    if name not in sample:
        return set()
    over = (subject.adoption.event_time > 0) & (sample[name] == 0).to_numpy()
    return _names(sample.loc[over, unit])


def _names(units: pd.Series) -> set[str]:
    """Give units as text, since a file of events does not say whether 1 is a number or a code."""
    return set(units.astype("str"))
