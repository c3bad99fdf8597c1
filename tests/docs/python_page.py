"""The page that is a notebook: its blocks of Python in their order, each with what it shall print."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.docs.pages import PAGES

PAGE = PAGES / "how-to/python.md"

CELL = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<said>.*?)^```$)?", re.MULTILINE | re.DOTALL)


def cells(text: str) -> Iterator[re.Match[str]]:
    """Give the blocks of Python, each with the block of text that follows it at once."""
    return CELL.finditer(text)


def run(code: str, names: dict[str, Any]) -> str:
    """Run a block with the names of those before it, and give what it prints."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code, PAGE.name, "exec"), names)
    return said.getvalue()


def as_printed(text: str) -> str:
    """Leave out the spaces at ends of lines, which no reader sees."""
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def written(text: str) -> str:
    """Write the page anew with what its blocks print now."""
    names: dict[str, Any] = {"__name__": "notebook"}

    def again(cell: re.Match[str]) -> str:
        said = as_printed(run(cell["code"], names))
        return f"```python\n{cell['code']}```\n" + (f"\n```text\n{said}```" if said else "")

    return CELL.sub(again, text)


def rewrite(page: Path = PAGE) -> None:
    """Put what the blocks print now into the page; read the difference before it is kept."""
    page.write_text(written(page.read_text(encoding="utf-8")), encoding="utf-8")
