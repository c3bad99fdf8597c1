"""Intervals under bounds on differences in trends, by R's HonestDiD: scripts from the coefficients that were estimated.

The coefficients of an event study and their covariance are given to the scripts, for those are compared by the scripts
of its block. What is checked here is what is made of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.crosscheck.names import r_text
from ruralpanel.estimation.estimates import load_estimates
from ruralpanel.frames.storage import load_table
from ruralpanel.reasons import read
from ruralpanel.sensitivity.event_study import EventStudy, event_study_of
from ruralpanel.study.blocks import Equation
from ruralpanel.study.model import Study
from ruralpanel.study.sensitivity import HonestDid

PACKAGES = ("HonestDiD",)

FORM = "bounds"
"""The ending of these scripts, and of what they print."""

PROGRAM = resources.files("ruralpanel.crosscheck").joinpath("programs", "bounds.R")

TOLERANCE = 0.01
"""An end agrees if it differs by at most this share of the interval's length: HonestDiD tests the values of a grid of a
thousand, and draws the critical values of the least favourable test."""

INTERVAL = "interval"
UNDER = {"parallel_trends": "parallel", "relative_magnitudes": "magnitudes", "smoothness": "smoothness"}
"""By what an interval rests on, what the script calls it."""


def write_bounds(study: Study, results: Path, folder: Path, blocks: Sequence[str]) -> pd.DataFrame:
    """Write a script for every analysis whose intervals HonestDiD has, and what it reads.

    Parameters
    ----------
    study
        The study.
    results
        Its results.
    folder
        Where scripts go: ``r`` and ``data``, which are there.
    blocks
        Of which the event studies are.

    Returns
    -------
    pandas.DataFrame
        One row an interval: ``sensitivity``, its ``row`` in the results of the analysis, ``interval_low`` and
        ``interval_high``.
    """
    asked = []
    for name, declared in study.sensitivity.items():
        path = results / "sensitivity" / f"{name}.csv"
        if not isinstance(declared, HonestDid) or not path.is_file():
            continue
        table = _intervals(load_table(path))
        of_blocks = [each for each in study.equations_analysed(name) if each.block in blocks]
        written = [_script(name, n, each, results, folder, table) for n, each in enumerate(of_blocks, start=1)]
        lines = [line for each in written for line in each]
        if lines:
            head = ['source("report.R")', 'source("bounds.R")', ""]
            foot = ["", f"write_ends({r_text(f'{name}.{FORM}.csv')})", ""]
            (folder / "r" / f"{name}.{FORM}.R").write_text("\n".join([*head, *lines, *foot]), encoding="utf-8")
            asked.append(table[table["block"].isin(blocks)].assign(sensitivity=name))
    if asked:
        (folder / "r" / PROGRAM.name).write_text(PROGRAM.read_text(encoding="utf-8"), encoding="utf-8")
    columns = ["sensitivity", "row", "interval_low", "interval_high"]
    return pd.concat(asked, ignore_index=True)[columns] if asked else pd.DataFrame(columns=columns)


def compared_bounds(asked: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Compare intervals with those that scripts printed.

    Parameters
    ----------
    asked
        From :func:`write_bounds`.
    folder
        With what scripts printed.

    Returns
    -------
    pandas.DataFrame
        Those that were printed, with ``interval_low_there`` and ``interval_high_there``, the ``program``, and whether
        both ends ``agrees``.
    """
    printed = [
        pd.read_csv(path).assign(sensitivity=path.name.removesuffix(f".{FORM}.csv"))
        for path in sorted(folder.glob(f"*.{FORM}.csv"))
    ]
    if not printed:
        return asked.iloc[:0].assign(agrees=pd.Series(dtype="bool"), program="")
    rows = asked.merge(pd.concat(printed), on=["sensitivity", "row"], suffixes=("", "_there"))
    length = rows["interval_high"] - rows["interval_low"]
    apart = [np.abs(rows[f"{end}_there"] - rows[end]) for end in ("interval_low", "interval_high")]
    return rows.assign(agrees=np.maximum(*apart) <= TOLERANCE * length)


def _intervals(table: pd.DataFrame) -> pd.DataFrame:
    """Pick the intervals with both ends."""
    of_interval = [bool(cell) and read(cell).code == INTERVAL for cell in table["quantity"].fillna("")]
    return table[np.array(of_interval, dtype=bool) & table["interval_low"].notna() & table["interval_high"].notna()]


def _script(
    name: str, number: int, equation: Equation, results: Path, folder: Path, table: pd.DataFrame
) -> Iterator[str]:
    """Write the lines of an event study, and its coefficients beside them; none where it has no interval."""
    rows = _of(table[table["block"] == equation.block], equation)
    if rows.empty:
        return
    estimates = results / "estimates" / f"{equation.block}.csv"
    pairs = load_table(results / "estimates" / f"{equation.block}.covariance.csv")
    anticipation = equation.anticipation.get(str(rows["term"].iloc[0]), 0)
    of_equation = _of(load_estimates([estimates]), equation)
    study, effects = event_study_of(of_equation, _of(pairs, equation), anticipation)
    data = f"{name}.{FORM}.{number}"
    _save(study, folder / "data" / f"{data}.csv")
    yield f"# {equation.block}/{equation.specification}/{equation.outcome}/{equation.estimator}"
    yield f"study <- read_study({r_text(data)})"
    for times, of_times in rows.groupby("event_times", sort=False):
        weights = _weights(read(str(times)).arguments, effects)
        yield f"bounds_of(study, {len(study.leads)}, {_vector(weights)}, {float(of_times['interval_level'].iloc[0])!r},"
        kinds = of_times["under"].map(lambda cell: UNDER[read(cell).code])
        parallel, *others = (of_times[kinds == kind] for kind in UNDER.values())
        yield f"  {_vector(parallel['row'])},"
        yield ",\n".join(f"  list(rows = {_vector(each['row'])}, bounds = {_vector(each['bound'])})" for each in others)
        yield ")"


def _of(frame: pd.DataFrame, equation: Equation) -> pd.DataFrame:
    """Pick the rows of an equation of a block."""
    keys = ["specification", "outcome", "estimator"]
    return frame[(frame[keys] == [getattr(equation, key) for key in keys]).all(axis=1)]


def _weights(times: dict[str, Any], effects: Sequence[int]) -> list[float]:
    """Give the weight of every effect in an average over event times."""
    first, last = (int(times[end if end in times else "time"]) for end in ("first", "last"))
    chosen = [first <= each <= last for each in effects]
    return [float(each) / sum(chosen) for each in chosen]


def _save(study: EventStudy, path: Path) -> None:
    """Write coefficients, and beside each its covariances with all."""
    frame = pd.DataFrame(study.covariance, columns=[f"v{n}" for n in range(1, len(study.coefficients) + 1)])
    frame.insert(0, "b", study.coefficients)
    frame.to_csv(path, index=False, lineterminator="\n")


def _vector(values: Any) -> str:
    return f"c({', '.join(f'{float(value)!r}'.removesuffix('.0') for value in values)})"
