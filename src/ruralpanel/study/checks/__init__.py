"""What the types of a study file cannot catch: parts that refer to what is not there, or that cannot go together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ruralpanel.errors import Problem
from ruralpanel.study.checks.blocks import blocks, outcomes
from ruralpanel.study.checks.claims import answer, claims
from ruralpanel.study.checks.context import Context
from ruralpanel.study.checks.designation import designations
from ruralpanel.study.checks.diagnosis import diagnosis
from ruralpanel.study.checks.exhibits import exhibits, fonts, published
from ruralpanel.study.checks.facts import facts
from ruralpanel.study.checks.legacies import legacies
from ruralpanel.study.checks.panel import columns_of_the_panel, joins, with_known_keys
from ruralpanel.study.checks.paper import paper
from ruralpanel.study.checks.periods import periods
from ruralpanel.study.checks.places import places
from ruralpanel.study.checks.sensitivity import sensitivity
from ruralpanel.study.checks.sources import sources
from ruralpanel.study.checks.tables import tables
from ruralpanel.study.model import Study
from ruralpanel.study.yaml_file import YamlFile


def problems_in(study: Study, file: YamlFile, root: Path) -> list[Problem]:
    """Check that the parts of a study fit together.

    Parameters
    ----------
    study
        A study whose types are right.
    file
        The file it was read from, for line numbers.
    root
        The top of the repository, from which raw files are looked for.

    Returns
    -------
    list of Problem
        Everything found, in the file's order; empty when the study can be run.
    """
    found = {str(problem): problem for problem in _all_problems(Context(study, file, root))}
    return list(found.values())


def _all_problems(context: Context) -> Iterator[Problem]:
    yield from _identity(context)
    yield from sources(context)
    of_keys_and_joins = list(joins(context))
    context = with_known_keys(context)
    study = context.study
    of_tables = [*tables(context), *of_keys_and_joins]
    yield from of_tables
    if study.panel.unit == study.panel.period:
        return  # nothing can be said of equations whose two keys are one
    # Where tables do not fit together, any column of any of them may yet be the panel's.
    columns = context.columns_of_all_tables() if of_tables else study.panel_columns()
    context = replace(context, columns=tuple(columns))
    yield from columns_of_the_panel(context)
    if not of_tables:
        yield from periods(context)
    yield from designations(context)
    if study.panel.places is not None:
        yield from places(context, study.panel.places)
    yield from legacies(context)
    of_blocks = [*outcomes(context), *blocks(context)]
    yield from of_blocks
    if not of_blocks:  # otherwise there are no equations to look at
        yield from sensitivity(context)
        yield from diagnosis(context)
    yield from exhibits(context, with_equations=not of_blocks)
    yield from fonts(context)
    yield from facts(context)
    if not of_blocks:
        yield from claims(context)
        yield from answer(context)
    yield from published(context)
    yield from paper(context, with_numbers=not of_blocks)


def _identity(context: Context) -> Iterator[Problem]:
    if context.study.study != context.file.path.stem:
        yield context.file.problem(
            ("study",),
            f"is `{context.study.study}`, but the file is called {context.file.path.name}",
            f"write `study: {context.file.path.stem}` or rename the file",
        )
