"""Estimates and ledgers in words, as whoever reads them sees them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ruralpanel.estimation import block
from ruralpanel.study.blocks import Equation
from ruralpanel.words.frames import as_text, ledger_in_words


def estimate_block(
    panel: pd.DataFrame, equations: Sequence[Equation], designations: Sequence[str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimate a block, and put what it says into words."""
    estimates, ledger = block.estimate_block(panel, equations, designations)
    return as_text(estimates), ledger_in_words(ledger, None)


def block_results(panel: pd.DataFrame, equations: Sequence[Equation], designations: Sequence[str] = ()):
    """Estimate a block with all that comes of it, and put what it says into words."""
    found = block.block_results(panel, equations, designations)
    return block.BlockResults(
        as_text(found.estimates),
        ledger_in_words(found.ledger, None),
        found.matching,
        found.draws,
        found.covariance,
    )
