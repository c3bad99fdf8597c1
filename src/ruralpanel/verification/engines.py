"""A run's estimates beside those that another engine of least squares finds on the same panel."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.block import block_results
from ruralpanel.estimation.estimates import load_estimates
from ruralpanel.frames.storage import load_table
from ruralpanel.study.blocks import Engine
from ruralpanel.study.model import Study

POINTS, ERRORS = 1e-8, 1e-6
"""By how much estimates may differ, in standard errors, and standard errors, as a share of themselves."""


@dataclass(frozen=True)
class Difference:
    """How far the estimates of a block are from those of another engine.

    Parameters
    ----------
    block
        Its name.
    rows
        How many estimates it has.
    points, errors
        The largest difference of estimates, in standard errors, and of standard errors, as a share.
    reasons
        How many estimates have another reason, or a number only with one engine.
    """

    block: str
    rows: int
    points: float
    errors: float
    reasons: int

    @property
    def is_small(self) -> bool:
        """Whether the two engines say the same."""
        return not self.reasons and self.points <= POINTS and self.errors <= ERRORS


def difference(study: Study, block: str, engine: Engine, results: Path, folder: Path) -> Difference:
    """Estimate a block with another engine, and compare with what a run has found.

    Parameters
    ----------
    study
        The study.
    block
        One of its blocks.
    engine
        The one to estimate with.
    results
        The folder of the run's results, with its panel and estimates.
    folder
        Where the files of the study's own estimators are.
    """
    before = load_estimates([results / "estimates" / f"{block}.csv"])
    equations = [each.model_copy(update={"engine": engine}) for each in study.equations(block)]
    panel = load_table(results / "panel" / "panel.parquet")
    after = block_results(panel, equations, list(study.designation), study.levels, folder).estimates
    errors = before["standard_error"].to_numpy()
    unit = np.where(errors > 0, errors, np.maximum(np.abs(before["estimate"].to_numpy()), 1e-300))
    points = np.abs(after["estimate"].to_numpy() - before["estimate"].to_numpy()) / unit
    shares = np.abs(after["standard_error"].to_numpy() / errors - 1)
    other = (before["reason"] != after["reason"]) | (before["estimate"].isna() != after["estimate"].isna())
    return Difference(block, len(before), _largest(points), _largest(shares), int(pd.Series(other).sum()))


def _largest(values: Numbers) -> float:
    return float(np.nanmax(values, initial=0.0))
