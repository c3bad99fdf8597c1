"""From the raw files of a village panel to a checked paper.

The folders are the stages the data flow through: ``study`` (what a user declares), ``sources``, ``panel``,
``estimation`` with ``inference``, ``exhibits``, ``report`` and ``verification``; ``frames`` holds the tools that they
share, ``words`` turns what they find into sentences, and ``simulation`` makes a village economy with known truth. Each
stage is a pure function over frames and the part of the study it needs, so it can be called from a notebook as well as
from the workflow.

For a notebook there are shorter names, ``import ruralpanel as rp``: every estimator with a frame of one's own
(``rp.event_study(panel, …)``), ``rp.read``, ``rp.load_study``, ``rp.run`` and what :mod:`ruralpanel.face` has else.
They are loaded when they are first asked for; ``__init__.pyi`` lists them with their signatures.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_FACE = "ruralpanel.face.named"
"""Where the names are; named and not imported, for every job of the workflow reads this file."""


def __getattr__(name: str) -> Any:
    if not name.startswith("_") and name in (face := import_module(_FACE)).names():
        found = globals()[name] = face.load(name)
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *import_module(_FACE).names()})
