"""The rows on which rdrobust and rddensity estimated jumps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

CALLS: dict[str, dict[str, Any]] = {
    "sharp": {},
    "clustered": {"cluster": "county"},
    "fuzzy": {"design": "fuzzy"},
    "fuzzy, clustered": {"design": "fuzzy", "cluster": "county"},
    "bandwidth": {"bandwidth": 0.6},
    "two bandwidths": {"bandwidth": 0.6, "bias_bandwidth": 0.9},
    "level": {"order": 0},
    "parabola": {"order": 2},
    "uniform": {"kernel": "uniform"},
    "epanechnikov": {"kernel": "epanechnikov"},
}
"""By call, what is not as it is by default."""

DATA = ("smooth", "rounded")


def rows(data: str) -> pd.DataFrame:
    """Draw 700 villages with sales about a threshold of 1; rounded, many have the same."""
    random = np.random.default_rng(11)
    frame = pd.DataFrame({"village": np.arange(700), "year": 2014, "county": np.arange(700) % 45})
    sales = random.normal(1.2, 0.8, 700)
    frame["sales"] = np.round(8 * sales) / 8 if data == "rounded" else sales
    frame["listed"] = (frame["sales"] >= 1).astype(int)
    frame["took"] = ((random.uniform(size=700) < 0.7) & (frame["listed"] == 1) | (random.uniform(size=700) < 0.1)) * 1
    curve = np.sin(2 * frame["sales"]) + 0.3 * frame["sales"] ** 2
    shared = random.normal(size=45)[frame["county"]]
    frame["y"] = curve + 0.8 * frame["took"] + 0.4 * shared + random.normal(0, 0.6, 700)
    dates = {f"{name}_{what}": np.nan for name in ("listed", "took") for what in ("cohort", "event_time")}
    return frame.assign(**dates)
