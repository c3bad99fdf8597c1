"""The fonts that text is drawn with, and which of its characters none of them has."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

FOLDER_OF_CHINESE = "pylopdf_fonts_zh_cn"
"""The package whose folder has :data:`CHINESE_SANS` and :data:`CHINESE_SERIF`, under the SIL Open Font License."""

CHINESE_SANS = "Noto Sans SC"
CHINESE_SERIF = "Noto Serif SC"
REMEDY = "write it in other characters, or name the file of a font that has it under `fonts` in the study"


def chinese_folder() -> Path:
    """Give the folder with the fonts that have Chinese characters, simplified and traditional, and Japanese kana."""
    from importlib.util import find_spec

    spec = find_spec(FOLDER_OF_CHINESE)
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent


def chinese_sans_file() -> Path:
    """Give the file of :data:`CHINESE_SANS`."""
    return chinese_folder() / "NotoSansSC-Regular.otf"


def characters_in(files: Iterable[Path | str]) -> frozenset[int]:
    """List the code points that fonts have a glyph for.

    Parameters
    ----------
    files
        Files of fonts.
    """
    from matplotlib.ft2font import FT2Font

    return frozenset(code for file in files for code in FT2Font(str(file)).get_charmap())


def without_glyph(text: str, characters: frozenset[int]) -> list[str]:
    """List the characters of a text that have no glyph, each once.

    Parameters
    ----------
    text
        What is to be drawn.
    characters
        From :func:`characters_in`.
    """
    return [each for each in dict.fromkeys(text) if each != "\n" and ord(each) not in characters]


def named(characters: Sequence[str]) -> str:
    """Name characters for a reader whose screen may not have them either: ``한 (U+D55C HANGUL SYLLABLE HAN)``."""
    words = []
    for each in characters:
        name = f"U+{ord(each):04X} {unicodedata.name(each, '')}".strip()
        words.append(f"{each} ({name})" if each.isprintable() else name)
    return ", ".join(words)
