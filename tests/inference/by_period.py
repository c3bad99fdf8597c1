"""A kind of standard errors that the product does not have: scores are added up within periods, and that is all."""

from __future__ import annotations

import pandas as pd

from ruralpanel.absorption.levels import levels_of
from ruralpanel.inference.covariance import Covariance, Influences, Rows, labelled
from ruralpanel.study.blocks import Inference


def covariance(influences: Influences, rows: Rows, inference: Inference) -> Covariance:  # noqa: ARG001
    """Compute it."""
    sums = pd.DataFrame(influences.weights * influences.residuals[:, None]).groupby(rows.periods).sum().to_numpy()
    periods = levels_of(rows.periods)
    return labelled(sums.T @ sums, influences, len(sums) - 1, periods, settings={"bandwidth": len(sums)})
