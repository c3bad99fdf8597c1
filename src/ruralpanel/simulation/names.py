"""Invented names of places, made of common characters; where one equals a real place's, that is chance."""

from __future__ import annotations

import numpy as np

PROVINCES = ("青岚省", "云陵省", "沧平省", "朔原省", "瀚东省", "岐南省", "澜西省", "棠川省", "溪宁省", "屏海省")
"""Ten provinces that do not exist, for the codes 81 to 90."""

_FIRST_OF_REGIONS = "苍棠霁苓榛翎砚葭霖沐枫荻藜芷墨琴诗棋鹭雁莺燕萤岚黛栩楹绮锦翠澄湛漪渚"
_SECOND_OF_REGIONS = "川原陵浦津湾台泽屿岭堰溪源渡洲甸坞皋畔垣麓汀"
_FIRST_OF_TOWNS = "白大东二高古官关官河黑红后花黄金孔老李刘柳龙马南牛前桥青三沙上石双太桃王西下小新杨张中"
_SECOND_OF_TOWNS = "坝城冲店渡坊府阁沟关河湖集涧口岭楼马铺桥泉山寺堂塘滩田屯湾王务溪崖堰营园闸寨镇庄"
_FIRST_OF_VILLAGES = (
    "白曹陈程崔戴邓丁董杜范方冯傅高葛郭韩何贺侯胡黄贾江姜蒋金康孔雷黎李梁廖林刘柳卢陆罗吕马毛孟潘彭钱乔秦任邵沈石史宋"
    "苏孙谭汤唐陶田汪王魏文吴夏萧谢徐许薛严杨姚叶尹于余袁曾张赵郑钟周朱邹"
)
_SECOND_OF_VILLAGES = "庄湾屯营寨店桥楼堂沟坪岭塘坡洼口集铺园圩堤坝渡河滩"

RARE = ("𣵦", "𨟠")
"""Characters of names that GB18030 holds in four bytes and GBK not at all."""

TRADITIONAL = str.maketrans("庄湾东乡镇县桥楼陈张马刘龙岭长", "莊灣東鄉鎮縣橋樓陳張馬劉龍嶺長")
"""Characters as some lists write them."""


def region_names(number: int, beginning: int) -> list[str]:
    """Give different names of two characters for prefectures or counties.

    Parameters
    ----------
    number
        How many.
    beginning
        Where among all names to begin, so that prefectures and counties are not called the same.

    Returns
    -------
    list of str
        Names without 市, 县 or 区.
    """
    table = _table(_FIRST_OF_REGIONS, _SECOND_OF_REGIONS)
    return list(table[(beginning + np.arange(number)) * 541 % len(table)])


def town_names(within: np.ndarray, county: np.ndarray) -> np.ndarray:
    """Give towns names that are unique within their county, without 镇 or 乡.

    Parameters
    ----------
    within
        The number of each town within its county, from 0.
    county
        The number of its county.

    Returns
    -------
    numpy.ndarray
        Names of two characters.
    """
    table = _table(_FIRST_OF_TOWNS, _SECOND_OF_TOWNS)
    return np.asarray(table[(county * 367 + within * 101) % len(table)])


def village_names(within: np.ndarray, town: np.ndarray) -> np.ndarray:
    """Give villages names that are unique within their town, without 村; a few have a rare character.

    Parameters
    ----------
    within
        The number of each village within its town, from 0.
    town
        The number of its town over all counties.

    Returns
    -------
    numpy.ndarray
        Names of two characters.
    """
    table = _table(_FIRST_OF_VILLAGES, _SECOND_OF_VILLAGES)
    names = table[(town * 523 + within * 211) % len(table)]
    rare = (within == 1) & (town % 40 == 3)
    names[rare] = [
        RARE[number // 40 % len(RARE)] + name[1] for number, name in zip(town[rare], names[rare], strict=True)
    ]
    return np.asarray(names)


def _table(first: str, second: str) -> np.ndarray:
    """Combine every different first character with every different second one that is not the same."""
    pairs = [one + two for one in dict.fromkeys(first) for two in dict.fromkeys(second) if one != two]
    return np.array(pairs, dtype=object)
