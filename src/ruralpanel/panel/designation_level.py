"""Treatments that are assigned above the panel's unit: what is read of them is one number a level and period."""

from __future__ import annotations

import pandas as pd

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.frames.ledger import Ledger
from ruralpanel.study.designation import Designation

SHOWN = 5
"""So many levels are named in an error."""


def read_at_level(
    panel: pd.DataFrame, name: str, designation: Designation, level: str, unit: str, period: str, ledger: Ledger
) -> tuple[pd.DataFrame, str]:
    """Give the panel as a designation of a level reads it.

    Units need not stay in one level: a row belongs to the level that it names, so that who moves takes the timing of
    the place moved to. An indicator or intensity is the level's, so that it may not differ among the rows of one
    period, and rows in which it is missing have that of the others.

    Parameters
    ----------
    panel
        One row a unit and period.
    name, designation
        The designation and its name.
    level
        The column of those whom treatment is assigned to.
    unit, period
        The panel's keys.
    ledger
        Gets a line with levels, units in several of them, rows without any, and what was taken from other rows.

    Returns
    -------
    tuple of (pandas.DataFrame, str)
        The panel, with the indicator or intensity filled within levels and periods; and the level.

    Raises
    ------
    DataError
        If no row has a level, or an indicator or intensity differs within a level and period.
    """
    if panel[level].isna().all():
        raise DataError([Problem("panel", f"no row has a `{level}`, the level of the designation {name}")])
    units = panel.dropna(subset=[level]).groupby(unit)[level].nunique()
    words = [
        f"assigned by {level}: {counted(panel[level].nunique(), 'level')}, in which {counted(len(units), 'unit')} are "
        "seen; whom these lines date are the levels"
    ]
    several = int((units > 1).sum())
    words += [f"{counted(several, 'unit')} in several of them, with the timing of each in its rows"] if several else []
    without = int(panel[level].isna().sum())
    words += [f"{counted(without, 'row')} without a {level}, where treatment is unknown"] if without else []
    column = designation.indicator or designation.intensity
    if column is not None:
        _require_one_value(panel, column, name, level, period)
        of_others = panel[column].fillna(panel.groupby([level, period])[column].transform("first"))
        filled = int(panel[column].isna().sum() - of_others.isna().sum())
        words += [f"{column} of {counted(filled, 'row')} as in the others of level and period"] if filled else []
        panel = panel.assign(**{column: of_others})
    ledger.note(f"designation {name}: level", len(panel), panel, "; ".join(words), [name])
    return panel, level


def _require_one_value(panel: pd.DataFrame, column: str, name: str, level: str, period: str) -> None:
    values = panel.groupby([level, period], sort=True)[column].nunique()
    several = values[values > 1]
    if several.empty:
        return
    levels = several.index.get_level_values(0).unique()
    examples = ", ".join(f"{each} in {when}" for each, when in several.index[:SHOWN])
    what = f"`{column}` differs among the rows of one {level} and {period} in {counted(len(levels), 'level')}: "
    what += examples
    hint = f"what is assigned by {level} is the same for all of it; correct the rows, or leave `level` out of {name}"
    raise DataError([Problem("panel", what, hint=hint)])
