"""Checks of the ``diagnosis`` section: that what is to be looked at is estimated."""

from __future__ import annotations

from collections.abc import Iterator

from ruralpanel.errors import Problem
from ruralpanel.study.checks.context import Context
from ruralpanel.study.diagnosis import SubjectChoice
from ruralpanel.study.subjects import is_estimated
from ruralpanel.study.yaml_file import KeyPath


def diagnosis(context: Context) -> Iterator[Problem]:
    """Check that treatments, outcomes, blocks and specifications are there, and that some equation has them."""
    for index, subject in enumerate(context.study.diagnosis.subjects or []):
        at: KeyPath = ("diagnosis", "subjects", index)
        unknown = [*_unknown(context, at, subject)]
        yield from unknown
        if not unknown and not is_estimated(context.study, subject):
            where = f"the block `{subject.block}`" if subject.block else "the study"
            what = f"{where} estimates no effect of `{subject.treatment}` on `{subject.outcome}`"
            yield context.file.problem(at, what, "name a treatment and an outcome of one equation")


def _unknown(context: Context, at: KeyPath, subject: SubjectChoice) -> Iterator[Problem]:
    study = context.study
    yield from context.known((*at, "treatment"), subject.treatment, study.designation, "designation")
    yield from context.known((*at, "outcome"), subject.outcome, study.outcomes, "outcome")
    if subject.block is not None:
        yield from context.known((*at, "block"), subject.block, study.blocks, "block")
