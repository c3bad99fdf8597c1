"""Tell the columns of an undeclared file that hold quarters, months, dates or years with words, and what they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ruralpanel.frames.periods.column import read_periods
from ruralpanel.frames.periods.frequency import FREQUENCIES, Frequency
from ruralpanel.frames.periods.spelling import Spelt, read_period

MOST_WORDS = 2
"""So many other words, such as 从未 for never, a column of periods may hold."""

_SAYS_WHEN = re.compile(r"year|quarter|month|date|period|time|^ym$|^yq$|年|季|月|期|first|since", re.IGNORECASE)


@dataclass(frozen=True)
class FoundPeriods:
    """A column that holds periods.

    Parameters
    ----------
    frequency
        What they are.
    values
        Their ordinals.
    words
        What else stands in the column and is missing.
    evidence
        What was seen.
    """

    frequency: Frequency
    values: pd.Series
    words: list[str]
    evidence: str


def find_periods(raw: pd.Series, header: str) -> FoundPeriods | None:
    """Read a column as periods, where all that it holds can be nothing else.

    Years as plain numbers are none of them: these need no declaration. Numbers alone, such as 201407, are periods only
    under a header that says when.

    Parameters
    ----------
    raw
        The column as the file has it.
    header
        Its header.
    """
    cells = raw.astype(object).where(raw.notna(), None)
    cells = cells.map(lambda cell: None if isinstance(cell, str) and not cell.strip() else cell)
    spelt = {cell: read_period(cell) for cell in cells.dropna().unique()}
    read = {cell: each for cell, each in spelt.items() if each is not None}
    words = [str(cell).strip() for cell, each in spelt.items() if each is None]
    if not read or len(words) > MOST_WORDS or any(word.lstrip("-").isdigit() for word in words):
        return None
    kinds = {each.of for each in read.values()}
    numbers_alone = all(re.fullmatch(r"[0-9]+(\.0+)?", str(cell).strip()) for cell in read)
    if len(kinds) > 1 or (numbers_alone and (kinds == {"year"} or not _SAYS_WHEN.search(header))):
        return None
    kind = kinds.pop()
    of = _frequency_of_days(list(read.values())) if kind == "day" else FREQUENCIES[kind]
    found = read_periods(cells.mask(cells.isin([cell for cell in spelt if cell not in read])), of)
    if found.bad.any():
        return None
    ends = of.label(found.ordinals.min()), of.label(found.ordinals.max())
    evidence = f"{'dates by' if kind == 'day' else 'every value is a'} {of.noun}, {ends[0]} to {ends[1]}"
    evidence += f"; {', '.join(words)} taken for missing" if words else ""
    return FoundPeriods(of, found.ordinals, words, evidence)


def _frequency_of_days(days: Sequence[Spelt]) -> Frequency:
    """Give the longest periods of which dates can be the beginnings or the ends, one date each; else days."""
    dates = pd.DatetimeIndex([each.day for each in days])
    if not (dates.is_month_start.all() or dates.is_month_end.all()) or len(dates) < 2:
        return FREQUENCIES["day"]
    months = np.sort(dates.year * 12 + dates.month - 1)
    step = int(np.gcd.reduce(np.diff(months)))
    whole = {12: "year", 6: "half_year", 3: "quarter"}
    begins = int(months[0]) + (0 if dates.is_month_start.all() else 1)
    return FREQUENCIES[next((name for size, name in whole.items() if step % size == 0 and begins % size == 0), "month")]
