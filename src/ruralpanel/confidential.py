"""Keep values of restricted sources out of what a job says: its messages, tracebacks and logs.

A message names row and column where it can. What else it quotes is compared with what is in the raw files, which is
only done where something went wrong: a text that is a cell of one, or a number near to one, is not shown. Whole numbers
below 10,000 are: they are counts, years and codes more often than values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ruralpanel.errors import ProblemsFound
from ruralpanel.sources.formats import read_raw
from ruralpanel.study.load import load_study
from ruralpanel.study.model import Study
from ruralpanel.study.sources import Source

NOT_SHOWN = "(not shown)"
"""Stands in the place of a value."""

NEAR = 5e-4
"""The share of a number by which another may differ and be the same in print."""

_PLACES = re.compile(
    r"\b(?:rows?|lines?|column|byte) \d+(?:,\d{3}\b)*(?:(?:, | and | to |–)\d+(?:,\d{3}\b)*)*(?![\d.])"
)
"""Where in a file something is, which may be shown."""

_NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w]|\.\d)")
_WORD = re.compile(r"[^\W_]\w*")


def without_values(text: str, chosen: str, root: Path) -> str:
    """Take values of a study's restricted sources out of a text.

    Parameters
    ----------
    text
        What a job is about to say.
    chosen
        The name of the study.
    root
        The top of the repository.

    Returns
    -------
    str
        The same where no source of the study is restricted; where its values cannot be read, that the text is withheld.
    """
    try:
        study = load_study(chosen, root)
    except ProblemsFound:  # which says so itself
        return text
    cells: set[str] = set()
    for name in study.confidential:
        cells |= _cells(study.sources[name], root)
    return redacted(text, cells, _known(study)) if cells else text


def redacted(text: str, cells: Iterable[str], known: Iterable[str] = ()) -> str:
    """Put :data:`NOT_SHOWN` in the place of cells.

    Parameters
    ----------
    text
        Any text.
    cells
        As they are written in raw files.
    known
        What the study file says itself, and may be said.
    """
    written = {cell.strip() for cell in cells} - set(known)
    words = [cell for cell in written if len(cell) > 1 and not _is_number(cell)]
    numbers = np.array(sorted({float(cell) for cell in written if _is_number(cell)}))
    found = sorted((cell for cell in words if cell in text), key=len, reverse=True)
    pieces = []
    begins = 0
    for place in [*_PLACES.finditer(text), None]:
        ends = place.start() if place is not None else len(text)
        piece = text[begins:ends]
        for cell in found:
            piece = re.sub(rf"(?<!\w){re.escape(cell)}(?!\w)", NOT_SHOWN, piece)
        pieces.append(_NUMBER.sub(lambda match: _shown(match.group(), numbers), piece))
        if place is not None:
            pieces.append(place.group())
            begins = place.end()
    return "".join(pieces)


def _shown(number: str, values: np.ndarray) -> str:
    plain = float(number.replace("−", "-"))
    if not len(values) or (plain.is_integer() and abs(plain) < 10_000 and "e" not in number.lower()):
        return number
    nearest = values[np.abs(values - plain).argmin()]
    return NOT_SHOWN if abs(nearest - plain) <= NEAR * abs(plain) else number


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def _known(study: Study) -> set[str]:
    """Give the words that the study file has, which are no secret."""
    return set(_WORD.findall(study.model_dump_json(by_alias=True)))


def _cells(source: Source, root: Path) -> set[str]:
    """Give what is in a raw file; of one that cannot be read as it is declared, whatever words are in it."""
    path = root / str(source.raw_file)
    if source.raw_file is None or not path.is_file():
        return set()
    try:
        values = read_raw(source, path).values
    except Exception:
        text = path.read_bytes().decode("utf-8", errors="ignore") + path.read_bytes().decode("gb18030", errors="ignore")
        return set(_NUMBER.findall(text)) | set(_WORD.findall(text)) | set(re.findall(r"[^,;\t\r\n\"]+", text))
    return {_text(value) for name in values for value in values[name].dropna().unique()}


def _text(value: object) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)
