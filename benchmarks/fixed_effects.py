"""Print how long the two-way fixed-effects estimator takes beside linearmodels.PanelOLS, and how far they differ.

    .venv/bin/python benchmarks/fixed_effects.py 2000 20000 60000

For so many villages. A simulated panel of 15 years, one treatment and three regressors, standard errors clustered by
county; seconds are medians of three runs, each in this one process.
"""

import statistics
import sys
import time
import warnings

import numpy as np
import pandas as pd
from linearmodels.panel import PanelOLS

from ruralpanel.estimation.block import estimate_block
from ruralpanel.study.model import Study

REGRESSORS = ["x1", "x2", "x3"]
SIZES = (2_000, 20_000, 60_000)


def make_panel(villages):
    random = np.random.default_rng(1)
    years = np.arange(2008, 2023)
    frame = pd.DataFrame({"village": np.repeat(np.arange(villages), len(years)), "year": np.tile(years, villages)})
    cohort = np.repeat(
        np.where(random.random(villages) < 0.25, random.integers(2013, 2023, villages), 9999), len(years)
    )
    frame["county"] = frame["village"] // 20
    frame["listed"] = (frame["year"] >= cohort).astype(int)
    frame[REGRESSORS] = random.normal(size=(len(frame), 3))
    frame["y"] = random.normal(size=len(frame)) + 0.06 * frame["listed"]
    return frame


def median_seconds(work):
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), result


def equation():
    """Spell an equation out as a study does, from what its file says."""
    study = Study.model_validate(
        {
            "study": "benchmark",
            "title": "Benchmark",
            "authors": ["ruralpanel"],
            "seed": 1,
            "data_standing": "simulated",
            "sources": {
                "panel": {
                    "path": "panel.csv",
                    "key": ["village", "year"],
                    "columns": dict.fromkeys(["village", "year", "county", "listed", "y", *REGRESSORS]),
                }
            },
            "panel": {"unit": "village", "period": "year"},
            "designation": {"listed": {"indicator": "listed"}},
            "outcomes": {"y": {"label": "y"}},
            "blocks": {
                "block": {
                    "outcomes": ["y"],
                    "estimators": ["two_way_fixed_effects"],
                    "regressors": REGRESSORS,
                    "inference": {"cluster": ["county"]},
                }
            },
            "exhibits": {"table": {"kind": "regression_table", "title": "y", "blocks": ["block"]}},
        }
    )
    (only,) = study.equations("block")
    return only


def panel_ols(panel):
    indexed = panel.set_index(["village", "year"])
    model = PanelOLS(indexed["y"], indexed[["listed", *REGRESSORS]], entity_effects=True, time_effects=True)
    return model.fit(cov_type="clustered", clusters=indexed["county"]).params["listed"]


warnings.simplefilter("ignore")
print(f"{'rows':>10} {'ruralpanel':>11} {'PanelOLS':>9} {'ratio':>6} {'difference':>11}")
for villages in map(int, sys.argv[1:] or SIZES):
    panel = make_panel(villages)
    ours, (estimates, _) = median_seconds(lambda panel=panel: estimate_block(panel, [equation()]))
    theirs, coefficient = median_seconds(lambda panel=panel: panel_ols(panel))
    difference = abs(estimates["estimate"].iloc[0] - coefficient)
    print(f"{len(panel):>10,} {ours:>11.2f} {theirs:>9.2f} {theirs / ours:>6.1f} {difference:>11.1e}")
