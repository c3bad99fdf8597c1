"""Write a simulated economy as the raw files that people really have."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from ruralpanel.simulation.economy import Economy
from ruralpanel.storage import save_json

REFUSED = -8
"""How the household survey writes an income that was not told."""

NO_LIST = 2018
"""The year whose list the vendor's file does not have: villages first listed then are first seen on the next one."""


def write_raw_files(economy: Economy, folder: Path) -> None:
    """Write the raw files and the truth, the same bytes for the same economy.

    Parameters
    ----------
    economy
        From :func:`ruralpanel.simulation.economy.simulate`.
    folder
        Where to; existing files of the same names are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _register(economy).to_csv(folder / "village_register.csv", index=False, lineterminator="\n", encoding="utf-8-sig")
    _list(economy).to_csv(
        folder / "taobao_village_list.csv", index=False, lineterminator="\n", sep=";", encoding="gb18030"
    )
    _survey(economy).to_stata(
        folder / "village_survey.dta",
        write_index=False,
        version=118,
        time_stamp=datetime(2023, 1, 1),
        data_label="SYNTHETIC village survey",
        variable_labels={
            "villcode": "Village, 12-digit code",
            "wave": "Year",
            "inc_total": "Income per head, yuan",
            "inc_biz": "Business income per head, yuan",
            "inc_wage": "Wage income per head, yuan",
            "n_away": "Registered residents working away",
        },
    )
    save_json(economy.truth, folder / "truth.json")


def _register(economy: Economy) -> pd.DataFrame:
    villages = economy.villages
    return pd.DataFrame(
        {
            "村代码": villages["village"],
            "县代码": villages["county"],
            "省代码": villages["province"],
            "黄淮海平原": villages["plain"],
            "户籍人口（人）": villages["registered"],
            "纬度": villages["latitude"].map("{:.5f}".format),
            "经度": villages["longitude"].map("{:.5f}".format),
        }
    )


def _list(economy: Economy) -> pd.DataFrame:
    """Write one row a village and list year, from first listing to the last list; nobody leaves."""
    listed = economy.villages[economy.villages["first_listed"].notna()]
    last = int(economy.years["year"].max())
    rows = [
        (village, year)
        for village, first in zip(listed["village"], listed["first_listed"].astype(int), strict=True)
        for year in range(first, last + 1)
        if year != NO_LIST
    ]
    return pd.DataFrame(rows, columns=["村代码", "榜单年份"])


def _survey(economy: Economy) -> pd.DataFrame:
    years = economy.years
    hidden = economy.hidden.to_numpy()

    def told(name: str) -> np.ndarray:
        return np.where(hidden, REFUSED, years[name]).astype(np.int32)

    return pd.DataFrame(
        {
            "villcode": years["village"].astype(str),
            "wave": years["year"].astype(np.int16),
            "inc_total": told("income"),
            "inc_biz": told("business_income"),
            "inc_wage": told("wage_income"),
            "n_away": years["away"].astype(np.int32),
        }
    )
