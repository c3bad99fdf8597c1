"""The way of the data as a picture: what is made of what, and how many rows go in and out."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes, opening_notes
from ruralpanel.exhibits.numbers import count
from ruralpanel.exhibits.style import SMALLEST, WIDTH, figure_style, finish, stacked_panels
from ruralpanel.study.flow import STAGES
from ruralpanel.words.names import name_words

HEADS = {
    "sources": "Sources",
    "tables": "Tables",
    "panel": "Panel",
    "estimation": "Blocks",
    "exhibits": "Exhibits",
}
SHADES = {
    "sources": "#f2f2f2",
    "tables": "#dceaf4",
    "panel": "#c9e3d8",
    "estimation": "#f8e6c8",
    "exhibits": "#f3dfe9",
}
"""By stage, light enough for black text on them in colour and in grey."""

ROW_HEIGHT, BOX_HEIGHT = 0.31, 0.28
"""Inches: from one box to the next, and of a box, which has room for two lines."""

PADDING, GAP = 0.08, 0.14
"""Inches: beside the text of a box on both sides together, and the least that arrows have between two columns."""

Node = tuple[str, str]


def plotted_data(ledgers: pd.DataFrame, declaration: ExhibitDeclaration) -> pd.DataFrame:
    """Put the rows that ledgers count beside the steps that the study declares.

    Parameters
    ----------
    ledgers
        Of all stages, below one another.
    declaration
        What the study says about the exhibit.

    Returns
    -------
    pandas.DataFrame
        One row an arrow: `from_stage`, `from`, `stage`, `name`, `words`; for the step it leads to, `rows_in` and
        `rows_out` (of a block, the smallest and the largest number of rows that an equation is estimated on), `units`
        after it, and `equations`. Sources have no arrow to them and one row.
    """
    counts = _counts(ledgers)
    rows = []
    for step in declaration.flow:
        found = counts.get((step.stage, step.name), {})
        origins: list[Node] = [*step.made_of] or [("", "")]
        for stage, name in origins:
            place = {"from_stage": stage, "from": name, "stage": step.stage, "name": step.name, "words": step.words}
            rows.append(place | found)
    columns = ["from_stage", "from", "stage", "name", "words", "rows_in", "rows_out", "units", "equations"]
    typed = dict.fromkeys(columns[5:], "Int64")
    return pd.DataFrame(rows).reindex(columns=columns).astype(typed)


def _counts(ledgers: pd.DataFrame) -> dict[Node, dict[str, object]]:
    """Count rows by stage and table, and for a block over its equations."""
    found: dict[Node, dict[str, object]] = {}
    for (stage, table), lines in ledgers.groupby(["stage", "table"], sort=True):
        if stage == "estimation":
            continue
        first, last = lines.iloc[0], lines.iloc[-1]
        found[str(stage), str(table)] = {
            "rows_in": first["rows_in"],
            "rows_out": last["rows_out"],
            "units": last["units"],
        }
    of_blocks = ledgers[ledgers["stage"] == "estimation"]
    last_lines = of_blocks.groupby("table", sort=True).tail(1)
    for block, lines in last_lines.groupby(last_lines["table"].str.split("/").str[0], sort=True):
        found["estimation", str(block)] = {
            "rows_in": lines["rows_out"].min(),
            "rows_out": lines["rows_out"].max(),
            "equations": lines["table"].nunique(),
        }
    return found


def draw(data: pd.DataFrame, declaration: ExhibitDeclaration) -> tuple[Figure, list[str]]:
    """Draw a column a stage, a box a step, and an arrow wherever one step is made of another."""
    data, numbers = _exhibits_together(data.fillna({"from_stage": "", "from": "", "words": ""}))
    places, longest = _places(data)
    steps = data.drop_duplicates(["stage", "name"]).to_dict("records")
    lines = {(step["stage"], step["name"]): _lines(step) for step in steps} | numbers
    with figure_style(declaration.fonts):
        columns = _columns(_stages(data), lines)
        figure, (axes,) = stacked_panels([(longest + 1.2) * ROW_HEIGHT])
        axes.set_axis_off()
        for arrow in data[data["from"] != ""].to_dict("records"):
            start, end = (arrow["from_stage"], arrow["from"]), (arrow["stage"], arrow["name"])
            _draw_arrow(axes, (columns[start[0]], places[start]), (columns[end[0]], places[end]))
        for step, text in lines.items():
            _draw_box(axes, SHADES[step[0]], columns[step[0]], places[step], text)
        for stage, column in columns.items():
            axes.text(column.middle, -0.95, HEADS[stage], ha="center", va="center", fontweight="bold")
        axes.set_xlim(-0.02, columns[_stages(data)[-1]].right + 0.02)
        axes.set_ylim(longest - 0.3, -1.4)
        finish(figure, declaration)
    return figure, _notes(declaration)


class _Column(NamedTuple):
    """Where the boxes of a stage begin and end, in inches from the left."""

    left: float
    right: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


def _exhibits_together(data: pd.DataFrame) -> tuple[pd.DataFrame, dict[Node, list[str]]]:
    """Put exhibits that are made of the same steps into the box of their first, which is called by their numbers."""
    exhibits = data[data["stage"] == "exhibits"]
    numbers = dict(zip(exhibits["name"], exhibits["words"], strict=True))
    together: dict[frozenset[Node], list[str]] = {}
    for name, rows in exhibits.groupby("name", sort=False):
        together.setdefault(frozenset(zip(rows["from_stage"], rows["from"], strict=True)), []).append(str(name))
    words = {("exhibits", names[0]): _counted_off([numbers[each] for each in names]) for names in together.values()}
    kept = data["name"].isin([name for _, name in words])
    return data[(data["stage"] != "exhibits") | kept], words


def _counted_off(numbers: list[str]) -> list[str]:
    """Write numbers of exhibits together by kind, tables before figures: `Tables 3, 16` and `Figure 5`."""
    by_kind: dict[str, list[str]] = {}
    for each in numbers:
        kind, number = each.split(" ")
        by_kind.setdefault(kind, []).append(number)
    return [f"{kind}{'s' if len(of) > 1 else ''} {', '.join(of)}" for kind, of in sorted(by_kind.items(), reverse=True)]


def _columns(stages: list[str], lines: dict[Node, list[str]]) -> dict[str, _Column]:
    """Give every stage the room that its numbers need and, as far as there is room, its names; arrows have the rest."""
    of = {stage: [each for (here, _), each in lines.items() if here == stage] for stage in stages}
    least = {stage: max(_width(line) for each in of[stage] for line in [*each[1:], HEADS[stage]]) for stage in stages}
    whole = {stage: max(_width(line) for each in of[stage] for line in [*each, HEADS[stage]]) for stage in stages}
    room = WIDTH - 0.1 - GAP * (len(stages) - 1) - PADDING * len(stages)
    most = max(whole.values())
    widths = whole
    while sum(widths.values()) > room and most > min(least.values()):
        most *= 0.98
        widths = {stage: max(least[stage], min(whole[stage], most)) for stage in stages}
    gap = GAP + max(room - sum(widths.values()), 0) / max(len(stages) - 1, 1)
    columns, left = {}, 0.0
    for stage, width in widths.items():
        columns[stage] = _Column(left, left + width + PADDING)
        left = columns[stage].right + gap
    return columns


def _width(line: str) -> float:
    """Measure a line of the smallest letters, in inches."""
    return float(TextPath((0, 0), line, size=SMALLEST).get_extents().width) / 72


def _cut(line: str, room: float) -> str:
    """Cut a line to the room there is for it."""
    shown = line
    while shown and _width(shown) > room + 1e-9:
        line = line[:-1]
        shown = f"{line.rstrip()}…" if line else ""
    return shown


def _stages(data: pd.DataFrame) -> list[str]:
    return [stage for stage in STAGES if (data["stage"] == stage).any()]


def _places(data: pd.DataFrame) -> tuple[dict[Node, float], int]:
    """Give every box a height, so that few arrows cross: what goes into the same step stands together.

    Columns shorter than the longest are spread over its height. The order depends on the study file only.
    """
    nodes = {stage: list(dict.fromkeys(data.loc[data["stage"] == stage, "name"])) for stage in _stages(data)}
    arrows = [tuple(row) for row in data[["from_stage", "from", "stage", "name"]].itertuples(index=False)]
    tables = nodes.get("tables", [])
    blocks = nodes.get("estimation", [])

    def first_table(source: str) -> int:
        """Give the first table a source goes into; what goes into the panel alone stands below."""
        into = [to for stage, name, goal, to in arrows if (stage, name, goal) == ("sources", source, "tables")]
        return min((tables.index(name) for name in into if name in tables), default=len(tables))

    def first_block(exhibit: str) -> int:
        """Give the first block an exhibit is of; what is of the panel alone stands below."""
        of = [origin for _, origin, stage, name in arrows if (stage, name) == ("exhibits", exhibit)]
        return min((blocks.index(name) for name in of if name in blocks), default=len(blocks))

    nodes["sources"] = sorted(nodes.get("sources", []), key=first_table)
    nodes["exhibits"] = sorted(nodes.get("exhibits", []), key=first_block)
    nodes = {stage: names for stage, names in nodes.items() if names}
    longest = max(len(names) for names in nodes.values())
    places: dict[Node, float] = {}
    for stage, names in nodes.items():
        gap = longest / len(names)
        places |= {(stage, name): (position + 0.5) * gap - 0.5 for position, name in enumerate(names)}
    _beside_their_sources(places, data, tables)
    return places, longest


def _beside_their_sources(places: dict[Node, float], data: pd.DataFrame, tables: list[str]) -> None:
    """Put tables at the mean height of their sources, at least a box apart."""
    least = -1.0
    for name in tables:
        origins = data[(data["stage"] == "tables") & (data["name"] == name) & (data["from_stage"] == "sources")]
        heights = [places["sources", each] for each in origins["from"]]
        wanted = sum(heights) / len(heights) if heights else least + 1
        least = max(wanted, least + 1)
        places["tables", name] = least


def _draw_arrow(axes: Axes, start: tuple[_Column, float], end: tuple[_Column, float]) -> None:
    """Draw an arrow from the right of one box to the left of another; within a column, around its left side."""
    if start[0] == end[0]:
        left = start[0].left - 0.13
        corners = [(start[0].left, start[1]), (left, start[1]), (left, end[1]), (end[0].left, end[1])]
    else:
        bend = end[0].left - GAP / 2
        corners = [(start[0].right, start[1]), (bend, start[1]), (bend, end[1]), (end[0].left, end[1])]
    path = Path(corners, [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
    axes.add_patch(
        FancyArrowPatch(path=path, arrowstyle="-|>", mutation_scale=5, color="#7a7a7a", linewidth=0.6, zorder=1)
    )


def _draw_box(axes: Axes, shade: str, column: _Column, height: float, lines: list[str]) -> None:
    box = BOX_HEIGHT / ROW_HEIGHT
    axes.add_patch(
        Rectangle(
            (column.left, height - box / 2),
            column.right - column.left,
            box,
            facecolor=shade,
            edgecolor="#7a7a7a",
            linewidth=0.5,
            zorder=2,
        )
    )
    for position, line in enumerate(lines):
        shown = _cut(line, column.right - column.left - PADDING)
        below = (position - (len(lines) - 1) / 2) * 0.4
        axes.text(column.middle, height + below, shown, ha="center", va="center", fontsize=SMALLEST, zorder=3)


def _lines(step: dict[Any, Any]) -> list[str]:
    """Write what stands in a box: a name and what is counted of it."""
    is_panel = step["stage"] == "panel" and pd.notna(step["units"])  # whose name is the head of its column
    name = f"{count(step['units'])} units" if is_panel else name_words(step["name"], {})
    return [line for line in (name, _count_words(step)) if line]


def _count_words(step: dict[Any, Any]) -> str:
    """Say how many rows went in and out, of a block in how many equations."""
    if pd.isna(step["rows_out"]):
        return str(step["words"])
    low, high = count(step["rows_in"]), count(step["rows_out"])
    if step["stage"] == "estimation":
        return f"{step['equations']} × {low if low == high else f'{low}–{high}'}"
    return f"{high} rows" if low == high else f"{low} → {high}"


def _notes(declaration: ExhibitDeclaration) -> list[str]:
    sentences = opening_notes(declaration)
    sentences.append(
        "Rows as the ledgers count them: read and kept of a source, in and out of a table and the panel; of a block, "
        "equations and the rows that they are estimated on."
    )
    return sentences + closing_notes(declaration)
