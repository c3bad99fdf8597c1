"""Read the roles of docstrings (``:math:``, ``:func:`` and their like), which Markdown does not know."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import Any

from griffe import Class, Extension, Object

MATHEMATICS = re.compile(r":math:`([^`]+)`")
REFERENCE = re.compile(r":(?:func|class|data|mod|meth|attr|exc):`[.~]?(?:[^`<]*\.)?([^`.]+)`")
BLOCK = re.compile(r"^( *)\.\. math:: (.*(?:\n\1 {2,}.*)*)", re.MULTILINE)
HEADING = re.compile(r"^Parameters\n-{10}\n", re.MULTILINE)


class Roles(Extension):
    """Write roles as Markdown has them before a docstring is parsed."""

    def on_instance(self, *, obj: Object, **_: Any) -> None:
        """Rewrite the docstring of a module, class, function or attribute."""
        if obj.docstring is not None:
            obj.docstring.value = as_markdown(obj.docstring.value)
            if isinstance(obj, Class) and "NamedTuple" in map(str, obj.bases):  # whose parameters no signature shows
                obj.docstring.value = HEADING.sub("Attributes\n----------\n", obj.docstring.value)


def as_markdown(text: str) -> str:
    """Write ``:math:`` as dollars, and references to names as code.

    Parameters
    ----------
    text
        A docstring.

    Returns
    -------
    str
        The same for Markdown.
    """
    text = BLOCK.sub(lambda found: f"\n{found[1]}$$\n{dedent(found[2]).strip()}\n{found[1]}$$\n", text)
    text = MATHEMATICS.sub(lambda found: f"${' '.join(found[1].split())}$", text)
    return REFERENCE.sub(r"`\1`", text)
