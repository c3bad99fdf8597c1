"""Personal data by their form: resident identity numbers, mobile numbers, e-mail addresses, columns of names.

A pattern alone would find people in every long number, so each is held to all that its form allows. A resident
identity number (GB 11643-1999) begins with a province's code, has a date of birth and a check digit (ISO 7064, MOD
11-2); the tests draw numbers of 18 digits to see how seldom another number passes. Village codes have 12 digits and
mobile numbers 11, and a number counts only when no letter or digit stands beside it. The old identity numbers of 15
digits have no check digit and are not looked for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ruralpanel.frames.characters import fold_width

Cell = tuple[int, str]
"""The number of a row, or of a line, and what it says."""

_FIRST_TWO = "11-15 21-23 31-37 41-46 50-54 61-65 71-71 81-83 91-91"
PROVINCES = frozenset(
    str(code)
    for low, high in (each.split("-") for each in re.findall(r"\S+", _FIRST_TWO))
    for code in range(int(low), int(high) + 1)
)
"""The first two digits of identity numbers."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"

_ALONE = r"(?<![0-9A-Za-z_.])(?:{})(?![0-9A-Za-z_]|\.[0-9])"
_IDENTITY = re.compile(_ALONE.format(r"[0-9]{17}[0-9Xx]"))
_MOBILE = re.compile(_ALONE.format(r"(?:\+?86[- ]?)?1[3-9][0-9]{9}|1[3-9][0-9][- ][0-9]{4}[- ][0-9]{4}"))
_ELEVEN_DIGITS = re.compile(_ALONE.format(r"[0-9]{11}"))
_TWELVE_DIGITS = re.compile(_ALONE.format(r"[0-9]{12}"))
_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9._%+/-])[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,12}(?![A-Za-z0-9._%+-]*@|[A-Za-z0-9(])"
)
_WORTH_A_LOOK = re.compile(r"[0-9]{11}|@|[0-9]{4}[- ][0-9]{4}")
_NOBODY = re.compile(
    r"@(?:[a-z0-9-]+\.)*(?:example|invalid|test)(?:\.[a-z]+)?$|^git@|^no-?reply@|\.(?:png|svg|jpe?g|py|js|css|smk)$",
    re.IGNORECASE,
)

_NAME_OF_A_PERSON = re.compile(
    r"姓名|名字|户主名|受访[者人]$|联系人|法人代表|身份证|手机|电话|微信号?$"
    r"|(?:^|_)(?:respondent|interviewee|informant|householder|head|person|member|contact|first|last|family|full|given)"
    r"_?names?(?:$|_)"
    r"|^names?_of_(?:the_)?(?:respondent|interviewee|informant|householder|head|person|member|contact)"
    r"|(?:^|_)(?:id_?card|identity_number|national_id|phone|telephone|mobile|cellphone|e_?mail)(?:$|_)",
    re.IGNORECASE,
)
_PLACE = re.compile(r"[省市州盟区县旗镇乡村庄屯寨堡街道店营集湾沟坡岭坪滩河塘桥铺会社组队厂司店]$")
_COMMON_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田"
    "任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段钱汤尹黎易常武乔贺赖龚文"
)
"""The most common family names of one character."""

FIRST = 500
"""So many different values tell whether a column is one of numbers, or of names."""

ENOUGH_NAMES = 10
"""With fewer different values than this, nothing is concluded from how they begin."""


@dataclass(frozen=True)
class Seen:
    """A piece of text that may be about a person.

    Parameters
    ----------
    kind
        What it looks like, in words.
    row
        The number of the row, or of the line; for a whole column, of its first value.
    shown
        Enough of it to find it, with the rest hidden: a finding must not spread what it warns of.
    """

    kind: str
    row: int
    shown: str


def is_identity_number(digits: str) -> bool:
    """Tell whether 18 characters are a resident identity number: province, date of birth, check digit.

    Parameters
    ----------
    digits
        Seventeen digits, and a digit or X.
    """
    if not re.fullmatch(r"[0-9]{17}[0-9Xx]", digits) or digits[:2] not in PROVINCES:
        return False
    try:
        born = date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    remainder = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits[:17], strict=True)) % 11
    return 1900 <= born.year <= date.today().year and digits[17].upper() == _CHECK_DIGITS[remainder]


def in_text(lines: Sequence[Cell], candidates: Counter[str] | None = None) -> Iterator[Seen]:
    """Find identity numbers, mobile numbers and e-mail addresses in lines, or in cells, of text.

    Parameters
    ----------
    lines
        Lines with their numbers.
    candidates
        Counts, by kind, everything that has the right length, so that one can see how much was let pass.
    """
    count: Counter[str] = Counter() if candidates is None else candidates
    for row, line in lines:
        text = line if line.isascii() else fold_width(line)
        if not _WORTH_A_LOOK.search(text):
            continue
        for match in _IDENTITY.finditer(text):
            count["18 digits"] += 1
            if is_identity_number(match[0]):
                count["identity number"] += 1
                yield Seen("a resident identity number", row, _hidden(match[0]))
        count["11 digits"] += len(_ELEVEN_DIGITS.findall(text))
        count["12 digits"] += len(_TWELVE_DIGITS.findall(text))
        for match in _MOBILE.finditer(text):
            count["mobile number"] += 1
            yield Seen("a mobile number", row, _hidden(match[0]))
        for match in _ADDRESS.finditer(text) if "@" in text else ():
            count["with an @"] += 1
            if not _NOBODY.search(match[0]):
                count["e-mail address"] += 1
                yield Seen("an e-mail address", row, _hidden(match[0]))


def in_column(header: str, cells: Sequence[Cell], candidates: Counter[str] | None = None) -> Iterator[Seen]:
    """Find personal data in a column of a table, by its header and its values.

    Among numbers, those that could be mobile numbers count only where at least half of the column could be: outputs
    in yuan have eleven digits here and there, telephone numbers have them always.

    Parameters
    ----------
    header
        The column's header in the file.
    cells
        Its different values as text, each with the first row it is in.
    candidates
        Counts, by kind, everything that has the right length.
    """
    if not cells:
        return
    count: Counter[str] = Counter() if candidates is None else candidates
    tidy = re.sub(r"[\s.\-]+", "_", fold_width(header).strip()).lower()
    first = [fold_width(text).strip() for _, text in cells[:FIRST]]
    is_text = 2 * sum(bool(re.fullmatch(r"-?[0-9.,]+", text)) for text in first) < len(first)
    if _NAME_OF_A_PERSON.search(tidy) and (is_text or not re.search("name|姓|名", tidy)):
        count["column of personal data by its header"] += 1
        yield Seen("by its header, a column of personal data", cells[0][0], header)
    elif is_text and _are_names(tidy, set(first)):
        count["column of personal names by its values"] += 1
        yield Seen("by its values, a column of personal names", cells[0][0], header)
    found = list(in_text(cells, count))
    mobile = [seen for seen in found if seen.kind == "a mobile number"]
    numbers = not is_text and 2 * len(mobile) < len(cells)
    if numbers:
        count["mobile number"] -= len(mobile)
    yield from (seen for seen in found if not (numbers and seen.kind == "a mobile number"))


def _are_names(header: str, values: set[str]) -> bool:
    """Tell names of persons from those of places: short, and most begin with a common surname and end as no place."""
    if len(values) < ENOUGH_NAMES or re.search("[省市县区镇乡村]|province|city|county|town|village|place", header):
        return False
    short = [value for value in values if re.fullmatch(r"[\u4e00-\u9fff]{2,4}", value)]
    named = [value for value in short if value[0] in _COMMON_SURNAMES and not _PLACE.search(value)]
    return 10 * len(named) >= 7 * len(values)


def _hidden(text: str) -> str:
    """Show three characters at each end."""
    return f"{text[:3]}…{text[-3:]}"
