"""Which rooms of the program import which, and a picture of it.

A room is a package or a module at the top of ``src/ruralpanel``. ``python docs/rooms.py`` draws
``docs/pages/assets/rooms.svg`` anew; ``tests/test_layers.py`` fails while it is not what the imports say.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import NamedTuple

TOP = Path(__file__).resolve().parents[1]
PACKAGE = TOP / "src/ruralpanel"
PICTURE = TOP / "docs/pages/assets/rooms.svg"
DOORS = ("__init__", "__main__")
"""Where the program begins, and its version: no rooms, and everybody's."""


class Import(NamedTuple):
    """One import from a room into another, and where it is written."""

    room: str
    other: str
    where: str


@cache
def imports_between(package: Path = PACKAGE) -> tuple[Import, ...]:
    """List every import of a package between its rooms, those within functions among them; read once."""
    return tuple(_imports_between(package))


def _imports_between(package: Path) -> Iterator[Import]:
    for path in sorted(package.rglob("*.py")):
        room = path.relative_to(package).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if room not in DOORS else ():
            for module in _modules(node):
                parts = module.split(".")
                if parts[0] == package.name and len(parts) > 1 and parts[1] != room:
                    yield Import(room, parts[1], f"{path.relative_to(package)}:{getattr(node, 'lineno', 0)}")


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
        return [f"{node.module}.{alias.name}" for alias in node.names] if "." not in node.module else [node.module]
    return []


def below(package: Path = PACKAGE) -> dict[str, set[str]]:
    """Give by room those that it imports; the version of the program is nobody's import."""
    names = {path.stem for path in package.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    found: dict[str, set[str]] = {name: set() for name in sorted(names - set(DOORS))}
    for each in imports_between(package):
        if each.other in found:
            found[each.room].add(each.other)
    return found


def levels(rooms: Mapping[str, set[str]]) -> dict[str, int]:
    """Give by room how many stand below one another under it.

    Raises
    ------
    ValueError
        If rooms import one another in a circle.
    """
    level: dict[str, int] = {}
    while len(level) < len(rooms):
        ready = [name for name, others in rooms.items() if name not in level and others <= set(level)]
        if not ready:
            raise ValueError(f"{', '.join(name for name in rooms if name not in level)} import one another in a circle")
        level |= {name: max((level[other] + 1 for other in rooms[name]), default=0) for name in ready}
    return level


def without_what_follows(rooms: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Leave out imports of rooms that another imported room imports as well, directly or not."""
    reached: dict[str, set[str]] = {}
    for name in sorted(rooms, key=levels(rooms).__getitem__):
        reached[name] = rooms[name].union(*(reached[other] for other in rooms[name]))
    return {
        name: {other for other in others if not any(other in reached[each] for each in others)}
        for name, others in rooms.items()
    }


BOX, GAP, ROW, MARGIN, LETTER = 30, 18, 78, 20, 7.6


def picture(rooms: Mapping[str, set[str]]) -> str:
    """Draw rooms as boxes, each above all that it imports."""
    level, lines = levels(rooms), without_what_follows(rooms)
    rows = [[name for name in rooms if level[name] == row] for row in range(max(level.values()) + 1)]
    width = max(sum(_width(name) + GAP for name in row) for row in rows) - GAP + 2 * MARGIN
    height = len(rows) * ROW - (ROW - BOX) + 2 * MARGIN
    middle: dict[str, float] = {}
    for row in rows:  # from below, each about over those that it imports
        row.sort(key=lambda name: (sum(middle[other] for other in lines[name]) / max(1, len(lines[name])), name))
        left = (width - sum(_width(name) + GAP for name in row) + GAP) / 2
        for name in row:
            middle[name] = left + _width(name) / 2
            left += _width(name) + GAP
    top = {name: height - MARGIN - BOX - level[name] * ROW for name in rooms}
    paths = [
        f'<path d="M{middle[name]:.1f} {top[name] + BOX:.1f} C{middle[name]:.1f} {top[name] + BOX + 30:.1f} '
        f'{middle[other]:.1f} {top[other] - 30:.1f} {middle[other]:.1f} {top[other]:.1f}"/>'
        for name, others in lines.items()
        for other in sorted(others)
    ]
    boxes = [
        f'<rect x="{middle[name] - _width(name) / 2:.1f}" y="{top[name]:.1f}" width="{_width(name):.1f}" '
        f'height="{BOX}" rx="4"/>'
        for name in rooms
    ]
    names = [f'<text x="{middle[name]:.1f}" y="{top[name] + 20:.1f}">{escape(name)}</text>' for name in rooms]
    groups = [
        ('fill="none" stroke="#90a4ae"', paths),
        ('fill="#ffffff" stroke="#00796b"', boxes),
        ('fill="#222222" font-family="monospace" font-size="12" text-anchor="middle"', names),
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        'aria-label="The rooms of the program, each above all that it imports">'
    )
    parts = [line for looks, drawn in groups for line in (f"<g {looks}>", *drawn, "</g>")]
    return "\n".join([head, *parts, "</svg>"]) + "\n"


def _width(name: str) -> float:
    return len(name) * LETTER + 20


if __name__ == "__main__":
    PICTURE.write_text(picture(below()), encoding="utf-8")
