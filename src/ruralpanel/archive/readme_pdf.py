"""The README as a PDF, from the Markdown that the template writes and no more of Markdown than that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HEAD = """#set page(paper: "a4", margin: 2cm, numbering: "1")
#set text(size: 9pt, font: ("Libertinus Serif", "Noto Serif CJK SC"))
#set par(justify: false)
#set table(stroke: 0.4pt, inset: 3pt)
#show table: set text(size: 7pt)
#show table: set par(justify: false)
"""


def as_typst(markdown: str) -> str:
    """Turn Markdown into Typst: headings, lists, tables, code and bold.

    Parameters
    ----------
    markdown
        A README as :func:`ruralpanel.archive.readme.write_readme` gives it.
    """
    return HEAD + "\n".join(_blocks(markdown.splitlines())) + "\n"


def write_pdf(markdown: str, path: Path) -> None:
    """Write a README as a PDF, the same bytes for the same text.

    Parameters
    ----------
    markdown
        The README in Markdown.
    path
        Where to.
    """
    import typst

    contents: Any = as_typst(markdown).encode()
    typst.compile(contents, output=str(path), timestamp=0)


def _blocks(lines: list[str]) -> Iterator[str]:
    rows: list[list[str]] = []
    for line in [*lines, ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
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
    columns = "(" + ", ".join(["auto" if len(header) < 3 else "1fr"] * len(header)) + ",)"
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
    """Let long paths break after a slash, with a space of no width."""
    return text.replace("/", "/\u200b").replace("_", "_\u200b")


def _escaped(text: str) -> str:
    return _breakable(re.sub(r"([\\#$*_`<>@\[\]~/=+-])", r"\\\1", text))
