"""The ``rule`` section: what a claim is held to before it is called robust."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar, get_args

from pydantic import Field

from ruralpanel.study.base import Section
from ruralpanel.study.diagnosis import ItemName

Part = Literal[
    "leads", "breakdown", "transitory", "agreement", "influence", "assignment", "attrition", "multiplicity", "warnings"
]
"""What is asked of a claim beside its sign."""

PARTS: tuple[Part, ...] = get_args(Part)

OTHER_ITEMS: tuple[ItemName, ...] = (
    "anticipation",
    "bad_control",
    "heterogeneity",
    "treatment_exits",
    "spillover",
    "odd_cohort",
    "denominator",
    "heavy_tails",
    "baseline_imbalance",
)
"""Items of the diagnosis that no other part reads, and whose warnings say how an effect could be an artefact."""

S = TypeVar("S", bound=Section)

Level = Annotated[float, Field(gt=0, lt=1)]


class LeadsRule(Section):
    """What differences before treatment are held to."""

    level: Level = 0.01
    """A joint test of leads with a p-value below this says that the treated developed differently before. Small, since
    the other two keys ask what a test that does not reject would have seen, and true effects have to pass all parts."""
    within: Annotated[float, Field(gt=0)] | None = 1.0
    """How large, in multiples of the estimate (of the claim's `bound`, where it shows that there is no effect), the
    lead may be that an equivalence test at 5% cannot exclude. `null`: any."""
    slope: Annotated[float, Field(gt=0)] | None = 1.0
    """How steep, in multiples of the slope that would make all of the effect, a straight line may be that the test of
    leads finds with a power of 80% (of `diagnosis.differential_trends.power`): one that finds only steeper ones shows
    nothing. `null`: any."""


class BreakdownRule(Section):
    """What the breakdown value is held to."""

    benchmark: Annotated[float, Field(ge=0)] = 0.25
    """How many times the largest change between periods before treatment trends may differ by afterwards without zero
    entering the interval (Rambachan and Roth 2023): less is fragile."""


class TransitoryRule(Section):
    """What is asked where good years may have chosen who is treated."""

    level: Level = 0.025
    """The study's own panel is simulated without any effect, with treatment given to those above a threshold. Paths as
    far on its side of zero as the one observed must be rarer than this: half of a two-sided 5%, as in the diagnosis."""
    spike: Annotated[float, Field(gt=0)] = 2.0
    """An effect at entry of more than this times the later one is a spike that decays, as chance at entry does."""


class AgreementRule(Section):
    """What estimators of the same effect are held to."""

    level: Level = 0.05
    """Estimates differ beyond sampling error where a test of their difference rejects at this level, divided by the
    number of estimators compared with."""
    share: Annotated[float, Field(ge=0)] = 0.2
    """And they conflict if the difference is at least this share of the estimate: estimators weigh units differently,
    so that in large samples all differ by a little where effects do."""


class InfluenceRule(Section):
    """What an estimate without some of its units is held to."""

    change: Annotated[float, Field(gt=0)] = 1.5
    """How many of its standard errors an estimate may move when one unit or cluster is left out."""
    sign_changes: Annotated[int, Field(ge=0)] = 0
    """How many units, clusters, cohorts and regions may change its sign when one of them is left out."""


class AttritionRule(Section):
    """What bounds for those who leave are held to."""

    bounds: Literal["lee", "manski"] = "lee"
    """Which bounds have to agree with the claim: `lee`, under selection in one direction, or `manski`, under none."""


class Rule(Section):
    """What decides between robust, fragile, conflicting, contradicted, undecided and not identified."""

    level: Level = 0.05
    """The p-value below which a sign is told, and below which p-values at the level of assignment and those adjusted
    for other hypotheses have to be."""
    parts: list[Part] = list(PARTS)
    """What is asked of a claim about a treatment's own effect. A part that is left out is named on the page; one that
    is asked and cannot be looked at keeps a claim from being robust."""
    leads: LeadsRule = LeadsRule()
    """Differences before treatment."""
    breakdown: BreakdownRule = BreakdownRule()
    """How different trends would have to be."""
    transitory: TransitoryRule = TransitoryRule()
    """Selection on transitory shocks."""
    agreement: AgreementRule = AgreementRule()
    """Other estimators."""
    influence: InfluenceRule = InfluenceRule()
    """Single units, clusters, cohorts and regions."""
    attrition: AttritionRule = AttritionRule()
    """Those who leave the sample."""
    warnings: list[ItemName] = list(OTHER_ITEMS)
    """Further items of the diagnosis whose warnings make a claim fragile. Those that were not looked at are named, and
    do not keep a claim from being robust."""
    warnings_from: Annotated[float, Field(ge=0)] = 0.5
    """A warning that says by how much the outcome moves (a jump before treatment, a cohort unlike the others) counts
    where that is at least this share of the estimate; others always do."""

    def overridden(self, own: Rule | None) -> Rule:
        """Give the rule with what a claim states of its own in it.

        Parameters
        ----------
        own
            The claim's; None for nothing.
        """
        return self if own is None else _overridden(self, own)


RULE_PARTS: dict[str, type[Section]] = {
    "leads": LeadsRule,
    "breakdown": BreakdownRule,
    "transitory": TransitoryRule,
    "agreement": AgreementRule,
    "influence": InfluenceRule,
    "attrition": AttritionRule,
}
"""The sections of a rule."""


def _overridden(usual: S, own: S) -> S:
    stated = {name: getattr(own, name) for name in own.model_fields_set}
    return usual.model_copy(
        update={
            name: _overridden(getattr(usual, name), value) if isinstance(value, Section) else value
            for name, value in stated.items()
        }
    )
