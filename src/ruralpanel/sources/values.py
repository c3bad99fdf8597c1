"""Give the values of a column their type: missing codes, numbers as people write them, dates, codes, scales."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.frames.characters import tidy_text
from ruralpanel.frames.periods.column import read_periods
from ruralpanel.frames.periods.frequency import frequency
from ruralpanel.frames.time_limit import PATIENCE, TakesTooLong, limited
from ruralpanel.sources.codes import EXACT_INTEGERS, read_codes, read_padded_codes
from ruralpanel.sources.distinct import EACH, Rows, different_cells, mapped
from ruralpanel.sources.number_formats import as_declared
from ruralpanel.sources.numbers import POINTS, Marks, read_numbers, unclear_numbers
from ruralpanel.sources.old_text import Unreadable
from ruralpanel.sources.plain_numbers import plain_numbers
from ruralpanel.sources.rules import (
    AS_DATES,
    DATES_AMONG_OTHERS,
    ERROR_OF_A_SPREADSHEET,
    INEXACT,
    NO_NUMBER,
    NO_NUMBER_AS_OTHERS,
    NOT_ONE_NUMBER,
    ONE_VALUE,
    PERCENT_ON_SOME,
    ROUNDED,
    TWO_WAYS,
    UNREADABLE,
)
from ruralpanel.sources.spoilt import (
    became_dates,
    cut_by_a_spreadsheet,
    dates_among,
    errors_of_a_spreadsheet,
    inexact_numbers,
    long_numbers,
    rounded_text,
    written_in_two_ways,
)
from ruralpanel.sources.typed import Typed
from ruralpanel.study.period_columns import PeriodColumn
from ruralpanel.study.source_columns import Column, Scalar

NEARLY_ALL = 0.9
"""A column without a declared type in which at least this share of cells are numbers is one of numbers, and the rest
are errors: a total, a footnote or a repeated header must not turn a column into text without a word."""

FEW = 10
"""With fewer cells than this, nothing is concluded from shares."""

FIRST_ROWS, LAST_ROWS = 2, 10
"""So many cells at the beginning or end of a column that are no numbers, above and below nothing but numbers, are taken
for units, totals and notes, and not for a sign that the column is text."""

_LEADING_ZERO = re.compile(r"^0\d")
_YEAR = r"(?:1[5-9]|20|21)[0-9]{2} ?(?:年|年度)"
_CODE_AS_FLOAT = re.compile(r"^\d{6,}\.0$")
_TIDY = "[!-&(-<>-_a-~](?:[ -~]*[!-~])?"
"""Plain characters without spaces around them or a mark of text before them, in which nothing is to be tidied."""


def type_column(
    raw: pd.Series,
    column: Column,
    codes: list[Scalar],
    marks: Marks = POINTS,
    identifies: bool = False,
    period: PeriodColumn | None = None,
) -> Typed:
    """Give a column its type.

    Parameters
    ----------
    raw
        The values as the file has them.
    column
        The declaration of the column.
    codes
        Values that mean missing.
    marks
        What commas and points in numbers stand for.
    identifies
        Whether the column tells units, groups or clusters apart: then no number may have lost digits.
    period
        What the periods are that the column holds, where it holds any: they become ordinals.

    Returns
    -------
    Typed
        The values, what cannot have the type, and what was done.
    """
    if period is None and column.type in (None, "number", "integer"):
        plain = plain_numbers(raw, codes, marks)
        if plain is not None:
            typed = _from_numbers(plain.values, column, identifies)
            typed.notes += [f"a marker of a missing value in {counted(plain.markers, 'row')}"] if plain.markers else []
            return _as_declared(typed, column, codes, plain.coded)
    # Every other cell is looked at once, however many rows it is in.
    cells, rows = different_cells(raw)
    if period is not None:
        return _over_rows(_from_periods(cells, codes, period, rows), rows)
    values, coded = _without_codes(cells, codes)
    typed = _over_rows(_typed(values, column, marks, identifies, rows), rows)
    return _as_declared(typed, column, codes, rows.number(coded))


def _over_rows(typed: Typed, rows: Rows) -> Typed:
    """Put what was found of different cells into the rows that they are in."""
    more = [(rows.spread(bad), rule) for bad, rule in typed.more]
    return Typed(rows.spread(typed.values), rows.spread(typed.bad), typed.rule, typed.notes, more)


def _as_declared(typed: Typed, column: Column, codes: list[Scalar], coded: int) -> Typed:
    """Say what was missing by its code, of codes that are written as numbers are too, and bring to scale."""
    numbers = [float(code) for code in codes if not isinstance(code, str)]
    if numbers and pd.api.types.is_numeric_dtype(typed.values):  # a code may be written as −9 or 9,999
        late = typed.values.isin(numbers)
        coded += int(late.sum())
        typed.values = typed.values.mask(late) if late.any() else typed.values
    if coded:
        typed.notes.insert(0, f"{counted(coded, 'value')} with a missing code set to missing")
    elif column.missing_codes:  # a code that is never met may be written otherwise in the file
        typed.notes.insert(0, f"no value with a missing code ({', '.join(map(str, column.missing_codes))})")
    if column.missing_below is not None and pd.api.types.is_numeric_dtype(typed.values):
        below = typed.values < column.missing_below
        if below.any():
            typed.values = typed.values.mask(below)
            what = f"{counted(int(below.sum()), 'value')} below {column.missing_below:g} set to missing"
            typed.notes.append(what)
    if column.rewrite is not None:
        typed.values, rewritten = _rewritten(typed.values, column.rewrite)
        typed.notes.append(f"{counted(rewritten, 'value')} rewritten")
    if column.scale != 1.0:
        if pd.api.types.is_numeric_dtype(typed.values):
            typed.values = typed.values * column.scale
            typed.notes.append(f"multiplied by {column.scale:g}" + (f", now in {column.unit}" if column.unit else ""))
        else:
            typed.more.append((typed.bad, typed.rule))
            typed.bad, typed.rule = (
                typed.values.notna() & ~typed.bad,
                f"must be a number to be multiplied by {column.scale:g}",
            )
    return typed


def _rewritten(values: pd.Series, rewrite: Mapping[str, str]) -> tuple[pd.Series, int]:
    """Rewrite texts that fit an expression as a whole, by the first that they fit; tell how many are others now."""
    patterns = [(re.compile(pattern), into) for pattern, into in rewrite.items()]
    table = {}
    try:
        with limited(PATIENCE):
            for text in values.dropna().unique():
                fits = [(found, into) for pattern, into in patterns if (found := pattern.fullmatch(text))]
                table[text] = fits[0][0].expand(fits[0][1]) if fits else text
    except TakesTooLong:
        what = f"`rewrite` takes more than {PATIENCE:g} seconds on the cells of this column"
        hint = "write its expressions without a repetition inside a repetition"
        raise DataError([Problem(f"column `{values.name}`", what, hint=hint)]) from None
    written = values.map(table, na_action="ignore").astype(values.dtype)
    return written, int((written != values)[values.notna()].sum())


def _from_periods(raw: pd.Series, codes: list[Scalar], period: PeriodColumn, rows: Rows) -> Typed:
    """Read periods, and what stands for never in a column of cohorts as missing, which means the same."""
    of = frequency(period.frequency)
    values, of_codes = _without_codes(raw, codes)
    values, of_never = _without_codes(values, list(period.never))
    coded, never = rows.number(of_codes), rows.number(of_never)
    read = read_periods(values, of, period.within)
    first, last = read.ordinals.min(), read.ordinals.max()
    known = "none" if pd.isna(first) else of.label(first) if first == last else f"{of.label(first)} to {of.label(last)}"
    notes = [f"{counted(coded, 'value')} with a missing code set to missing"] if coded else []
    notes += [f"{counted(never, 'value')} that mean never treated set to missing"] if never else []
    return Typed(read.ordinals, read.bad, read.rule, [*notes, f"read as {of.noun}s: {known}"])


def _without_codes(values: pd.Series, codes: list[Scalar]) -> tuple[pd.Series, pd.Series]:
    """Set declared missing codes to missing, and tell where they were; numbers match as numbers, texts as texts."""
    if not codes:
        return values, pd.Series(False, index=values.index)
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iuf":
        exact = [float(code) for code in codes if not isinstance(code, str)]
        # A number of single precision is its code as that precision has it: −99.9 there is −99.9000015.
        found = values.isin(np.array(exact, dtype=values.dtype) if values.dtype.kind == "f" else exact)
        return values.mask(found), found
    as_text = values.astype(object).map(lambda value: value.strip() if isinstance(value, str) else value)
    found = as_text.isin([code for code in codes if isinstance(code, str)])
    numbers = [float(code) for code in codes if not isinstance(code, str)]
    if numbers:
        is_code = as_text.map(lambda value: isinstance(value, str) and bool(_LEADING_ZERO.match(value)))
        found |= pd.to_numeric(as_text, errors="coerce").isin(numbers) & ~is_code  # 0099 is a place, not the number 99
    return values.mask(found), found


def _typed(values: pd.Series, column: Column, marks: Marks, identifies: bool, rows: Rows) -> Typed:
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    mark = "," if marks.decimal == "," else "."
    if values.dtype == object or column.read_as == "shown":
        values, refused = as_declared(values, column, mark)
        if refused is not None:
            return refused
        values = values if column.type == "text" else _as_numbers(values)
    if values.dtype == object:
        strange = values.map(lambda value: isinstance(value, (list, dict, tuple, set, bytes, np.ndarray)))
        if strange.any():
            unreadable = values.map(lambda value: isinstance(value, Unreadable)).any()
            return Typed(values.mask(strange), strange, UNREADABLE if unreadable else ONE_VALUE)
        long = long_numbers(values)
        if long.any() and (identifies or column.type in ("text", "integer", "code")):
            return Typed(values.mask(long).map(_plain, na_action="ignore").astype("str"), long, INEXACT)
        dates = dates_among(values)
        if dates.any() and (dates == values.notna()).all():
            values = pd.to_datetime(values)
        elif dates.any() and (identifies or column.type != "text"):
            return Typed(values.mask(dates).map(_plain, na_action="ignore").astype("str"), dates, DATES_AMONG_OTHERS)
    if column.level is not None or column.width is not None:
        return _from_codes(values, column, rows)
    if pd.api.types.is_datetime64_any_dtype(values):
        return _from_dates(values, column)
    if pd.api.types.is_bool_dtype(values):
        values = values.astype("float64")
    if pd.api.types.is_numeric_dtype(values):
        return _from_numbers(values, column, identifies, rows)
    written = values
    if not isinstance(values.dtype, pd.StringDtype):
        # A number that a spreadsheet holds as one has no mark that could be misread.
        stored = values.map(lambda value: isinstance(value, float)).astype(bool)
        written = values.map(_plain, na_action="ignore").astype("str")
        if column.type != "text":
            written = written.where(~stored, written.str.replace(".", mark, regex=False))
    text = mapped(written, tidy_text, _TIDY)
    text = text.mask(text == "")
    if column.type == "text":
        return _from_text(text, written, column, identifies, rows)
    return _from_written(text, written, column, marks, identifies, rows)


def _as_numbers(values: pd.Series) -> pd.Series:
    """Give cells of a spreadsheet that are all numbers, or all truth values, as numbers."""
    known = values.dropna()
    all_numbers = len(known) > 0 and known.map(lambda value: isinstance(value, (bool, int, float))).all()
    if not all_numbers or long_numbers(known).any():
        return values
    whole = len(known) == len(values) and known.map(lambda value: isinstance(value, int)).all()
    return values.astype("int64" if whole else "float64")


def _from_codes(values: pd.Series, column: Column, rows: Rows) -> Typed:
    """Read codes of so many digits; of those that are none, tell the ones that a spreadsheet program has rounded."""
    if column.level is not None:
        typed = read_codes(values, column.level, rows)
    else:
        assert column.width is not None
        typed = read_padded_codes(values, column.width, rows)
    if typed.bad.any():
        rounded = typed.bad & rounded_text(values.astype("str"), identifies=True, is_text=False)
        typed.more.append((rounded, ROUNDED))
        typed.bad = typed.bad & ~rounded
    return typed


def _from_written(
    text: pd.Series, written: pd.Series, column: Column, marks: Marks, identifies: bool, rows: Rows
) -> Typed:
    """Read text as numbers where it is one of numbers, by its declaration or by what its cells hold."""
    years = text.str.fullmatch(_YEAR, na=False)
    numbers, bad, note = read_numbers(text.where(~years, text.str.slice(0, 4)) if years.any() else text, marks, rows)
    notes = [note] if note else []
    notes += [f"年 taken out of {counted(rows.number(years), 'year')}"] if years.any() else []
    unclear = unclear_numbers(text, bad, marks) if bad.any() else bad
    errors = errors_of_a_spreadsheet(text) if column.type is None else pd.Series(False, index=text.index)
    none = bad & ~unclear & ~errors
    if column.type is None and text.notna().any():
        if _looks_like_codes(text, numbers):
            return _from_text(text, written, column, identifies, rows)
        if (none.any() and not _are_numbers(rows.spread(text.notna()), rows.spread(none), column)) or (
            numbers.isna().all() and not unclear.any()
        ):
            typed = _from_text(text, written, column, identifies, rows)
            return Typed(typed.values, typed.bad, typed.rule, [*typed.notes, *_odd_cells(text, none, rows)], typed.more)
    dates = became_dates(text) & none if identifies else pd.Series(False, index=text.index)
    none &= ~dates
    if identifies:
        rounded = rounded_text(text, identifies, is_text=False)
        if rounded.any():
            return Typed(numbers.mask(rounded), rounded, ROUNDED, notes, [(none, NO_NUMBER_AS_OTHERS)])
    typed = _from_numbers(numbers, column, identifies, rows)
    typed.notes += notes
    if not bad.any():
        return typed
    if none.any() and column.type is not None and not unclear.any():
        return Typed(typed.values, bad | typed.bad, NO_NUMBER, typed.notes)
    percent = unclear & text.str.endswith(("%", "％"), na=False)
    typed.more = [
        (typed.bad, typed.rule),
        (unclear & ~percent, NOT_ONE_NUMBER),
        (percent, PERCENT_ON_SOME),
        (dates, AS_DATES),
        (errors & bad, ERROR_OF_A_SPREADSHEET),
    ]
    typed.bad, typed.rule = none, NO_NUMBER if column.type else NO_NUMBER_AS_OTHERS
    return typed


def _odd_cells(text: pd.Series, none: pd.Series, rows: Rows) -> list[str]:
    """Tell the few cells for whose sake a column that holds numbers else is text."""
    odd, filled = rows.number(none), rows.number(text.notna())
    if not 0 < 2 * odd <= filled:
        return []
    shown = ", ".join(repr(each) for each in text[none].drop_duplicates().head(3))
    return [f"text, though {filled - odd:,} of {counted(filled, 'cell')} are numbers, for the sake of {shown}"]


def _are_numbers(filled: pd.Series, none: pd.Series, column: Column) -> bool:
    """Tell a column of numbers with some cells that are wrong from one of text."""
    known = none[filled]
    wrong = int(known.sum())
    if column.scale != 1.0 or column.minimum is not None or column.maximum is not None:
        return wrong < len(known)
    if len(known) >= FEW and len(known) - wrong >= NEARLY_ALL * len(known):
        return True
    cells = known.to_numpy()
    right = np.flatnonzero(~cells)
    if len(right) < max(2, wrong):
        return False
    first, last = int(right[0]), int(right[-1])
    return wrong == first + len(cells) - 1 - last and first <= FIRST_ROWS and len(cells) - 1 - last <= LAST_ROWS


def _from_text(text: pd.Series, written: pd.Series, column: Column, identifies: bool, rows: Rows) -> Typed:
    """Keep text, with codes as they are meant; a code that a spreadsheet program has rounded cannot be had back."""
    rounded = rounded_text(text, identifies, is_text=column.type == "text")
    as_float = text.str.match(_CODE_AS_FLOAT, na=False)
    text = text.mask(as_float, text.str.removesuffix(".0"))
    if column.matches is None:
        rounded |= cut_by_a_spreadsheet(text)
    nul = text.str.contains("\x00", regex=False, na=False)
    tidied = rows.number(text.notna() & (text != written.str.strip()))
    notes = [f"marks of text, invisible, full-width or .0 characters taken out of {counted(tidied, 'cell')}"]
    notes = notes if tidied else []
    if nul.any():
        return Typed(text, nul, "must be text, without a NUL byte", notes)
    typed = Typed(text, rounded, ROUNDED, notes, [(errors_of_a_spreadsheet(text), ERROR_OF_A_SPREADSHEET)])
    if identifies:
        typed.more.append((became_dates(text), AS_DATES))
        if column.type is None:
            typed.more.append((written_in_two_ways(text), TWO_WAYS))
    return typed


def _from_dates(values: pd.Series, column: Column) -> Typed:
    """Turn dates into years where all are first days of years, or all are last days, and into text else."""
    none_bad = pd.Series(False, index=values.index)
    known = values.dropna()
    for month, day, name in ((1, 1, "1 January"), (12, 31, "31 December")):
        if ((known.dt.month == month) & (known.dt.day == day)).all():
            typed = _from_numbers(values.dt.year.astype("float64"), column, identifies=False)
            typed.notes.append(f"dates that are all {name}, read as years")
            return typed
    text = values.dt.strftime("%Y-%m-%d").astype(object).where(values.notna(), None).astype("str")
    if column.type in ("number", "integer"):
        return Typed(text, values.notna(), "must hold numbers, not dates")
    return Typed(text, none_bad, "", ["dates, kept as text"])


def _from_numbers(values: pd.Series, column: Column, identifies: bool, rows: Rows = EACH) -> Typed:
    """Give numbers the declared type; whole numbers without gaps become integers."""
    none_bad = pd.Series(False, index=values.index)
    if pd.api.types.is_integer_dtype(values) and values.notna().all() and column.type != "number":
        exact = values.astype("int64")  # however long a code is
        return Typed(exact.astype("str") if column.type == "text" else exact, none_bad)
    as_float = pd.to_numeric(values).astype("float64")
    infinite = as_float.abs() == np.inf
    notes = [f"infinite in {counted(rows.number(infinite), 'row')}, set to missing"] if infinite.any() else []
    as_float = as_float.mask(infinite)
    fraction = as_float.notna() & (as_float != as_float.round())
    rounded = inexact_numbers(values) & ~infinite
    if (identifies or column.type in ("text", "integer")) and rounded.any():
        return Typed(as_float, rounded, INEXACT, notes)
    if column.type == "text":
        return Typed(as_float.map(_plain, na_action="ignore").astype("str"), none_bad, "", notes)
    if column.type == "integer" and fraction.any():
        return Typed(as_float, fraction, "must hold whole numbers", notes)
    if column.type != "number" and as_float.notna().all() and not fraction.any() and not rounded.any():
        return Typed(as_float.astype("int64"), none_bad, "", notes)
    return Typed(as_float, none_bad, "", notes)


def _looks_like_codes(text: pd.Series, numbers: pd.Series) -> bool:
    """Tell codes from numbers: a leading zero before another digit, or more digits than a number can hold."""
    return bool(text.dropna().astype("str").str.match(r"^0\d").any() or numbers.abs().max() >= EXACT_INTEGERS)


def _plain(value: object) -> str:
    """Write a value as text, whole numbers without a decimal point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
