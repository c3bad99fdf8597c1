"""The ``claims`` section: what is claimed, by whom, and which estimates speak to it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ruralpanel.study.base import Section, Text
from ruralpanel.study.rule import Rule

Expectation = Literal["positive", "negative", "zero"]
ProbabilityName = Literal["usual", "adjusted", "bootstrap", "permutation"]


class ClaimTest(Section):
    """An estimate that speaks to a claim, and what the claim says of it."""

    at: Text
    """The address of the estimate: `baseline/main/income/two_way_fixed_effects/taobao_village`. What there is only one
    of may be left out, and `@event_time=4`, `@cohort=2015` or `@period=2015` picks one row of several; see
    `./run explain`."""
    expect: Expectation
    """The sign the claim says: `positive`, `negative`, or `zero`."""
    bound: Annotated[float, Field(ge=0)] = 0
    """How large the effect has to be, in the unit of the estimate, for the claim to hold: `positive` asks for an
    interval wholly above it, `negative` for one wholly below minus it, and `zero` for one within plus and minus it.
    `zero` without a bound can be contradicted, by p < 0.05, and never robust: a test that does not reject proves
    nothing."""
    p_value: ProbabilityName = "usual"
    """Which p-value decides beside the sign where there is no bound: that of the interval, the one `adjusted` for
    multiple testing, or that of the `bootstrap` or the `permutation`, where the block asks for it."""

    @property
    def sign(self) -> int:
        """The sign that is expected: 1, -1, or 0 for none."""
        return {"positive": 1, "negative": -1, "zero": 0}[self.expect]

    @model_validator(mode="after")
    def _one_way_to_decide(self) -> ClaimTest:
        if self.bound and self.p_value != "usual":
            raise ValueError(
                "`bound` is compared with the interval, and `p_value` chooses another test; keep one of them"
            )
        return self


class Claim(Section):
    """Something that is said about the world, and how this study tests it."""

    text: Text
    """The claim in a sentence, as a reader sees it."""
    by: Text | None = None
    """Who claims it: an author and year, or a document."""
    tests: Annotated[list[ClaimTest], Field(min_length=1)]
    """The claim is the first of these that any of its tests is: contradicted, not identified, undecided, conflicting,
    fragile; and robust if all tests are."""
    rule: Rule | None = None
    """What this claim is held to otherwise than the study's `rule` says: only the keys that differ."""
