"""Compare what a run computed with what was published, cell by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.errors import Problem, ProblemsFound, nearest
from ruralpanel.estimation.rounding import ZERO_ERROR
from ruralpanel.reasons import read_reason
from ruralpanel.verification.by_exhibit import by_exhibit, exhibit_of, exhibit_words
from ruralpanel.verification.published import PLACE, RUN
from ruralpanel.verification.summary import NOT_PUBLISHED, REPRODUCES, SYNTHETIC_TWIN
from ruralpanel.verification.tolerance import is_rounding, same
from ruralpanel.words.sentences import sentence

SIGNIFICANT = 0.05
"""A significance flip is a p-value on the other side of this."""


def judge(
    published: pd.DataFrame,
    estimates: pd.DataFrame,
    numbers: Mapping[str, str] | None = None,
    blocks: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Give every published cell its status.

    Parameters
    ----------
    published
        From :func:`ruralpanel.verification.published.read_published`.
    estimates
        All estimates of a run.
    numbers, blocks
        The exhibits of the study, for :func:`ruralpanel.verification.by_exhibit.exhibit_of`.

    Returns
    -------
    pandas.DataFrame
        One row a cell, in the order published: ``match`` (equal to all digits given; an estimate that a run published
        also if it differs by less than a ten millionth of its standard error), ``rounding`` (equal once both are
        rounded as printed, or a published standard error that is rounding and now none, for that reason), ``sign
        flip``, ``significance flip`` (at 5 per cent, where the published standard error or p-value is known),
        ``differ`` or ``missing``, with the number computed and the difference, of estimates and standard errors
        also in standard errors of today (``in_errors``), and the exhibit it is in.
    """
    by_place = {_place(row): row for row in estimates.to_dict("records")}
    errors = {
        _place(row): row["number"] for row in published[published["statistic"] == "standard_error"].to_dict("records")
    }
    cells = []
    for row in published.to_dict("records"):
        found = by_place.get(_place(row))
        value = np.nan if found is None or pd.isna(found[row["statistic"]]) else float(found[row["statistic"]])
        if found is not None and np.isnan(value) and _was_rounding(row, found):
            status, note = "rounding", f"what was published is zero but for rounding; now there is {found['reason']}"
        elif np.isnan(value):
            status, note = "missing", _why_missing(row, found, estimates)
        else:
            assert found is not None
            status = _status(row, value, found, errors.get(_place(row)))
            note = ""
        measured = found is not None and row["statistic"] in ("estimate", "standard_error")
        error = float(found["standard_error"]) if measured and found is not None else np.nan
        away = abs(value - row["number"]) / error if error > 0 else np.nan
        exhibit = exhibit_of(row, numbers or {}, blocks or {})
        cells.append(
            {**row, "reproduced": value, "status": status, "note": note, "in_errors": away, "exhibit": exhibit}
        )
    verdict = pd.DataFrame(cells, columns=[*published.columns, "reproduced", "status", "note", "in_errors", "exhibit"])
    verdict["difference"] = verdict["reproduced"] - verdict["number"]
    return verdict.drop(columns="number")


def on_synthetic_twins(verdict: pd.DataFrame, twins: Sequence[str]) -> pd.DataFrame:
    """Take back what a verdict says where the run read synthetic twins: an equal number would be so by chance.

    Parameters
    ----------
    verdict
        From :func:`judge`.
    twins
        The sources whose raw file is a synthetic twin; for none, the verdict stands.
    """
    if not twins:
        return verdict
    note = f"computed from synthetic twins of the restricted sources {', '.join(twins)}"
    return verdict.assign(status=SYNTHETIC_TWIN, note=note)


def load_verdict(path: Path | str) -> pd.DataFrame:
    """Read a verdict as it was saved, texts as texts."""
    texts = dict.fromkeys(("value", "note", "source", "exhibit", *PLACE), "str")
    measured = ("reproduced", "difference", "in_errors")
    verdict = pd.read_csv(path, dtype=texts, keep_default_na=False, na_values={name: [""] for name in measured})
    return verdict.astype(dict.fromkeys(measured, "float64"))


def refuse_unless_reproduced(
    verdict: pd.DataFrame, figures: pd.DataFrame | None = None, twins: Sequence[str] = ()
) -> None:
    """Do nothing when every published number and figure reproduces, and say of each exhibit what does not.

    A line an exhibit, the worst first: with a line a cell, heading and first exhibits would scroll off the terminal.

    Parameters
    ----------
    verdict
        From :func:`judge`.
    figures
        From :func:`ruralpanel.verification.figures.judge_figures`.
    twins
        The sources whose raw file is a synthetic twin; with any, nothing can have been reproduced.

    Raises
    ------
    NotReproduced
        If a cell or a figure differs or is missing.
    """
    if twins:
        raise NotReproduced(
            Problem(
                f"source {name}",
                "its raw file is a SYNTHETIC TWIN of a restricted one, and no run on it can be a match",
                hint="README.md says how to get the real file",
            )
            for name in twins
        )
    bad = verdict[~verdict["status"].isin(REPRODUCES)]
    drawn = pd.DataFrame(columns=["status"]) if figures is None else figures
    bad_figures = drawn[~drawn["status"].isin([*REPRODUCES, NOT_PUBLISHED])]
    if len(bad) or len(bad_figures):
        problems = [
            Problem(exhibit, what, hint=hint)
            for exhibit in by_exhibit(bad)["exhibit"]
            for what, hint in [exhibit_words(verdict[verdict["exhibit"] == exhibit])]
        ]
        problems += [
            Problem(
                f"{row['figure']} ({row['exhibit']})",
                f"{row['status']}: {row['note']}",
                str(row["part"]),
                f"./run explain '{row['address']}'" if isinstance(row["address"], str) and row["address"] else "",
            )
            for row in bad_figures.to_dict("records")
        ]
        raise NotReproduced(problems)


class NotReproduced(ProblemsFound):
    """Published numbers and figures that the run does not reproduce."""

    heading = "What was published does not all reproduce"


def status_counts(verdict: pd.DataFrame) -> Counter[str]:
    """Count cells by status."""
    return Counter(verdict["status"])


def _place(row: Mapping[Any, Any]) -> tuple[str, ...]:
    """Identify an estimate; what is missing is empty text on both sides."""
    return tuple("" if pd.isna(row[name]) else str(row[name]) for name in PLACE)


def _was_rounding(row: Mapping[Any, Any], found: Mapping[Any, Any]) -> bool:
    """Tell whether a run published rounding where there is now the reason that it is."""
    if row["statistic"] != "standard_error" or not str(row["source"]).startswith(RUN):
        return False
    scale = max((abs(found[name]) for name in ("estimate", "outcome_mean") if pd.notna(found[name])), default=0.0)
    return found["reason"] == ZERO_ERROR.code and bool(is_rounding(row["number"], scale))


def _status(row: Mapping[Any, Any], value: float, found: Mapping[Any, Any], published_error: float | None) -> str:
    published, p_value = row["number"], found["p_value"]
    by_a_run = str(row["source"]).startswith(RUN)
    error, statistic = (found["standard_error"], found["statistic"]) if by_a_run else (np.nan, np.nan)
    if same(row["statistic"] if by_a_run else "", published, value, error, statistic):
        return "match"
    half_unit = 0.5 * 10.0 ** -row["decimals"]
    printed = round(published, row["decimals"])
    # A number half-way between two printed ones may have been rounded either way.
    if abs(value - printed) <= half_unit * (1 + 1e-9):
        return "rounding"
    if row["statistic"] in ("estimate", "statistic") and value * published < 0:
        return "sign flip"
    was_significant = None
    if row["statistic"] == "p_value":
        was_significant, is_significant = published < SIGNIFICANT, value < SIGNIFICANT
    elif row["statistic"] == "estimate" and published_error and not pd.isna(p_value):
        from scipy.stats import norm

        was_significant = 2 * norm.sf(abs(published / published_error)) < SIGNIFICANT
        is_significant = p_value < SIGNIFICANT
    if was_significant is not None and was_significant != is_significant:
        return "significance flip"
    return "differ"


def _why_missing(row: Mapping[Any, Any], found: Mapping[Any, Any] | None, estimates: pd.DataFrame) -> str:
    """Say which part of a cell's place the run does not have, or why it has no number."""
    if found is not None:
        return (
            sentence(read_reason(found["reason"], found["reason_arguments"]))
            or f"the run has no {row['statistic']} for it"
        )
    part = estimates
    for name in PLACE:
        wanted = str(row[name])
        values = part[name].astype("object").map(lambda value: "" if pd.isna(value) else str(value))
        here = part[values == wanted]
        if here.empty:
            offer = nearest(wanted, set(values) - {""})
            return f"the run has no {name.replace('_', ' ')} `{wanted}` there" + (f"; {offer}" if offer else "")
        part = here
    return "the run has no such estimate"
