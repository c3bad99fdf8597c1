"""Turn equations into MathML when the site is built, so that a page needs no script to show them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from latex2mathml.converter import convert

EQUATION = re.compile(r'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>', re.DOTALL)
"""What pymdownx.arithmatex makes of ``$…$`` and ``$$…$$``."""


def on_page_content(html: str, **_: Any) -> str:
    """Replace the equations of a page, those of docstrings among them."""
    return EQUATION.sub(_as_mathml, html)


def _as_mathml(found: re.Match[str]) -> str:
    display = "block" if found[2] == "[" else "inline"
    mathml = convert(unescape(found[3]).strip(), display=display)
    # A line of its own can be wider than a telephone, and is scrolled then.
    return f'<div class="equation">{mathml}</div>' if display == "block" else str(mathml)
