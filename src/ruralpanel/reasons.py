"""Facts that a reader is to be told, as a code and arguments: why there is no number, who is left out, how p was drawn.

Stages pass these on and compare their codes. What they say in a language is :mod:`ruralpanel.words`' alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reason:
    """A fact to be told.

    Parameters
    ----------
    code
        Which fact: a key of :data:`ruralpanel.words.catalogue.SENTENCES`.
    pairs
        Its arguments by name: text, numbers, tuples of these, other reasons, or None for what is not to be said.
    """

    code: str
    pairs: tuple[tuple[str, Any], ...] = ()

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments by name."""
        return dict(self.pairs)

    def __str__(self) -> str:
        return written(self)


class ReasonedError(ValueError):
    """An error that is a fact for the reader of the results, and not one for the user of the program.

    Parameters
    ----------
    reason
        The fact, or its code.
    **arguments
        Those of the code.
    """

    def __init__(self, reason: Reason | str, /, **arguments: Any) -> None:
        self.reason = because(reason, **arguments) if isinstance(reason, str) else reason
        super().__init__(written(self.reason))


def because(code: str, /, **arguments: Any) -> Reason:
    """Make a reason of a code and arguments, which may be numbers and sequences of numpy."""
    return Reason(code, tuple((name, _plain(value)) for name, value in arguments.items()))


def several(reasons: Iterable[Reason | None], code: str = "several") -> Reason | None:
    """Put reasons together, without those that are None.

    Parameters
    ----------
    reasons
        In their order.
    code
        ``several`` for a semicolon between them, ``listed`` for a comma, ``also`` for *and*, ``sentences`` for none.
    """
    kept = tuple(reason for reason in reasons if reason is not None)
    if len(kept) < 2:
        return kept[0] if kept else None
    return Reason(code, (("reasons", kept),))


def holds(reason: Reason, *codes: str) -> bool:
    """Tell whether a reason has one of these codes, or is put together of others of which one has."""
    return reason.code in codes or any(
        holds(each, *codes)
        for _, value in reason.pairs
        for each in (value if isinstance(value, tuple) else (value,))
        if isinstance(each, Reason)
    )


def written(value: Any) -> str:
    """Write a reason, a list or arguments into a cell of a table; nothing into an empty one."""
    return "" if value is None else json.dumps(_as_json(value), ensure_ascii=False, separators=(",", ":"))


def read(cell: str) -> Any:
    """Read what :func:`written` wrote: reasons as they were, lists as tuples."""
    return _plain(json.loads(cell, object_hook=_from_json)) if cell else None


def read_reason(code: str, arguments: str) -> Reason | None:
    """Read a reason that has its code and its arguments in two cells."""
    return Reason(code, tuple((read(arguments) or {}).items())) if code else None


def code_of(cell: str) -> str:
    """Give the code of the reason in a cell; empty where there is none."""
    return str(json.loads(cell)["code"]) if cell else ""


def _as_json(value: Any) -> Any:
    if isinstance(value, Reason):
        return {"code": value.code, **{name: _as_json(each) for name, each in value.pairs}}
    if isinstance(value, Mapping):
        return {name: _as_json(each) for name, each in value.items()}
    return [_as_json(each) for each in value] if isinstance(value, list | tuple) else value


def _from_json(found: dict[str, Any]) -> Any:
    if "code" not in found:
        return {name: _plain(value) for name, value in found.items()}
    return because(found.pop("code"), **found)


def _plain(value: Any) -> Any:
    """Give numbers of numpy as numbers, and sequences as tuples, so that equal reasons are equal."""
    if isinstance(value, str | Reason | Mapping) or value is None:
        return value
    if hasattr(value, "tolist"):
        value = value.tolist()
    return tuple(_plain(each) for each in value) if isinstance(value, Iterable) else value
