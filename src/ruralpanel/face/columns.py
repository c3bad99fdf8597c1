"""From a frame as people have them to columns as the product reads them: names, types, and what cannot be used."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Hashable, Iterable

import numpy as np
import pandas as pd

from ruralpanel.absorption.levels import Levels, levels_of, spread
from ruralpanel.arrays import Codes
from ruralpanel.errors import Problem, counted, nearest
from ruralpanel.face.errors import FrameError
from ruralpanel.frames.computed import Computed
from ruralpanel.frames.periods.column import no_years, read_periods
from ruralpanel.frames.periods.frequency import FREQUENCIES, YEAR
from ruralpanel.frames.periods.spelling import read_period
from ruralpanel.panel.lists import FAR

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


def study_name(column: Hashable, taken: Collection[str]) -> str:
    """Name a column as a study would.

    Parameters
    ----------
    column
        What it is called in the frame.
    taken
        Names that other columns have already.

    Returns
    -------
    str
        The same where it can be a name of a study and is free, or else one made of its letters and digits.
    """
    written = str(column)
    if _NAME.fullmatch(written) and not keyword.iskeyword(written):
        name = written
    else:
        from ruralpanel.drafting.variables import name_from

        name = name_from(written) or "column"
    if name not in taken:
        return name
    return next(each for each in (f"{name}_{number}" for number in range(2, len(taken) + 3)) if each not in taken)


def checked_frame(frame: object, door: str) -> pd.DataFrame:
    """Give a frame back if it is one.

    Raises
    ------
    FrameError
        If it is no frame of pandas, has no rows, or has headers of several rows.
    """
    if not isinstance(frame, pd.DataFrame):
        what = f"the first argument is {type(frame).__name__}; expected a pandas DataFrame, one row a unit and period"
        raise FrameError([Problem(door, what, hint="pd.DataFrame(…) makes one; rp.read(path).table reads a file")])
    if isinstance(frame.columns, pd.MultiIndex):
        what = "the frame's columns have names in several rows"
        raise FrameError([Problem(door, what, hint="panel.columns = ['_'.join(each) for each in panel.columns]")])
    if frame.empty:
        raise FrameError([Problem(door, "the frame has no rows")])
    return frame


def existing(frame: pd.DataFrame, wanted: Iterable[tuple[str, Hashable]], door: str) -> None:
    """Complain of every column that the frame has not, or has twice.

    Parameters
    ----------
    frame
        The frame.
    wanted
        Arguments, each with a column it names.
    door
        The function, for the message.

    Raises
    ------
    FrameError
        With all that are missing, and the nearest column for each.
    """
    columns: list[Hashable] = list(frame.columns)
    index = [each for each in frame.index.names if each is not None]
    problems = []
    for argument, name in dict.fromkeys(wanted):
        if columns.count(name) > 1:
            what = f"the frame has {columns.count(name)} columns called `{name}`"
            problems.append(Problem(door, what, argument, "panel.loc[:, ~panel.columns.duplicated()] keeps the first"))
        elif name not in columns and name in index:
            what = f"`{name}` is in the index of the frame, and not among its columns"
            problems.append(Problem(door, what, argument, "panel.reset_index() makes columns of the index"))
        elif name not in columns:
            hint = nearest(name, map(str, columns))
            problems.append(Problem(door, f"the frame has no column `{name}`", argument, hint))
    if problems:
        raise FrameError(problems)


def numbers(values: pd.Series, argument: str, door: str, computed: Computed | None = None) -> pd.Series:
    """Read a column that has to hold numbers.

    Parameters
    ----------
    values
        As the frame has them: any type of numpy or pandas, truth values among them.
    argument, door
        Who asks for it.
    computed
        Keeps what is found out.

    Returns
    -------
    pandas.Series
        Of numpy's types, with NaN where a value is missing.

    Raises
    ------
    FrameError
        If a value is text, a date or infinite.
    """
    if pd.api.types.is_bool_dtype(values) and not values.isna().any():
        return values.astype("int64")
    found = values
    if (
        values.dtype not in ("int64", "float64")
        and not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values))
    ) or values.dtype == "complex":
        objects = values.astype(object)
        odd = objects[objects.notna() & ~objects.map(lambda each: isinstance(each, int | float | np.number | np.bool_))]
        if len(odd) or isinstance(values.dtype, pd.DatetimeTZDtype) or values.dtype.kind in "mMc":
            shown = ", ".join(repr(each) for each in odd.drop_duplicates().head(3)) or str(values.dtype)
            name = values.name
            what = f"`{name}` holds {shown}, and not numbers, in {counted(len(odd) or len(values), 'row')}"
            hint = f"pd.to_numeric(panel[{name!r}], errors='coerce') makes numbers, and missing where there is none"
            raise FrameError([Problem(door, what, argument, hint)])
        found = objects
    read = found
    if found.dtype not in ("int64", "float64"):
        whole = pd.api.types.is_integer_dtype(found) and not found.isna().any()
        read = found.astype("int64" if whole else "float64")
    facts = (computed or Computed()).facts(read)
    if not np.isfinite(facts.largest) and (infinite := int(np.isinf(read).sum())):
        what = f"`{values.name}` is infinite in {counted(infinite, 'row')}"
        hint = "panel.replace([np.inf, -np.inf], np.nan), if that means missing"
        raise FrameError([Problem(door, what, argument, hint)])
    return read


def labels(values: pd.Series, argument: str, door: str) -> pd.Series:
    """Read a column that tells groups apart: codes or names.

    Raises
    ------
    FrameError
        If it holds numbers and text, which nobody can tell apart or put in order.
    """
    found = values.astype(object) if isinstance(values.dtype, pd.CategoricalDtype) else values
    if found.dtype == object:
        kinds = {type(each) for each in found.dropna()}
        if len(kinds) > 1 and str in kinds:
            others = ", ".join(sorted(kind.__name__ for kind in kinds - {str}))
            what = f"`{values.name}` holds text and {others}, so that 1 and '1' would be two"
            raise FrameError([Problem(door, what, argument, f"panel[{values.name!r}].astype(str) makes text of all")])
        found = found.infer_objects()
    if pd.api.types.is_extension_array_dtype(found) and pd.api.types.is_numeric_dtype(found):
        found = found.astype("float64" if found.isna().any() else "int64")
    return found


def without_gaps(values: pd.Series, argument: str, door: str) -> None:
    """Complain of a key that is missing.

    Raises
    ------
    FrameError
        With the number of rows and the first of them.
    """
    missing = values.isna()
    if missing.any():
        what = f"`{values.name}` is missing in {counted(int(missing.sum()), 'row')}, first where the index is "
        what += repr(values[missing].index[0])
        hint = f"panel.dropna(subset=[{values.name!r}]), if these rows can go"
        raise FrameError([Problem(door, what, argument, hint)])


def periods(
    values: pd.Series, frequency: str | None, argument: str, door: str, computed: Computed | None = None
) -> pd.Series:
    """Read a column of periods into whole numbers, missing ones among them.

    Parameters
    ----------
    values
        Whole numbers; or, with a ``frequency``, what people write for it: ``2014Q3``, dates, pandas periods.
    frequency
        One of :data:`ruralpanel.frames.periods.frequency.FREQUENCIES`, or None for whole numbers.
    argument, door
        Who asks for it.
    computed
        Keeps what is found out.

    Raises
    ------
    FrameError
        If it holds anything else.
    """
    if frequency is not None and frequency not in FREQUENCIES:
        what, hint = f"{frequency!r} is no frequency", nearest(frequency, FREQUENCIES)
        raise FrameError([Problem(door, what, "frequency", hint)])
    if isinstance(values.dtype, pd.PeriodDtype):
        values = values.astype(object).map(str, na_action="ignore")
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    if frequency is not None:
        found = read_periods(values.rename(None), FREQUENCIES[frequency])
        if found.bad.any():
            what = f"`{values.name}` {found.rule}; found {values[found.bad].iloc[0]!r}"
            raise FrameError([Problem(door, what, argument)])
        return found.ordinals
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        kind = _frequency_of(values)
        hint = (
            f"say what a period is: frequency={kind!r}" if kind else "give every period a whole number, such as a year"
        )
        hint += " (or 'month', 'quarter', 'year', which each date is then in)" if kind == "day" else ""
        shown = ", ".join(repr(each) for each in values.dropna().drop_duplicates().head(3))
        what = f"`{values.name}` holds {shown}; expected whole numbers, such as years"
        raise FrameError([Problem(door, what, argument, hint)])
    read = values if values.dtype == "int64" else values.astype("float64")
    if read.dtype != "int64" and (broken := read[read.notna() & (read != read.round())]).size:
        what = f"`{values.name}` holds {broken.iloc[0]:g}; periods are whole numbers, one apart"
        hint = "count them: panel[name].rank(method='dense'), or number the waves"
        raise FrameError([Problem(door, what, argument, hint)])
    told = no_years(pd.Series((computed or Computed()).distinct(read)))
    if told:
        raise FrameError([Problem(door, f"`{values.name}` {told}", argument, "as the argument frequency='…'")])
    return read if read.hasnans else read.astype("int64")


def _frequency_of(values: pd.Series) -> str | None:
    """Give the frequency that values which are no numbers may be read by; the shortest, where they are of several."""
    spelt = [read_period(value) for value in values.dropna().unique()[:20]]
    kinds = {each.of for each in spelt if each is not None}
    return [each for each in FREQUENCIES if each in kinds][-1] if kinds and None not in spelt else None


def cohorts(
    values: pd.Series,
    never: Collection[object],
    panel_periods: pd.Series,
    frequency: str | None,
    door: str,
    computed: Computed | None = None,
) -> pd.Series:
    """Read the first period treated, missing for those never treated.

    Parameters
    ----------
    values
        As the frame has them; missing or infinite means never.
    never
        Further values that mean never.
    panel_periods
        The panel's, read.
    frequency
        As for :func:`periods`.
    door
        Who asks for it.
    computed
        Keeps what is found out.

    Raises
    ------
    FrameError
        If a value is no period, or so far from the panel's that it is likely to mean never.
    """
    name = values.name
    places, distinct = _places(values, computed)
    text = distinct.astype(object)
    known = ~text.isin(list(never)) & ~text.map(lambda each: isinstance(each, float) and np.isinf(each)).astype(bool)
    left = text.where(known)
    if left.dropna().map(lambda each: isinstance(each, int | float | np.number)).all():
        left = left.astype("float64")
    elif frequency is None:
        shown = ", ".join(repr(each) for each in left.dropna().drop_duplicates().head(3))
        what = f"`{name}` holds {shown}; expected the first period treated, a whole number, and missing for never"
        words = [each for each in left.dropna().unique() if isinstance(each, str) and not each.strip().isdigit()]
        hint = f"never={words[0]!r}, if that means never treated" if words else ""
        convert = f"pd.to_numeric(panel[{name!r}], errors='coerce') makes numbers, and missing where there is none"
        raise FrameError([Problem(door, what, "cohort", "; ".join(part for part in (hint, convert) if part))])
    left.name = name
    # 0 or 9999 among years is told below, as a word for never.
    numeric = pd.api.types.is_float_dtype(left) and frequency is None
    cohort = _whole(left, name, door) if numeric else periods(left, frequency, "cohort", door)
    first, last = panel_periods.min(), panel_periods.max()
    distance = FAR * (FREQUENCIES[frequency] if frequency else YEAR).a_year
    # 0 among periods 1, 2, 3 is a word for never too, or for a period long before: only the user knows.
    far = (cohort < first - distance) | (cohort > last + distance) | ((cohort == 0) & (first > 0))
    if far.any():
        odd = cohort[far].iloc[0]
        rows = int(far.sort_index().to_numpy()[places[places >= 0]].sum())
        what = f"`{name}` holds {odd:g} in {counted(rows, 'row')}, and the periods are {first} to {last}"
        hint = f"never={odd:g}, if that means never treated"
        if cohort.dropna().isin([0, 1]).all():
            hint = f"it holds 0 and 1, which say who is treated, and not since when: treated={name!r}"
        raise FrameError([Problem(door, what, "cohort", hint)])
    # The last is for what is missing.
    of_level = np.append(cohort.sort_index().to_numpy(dtype="float64", na_value=np.nan), np.nan)
    found = pd.Series(spread(of_level, places), index=values.index, name=name, copy=False)
    if computed is not None:
        levels = levels_of(of_level)
        computed.note("levels", [found], Levels(spread(levels.codes, places), levels.number))
    return found


def _places(values: pd.Series, computed: Computed | None) -> tuple[Codes, pd.Series]:
    """Number the values of a column, missing ones below zero, and give each once, by number and in order of its row."""
    if computed is not None and values.dtype in ("int64", "float64"):
        levels = computed.levels(values)
        distinct = pd.Series(values.to_numpy()[levels.first_rows])
        return levels.codes, distinct.iloc[np.argsort(levels.first_rows)]
    places, names = pd.factorize(values)
    return np.asarray(places, dtype="int32"), pd.Series(names)


def _whole(values: pd.Series, name: object, door: str) -> pd.Series:
    broken = values[values.notna() & (values != values.round())]
    if len(broken):
        what = f"`{name}` holds {broken.iloc[0]:g}; the first period treated is a whole number"
        raise FrameError([Problem(door, what, "cohort")])
    return values
