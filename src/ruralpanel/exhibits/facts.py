"""Facts in notes: what stands in the place of ``{{ truth/effects/log_income/average }}``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruralpanel.errors import DataError, Problem
from ruralpanel.exhibits.caption import ExhibitDeclaration
from ruralpanel.exhibits.numbers import MINUS, as_asked
from ruralpanel.study.addresses import NoSuchNumber
from ruralpanel.study.answer import true_effect, true_line
from ruralpanel.study.facts import file_of_fact, find_fact, read_facts
from ruralpanel.study.paper_text import Reference, fill, read_notes


def fact_words(reference: Reference, files: Mapping[str, Mapping[str, Any]]) -> str:
    """Print a fact as a reference asks for it.

    Parameters
    ----------
    reference
        What is asked for, and how it is to be printed.
    files
        The contents of the files of facts, by their names in the study.

    Returns
    -------
    str
        A text as it is; a whole number for which no format is asked, such as a year, without decimals and separators;
        any other number as numbers of estimates are printed.

    Raises
    ------
    NoSuchNumber
        If there is none, as :func:`ruralpanel.study.facts.find_fact` says.
    """
    fact = find_fact(reference, files)
    if isinstance(fact, str):
        return fact
    if isinstance(fact, int) and not reference.formats and reference.decimals is None:
        return str(fact).replace("-", MINUS)
    return as_asked(fact, reference.formats, reference.decimals)


def with_facts(declaration: ExhibitDeclaration, root: Path = Path()) -> ExhibitDeclaration:
    """Put facts into the notes of an exhibit, and find what is true of its effects.

    Parameters
    ----------
    declaration
        The exhibit, with the files of facts that its notes refer to.
    root
        The top of the repository, from which they are looked for.

    Raises
    ------
    DataError
        If notes ask for what is not there; all at once.
    """
    notes = declaration.exhibit.notes or ""
    if not (notes or declaration.true_effects or declaration.known_lines):
        return declaration
    where = f"exhibits.{declaration.name}.notes"
    problems: list[Problem] = []
    files: dict[str, dict[str, Any]] = {}
    for name, path in declaration.facts.items():
        try:
            files[name] = read_facts(root / path)
        except ValueError as error:
            problems.append(Problem(path, str(error), f"facts.{name}"))
    if problems:
        raise DataError(problems)
    text = read_notes(notes)
    filled: list[str] = []
    for reference in text.references:
        try:
            filled.append(fact_words(reference, files))
        except NoSuchNumber as error:
            problems.append(error.problem(declaration.facts.get(file_of_fact(reference.text), where), where))
    if problems:
        raise DataError(problems)
    exhibit = declaration.exhibit.model_copy(update={"notes": fill(text.marked, filled) or None})
    truths = {
        term: {outcome: true_effect(fact, files) for outcome, fact in known.items()}
        for term, known in declaration.true_effects.items()
    }
    lines = {place: true_line(fact, files) for place, fact in declaration.known_lines.items()}
    return declaration.model_copy(update={"exhibit": exhibit, "truths": truths, "lines_known": lines})
