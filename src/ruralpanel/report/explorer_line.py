"""The line of the page that leads to the explorer, which a command makes before or after the page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from markupsafe import Markup

EXPLORER = "explore.html"
"""Its name in the folder of a study's results."""


def explorer_line(name: str, is_there: bool) -> Markup:
    """Write where specifications can be picked, or which command makes that.

    Parameters
    ----------
    name
        Of the study.
    is_there
        Whether the explorer has been made from the estimates of the page.
    """
    if is_there:
        return Markup('<p class="meta explorer"><a href="../{}">Pick other specifications</a></p>').format(EXPLORER)
    words = '<p class="meta explorer">To pick other specifications: <code>./run explore --config study={}</code></p>'
    return Markup(words).format(name)


def is_current(results: Path, estimates: Iterable[Path]) -> bool:
    """Tell whether the explorer is there and no estimate is newer."""
    explorer = results / EXPLORER
    if not explorer.is_file():
        return False
    made = explorer.stat().st_mtime_ns
    return all(path.stat().st_mtime_ns <= made for path in estimates)


def with_explorer(page: str, name: str) -> str:
    """Let a page that was written before the explorer lead to it."""
    return page.replace(explorer_line(name, is_there=False), explorer_line(name, is_there=True))
