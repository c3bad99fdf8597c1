"""Forms of a Chinese place name: as it is written, in plain simplified characters, and without its suffix."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from ruralpanel.frames.characters import fold_width, without_invisible

if TYPE_CHECKING:
    from opencc import OpenCC

SHORTEST = 2
"""A name keeps at least this many characters: 泾县 is never 泾, for hardly any county is called by one character."""

_COMMITTEES = {
    "社区居民委员会": "社区",
    "社区居委会": "社区",
    "居民委员会": "社区",
    "居委会": "社区",
    "村民委员会": "村",
    "村委会": "村",
    # 上村民委员会 is the committee of 上村: the character 村 belongs to a name that would be too short without it.
    "民委员会": "村",
    "委会": "村",
    "街道办事处": "街道",
    "街道办": "街道",
    "办事处": "街道",
}
"""Suffixes that name an authority, longest first among those that end alike, and the kind of place it governs."""

_OWN_SUFFIXES = {"社区": ("社区", "村"), "村": ("村", "社区"), "街道": ()}
"""What the name of a place may end in before its authority's suffix: 李元村村委会."""

_SUFFIXES = {
    "特别行政区": "特别行政区",
    "自治区": "自治区",
    "自治州": "自治州",
    "自治县": "自治县",
    "自治旗": "自治旗",
    "民族乡": "乡",
    "地区": "地区",
    "林区": "林区",
    "特区": "特区",
    "社区": "社区",
    "街道": "街道",
    "苏木": "苏木",
    "嘎查": "嘎查",
    "省": "省",
    "市": "市",
    "盟": "盟",
    "州": "自治州",
    "县": "县",
    "区": "区",
    "旗": "旗",
    "镇": "镇",
    "乡": "乡",
    "村": "村",
}
"""Suffixes that name a kind of place, longest first among those that end alike."""

_CHANGES = (
    {"省", "自治区", "市", "特别行政区"},
    {"市", "地区", "盟", "自治州"},
    {"县", "市", "区", "旗", "自治县", "自治旗", "林区", "特区"},
    {"乡", "镇", "街道", "苏木"},
    {"村", "社区", "嘎查"},
)
"""Kinds of places that turn into each other while the name stays."""

CHANGES_OF_STATUS = frozenset((one, other) for kinds in _CHANGES for one in kinds for other in kinds if one != other)
"""Pairs of kinds of which one may have turned into the other."""

_NATIONALITIES = (
    "阿昌|白|保安|布朗|布依|藏|朝鲜|达斡尔|傣|德昂|东乡|侗|独龙|俄罗斯|"
    "鄂伦春|鄂温克|高山|仡佬|哈尼|哈萨克|赫哲|回|基诺|京|景颇|柯尔克孜|"
    "拉祜|黎|傈僳|珞巴|满|毛南|门巴|蒙古|苗|仫佬|纳西|怒|普米|羌|撒拉|"
    "畲|水|塔吉克|塔塔尔|土家|土|佤|维吾尔|乌孜别克|锡伯|瑶|彝|裕固|壮|各"
)
"""The nationalities of China but the Han, and 各, “all”, as in 龙胜各族自治县."""

_LONG_NAMED = "|".join(name for name in _NATIONALITIES.split("|") if len(name) > 1)
_AUTONOMOUS = re.compile(
    # 克孜勒苏柯尔克孜自治州 goes without 族, which names of one character never do.
    f"(.{{{SHORTEST},}}?)(?:(?:{_NATIONALITIES})族|{_LONG_NAMED})*(自治[区州县旗])"
)
_OF_A_PEOPLE = re.compile(f"(.{{{SHORTEST},}}?)(?:(?:{_NATIONALITIES})族)+([区乡])")

_LOOK_ALIKES = str.maketrans({"巿": "市"})
"""A rare character (fú, a knee cover) that stands for 市 in scanned and typed tables."""

_NO_PART_OF_A_NAME = re.compile(r"[\s\x00-\x1f\x7f]+")

_SPELT_OUT = {"内蒙": "内蒙古", "广西壮族": "广西", "宁夏回族": "宁夏", "新疆维吾尔": "新疆"}
"""Short and long forms of provinces that no rule on suffixes covers."""


def name_forms(names: pd.Series) -> pd.DataFrame:
    """Give the forms of place names by which they are compared.

    Parameters
    ----------
    names
        Names as they are written; none is missing.

    Returns
    -------
    pandas.DataFrame
        One row for each name, with its index: ``plain``, the name in simplified characters of plain width without
        spaces and in small letters; ``stem``, the plain name without the suffix that says what kind of place it is,
        and without the nationalities of an autonomous one, but of two characters at least; and ``kind``, the kind
        of place, which is empty for a name without a suffix.
    """
    codes, distinct = pd.factorize(names.astype(str))
    visible = (without_invisible(name).translate(_LOOK_ALIKES) for name in distinct)
    written = [_NO_PART_OF_A_NAME.sub("", fold_width(name)).casefold() for name in visible]
    # Converted together, for the converter is quick and calling it is slow; no name has a line break any more.
    plain = _converter().convert("\n".join(written)).split("\n") if written else []
    stems = [_stem_and_kind(name) for name in plain]
    forms = pd.DataFrame(
        {"plain": plain, "stem": [stem for stem, _ in stems], "kind": [kind for _, kind in stems]}, dtype="object"
    )
    return forms.iloc[codes].set_axis(names.index)


@cache
def _converter() -> OpenCC:
    """Give the converter from traditional to simplified characters, which takes a while to be made."""
    from opencc import OpenCC

    return OpenCC("t2s")


def _stem_and_kind(plain: str) -> tuple[str, str]:
    """Part a plain name from its suffix."""
    for suffix, kind in _COMMITTEES.items():
        stem = _without(plain, suffix)
        if stem:
            own = next((shorter for each in _OWN_SUFFIXES[kind] if (shorter := _without(stem, each))), stem)
            return own, kind
    autonomous = _AUTONOMOUS.fullmatch(plain) if plain[-3:-1] == "自治" else None
    if autonomous is not None:
        # 东乡族自治县 has no name but that of its people.
        stem = _without(autonomous[1], "族") or autonomous[1]
        return _SPELT_OUT.get(stem, stem), autonomous[2]
    of_a_people = _OF_A_PEOPLE.fullmatch(plain) if plain[-2:-1] == "族" else None
    if of_a_people is not None:
        return of_a_people[1], of_a_people[2]
    for suffix, kind in _SUFFIXES.items():
        stem = _without(plain, suffix)
        if stem:
            return _SPELT_OUT.get(stem, stem), kind
    return _SPELT_OUT.get(plain, plain), ""


def _without(name: str, suffix: str) -> str:
    """Take a suffix off a name; nothing where it has none, or would be too short without."""
    return name.removesuffix(suffix) if name.endswith(suffix) and len(name) >= len(suffix) + SHORTEST else ""
