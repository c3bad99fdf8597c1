"""Checks of the ``claims`` and ``answer`` sections: that what they point at is estimated."""

from __future__ import annotations

from collections.abc import Iterator

from ruralpanel.errors import Problem
from ruralpanel.study.blocks import Inference
from ruralpanel.study.checks.addresses import faults_of_address
from ruralpanel.study.checks.context import Context
from ruralpanel.study.yaml_file import KeyPath


def claims(context: Context) -> Iterator[Problem]:
    """Check every address as far as a study file can tell: its block, and the specifications, outcomes and so on."""
    for name, claim in context.study.claims.items():
        for index, test in enumerate(claim.tests):
            at: KeyPath = ("claims", name, "tests", index, "at")
            yield from _address(context, at, test.at)
            block = test.at.split("/")[0].strip()
            if test.p_value != "usual" and block in context.study.blocks:
                yield from _asked_for(context, (*at[:-1], "p_value"), block, test.p_value)


def answer(context: Context) -> Iterator[Problem]:
    """Check the address of the estimate that answers the title."""
    if context.study.answer.at is not None:
        yield from _address(context, ("answer", "at"), context.study.answer.at, "an answer")


def _address(context: Context, at: KeyPath, text: str, what: str = "a claim") -> Iterator[Problem]:
    for fault in faults_of_address(context.study, text):
        yield context.file.problem(at, fault.what, fault.hint)
    statistic = text.partition("#")[2]
    if statistic not in ("", "estimate"):
        yield context.file.problem(at, f"`#{statistic}`: {what} is about the estimate", "leave it out")


def _asked_for(context: Context, at: KeyPath, block: str, p_value: str) -> Iterator[Problem]:
    """Check that the block of a claim makes the p-value that is to decide it."""
    declared = context.study.blocks[block]
    inferences = [part.inference or Inference() for part in (declared, *(declared.specifications or {}).values())]
    made = {
        "adjusted": declared.adjustment is not None,
        "bootstrap": any(each.bootstrap is not None for each in inferences),
        "permutation": any(each.permutation is not None for each in inferences),
    }
    if not made[p_value]:
        yield context.file.problem(at, f"the block `{block}` does not ask for the p-value `{p_value}`")
