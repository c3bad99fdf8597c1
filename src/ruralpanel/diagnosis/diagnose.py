"""Look for every item in every subject of a study, into one table."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module

import numpy as np
import pandas as pd

from ruralpanel.absorption.levels import levels_of
from ruralpanel.diagnosis.finding import Finding, findings_frame, not_run
from ruralpanel.diagnosis.modules import item_module, items_looked_for
from ruralpanel.diagnosis.subject import Subject, subject_of
from ruralpanel.errors import DataError
from ruralpanel.estimation.assignment import Levels
from ruralpanel.estimation.sample import with_plain_numbers
from ruralpanel.inference.random_draws import generator
from ruralpanel.reasons import Reason, ReasonedError, because
from ruralpanel.study.diagnosis import Diagnosis
from ruralpanel.study.subjects import DeclaredSubject

LOG = logging.getLogger(__name__)


def diagnose(
    settings: Diagnosis,
    subjects: Sequence[DeclaredSubject],
    panel: pd.DataFrame,
    estimates: pd.DataFrame,
    seed: int,
    events: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Look for every item in every subject.

    Parameters
    ----------
    settings
        The study's section.
    subjects
        From :func:`ruralpanel.study.subjects.subjects_of`.
    panel
        The panel, with the columns that equations and items name.
    estimates
        Tidy estimates of all blocks.
    seed
        The study's.
    events
        What yearly lists say of units, as the panel stage writes it, where there are any.

    Returns
    -------
    pandas.DataFrame
        The columns of :data:`ruralpanel.diagnosis.finding.COLUMNS`, one row a subject and item. An item that cannot be
        looked for is in it with the reason; without subjects there are no rows.
    """
    if not subjects:
        return findings_frame([])
    equation = subjects[0].equation
    panel, drawn = _drawn(panel, equation.unit, settings.rows, seed)
    levels = Levels(with_plain_numbers(panel), equation.unit, equation.period)
    found = []
    for number, declared in enumerate(subjects, start=1):
        items = items_looked_for(settings.skip)
        try:
            subject: Subject | Reason = subject_of(declared, panel, estimates, seed, levels, events)
        except Exception as error:  # ends the item, and no other
            subject = _reason(error)
        for item in items:
            LOG.info("%s, subject %d of %d", item.replace("_", " "), number, len(subjects))
            finding = not_run(item, subject) if isinstance(subject, Reason) else _looked_for(item, subject, settings)
            found.append((declared.treatment, declared.outcome, replace(finding, numbers={**finding.numbers, **drawn})))
    return findings_frame(found)


def _drawn(panel: pd.DataFrame, unit: str, rows: int, seed: int) -> tuple[pd.DataFrame, dict[str, float]]:
    """Draw units of a panel that is larger than what is looked at, and say how many."""
    if len(panel) <= rows:
        return panel, {}
    units = levels_of(panel[unit])
    number = max(int(units.number * rows / len(panel)), 1)
    chosen = np.zeros(units.number, dtype=bool)
    chosen[generator(seed, "diagnosis", "units").choice(units.number, number, replace=False)] = True
    return panel[chosen[units.codes]].reset_index(drop=True), {"units_drawn": float(number)}


def _looked_for(item: str, subject: Subject, settings: Diagnosis) -> Finding:
    """Look for one item, or say why that cannot be done."""
    try:
        found: Finding = import_module(item_module(item)).diagnose(subject, settings.settings(item))
    except Exception as error:  # ends the item, and no other
        return not_run(item, _reason(error))
    return found


def _reason(error: Exception) -> Reason:
    """Give the reason for which something cannot be done; of what nobody thought of, the log has the traceback."""
    if isinstance(error, ReasonedError):
        return error.reason
    if not isinstance(error, DataError):
        LOG.exception("an item of the diagnosis failed")
    return because("item_failed", error=f"{type(error).__name__}: {error}")
