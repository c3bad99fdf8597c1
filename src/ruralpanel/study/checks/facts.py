"""Checks of the ``facts`` section, and of notes of exhibits: that the facts they refer to are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ruralpanel.errors import Problem, nearest
from ruralpanel.study.addresses import NoSuchNumber
from ruralpanel.study.answer import true_effect, true_line
from ruralpanel.study.checks.context import Context
from ruralpanel.study.checks.exhibits import terms_of
from ruralpanel.study.facts import file_of_fact, find_fact, read_facts
from ruralpanel.study.paper_text import Reference, read_notes
from ruralpanel.study.yaml_file import KeyPath, is_file


def facts(context: Context) -> Iterator[Problem]:
    """Check that files of facts can be read, and that notes of exhibits refer to what they hold."""
    for name in context.study.facts:
        if name in context.study.blocks:
            what = f"`{name}` is a block too, so that a reference could mean either"
            yield context.file.problem(("facts", name), what, "give the file another name")
    files, problems = files_of_facts(context)
    yield from problems
    yield from true_effects(context, files)
    for name, exhibit in context.study.exhibits.items():
        for line, path in exhibit.known_lines.items():
            yield from _faults_of_truth(context, ("exhibits", name, "true_lines", line), path, files, true_line)
        at: KeyPath = ("exhibits", name, "notes")
        text = read_notes(exhibit.notes or "")
        for _, what, hint in text.faults:
            yield context.file.problem(at, what, hint)
        for reference in text.references:
            for what, hint in _faults(context, reference, files):
                yield context.file.problem(at, what, hint)


def true_effects(context: Context, files: dict[str, dict[str, Any]]) -> Iterator[Problem]:
    """Check that true effects are of treatments and outcomes that there are, and among the facts."""
    study = context.study
    terms = {*study.designation, *terms_of(context, study.blocks.values())} if study.true_effects else set()
    for term, by_outcome in study.true_effects.items():
        if term not in terms:
            what = f"`{term}` is not a treatment of `designation`, nor a coefficient of any block"
            yield context.file.problem(("true_effects", term), what, nearest(term, terms))
        for outcome, path in by_outcome.items():
            at: KeyPath = ("true_effects", term, outcome)
            if outcome not in study.outcomes:
                what = f"`{outcome}` is not an outcome"
                yield context.file.problem(at, what, nearest(outcome, study.outcomes))
            yield from _faults_of_truth(context, at, path, files, true_effect)


def _faults_of_truth(
    context: Context, at: KeyPath, path: str, files: dict[str, dict[str, Any]], read: Callable[..., object]
) -> Iterator[Problem]:
    """Say what is wrong with a fact that is to be true of effects, where its file could be read."""
    if file_of_fact(path) in context.study.facts and file_of_fact(path) not in files:
        return  # and that has been said
    try:
        read(path, files)
    except NoSuchNumber as error:
        yield context.file.problem(at, error.what, error.hint)


def files_of_facts(context: Context) -> tuple[dict[str, dict[str, Any]], list[Problem]]:
    """Read the files of facts that can be read, by name, and say what is wrong with the others."""
    files: dict[str, dict[str, Any]] = {}
    problems = []
    for name, path in context.study.facts.items():
        if not is_file(context.root / path):
            problems.append(context.not_there(("facts", name), path))
            continue
        try:
            files[name] = read_facts(context.root / path)
        except ValueError as error:
            problems.append(context.file.problem(("facts", name), f"{path} {error}"))
    return files, problems


def _faults(context: Context, reference: Reference, files: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Say what is wrong with what notes ask for."""
    declared = context.study.facts
    name = file_of_fact(reference.text)
    if reference.fault is not None:
        yield reference.fault
    elif reference.kind != "number":
        yield f"`{reference.text}`: notes refer to `facts` alone", "state it in the paper's text"
    elif name in context.study.blocks:
        yield f"`{reference.text}`: notes refer to `facts`, not to estimates", "state it in the paper's text"
    elif name not in declared:
        yield (
            f"`{name}` is not a file of `facts`",
            nearest(name, declared) or "declare it: `facts: {name: file.json}`",
        )
    elif name in files:
        try:
            find_fact(reference, files)
        except NoSuchNumber as error:
            yield f"{declared[name]}: {error.what}", error.hint
