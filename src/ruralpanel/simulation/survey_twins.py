"""Synthetic twins of household surveys that cannot be passed on: files of their names, variables, codes and waves.

Nothing in them is taken from a real file. They are for trying the studies of ``config/studies/restricted`` before the
real files are there: the same study runs on either, and on twins says so. Effects are planted, so that a test can look
for them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from ruralpanel.lineage import file_digest
from ruralpanel.simulation.marker import MARKER, marker_text

EFFECT = -0.053
"""The planted effect on log income, of the size and sign that Li, Xie and Tang (2025) print."""

OFFER = 12.0
"""The planted effect of the offer of a terminal on monthly consumption, yuan."""

WRITTEN = datetime(2026, 1, 1)
"""The time in every Stata file, for the same bytes each time."""

CFPS_MISSING = (-1, -2, -8, -9, -10)
"""Don't know, refused, not applicable, missing, cannot be judged."""


@dataclass(frozen=True)
class SurveyFile:
    """A file of a twin: its rows, and what its variables and values are called."""

    rows: pd.DataFrame
    labels: dict[str, str] = field(default_factory=dict)
    value_labels: dict[Hashable, dict[float, str]] = field(default_factory=dict)


Files = dict[str, SurveyFile]


def write_twin(survey: str, seed: int, folder: Path) -> list[Path]:
    """Write the twin of a survey, and beside its files which of them are twins.

    Parameters
    ----------
    survey
        A key of :data:`SURVEYS`.
    seed
        Which twin.
    folder
        Where to; made where it is not there.

    Returns
    -------
    list of pathlib.Path
        The files, without the markers.
    """
    written = []
    for name, file in SURVEYS[survey](np.random.default_rng(seed)).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".csv":
            file.rows.to_csv(path, index=False, lineterminator="\n")
        else:
            file.rows.to_stata(
                path,
                write_index=False,
                version=118,
                time_stamp=WRITTEN,
                data_label="SYNTHETIC twin: no real values",
                variable_labels=file.labels,
                value_labels=file.value_labels,
            )
        written.append(path)
    for place in {path.parent for path in written}:
        digests = {path.name: file_digest(path) for path in written if path.parent == place}
        (place / MARKER).write_text(marker_text(digests), encoding="utf-8")
    return written


def _with_codes(values: np.ndarray, random: np.random.Generator, share: float = 0.03) -> np.ndarray:
    """Put missing codes in the place of some values."""
    coded = np.round(values)
    hit = random.random(len(coded)) < share
    coded[hit] = random.choice(CFPS_MISSING, hit.sum())
    return coded


def cfps(random: np.random.Generator) -> Files:
    """Make household files of CFPS, 2010 to 2020, with households that split, come later and do not answer."""
    counties, communities, households, waves = 80, 2, 12, (2010, 2012, 2014, 2016, 2018, 2020)
    cohorts = random.choice([2013, 2014, 2015, 2016, 2018, 0], counties, p=[0.1, 0.1, 0.1, 0.1, 0.1, 0.5])
    county = np.repeat(np.arange(1, counties + 1), communities * households)
    community = np.repeat(np.arange(counties * communities) + 100101, households)
    base = pd.DataFrame({"countyid": county, "cid": community})
    base["fid"] = np.arange(len(base)) + 110001
    base["provcd"] = 11 + base["countyid"] % 20
    base["urban"] = (base["cid"] % 5 == 0).astype(int)
    base["familysize"] = random.integers(1, 8, len(base))
    base["fswt_nat"] = random.integers(5_000, 60_000, len(base))
    of_household = random.normal(0, 0.4, len(base))
    first = cohorts[base["countyid"] - 1]
    files: Files = {}
    for number, year in enumerate(waves):
        suffix = "" if year == 2010 else str(year)[2:]
        place = "" if year < 2014 else suffix
        treated = (first > 0) & (first <= year)
        shock = random.normal(0, 0.06, counties)[base["countyid"] - 1]
        log_income = 8.8 + 0.16 * number + of_household + shock + EFFECT * treated + random.normal(0, 0.25, len(base))
        income = np.exp(log_income) * base["familysize"]
        wave = pd.DataFrame(
            {
                f"fid{suffix}": base["fid"] + 1_000_000 * number,
                f"provcd{place}": base["provcd"],
                f"countyid{place}": base["countyid"],
                f"cid{place}": base["cid"],
                f"urban{suffix}": base["urban"],
            }
        )
        size = {2016: "familysize16", 2018: "familysize18", 2020: "familysize20"}.get(year, "familysize")
        wave[size] = base["familysize"]
        if year == 2010:
            wave["faminc_net"], wave["fswt_nat"] = _with_codes(income.to_numpy(), random), base["fswt_nat"]
        else:
            kind = "1" if year == 2020 else "2"
            wage = income * np.clip(0.55 - 0.05 * treated + random.normal(0, 0.1, len(base)), 0, 1)
            wave[f"fincome{kind}"] = _with_codes(income.to_numpy(), random)
            wave[f"fwage_{kind}"] = _with_codes(wage.to_numpy(), random)
            wave[f"foperate_{kind}"] = _with_codes((income - wage).clip(lower=0).to_numpy() * 0.6, random)
            wave["fid10"] = base["fid"]
            there = pd.Series(random.random(len(base)) > 0.08, index=wave.index)
            wave = pd.concat(_splits(wave[there].copy(), suffix, size, kind, random), ignore_index=True)
        files[_CFPS_NAMES[year]] = SurveyFile(
            wave, {f"urban{suffix}": "Urban by the statistics bureau"}, {f"urban{suffix}": {0: "Rural", 1: "Urban"}}
        )
    places = base.drop_duplicates("cid")["cid"].to_numpy()
    prices = _with_codes(random.lognormal(7.5, 0.5, len(places)), random)
    files["cfps2010comm_201906.dta"] = SurveyFile(pd.DataFrame({"cid": places, "cf3": prices}))
    listed = pd.DataFrame({"countyid": np.arange(1, counties + 1), "first_listed": cohorts})
    files["taobao_counties.csv"] = SurveyFile(listed[listed["first_listed"] > 0])
    return files


_CFPS_NAMES = {
    2010: "cfps2010famecon_202008.dta",
    2012: "cfps2012famecon_201906.dta",
    2014: "cfps2014famecon_201906.dta",
    2016: "cfps2016famecon_201807.dta",
    2018: "cfps2018famecon_202101.dta",
    2020: "cfps2020famecon_202306.dta",
}
"""The file of households of each wave, with the release that public programs read."""


def _splits(wave: pd.DataFrame, suffix: str, size: str, kind: str, random: np.random.Generator) -> list[pd.DataFrame]:
    """Split households, and add some that came later.

    Who left a household has its number of 2010 and a share of its income; who came later has no number of 2010.
    """
    fid, numbers = f"fid{suffix}", [f"fincome{kind}", f"fwage_{kind}", f"foperate_{kind}"]
    able = wave.index[(wave[size] > 2) & (wave[numbers] >= 0).all(axis=1)]
    chosen = random.choice(able, len(able) // 20, replace=False)
    left = wave.loc[chosen].copy()
    left[fid] += 500_000
    share = 1 / left[size]
    left[numbers] = np.floor(left[numbers].mul(share, axis=0))
    left[size] = 1
    wave.loc[chosen, numbers] = wave.loc[chosen, numbers] - left[numbers]
    wave.loc[chosen, size] -= 1
    later = wave.sample(len(wave) // 30, random_state=int(random.integers(2**31))).copy()
    later[fid] += 700_000
    later["fid10"] = -8
    return [wave, left, later]


def charls(random: np.random.Generator) -> Files:
    """Make the harmonised file of CHARLS, the interview of 2011 with its shorter numbers, and communities."""
    cities, communities, households = 60, 3, 10
    cohorts = random.choice([2012, 2014, 2016, 0], cities, p=[0.15, 0.2, 0.15, 0.5])
    city = np.repeat(np.arange(cities), communities * households)
    community = np.repeat(np.arange(cities * communities), households)
    names = np.array([f"{number + 1010100:07d}" for number in range(cities * communities)])
    people = pd.DataFrame({"communityID": names[community]})
    people["householdID"] = (
        people["communityID"] + pd.Series(np.arange(len(people)) % households + 10).astype(str) + "0"
    )
    people["ID"] = people["householdID"] + "01"
    people["r1wtresp"] = random.integers(500, 5_000, len(people)).astype(float)
    of_person = random.normal(0, 0.4, len(people))
    for wave, year in enumerate((2011, 2013, 2015, 2018), start=1):
        treated = (cohorts[city] > 0) & (cohorts[city] <= year)
        shock = random.normal(0, 0.05, cities)[city]
        log = 8.6 + 0.2 * wave + of_person + shock + EFFECT * treated
        seen = random.random(len(people)) > (0 if wave == 1 else 0.1)
        size = np.where(seen, random.integers(1, 6, len(people)), np.nan)
        people[f"hh{wave}cperc"] = np.where(seen, np.exp(log + random.normal(0, 0.2, len(people))).round(2), np.nan)
        people[f"hh{wave}itot"] = np.where(
            seen, np.exp(log + random.normal(0, 0.3, len(people))).round(2) * size, np.nan
        )
        people[f"h{wave}hhres"] = size
    interview = pd.DataFrame({"ID": people["ID"].str[:9] + people["ID"].str[10:]})
    interview["householdID"], interview["communityID"] = people["householdID"].str[:9], people["communityID"]
    interview["bc001"] = random.choice([1, 2, 3], len(people), p=[0.85, 0.13, 0.02])
    places = pd.DataFrame(
        {"communityID": names, "city": [f"市{number // communities:02d}" for number in range(len(names))]}
    )
    places.insert(1, "province", "省" + places["city"].str[1])
    places["urban_nbs"] = (np.arange(len(names)) % communities == 0).astype(int)
    listed = pd.DataFrame({"city": [f"市{number:02d}" for number in range(cities)], "first_listed": cohorts})
    return {
        "H_CHARLS_D_Data.dta": SurveyFile(people),
        "2011/demographic_background.dta": SurveyFile(
            interview,
            {"bc001": "Hukou status"},
            {"bc001": {1: "1 Agricultural", 2: "2 Non-agricultural", 3: "3 Unified"}},
        ),
        "2011/psu.dta": SurveyFile(places, {}, {"urban_nbs": {0: "0 Rural", 1: "1 Urban"}}),
        "taobao_cities.csv": SurveyFile(listed[listed["first_listed"] > 0]),
    }


def crrs(random: np.random.Generator) -> Files:
    """Make two waves of CRRS: 300 villages, of whose households a fifth is not found again."""
    villages, households = 300, 12
    numbers = np.array([f"{number + 1:03d}" for number in range(villages)])
    listed = np.where(random.random(villages) < 0.15, random.choice([2019, 2021, 2022], villages), 0)
    village = np.repeat(np.arange(villages), households)
    rows = pd.DataFrame({"villageid": numbers[village]})
    rows["hhid"] = rows["villageid"] + pd.Series(np.arange(len(rows)) % households + 10).astype(str)
    rows["hhsize"] = random.integers(1, 8, len(rows))
    of_household = random.normal(0, 0.5, len(rows))
    files: Files = {}
    for number, year in enumerate((2020, 2022)):
        treated = (listed[village] > 0) & (listed[village] <= year)
        shock = random.normal(0, 0.05, villages)[village]
        log = 9.6 + 0.1 * number + of_household + shock + EFFECT * treated + random.normal(0, 0.2, len(rows))
        income = np.round(np.exp(log) * rows["hhsize"])
        income[random.random(len(rows)) < 0.03] = random.choice([-8, -9])
        wave = rows.assign(income_total=income)[random.random(len(rows)) < (1 if number == 0 else 0.81)]
        files[f"crrs{year}_household.dta"] = SurveyFile(
            wave.reset_index(drop=True), {"income_total": "Income of the year"}
        )
    form = pd.DataFrame({"villageid": numbers})
    form["countyid"] = [f"{number // 6 + 1:02d}" for number in range(villages)]
    form["provid"] = [f"{number // 30 + 1:02d}" for number in range(villages)]
    form["collective_assets"] = random.lognormal(4, 1, villages).round(1)
    files["crrs2020_village.dta"] = SurveyFile(form)
    files["taobao_villages.csv"] = SurveyFile(pd.DataFrame({"villageid": numbers, "first_listed": listed})[listed > 0])
    return files


def countryside_trial(random: np.random.Generator) -> Files:
    """Make two rounds of the trial: 100 villages, 60 with the offer; terminals open in 38 of them, and 5 others."""
    villages, households = 100, 28
    assigned = np.zeros(villages, dtype=int)
    assigned[random.permutation(villages)[:60]] = 1
    opened = np.zeros(villages, dtype=int)
    opened[random.choice(np.flatnonzero(assigned == 1), 38, replace=False)] = 1
    opened[random.choice(np.flatnonzero(assigned == 0), 5, replace=False)] = 1
    form = pd.DataFrame({"village_id": np.arange(1, villages + 1), "county_id": np.arange(villages) % 8 + 1})
    form["treat"], form["terminal_open"] = assigned, opened
    village = np.repeat(np.arange(villages), households)
    rows = pd.DataFrame({"village_id": village + 1, "hh_id": [f"{number + 1:05d}" for number in range(len(village))]})
    rows["weight"] = random.uniform(0.5, 2, len(rows)).round(3)
    taste = random.normal(0, 60, len(rows)) + random.normal(0, 15, villages)[village]
    rounds = []
    for number in (1, 2):
        effect = OFFER * 60 / 38 * opened[village] * (number == 2)
        spending = 400 + taste + effect + random.normal(0, 40, len(rows))
        income = 900 + 2 * taste + random.normal(0, 150, len(rows))
        wave = rows.assign(round=number, retail_total=spending.round(2), income_monthly=income.round(2))
        lost = np.isin(village, [10, 30, 50, 70]) | (random.random(len(rows)) < 0.2)
        rounds.append(wave if number == 1 else wave[~lost])
    return {
        "survey_data_analysis.dta": SurveyFile(pd.concat(rounds, ignore_index=True)),
        "Merge_Village_Vars.dta": SurveyFile(form),
    }


SURVEYS: dict[str, Callable[[np.random.Generator], Files]] = {
    "cfps": cfps,
    "charls": charls,
    "crrs": crrs,
    "countryside_trial": countryside_trial,
}
"""By the name of its study under ``config/studies/restricted``, what makes the twin of a survey."""
