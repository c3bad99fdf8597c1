"""The part of a plan that runs the whole rule of claims on economies whose truth is known."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from ruralpanel.study.base import Name, Section
from ruralpanel.study.estimators import EstimatorName
from ruralpanel.study.rule import Rule


class Flaw(Section):
    """What is wrong with the economies of a kind; left out: nothing."""

    selection: float = 0.0
    """How much the sales that decide on listing depend on the shock to income: `selection_loading`."""
    trend: float = 0.0
    """By how many log points a year more incomes grow in villages that are ever listed, from the first year on."""
    leaving: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Of the listed villages, the share that leaves the panel each year: those whose income fell furthest behind what
    it was before, beside the year's other villages."""
    economy: dict[str, Any] = {}
    """Parameters of the simulated economy that differ from the other kinds'."""
    effects: list[Name] | None = None
    """Names of the `effects` it is planted beside. `null`: all."""

    @property
    def is_planted(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.selection or self.trend or self.leaving or self.economy)

    def beside(self, effects: str) -> bool:
        """Whether it is planted in economies with these effects.

        Parameters
        ----------
        effects
            Their name.
        """
        return self.effects is None or effects in self.effects


class ClaimRates(Section):
    """Economies on which claims are judged as a study's are: by estimates, every item of a diagnosis, and the rule.

    Every level of `effects` with every one of the `flaws` planted beside it and of `clusters` is a design. In each
    economy it is claimed that income rises, and that it falls; a claim is true where the average effect has its sign.
    """

    replications: Annotated[int, Field(ge=2)]
    """Economies drawn for each design."""
    replications_a_job: Annotated[int, Field(ge=1)]
    """How many of them one job makes."""
    clusters: Annotated[list[Annotated[int, Field(ge=4)]], Field(min_length=1)]
    """Numbers of counties."""
    villages_a_county: Annotated[int, Field(ge=1)]
    """Villages in each, on average."""
    economy: dict[str, Any] = {}
    """Parameters of the simulated economy that differ from the plan's."""
    effects: Annotated[dict[Name, dict[str, Any]], Field(min_length=1)]
    """By name, the parameters that say what being listed does."""
    flaws: Annotated[dict[Name, Flaw], Field(min_length=1)]
    """By name, what is wrong."""
    estimators: Annotated[list[EstimatorName], Field(min_length=1)]
    """Estimators of the effect; the first is the one whose equation is diagnosed."""
    tests: Annotated[list[EstimatorName], Field(min_length=1)]
    """Those of them that the claims name."""
    rule: Rule = Rule()
    """What claims are held to."""
