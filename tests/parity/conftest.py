from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from tests.conftest import dated

FOLDER = Path(__file__).parent


@cache
def irregular(name: str) -> pd.DataFrame:
    """Give one of the four irregular panels that references share, dated; not to be changed."""
    return dated(pd.read_csv(FOLDER / "fixest" / f"{name}.csv").drop(columns="designated"))
