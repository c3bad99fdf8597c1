"""Exhibits as the page shows them: tables whose numbers can be traced, and pictures at the size of a screen."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from html import escape, unescape
from io import BytesIO
from pathlib import Path
from typing import Any

from ruralpanel.report.estimates import link

WIDEST = 1400
"""Pixels: twice the width of a column of text, for screens with two pixels to a point."""

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
    png
        The picture, for figures.
    """

    name: str
    number: str
    title: str
    notes: str
    files: list[str]
    html: str | None = None
    png: bytes | None = None


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
        png=None if is_table else (folder / f"{name}.png").read_bytes(),
    )


def shown(exhibit: ShownExhibit) -> dict[str, Any]:
    """Prepare an exhibit for the page.

    Parameters
    ----------
    exhibit
        From :func:`read_exhibit`.
    """
    return {
        "name": exhibit.name,
        "number": exhibit.number,
        "title": exhibit.title,
        "notes": exhibit.notes,
        "files": exhibit.files,
        "table": traced(exhibit.html) if exhibit.html else None,
        "picture": base64.b64encode(for_screens(exhibit.png)).decode() if exhibit.png else None,
    }


def traced(html: str) -> str:
    """Make numbers with an address links to what stands behind them."""
    return _TRACED.sub(
        lambda cell: f'{cell[1]}<a href="{escape(link(unescape(cell[2])))}">{cell[3]}</a></td>',
        html,
    )


def for_screens(png: bytes) -> bytes:
    """Reduce a picture to the size and the colours that a screen needs; the full one is offered beside it.

    Parameters
    ----------
    png
        The picture in print quality.

    Returns
    -------
    bytes
        A PNG at most :data:`WIDEST` pixels wide, on white, with 256 colours; the same one where that is no smaller.
    """
    from PIL import Image

    with Image.open(BytesIO(png)) as opened:
        picture = opened.convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    white.alpha_composite(picture)
    flat = white.convert("RGB")
    if flat.width > WIDEST:
        flat = flat.resize((WIDEST, round(flat.height * WIDEST / flat.width)), Image.Resampling.LANCZOS)
    written = BytesIO()
    flat.quantize(256, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
    return min(written.getvalue(), png, key=len) if flat.width == picture.width else written.getvalue()
