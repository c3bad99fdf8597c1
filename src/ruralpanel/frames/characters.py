"""Characters that look like others: full-width forms, invisible ones, and the many minus signs."""

from __future__ import annotations

import re

_FULL_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x3000: 0x20}
# Superscripts, circled numbers and the like are footnotes, not digits, so that Unicode's own folding goes too far.

_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_ODD_SPACES = dict.fromkeys((0xA0, 0x2007, 0x2008, 0x2009, 0x202F), 0x20)
_AS_TEXT = re.compile(r"""['’‘‛`＇](?=[0-9])(?P<code>[0-9A-Za-z.\-]+)|=\s*"(?P<cell>[^"]*)\"""")
_FIRST_OF_MARKED = frozenset("'’‘‛`＇=")
_CODE = re.compile(r"[0-9A-Za-z.\-]+")


def fold_width(text: str) -> str:
    """Make full-width letters, digits and signs plain, and nothing else."""
    return text if text.isascii() else text.translate(_FULL_WIDTH)


def without_invisible(text: str) -> str:
    """Take out characters that nobody sees, and make odd spaces plain."""
    return text if text.isascii() else _INVISIBLE.sub("", text).translate(_ODD_SPACES)


def plain_minus(text: str) -> str:
    """Give every kind of minus sign before a number the same form."""
    return re.sub(r"^[−–‐‑](?=[0-9.])", "-", text)


def tidy_text(text: str) -> str:
    """Tidy a cell of text: no invisible characters, no space around it, codes in plain letters and digits."""
    visible = unmarked(without_invisible(text).strip())
    folded = fold_width(visible)
    return folded if _CODE.fullmatch(folded) else visible


def unmarked(text: str) -> str:
    """Take out what people write before a code so that a spreadsheet program takes it for text: '0123 or ="0123"."""
    if text[:1] not in _FIRST_OF_MARKED:
        return text
    found = _AS_TEXT.fullmatch(text)
    return (found["code"] or found["cell"] or "").strip() if found else text
