from __future__ import annotations

import pandas as pd
import pytest


@pytest.fixture
def frame(made_panel: pd.DataFrame) -> pd.DataFrame:
    """Give the panel as somebody has it who knows of no study: no dated treatment, missing for never."""
    plain = made_panel[["village", "year", "cohort", "county", "x", "weight", "y"]].copy()
    plain["first"] = plain["cohort"].where(plain["cohort"] > 0)
    plain["on"] = (plain["year"] >= plain["first"]).astype(int)
    return plain.drop(columns="cohort")
