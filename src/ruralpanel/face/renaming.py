"""Which columns a call names, and what they are called in the study that it becomes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import pandas as pd

from ruralpanel.errors import Problem
from ruralpanel.face.columns import study_name
from ruralpanel.face.errors import FrameError
from ruralpanel.face.parameters import Argument, holds_columns
from ruralpanel.frames.expression_syntax import FUNCTIONS, ExpressionError, columns_in, parsed
from ruralpanel.study.base import Section
from ruralpanel.study.blocks import Inference, Specification

TREATED = "treated"
"""What a treatment is called that is given by its cohorts."""

BEFORE = "take the rows before: panel[panel['year'] >= 2012]"
"""What is done in place of a condition that cannot be read."""

WAYS = {"cohort": "cohort", "treated": "indicator", "intensity": "intensity"}
"""The arguments that say who is treated, and the key of a designation that each becomes."""

Rename = Callable[[Hashable], str]
"""Gives the name of a column in the study."""


def listed(value: Any) -> list[Any]:
    """Give the items of a list, or of what stands for a list of one."""
    if isinstance(value, str) or not isinstance(value, Sequence | set | frozenset | np.ndarray | pd.Index | pd.Series):
        return [value]
    return list(value)


def named(argument: Argument, value: Any, frame: pd.DataFrame, door: str) -> list[Hashable]:
    """List the columns that an argument names."""
    if not argument.holds_columns:
        return []
    if argument.name == "sample":
        return list(_condition_columns(value, door))
    found: list[Hashable] = []

    def note(name: Hashable) -> str:
        found.append(name)
        return str(name)

    renamed(argument, value, note, frame)
    return found


def _condition_columns(condition: Any, door: str) -> list[str]:
    if not isinstance(condition, str):
        raise FrameError([Problem(door, "is no condition in words: 'year >= 2012'", "sample", BEFORE)])
    try:
        return sorted(columns_in(condition))
    except ExpressionError as error:
        raise FrameError([Problem(door, str(error), "sample", BEFORE)]) from None


def renamed(argument: Argument, value: Any, rename: Rename, frame: pd.DataFrame) -> Any:
    """Put names of the study in place of columns, where an argument names any; other values stay as they are."""
    if argument.name == "sample":
        tree = parsed(value)
        for node in [each for each in ast.walk(tree) if isinstance(each, ast.Name) and each.id not in FUNCTIONS]:
            node.id = rename(node.id)
        return ast.unparse(tree)
    section = _section_of(argument)
    if section is not None:
        return _within(section, value, rename)
    if not argument.holds_columns:
        return value
    is_list = "Sequence" in argument.annotation
    items = [_term(each, rename, frame) for each in listed(value)]
    return items if is_list else items[0]


def _term(written: Any, rename: Rename, frame: pd.DataFrame) -> str:
    """Rename the columns of a term: ``province*year``, ``village[year]``."""
    if not isinstance(written, str) or written in frame.columns or not set("*[^") & set(written):
        return rename(written)
    within, _, slope = written.strip().removesuffix("]").partition("[")
    parts = [rename(_column(part, frame)) for part in within.replace("^", "*").split("*")]
    return "*".join(parts) + (f"[{rename(_column(slope, frame))}]" if slope else "")


def _column(written: str, frame: pd.DataFrame) -> Hashable:
    """Find the column that a part of a term means, which may be called by a number."""
    plain_name = written if written in frame.columns else written.strip()
    return next((name for name in frame.columns if str(name) == plain_name), plain_name)


def _section_of(argument: Argument) -> type[Section] | None:
    """Give the section of the model that an argument with keys of its own becomes."""
    model: type[Section] = Inference if argument.place[:1] == ("inference",) else Specification
    field = model.model_fields.get(argument.place[-1]) if argument.place[:1] in (("inference",), ("blocks",)) else None
    kinds = get_args(field.annotation) if field is not None else ()
    return next((each for each in kinds if isinstance(each, type) and issubclass(each, Section)), None)


def _within(section: type[Section], value: Any, rename: Rename) -> Any:
    """Rename columns within a section; True stands for all its defaults."""
    if value is True:
        return {}
    if not isinstance(value, Mapping):
        return value
    found = {}
    for key, each in value.items():
        field = section.model_fields.get(key)
        if field is None or not holds_columns(field) or each is None:
            found[key] = plain(each)
        elif isinstance(each, Mapping):
            found[key] = {rename(name): plain(inside) for name, inside in each.items()}
        else:
            is_list = "list" in str(field.annotation)
            found[key] = [rename(name) for name in listed(each)] if is_list else rename(each)
    return found


def plain(value: Any) -> Any:
    """Give a value as a file would hold it: numpy's numbers as Python's, any sequence as a list."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, Sequence | range | np.ndarray | pd.Index | pd.Series) and not isinstance(value, str):
        return [plain(each) for each in value]
    return value


@dataclass(frozen=True)
class Renaming:
    """What columns are called in the study, and in the call.

    Parameters
    ----------
    names
        By column of the frame, its name in the study.
    raw
        The name of the column that treatment is read from, where it has another: the treatment takes its name.
    treatment
        What the treatment is called in the study; empty for none.
    shown
        By name in the study, what the user calls it.
    """

    names: Mapping[Hashable, str]
    raw: str
    treatment: str
    shown: Mapping[str, str]

    @classmethod
    def of(cls, stated: Mapping[str, Any], used: Sequence[Hashable]) -> Renaming:
        """Find names for all columns that are used, in the order in which the call names them."""
        names: dict[Hashable, str] = {}
        way = next((each for each in WAYS if each in stated), None)
        read_from = stated[way] if way is not None else None
        for column in used:
            if way != "treated" or column != read_from:
                names[column] = study_name(column, set(names.values()))
        if way is None:
            return cls(names, "", "", {name: str(column) for column, name in names.items()})
        shown = {name: str(column) for column, name in names.items()}
        wanted = TREATED if way != "treated" else study_name(read_from, ())
        taken = set(names.values())
        tried = (wanted, *(f"{wanted}_{number}" for number in range(2, len(taken) + 3)))
        added = ("", "_cohort", "_event_time", "_intensity", "_as_given")
        treatment = next(each for each in tried if not taken & {each + end for end in added})
        shown[treatment] = str(read_from) if way == "treated" else TREATED
        if way == "treated":
            names[read_from] = treatment
            return cls(names, f"{treatment}_as_given", treatment, shown)
        if way == "intensity":
            shown[f"{treatment}_intensity"] = str(read_from)
        return cls(names, names[read_from], treatment, shown)
