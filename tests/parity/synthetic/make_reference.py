"""Print what synthdid-py 0.1.0 and diff-diff 3.13.0 make of three panels: run in an environment that has both."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from diff_diff import SyntheticDiD
from synthdid import staggered_synthdid_estimate, synthdid_effect_curve

FOLDER = Path(__file__).parent
TOBACCO = FOLDER.parents[2] / "data" / "raw" / "proposition_99" / "california_prop99.csv"


def proposition_99() -> pd.DataFrame:
    rows = pd.read_csv(TOBACCO, sep=";")
    rows = rows.rename(columns={"State": "village", "Year": "year", "PacksPerCapita": "y"})
    return rows.assign(cohort=np.where(rows["village"] == "California", 1989, 0))[["village", "year", "cohort", "y"]]


def mpdta() -> pd.DataFrame:
    """Leave out the cohort of 2004, which is seen in one period before treatment."""
    rows = pd.read_csv(FOLDER.parent / "staggered" / "mpdta.csv")
    return rows.loc[rows["cohort"] != 2004, ["village", "year", "cohort", "y"]]


def staggered() -> pd.DataFrame:
    """Draw 60 villages over 12 years, four cohorts and never, and write them beside this script."""
    random = np.random.default_rng(2021)
    villages, years = np.arange(60), np.arange(2005, 2017)
    cohort = np.array([0, 2009, 0, 2011, 0, 2012, 0, 0, 0, 2014])[villages % 10]
    factor = random.normal(size=(2, len(years))).cumsum(axis=1)
    x = random.normal(size=(60, 12)) + 0.2 * (years - 2005)
    treated = (cohort[:, None] > 0) & (years >= cohort[:, None])
    y = random.normal(size=(60, 1)) * 2 + random.normal(1, 0.5, size=(60, 2)) @ factor + 0.7 * x
    y = y + treated * (1 + 0.2 * (years - cohort[:, None])) + random.normal(scale=0.4, size=(60, 12))
    frame = pd.DataFrame({"village": np.repeat(villages, 12), "year": np.tile(years, 60), "cohort": cohort.repeat(12)})
    frame = frame.assign(x=x.ravel().round(6), y=y.ravel().round(6))
    frame.to_csv(FOLDER / "staggered.csv", index=False)
    return frame


def residual(rows: pd.DataFrame) -> pd.DataFrame:
    """Take off what x explains, by least squares with dummies among villages never treated."""
    never = rows[rows["cohort"] == 0]
    dummies = [pd.get_dummies(never[name], drop_first=True).to_numpy(dtype=float) for name in ("village", "year")]
    design = np.column_stack([never["x"], np.ones(len(never)), *dummies])
    slope = np.linalg.lstsq(design, never["y"], rcond=None)[0][0]
    return rows.assign(y=rows["y"] - slope * rows["x"])


def first_library(rows: pd.DataFrame):
    rows = rows.assign(treated=((rows["cohort"] > 0) & (rows["year"] >= rows["cohort"])).astype(int))
    found = staggered_synthdid_estimate(rows, unit="village", time="year", outcome="y", treatment="treated")
    sizes = rows[rows["cohort"] > 0].groupby("cohort")["village"].nunique()
    yield "overall", "overall", found.att, found.se(method="jackknife")
    cells = []
    for cohort, each in found.estimates.items():
        yield "cohort", cohort, float(each), each.se(method="jackknife")
        for event_time, effect in enumerate(synthdid_effect_curve(each)):
            cells.append((event_time, effect * sizes[cohort], sizes[cohort]))
    sums = pd.DataFrame(cells, columns=["at", "effect", "size"]).groupby("at").sum()
    for event_time, row in sums.iterrows():
        yield "event_time", event_time, row["effect"] / row["size"], np.nan


def second_library(rows: pd.DataFrame):
    for cohort in sorted(set(rows["cohort"]) - {0}):
        part = rows[rows["cohort"].isin([0, cohort])]
        part = part.assign(ever=(part["cohort"] > 0).astype(int))
        after = [int(year) for year in sorted(part["year"].unique()) if year >= cohort]
        keys = {"outcome": "y", "treatment": "ever", "unit": "village", "time": "year", "post_periods": after}
        several = part.loc[part["ever"] == 1, "village"].nunique() > 1
        method = {"variance_method": "jackknife"} if several else {"variance_method": "placebo", "n_bootstrap": 20}
        found = SyntheticDiD(seed=1, **method).fit(part, **keys)
        yield "cohort", cohort, found.att, found.se if several else np.nan


if __name__ == "__main__":
    panels = {"proposition_99": proposition_99(), "mpdta": mpdta(), "staggered": staggered()}
    panels["staggered, x"] = residual(panels["staggered"])
    lines = []
    for name, rows in panels.items():
        for library, results in (("synthdid-py", first_library(rows)), ("diff-diff", second_library(rows))):
            lines += [(name, library, *each) for each in results]
    columns = ["dataset", "library", "row", "at", "estimate", "standard_error"]
    frame = pd.DataFrame(lines, columns=columns)
    frame.to_csv(FOLDER / "reference.csv", index=False, float_format="%.12g")
    print(frame.to_string())
