"""The panels that did_multiplegt_dyn and the product are both given, and how both are called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

SHARED = Path(__file__).parent
WINDOW = {"window": [-3, 2]}
CALLS: dict[str, dict[str, dict[str, Any]]] = {
    "mpdta": {"plain": {"window": [-3, 3]}},
    "on_and_off": {
        "plain": WINDOW,
        "county": {**WINDOW, "cluster": "county"},
        "weights": {**WINDOW, "weights": "size"},
        "in": {**WINDOW, "switching": {"switchers": "in"}},
        "out": {**WINDOW, "switching": {"switchers": "out"}},
        "normalised": {**WINDOW, "switching": {"normalised": True}},
        "same": {**WINDOW, "switching": {"same_switchers": True}},
        "within, county": {**WINDOW, "cluster": "county", "switching": {"within": ["region"]}},
    },
    "holes": {
        "plain": WINDOW,
        "weights, county": {**WINDOW, "weights": "size", "cluster": "county"},
        "same": {**WINDOW, "switching": {"same_switchers": True}},
    },
    "doses": {
        "plain": WINDOW,
        "normalised, county": {**WINDOW, "cluster": "county", "switching": {"normalised": True}},
        "out": {**WINDOW, "switching": {"switchers": "out"}},
    },
}
"""By data set and name: the window, and what differs from the usual."""


def panels() -> dict[str, pd.DataFrame]:
    """Read or draw the panels: `d` is the treatment."""
    mpdta = pd.read_csv(SHARED / "staggered" / "mpdta.csv")
    mpdta["d"] = ((mpdta["cohort"] > 0) & (mpdta["year"] >= mpdta["cohort"])).astype("float64")
    return {
        "mpdta": mpdta,
        "on_and_off": _drawn(1, levels=2),
        "holes": _with_holes(_drawn(2, levels=2), seed=3),
        "doses": _drawn(4, levels=4),
    }


def _drawn(seed: int, levels: int) -> pd.DataFrame:
    """Draw 120 villages over 8 years whose treatment moves between levels, each year with a chance of 1/8."""
    random = np.random.default_rng(seed)
    villages, years = 120, 8
    treatment = np.empty((villages, years))
    treatment[:, 0] = random.integers(0, levels, villages)
    for year in range(1, years):
        moves = random.uniform(size=villages) < 0.125
        treatment[:, year] = np.where(moves, random.integers(0, levels, villages), treatment[:, year - 1])
    outcome = random.normal(size=(villages, 1)) + 0.2 * np.arange(years) + 0.5 * treatment
    outcome += random.normal(size=outcome.shape).cumsum(axis=1) * 0.3
    frame = pd.DataFrame(
        {
            "village": np.repeat(np.arange(villages), years),
            "year": np.tile(np.arange(2000, 2000 + years), villages),
            "d": treatment.ravel(),
            "y": outcome.ravel(),
        }
    )
    size = np.repeat(random.integers(1, 9, villages), years) + random.integers(0, 2, len(frame))
    return frame.assign(county=frame["village"] // 5, region=frame["village"] % 2, size=size.astype("float64"))


def _with_holes(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Take away rows, outcomes and treatments, but no treatment after the last one known of a village."""
    random = np.random.default_rng(seed)
    frame = frame[random.uniform(size=len(frame)) > 0.06].reset_index(drop=True)
    frame["y"] = frame["y"].mask(random.uniform(size=len(frame)) < 0.05)
    last = frame["year"] == frame.groupby("village")["year"].transform("max")
    frame["d"] = frame["d"].mask((random.uniform(size=len(frame)) < 0.04) & ~last)
    return frame
