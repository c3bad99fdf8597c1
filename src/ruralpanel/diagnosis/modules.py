"""The items of the diagnosis, found by their names. The workflow reads this whenever it starts."""

from __future__ import annotations

from collections.abc import Iterable
from pkgutil import iter_modules

import ruralpanel.diagnosis as room
from ruralpanel.study.diagnosis import ITEMS


def item_module(item: str) -> str:
    """Name the module of an item, imported by name so that others need not be loaded."""
    return f"ruralpanel.diagnosis.{item}"


def items_looked_for(skipped: Iterable[str] = ()) -> list[str]:
    """List the items that are looked for, in the order in which a reader is told of them.

    Parameters
    ----------
    skipped
        Those that the study leaves out.
    """
    there = {each.name for each in iter_modules(room.__path__)} - set(skipped)
    return [item for item in ITEMS if item in there]
