"""Names and texts as R and Stata take them, whatever a study calls its columns."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 32
"""The most characters of a name in Stata; R has no such limit."""

MADE = "made_"
"""How columns begin that the scripts make or that are no columns of the panel; no column of the panel is called so."""

OF_R = (
    *("if", "else", "repeat", "while", "function", "for", "next", "break", "in", "TRUE", "FALSE", "NULL", "Inf", "NaN"),
    *("NA", "NA_integer_", "NA_real_", "NA_complex_", "NA_character_", "T", "F"),
)
"""Words that are no names in R (help page ``Reserved``), and the two truth values by their short names."""

OF_STATA = (
    *("_all", "_b", "byte", "_coef", "_cons", "double", "float", "if", "in", "int", "long", "_n", "_N", "_pi", "_pred"),
    *("_rc", "_skip", "strL", "using", "with", "e", "r", "c", "b", "se"),
)
"""Words that are no names in Stata (manual [U] 11.3), and those of its stored results."""

_TAKEN = {word.lower() for word in (*OF_R, *OF_STATA)}


def plain_names(columns: Iterable[str]) -> dict[str, str]:
    """Give every column a name that R and Stata read alike, without quotes.

    Parameters
    ----------
    columns
        Names as the panel has them.

    Returns
    -------
    dict
        By column: a letter, then letters of ASCII, digits and underscores, 32 characters at most, no word of either
        language, and none twice, in whatever case. A name that is one already stays, unless an earlier one took it.
    """
    found: dict[str, str] = {}
    used: set[str] = set()
    every = list(dict.fromkeys(columns))
    for column in sorted(every, key=lambda name: (_plain(name) != name, every.index(name))):
        name, number = _plain(column), 1
        while name.lower() in used:
            number += 1
            name = f"{_plain(column)[: LONGEST - len(str(number)) - 1]}_{number}"
        used.add(name.lower())
        found[column] = name
    return {column: found[column] for column in every}


def _plain(column: str) -> str:
    name = re.sub(r"[^A-Za-z0-9_]+", "_", column).strip("_") or "column"
    is_word = name.lower() in _TAKEN or re.fullmatch(r"str[0-9]+", name.lower()) is not None
    if not name[0].isalpha() or is_word or name.startswith(MADE):
        name = f"v_{name}"
    return name[:LONGEST]


def r_text(text: str) -> str:
    r"""Write a text as a string of R: in ASCII, with ``\u`` for what is not."""
    return f'"{"".join(map(_r_character, text))}"'


def _r_character(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if " " <= character <= "~":
        return character
    number = ord(character) or 0xFFFD  # R has no string with a character zero
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def stata_text(text: str) -> str:
    """Write a text as an expression of Stata in which nothing is a quote or is expanded as a macro.

    What would be is given by its number, as ``char(96)`` or ``uchar(26449)``, between strings of the rest.
    """
    parts = re.findall(r"[ !#%&()*+,\-./0-9:;<=>?@A-Z\[\]^_a-z{|}~]+|.", text, re.DOTALL)
    return " + ".join(_stata_part(part) for part in parts) or '""'


def _stata_part(part: str) -> str:
    if len(part) > 1 or re.match(r"[ !#%&()*+,\-./0-9:;<=>?@A-Z\[\]^_a-z{|}~]", part):
        return f'"{part}"'
    number = ord(part) or 0xFFFD
    return f"char({number})" if number < 128 else f"uchar({number})"


def comment(text: str) -> str:
    """Write a text so that it can stand behind ``#`` or ``*``: on one line, with nothing that either language reads.

    Stata expands macros even in comments, joins lines at ``///`` and opens longer comments with ``/*``.
    """
    line = " ".join(text.split())
    line = "".join(each if each.isprintable() else " " for each in line)
    return re.sub(r"[`$'\"\\]", "", line).replace("/*", "/ *").replace("*/", "* /").replace("//", "/ /")
