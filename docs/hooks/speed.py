"""What the program costs beside others, from the numbers that were measured last."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.account import NAMES, country_lines, load_measured, picture, table_lines

PAGE, PICTURE = "speed.md", "speed.svg"

ASKED = re.compile(r"^<!-- speed: (\w+) -->$", re.MULTILINE)
"""Where the page asks for a part."""


@cache
def parts() -> dict[str, str]:
    """Write every part of the page, and the picture, by name."""
    rows, machine = load_measured()
    others = ", ".join(f"{NAMES.get(name, name)} {number}" for name, number in sorted(machine["versions"].items()))
    where = (
        f"Measured on {machine['date']} with {machine['cores']} cores ({machine['processor']}), "
        f"{machine['memory']} GiB and Python {machine['python']}; {others}."
    )
    return {
        "machine": where,
        "table": "\n".join(table_lines(rows)),
        "figure": f"![Seconds against rows, by work and program]({PICTURE})",
        "national": "\n".join(country_lines()),
        "picture": picture(rows),
    }


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the picture beside the page."""
    files.append(File.generated(config, PICTURE, content=parts()["picture"]))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Put in the parts the page asks for."""
    return ASKED.sub(lambda found: parts()[found[1]], markdown) if page.file.src_uri == PAGE else markdown
