"""What scripts print beside what was estimated here, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.crosscheck.facts import digest_of
from ruralpanel.crosscheck.scripts import PLACE
from ruralpanel.errors import Problem, ProblemsFound

TOLERANCE = 1e-6
"""An estimate agrees if it differs by at most this share of itself or of its standard error, whichever is larger, and a
standard error if it differs by at most this share of itself; numbers of observations have to be the same."""

CELL = (*PLACE, "term", "event_time", "cohort", "period")
"""What tells an estimate from the others of a study."""

REASON = ("reason", "reason_arguments")

NUMBERS = ("estimate", "standard_error", "observations")

COLUMNS = (*CELL, "form", "program", *(f"{name}_here" for name in NUMBERS), *(f"{name}_there" for name in NUMBERS))
"""The columns of the comparison before its ``status`` and ``reason``."""

AGREES, DIFFERS, NOT_PRINTED = "agrees", "differs", "not printed"
"""Statuses of a cell: where the equation has a script and no program printed the cell, it is not printed."""


class NoResults(ProblemsFound):
    """What scripts wrote cannot be read."""

    heading = "The results of a script cannot be read"


def cells_of(estimates: pd.DataFrame) -> pd.DataFrame:
    """Pick the cells that a script can be asked for: estimates that are not zero by construction.

    Parameters
    ----------
    estimates
        Of all blocks, from :func:`ruralpanel.estimation.estimates.load_estimates`.
    """
    known = estimates["estimate"].notna()
    constructed = estimates["standard_error"].isna() & (estimates["estimate"] == 0)
    cells = estimates.loc[known & ~constructed, [*CELL, *NUMBERS]].copy()
    for name in CELL:
        cells[name] = [_text(value) for value in cells[name]]
    return cells.reset_index(drop=True)


def results_in(paths: Sequence[Path]) -> pd.DataFrame:
    """Read what scripts wrote.

    Parameters
    ----------
    paths
        Files named ``<block>.<form>.csv``.

    Raises
    ------
    NoResults
        If a file has not the columns that scripts write.
    """
    found = []
    for path in paths:
        table = pd.read_csv(path, dtype="str", keep_default_na=False) if path.stat().st_size > 1 else pd.DataFrame()
        if table.empty:
            continue
        missing = [name for name in (*CELL, *NUMBERS, "program") if name not in table.columns]
        if missing:
            raise NoResults([Problem(path.as_posix(), f"has no column `{missing[0]}`", hint="run its script again")])
        found.append(table.assign(form=path.name.split(".")[-2]))
    if not found:
        return pd.DataFrame(columns=[*CELL, *NUMBERS, "program", "form"])
    results = pd.concat(found, ignore_index=True)
    for name in CELL:
        results[name] = [_text(value) for value in results[name]]
    for name in NUMBERS:
        results[name] = pd.to_numeric(results[name], errors="coerce")
    return results


def compared(cells: pd.DataFrame, results: pd.DataFrame, coverage: pd.DataFrame) -> pd.DataFrame:
    """Compare cells with what each form printed for them.

    Parameters
    ----------
    cells
        From :func:`cells_of`.
    results
        From :func:`results_in`.
    coverage
        From :func:`ruralpanel.crosscheck.scripts.write_scripts`; of forms that were run.

    Returns
    -------
    pandas.DataFrame
        One row a cell and form that covers its equation: :data:`COLUMNS`, ``status``, and ``apart``, the largest
        difference in units of the tolerance.
    """
    asked = coverage.loc[coverage["reason"] == "", [*PLACE, "form"]]
    wanted = cells.merge(asked, on=list(PLACE))
    printed = results.drop_duplicates([*CELL, "form"])
    rows = wanted.merge(printed, on=[*CELL, "form"], how="left", suffixes=("_here", "_there"))
    apart = _apart(rows)
    rows["program"] = rows["program"].fillna("")
    rows["status"] = np.where(rows["estimate_there"].isna(), NOT_PRINTED, np.where(apart <= 1.0, AGREES, DIFFERS))
    rows["apart"] = apart
    return rows[[*COLUMNS, "status", "apart"]]


def _apart(rows: pd.DataFrame) -> np.ndarray:
    """Give the largest of the differences that count, each divided by what it may be; infinite where there is none."""
    here, there = rows["estimate_here"].to_numpy(float), rows["estimate_there"].to_numpy(float)
    error, other = rows["standard_error_here"].to_numpy(float), rows["standard_error_there"].to_numpy(float)
    has_error = np.isfinite(error)
    size = np.maximum(np.abs(here), np.where(has_error, error, 0.0))
    of_points = np.abs(there - here) / np.maximum(size, np.finfo(float).tiny) / TOLERANCE
    of_errors = np.where(has_error, np.abs(other - error) / np.where(has_error, error, 1.0) / TOLERANCE, 0.0)
    same_rows = rows["observations_here"].to_numpy(float) == rows["observations_there"].to_numpy(float)
    apart = np.maximum(of_points, of_errors)
    return np.where(np.isnan(apart) | ~same_rows, np.inf, apart)


def facts_of(
    cells: pd.DataFrame, rows: pd.DataFrame, coverage: pd.DataFrame, estimates: Sequence[Path], language: str
) -> dict[str, Any]:
    """Count what agrees.

    Parameters
    ----------
    cells
        All that a script could be asked for.
    rows
        From :func:`compared`.
    coverage
        As there.
    estimates
        The files of the estimates that were compared, whose digest is kept: the counts are of these alone.
    language
        What the programs are written in, as a reader calls it.

    Returns
    -------
    dict
        ``language``, ``programs``, ``estimates``, ``cells`` (compared), ``agree``, ``without`` (no form covers them),
        by estimator ``without_by_estimator``, by reason ``without_by_reason``, and ``digest``.
    """
    said = rows[list(CELL)].assign(agrees=rows["status"] == AGREES, differs=rows["status"] == DIFFERS)
    by_cell = said.groupby(list(CELL), sort=False)[["agrees", "differs"]].any()
    agree = by_cell["agrees"] & ~by_cell["differs"]
    named = cells.merge(rows[list(CELL)].drop_duplicates(), on=list(CELL), how="left", indicator=True)
    left = named[named["_merge"] == "left_only"].drop(columns="_merge")
    without = left["estimator"].value_counts().sort_index()
    why = coverage.loc[coverage["reason"] != "", [*PLACE, *REASON]].drop_duplicates(list(PLACE))
    reasons = left.merge(why, on=list(PLACE)).groupby(list(REASON), sort=True).size().reset_index(name="number")
    return {
        "language": language,
        "programs": sorted({part for each in rows["program"] for part in each.split(", ") if part}),
        "estimates": len(cells),
        "cells": len(agree),
        "agree": int(agree.sum()),
        "without": int(without.sum()),
        "without_by_estimator": {str(name): int(number) for name, number in without.items()},
        "without_by_reason": reasons.sort_values("number", ascending=False, kind="stable").to_dict("records"),
        "digest": digest_of(estimates),
    }


def _text(value: Any) -> str:
    """Write a part of a place as both sides have it: whole numbers without a dot, and nothing for what is missing."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, int | float | np.integer | np.floating) and float(value).is_integer():
        return str(int(value))
    text = str(value)
    return (
        ""
        if text in ("NA", "<NA>", ".")
        else text.removesuffix(".0")
        if text.replace(".0", "").lstrip("-").isdigit()
        else text
    )
