"""Words as typst reads them: nothing an author or a study writes is taken for a command."""

from __future__ import annotations

import re

_MARKUP = re.compile(r"[\\`*_#$<>@\[\]~=+/]")
_AT_START = re.compile(r"^(\s*)(-|\d+(?=\.))")
_IN_STRING = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": ""}


def words(text: str) -> str:
    """Write words as typst markup that prints them.

    Parameters
    ----------
    text
        Any words; line breaks and repeated spaces are one space. Straight quotation marks become those of the
        language, and ``--`` a dash.
    """
    return _MARKUP.sub(lambda found: "\\" + found[0], re.sub(r"\s+", " ", text))


def not_a_list(markup: str) -> str:
    """Keep the beginning of a paragraph, ``- `` or ``1. ``, from being taken for an item of a list."""
    return _AT_START.sub(
        lambda found: f"{found[1]}\\{found[2]}" if found[2] == "-" else f'{found[1]}#"{found[2]}";', markup
    )


def string(text: str) -> str:
    """Write text as a typst string, which prints it as it is."""
    return '"' + "".join(_IN_STRING.get(character, character) for character in text) + '"'


def as_it_is(text: str) -> str:
    """Write text as typst markup that prints it without touching a character."""
    return f"#{string(text)};"


def array(items: list[str]) -> str:
    """Write pieces of typst code as an array."""
    return "(" + "".join(f"{item}, " for item in items) + ")"
