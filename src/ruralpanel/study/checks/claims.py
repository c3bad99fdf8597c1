"""Checks of the ``claims`` section: that what claims point at is estimated."""

from __future__ import annotations

from collections.abc import Iterator

from ruralpanel.errors import Problem
from ruralpanel.study.addresses import NoSuchNumber, read_address
from ruralpanel.study.blocks import Inference
from ruralpanel.study.checks.context import Context
from ruralpanel.study.yaml_file import KeyPath

JOINT_TESTS = "joint test"
"""How the terms of joint tests begin."""


def claims(context: Context) -> Iterator[Problem]:
    """Check every address as far as a study file can tell: its block, and the specifications, outcomes and so on."""
    for name, claim in context.study.claims.items():
        for index, test in enumerate(claim.tests):
            at: KeyPath = ("claims", name, "tests", index, "at")
            yield from _address(context, at, test.at)
            block = test.at.split("/")[0].strip()
            if test.p_value != "usual" and block in context.study.blocks:
                yield from _asked_for(context, (*at[:-1], "p_value"), block, test.p_value)


def _address(context: Context, at: KeyPath, text: str) -> Iterator[Problem]:
    study = context.study
    try:
        address = read_address(text)
    except NoSuchNumber as error:
        yield context.file.problem(at, error.what, error.hint)
        return
    if address.statistic != "estimate":
        yield context.file.problem(at, f"`#{address.statistic}`: a claim is about the estimate", "leave it out")
    if address.block not in study.blocks:
        yield from context.known(at, address.block, study.blocks, "block of this study")
        return
    equations = study.equations(address.block)
    words = {word for each in equations for word in (each.specification, each.outcome, each.estimator)}
    terms = {JOINT_TESTS} | {term for each in equations for term in (*each.treatment_terms, *each.regressors)}
    terms |= {f"{term}*{each}" for equation in equations for term in terms for each in equation.moderators}
    for part in address.parts:
        if not any(part.startswith(term) for term in terms):  # averages of an estimator begin with their treatment
            yield from context.known(at, part, words | terms, f"specification, outcome, estimator or term of {text}")


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
