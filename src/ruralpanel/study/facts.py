"""The ``facts`` section: files of numbers that notes of exhibits and the paper's text refer to, and looking them up.

A fact is named by the file's name in the study and the keys that lead to it, with slashes between:
``truth/effects/log_income/average``. It is printed in the formats of :mod:`ruralpanel.study.paper_text`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ruralpanel.errors import nearest
from ruralpanel.study.addresses import NoSuchNumber
from ruralpanel.study.paper_text import Reference, read_notes

FORMATS_OF_FACTS = ("percent", "percent_change", "unsigned")
"""What can be asked for behind the bar of a fact, beside ``decimals N``: it has no standard error."""

Fact = int | float | str


def read_facts(path: Path) -> dict[str, Any]:
    """Read a file of facts.

    Parameters
    ----------
    path
        A JSON file that holds one object.

    Raises
    ------
    ValueError
        With the reason in words, if it cannot be read as such.
    """
    try:
        contents = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise ValueError(f"is no JSON: {error.msg} (line {error.lineno})") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 text (byte {error.start + 1} cannot be read)") from None
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    if not isinstance(contents, dict):
        raise ValueError("holds no facts by name: expected one object, { … }")
    return contents


def file_of_fact(text: str) -> str:
    """Give the name of the file that a reference begins with."""
    return text.partition("/")[0].strip()


def files_named_in(notes: str | None, files: Iterable[str]) -> list[str]:
    """List the files of facts that notes refer to, in the order of the study.

    Parameters
    ----------
    notes
        As the study has them.
    files
        The names of all files of facts.
    """
    named = {file_of_fact(each.text) for each in read_notes(notes or "").references}
    return [name for name in files if name in named]


def find_fact(reference: Reference, files: Mapping[str, Mapping[str, Any]]) -> Fact:
    """Find what a reference names.

    Parameters
    ----------
    reference
        Such as ``truth/effects/log_income/average | decimals 2``.
    files
        The contents of the files of facts, by their names in the study.

    Returns
    -------
    int, float or str

    Raises
    ------
    NoSuchNumber
        If there is no such file or key, with the nearest; if it is no number or text; or if it cannot be printed so.
    """
    file, *keys = (part.strip() for part in reference.text.split("/"))
    if file not in files:
        raise NoSuchNumber(f"`{file}` is not a file of `facts`", nearest(file, files) or "declare it as `facts`")
    here: Any = files[file]
    passed = file
    for key in keys:
        if not isinstance(here, dict):
            raise NoSuchNumber(f"`{reference.text}`: `{passed}` has nothing below it", f"write {passed}")
        if key not in here:
            raise NoSuchNumber(f"`{reference.text}`: there is no `{key}` in `{passed}`", nearest(key, here))
        here, passed = here[key], f"{passed}/{key}"
    if isinstance(here, dict):
        raise NoSuchNumber(f"`{reference.text}` is no number, but holds several", nearest("", here))
    if isinstance(here, bool) or not isinstance(here, int | float | str):
        raise NoSuchNumber(f"`{reference.text}` is neither a number nor a text")
    refused = [each for each in reference.formats if each not in FORMATS_OF_FACTS]
    if refused:
        hint = f"a fact has {', '.join(FORMATS_OF_FACTS)} and decimals"
        raise NoSuchNumber(f"`{reference.text}` is no estimate and has no `{refused[0]}`", hint)
    if isinstance(here, str) and (reference.formats or reference.decimals is not None):
        raise NoSuchNumber(f"`{reference.text}` is a text, and only numbers have formats", "leave them out")
    return here
