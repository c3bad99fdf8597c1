"""Means by group and period."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ruralpanel.study.estimators.estimator import Estimator, Finding

if TYPE_CHECKING:
    from ruralpanel.study.blocks import Equation


def _groups(equation: Equation) -> Iterator[Finding]:
    """Check that groups can be formed: one treatment, one moderator at most, and the period in which they are read."""
    if equation.groups is None:
        hint = "such as `groups: {at: 2019}`: the period in which it is read who is treated"
        yield Finding("group_means needs `groups`", hint)
    if len(equation.treatments) != 1:
        hint = (
            f"choose one with `treatments`: {', '.join(equation.treatments)}"
            if equation.treatments
            else "declare one under `designation`"
        )
        yield Finding(f"group_means needs one treatment, not {len(equation.treatments)}", hint)
    if len(equation.moderators) > 1:
        what = f"group_means tells units apart by one moderator, not {len(equation.moderators)}"
        yield Finding(what, "put each into a specification of its own", ("moderators",))
    if not equation.inference.one_cluster:
        what = "group_means has standard errors clustered in one dimension"
        yield Finding(what, "name one column in `cluster`", ("inference",))


ESTIMATOR = Estimator(
    name="group_means",
    rank=180,
    method="means by group and period",
    short="Means by group",
    meaning="no regression: its mean by period among treated and other units, with high and low values of a moderator",
    question="No regression: means for figures",
    page="[below](#means)",
    gives=("group_mean",),
    describes=True,
    has_overall=False,
    assigned=False,
    keys=("groups",),
    without=("regressors", "fixed_effects", "small_sample", "variance"),
    checks=(_groups,),
)
