"""The names of ``import ruralpanel as rp``, and where each is."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ruralpanel.study.estimators import ESTIMATORS, LEAST_SQUARES

SHORTER = {"two_way": LEAST_SQUARES[0]}
"""Second names of estimators."""

ANALYSES = ("honest_did", "pretrend_power", "equivalence_of_leads", "oster", "omitted_variable", "attrition_bounds")
"""Those of :data:`ruralpanel.study.sensitivity.ANALYSES` that are of one result, listed for that this module loads
nothing slow; a test holds the two to each other."""

MODULES = {
    "feols": "formula",
    "Result": "result",
    "etable": "journal_table",
    "coefplot": "plots",
    "load_study": "studies",
    "run": "studies",
    "read": "files",
    "FrameError": "errors",
    "ArgumentError": "errors",
    "NoEstimate": "errors",
    "NoAnalysis": "errors",
    "FileError": "errors",
    "StudyError": "errors",
    "RunError": "errors",
}
"""By name, the module of this package."""


def names() -> list[str]:
    """List every name."""
    return [*ESTIMATORS, *SHORTER, *ANALYSES, *MODULES]


def load(name: str) -> Any:
    """Give what a name stands for.

    Parameters
    ----------
    name
        One of :func:`names`.
    """
    if name in MODULES:
        return getattr(import_module(f"ruralpanel.face.{MODULES[name]}"), name)
    if name in ANALYSES:
        return import_module("ruralpanel.face.analyses").analysis(name)
    return import_module("ruralpanel.face.doors").door(SHORTER.get(name, name), name)
