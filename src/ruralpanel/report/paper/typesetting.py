"""From the document to pages: typst, without network and with the fonts that are always there, so that the bytes are
the same."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from ruralpanel.errors import PaperError, Problem
from ruralpanel.fonts import REMEDY, chinese_folder, named
from ruralpanel.report.paper.document import LAYOUT
from ruralpanel.study.paper_text import PaperText

DOCUMENT = "paper.typ"

FONTS = "fonts"

STRICT: Final = "a-2b"
"""A standard of documents that allows no character without a glyph, so that typst tells each of them."""

_NO_GLYPH = re.compile(r'the text `"(?P<text>.*?)"` could not be displayed')
_POINTED_AT = re.compile(r"┌─ (?:.*/)?(?P<file>[^/:]+):(?P<line>\d+):\d+")


def typeset(
    document: str,
    beside: Mapping[str, Path],
    text: PaperText,
    where: str,
    font: str | None = None,
    font_folder: Path | None = None,
    fonts: Sequence[Path] = (),
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
    fonts
        Files of further fonts, for characters that the others have not.

    Returns
    -------
    bytes
        The same for the same document and files, wherever it is typeset; with a font that is installed and not in a
        folder, as long as that font is the same.

    Raises
    ------
    PaperError
        If it cannot be typeset: mathematics or works that cannot be read, a style or font that is not known, or
        characters that no font has.
    """
    import typst

    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / DOCUMENT).write_text(document, encoding="utf-8")
        shutil.copyfile(Path(__file__).parent / LAYOUT, folder / LAYOUT)
        for file, path in beside.items():
            shutil.copyfile(path, folder / file)
        (folder / FONTS).mkdir()
        for path in fonts:
            shutil.copyfile(path, folder / FONTS / path.name)
        options: dict[str, Any] = {
            "root": folder,
            "font_paths": [chinese_folder(), folder / FONTS, *([font_folder] if font_folder is not None else [])],
            "ignore_system_fonts": font is None or font_folder is not None,
            "format": "pdf",
        }
        try:
            pages, warnings = typst.compile_with_warnings(folder / DOCUMENT, **options)
        except typst.TypstError as error:
            at = _place(str(error.diagnostic or ""), document, beside, text, where)
            raise PaperError([Problem(at, f"cannot be typeset: {error.message}", "", "; ".join(error.hints))]) from None
        missing = missing_characters(folder / DOCUMENT, options)
    unknown = [each.message for each in warnings if "font family" in each.message]
    if unknown:
        raise PaperError(Problem(where, each, "paper.font", "name the folder with its files") for each in unknown)
    if missing:
        raise PaperError(_of_characters(*each, document, beside, text, where) for each in missing.items())
    assert isinstance(pages, bytes)
    return pages


def missing_characters(document: Path | bytes, options: Mapping[str, Any]) -> dict[str, str]:
    """List what a document has no glyphs for, with what typst says of where it first stands.

    Parameters
    ----------
    document
        The typst source, or its file.
    options
        With which it is typeset.

    Returns
    -------
    dict of str to str
        By character or cluster of characters.
    """
    import typst

    try:
        typst.compile(document, pdf_standards=STRICT, **options)
    except typst.TypstError as error:
        # The standard asks for other things too, which do not matter here.
        diagnostics = re.split(r"\n(?=error: )", str(error.diagnostic or error.message))
        found = [(match["text"], each) for each in diagnostics if (match := _NO_GLYPH.search(each)) is not None]
        return dict(reversed(found))
    return {}


def _of_characters(
    characters: str, diagnostic: str, document: str, beside: Mapping[str, Path], text: PaperText, where: str
) -> Problem:
    """Say which characters have no glyph, and in which line of the document they stand."""
    what = f"no font at hand has {named(list(dict.fromkeys(characters)))}"
    line = next((each for each in document.split("\n") if characters in each), "")
    if line:
        at = line.index(characters)
        what += f", which stands in “{line[max(0, at - 40) : at + 40].strip()}”"
    return Problem(_place(diagnostic, document, beside, text, where), what, hint=REMEDY)


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
