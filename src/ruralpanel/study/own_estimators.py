"""The files of a study's own estimators, which are looked at without being run."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

from ruralpanel.study.estimators import is_own


def own_files(estimators: Iterable[str], folder: Path) -> list[Path]:
    """Name the files of those estimators that are the study's own.

    Parameters
    ----------
    estimators
        Names of estimators.
    folder
        That of the study file.
    """
    return sorted({folder / name.partition(":")[0] for name in estimators if is_own(name)})


def functions_in(path: Path) -> list[str]:
    """Name the functions that a file defines, without running it.

    Raises
    ------
    SyntaxError
        If it is no Python.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
