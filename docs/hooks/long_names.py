"""Let long names of keys and files break where a reader would, so that tables fit a telephone."""

from __future__ import annotations

import re
from typing import Any

NAME = re.compile(r"<code>([^<>]*[_/*][^<>]*)</code>")
"""Code within a line; blocks of code have spans in them, and scroll."""


def on_post_page(output: str, **_: Any) -> str:
    """Mark the places behind underscores, slashes and stars, once the index for searching has been made."""
    return NAME.sub(lambda found: "<code>" + re.sub("([_/*])", r"\1<wbr>", found[1]) + "</code>", output)
