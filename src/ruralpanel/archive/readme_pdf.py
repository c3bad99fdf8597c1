"""The README as a PDF, from the Markdown that the template writes and no more of Markdown than that."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ruralpanel.archive.contents import ArchiveError
from ruralpanel.errors import Problem
from ruralpanel.fonts import REMEDY, chinese_folder, named
from ruralpanel.report.paper.typesetting import missing_characters

HEAD = """#set page(paper: "a4", margin: 2cm, numbering: "1")
#set text(size: 9pt, font: ("Libertinus Serif", "Noto Serif SC"))
#show raw: set text(font: ("DejaVu Sans Mono", "Noto Sans SC"))
#set par(justify: false)
#set table(stroke: 0.4pt, inset: 3pt)
#show table: set text(size: 7pt)
#show table: set par(justify: false)
"""


SHORT = 14
"""Columns whose cells have no more characters are as wide as these; the others share the width of the page."""


def as_typst(markdown: str) -> str:
    """Turn Markdown into Typst: headings, lists, tables, code and bold.

    Parameters
    ----------
    markdown
        A README as :func:`ruralpanel.archive.readme.write_readme` gives it.
    """
    return HEAD + "\n".join(_blocks(markdown.splitlines())) + "\n"


def write_pdf(markdown: str, path: Path, fonts: Sequence[Path] = ()) -> None:
    """Write a README as a PDF, the same bytes for the same text.

    Parameters
    ----------
    markdown
        The README in Markdown.
    path
        Where to.
    fonts
        Files of fonts for characters that those which are always there have not.

    Raises
    ------
    ArchiveError
        If a character is in none of the fonts.
    """
    import typst

    contents: Any = as_typst(markdown).encode()
    with TemporaryDirectory() as folder:
        for each in fonts:
            shutil.copyfile(each, Path(folder) / each.name)
        options: dict[str, Any] = {"font_paths": [chinese_folder(), folder], "ignore_system_fonts": True}
        typst.compile(contents, output=str(path), timestamp=0, **options)
        missing = missing_characters(contents, options)
    if missing:
        what = [f"no font at hand has {named(list(dict.fromkeys(characters)))}" for characters in missing]
        raise ArchiveError(Problem(path.name, each, hint=REMEDY) for each in what)


def _blocks(lines: list[str]) -> Iterator[str]:
    rows: list[list[str]] = []
    for line in [*lines, ""]:
        if line.startswith("|"):
            cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))  # a bar behind a backslash is a bar
            rows.append([cell.strip().replace("\\|", "|") for cell in cells])
            continue
        if rows:
            yield _table(rows)
            rows = []
        if heading := re.match(r"(#+) (.*)", line):
            yield "=" * len(heading.group(1)) + " " + _inline(heading.group(2))
        elif item := re.match(r"- (.*)", line):
            yield "- " + _inline(item.group(1))
        elif item := re.match(r"[0-9]+\. (.*)", line):
            yield "+ " + _inline(item.group(1))
        else:
            yield _inline(line)


def _table(rows: list[list[str]]) -> str:
    header, body = rows[0], rows[2:]
    cells = [f"[{_inline(cell)}]" for row in body for cell in row]
    head = [f"[*{_inline(cell)}*]" if cell else "[]" for cell in header]
    short = [max(map(len, column)) <= SHORT for column in zip(header, *body, strict=True)]
    columns = "(" + ", ".join("auto" if len(header) < 3 or each else "1fr" for each in short) + ",)"
    return f"#table(columns: {columns}, table.header({', '.join(head)}), {', '.join(cells)})\n"


def _inline(text: str) -> str:
    """Escape what means something in Typst; code within backquotes, bold and boxes are turned."""
    parts = re.split(r"(`[^`]*`|\*\*[^*]+\*\*)", text)
    turned = []
    for part in parts:
        if part.startswith("`"):
            inside = part[1:-1].replace("\\", "\\\\").replace('"', '\\"')
            turned.append(f'#raw("{_breakable(inside)}")')
        elif part.startswith("**"):
            turned.append(f"#strong[{_escaped(part[2:-2])}]")
        else:
            turned.append(_escaped(part))
    return "".join(turned)


def _breakable(text: str) -> str:
    """Let long paths and keys break after a slash, a dot or an underscore, with a space of no width."""
    return re.sub(r"[/_]|(?<=[a-z])\.(?=[a-z])", "\\g<0>\u200b", text)


def _escaped(text: str) -> str:
    return _breakable(re.sub(r"([\\#$*_`<>@\[\]~/=+-])", r"\\\1", text))
