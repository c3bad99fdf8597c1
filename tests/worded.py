"""Estimates and ledgers in words, as whoever reads them sees them."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pandas as pd

from ruralpanel.estimation import block
from ruralpanel.exhibits.caption import ExhibitDeclaration
from ruralpanel.exhibits.printed_table import PrintedTable
from ruralpanel.study.blocks import Equation
from ruralpanel.words.frames import as_text, in_words, ledger_in_words


def estimate_block(
    panel: pd.DataFrame, equations: Sequence[Equation], designations: Sequence[str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimate a block, and put what it says into words."""
    estimates, ledger = block.estimate_block(panel, equations, designations)
    return as_text(estimates), ledger_in_words(ledger, None)


def block_results(panel: pd.DataFrame, equations: Sequence[Equation], designations: Sequence[str] = ()):
    """Estimate a block with all that comes of it, and put what it says into words."""
    found = block.block_results(panel, equations, designations)
    return SimpleNamespace(
        estimates=as_text(found.estimates),
        ledger=ledger_in_words(found.ledger, None),
        matching=found.matching,
        draws=found.draws,
        covariance=found.covariance,
    )


class Figure:
    """A kind of figure, whose data are put into words before they are drawn, as the workflow does."""

    def __init__(self, name: str) -> None:
        self.module = import_module(f"ruralpanel.exhibits.{name}")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.module, name)

    def draw(self, data: pd.DataFrame, declaration: ExhibitDeclaration) -> Any:
        return self.module.draw(in_words(data, None), declaration)


def __getattr__(name: str) -> Figure:
    if not name.endswith("_figure"):
        raise AttributeError(name)
    return Figure(name)


def print_table(frame: pd.DataFrame, declaration: ExhibitDeclaration) -> PrintedTable:
    """Print a table of its kind from estimates or claims that are put into words before, as the workflow does."""
    printed: PrintedTable = import_module(f"ruralpanel.exhibits.{declaration.exhibit.kind}").print_table(
        in_words(frame, None), declaration
    )
    return printed
