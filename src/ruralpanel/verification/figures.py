"""Figures of a run against published ones: by the data they plot, and by how they look."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from ruralpanel.errors import counted, nearest
from ruralpanel.estimation.address import address_of
from ruralpanel.estimation.rounding import ZERO_ERROR
from ruralpanel.placement import replacing
from ruralpanel.study.addresses import PARTS as PARTS_OF_ADDRESS
from ruralpanel.study.addresses import WITHIN
from ruralpanel.verification.pictures import keep_small, small_picture, visible_difference
from ruralpanel.verification.summary import NOT_PUBLISHED
from ruralpanel.verification.tolerance import FROM_THE_ERROR, is_rounding, same
from ruralpanel.verification.verdict import SIGNIFICANT

DIGITS = 10
"""Significant digits of the numbers that are kept."""

FEWEST = 4
"""Significant digits with which two numbers are shown side by side, or as many more as they need to differ."""

UNSEEN = 1e-3
"""A point that moves by less than this part of the range of its axis is where it was, for whoever looks at it."""

COLUMNS = ["figure", "exhibit", "part", "status", "note", "address"]

PARTS = {"data": "the data it plots", "picture": "its picture"}
"""By what a figure is compared, and what a reader is told."""


@dataclass(frozen=True)
class FigureContents:
    """A figure as data and as a picture; one that was typed or scanned from print may have only one of them.

    Parameters
    ----------
    data
        The plotted data as text, from :func:`read_plotted_data`.
    picture
        From :func:`ruralpanel.verification.pictures.small_picture`.
    """

    data: pd.DataFrame | None = None
    picture: Image.Image | None = None


def read_plotted_data(path: Path | str) -> pd.DataFrame:
    """Read the data of a figure as text; empty text is a missing value."""
    data: pd.DataFrame = pd.read_csv(path, dtype="str", keep_default_na=False)
    return data


def load_figure(data: Path, picture: Path) -> FigureContents:
    """Read a figure; what has no file is left out."""
    small = None
    if picture.is_file():
        with Image.open(picture) as opened:
            small = small_picture(opened)
    return FigureContents(read_plotted_data(data) if data.is_file() else None, small)


def kept_data(data: pd.DataFrame) -> pd.DataFrame:
    """Make plotted data compact: without columns that hold nothing, numbers with ten significant digits.

    Parameters
    ----------
    data
        From :func:`read_plotted_data`.
    """
    filled = [name for name in data.columns if (data[name] != "").any()]
    return pd.DataFrame({name: data[name].map(_shortened) for name in filled}, index=data.index)


def keep_figures(data: Sequence[str | Path], pictures: Sequence[str | Path], folder: Path) -> None:
    """Make today's figures the published ones: small files, and none of figures that there no longer are.

    Parameters
    ----------
    data, pictures
        The files of all figures of a run.
    folder
        Where to; made when it is not there, and gone when the run has no figures.
    """
    with replacing(folder) as new:
        new.mkdir()
        for path in map(Path, data):
            kept_data(read_plotted_data(path)).to_csv(new / path.name, index=False, lineterminator="\n")
        for path in map(Path, pictures):
            keep_small(path, new / path.name)
    if not any(folder.iterdir()):
        folder.rmdir()


def judge_figures(
    published: Mapping[str, FigureContents],
    drawn: Mapping[str, FigureContents],
    numbers: Mapping[str, str],
    addresses: Collection[str] = (),
) -> pd.DataFrame:
    """Give every published figure its statuses.

    Parameters
    ----------
    published
        The published figures, by the name of the exhibit.
    drawn
        Those of the run that are published too.
    numbers
        For every figure of the study, published or not, its printed number (``Figure 1``).
    addresses
        Those of all estimates of the run. Plotted data that are estimates name theirs, and a figure can plot what is
        no estimate of its own, such as an effect at a distance.

    Returns
    -------
    pandas.DataFrame
        The columns of :data:`COLUMNS`: a row each for the data and the picture of a published figure, with the statuses
        of :data:`ruralpanel.verification.summary.STATUSES`, and a row with the status ``not published`` for each
        figure that only the run has. No rows where no figure is published at all.
    """
    rows = []
    for name in sorted(published, key=lambda name: (list(numbers).index(name) if name in numbers else np.inf, name)):
        theirs, ours = published[name], drawn.get(name, FigureContents())
        for part in PARTS:
            before, now = getattr(theirs, part), getattr(ours, part)
            if before is None:
                continue
            address = ""
            if now is None:
                status, note = "missing", _why_missing(name, numbers)
            elif part == "data":
                status, note, row = _judged(before, now)
                if row is not None:
                    note, address = f"{name}.csv, {note}", _address(now, row, addresses)
            else:
                status, note = judge_picture(before, now)
            rows.append((numbers.get(name, name), name, part, status, note, address))
    if published:
        for name in numbers:
            if name not in published:
                rows.append((numbers[name], name, "", NOT_PUBLISHED, "the run draws it; none was published", ""))
    return pd.DataFrame(rows, columns=COLUMNS)


def judge_data(published: pd.DataFrame, today: pd.DataFrame) -> tuple[str, str]:
    """Compare the data that two figures plot, row by row in their order.

    Parameters
    ----------
    published, today
        From :func:`read_plotted_data`; columns that only the run has are not compared.

    Returns
    -------
    tuple of (str, str)
        ``match`` (all numbers the same by :mod:`ruralpanel.verification.tolerance`), ``rounding`` (no number further
        off than :data:`UNSEEN` of the range of its column within its outcome, whole numbers and texts equal; standard
        errors that were rounding, and what comes of them, may be gone for that reason), ``sign flip`` (of an estimate),
        ``significance flip`` (a p-value on the other side of 5 per cent) or ``differ``; and the first difference in
        words.
    """
    status, note, _ = _judged(published, today)
    return status, note


def judge_picture(published: Image.Image, today: Image.Image) -> tuple[str, str]:
    """Compare how two figures look.

    Parameters
    ----------
    published, today
        From :func:`ruralpanel.verification.pictures.small_picture`.

    Returns
    -------
    tuple of (str, str)
        ``match`` (the same pixels), ``rounding`` (nothing that a reader would see) or ``differ``, and what in words.
    """
    if published.size != today.size:
        return "differ", f"{published.width} × {published.height} pixels published, {today.width} × {today.height} now"
    if np.array_equal(np.asarray(published.convert("RGB")), np.asarray(today.convert("RGB"))):
        return "match", ""
    different = visible_difference(published, today)
    if not different.any():
        return "rounding", "the pixels differ, and nothing that can be seen"
    rows, columns = np.nonzero(different)
    where = f"within rows {rows.min() + 1}–{rows.max() + 1}, columns {columns.min() + 1}–{columns.max() + 1}"
    return "differ", f"{different.mean():.2%} of the picture looks different, {where}"


def _judged(published: pd.DataFrame, today: pd.DataFrame) -> tuple[str, str, int | None]:
    """Compare as :func:`judge_data` does, and give the position of the row that is told of, where there is one."""
    gone = [name for name in published.columns if name not in today.columns and (published[name] != "").any()]
    if gone:
        return "differ", f"the run has no column `{gone[0]}`", None
    if len(published) != len(today):
        return "differ", f"{counted(len(published), 'row')} published, {counted(len(today), 'row')} now", None
    found: dict[str, tuple[str, int]] = {}
    groups = published["outcome"] if "outcome" in published.columns else pd.Series("", index=published.index)
    today = today.set_axis(published.index)
    context = _Context(groups, *(_numbers(published, name) for name in ("standard_error", "statistic")))
    gone_rounding = _rounding_gone(published, today, groups)
    for name in published.columns:
        if name in today.columns and not published[name].equals(today[name]):
            for status, told in _column(name, published[name], today[name], context, gone_rounding).items():
                found.setdefault(status, told)
    for status in ("sign flip", "significance flip", "differ", "rounding"):
        if status in found:
            return status, *found[status]
    return "match", "", None


@dataclass(frozen=True)
class _Context:
    """What else is known of the rows of plotted data: their outcome, standard error and statistic as published."""

    groups: pd.Series
    errors: pd.Series
    statistics: pd.Series


def _numbers(data: pd.DataFrame, name: str) -> pd.Series:
    """Give a column as numbers, missing where it holds none, or is not there."""
    values = data[name] if name in data.columns else pd.Series("", index=data.index)
    return pd.to_numeric(values, errors="coerce").astype("float64")


def _rounding_gone(published: pd.DataFrame, today: pd.DataFrame, groups: pd.Series) -> pd.Series:
    """Mark rows whose published standard error is rounding, or nothing, and is now missing for that reason."""
    if not {"estimate", "standard_error"} <= {*published.columns} or "reason_code" not in today.columns:
        return pd.Series(False, index=published.index)
    largest = _numbers(published, "estimate").abs().groupby(groups).transform("max")
    errors = _numbers(published, "standard_error")  # one of exactly zero was always left out
    return (today["reason_code"] == ZERO_ERROR.code) & (errors.isna() | is_rounding(errors, largest))


def _column(
    name: str, published: pd.Series, today: pd.Series, context: _Context, gone: pd.Series
) -> dict[str, tuple[str, int]]:
    """Find the statuses of the cells of a column that are no match, each with its first cell: words and row."""
    before, now = (pd.to_numeric(each, errors="coerce") for each in (published, today))
    numeric = before.notna() & now.notna()
    apart = (before - now).abs()
    equal = (published == today) | (numeric & same(name, before, now, context.errors, context.statistics))
    if equal.all():
        return {}
    groups = context.groups
    spread = before.groupby(groups).transform("max") - before.groupby(groups).transform("min")
    # A count has no place on an axis that could hide a change of it.
    whole = published.str.fullmatch(r"-?[0-9]+") & today.str.fullmatch(r"-?[0-9]+")
    unseen = numeric & ~whole & (apart <= UNSEEN * spread)
    if name in (*FROM_THE_ERROR, "reason", "reason_code"):
        unseen |= gone
    flipped = numeric & (before * now < 0) if name == "estimate" else pd.Series(False, index=published.index)
    crossed = numeric & ((before < SIGNIFICANT) != (now < SIGNIFICANT)) & name.startswith("p_value")
    status = np.select([equal, unseen, flipped, crossed], ["", "rounding", "sign flip", "significance flip"], "differ")
    found: dict[str, tuple[str, int]] = {}
    for row, word in enumerate(status):
        if word and word not in found:
            shown = _side_by_side(published.iloc[row], today.iloc[row])
            found[str(word)] = f"row {row + 1}, column `{name}`: published {shown[0]}, now {shown[1]}", row
    return found


def _side_by_side(published: str, today: str) -> tuple[str, str]:
    """Round two numbers alike, to as few digits as tell them apart, and today's never finer than what is kept.

    Texts, counts and codes stay as they are, and so does a number that was published with fewer digits.
    """
    pair = (published, today)
    try:
        numbers = [float(text) for text in pair]
    except ValueError:
        return published or "nothing", today or "nothing"
    if not any("." in text for text in pair) or not np.isfinite(numbers).all():
        return pair
    for digits in range(FEWEST, DIGITS + 1):
        shown = [f"{number:.{digits}g}" for number in numbers]
        if shown[0] != shown[1]:
            break
    return (published if len(published) < len(shown[0]) else shown[0]), shown[1]


def _address(data: pd.DataFrame, row: int, addresses: Collection[str]) -> str:
    """Give the address of the estimate that a row of plotted data is of, where it is of one."""
    if not {"block", *PARTS_OF_ADDRESS} <= {*data.columns}:
        return ""
    cells = data.iloc[row].to_dict()
    within = {name: cells.get(name, "") for name in WITHIN}
    found = address_of({**cells, **within})
    return found if found in addresses else ""


def _shortened(text: str) -> str:
    try:
        number = float(text)
    except ValueError:
        return text
    # Codes and counts stay as they are written.
    return f"{number:.{DIGITS}g}" if "." in text and np.isfinite(number) else text


def _why_missing(name: str, numbers: Mapping[str, str]) -> str:
    if name in numbers:
        return "the run has not drawn it"
    offer = nearest(name, numbers)
    return "the study has no such figure" + (f"; {offer}" if offer else "")
