"""Estimates that others have printed and those of a study, in one table: rows that exhibits and ``compare`` show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.errors import DataError, Problem
from ruralpanel.estimation.address import address_of, find_estimate
from ruralpanel.exhibits.caption import ExhibitDeclaration
from ruralpanel.exhibits.numbers import decimal
from ruralpanel.exhibits.truth import average_of, truth_of
from ruralpanel.study.addresses import NoSuchNumber, read_address
from ruralpanel.study.beside_published import LOG_POINTS, PER_CENT, PERCENTAGE_POINTS, BesidePublished, OwnEstimate
from ruralpanel.study.estimators import described
from ruralpanel.words.claims import STATUSES
from ruralpanel.words.names import row_words

NORMAL_95 = 1.959963984540054
"""The 0.975 quantile of the standard normal distribution: printed standard errors give intervals of 95%."""

THIS_STUDY = "This study"
SCALES = (PER_CENT, LOG_POINTS, PERCENTAGE_POINTS)


def rows_beside(
    table: pd.DataFrame, estimates: pd.DataFrame, claims: pd.DataFrame | None, declaration: ExhibitDeclaration
) -> pd.DataFrame:
    """Put a study's estimates below the printed ones of the same topic and scale.

    Parameters
    ----------
    table
        The list of printed estimates, with :data:`ruralpanel.study.beside_published.PRINTED_COLUMNS`.
    estimates
        Tidy estimates of the blocks that the study's own are of.
    claims
        The scorecard, by which an estimate has the status of the claim that it tests; None for no status.
    declaration
        The exhibit that says which estimates stand beside the list.

    Returns
    -------
    pandas.DataFrame
        One row an estimate: the columns of the list, `own`, `interval_low`, `interval_high` (printed estimates: 95%
        by their standard error, none without one), `status` and `address`; where it is known of one of the study's own,
        `true_effect` on the same scale. Scales come in one order, topics within
        them as the list or the exhibit has them, the study's own last.

    Raises
    ------
    DataError
        If an address names no estimate, or the list's numbers are none.
    """
    shown = declaration.exhibit.laid_beside
    assert shown is not None
    printed = _printed(table, shown)
    statuses = {} if claims is None else dict(zip(claims["address"], claims["test_status"], strict=True))
    own, problems = [], []
    for each in shown.own:
        try:
            own.append(_own(each, find_estimate(estimates, read_address(each.at)), statuses, declaration))
        except NoSuchNumber as error:
            problems.append(error.problem(f"exhibits.{declaration.name}.own"))
    if problems:
        raise DataError(problems)
    together = pd.concat([printed, pd.DataFrame(own)], ignore_index=True)
    topics = list(shown.topics or dict.fromkeys(together["topic"]))
    together = together[together["topic"].isin(topics)]
    scales = sorted(dict.fromkeys(together["scale"]), key=lambda name: (name not in SCALES, _place(SCALES, name)))
    if together["true_effect"].isna().all():
        together = together.drop(columns="true_effect")
    order = together.assign(
        by_scale=together["scale"].map(scales.index), by_topic=together["topic"].map(topics.index)
    ).sort_values(["by_scale", "by_topic", "own"], kind="stable")
    return order.drop(columns=["by_scale", "by_topic"]).reset_index(drop=True)


def _place(names: Sequence[str], name: str) -> int:
    return names.index(name) if name in names else len(names)


def _printed(table: pd.DataFrame, shown: BesidePublished) -> pd.DataFrame:
    """Give the list its intervals."""
    printed = table.reset_index(drop=True)
    for name in ("estimate", "standard_error", "observations"):
        if not pd.api.types.is_numeric_dtype(printed[name]) and printed[name].notna().any():
            raise DataError([Problem(shown.of, f"the column `{name}` holds text; expected numbers")])
        printed[name] = pd.to_numeric(printed[name]).astype("float64")
    half = NORMAL_95 * printed["standard_error"]
    low, high = printed["estimate"] - half, printed["estimate"] + half
    return printed.assign(own=False, interval_low=low, interval_high=high, status="", address="")


def _own(
    asked: OwnEstimate, row: pd.Series, statuses: Mapping[str, str], declaration: ExhibitDeclaration
) -> dict[str, Any]:
    """Write an estimate of the study as a row of the list."""
    words, labels = declaration.outcomes[row["outcome"]], declaration.labels
    is_log = words.transformation == "log"
    numbers = {name: float(row[name]) for name in ("estimate", "standard_error", "interval_low", "interval_high")}
    true = average_of(truth_of(declaration, str(row["term"]), str(row["outcome"])))
    numbers["true_effect"] = np.nan if true is None else true
    if asked.per_cent and is_log:
        scale = PER_CENT
        error = 100 * np.exp(numbers["estimate"]) * numbers["standard_error"]
        numbers = {name: 100 * np.expm1(value) for name, value in numbers.items()} | {"standard_error": error}
    else:
        scale = LOG_POINTS if is_log else words.effect_unit
    address = address_of(row)
    return {
        "publication": THIS_STUDY,
        "topic": asked.topic,
        "outcome": words.label,
        "treatment": asked.treatment or row_words(row.to_dict(), labels),
        "unit": asked.unit or declaration.unit_words,
        **numbers,
        "scale": scale,
        "observations": float(row["observations"]) if pd.notna(row["observations"]) else np.nan,
        "printed_in": described(row["estimator"], labels).method,
        "own": True,
        "status": STATUSES[statuses[address]] if address in statuses else "",
        "address": address,
    }


def number_words(row: Mapping[Any, Any], decimals: int) -> tuple[str, str]:
    """Write an estimate and its standard error, in brackets and empty where there is none.

    Parameters
    ----------
    row
        From :func:`rows_beside`. A printed estimate has the decimals that it is printed with.
    decimals
        Of the study's own in log points; those on other scales have two fewer, at least one.
    """
    numbers = [row["estimate"], row["standard_error"]]
    places = decimals if row["scale"] == LOG_POINTS else max(decimals - 2, 1)
    if not row["own"]:
        places = max(_decimals_in(value) for value in numbers)
    estimate, error = (decimal(value, places) for value in numbers)
    return estimate or "—", f"({error})" if error else ""


def _decimals_in(value: float) -> int:
    """Count the decimals that a number is written with."""
    text = "" if pd.isna(value) else f"{value:.10f}".rstrip("0")
    return len(text.partition(".")[2])


def outcome_words(row: Mapping[Any, Any]) -> str:
    """Say whose estimate it is and of what, within a sentence: ``Yi (2022): GDP per head``."""
    words = str(row["outcome"])
    words = words[:1].lower() + words[1:] if words[1:2].islower() else words
    return f"{row['publication']}: {words}"


def beside_notes(rows: pd.DataFrame) -> list[str]:
    """Say what is laid beside what, and where it is not the same.

    Parameters
    ----------
    rows
        From :func:`rows_beside`.
    """
    notes = [
        "Estimates of others are as printed, with the 95% interval that their standard error gives; where none is "
        "printed there is a point alone."
    ]
    if (rows["own"] & (rows["scale"] == PER_CENT)).any():
        notes.append("Effects of this study on logs are shown as changes in per cent, 100(exp(b) − 1).")
    if rows["status"].ne("").any():
        notes.append("In brackets: what became of the claim that the estimate speaks to.")
    notes.append("What they have in common is the topic: treatments, samples and what is observed differ.")
    return notes
