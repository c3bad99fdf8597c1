"""Read a whole column of periods into ordinals, and tell a column of whole numbers that are no years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from ruralpanel.frames.periods.frequency import FIRST_YEAR, FREQUENCIES, LAST_YEAR, Frequency, is_finer
from ruralpanel.frames.periods.spelling import Spelt, read_period

_NOUN_OF_SEVERAL = {name: f"{each.noun}s" for name, each in FREQUENCIES.items()}


@dataclass(frozen=True)
class ReadPeriods:
    """A column of periods.

    Parameters
    ----------
    ordinals
        Whole numbers; floating-point ones with missing values where a cell is empty or is no such period.
    bad
        True where a cell is no such period.
    rule
        What these cells should hold, and what may be done.
    """

    ordinals: pd.Series
    bad: pd.Series
    rule: str


def read_periods(values: pd.Series, of: Frequency, within: bool = False) -> ReadPeriods:
    """Read a column of periods.

    Dates are taken for the period they lie in, for a date is written for a period all over; dates of weeks must then
    all be the same day of the week, or two of them could be one week and the next have none. Shorter periods, such as
    the month 2014-07 in a column of quarters, only where the study says so.

    Parameters
    ----------
    values
        As the file has them; missing where a cell is empty.
    of
        The frequency.
    within
        Whether the study says of this column that the periods in which its values lie are wanted.
    """
    text = values.astype(object).where(values.notna(), None)
    text = text.map(lambda value: None if isinstance(value, str) and not value.strip() else value)
    known = text.dropna()
    if of.name == "number":
        numbers = pd.to_numeric(known, errors="coerce")
        good = numbers.notna() & (numbers == numbers.round())
        return _result(values, numbers[good], known.index[~good], "must hold whole numbers")
    # A cell of a file is read once, however many rows it is in.
    spelt = {value: read_period(value) for value in known.unique()}
    taken = {value: _ordinal(each, of, within) for value, each in spelt.items()}
    ordinals = known.map(taken)
    wrong = known.index[ordinals.isna().to_numpy()]
    ordinals = ordinals.dropna()
    if of.name == "week" and not within:
        days = {each.day.weekday() for each in spelt.values() if each is not None and each.of == "day"}
        if len(days) > 1:
            written_as_dates = [value for value, each in spelt.items() if each is not None and each.of == "day"]
            dates = known.isin(written_as_dates)
            rule = "must hold dates of one day of the week, or weeks such as 2014-W27, which ISO 8601 counts"
            return _result(values, ordinals[~dates.reindex(ordinals.index)], known.index[dates], rule)
    return _result(values, ordinals, wrong, _rule(of, [spelt[value] for value in known[wrong]], within))


def _ordinal(spelt: Spelt | None, of: Frequency, within: bool) -> float | None:
    if spelt is None:
        return None
    if spelt.of == of.name:
        return spelt.ordinal
    return of.ordinal_of_day(spelt.day) if is_finer(spelt.of, of.name) and (within or spelt.of == "day") else None


def _result(values: pd.Series, ordinals: pd.Series, wrong: pd.Index, rule: str) -> ReadPeriods:
    bad = pd.Series(False, index=values.index)
    bad[wrong] = True
    whole = pd.to_numeric(ordinals).reindex(values.index)
    return ReadPeriods(whole.astype("int64" if whole.notna().all() else "float64"), bad, rule)


def _rule(of: Frequency, wrong: Sequence[Spelt | None], within: bool) -> str:
    """Say what a column of periods should hold, and of what it holds what it can be and what may be done."""
    rule = f"must hold {_NOUN_OF_SEVERAL[of.name]}, such as {of.example}"
    kinds = {each.of for each in wrong if each is not None}
    finer = sorted(kind for kind in kinds if is_finer(kind, of.name))
    coarser = sorted(kind for kind in kinds if is_finer(of.name, kind))
    if finer and not within:
        noun, key = _NOUN_OF_SEVERAL[finer[0]], of.name
        return f"{rule} (these are {noun}: write `frequency: {key}` with the column to take the {of.noun} of each)"
    if coarser:
        noun = _NOUN_OF_SEVERAL[coarser[0]]
        return (
            f"{rule} (these are {noun}, longer than the panel's periods: give the column another name and "
            f"`frequency: {coarser[0]}`, and the panel's base a column of {noun} too, read `from` the header of its "
            "period, to join on)"
        )
    return rule


def with_labels(table: pd.DataFrame, periods: Mapping[str, Frequency]) -> pd.DataFrame:
    """Put what a reader sees in place of ordinals, in the columns that hold periods which are more than whole numbers.

    Parameters
    ----------
    table
        With ordinals, missing ones among them.
    periods
        Frequencies by column; columns that the table has not are passed over.
    """
    shown = {
        name: table[name].astype(object).map(of.label, na_action="ignore")
        for name, of in periods.items()
        if name in table and not of.is_plain
    }
    return table.assign(**shown) if shown else table


def ordinals_of(labels: pd.Series, of: Frequency) -> pd.Series:
    """Turn what :func:`with_labels` wrote back into ordinals.

    Parameters
    ----------
    labels
        Labels of periods without missing ones; whole numbers where the frequency's ordinals are its labels.
    of
        The frequency.
    """
    if of.is_plain:
        return labels.astype("int64")
    read = {label: read_period(label) for label in labels.unique()}
    return labels.map({label: each.ordinal for label, each in read.items() if each is not None}).astype("int64")


def no_years(values: pd.Series) -> str:
    """Tell what whole numbers are that cannot be counted as years; nothing where they can.

    Between 201412 and 201501 lies one month, and 89 as numbers go. Small numbers such as 1 to 20 count periods.

    Parameters
    ----------
    values
        Whole numbers of a column that no `frequency` is declared for; missing ones count for nothing.

    Returns
    -------
    str
        What they look like and what to do; empty where they can be years, or numbers of periods.
    """
    numbers = sorted({int(value) for value in values.dropna().unique()})
    if not numbers:
        return ""
    shown = f"{numbers[0]}" if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}"
    if _all_end_in(numbers, 100, 12):
        return _looks_like(shown, "a year and a month", "month")
    if _all_end_in(numbers, 10, 4):
        remedy = "write 2014Q3 or 2014H1 in the file, and `frequency: quarter` (or `half_year`) under `panel`"
        return f"is {shown}, which look like a year and a quarter or half year; {remedy}"
    if all(read_period(number) is not None and 10**7 <= number < 10**8 for number in numbers):
        return _looks_like(shown, "days", "day")
    if _crosses_years_of_two_digits(numbers):
        return (
            f"is {shown}, which look like a year of two digits and a month; write 201407 or 2014-07 in the file, "
            "and `frequency: month` under `panel`"
        )
    longest = max((after - before for before, after in _steps(numbers)), default=0)
    if 0 <= numbers[0] <= 99 and ((numbers[-1] <= 99 and longest >= 50) or longest >= FIRST_YEAR - 100):
        return f"is {shown}, with a step of {longest}, which look like years of two digits; write all four"
    if numbers[-1] > 9999:
        return (
            f"is {shown}, which are no years; give the `frequency` of the panel's periods, and dates as dates; "
            "`frequency: number` takes numbers as they are"
        )
    return ""


def _all_end_in(numbers: Sequence[int], place: int, last: int) -> bool:
    years, ends = zip(*(divmod(number, place) for number in numbers), strict=True)
    return all(FIRST_YEAR <= year <= LAST_YEAR for year in years) and all(1 <= end <= last for end in ends)


def _looks_like(shown: str, what: str, key: str) -> str:
    return f"is {shown}, which look like {what}; write `frequency: {key}`, or a longer one, under `panel`"


def _steps(numbers: Sequence[int]) -> list[tuple[int, int]]:
    return list(pairwise(numbers))


def _crosses_years_of_two_digits(numbers: Sequence[int]) -> bool:
    """Tell months such as 1411, 1412, 1501: of four digits or less, and 89 apart at the turn of a year."""
    if not (numbers[0] >= 1 and numbers[-1] <= 9912 and all(1 <= number % 100 <= 12 for number in numbers)):
        return False
    turns = [(before, after) for before, after in _steps(numbers) if after // 100 != before // 100]
    if not turns or len(numbers) < 3 or len({number % 100 for number in numbers}) == 1:
        return False
    plausible = numbers[0] >= FIRST_YEAR and numbers[-1] <= LAST_YEAR
    return all(after - before == 89 for before, after in turns) or not plausible
