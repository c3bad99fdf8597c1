"""The way of the rows as a picture: sources, tables made of them, the panel and the blocks of equations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

from ruralpanel.exhibits.numbers import count
from ruralpanel.report.sample import WITHHELD, part_id
from ruralpanel.study.model import Study

WIDTH, HEIGHT, GAP, BETWEEN, TOP = 218, 34, 8, 64, 26
"""Pixels: of a box, between boxes of a column, between columns, and for the heads of columns."""

LONGEST = 27
"""Characters of a name that a box has room for."""


@dataclass(frozen=True)
class Box:
    """A box of the picture.

    Parameters
    ----------
    name
        What it stands for, unique within its column.
    title
        Its first line.
    detail
        Its second line.
    target
        The part of the ledger it links to.
    """

    name: str
    title: str
    detail: str
    target: str


def flow_picture(study: Study, ledgers: pd.DataFrame) -> str:
    """Draw the way of the rows as SVG.

    Parameters
    ----------
    study
        The study.
    ledgers
        The ledger lines of all stages.

    Returns
    -------
    str
        An ``svg`` element in the colours of the page; what it says stands in the ledger too.
    """
    columns = [
        ("Sources", [_box("sources", name, ledgers) for name in study.sources]),
        ("Tables", [_box("tables", name, ledgers) for name in study.tables]),
        ("Panel", [_box("panel", "panel", ledgers)]),
        ("Equations", [_block_box(name, study, ledgers) for name in study.blocks]),
    ]
    shown = [(head, boxes) for head, boxes in columns if boxes]
    tallest = max(len(boxes) for _, boxes in shown)
    height = TOP + tallest * (HEIGHT + GAP)
    places: dict[tuple[str, str], tuple[float, float]] = {}
    parts = []
    for number, (head, boxes) in enumerate(shown):
        left = number * (WIDTH + BETWEEN)
        parts.append(f'<text x="{left}" y="16" class="head">{head}</text>')
        start = TOP + (tallest - len(boxes)) * (HEIGHT + GAP) / 2
        for row, box in enumerate(boxes):
            places[head, box.name] = (left, start + row * (HEIGHT + GAP))
            parts.append(_drawn(box, *places[head, box.name]))
    ways = [_way(places[start], places[end]) for start, end in _ways(study) if start in places and end in places]
    width = len(shown) * WIDTH + (len(shown) - 1) * BETWEEN
    return (
        f'<svg class="flow" role="img" aria-labelledby="flow-title" viewBox="0 0 {width} {height:g}" width="{width}" '
        f'height="{height:g}" xmlns="http://www.w3.org/2000/svg">'
        '<title id="flow-title">Rows from sources through tables and the panel to equations; the steps and counts are '
        f"in the ledger below</title>{''.join(ways)}{''.join(parts)}</svg>"
    )


def _ways(study: Study) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """List what goes into what."""

    def place(name: str) -> tuple[str, str]:
        return ("Tables" if name in study.tables else "Sources", name)

    panel = ("Panel", "panel")
    return [
        *((place(read), ("Tables", name)) for name, table in study.tables.items() for read in table.reads),
        *((place(name), panel) for name in study.read_by_panel),
        *((panel, ("Equations", name)) for name in study.blocks),
    ]


def _box(stage: str, name: str, ledgers: pd.DataFrame) -> Box:
    lines = ledgers[(ledgers["stage"] == stage) & (ledgers["table"] == name)]
    rows = ""
    if len(lines):
        first, last = count(lines["rows_in"].iloc[0]), count(lines["rows_out"].iloc[-1]) or WITHHELD
        rows = f"{last} rows" if first == last else f"{first} → {last} rows"
    if stage == "panel" and len(lines) and pd.notna(lines["units"].iloc[-1]):
        rows += f", {count(lines['units'].iloc[-1])} units"
    return Box(name, name.replace("_", " "), rows, part_id(stage, name) if len(lines) else "sample")


def _block_box(name: str, study: Study, ledgers: pd.DataFrame) -> Box:
    of_block = (ledgers["stage"] == "estimation") & ledgers["table"].str.startswith(f"{name}/")
    last = ledgers[of_block].groupby("table", sort=False)["rows_out"].last()
    equations = len(study.equations(name))
    detail = f"{equations} equation{'' if equations == 1 else 's'}"
    if len(last):
        low, high = last.min(), last.max()
        detail += f", {count(low)} rows" if low == high else f", {count(low)}–{count(high)} rows"
    target = part_id("estimation", str(last.index[0])) if len(last) else "sample"
    return Box(name, name.replace("_", " "), detail, target)


def _drawn(box: Box, left: float, top: float) -> str:
    title = box.title if len(box.title) <= LONGEST else box.title[: LONGEST - 1] + "…"
    return (
        f'<a href="#{escape(box.target)}"><rect x="{left + 0.5:g}" y="{top:g}" width="{WIDTH - 1}" height="{HEIGHT}" '
        f'rx="4"/><text x="{left + 9:g}" y="{top + 14:g}">{escape(title)}</text>'
        f'<text x="{left + 9:g}" y="{top + 28:g}" class="detail">{escape(box.detail)}</text></a>'
    )


def _way(start: Sequence[float], end: Sequence[float]) -> str:
    """Draw a curve from the right of a box to the left of another, or around it within a column."""
    x, y = start[0] + WIDTH, start[1] + HEIGHT / 2
    to_x, to_y = end[0], end[1] + HEIGHT / 2
    if to_x <= start[0]:  # a table made of a table
        return f'<path d="M{x:g} {y:g}C{x + 30:g} {y:g} {x + 30:g} {to_y:g} {to_x + WIDTH:g} {to_y:g}"/>'
    middle = to_x - BETWEEN / 2
    return f'<path d="M{x:g} {y:g}H{middle - BETWEEN / 2:g}C{middle:g} {y:g} {middle:g} {to_y:g} {to_x:g} {to_y:g}"/>'
