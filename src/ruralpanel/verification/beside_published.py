"""A study's estimates beside those that others have printed, in lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.errors import Problem
from ruralpanel.exhibits.caption import declared
from ruralpanel.exhibits.printed_estimates import number_words, rows_beside
from ruralpanel.sources.table import read_source
from ruralpanel.study.load import find_study, load_study
from ruralpanel.verification.comparison import NothingToCompare, estimates_of

DECIMALS = 3


def lines_beside_published(name: str, root: Path) -> list[str]:
    """Lay the estimates of a study beside the printed ones of its list, pair by pair.

    Parameters
    ----------
    name
        A study that has been run and has an exhibit that lays estimates beside printed ones.
    root
        The top of the repository.

    Returns
    -------
    list of str
        For each estimate of the study a line, and below it one for every printed estimate of the same topic, as
        :func:`beside` says.

    Raises
    ------
    NothingToCompare
        If the study lists no printed estimates, or has not been run.
    """
    study = load_study(name, root)
    shown = [(key, each.laid_beside) for key, each in study.exhibits.items() if each.laid_beside is not None]
    if not shown:
        hint = "declare an exhibit of kind meta_table: its `of` is the list, its `own` the estimates"
        raise NothingToCompare([Problem(name, "lays no estimates beside printed ones", "exhibits", hint)])
    estimates = estimates_of(find_study(name, root)[0], root / "results")
    frames = []
    for key, each in shown:
        source = study.sources[each.of]
        table = read_source(each.of, source, root / source.raw_file if source.raw_file else None).table
        frames.append(rows_beside(table, estimates, None, declared(study, key)))
    rows = pd.concat(frames, ignore_index=True).drop_duplicates(ignore_index=True)
    lines: list[str] = []
    for own in rows[rows["own"]].to_dict("records"):
        lines.append(f"{own['address']}: {_number(own)}, {own['treatment']}, {own['unit']}")
        others = rows[~rows["own"] & (rows["topic"] == own["topic"])]
        others = others.loc[
            others["scale"].ne(own["scale"]).sort_values(kind="stable").index
        ]  # those of its scale first
        lines += [f"    {row['publication']}, {row['printed_in']}: {beside(row, own)}" for row in _records(others)]
    return lines


def _records(rows: pd.DataFrame) -> Iterator[Mapping[Any, Any]]:
    yield from rows.to_dict("records")


def beside(printed: Mapping[Any, Any], own: Mapping[Any, Any]) -> str:
    """Say how far a printed estimate is from one of the study, or why that cannot be said.

    Parameters
    ----------
    printed, own
        Rows of :func:`ruralpanel.exhibits.printed_estimates.rows_beside`.

    Returns
    -------
    str
        The printed number; the difference in standard errors of the difference where both are on one scale, taking
        the two as independent, or in those of the study where none is printed; and what differs otherwise.
    """
    parts = [_number(printed)]
    if printed["scale"] != own["scale"]:
        parts.append(f"not on one scale: {printed['scale']} there, {own['scale']} here")
    elif pd.isna(own["standard_error"]) or not own["standard_error"]:
        parts.append("no standard error here")
    else:
        there = printed["standard_error"]
        error = float(np.hypot(own["standard_error"], 0 if pd.isna(there) else there))
        size = abs(own["estimate"] - printed["estimate"]) / error
        of = "of this study's estimate, as none is printed there" if pd.isna(there) else "of the difference"
        parts.append(f"{size:.1f} standard errors {of}")
    for key, words in (("treatment", "treatment"), ("unit", "unit"), ("outcome", "outcome")):
        if str(printed[key]).casefold() != str(own[key]).casefold():
            parts.append(f"another {words}: {printed[key]}")
    return "; ".join(parts)


def _number(row: Mapping[Any, Any]) -> str:
    return " ".join([*filter(None, number_words(row, DECIMALS)), row["scale"]])
