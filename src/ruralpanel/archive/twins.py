"""Synthetic twins of restricted raw files: the same columns, types and keys, and none of the values.

Columns are drawn one by one from smoothed margins (:mod:`ruralpanel.archive.drawn_values`), so that no row of the
twin is a row of the file, and nothing in it tells how two columns go together. Kept are: which rows there are for a
unit, calendar years in keys, whether a column is constant or never falls within a unit, and missing values as often
as they are. Keys are made anew by one map for all sources: a key that only restricted sources hold becomes one that
is made up; a key that sources in the archive hold too becomes another key of theirs, held by the same ones of them,
so that as many rows find a partner in every join as before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import pandas as pd

from ruralpanel.archive.drawn_values import draw, margin_of, margin_of_periods, text_like, text_of
from ruralpanel.archive.raw_sheets import Sheet, missing_in_file
from ruralpanel.sources.headers import positions_of
from ruralpanel.study.model import Study
from ruralpanel.study.source_columns import DIGITS_OF_LEVEL, Column, Scalar
from ruralpanel.study.sources import Source

CODES = "codes of administrative areas"
PARENT_DIGITS = sorted(DIGITS_OF_LEVEL.values())[:-1]
FIRST_YEAR, LAST_YEAR = 1900, 2100


@dataclass(frozen=True)
class Twin:
    """A source's cells as they are, and as they become.

    Parameters
    ----------
    sheet
        The original.
    cells
        The twin's cells, by position in the original.
    """

    sheet: Sheet
    cells: pd.DataFrame


def synthetic_twins(study: Study, sheets: Mapping[str, Sheet], restricted: Sequence[str]) -> dict[str, Twin]:
    """Make the twins of all restricted sources of a study.

    Parameters
    ----------
    study
        The study.
    sheets
        The raw files of all its sources, restricted or not.
    restricted
        The sources of which twins are made.

    Returns
    -------
    dict of str to Twin
        One for each restricted source; the same for the same files and seed.
    """
    domains = _domains(study)
    positions = {name: positions_of(sheet.raw, study.sources[name]) for name, sheet in sheets.items()}
    values = _values_by_domain(study, sheets, positions, domains)
    calendar = {column for source in study.sources for column in study.period_columns(source)}
    maps = {
        domain: _map_of(domain, held, set(restricted), domain in calendar, _stream(study.seed, f"keys/{domain}"))
        for domain, held in values.items()
    }
    twins = {
        name: _twin(study, name, sheets[name], positions[name], domains[name], maps)
        for name in study.sources
        if name in set(restricted)
    }
    for name in twins:
        _take_place_names(study, name, sheets, positions, twins)
    return twins


def _stream(seed: int, name: str) -> np.random.Generator:
    return np.random.default_rng([seed, crc32(f"synthetic twin/{name}".encode())])


def _domains(study: Study) -> dict[str, dict[str, str]]:
    """Say of each column of a source that identifies something, in which domain of keys its values are."""
    linked = {name for source in study.sources.values() for name in source.key}
    linked |= {name for join in study.panel.joins for name in join.on}
    linked |= {study.panel.unit, study.panel.period, *study.levels.values()}
    crosswalks = {
        (table.recode.crosswalk.source, name)
        for table in study.tables.values()
        if table.recode is not None
        for name in (table.recode.crosswalk.old, table.recode.crosswalk.new)
    }
    domains: dict[str, dict[str, str]] = {}
    for name, source in study.sources.items():
        domains[name] = {}
        for column_name, column in source.columns.items():
            if column.wide is not None:
                continue
            if column.type == "code" or (name, column_name) in crosswalks:
                domains[name][column_name] = CODES
            elif column_name in linked:
                domains[name][column_name] = column_name
    return domains


def _values_by_domain(
    study: Study,
    sheets: Mapping[str, Sheet],
    positions: Mapping[str, Mapping[str, Sequence[int]]],
    domains: Mapping[str, Mapping[str, str]],
) -> dict[str, dict[str, set[str]]]:
    """Collect for each domain which source holds which values; a code stands for the areas it begins with, too."""
    values: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for name, columns in domains.items():
        missing = {text_of(code) for code in study.sources[name].missing_codes} | {""}
        for column_name, domain in columns.items():
            cells = _filled(study.sources[name], column_name, _column(sheets[name], positions[name][column_name][0]))
            found = {text_of(value) for value in cells} - missing
            values[domain][name] |= found
            if domain == CODES:
                values[domain][name] |= {code[:length] for code in found for length in PARENT_DIGITS}
    return values


def _column(sheet: Sheet, position: int) -> list[object]:
    return list(sheet.raw.values.iloc[:, position].astype(object))


def _filled(source: Source, column_name: str, cells: list[object]) -> list[object]:
    """Fill empty cells from above where the study reads them so."""
    if column_name not in source.fill_down:
        return cells
    above: object = ""
    return [above := (cell if text_of(cell) else above) for cell in cells]


def _map_of(
    domain: str, held: Mapping[str, set[str]], restricted: set[str], are_periods: bool, random: np.random.Generator
) -> dict[str, str]:
    """Give every key of restricted sources its new one; periods stay what they are, as years do."""
    open_sources = sorted(set(held) - restricted)
    wanted = sorted({value for name in restricted & set(held) for value in held[name]})
    if are_periods or all(_is_year(value) for value in wanted):
        return {value: value for value in wanted}
    signatures = {
        value: tuple(name for name in open_sources if value in held[name])
        for value in sorted({value for values in held.values() for value in values})
    }
    by_signature: dict[tuple[tuple[str, ...], int], list[str]] = defaultdict(list)
    for value, signature in signatures.items():
        if signature:
            by_signature[signature, len(value) if domain == CODES else 0].append(value)
    new: dict[str, str] = {}
    for (signature, length), pool in sorted(by_signature.items()):
        shuffled = [pool[place] for place in random.permutation(len(pool))]
        mine = [value for value in wanted if signatures[value] == signature]
        mine = [value for value in mine if domain != CODES or len(value) == length]
        new |= dict(zip(mine, shuffled, strict=False))
    taken = {*signatures, *new.values()}  # nothing made up is a real key
    for value in sorted((value for value in wanted if value not in new), key=lambda value: (len(value), value)):
        new[value] = _made_up(domain, value, new, taken, random)
        taken.add(new[value])
    return new


def _is_year(value: str) -> bool:
    return value.isdigit() and len(value) == 4 and FIRST_YEAR <= int(value) <= LAST_YEAR


def _made_up(domain: str, value: str, new: Mapping[str, str], taken: set[str], random: np.random.Generator) -> str:
    """Make a key up: of an area, within what the area it is part of has become; any other, of the same shape."""
    if domain == CODES and value.isdigit():
        kept = max((length for length in PARENT_DIGITS if length < len(value)), default=0)
        head = new.get(value[:kept], value[:kept])
        width = len(value) - kept
        tails = (f"{number:0{width}d}" for number in random.permutation(10 ** min(width, 6)))
        free = (head + tail for tail in tails if (kept or tail[0] != "0") and head + tail not in taken)
        return next(free, value)  # an area with every code of its county taken keeps its own
    for attempt in range(10_000):
        # Where all keys of a shape are taken, one is a little longer.
        made = str(text_like(value + "0" * (attempt // 200), random))
        if made not in taken and (value.startswith("0") or not made.startswith("0")):
            return made
    raise AssertionError(f"no new key like {value!r}")  # longer ones are always free


def _twin(
    study: Study,
    name: str,
    sheet: Sheet,
    positions: Mapping[str, Sequence[int]],
    domains: Mapping[str, str],
    maps: Mapping[str, Mapping[str, str]],
) -> Twin:
    """Make the twin of one source."""
    source = study.sources[name]
    rows = len(sheet.raw.values)
    declared = {place: column_name for column_name, places in positions.items() for place in places}
    keys = {positions[key][0]: key for key in source.key if key in positions}
    cells: dict[int, list[object]] = {}
    for place in range(sheet.raw.values.shape[1]):
        names = [column_name for column_name, places in positions.items() if place in places and column_name in domains]
        if names:
            original = _filled(source, names[0], _column(sheet, place))
            cells[place] = [_renamed(value, maps[domains[names[0]]]) for value in original]
    calendar = study.period_columns(name)
    when = {place for place, key in keys.items() if key in calendar}
    units = _units(sheet, list(keys), when)
    order = _order(sheet, list(keys), when)
    levels = _levels_of_dates(study)
    for place in range(sheet.raw.values.shape[1]):
        if place in cells:
            continue
        column_name = declared.get(place, "")
        column = source.columns.get(column_name, Column())
        codes = [*source.missing_codes, *column.missing_codes, *missing_in_file(sheet, place)]
        random = _stream(study.seed, f"{name}/{place}")
        original = _filled(source, column_name, _column(sheet, place))
        is_period = column_name in calendar
        level = levels.get(column_name)
        if level is not None and level in positions and order is not None:
            of_level = [text_of(value) for value in _column(sheet, positions[level][0])]
            cells[place] = _drawn_at_level(original, codes, column.matches, of_level, order, random, is_period)
        else:
            cells[place] = _drawn(original, codes, column.matches, units, order, random, is_period)
    table = pd.DataFrame(cells, columns=range(sheet.raw.values.shape[1]), index=range(rows), dtype=object)
    # The order of the original's rows would be a value of its own.
    by = [*keys] or list(range(table.shape[1]))
    texts = [[text_of(value) for value in table[place]] for place in by]
    sorted_rows = sorted(range(rows), key=lambda row: [column[row] for column in texts])
    return Twin(sheet, table.iloc[sorted_rows].reset_index(drop=True))


def _renamed(value: object, new: Mapping[str, str]) -> object:
    """Give a key its new value, a number where it was one; what is no key, such as a missing code, stays."""
    text = text_of(value)
    if text not in new:
        return value
    return float(new[text]) if isinstance(value, float | int) and not isinstance(value, bool) else new[text]


def _units(sheet: Sheet, keys: Sequence[int], when: Collection[int]) -> list[str] | None:
    """Give for each row the key's column that stands in several rows; none for a key that is of one column."""
    for place in keys if len(keys) > 1 else ():
        texts = [text_of(value) for value in _column(sheet, place)]
        if place not in when and not all(_is_year(text) for text in set(texts)) and len(set(texts)) < len(texts):
            return texts
    return None


def _order(sheet: Sheet, keys: Sequence[int], when: Collection[int]) -> list[str] | None:
    """Give for each row its year or other period, where a key has one."""
    for place in keys:
        texts = [text_of(value) for value in _column(sheet, place)]
        if place in when or all(_is_year(text) for text in set(texts)):
            return texts
    return None


def _drawn(
    values: list[object],
    codes: Sequence[Scalar],
    form: str | None,
    units: list[str] | None,
    order: list[str] | None,
    random: np.random.Generator,
    is_period: bool = False,
) -> list[object]:
    """Draw a column: once a unit where it is constant within units, in order where it never falls within one."""
    if units is None:
        return _outlined(values, codes, form, random, is_period)
    frame = pd.DataFrame({"unit": units, "text": [text_of(value) for value in values]})
    if frame.groupby("unit")["text"].nunique().max() == 1:
        names = sorted(set(units))
        once = frame.drop_duplicates("unit").index
        of_unit = dict(
            zip(names, _outlined([values[row] for row in once], codes, form, random, is_period), strict=True)
        )
        return [of_unit[unit] for unit in units]
    drawn = _outlined(values, codes, form, random, is_period)
    if order is None or not _never_falls(frame.assign(order=order)):
        return drawn
    rows = pd.DataFrame({"unit": units, "order": order, "row": range(len(values))})
    for _, group in rows.sort_values(["unit", "order"]).groupby("unit"):
        numbers = sorted((drawn[row] for row in group["row"]), key=lambda value: float(str(value)))
        for row, number in zip(group["row"], numbers, strict=True):
            drawn[row] = number
    return drawn


def _levels_of_dates(study: Study) -> dict[str, str]:
    """Say of columns that date treatments assigned above units, by whom their values are one."""
    dated = {name: study.designation[name] for name in study.levels}
    columns = {name: (each.cohort, each.indicator, each.intensity) for name, each in dated.items()}
    return {column: study.levels[name] for name, listed in columns.items() for column in listed if column is not None}


def _drawn_at_level(
    values: list[object],
    codes: Sequence[Scalar],
    form: str | None,
    levels: list[str],
    order: list[str],
    random: np.random.Generator,
    is_period: bool,
) -> list[object]:
    """Draw a column once a level and period, so that it is one number for all units that they have."""
    cells = list(zip(levels, order, strict=True))
    # Where a row does not know it, others of the level and period do.
    first = dict(reversed([pair for pair in zip(cells, values, strict=True) if text_of(pair[1])]))
    keys = sorted(set(cells))
    drawn = _drawn(
        [first.get(key) for key in keys],
        codes,
        form,
        [level for level, _ in keys],
        [year for _, year in keys],
        random,
        is_period,
    )
    of_cell = dict(zip(keys, drawn, strict=True))
    return [of_cell[cell] for cell in cells]


def _outlined(
    values: list[object],
    codes: Sequence[Scalar],
    form: str | None,
    random: np.random.Generator,
    is_period: bool = False,
) -> list[object]:
    """Draw as many cells as there are from the outline of their margin; text that is nowhere shared is made up."""
    if is_period:
        return draw(margin_of_periods(values), len(values), random)
    margin = margin_of(values, codes)
    texts = {text_of(value) for value in values} - {text_of(code) for code in codes} - {""}
    if texts and not margin.knots and not texts & {text_of(token) for token in margin.tokens}:
        return _in_form(values, form, random)
    return draw(margin, len(values), random)


def _never_falls(frame: pd.DataFrame) -> bool:
    """Tell whether a column without gaps never falls within a unit as the years go by."""
    numbers = pd.to_numeric(frame["text"], errors="coerce")
    if numbers.isna().any():
        return False
    steps = frame.assign(number=numbers).sort_values(["unit", "order"]).groupby("unit")["number"].diff()
    return bool((steps.dropna() >= 0).all())


def _in_form(values: Sequence[object], form: str | None, random: np.random.Generator) -> list[object]:
    """Make text up that is like a column's texts, of which none is shared by enough rows to be copied."""
    texts = [text_of(value) for value in values]
    chosen = [texts[place] for place in random.permutation(len(texts))]
    return [text_like(text, random, form) if text else None for text in chosen]


def _take_place_names(
    study: Study,
    name: str,
    sheets: Mapping[str, Sheet],
    positions: Mapping[str, Mapping[str, Sequence[int]]],
    twins: Mapping[str, Twin],
) -> None:
    """Give a list of places written as names the names of places in the gazetteer it is matched with.

    A place keeps to one place over all rows. Where the gazetteer is not a source, or has fewer places, names stay made
    up, and find no place.
    """
    for table in study.tables.values():
        names = table.match_names
        if names is None or names.gazetteer not in sheets or name not in table.reads or name == names.gazetteer:
            continue
        levels = [level for level in names.levels if level.column in positions[name]]
        if len(levels) < len(names.levels):
            continue
        theirs = [positions[names.gazetteer][level.gazetteer][0] for level in levels]
        mine = [positions[name][level.column][0] for level in levels]
        gazetteer = (
            twins[names.gazetteer].cells[theirs]
            if names.gazetteer in twins
            else sheets[names.gazetteer].raw.values.iloc[:, theirs]
        )
        places = sorted({tuple(map(text_of, row)) for row in gazetteer.itertuples(index=False)})
        cells = twins[name].cells
        listed = sorted({tuple(map(text_of, row)) for row in cells[mine].itertuples(index=False)})
        if len(listed) > len(places):
            continue
        # The same draw for all lists, so that a place that stays listed is one place; it depends on the name alone.
        order = _stream(study.seed, "places on lists").permutation(len(places))
        of_listed = {place: places[order[number]] for number, place in enumerate(listed)}
        renamed = [of_listed[tuple(map(text_of, row))] for row in cells[mine].itertuples(index=False)]
        for position, column in zip(mine, zip(*renamed, strict=True), strict=True):
            cells[position] = list(column)
