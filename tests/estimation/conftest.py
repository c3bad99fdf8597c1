from __future__ import annotations

import numpy as np
import pandas as pd

from tests.conftest import dated, equation
from tests.worded import estimate_block


def estimates_of(panel: pd.DataFrame, **changes: object) -> pd.DataFrame:
    """Estimate one equation with the usual parts, and some of them changed."""
    return estimate_block(panel, [equation(**changes)])[0]


def found(panel: pd.DataFrame, **changes: object) -> pd.DataFrame:
    """Estimate one equation, and give its rows by event time, or by term where they have none."""
    rows = estimates_of(panel, **changes)
    return rows.assign(at=rows["event_time"].astype("str").where(rows["event_time"].notna(), rows["term"])).set_index(
        "at"
    )


def irregular(seed: int, missing: float = 0.15) -> pd.DataFrame:
    """Make a panel with holes, if so wished, four cohorts and never, a covariate and weights."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        [(unit, year) for unit in range(24) for year in range(2000, 2008)], columns=["village", "year"]
    )
    frame["cohort"] = np.array([0, 2003, 2005, 2006])[frame["village"] % 4]
    frame["county"] = frame["village"] // 3
    frame["x"], frame["noise"] = random.normal(size=(2, len(frame)))
    frame["weight"] = random.uniform(0.5, 2, size=len(frame))
    treated = (frame["cohort"] > 0) & (frame["year"] >= frame["cohort"])
    frame["y"] = frame["village"] + 0.3 * frame["year"] + treated * (frame["year"] - 2000) + frame["x"] + frame["noise"]
    return dated(frame[random.uniform(size=len(frame)) > missing])
