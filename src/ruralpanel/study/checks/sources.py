"""Checks of the ``sources`` section: files are there, keys are columns, ranges allow something."""

from __future__ import annotations

from collections.abc import Iterator

from ruralpanel.errors import Problem, nearest
from ruralpanel.study.checks.context import Context
from ruralpanel.study.contracts import KINDS
from ruralpanel.study.packages import available_loaders
from ruralpanel.study.sources import Source
from ruralpanel.study.yaml_file import KeyPath, is_file


def sources(context: Context) -> Iterator[Problem]:
    """Check that files and keys of every source exist, and that its ranges allow something."""
    loaders = available_loaders()
    for name, source in context.study.sources.items():
        at: KeyPath = ("sources", name)
        yield from context.all_known((*at, "key"), source.key, source.column_names, "column of this source")
        if source.loader is not None and source.loader not in loaders:
            yield context.file.problem(
                (*at, "loader"),
                f"no installed package carries `{source.loader}`",
                nearest(source.loader, loaders),
            )
        if source.path is not None and not is_file(context.root / source.path):
            yield context.not_there((*at, "path"), source.path, access=source.access)
        if source.catalogue is not None and not is_file(context.root / source.catalogue):
            yield context.not_there((*at, "catalogue"), source.catalogue)
        if source.corrections is not None and not is_file(context.root / source.corrections):
            yield context.not_there((*at, "corrections"), source.corrections)
        yield from _checks(context, at, source)
        for column_name, column in source.columns.items():
            low, high = column.minimum, column.maximum
            if low is not None and high is not None and low > high:
                yield context.file.problem(
                    (*at, "columns", column_name),
                    f"allows nothing: minimum {low} is above maximum {high}",
                )


def _checks(context: Context, at: KeyPath, source: Source) -> Iterator[Problem]:
    """Check that the checks of a source are of columns it has."""
    kind = "column of this source"
    for index, check in enumerate(source.checks):
        here = (*at, "checks", index)
        if check.condition is not None:
            yield from context.expression((*here, "condition"), check.condition, source.column_names, condition=True)
        for name in check.columns:
            stated = next(key for key in KINDS if getattr(check, key) is not None)
            yield from context.known((*here, stated), name, source.column_names, kind)
        for key in ("within", "along"):
            if getattr(check, key) is not None:
                yield from context.known((*here, key), getattr(check, key), source.column_names, kind)
