"""Exhibits as the page shows them: tables whose numbers can be traced, and figures that are sharp at any size."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from typing import Any

from ruralpanel.exhibits.caption import ExhibitDeclaration, standing_notes
from ruralpanel.report.estimates import link

_NOTES = re.compile(r'\s*<p class="notes">.*</p>\s*', re.DOTALL)
"""The notes below a table, which the page has in its caption too."""

_TRACED = re.compile(r'(<td(?: [a-z-]+="[^"]*")* data-address="([^"]*)">)([^<]+)</td>')


@dataclass(frozen=True)
class ShownExhibit:
    """An exhibit as the page needs it.

    Parameters
    ----------
    name, number, title, notes
        From its caption file.
    files
        Names of the files to offer for download.
    html
        The table, for tables.
    svg
        The picture, for figures.
    """

    name: str
    number: str
    title: str
    notes: str
    files: list[str]
    html: str | None = None
    svg: bytes | None = None


def read_exhibit(folder: Path, name: str, caption: dict[str, str], is_table: bool) -> ShownExhibit:
    """Collect the files of one exhibit.

    Parameters
    ----------
    folder
        The study's folder of exhibits.
    name
        The exhibit.
    caption
        Its number, title and notes.
    is_table
        Whether it is a table or a figure.
    """
    endings = ("docx", "tex", "csv", "html") if is_table else ("png", "pdf", "svg", "csv")
    return ShownExhibit(
        name=name,
        number=caption["number"],
        title=caption["title"],
        notes=caption["notes"],
        files=[f"{name}.{ending}" for ending in endings],
        html=(folder / f"{name}.html").read_text(encoding="utf-8") if is_table else None,
        svg=None if is_table else (folder / f"{name}.svg").read_bytes(),
    )


def shown(
    exhibit: ShownExhibit, declaration: ExhibitDeclaration | None = None, numbers: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """Prepare an exhibit for the page, which says once what each exhibit says by itself: standing and sources.

    Parameters
    ----------
    exhibit
        From :func:`read_exhibit`.
    declaration
        What the study says of it; left out, its title and notes are as they are.
    numbers
        The numbers of sources on the page, by what is cited.
    """
    title, notes, sources = exhibit.title, exhibit.notes, []
    if declaration is not None:
        ending = " ".join(standing_notes(declaration))
        if notes.endswith(ending):
            title, notes = f"{exhibit.number}. {declaration.exhibit.title}", notes.removesuffix(ending).rstrip()
            sources = [
                {"words": words, "number": (numbers or {}).get(words)}
                for words in (text.rstrip(".") for text in declaration.sources)
            ]
    return {
        "name": exhibit.name,
        "number": exhibit.number,
        "title": title,
        "notes": notes,
        "sources": sources,
        "files": exhibit.files,
        "table": traced(_NOTES.sub("", exhibit.html)) if exhibit.html else None,
        "picture": base64.b64encode(exhibit.svg).decode() if exhibit.svg else None,
    }


def traced(html: str) -> str:
    """Make numbers with an address links to what stands behind them."""
    return _TRACED.sub(
        lambda cell: f'{cell[1]}<a href="{escape(link(unescape(cell[2])))}">{cell[3]}</a></td>',
        html,
    )
