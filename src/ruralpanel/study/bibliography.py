"""The keys of a BibTeX file, with the line of each."""

from __future__ import annotations

import re

_ENTRY = re.compile(r"^[ \t]*@(?P<kind>\w+)\s*[{(]\s*(?P<key>[^\s,{}()\"']*)\s*,", re.MULTILINE)
_NO_WORKS = ("comment", "preamble", "string")


def entries(text: str) -> list[tuple[str, int]]:
    """List the works of a bibliography.

    Parameters
    ----------
    text
        The contents of a BibTeX file.

    Returns
    -------
    list of (str, int)
        The key of every entry and its line, counted from 1.
    """
    return [
        (entry["key"], text.count("\n", 0, entry.start("kind")) + 1)
        for entry in _ENTRY.finditer(text)
        if entry["kind"].lower() not in _NO_WORKS
    ]
