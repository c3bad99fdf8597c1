"""Tables as a reader sees them: what their cells hold as codes, arguments and lists, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ruralpanel.frames.rows import records
from ruralpanel.reasons import code_of, read, read_reason
from ruralpanel.words.sentences import Labels, sample_words, sentence

if TYPE_CHECKING:  # the workflow reads rooms of words whenever it starts
    import pandas as pd

FACTS = ("adjustment", "bootstrap", "permutation", "first_stage", "anderson_rubin")
"""Columns that hold a code with its arguments."""

ANALYSED = ("event_times", "quantity", "under", "unit")
"""Columns of sensitivity analyses that do."""

LISTS = ("regressors", "fixed_effects", "clustered_by", "instruments")
"""Columns that hold a list of names."""

CODES = (
    "quantity_code",
    "under_code",
    "event_times_fact",
    "condition",
    "left_out",
    "reason_arguments",
    "resampling",
    "cutoff",
    "bandwidth",
    "repaired",
)
"""Columns of a table in words whose contents the sentences of others hold."""


def in_words(frame: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Write what a table says as a reader sees it, each distinct fact once.

    Parameters
    ----------
    frame
        Estimates, results of sensitivity analyses, claims, or what a figure plots of them; one that has no such
        columns stays as it is.
    labels
        What a reader sees for a name; without, names as they are.

    Returns
    -------
    pandas.DataFrame
        With sentences in ``sample``, ``variance``, ``spatial``, ``reason`` and the columns of :data:`FACTS` and, of
        sensitivity analyses, :data:`ANALYSED`. What they are made of stays beside them, in the columns of :data:`CODES`
        and ``reason_code``. Lists are lists still, to be read by :func:`listed`.
    """
    told = frame.copy()
    if "left_out" in frame:
        told["condition"] = frame["sample"]
        told["sample"] = _each(frame, ("sample", "left_out"), lambda condition, cell: _sample(condition, cell, labels))
    if "not_used" in frame:
        told["not_used"] = _each(
            frame, ("not_used",), lambda cell: "; ".join(sentence(each, labels) for each in read(cell) or ())
        )
    if "quantity" in frame:
        told = told.assign(**{f"{name}_code": _each(frame, (name,), code_of) for name in ("quantity", "under")})
        told = told.assign(event_times_fact=frame["event_times"]) if "event_times" in frame else told
    for name in (*FACTS, *(ANALYSED if "quantity" in frame else ())):
        if name in frame:
            told[name] = _each(frame, (name,), lambda cell: sentence(read(cell), labels))
    if "resampling" in frame:
        told["variance"] = _each(
            frame, ("variance", "resampling"), lambda kind, how: sentence(read(how), labels) if how else kind
        )
    if "kernel" in frame:
        told["kernel"] = _each(frame, ("kernel", "cutoff", "bandwidth", "repaired"), kernel_words)
        told = told.rename(columns={"kernel": "spatial"})
    if "reason_arguments" in frame:
        told["reason_code"] = frame["reason"]
        told["reason"] = _each(
            frame, ("reason", "reason_arguments"), lambda code, cell: sentence(read_reason(code, cell), labels)
        )
    return told


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Write what a table says as text that stands alone, with the names of the study file: the data of a figure."""
    told = in_words(frame, None)
    told = told.drop(columns=[name for name in CODES if name in told])
    for name in LISTS:
        if name in frame:
            nothing = "none" if name == "fixed_effects" else ""
            told[name] = _each(frame, (name,), lambda cell, nothing=nothing: " + ".join(listed(cell)) or nothing)
    return told


def ledger_in_words(ledger: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Write steps and reasons of the estimation stage's ledgers, which hold reasons; those of other stages are words.

    Parameters
    ----------
    ledger
        Lines of ledgers.
    labels
        As of :func:`in_words`.
    """
    told = ledger.copy()
    estimated = ledger["stage"] == "estimation"
    for name in ("step", "reason"):
        told.loc[estimated, name] = _each(ledger[estimated], (name,), lambda cell: step_words(cell, labels))
    return told


def step_words(cell: str, labels: Labels = None) -> str:
    """Write a step of the estimation stage: one with arguments is a reason, and one without is its own name."""
    return sentence(read(cell), labels) if cell[:1] == "{" else cell


def listed(cell: str) -> list[str]:
    """Read a list of names from a cell."""
    return list(read(cell) or ())


def kernel_words(kernel: str, cutoff: float, bandwidth: float, repaired: Any) -> str:
    """Say with which kernel standard errors were computed: ``Bartlett kernel, 50 km``; nothing where with none."""
    import pandas as pd

    if not kernel and pd.isna(cutoff) and pd.isna(bandwidth):
        return ""
    name = {"": "", "bartlett": "Bartlett kernel, "}.get(kernel, f"{kernel} kernel, ")
    raised = "; a negative variance was raised, and means nothing" if repaired is True or repaired == 1 else ""
    width = f"bandwidth {bandwidth:g}" if pd.isna(cutoff) else f"{cutoff:g} km"
    return f"{name}{width}{raised}"


def _sample(condition: Any, left_out: Any, labels: Labels) -> str:
    return sample_words(condition, read(left_out) or (), labels)


def _each(frame: pd.DataFrame, names: Sequence[str], write: Callable[..., str]) -> list[Any]:
    """Write each distinct combination of cells once; a row without text in the first of them stays without."""
    written: dict[tuple[Any, ...], str] = {}
    cells = []
    for row in records(frame, names):
        values = tuple(row.values())
        if not isinstance(values[0], str):
            cells.append(values[0])
            continue
        key = tuple(value if isinstance(value, str) else repr(value) for value in values)
        if key not in written:
            written[key] = write(*values)
        cells.append(written[key])
    return cells
