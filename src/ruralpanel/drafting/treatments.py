"""What a draft takes for treatments: yearly lists, first periods treated, and 0/1 columns that switch on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pandas.api.types import is_numeric_dtype

from ruralpanel.drafting.described_files import DraftSource, free_name
from ruralpanel.errors import counted
from ruralpanel.frames.periods.frequency import Frequency

_FIRST_TREATED = re.compile(r"first|cohort|treat|adopt|start|listed|g$|首次|入选|开始", re.IGNORECASE)

MOST_COHORTS = 60
NEVER = (0, 9999, 10000)
"""What people write for the first period treated of units that never are."""


@dataclass
class Treatment:
    """A designation: its keys, what was seen, and the columns it was dated from."""

    name: str
    keys: dict[str, Any]
    evidence: str
    cohorts: pd.Series
    absorbing: bool = True


def treatments_from_lists(
    beside: Sequence[DraftSource], panel: pd.DataFrame, unit: str, period: str
) -> list[Treatment]:
    """Take every yearly list for a treatment, from the first year that a unit is on it.

    Parameters
    ----------
    beside
        The yearly lists.
    panel
        One row a unit and period.
    unit, period
        Its columns of these.

    Returns
    -------
    list of Treatment
        One a list, in their order.
    """
    found = []
    for source in beside:
        first = source.table.groupby(unit)[period].min()
        cohorts = panel[unit].map(first)
        share = panel.loc[cohorts.notna(), unit].nunique() / panel[unit].nunique()
        why = f"{source.path} has one row a unit and year and no numbers; {share:.0%} of units are on it"
        keys = {"list": {"source": source.name, "year": period}}
        found.append(Treatment(free_name(f"{source.name}_listed"[:50], set(panel)), keys, why, cohorts))
    return found


def treatments_from_columns(
    panel: pd.DataFrame, unit: str, period: str, of: Frequency, questions: list[str]
) -> list[Treatment]:
    """Find columns with the first period treated, and 0/1 columns that switch on, not in all units at once.

    Parameters
    ----------
    panel
        One row a unit and period.
    unit, period
        Its columns of these.
    of
        What its periods are.
    questions
        What the user is told; 0/1 columns that are no treatments are added, with why.

    Returns
    -------
    list of Treatment
        First periods, then indicators that stay on, then those that go off again.
    """
    ordered = panel.sort_values([unit, period], kind="stable")
    cohorts, indicators, of_periods, of_units = [], [], [], []
    for name in [str(each) for each in panel if each not in (unit, period) and is_numeric_dtype(panel[each])]:
        known = ordered[name].dropna()
        if not (known.isin([0, 1]).all() and known.nunique() == 2):
            cohorts += _first_treated(ordered, panel, name, unit, period, of)
        elif (ordered.groupby(period)[name].nunique() <= 1).all():
            of_periods.append(name)
        elif not ordered.groupby(unit)[name].diff().abs().eq(1).any():
            of_units.append(name)
        else:
            indicators += _switching_on(ordered, panel, name, unit, period)
    if of_periods:
        questions.append(
            f"no treatments, for they are 0 or 1 in all units of a {period} alike: {', '.join(of_periods)}"
        )
    if of_units:
        questions.append(f"no treatments, for they never change within {unit}: {', '.join(of_units)}")
    return [*cohorts, *sorted(indicators, key=lambda each: not each.absorbing)]


def _switching_on(ordered: pd.DataFrame, panel: pd.DataFrame, name: str, unit: str, period: str) -> list[Treatment]:
    """Take a 0/1 column for a treatment, if it is known in every row and switches on somewhere."""
    values, change = ordered[name], ordered.groupby(unit)[name].diff()
    on, off = int((change == 1).sum()), int((change == -1).sum())
    if not on or values.isna().any():
        return []
    first = ordered.loc[values == 1].groupby(unit)[period].min()
    cohorts = ordered[unit].map(first).reindex(panel.index)
    keys: dict[str, Any] = {"indicator": name} | ({"absorbing": False} if off else {})
    why = f"0 or 1, switches on in {counted(on, 'unit')}"
    why += f" and off {counted(off, 'time')}" if off else " and never off"
    return [Treatment(free_name(_name_of_treatment(name), set(panel)), keys, why, cohorts, absorbing=not off)]


def _first_treated(
    ordered: pd.DataFrame, panel: pd.DataFrame, name: str, unit: str, period: str, of: Frequency
) -> list[Treatment]:
    """Take a column for the first period treated, if it is named like one, whole and constant within units.

    Beside periods of the panel and the one behind its last it may hold one other number, which means never.
    """
    first, last = panel[period].min(), panel[period].max()
    known = ordered[name].dropna()
    when = known[known.between(first, last + 1)]
    others = sorted(set(known) - set(when))
    if (
        not _FIRST_TREATED.search(name)
        or len(when) == 0
        or when.nunique() > MOST_COHORTS
        or (known != known.round()).any()
        or len(others) > 1
        or (others and others[0] not in NEVER)
        or (ordered.groupby(unit)[name].nunique() > 1).any()
    ):
        return []
    keys = {"cohort": name} | ({"never": [int(others[0])]} if others else {})
    cohorts = panel[name].where(panel[name].between(first, last + 1))
    why = f"constant within units, {when.nunique()} periods from {of.label(when.min())} to {of.label(when.max())}"
    why += f"; {int(others[0])} taken for never" if others else "; missing taken for never"
    return [Treatment(free_name(_name_of_treatment(name), set(panel)), keys, why, cohorts)]


def _name_of_treatment(column: str) -> str:
    """Name a treatment by its column, of which it says that it is one unless the column does."""
    return "treatment" if column.startswith("treat") else f"treated_{column}"[:50]
