"""A small study with a restricted survey, a restricted register of the same villages and a public gazetteer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

STUDY = """
study: small
title: A small study
authors: [A. Author]
seed: 7
data_standing: restricted
sources:
  survey:
    path: data/raw/small/restricted/survey.csv
    key: [village, year]
    missing_codes: [-9]
    columns:
      village: { from: code, type: code, level: village }
      year:
      income: { minimum: 0, unit: yuan }
      first_year: { from: listed_in }
      road:
    checks: [{ constant: road, within: village, reason: asked once }]
    access: By agreement with the bureau.
  register:
    path: data/raw/small/restricted/register.dta
    key: [village]
    columns:
      village: { from: villcode, type: code, level: village }
      hall: { from: halls, minimum: 0 }
    access: By agreement with the bureau.
  gazetteer:
    path: data/raw/small/gazetteer.csv
    key: [village]
    columns:
      village: { from: code, type: code, level: village }
      height: { unit: m }
    licence: CC0
    redistributable: true
panel:
  unit: village
  period: year
  base: survey
  joins:
    - { source: gazetteer, on: [village], expect: many_to_one }
    - { source: register, on: [village], expect: many_to_one }
designation:
  listed: { cohort: first_year, never: [0], label: Listed }
outcomes:
  income: { label: Income, unit: yuan }
blocks:
  effects:
    title: Effects
    outcomes: [income]
    estimators: [two_way_fixed_effects]
exhibits:
  effects: { kind: regression_table, title: Effects on income, blocks: [effects] }
"""

VILLAGES, YEARS = 60, range(2010, 2018)


def write_small_study(root: Path) -> None:
    """Write the study and its raw files under a root."""
    random = np.random.default_rng(3)
    codes = [
        f"37{13 + number % 2}0{1 + number % 3}{100 + number // 9:03d}{200 + number:03d}"
        for number in range(VILLAGES + 40)
    ]
    mine = codes[:VILLAGES]
    first = {code: [0, 2013, 2015][number % 3] for number, code in enumerate(mine)}
    road = {code: ["paved", "earth", "gravel"][number % 3] for number, code in enumerate(mine)}
    road[mine[0]] = "paved, by the mayor's brother"  # a value that one village alone has
    survey = pd.DataFrame(
        [
            (code, year, f"{random.lognormal(9, 0.5):.2f}", first[code], road[code], f"farmer {code[-3:]}")
            for code in mine
            for year in YEARS
        ],
        columns=["code", "year", "income", "listed_in", "road", "respondent"],
    )
    survey.loc[random.choice(len(survey), 40, replace=False), "income"] = "-9"
    folder = root / "data/raw/small"
    (folder / "restricted").mkdir(parents=True)
    survey.to_csv(folder / "restricted/survey.csv", index=False, encoding="gb18030")
    register = pd.DataFrame({"villcode": [float(code) for code in mine], "halls": random.poisson(3, VILLAGES) * 1.0})
    register.to_stata(folder / "restricted/register.dta", write_index=False, version=118)
    heights = random.uniform(5, 90, len(codes)).round(1)
    pd.DataFrame({"code": codes, "height": heights}).to_csv(folder / "gazetteer.csv", index=False)
    studies = root / "config/studies"
    studies.mkdir(parents=True, exist_ok=True)
    (studies / "small.yaml").write_text(STUDY, encoding="utf-8")
