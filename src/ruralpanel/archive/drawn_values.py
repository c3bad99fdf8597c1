"""Values for a synthetic column: the margin of a real one in outline, and none of its rare values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ruralpanel.study.source_columns import Scalar

ENOUGH = 10
"""How many rows must share a value before it is copied, and how many rows a point of a smoothed margin stands for."""

MOST_CATEGORIES = 30
"""Numbers with more different values than this are no categories."""

TRIES = 200
"""How often text in a given form is drawn anew before it is given up."""


def text_of(value: object) -> str:
    """Write a cell as text by which it is known: a whole number without a decimal point, and nothing where it is empty.

    Parameters
    ----------
    value
        A cell of a raw file.
    """
    if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def number_of(text: str) -> float | None:
    """Read a number as files write it, with separators of thousands; nothing for other text."""
    plain = text.replace(",", "")
    if not re.fullmatch(r"[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?", plain):
        return None
    return float(plain)


@dataclass(frozen=True)
class Margin:
    """What is kept of a column.

    Parameters
    ----------
    tokens
        Cells that are copied: missing codes, empty cells and values that enough rows share.
    shares
        How often each stands, adding up to what the smoothed numbers leave.
    knots
        Means of groups of at least ``ENOUGH`` neighbours among the sorted numbers; of fewer numbers than that, their
        mean to one digit; none for a column of categories.
    decimals
        With how many decimals numbers are written.
    """

    tokens: list[object]
    shares: list[float]
    knots: list[float]
    decimals: int


def margin_of(values: Sequence[object], missing_codes: Sequence[Scalar]) -> Margin:
    """Outline a column.

    Parameters
    ----------
    values
        Its cells.
    missing_codes
        The values that mean “missing” in it.

    Returns
    -------
    Margin
        Values of fewer than ``ENOUGH`` rows are nowhere in it, but for what the mean of their neighbours tells.
    """
    texts = pd.Series([text_of(value) for value in values], dtype="object")
    first_cells = dict(zip(reversed(list(texts)), reversed(list(values)), strict=True))
    codes = {text_of(code) for code in missing_codes} | {""}
    counts = texts.value_counts().sort_index()
    common = {str(text) for text, count in counts.items() if count >= ENOUGH}
    real = [text for text in counts.index if text not in codes]
    is_category = len(real) <= MOST_CATEGORIES and set(real) <= common
    numbers = {} if is_category else {text: number for text in real if (number := number_of(text)) is not None}
    kept = [text for text in counts.index if text not in numbers and text in common]
    smoothed = texts[texts.isin(list(numbers))]
    total = sum(int(counts[text]) for text in kept) + len(smoothed)
    if total == 0:
        return Margin([None], [1.0], [], 0)
    return Margin(
        tokens=[first_cells[text] for text in kept],
        shares=[int(counts[text]) / total for text in kept],
        knots=_knots(np.sort([numbers[text] for text in smoothed])),
        decimals=max((_decimals(text) for text in numbers), default=0),
    )


def margin_of_periods(values: Sequence[object]) -> Margin:
    """Outline a column of periods: none can be made up, so that those of enough rows stand for the others too.

    Parameters
    ----------
    values
        Its cells, empty ones and other words among them.
    """
    texts = pd.Series([text_of(value) for value in values], dtype="object")
    first_cells = dict(zip(reversed(list(texts)), reversed(list(values)), strict=True))
    counts = texts.value_counts().sort_index()
    common = counts[counts >= ENOUGH] if (counts >= ENOUGH).any() else counts * 0 + 1
    shares = (common / common.sum()).tolist()
    return Margin([first_cells[text] for text in common.index], shares, [], 0)


def draw(margin: Margin, count: int, random: np.random.Generator) -> list[object]:
    """Draw cells from the outline of a column.

    Parameters
    ----------
    margin
        From :func:`margin_of`.
    count
        How many.
    random
        The stream they come from.
    """
    rest = max(0.0, 1.0 - sum(margin.shares))
    shares = np.array([*margin.shares, rest if margin.knots else 0.0])
    chosen = random.choice(len(shares), size=count, p=shares / shares.sum())
    positions = np.linspace(0, 1, len(margin.knots)) if len(margin.knots) > 1 else np.array([0.5])
    numbers = np.interp(random.random(count), positions, margin.knots) if margin.knots else np.zeros(count)
    rounded = np.round(numbers, margin.decimals)
    return [
        margin.tokens[place] if place < len(margin.tokens) else float(rounded[row]) for row, place in enumerate(chosen)
    ]


def text_like(text: str, random: np.random.Generator, form: str | None = None) -> str | None:
    """Make up text of the same shape: digits for digits, letters for letters, ideographs for ideographs.

    Parameters
    ----------
    text
        The text whose shape is taken.
    random
        The stream of draws.
    form
        A regular expression that the text has to fit as a whole, if any.

    Returns
    -------
    str or None
        None where nothing that fits was found in ``TRIES`` draws.
    """
    for attempt in range(TRIES):
        # All characters at first; where nothing fits so, fewer and fewer of them.
        changed = random.random(len(text)) >= (0.0 if form is None else attempt / TRIES)
        made = "".join(
            _character_like(character, random) if new else character
            for character, new in zip(text, changed, strict=True)
        )
        if form is None or (made != text and re.fullmatch(form, made)):
            return made
    return None


_IDEOGRAPHS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒日月盈昃列张寒来暑往秋收冬藏"
_ENDINGS = "省市区县旗镇乡村社街道路"


def _character_like(character: str, random: np.random.Generator) -> str:
    if character.isdigit() and character.isascii():
        return str(random.integers(10))
    if character.isascii() and character.isalpha():
        letter = chr(ord("a") + int(random.integers(26)))
        return letter.upper() if character.isupper() else letter
    if "\u4e00" <= character <= "\u9fff" and character not in _ENDINGS:
        return _IDEOGRAPHS[int(random.integers(len(_IDEOGRAPHS)))]
    return character


def _knots(ordered: np.ndarray) -> list[float]:
    """Give the means of groups of neighbours in a sorted list."""
    if not len(ordered):
        return []
    if len(ordered) < ENOUGH:  # too few to tell more of than their size
        mean = float(np.mean(ordered))
        return [float(f"{mean:.0e}")]
    groups = np.array_split(ordered, max(1, min(40, len(ordered) // ENOUGH)))
    means = [float(np.mean(group)) for group in groups]
    if len(means) == 1:  # too few for two groups: the middle, and as much spread on both sides
        spread = float(np.std(ordered))
        means = [max(means[0] - spread, float(ordered[0])), min(means[0] + spread, float(ordered[-1]))]
    return means


def _decimals(text: str) -> int:
    """Count the decimals of a number as it is written, six at most."""
    if "e" in text.lower():
        return 6
    return min(6, len(text.partition(".")[2]))
