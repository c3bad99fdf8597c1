"""From the document to pages: typst, without network and with the fonts it carries, so that the bytes are the same."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from ruralpanel.errors import PaperError, Problem
from ruralpanel.report.paper.document import LAYOUT
from ruralpanel.study.paper_text import PaperText

DOCUMENT = "paper.typ"

_POINTED_AT = re.compile(r"┌─ (?:.*/)?(?P<file>[^/:]+):(?P<line>\d+):\d+")


def typeset(
    document: str,
    beside: Mapping[str, Path],
    text: PaperText,
    where: str,
    font: str | None = None,
    font_folder: Path | None = None,
) -> bytes:
    """Typeset a document as PDF.

    Parameters
    ----------
    document
        The typst source.
    beside
        The files it reads, by the names it knows them under.
    text
        The author's text, for the lines of mathematics that cannot be read.
    where
        Its file, for messages.
    font
        A font that is asked for. Without one, fonts of the machine are not looked at.
    font_folder
        The folder with its files.

    Returns
    -------
    bytes
        The same for the same document and files, wherever it is typeset; with a font that is installed and not in a
        folder, as long as that font is the same.

    Raises
    ------
    PaperError
        If it cannot be typeset: mathematics or works that cannot be read, or a style or font that is not known.
    """
    import typst

    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / DOCUMENT).write_text(document, encoding="utf-8")
        shutil.copyfile(Path(__file__).parent / LAYOUT, folder / LAYOUT)
        for file, path in beside.items():
            shutil.copyfile(path, folder / file)
        try:
            pages, warnings = typst.compile_with_warnings(
                folder / DOCUMENT,
                root=folder,
                font_paths=[font_folder] if font_folder is not None else [],
                ignore_system_fonts=font is None or font_folder is not None,
                format="pdf",
            )
        except typst.TypstError as error:
            at = _place(str(error.diagnostic or ""), document, beside, text, where)
            raise PaperError([Problem(at, f"cannot be typeset: {error.message}", "", "; ".join(error.hints))]) from None
    unknown = [each.message for each in warnings if "font family" in each.message]
    if unknown:
        raise PaperError(Problem(where, each, "paper.font", "name the folder with its files") for each in unknown)
    assert isinstance(pages, bytes)
    return pages


def _place(diagnostic: str, document: str, beside: Mapping[str, Path], text: PaperText, where: str) -> str:
    """Say in which file and line of the author's is what typst points at."""
    found = _POINTED_AT.search(diagnostic)
    if found is None:
        return where
    if found["file"] in beside:
        return f"{beside[found['file']]}, line {found['line']}"
    pointed_at = document.split("\n")[int(found["line"]) - 1] if found["file"] == DOCUMENT else ""
    for reference in text.references:
        if reference.kind == "mathematics" and reference.text.split("\n")[0] in pointed_at:
            return f"{where}, line {reference.line}"
    return where
