"""All scripts of a study, with the data that they read, and what none of them covers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from ruralpanel.crosscheck import debian, fixest, stata
from ruralpanel.crosscheck.designs import CannotWrite
from ruralpanel.crosscheck.names import comment, r_text
from ruralpanel.crosscheck.written import WrittenBlock, save_data, written_block
from ruralpanel.reasons import Reason, written
from ruralpanel.study.blocks import Equation
from ruralpanel.study.model import Study

PLACE = ("block", "specification", "outcome", "estimator")
"""What tells equations of a study apart."""


@dataclass(frozen=True)
class Form:
    """A way in which blocks are written.

    Parameters
    ----------
    language
        ``r`` or ``stata``.
    name
        Of the form, which is the ending of its scripts and results.
    module
        Its ``head``, and its ``lines`` of an equation.
    packages
        That R needs for it.
    """

    language: str
    name: str
    module: ModuleType
    packages: tuple[str, ...]


_SHARED = ("report", "layout", "fixest", "packages", "debian", "adoption")

FORMS = (
    Form("r", "fixest", fixest, fixest.PACKAGES),
    Form("r", "debian", debian, debian.PACKAGES),
    Form("stata", "stata", stata, ()),
)
"""The forms there are, in the order in which they are written."""

PROGRAMS = tuple(resources.files("ruralpanel.crosscheck").joinpath("programs", f"{n}.R") for n in _SHARED)
"""The files that scripts of R share."""


def write_scripts(
    study: Study, panel: pd.DataFrame, folder: Path, languages: Sequence[str], blocks: Sequence[str]
) -> pd.DataFrame:
    """Write the scripts of every block, and their data.

    Parameters
    ----------
    study
        The study.
    panel
        Its panel.
    folder
        Where they go: ``data``, and one folder a language. What an earlier call left there is removed.
    languages
        Of ``r`` and ``stata``.
    blocks
        Of the study.

    Returns
    -------
    pandas.DataFrame
        One row an equation and form: ``block``, ``specification``, ``outcome``, ``estimator``, ``form``, and where the
        form does not cover it ``reason`` and ``reason_arguments``.
    """
    for name in ("data", "r", "stata"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / "data").mkdir(parents=True)
    forms = [form for form in FORMS if form.language in languages]
    for language in languages:
        (folder / language).mkdir()
    if "r" in languages:
        for program in PROGRAMS:
            (folder / "r" / program.name).write_text(program.read_text(encoding="utf-8"), encoding="utf-8")
    covered: list[dict[str, Any]] = []
    for name in blocks:
        block = written_block(panel, name, study.equations(name))
        if block.designs:
            save_data(block, folder / "data" / f"{name}.csv")
        for form in forms:
            title = f"{study.title}: {study.blocks[name].title or name}"
            text, found = script_of(title, block, form)
            covered += found
            if text:
                ending = "do" if form.language == "stata" else "R"
                part = "" if form.language == "stata" else f".{form.name}"
                (folder / form.language / f"{name}{part}.{ending}").write_text(text, encoding="utf-8")
    return pd.DataFrame(covered, columns=[*PLACE, "form", "reason", "reason_arguments"])


def script_of(title: str, block: WrittenBlock, form: Form) -> tuple[str, list[dict[str, Any]]]:
    """Write a block in a form; nothing where it covers none of its equations.

    Parameters
    ----------
    title
        What a reader calls the block.
    block
        The block.
    form
        One of :data:`FORMS`.

    Returns
    -------
    tuple of (str, list of dict)
        The script, and the rows of what it covers.
    """
    parts: list[str] = []
    covered = [_row(equation, form, reason) for equation, reason in block.without]
    for each in block.designs:
        equation = each.design.equation
        try:
            body = form.module.lines(each, block)
        except CannotWrite as error:
            covered.append(_row(equation, form, error.reason))
            continue
        covered.append(_row(equation, form, None))
        parts += [*_wrapped(form, equation, body), ""]
    if not parts:
        return "", covered
    foot = form.module.foot(block.block)
    text = "\n".join([*form.module.head(title, block), "", *parts, *foot])
    return text + "\n", covered


def _wrapped(form: Form, equation: Equation, body: list[str]) -> Iterator[str]:
    """Say of which equation lines are."""
    named = [equation.block, equation.specification, equation.outcome, equation.estimator]
    sign = "*" if form.language == "stata" else "#"
    yield f"{sign} {comment('/'.join(named))}"
    if form.language == "stata":
        yield from stata.place(named)
        yield from body
        return
    yield "attempt({"
    yield f"  equation({', '.join(map(r_text, named))})"
    yield from (f"  {line}" for line in body)
    yield "})"


def _row(equation: Equation, form: Form, reason: Reason | None) -> dict[str, Any]:
    return {
        **{name: getattr(equation, name) for name in PLACE},
        "form": form.name,
        "reason": reason.code if reason else "",
        "reason_arguments": written(reason.arguments) if reason else "",
    }
