"""The plan of a Monte Carlo: which economies, which estimators with which standard errors, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from ruralpanel.errors import Problem, StudyError, nearest
from ruralpanel.installation import own_or_shipped
from ruralpanel.monte_carlo.claims_plan import ClaimRates, Flaw
from ruralpanel.simulation.parameters import Parameters, load_parameters
from ruralpanel.study.base import Name, Section
from ruralpanel.study.blocks import Inference
from ruralpanel.study.estimators import ESTIMATORS, INFERENCE_OF_SOME, EstimatorName, reading
from ruralpanel.study.messages import problems_of
from ruralpanel.study.yaml_file import is_file, read_yaml

PLANS = Path("config/monte_carlo")
"""Where plans are."""

OF_EFFECTS = tuple(name for name, each in ESTIMATORS.items() if each.target)
"""Estimators whose target is known here: :mod:`ruralpanel.monte_carlo.targets`."""

Overrides = dict[str, Any]


class LeadTests(Section):
    """Economies without effects before treatment, in which joint tests of leads are counted that reject.

    Their effects are the first of the plan's `effects`, which have to be the same everywhere, for a two-way event study
    takes differences of effects for leads (Sun and Abraham 2021); listing has nothing to do with shocks.
    """

    replications: Annotated[int, Field(ge=2)]
    """Economies drawn for each number of clusters."""
    replications_a_job: Annotated[int, Field(ge=1)]
    """How many of them one job makes."""
    clusters: Annotated[list[Annotated[int, Field(ge=4)]], Field(min_length=1)]
    """Numbers of counties, which standard errors are clustered by."""
    villages_a_county: Annotated[int, Field(ge=1)]
    """Villages in each, on average."""
    economy: Overrides = {}
    """Parameters of the simulated economy that differ from the plan's."""
    effects: Overrides = {}
    """Parameters that say what being listed does, as under the plan's `effects`."""
    windows: Annotated[dict[Name, list[int]], Field(min_length=1)]
    """By name, first and last event time: few leads and many."""


class Plan(Section):
    """A plan: every level of `effects`, `selection` and `clusters` with every other makes a design."""

    seed: Annotated[int, Field(ge=0)]
    """With the design's name and the replication's number, this decides every random number."""
    replications: Annotated[int, Field(ge=2)]
    """Economies drawn for each design."""
    replications_a_job: Annotated[int, Field(ge=1)]
    """How many of them one job makes: what a run that is cut off loses at most."""
    clusters: Annotated[list[Annotated[int, Field(ge=4)]], Field(min_length=1)]
    """Numbers of counties."""
    villages_a_county: Annotated[int, Field(ge=1)]
    """Villages in each, on average."""
    economy: Overrides = {}
    """Parameters of the simulated economy that differ from `simulation/parameters.yaml` in all designs."""
    effects: Annotated[dict[Name, Overrides], Field(min_length=1)]
    """By name, the parameters that say what being listed does."""
    selection: Annotated[dict[Name, float], Field(min_length=1)]
    """By name, how much the sales that decide on listing depend on the shock to income: `selection_loading`."""
    window: Annotated[list[int], Field(min_length=2, max_length=2)]
    """First and last event time of estimators that have a window."""
    event_time: Annotated[int, Field(ge=0)]
    """The event time whose effect is looked at beside the overall one; before the end of the window, where event
    times may be binned."""
    estimators: Annotated[list[EstimatorName], Field(min_length=1)]
    """Estimators of effects."""
    variances: Annotated[dict[Name, Inference], Field(min_length=1)]
    """By name, how standard errors are computed, each used with every estimator that has it."""
    leads: LeadTests | None = None
    """Tests of leads, in economies of their own; left out: none."""
    claims: ClaimRates | None = None
    """Claims that are judged, in economies of their own; left out: none."""

    @model_validator(mode="after")
    def _estimators_have_a_target(self) -> Plan:
        for name in self.estimators:
            if name not in OF_EFFECTS:
                raise ValueError(f"`{name}` has no target here; {nearest(name, OF_EFFECTS)}")
        if not self.window[0] < -1 or not self.event_time < self.window[1]:
            raise ValueError("`window` begins before event time -1 and ends after `event_time`")
        return self

    @model_validator(mode="after")
    def _economies_can_be_made(self) -> Plan:
        known = set(Parameters.model_fields) - {"preset", "villages", "counties", "selection_loading"}
        of_leads = [("leads", self.leads.economy), ("leads", self.leads.effects)] if self.leads is not None else []
        of_claims: list[tuple[str, Overrides]] = []
        if self.claims is not None:
            parts = [
                self.claims.economy,
                *self.claims.effects.values(),
                *(f.economy for f in self.claims.flaws.values()),
            ]
            of_claims = [("claims", each) for each in parts]
            for flaw in self.claims.flaws.values():
                for name in flaw.effects or []:
                    if name not in self.claims.effects:
                        raise ValueError(
                            f"`claims`: no effects are called `{name}`; {nearest(name, self.claims.effects)}"
                        )
        for where, overrides in (("economy", self.economy), *self.effects.items(), *of_leads, *of_claims):
            for key in overrides:
                if key not in known:
                    raise ValueError(f"`{where}`: the economy has no parameter `{key}` to set; {nearest(key, known)}")
        for design in [*self.designs(), *self.lead_designs(), *self.claim_designs()]:
            try:
                _ = design.parameters
            except ValidationError as error:
                first = error.errors(include_url=False)[0]
                key = ".".join(map(str, first["loc"]))
                raise ValueError(f"the economy of {design.name} cannot be made: `{key}`: {first['msg']}") from None
        return self

    def designs(self) -> list[Design]:
        """List the designs, in the plan's order."""
        return [
            Design(self, effects, selection, clusters)
            for effects in self.effects
            for selection in self.selection
            for clusters in self.clusters
        ]

    def lead_designs(self) -> list[LeadDesign]:
        """List the designs in which leads are tested, by their number of counties."""
        if self.leads is None:
            return []
        plan = self.model_copy(
            update={
                "economy": {**self.economy, **self.leads.economy},
                "effects": {"leads": self.leads.effects},
                "selection": {"unselected": 0.0},
                "villages_a_county": self.leads.villages_a_county,
                "variances": {"county": Inference(cluster=["county"])},
            }
        )
        return [LeadDesign(plan, "leads", "unselected", clusters) for clusters in self.leads.clusters]

    def claim_designs(self) -> list[ClaimDesign]:
        """List the designs in which claims are judged, in the plan's order."""
        claims = self.claims
        if claims is None:
            return []
        return [
            ClaimDesign(
                self.model_copy(
                    update={
                        "economy": {**self.economy, **claims.economy, **flaw.economy},
                        "effects": claims.effects,
                        "selection": {name: flaw.selection},
                        "villages_a_county": claims.villages_a_county,
                    }
                ),
                effects,
                name,
                clusters,
            )
            for effects in claims.effects
            for name, flaw in claims.flaws.items()
            if flaw.beside(effects)
            for clusters in claims.clusters
        ]

    def admitted(self) -> list[tuple[EstimatorName, str]]:
        """Pair every estimator with the names of the standard errors it has."""
        return [
            (estimator, name)
            for estimator in self.estimators
            for name, inference in self.variances.items()
            if admits(estimator, inference)
        ]

    def batches(self) -> list[str]:
        """Name the jobs of a design by their first and last replication, counted from 1: ``1-25``."""
        return _batches(self.replications, self.replications_a_job)

    def lead_batches(self) -> list[str]:
        """Name the jobs of a design in which leads are tested likewise."""
        return [] if self.leads is None else _batches(self.leads.replications, self.leads.replications_a_job)

    def claim_batches(self) -> list[str]:
        """Name the jobs of a design in which claims are judged likewise."""
        return [] if self.claims is None else _batches(self.claims.replications, self.claims.replications_a_job)

    def without_numbers(self) -> Plan:
        """Leave out how often and how much at once, on which no replication depends, tests of leads, and claims."""
        return self.model_copy(update={"replications": 2, "replications_a_job": 1, "leads": None, "claims": None})

    def of_leads(self) -> Plan:
        """Leave out all on which no replication of a test of leads depends."""
        leads = self.leads
        return self.model_copy(
            update={
                "replications": 2,
                "replications_a_job": 1,
                "clusters": [4],
                "effects": {"leads": leads.effects if leads is not None else {}},
                "selection": {"unselected": 0.0},
                "variances": {"county": Inference(cluster=["county"])},
                "leads": leads and leads.model_copy(update={"replications": 2, "replications_a_job": 1}),
                "claims": None,
            }
        )

    def of_claims(self) -> Plan:
        """Leave out all on which no replication of claims depends."""
        claims = self.claims
        return self.model_copy(
            update={
                "replications": 2,
                "replications_a_job": 1,
                "clusters": [4],
                "effects": {"claims": {}},
                "selection": {"clean": 0.0},
                "variances": {"county": Inference(cluster=["county"])},
                "leads": None,
                "claims": claims and claims.model_copy(update={"replications": 2, "replications_a_job": 1}),
            }
        )


@dataclass(frozen=True)
class Design:
    """One kind of economy.

    Parameters
    ----------
    plan
        The plan it belongs to.
    effects, selection
        Names of the plan's levels.
    clusters
        The number of counties.
    """

    plan: Plan
    effects: str
    selection: str
    clusters: int

    @property
    def name(self) -> str:
        """The design's name, which is a file name too."""
        return f"{self.effects}_{self.selection}_{self.clusters}"

    @property
    def parameters(self) -> Parameters:
        """The parameters of its economies."""
        overrides = {
            **_with_years(self.plan.economy),
            **_with_years(self.plan.effects[self.effects]),
            "selection_loading": self.plan.selection[self.selection],
            "counties": self.clusters,
            "villages": self.clusters * self.plan.villages_a_county,
        }
        return Parameters.model_validate({**load_parameters().model_dump(), **overrides})

    @property
    def is_heterogeneous(self) -> bool:
        """Whether effects differ between villages or years."""
        made = self.parameters
        sources = {made.effect_business, made.effect_wage, made.effect_remittance, made.effect_farm}
        slopes = [*made.moderation.values(), made.moderation_by_distance, made.moderation_by_distance_plain]
        changes = [made.pandemic_listed, made.pandemic_listed_by_labour_form, *slopes]
        by_time = len(set(made.effect_path)) > 1 or made.early_cohort_factor != 1
        return len(sources) > 1 or any(changes) or (by_time and sources != {0.0})

    @property
    def is_selected(self) -> bool:
        """Whether listing depends on the shocks to the outcome."""
        return self.plan.selection[self.selection] != 0


@dataclass(frozen=True)
class LeadDesign(Design):
    """A kind of economy in which leads are tested."""

    @property
    def name(self) -> str:
        """The design's name, which is a file name too."""
        return f"leads_{self.clusters}"


@dataclass(frozen=True)
class ClaimDesign(Design):
    """A kind of economy in which claims are judged; ``selection`` is the name of its flaw."""

    @property
    def name(self) -> str:
        """The design's name, which is a file name too."""
        return f"claims_{super().name}"

    @property
    def flaw(self) -> Flaw:
        """What is wrong with it."""
        assert self.plan.claims is not None
        return self.plan.claims.flaws[self.selection]


def _batches(replications: int, a_job: int) -> list[str]:
    """Name jobs by their first and last replication."""
    return [f"{first}-{min(first + a_job - 1, replications)}" for first in range(1, replications + 1, a_job)]


def _with_years(overrides: Overrides) -> Overrides:
    """Read the years that some parameters go by as numbers: keys of a YAML file are text."""
    return {
        key: {int(each) if each.isdigit() else each: item for each, item in value.items()}
        if isinstance(value, dict)
        else value
        for key, value in overrides.items()
    }


def admits(estimator: str, inference: Inference) -> bool:
    """Tell whether an estimator has standard errors of a kind, and reads all that is said of them."""
    one_dimension = ESTIMATORS[estimator].averages_effects or ESTIMATORS[estimator].one_dimension
    if one_dimension and not (inference.one_cluster and inference.cluster):
        return False
    if inference.correction.of_leverage and not ESTIMATORS[estimator].tells_leverage:
        return False
    if inference.bootstrap is not None and not ESTIMATORS[estimator].imposes_null:
        return False  # a bootstrap of another kind, which would stand under the name of this one
    asked = [key for key in INFERENCE_OF_SOME if getattr(inference, key) not in (None, False)]
    return all(estimator in reading(key) for key in asked)


def load_plan(name: str, root: Path = Path()) -> Plan:
    """Read and check a plan.

    Parameters
    ----------
    name
        Of a file under ``config/monte_carlo``, without ``.yaml``.
    root
        The top of the repository; where it has no plans, those that come with the program are meant.

    Raises
    ------
    StudyError
        If there is none, or anything is wrong with it.
    """
    folder = own_or_shipped(root, PLANS.as_posix())
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    if name not in known or not is_file(folder / f"{name}.yaml"):
        raise StudyError([Problem("config", f"there is no plan {name!r}", "monte_carlo", nearest(name, known))])
    file = read_yaml(folder / f"{name}.yaml", shown_as=PLANS / f"{name}.yaml")
    try:
        return Plan.model_validate(file.data)
    except ValidationError as error:
        raise StudyError(problems_of(error, file, Plan)) from None
