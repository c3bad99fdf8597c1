"""Turn equations into MathML when the site is built, so that a page needs no script to show them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from latex2mathml.converter import convert

EQUATION = re.compile(r'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>', re.DOTALL)
"""What pymdownx.arithmatex makes of ``$…$`` and ``$$…$$``."""

LONG = 40
"""An equation within a line that is longer than this scrolls where it is wider than the screen, as others do."""


def on_page_content(html: str, **_: Any) -> str:
    """Replace the equations of a page, those of docstrings among them."""
    return EQUATION.sub(_as_mathml, html)


def _as_mathml(found: re.Match[str]) -> str:
    latex = unescape(found[3]).strip()
    if found[2] == "[":
        return f'<div class="equation">{convert(latex, display="block")}</div>'
    mathml = convert(latex, display="inline")
    return f'<span class="equation">{mathml}</span>' if len(latex) > LONG else mathml
