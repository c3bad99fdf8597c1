"""Codes and names of provinces, prefectures, counties, towns and villages, and the recode of counties."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ruralpanel.simulation.names import PROVINCES, region_names, town_names, village_names
from ruralpanel.simulation.parameters import Parameters

FIRST_PROVINCE = 81
"""81 to 90 are codes that no real province has, so that no simulated village looks like a real one."""

MOST_OF_TWO_DIGITS = 90
"""How many prefectures a province has at most."""

AREA_MOVED = 2003
"""A year in which an area went from a county to its neighbour, with no change of codes."""


def administrative(parameters: Parameters, places: pd.DataFrame) -> pd.DataFrame:
    """Give counties their province, prefecture, codes and names, today and before the recode.

    Parameters
    ----------
    parameters
        Numbers of provinces and of counties in a prefecture.
    places
        One row a county: its region, and the latitude and longitude of its middle.

    Returns
    -------
    pandas.DataFrame
        One row a county, in the order of province, prefecture and code: ``province``, ``province_name``,
        ``prefecture``, ``prefecture_name``, ``county``, ``county_name``, ``county_before``, ``county_name_before``,
        ``other_before`` and ``other_name_before`` (of the second county merged into it, otherwise empty), ``plain``,
        ``latitude``, ``longitude``.
    """
    counties = _in_provinces(parameters, places)
    size = max(
        parameters.counties_a_prefecture,
        -(-int(counties["number"].value_counts().max()) // MOST_OF_TWO_DIGITS),
    )
    within = counties.groupby("number").cumcount().to_numpy()
    province = [f"{FIRST_PROVINCE + number}" for number in counties["number"]]
    prefecture = [f"{code}{position // size + 1:02d}" for code, position in zip(province, within, strict=True)]
    place = within % size
    prefectures = list(dict.fromkeys(prefecture))
    names = dict(zip(prefectures, region_names(len(prefectures), 0), strict=True))
    own = region_names(len(counties), len(prefectures))
    kind = np.select([place == 0, place % 4 == 3], ["区", "市"], "县")
    number = np.select([place == 0, place % 4 == 3], [2, 81 + place], 21 + place)
    table = pd.DataFrame(
        {
            "province": province,
            "province_name": [PROVINCES[each] for each in counties["number"]],
            "prefecture": prefecture,
            "prefecture_name": [names[each] + "市" for each in prefecture],
            "county": [f"{head}{tail:02d}" for head, tail in zip(prefecture, number, strict=True)],
            "county_name": [name + end for name, end in zip(own, kind, strict=True)],
            "plain": (counties["region"] == "plain").astype(int).to_numpy(),
            "latitude": counties["latitude"].to_numpy(),
            "longitude": counties["longitude"].to_numpy(),
        }
    )
    return _recoded(parameters, table, place)


def _in_provinces(parameters: Parameters, places: pd.DataFrame) -> pd.DataFrame:
    """Cut the north into provinces by latitude, so that they hold plain and hills, and the south by longitude."""
    provinces = min(parameters.provinces, max(1, len(places) // 4))
    northern = places["region"] != "south"
    in_north = min(provinces, round(provinces * float(northern.mean()))) if northern.any() else 0
    in_north = max(in_north, 1) if northern.any() and provinces > 1 else in_north
    parts = []
    for part, by, number, first in (
        (places[northern], "latitude", in_north, 0),
        (places[~northern], "longitude", provinces - in_north, in_north),
    ):
        ordered = part.sort_values([by, "latitude", "longitude"])
        count = max(number, 1)
        parts.append(
            ordered.assign(number=min(first, provinces - 1) + np.arange(len(ordered)) * count // max(len(ordered), 1))
        )
    return pd.concat(parts).sort_values(["number", "longitude", "latitude"], kind="stable").reset_index(drop=True)


def _recoded(parameters: Parameters, counties: pd.DataFrame, place: np.ndarray) -> pd.DataFrame:
    """Write down what counties were before the recode: some other codes, one merger, one split."""
    heads = counties["prefecture"].tolist()
    stems = [name[:-1] for name in counties["county_name"]]
    code, name = counties["county"].tolist(), counties["county_name"].tolist()
    code_before, name_before = code.copy(), name.copy()
    other, other_name = [""] * len(code), [""] * len(code)
    candidates = np.flatnonzero(place == 1)
    wanted = min(parameters.recoded_counties, len(candidates))
    for row in candidates[np.arange(wanted) * len(candidates) // max(wanted, 1)]:
        code[row], name[row] = f"{heads[row]}03", f"{stems[row]}区"
    merged = np.flatnonzero(place == 2)
    if len(merged):
        row = merged[len(merged) // 3]
        other[row], other_name[row] = f"{heads[row]}40", f"{stems[row][::-1]}县"
        code[row], name[row] = f"{heads[row]}99", f"{stems[row]}市"
    split = np.flatnonzero(place == 4)
    if len(split):
        row = split[2 * len(split) // 3]
        code[row - 1], name[row - 1] = f"{heads[row]}04", f"{stems[row]}区"
        code[row], name[row] = f"{heads[row]}46", f"{stems[row]}南县"
        code_before[row - 1 : row + 1] = [f"{heads[row]}45"] * 2
        name_before[row - 1 : row + 1] = [f"{stems[row]}县"] * 2
    return counties.assign(
        county=code,
        county_name=name,
        county_before=code_before,
        county_name_before=name_before,
        other_before=other,
        other_name_before=other_name,
    )


def village_codes(parameters: Parameters, counties: pd.DataFrame, county: np.ndarray) -> pd.DataFrame:
    """Give villages their town, codes and names.

    Parameters
    ----------
    parameters
        The number of villages in a town.
    counties
        From :func:`administrative`.
    county
        The number of each village's county, ascending.

    Returns
    -------
    pandas.DataFrame
        One row a village: ``village`` (12 digits), ``village_name``, ``town_name``, ``town`` (a number over all
        counties), ``county_number``, and what is known of its county.
    """
    within = np.arange(len(county)) - np.searchsorted(county, county)
    size = max(parameters.villages_a_town, -(-int(within.max() + 1) // MOST_OF_TWO_DIGITS))
    town_within, village_within = within // size, within % size
    towns = town_within.max() + 1
    town = county * towns + town_within
    is_township = town_within % 3 == 2
    names_of_towns = town_names(town_within, county) + np.where(is_township, "乡", "镇").astype(object)
    codes = counties["county"].to_numpy(dtype=object)[county]
    tails = np.where(is_township, 200, 100) + town_within
    merged = (counties["other_before"] != "").to_numpy()[county] & (town_within % 2 == 1)
    columns = ["province", "province_name", "prefecture", "prefecture_name", "county", "county_name", "plain"]
    table = pd.DataFrame(
        {
            "village": [
                f"{code}{tail:03d}{200 + number:03d}"
                for code, tail, number in zip(codes, tails, village_within, strict=True)
            ],
            "village_name": village_names(village_within, town),
            "town_name": names_of_towns,
            "town": town,
            "county_number": county,
        }
    )
    for name in columns:
        table[name] = counties[name].to_numpy()[county]
    for name, other in (("county_before", "other_before"), ("county_name_before", "other_name_before")):
        table[name] = np.where(merged, counties[other].to_numpy()[county], counties[name].to_numpy()[county])
    return table


def crosswalk(parameters: Parameters, counties: pd.DataFrame) -> pd.DataFrame:
    """Write the codes of provinces, prefectures and counties with their changes, as the table of areacodes does.

    Parameters
    ----------
    parameters
        The year of the recode.
    counties
        From :func:`administrative`.

    Returns
    -------
    pandas.DataFrame
        One row a code, in the order of codes, in the columns of that table: a code in use has no end, one no longer in
        use names its successors, separated by semicolons; one in use from which an area went names where to, and the
        year in brackets.
    """
    year = str(parameters.recode_year)
    rows: list[tuple[str, ...]] = []
    for province, name in _different(counties, ["province", "province_name"]):
        rows.append((f"{province}0000", name, "", name, "省级", "在用", "1981", "", ""))
    for prefecture, name, above in _different(counties, ["prefecture", "prefecture_name", "province_name"]):
        rows.append((f"{prefecture}00", above, name, name, "地级", "在用", "1983", "", ""))
    successors: dict[str, list[str]] = {}
    kept = ["province_name", "prefecture_name", "county", "county_name", "county_before", "county_name_before"]
    for row in _different(counties, [*kept, "other_before", "other_name_before"]):
        province, prefecture, code, name = row[:4]
        since = "1984" if code == row[4] else year
        rows.append((code, province, prefecture, name, "县级", "在用", since, "", ""))
        for before, name_before in (row[4:6], row[6:8]):
            if before in ("", code):
                continue
            if before not in successors:
                rows.append((before, province, prefecture, name_before, "县级", "弃用", "1984", year, before))
            successors.setdefault(before, []).append(code)
    table = pd.DataFrame(
        rows,
        columns=["代码", "一级行政区", "二级行政区", "名称", "级别", "状态", "启用时间", "变更/弃用时间", "新代码"],
    )
    table["新代码"] = [";".join(successors.get(before, [])) for before in table["新代码"]]
    same = counties[counties["prefecture"] == counties["prefecture"].iloc[0]]
    if len(same) > 1:
        # Part of a county went to its neighbour long before, which leaves both codes in use.
        table.loc[table["代码"] == same["county"].iloc[0], "新代码"] = f"{same['county_before'].iloc[1]}[{AREA_MOVED}]"
    return table.sort_values("代码", kind="stable").reset_index(drop=True)


def _different(table: pd.DataFrame, columns: list[str]) -> list[list[str]]:
    """Give the different rows of some columns in their order."""
    rows: list[list[str]] = table[columns].drop_duplicates().to_numpy(dtype=object).tolist()
    return rows
