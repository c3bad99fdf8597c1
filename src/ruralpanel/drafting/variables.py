"""What each column of an undeclared file may be: a name, a type, a unit, what means missing, and why."""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pandas as pd

from ruralpanel.drafting.periods import find_periods
from ruralpanel.drafting.reading import Opened
from ruralpanel.sources.codes import read_codes
from ruralpanel.sources.headers import tidy_header
from ruralpanel.sources.numbers import marks_of
from ruralpanel.sources.values import type_column
from ruralpanel.study.source_columns import DIGITS_OF_LEVEL, CodeLevel, Column

UNITS: dict[str, tuple[str, float]] = {
    "亿元": ("yuan", 1e8),
    "万元": ("yuan", 1e4),
    "千元": ("yuan", 1e3),
    "元": ("yuan", 1),
    "万人": ("persons", 1e4),
    "人": ("persons", 1),
    "万户": ("households", 1e4),
    "户": ("households", 1),
    "个": ("number", 1),
    "万吨": ("tonnes", 1e4),
    "吨": ("tonnes", 1),
    "公斤": ("kg", 1),
    "千克": ("kg", 1),
    "公里": ("km", 1),
    "千米": ("km", 1),
    "亩": ("mu", 1),
    "公顷": ("hectares", 1),
    "平方公里": ("km²", 1),
    "%": ("per cent", 1),
    "岁": ("years", 1),
    "年": ("years", 1),
    "km": ("km", 1),
    "yuan": ("yuan", 1),
    "persons": ("persons", 1),
}
"""What stands in brackets in headers: the unit here, and what values are multiplied by to be in it."""

WORDS = {
    "居民消费价格指数": "consumer_prices",
    "地区生产总值": "output",
    "可支配收入": "disposable_income",
    "户籍人口": "registered",
    "常住人口": "resident",
    "财政收入": "revenue",
    "粮食产量": "grain",
    "农村": "rural",
    "人均": "per_head",
    "工资": "wage",
    "收入": "income",
    "总人口": "population",
    "人口": "population",
    "外出": "away",
    "返乡": "returned",
    "户数": "households",
    "面积": "area",
    "耕地": "farmland",
    "企业": "enterprises",
    "市场主体": "enterprises",
    "快递": "parcels",
    "纬度": "latitude",
    "经度": "longitude",
    "权重": "weight",
    "年份": "year",
    "年度": "year",
    "原": "former",
    "省": "province_name",
    "地市": "prefecture_name",
    "区县": "county_name",
    "县": "county_name",
    "市": "prefecture_name",
    "乡镇": "town_name",
    "镇": "town_name",
    "乡": "town_name",
    "淘宝村": "taobao_village",
    "村": "village_name",
    "名称": "name",
    "代码": "code",
    "淘宝": "taobao",
    "首次": "first",
}
"""Words of Chinese headers, longer ones before those within them, and what a name here is made of."""

OF_PLACES = 0.9
"""This share of codes has to be of prefectures that there can be; the others may be whole provinces."""

MOST_PROVINCES = 34
"""China has so many provinces, and areas of their rank."""

SENTINELS = frozenset([-1, -2, -3, -6, -7, -8, -9, -10, -88, -96, -97, -98, -99, -888, -998, -999, -9999])
"""Negative numbers that surveys write for refused, unknown or not asked."""

MIRRORED = 5
"""Where one in so many of a negative number's rows has it without the minus, it is an amount."""

LARGE_SENTINELS = (99, 999, 9999, 99999, 999999, 9999999)
"""Numbers of nines that mean missing where all others are far smaller."""

_UNIT = re.compile(r"[(\[]([^()\[\]]+)[)\]]")
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_CODE = re.compile(r"代码|区划|编码|code|gb|^id$|_id$|cd$", re.IGNORECASE)
_OF_NO_PLACE = re.compile(
    r"firm|f_?code$|fid|company|corp|plant|employer|school|student|house|^hh|person|product|industr|naics|sic|occup|"
    r"企业|公司|单位|学校|学生|户|人|产品|行业|职业|邮",
    re.IGNORECASE,
)
"""What headers of codes say that are of no place."""

_WAVE = r"(?:_|t|w|wave|round|r)"
"""What stands before the number of a wave."""

_PERIOD = re.compile(
    r"^(?:survey_?|calendar_?)?(?:year|yr|wave|period|time|t|round|date|quarter|month)$|年份|年度|^年$|期次",
    re.IGNORECASE,
)


@dataclass
class Variable:
    """One column of the draft.

    Parameters
    ----------
    header
        As it stands in the file, once spaces and line breaks are taken out where it has any.
    name
        The name in the study.
    role
        What it may be.
    values
        The typed values; None for the columns of a wide group.
    keys
        The keys of a column in the study file.
    evidence
        What was guessed, and why.
    """

    header: str
    name: str
    role: str
    values: pd.Series | None
    keys: dict[str, Any] = field(default_factory=dict)
    evidence: list[str] = field(default_factory=list)


def describe(opened: Opened) -> tuple[list[Variable], list[str]]:
    """Guess what the columns of a file are.

    Parameters
    ----------
    opened
        The file.

    Returns
    -------
    tuple of (list of Variable, list of str)
        The columns that can be declared, and what is said of the others.
    """
    headers = [str(header) for header in opened.raw.values.columns]
    tidy = [tidy_header(header) for header in headers]
    left_out = [f"column {at + 1} has no header" for at, header in enumerate(tidy) if not header]
    left_out += [f"several columns are called {each}" for each in sorted({h for h in tidy if h and tidy.count(h) > 1})]
    once = [header for header in tidy if tidy.count(header) == 1]
    wide = wide_groups(once)
    if not wide and not any(_PERIOD.search(header) for header in tidy):
        wide = wave_groups(once)
    in_groups = {header for years in wide.values() for header in years}
    found: list[Variable] = []
    for at, (header, shown) in enumerate(zip(headers, tidy, strict=True)):
        if shown and tidy.count(shown) == 1 and shown not in in_groups:
            variable = _variable(header, opened.raw.values.iloc[:, at], opened)
            if variable is not None:
                found.append(variable)
            else:
                left_out.append(f"{shown} is empty")
    for stem, years in wide.items():
        at = tidy.index(years[0])
        is_wave = not _YEAR.search(years[0])
        shown = re.sub(rf"{_WAVE}$", "", stem[:-2]) if is_wave else stem.replace("{}年", "").replace("{}", "")
        shown = shown.strip("_") or years[0]
        name, label, keys, evidence = _named(shown)
        digits = "([0-9]+)" if is_wave else "([0-9]{4})"
        pattern = "^" + digits.join(re.escape(part) for part in stem.split("{}")) + "$"
        by = "number" if is_wave else "year"
        evidence.append(f"{len(years)} columns that differ by a {by}, {years[0]} to {years[-1]}")
        keys = {"wide": pattern, **keys, "label": label}
        found.append(Variable(opened.raw.values.columns[at], name, "number", None, keys, evidence))
    _make_names_differ(found)
    return found, left_out


def wide_groups(headers: Sequence[str]) -> dict[str, list[str]]:
    """Find headers that differ by a year only: three of them at least.

    Parameters
    ----------
    headers
        Tidy headers, none twice.

    Returns
    -------
    dict of str to list of str
        By what they share, with ``{}`` in place of the year, in the order of years.
    """
    groups: dict[str, list[str]] = {}
    for header in headers:
        if len(_YEAR.findall(header)) == 1:
            groups.setdefault(_YEAR.sub("{}", header), []).append(header)
    return {stem: sorted(years) for stem, years in groups.items() if len(years) >= 3}


def wave_groups(headers: Sequence[str]) -> dict[str, list[str]]:
    """Find headers that differ by the number of a wave at their end, or by a year of two digits.

    Only a file without a column that says when is looked at so, for others number their questions and dummies.

    Parameters
    ----------
    headers
        Tidy headers, none twice.

    Returns
    -------
    dict of str to list of str
        As :func:`wide_groups`; two headers are enough where what stands before the number says that it is a wave.
    """
    groups: dict[str, dict[int, str]] = {}
    for header in headers:
        match = re.fullmatch(r"(.*[^0-9])([0-9]{1,2})", header)
        if match:
            groups.setdefault(match[1] + "{}", {})[int(match[2])] = header
    found = {}
    for stem, by_number in groups.items():
        numbers = sorted(by_number)
        steps = {after - before for before, after in pairwise(numbers)}
        says_so = bool(re.search(rf"{_WAVE}$", stem[:-2], re.IGNORECASE)) and len(numbers) >= 2
        are_years = len(numbers) >= 3 and len(steps) == 1 and (min(numbers) >= 60 or max(numbers) <= 30)
        if says_so or (are_years and all(len(by_number[each].removeprefix(stem[:-2])) == 2 for each in numbers)):
            found[stem] = [by_number[each] for each in numbers]
    return found


def period_of_wide(variables: Sequence[Variable]) -> str:
    """Name the period of a wide file: a year, or a wave."""
    return "year" if any("[0-9]{4}" in str(each.keys.get("wide")) for each in variables) else "wave"


def name_from(header: str) -> str:
    """Make a name of a header: letters and digits as they are, known Chinese words in English; empty if neither.

    Parameters
    ----------
    header
        A tidy header without its unit.
    """
    text = header
    for word in sorted(WORDS, key=len, reverse=True):
        text = text.replace(word, f" {WORDS[word]} ")
    parts = re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text).lower().replace("_", " "))
    name = "_".join(dict.fromkeys(parts)).strip("_")[:50]
    if name and not name[0].isalpha():
        name = f"of_{name}"
    return f"{name}_" if keyword.iskeyword(name) else name


def _named(shown: str) -> tuple[str, str, dict[str, Any], list[str]]:
    """Take the unit out of a header; give a name, a label, the keys of the unit, and why."""
    keys: dict[str, Any] = {}
    evidence: list[str] = []
    bracket = _UNIT.search(shown)
    label = _UNIT.sub("", shown).split("—")[0].strip("-_ ") or shown
    if bracket and bracket[1] in UNITS:
        unit, scale = UNITS[bracket[1]]
        keys["unit"] = unit
        if scale != 1:
            keys["scale"] = int(scale)
        evidence.append(f"{bracket[0]} in the header")
    return name_from(label.rsplit("-", 1)[-1]), label, keys, evidence


def _variable(header: str, raw: pd.Series, opened: Opened) -> Variable | None:
    shown = tidy_header(header)
    if raw.isna().all() or (raw.astype("str").str.strip() == "").all():
        return None
    name, label, keys, evidence = _named(shown)
    label = opened.labels.get(header, label)
    written = header if header == shown or "\n" not in header else shown
    start: dict[str, Any] = {} if written == name else {"from": written}
    level = code_level(shown, raw)
    if level is not None:
        digits = DIGITS_OF_LEVEL[level]
        codes = read_codes(raw, level).values
        evidence = [f"all values have {digits} digits and begin with a province's"]
        return Variable(header, level, "code", codes, {"from": written, "type": "code", "level": level}, evidence)
    periods = find_periods(raw, shown)
    if periods is not None:
        found = {**start, "frequency": periods.frequency.name, "label": label}
        found |= {"missing_codes": periods.words} if periods.words else {}
        says_when = periods.values.notna().all() and not periods.words
        role = "period" if says_when else "cohort"
        return Variable(header, name or "period", role, periods.values, found, [*evidence, periods.evidence])
    values, more, why = _typed(raw, opened, header)
    keys, evidence = {**start, **more, "label": label, **keys}, [*evidence, *why]
    if more.get("type") == "text" or not pd.api.types.is_numeric_dtype(values):
        for key in ("unit", "scale"):
            keys.pop(key, None)
        return Variable(header, name, "text", values, keys, evidence)
    if is_period(shown, values):
        evidence.append(f"whole numbers from {values.min():g} to {values.max():g}, {values.nunique()} of them")
        return Variable(header, name or "year", "period", values, keys, evidence)
    known = values.dropna()
    if known.isin([0, 1]).all() and known.nunique() == 2:
        return Variable(header, name, "binary", values, {**keys, "allowed": [0, 1]}, evidence)
    return Variable(header, name, "number", values, keys, evidence)


def _typed(raw: pd.Series, opened: Opened, header: str) -> tuple[pd.Series, dict[str, Any], list[str]]:
    """Type a column with the product's own rules, and find what means missing in it."""
    keys: dict[str, Any] = {}
    why: list[str] = []
    marks = marks_of([raw], None, opened.raw.comma_may_be_decimal)
    labelled = {
        value: text for value, text in opened.value_labels.get(header, {}).items() if not isinstance(value, str)
    }
    known = set(raw.dropna().unique()) if labelled else set()
    named = {value for value in known if value in labelled}
    if labelled and named == known and not known <= {0, 1}:
        shown = ", ".join(f"{value:g} {text}" for value, text in sorted(labelled.items())[:4])
        return raw.map(labelled).astype("str"), {"value_labels": True}, [f"every value has a label: {shown}"]
    typed = type_column(raw, Column(), [], marks)
    if typed.bad.any():
        words = sorted(set(raw[typed.bad].astype("str").str.strip()))
        if len(words) <= 5:
            keys["missing_codes"] = words
            why.append(f"{', '.join(words)} among numbers")
            typed = type_column(raw, Column(), list(words), marks)
        if typed.bad.any():
            return type_column(raw, Column(type="text"), []).values, {"type": "text"}, ["not all values are numbers"]
    values = typed.values
    if pd.api.types.is_numeric_dtype(values):
        codes = missing_numbers(values)
        codes += [int(value) for value in sorted(named) if value < 0 and value not in codes]
        if codes:
            counts = ", ".join(f"{code:g} in {int((values == code).sum())} rows" for code in codes)
            keys["missing_codes"] = [*keys.get("missing_codes", []), *codes]
            why.append(f"{counts}, and all others are far from them")
            values = values.mask(values.isin(codes))
    return values, keys, why


def missing_numbers(values: pd.Series) -> list[int]:
    """Find numbers that mean missing: usual negative codes where nothing else is negative, or far too many nines.

    A difference has −1 beside 1, and a code has nothing on the other side of zero.

    Parameters
    ----------
    values
        A column of numbers.
    """
    known = values.dropna()
    negative = sorted(set(known[known < 0]))
    mirrored = any((known == -code).sum() * MIRRORED > (known == code).sum() for code in negative)
    if negative and set(negative) <= SENTINELS and (known >= 0).mean() > 0.5 and not mirrored:
        return [int(value) for value in negative]
    for code in LARGE_SENTINELS:
        others = known[known != code]
        if (known == code).sum() >= 3 and len(others) and others.min() >= 0 and others.max() * 5 <= code:
            return [code]
    return []


def code_level(header: str, raw: pd.Series) -> CodeLevel | None:
    """Tell a column of administrative codes: one length, a province's two digits first, and a header that says so.

    Twelve digits need no such header.
    """
    for level, digits in DIGITS_OF_LEVEL.items():
        codes = read_codes(raw, level)
        known = codes.values.dropna()
        if codes.bad.any() or codes.notes or known.empty:
            continue
        first = known.str.slice(0, 2).astype("int64")
        of_provinces = first.between(11, 91).all() and first.nunique() <= MOST_PROVINCES
        if of_provinces and _are_of_places(known) and (digits == 12 or _CODE.search(header)):
            return None if _OF_NO_PLACE.search(header) else level
    return None


def _are_of_places(codes: pd.Series) -> bool:
    """Tell codes of places from numbers of as many digits: below a province come 01 to 70 or 90, and then no 00."""
    parts = [codes.str.slice(2, 4), codes.str.slice(4, 6)]
    below = parts[0][parts[0] != ""]
    third = parts[1][parts[1] != ""]
    plausible = below.astype("int64").between(1, 70) | (below == "90")
    return bool((below.empty or plausible.mean() >= OF_PLACES) and (third.empty or (third != "00").mean() > 0.5))


def is_period(header: str, values: pd.Series) -> bool:
    """Tell years and waves: whole numbers without gaps, by their header, or by their size and how often they recur."""
    if values.isna().any() or (values != values.round()).any():
        return False
    if _PERIOD.search(header):
        return bool(values.nunique() <= 200)
    years = values.between(1900, 2100).all()
    return bool(years and 2 <= values.nunique() <= 100 and values.nunique() * 5 <= len(values) and "年" in header)


def _make_names_differ(found: list[Variable]) -> None:
    """Give every column a name, and no two the same."""
    taken: set[str] = set()
    for number, variable in enumerate(found, start=1):
        name = variable.name or f"column_{number}"
        first = name
        for count in range(2, 1000):
            if name not in taken:
                break
            name = f"{first}_{count}"
        variable.name = name
        taken.add(name)
