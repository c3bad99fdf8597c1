"""A study of a restricted survey in which some values can be told from all others, whatever is made of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

SECRETS = ("XSECRETX", "XOTHERX", "XCOUNTYX", "987654.321", "987,654", "987654", "9.88e+05", "9.877e+05", "31.41592")
"""Names, a price and a place that only one village has, and how they might be rounded."""

SECRET_STUDY = """
study: secret
title: A survey that keeps its secrets
authors: [A. Author]
seed: 7
data_standing: restricted
sources:
  survey:
    path: data/raw/secret/restricted/survey.csv
    key: [village, year]
    columns:
      village: { type: text, label: Village }
      year:
      price: { minimum: 0, unit: yuan, label: Price }
      first_year:
      county: { type: text }
      latitude:
      longitude:
    access: By agreement with the bureau.
    minimum_cell: 10
panel:
  unit: village
  period: year
  region: county
  places: { latitude: latitude, longitude: longitude }
designation:
  listed: { cohort: first_year, never: [0], label: Listed }
outcomes:
  price: { label: Price, unit: yuan }
blocks:
  effects: { outcomes: [price], estimators: [two_way_fixed_effects, callaway_santanna, cohort_means] }
  means: { outcomes: [price], estimators: [cohort_means] }
diagnosis: { skip: [anticipation, transitory_selection, spillover, few_clusters] }
exhibits:
  villages: { kind: summary_table, title: Villages, columns: [price], by: listed, groups: cohort }
  effects: { kind: regression_table, title: Effects, blocks: [effects] }
  trends: { kind: trends_figure, title: Trends, blocks: [means] }
  rollout:
    kind: rollout_figure
    title: Rollout
    designation: listed
    published_counts: { 2014: { count: 212, source: A list } }
  map: { kind: map_figure, title: Map, designation: listed, show: cohort }
  missing: { kind: missingness_figure, title: Missing values }
  way: { kind: workflow_figure, title: The way of the data }
"""

VILLAGES, YEARS = 60, range(2010, 2016)


def write_secret_study(root: Path, text: str = SECRET_STUDY) -> pd.DataFrame:
    """Write the study and its raw file under a root; give the raw rows."""
    random = np.random.default_rng(3)
    names = [f"village {number:02d}" for number in range(VILLAGES)]
    names[7], names[11] = "XSECRETX", "XOTHERX"
    # Three villages are listed in 2012, which is a cell of three; the others in 2013 or never.
    first = [2012 if number in (7, 11, 13) else 2013 if number % 3 == 0 else 0 for number in range(VILLAGES)]
    rows = pd.DataFrame(
        [
            (names[number], year, round(random.lognormal(6, 0.3), 3), first[number], f"county {number % 4}")
            for number in range(VILLAGES)
            for year in YEARS
        ],
        columns=["village", "year", "price", "first_year", "county"],
    )
    own = rows["village"] == "XSECRETX"
    rows.loc[own & (rows["year"] == 2014), "price"] = 987654.321
    rows.loc[own, "county"] = "XCOUNTYX"
    places = pd.Series(names).map(lambda _: 30 + random.uniform(0, 0.4))
    places[7] = 31.41592
    rows["latitude"] = rows["village"].map(dict(zip(names, places.round(5), strict=True)))
    rows["longitude"] = rows["village"].map(
        dict(zip(names, 110 + random.uniform(0, 0.4, VILLAGES).round(5), strict=True))
    )
    folder = root / "data/raw/secret/restricted"
    folder.mkdir(parents=True, exist_ok=True)
    rows.to_csv(folder / "survey.csv", index=False)
    studies = root / "config/studies"
    studies.mkdir(parents=True, exist_ok=True)
    (studies / "secret.yaml").write_text(text, encoding="utf-8")
    return rows
