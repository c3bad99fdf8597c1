"""Checks of ``groups``: how `group_means` puts units into groups."""

from __future__ import annotations

from collections.abc import Iterator

from ruralpanel.errors import Problem
from ruralpanel.study.blocks import Equation
from ruralpanel.study.checks.context import Context
from ruralpanel.study.yaml_file import KeyPath


def group_means(context: Context, where: KeyPath, equation: Equation) -> Iterator[Problem]:
    """Check that groups can be formed: one treatment, one moderator at most, and the period in which they are read."""
    if equation.groups is None:
        hint = "such as `groups: {at: 2019}`: the period in which it is read who is treated"
        yield context.file.problem(where, "group_means needs `groups`", hint)
    if len(equation.treatments) != 1:
        hint = (
            f"choose one with `treatments`: {', '.join(equation.treatments)}"
            if equation.treatments
            else "declare one under `designation`"
        )
        what = f"group_means needs one treatment, not {len(equation.treatments)}"
        yield context.file.problem(where, what, hint)
    if len(equation.moderators) > 1:
        what = f"group_means tells units apart by one moderator, not {len(equation.moderators)}"
        yield context.file.problem((*where, "moderators"), what, "put each into a specification of its own")
    if not equation.inference.one_cluster:
        what = "group_means has standard errors clustered in one dimension"
        yield context.file.problem((*where, "inference"), what, "name one column in `cluster`")
