"""The yearly lists of Taobao Villages: names without codes, spelt differently from year to year."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ruralpanel.simulation.economy import Economy
from ruralpanel.simulation.names import TRADITIONAL
from ruralpanel.simulation.random_streams import stream
from ruralpanel.simulation.raw.writers import write_csv


@dataclass(frozen=True)
class ListFile:
    """How one file of lists is written.

    Parameters
    ----------
    name
        The file's.
    years
        The list years in it.
    year_header
        The header of the year; empty where the file has no such column, for its name says it.
    headers
        Of province, prefecture, county, town and village.
    endings
        What may stand behind the name of a village.
    short_provinces
        The share of provinces written without 省.
    traditional
        The share of towns and villages in traditional characters.
    numbered
        Whether there is a running number in front.
    total
        Whether the last row is a total.
    """

    name: str
    years: tuple[int, ...]
    year_header: str
    headers: tuple[str, str, str, str, str]
    endings: tuple[str, ...]
    short_provinces: float = 0.0
    traditional: float = 0.0
    numbered: bool = False
    total: bool = False


LIST_FILES = (
    ListFile(
        "taobao_list_2013_2015.csv",
        (2013, 2014, 2015),
        "年份",
        ("省份", "地市", "区县", "乡镇", "村名"),
        ("村",),
        traditional=0.15,
    ),
    ListFile(
        "taobao_list_2016.csv",
        (2016,),
        "",
        ("省(市、区)", "市（州）", "县（市、区）", "乡镇(街道)", "村"),
        ("村", "村委会"),
        short_provinces=0.3,
        total=True,
    ),
    ListFile(
        "taobao_list_2017.csv", (2017,), "", ("省", "市", "区县", "乡镇/街道", "村"), ("村委会",), short_provinces=1.0
    ),
    ListFile(
        "taobao_list_2019.csv", (2019,), "", ("省", "市", "县", "镇", "村名称"), ("村", "村民委员会"), numbered=True
    ),
    ListFile(
        "taobao_list_2020_2022.csv",
        (2020, 2021, 2022),
        "年度",
        ("省级", "地级", "县级", "乡级", "村级"),
        ("村", "村委会", "村民委员会"),
    ),
)
"""All of them; there is none of 2018."""


def write_lists(economy: Economy, folder: Path) -> None:
    """Write every file of lists in GB18030, each with all villages on the list of its years."""
    random = stream(economy.seed, "lists")
    for file in LIST_FILES:
        parts = [_one_list(economy, file, year, random) for year in file.years if year in economy.parameters.years]
        table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
        if file.total and len(table):
            table.loc[len(table)] = ["合计", *[""] * (len(table.columns) - 2), f"{len(table)}个"]
        write_csv(table, folder / file.name, encoding="gb18030")


def _one_list(economy: Economy, file: ListFile, year: int, random: np.random.Generator) -> pd.DataFrame:
    """Write the villages on one year's list as the file spells them."""
    on = economy.listing.on_list[:, economy.parameters.years.index(year)]
    villages = economy.geography.villages[on].reset_index(drop=True)
    province = villages["province_name"].to_numpy(dtype=object)
    short = random.random(len(villages)) < file.short_provinces
    province[short] = [name.removesuffix("省") for name in province[short]]
    endings = np.array(file.endings, dtype=object)[random.integers(len(file.endings), size=len(villages))]
    village = villages["village_name"].to_numpy(dtype=object) + endings
    town = villages["town_name"].to_numpy(dtype=object)
    traditional = random.random(len(villages)) < file.traditional
    village[traditional] = [name.translate(TRADITIONAL) for name in village[traditional]]
    town[traditional] = [name.translate(TRADITIONAL) for name in town[traditional]]
    cells = (province, villages["prefecture_name"], _county_names(economy, villages, year), town, village)
    table = pd.DataFrame(dict(zip(file.headers, cells, strict=True)))
    if file.numbered:
        table.insert(0, "序号", range(1, len(table) + 1))
    if file.year_header:
        table.insert(0, file.year_header, year)
    return table


def _county_names(economy: Economy, villages: pd.DataFrame, year: int) -> pd.Series:
    """Give counties their name of the year; those merged or split have the one of today throughout."""
    if year >= economy.parameters.recode_year:
        return villages["county_name"]
    counties = economy.geography.counties
    several = counties["county_before"].duplicated(keep=False) | (counties["other_before"] != "")
    of_today = villages["county_number"].map(several)
    return villages["county_name_before"].mask(of_today, villages["county_name"])
