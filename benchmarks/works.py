"""What is measured: works that several programs can do, each on the same panel."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.panels import READ, make_panel

Program = Callable[[Any], tuple[float, float]]

LIMIT = "arithmetic"
"""The program that passes over the columns once, which none can do without."""

PROGRAMS = [
    "ruralpanel",
    "fereg",
    "pyfixest",
    "linearmodels",
    "diff_diff",
    "csdid",
    "moderndid",
    "pandas",
    "pyarrow",
    LIMIT,
]
"""Modules of ``benchmarks.programs``."""


@dataclass(frozen=True)
class Work:
    """Something to be measured.

    Parameters
    ----------
    label
        What is done.
    reported
        What each program prints of it, so that it can be seen that they do the same.
    villages
        The sizes measured unless others are asked for.
    unbalanced
        Whether one row in ten is left out.
    as_work
        The function of the programs' modules that does it, if it is not the name of the work.
    file
        The ending of the file that programs are given in the place of the panel: ``.csv`` or ``.parquet``.
    """

    label: str
    reported: str = "the treatment's coefficient"
    villages: tuple[int, ...] = (1_000, 10_000, 100_000)
    unbalanced: bool = False
    as_work: str = ""
    file: str = ""


MEAN = "the mean of the outcome"
ON_ENTRY = "the effect in the first period"
LARGE = (1_000, 10_000, 100_000, 700_000)
ALL_SIZES = (77, 1_000, 10_000, 100_000, 700_000, 770_000)
"""From a thousand rows to ten million, the country's number of villages among them."""


WORKS = {
    "two_way": Work("two-way effects, 9 regressors, clusters", villages=ALL_SIZES),
    "two_way_unbalanced": Work(
        "the same, a tenth of the rows missing", villages=ALL_SIZES, unbalanced=True, as_work="two_way"
    ),
    "multiway": Work("village and province × year effects, 9 regressors", villages=ALL_SIZES),
    "specifications": Work("256 specifications of one block, two-way", villages=(1_000, 2_000, 10_000)),
    "event_study": Work("event study, two-way", ON_ENTRY),
    "poisson": Work("Poisson with two-way effects"),
    "conley": Work("two-way effects, Conley within 50 km", villages=(1_000, 7_000, 50_000)),
    "wild_bootstrap": Work("wild cluster bootstrap, 9,999 draws"),
    "permutations": Work("999 permutations", villages=(1_000, 10_000, 40_000)),
    "callaway_santanna": Work("Callaway–Sant'Anna", ON_ENTRY),
    "callaway_santanna_covariates": Work("Callaway–Sant'Anna with two covariates", ON_ENTRY),
    "sun_abraham": Work("Sun–Abraham", ON_ENTRY),
    "imputation": Work("imputation", ON_ENTRY),
    "two_stage": Work("two-stage", ON_ENTRY),
    "stacked": Work("stacked", ON_ENTRY),
    "local_projections": Work("local projections", ON_ENTRY),
    "extended_two_way": Work("extended two-way", "the average effect"),
    "switching": Work("de Chaisemartin–D'Haultfœuille", ON_ENTRY),
    "bacon_decomposition": Work("Goodman-Bacon's decomposition", "the two-way coefficient"),
    "reading_csv": Work("reading and checking ten columns, CSV", MEAN, LARGE, file=".csv"),
    "reading_parquet": Work("reading and checking ten columns, Parquet", MEAN, LARGE, file=".parquet"),
}


def does(program: str, work: str) -> Program | None:
    """Give the function by which a program does a work; None where it cannot, or is not installed."""
    try:
        module = importlib.import_module(f"benchmarks.programs.{program}")
    except ImportError:
        return None
    return getattr(module, WORKS[work].as_work or work, None)


def material(work: str, villages: int, folder: Path) -> tuple[Any, int]:
    """Give what programs are given for a work, and how many rows it has.

    Parameters
    ----------
    work
        One of ``WORKS``.
    villages
        The size.
    folder
        Where a file is written, if programs are given one.
    """
    panel = make_panel(villages, WORKS[work].unbalanced)
    if not WORKS[work].file:
        return panel, len(panel)
    path = folder / f"panel{WORKS[work].file}"
    if WORKS[work].file == ".csv":
        panel[READ].to_csv(path, index=False)
    else:
        panel[READ].to_parquet(path, index=False)
    return path, len(panel)
