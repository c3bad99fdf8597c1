"""The table of the data: what a row is, which years, how many rows, on which terms."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes
from ruralpanel.exhibits.described import SourceWords
from ruralpanel.exhibits.numbers import count
from ruralpanel.exhibits.printed_table import PrintedTable, printed
from ruralpanel.frames.periods.frequency import frequency
from ruralpanel.frames.periods.spelling import standard_spelling
from ruralpanel.words.names import name_words

HEADS = ["One row for each", "Years", "Files", "Rows", "Terms", "Standing"]
WORDS = (0, 1, 4, 5)
"""Positions of the columns that hold words."""


def print_table(sources: pd.DataFrame, declaration: ExhibitDeclaration) -> PrintedTable:
    """Lay out the table of sources.

    Parameters
    ----------
    sources
        What the table of every source covers, from :func:`ruralpanel.exhibits.inputs.extent`.
    declaration
        What the study says about the exhibit.

    Returns
    -------
    PrintedTable
        One line for data that came as one file or as several.
    """
    rows = [(each.title, _cells(each, sources)) for each in declaration.data]
    notes = [declaration.exhibit.notes] if declaration.exhibit.notes else []
    period = name_words(declaration.period, declaration.labels)
    notes.append(
        f"Rows of the typed tables, without rows set aside; a file with a column for each {period.lower()} counts one "
        f"for each of these. Years: the first and the last in the data; — where no column says when."
    )
    cited: dict[str, list[str]] = {}
    for each in declaration.data:
        if each.citation:
            cited.setdefault(each.citation.rstrip("."), []).append(each.title)
    if cited:
        named = (f"{_titles(titles)}: {citation}" for citation, titles in cited.items())
        notes.append(f"Citations: {'; '.join(named)}.")
    access: dict[str, list[str]] = {}
    for each in declaration.data:
        if each.access:
            access.setdefault(each.access.rstrip("."), []).append(each.title)
    if access:
        notes.append(f"Access: {'. '.join(f'{_titles(titles)}: {how}' for how, titles in access.items())}.")
    # The sources are the table itself, and are not listed again below it.
    closing = closing_notes(declaration)[1:]
    return printed(
        declaration,
        [("", head) for head in HEADS],
        rows,
        [],
        notes + closing,
        stub="Source",
        numbered=False,
        words=WORDS,
    )


def _titles(titles: Sequence[str]) -> str:
    """Name data that are cited alike: the first, and how many others."""
    more = len(titles) - 1
    return titles[0] if not more else f"{titles[0]} and {more} other{'s' if more > 1 else ''}"


def _cells(words: SourceWords, sources: pd.DataFrame) -> list[str]:
    of_files = sources[sources["source"].isin(words.files)]
    rows = of_files.groupby("source")["rows"].first().sum()
    return [
        words.row,
        _years(words, of_files),
        count(len(words.files)),
        count(rows),
        words.licence or "not stated",
        _standing(words),
    ]


def _years(words: SourceWords, of_files: pd.DataFrame) -> str:
    """Write the first and the last period in the data: ``2008–2022``."""
    dated = of_files[of_files["column"] == of_files["source"].map(words.periods)]
    plain = all(frequency(each).is_plain for each in words.frequencies.values())
    if plain and not any(isinstance(year, str) for year in words.years):
        known = [*dated["minimum"].dropna(), *dated["maximum"].dropna(), *words.years]
        if not known:
            return "—"
        first, last = int(min(known)), int(max(known))
        return str(first) if first == last else f"{first}–{last}"
    # Labels of periods are in the order of time, be they of one frequency or of several.
    written = [
        frequency(words.frequencies.get(row["source"])).label(row[end])
        for row in dated.to_dict("records")
        for end in ("minimum", "maximum")
        if pd.notna(row[end])
    ]
    written = sorted([*written, *(standard_spelling(str(year)) for year in words.years)])
    if not written:
        return "—"
    return written[0] if written[0] == written[-1] else f"{written[0]}–{written[-1]}"


def _standing(words: SourceWords) -> str:
    passed_on = "may be passed on" if words.redistributable else "not passed on"
    return f"{words.standing}; {passed_on}"
