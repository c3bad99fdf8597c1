"""The lines of a study file in which the entries of a section are declared, found without reading all of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from ruralpanel.study.yaml_file import parse_yaml


def entry_lines(text: str, section: str, names: Iterable[str]) -> dict[str, int]:
    """Find the lines of a section's entries, without reading the whole file where it is written a key a line.

    Parameters
    ----------
    text
        The contents of a YAML file that has been read before.
    section
        A key of the top level.
    names
        Its entries.

    Returns
    -------
    dict of str to int
        By entry, its line, counted from 1.
    """
    wanted = list(names)
    found: dict[str, int] = {}
    indent = None
    lines = enumerate(text.splitlines(), start=1)
    for _, line in lines:
        if re.match(rf"{section}:\s*(#.*)?$", line):
            break
    for number, line in lines:
        if re.match(r"[^\s#]", line):
            break
        if key := re.match(r"( +)([A-Za-z_]\w*):", line):
            indent = indent or key[1]
            if key[1] == indent:
                found.setdefault(key[2], number)
    if not set(wanted) <= set(found):  # written in another way
        file = parse_yaml(text, Path(section))
        found = {name: file.line_of((section, name)) for name in wanted}
    return {name: found[name] for name in wanted}
