"""The ``answer`` and ``true_effects`` sections: which estimate answers the title, and what is known to be true."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from ruralpanel.study.addresses import NoSuchNumber
from ruralpanel.study.base import Section, Text
from ruralpanel.study.facts import find_fact
from ruralpanel.study.paper_text import Reference


class DeclaredAnswer(Section):
    """The estimate that answers the title, and how its sentence names what acts and what is acted on."""

    at: Text | None = None
    """The address of the estimate, as in claims. Left out: the first test of the first claim, or else the first effect
    that is diagnosed, or else the first coefficient."""
    cause: Text | None = None
    """What acts, as a sentence begins with it: `castle-doctrine laws`. Left out: the label of the treatment."""
    outcome: Text | None = None
    """What is acted on, inside a sentence: `the homicide rate`. Left out: the label of the outcome."""
    reading: Literal["effect", "association"] | None = None
    """Whether the sentence says that the one raised the other, or that it went with a rise in it. Left out: an `effect`
    where the estimate is of a treatment, and an `association` where it is of any other regressor."""


Truth = Mapping[str, Any] | int | float
"""A true effect: a number, or several with ``average`` among them, and others by what they are averages by."""


def true_effect(path: str, files: Mapping[str, Mapping[str, Any]]) -> Truth:
    """Find a true effect among the facts of a study.

    Parameters
    ----------
    path
        Such as ``truth/effects_by_first_list_seen/log_income``.
    files
        The contents of the files of facts, by their names in the study.

    Raises
    ------
    NoSuchNumber
        If there is none, with the nearest.
    """
    here = _at(path, files)
    if isinstance(here, Mapping) and isinstance(here.get("average"), int | float):
        return here
    found = find_fact(Reference("number", path, 0), files)
    if isinstance(found, str):
        raise NoSuchNumber(f"`{path}` is a text, and a true effect is a number")
    return found


def true_line(path: str, files: Mapping[str, Mapping[str, Any]]) -> dict[float, float]:
    """Find true effects by the value of what they follow, among the facts of a study.

    Parameters
    ----------
    path
        Such as ``truth/effects_by_distance/log_income/in_the_plain``, to a number by each value.
    files
        The contents of the files of facts, by their names in the study.

    Raises
    ------
    NoSuchNumber
        If there are none, with the nearest.
    """
    here = _at(path, files)
    if not isinstance(here, Mapping):
        find_fact(Reference("number", path, 0), files)  # which says where the path ends, and what is near
        raise NoSuchNumber(f"`{path}` is one value, and a true line has a number by each of several")
    try:
        line = {float(value): float(effect) for value, effect in here.items()}
    except (TypeError, ValueError):
        line = {}
    if not line or not all(map(math.isfinite, [*line, *line.values()])):
        raise NoSuchNumber(f"`{path}` is no line", 'write numbers by numbers there: `{"10": 0.05, "100": 0.08}`')
    return dict(sorted(line.items()))


def _at(path: str, files: Mapping[str, Mapping[str, Any]]) -> Any:
    """Give what a path leads to; none where it leads to nothing."""
    file, *keys = path.split("/")
    here: Any = files.get(file, {})
    for key in keys:
        here = here.get(key) if isinstance(here, Mapping) else None
    return here
