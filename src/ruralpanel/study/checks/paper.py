"""Checks of the ``paper`` section and of the author's text: that all it refers to is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ruralpanel.errors import Problem, nearest
from ruralpanel.study.addresses import NoSuchNumber
from ruralpanel.study.bibliography import entries
from ruralpanel.study.checks.addresses import faults_of_address
from ruralpanel.study.checks.context import Context
from ruralpanel.study.checks.facts import files_of_facts
from ruralpanel.study.facts import file_of_fact, find_fact
from ruralpanel.study.model import Study
from ruralpanel.study.paper import Paper
from ruralpanel.study.paper_text import FACTS, TREATMENT_FACTS, VERDICT_FACTS, PaperText, Reference, read_text
from ruralpanel.study.yaml_file import is_directory, is_file


def paper(context: Context, with_numbers: bool = True) -> Iterator[Problem]:
    """Check the files of the paper and, line by line, its text.

    Parameters
    ----------
    context
        The study.
    with_numbers
        Whether to look at addresses of numbers; not where blocks are wrong, of which nothing is known then.
    """
    declared = context.study.paper
    if declared is None:
        return
    yield from _missing_files(context, declared)
    works: list[str] | None = []
    if declared.bibliography is not None:
        works, problems = _works(context, declared.bibliography)
        yield from problems
    if is_file(context.root / declared.text):
        contents = _contents(context, declared.text)
        if isinstance(contents, Problem):
            yield contents
            return
        text = read_text(contents)
        text = replace(
            text,
            references=[
                each
                for each in text.references
                if (with_numbers or each.kind != "number")
                and not (
                    each.kind in {"exhibit", "pointer"} and each.text.rpartition(":")[2] in context.exhibits_left_out
                )
            ],
        )
        files, _ = files_of_facts(context)
        yield from problems_of_text(context.study, declared.text, text, works, files)


def _is_left_out(context: Context, reference: Reference) -> bool:
    """Tell whether a reference is to an exhibit that the study declares, though wrongly."""
    names = {"exhibit": reference.text, "pointer": reference.text.rpartition(":")[2]}
    return names.get(reference.kind) in context.exhibits_left_out


def problems_of_text(
    study: Study, where: str, text: PaperText, works: list[str] | None, files: dict[str, dict[str, Any]]
) -> Iterator[Problem]:
    """Check all that a text refers to, as far as a study file can tell.

    Parameters
    ----------
    study
        The study.
    where
        The file of the text, for messages.
    text
        Its references.
    works
        The keys of its bibliography; none where they cannot be known.
    files
        The contents of the files of facts that can be read.
    """
    found = [(line, Problem(f"{where}, line {line}", what, "", hint)) for line, what, hint in text.faults]
    for reference in text.references:
        faults = [reference.fault] if reference.fault else _faults(study, reference, works, files)
        found += [(reference.line, Problem(f"{where}, line {reference.line}", what, "", hint)) for what, hint in faults]
    seen: dict[str, int] = {}
    for reference in text.references:
        if reference.kind == "exhibit" and reference.text in seen:
            what = f"the exhibit `{reference.text}` is placed already, in line {seen[reference.text]}"
            hint = f"refer to it: {_pointer(study, reference.text)}"
            found.append((reference.line, Problem(f"{where}, line {reference.line}", what, "", hint)))
        elif reference.kind == "exhibit":
            seen[reference.text] = reference.line
    yield from (problem for _, problem in sorted(found, key=lambda each: each[0]))


def _faults(
    study: Study, reference: Reference, works: list[str] | None, files: dict[str, dict[str, Any]]
) -> Iterator[tuple[str, str]]:
    """Say what is wrong with one reference."""
    if reference.kind == "number" and file_of_fact(reference.text) in study.facts:
        yield from _faults_of_file(study, reference, files)
    elif reference.kind == "number":
        yield from ((fault.what, fault.hint) for fault in faults_of_address(study, reference.text))
    elif reference.kind == "fact":
        yield from _faults_of_fact(study, reference.text)
    elif reference.kind == "claim" and reference.text not in study.claims:
        hint = nearest(reference.text, study.claims) or "the study declares no claims"
        yield f"`{reference.text}` is not a claim of this study", hint
    elif reference.kind == "exhibit" and reference.text not in study.exhibits:
        yield f"`{reference.text}` is not an exhibit of this study", nearest(reference.text, study.exhibits)
    elif reference.kind == "pointer":
        name = reference.text.partition(":")[2]
        if name not in study.exhibits:
            choices = [_pointer(study, each) for each in study.exhibits]
            yield f"`@{reference.text}` is not an exhibit of this study", nearest(f"@{reference.text}", choices)
        elif f"@{reference.text}" != _pointer(study, name):
            kind = "table" if study.exhibits[name].is_table else "figure"
            yield f"`@{reference.text}`: `{name}` is a {kind}", f"write {_pointer(study, name)}"
    elif reference.kind == "citation" and works is not None:
        for key, _ in reference.works:
            if key not in works:
                hint = nearest(key, works) or "name a BibTeX file as `paper.bibliography`"
                yield f"`@{key}` is not in the bibliography", hint


def _faults_of_file(study: Study, reference: Reference, files: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str]]:
    file = file_of_fact(reference.text)
    if file in files:  # otherwise the check of `facts` says why it is not
        try:
            find_fact(reference, files)
        except NoSuchNumber as error:
            yield f"{study.facts[file]}: {error.what}", error.hint


def _faults_of_fact(study: Study, text: str) -> Iterator[tuple[str, str]]:
    fact, slash, treatment = (part.strip() for part in text.partition("/"))
    if not slash and fact in TREATMENT_FACTS:
        one = next(iter(study.designation), "")
        yield f"`{fact}` is a fact of a treatment", f"write {fact}/{one}" if one else "the study declares no treatment"
    elif slash and fact in TREATMENT_FACTS:
        if treatment not in study.designation:
            hint = nearest(treatment, study.designation) or "the study declares no treatment"
            yield f"`{treatment}` is not a treatment of this study", hint
    elif slash or fact not in (*FACTS, *VERDICT_FACTS):
        yield f"`{text}` is not a fact of a run", nearest(fact, [*FACTS, *VERDICT_FACTS, *TREATMENT_FACTS])


def _pointer(study: Study, name: str) -> str:
    exhibit = study.exhibits.get(name)
    return f"@{'tbl' if exhibit is not None and exhibit.is_table else 'fig'}:{name}"


def _missing_files(context: Context, declared: Paper) -> Iterator[Problem]:
    for key, path in (("text", declared.text), ("bibliography", declared.bibliography)):
        if path is not None and not is_file(context.root / path):
            yield context.not_there(("paper", key), path)
    style = declared.citation_style
    if style.endswith(".csl") and not is_file(context.root / style):
        yield context.not_there(("paper", "citation_style"), style)
    folder = declared.font_folder
    if folder is not None and not is_directory(context.root / folder):
        yield context.not_there(("paper", "font_folder"), folder, "folder")


def _works(context: Context, path: str) -> tuple[list[str] | None, list[Problem]]:
    """List the keys of a bibliography, none where it cannot be read, and what is wrong with them."""
    if not is_file(context.root / path):
        return None, []
    contents = _contents(context, path)
    if isinstance(contents, Problem):
        return None, [contents]
    first_lines: dict[str, int] = {}
    problems = []
    for key, line in entries(contents):
        if not key:
            problems.append(Problem(f"{path}, line {line}", "the entry has no key", "", "write @article{key, …}"))
        elif key in first_lines:
            what = f"the key `{key}` is there already, in line {first_lines[key]}"
            problems.append(Problem(f"{path}, line {line}", what, "", "give the work another key"))
        else:
            first_lines[key] = line
    return list(first_lines), problems


def _contents(context: Context, path: str) -> str | Problem:
    try:
        return (context.root / path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        return Problem(path, f"is not UTF-8 text (byte {error.start + 1} cannot be read)", "", "save it as UTF-8")
    except OSError as error:
        return Problem(path, f"cannot be read: {error.strerror}")
