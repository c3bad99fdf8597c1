"""Write ``__init__.pyi``, by which editors and type checkers know the names of ``import ruralpanel as rp``.

Run ``PYTHONPATH=src python -m ruralpanel.face.stub`` when an estimator or one of its keys is new; a test holds the
file to what this writes.
"""

from __future__ import annotations

import textwrap
from inspect import Parameter, Signature
from pathlib import Path

from ruralpanel.face import analyses, doors, parameters
from ruralpanel.face.named import ANALYSES, MODULES, SHORTER
from ruralpanel.study.estimators import ESTIMATORS

WIDTH = 100
"""Characters of what is said of a function."""

STUB = Path(__file__).parents[1] / "__init__.pyi"

HEAD = '''"""The names of ``import ruralpanel as rp``, written by ``python -m ruralpanel.face.stub``."""

from collections.abc import Mapping, Sequence
from typing import Literal

from pandas import DataFrame

'''


def stub_text() -> str:
    """Write the file."""
    by_module: dict[str, list[str]] = {"analyses": ["Analysis"]}
    for name, module in MODULES.items():
        by_module.setdefault(module, []).append(name)
    lines = [
        f"from ruralpanel.face.{module} import {name} as {name}"
        for module, names in sorted(by_module.items())
        for name in sorted(names, key=lambda each: (not each.isupper(), each[0].islower(), each))
    ]
    lines += ["", "__version__: str", ""]
    for name, estimator in {**{each: each for each in ESTIMATORS}, **SHORTER}.items():
        about = doors.docstring(estimator, name).splitlines()[0]
        lines += _definition(name, parameters.signature_of(estimator), about)
    for kind in ANALYSES:
        lines += _definition(kind, analyses.signature_of(kind), analyses.docstring(kind).splitlines()[0])
    return HEAD + "\n".join(lines)


def _definition(name: str, signature: Signature, about: str) -> list[str]:
    """Write a function with an argument a line."""
    lines = [f"def {name}("]
    by_name = False
    for each in signature.parameters.values():
        if each.kind is Parameter.KEYWORD_ONLY and not by_name:
            lines.append("    *,")
            by_name = True
        written = str(each.annotation).replace("'", '"')
        default = "" if each.default is Parameter.empty else f" = {_literal(each.default)}"
        lines.append(f"    {each.name}: {written}{default},")
    shown = textwrap.shorten(about, WIDTH, placeholder=" …")
    return [*lines, f") -> {signature.return_annotation}:", f'    """{shown}"""', ""]


def _literal(value: object) -> str:
    """Write a default: simple ones as they are, others as three dots."""
    if isinstance(value, str):
        return f'"{value}"'
    return repr(value) if isinstance(value, bool | int | float | type(None)) else "..."


if __name__ == "__main__":
    STUB.write_text(stub_text(), encoding="utf-8")
