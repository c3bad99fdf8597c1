"""An effect that is diagnosed, with all that items need of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module

import numpy as np
import pandas as pd

from ruralpanel.diagnosis.finding import CannotDiagnose
from ruralpanel.estimation.adoption import Adoption, adoption_of
from ruralpanel.estimation.assignment import Levels, with_assignment
from ruralpanel.estimation.block import BlockResults, block_results
from ruralpanel.estimation.columns_read import names_in
from ruralpanel.estimation.imputation import modelled_rows
from ruralpanel.estimation.modules import MATCHING
from ruralpanel.estimation.sample import estimation_sample, with_plain_numbers
from ruralpanel.estimation.untreated import UntreatedOutcome
from ruralpanel.frames.ledger import Ledger
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import DIAGNOSING, ESTIMATORS
from ruralpanel.study.fixed_effects import intercepts
from ruralpanel.study.subjects import DeclaredSubject


@dataclass(frozen=True)
class Subject:
    """One outcome and one treatment.

    Parameters
    ----------
    treatment, outcome
        Names in the study's `designation` and `outcomes`.
    equation
        Its two-way equation: the study's own fixed effects, regressors, weights, sample and standard errors, with this
        treatment alone. Clusters that the study leaves open are those of the level at which treatment is assigned.
    panel
        The panel with every column that an item declares to need. Where the study matches, the rows that are matched,
        with the weights of that as the equation's.
    adoption
        The sample of the equation with the times at which its units are treated; rows that two-way fixed effects leave
        out for anticipation are in it, and units treated throughout are not.
    estimates
        Tidy estimates of the study that are of this treatment's effect on this outcome.
    seed
        From the study's seed, treatment and outcome.
    columns
        By item, the columns that its settings name beside those of the equation.
    events
        What yearly lists say of units under this treatment, as the panel stage writes it; None where nothing is known.
    levels
        The panel's levels above its units; None where matching has made another panel of it.
    """

    treatment: str
    outcome: str
    equation: Equation
    panel: pd.DataFrame
    adoption: Adoption
    estimates: pd.DataFrame
    seed: int
    columns: Mapping[str, list[str]] = field(default_factory=dict)
    events: pd.DataFrame | None = None
    levels: Levels | None = None

    @cached_property
    def sample(self) -> pd.DataFrame:
        """The rows of the two-way equation."""
        return estimation_sample(self.panel, self.equation, _ledger(self.equation))

    def without_unused(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Leave out columns of the panel that the two-way equation has nothing to do with, which take long to copy.

        Parameters
        ----------
        rows
            Rows of the panel or of the sample.
        """
        used = names_in([self.equation], [self.treatment], {})
        return rows[[name for name in rows.columns if name in used or name not in self.panel.columns]]

    def estimated(self, **changes: object) -> BlockResults:
        """Estimate the two-way equation, or another with some parts changed.

        Parameters
        ----------
        **changes
            Fields of the equation.
        """
        equation = self.equation.model_copy(update=changes)
        return block_results(self.panel, [equation], [self.treatment], above=self.levels)

    @cached_property
    def two_way(self) -> pd.Series:
        """The row of the treatment in the two-way equation."""
        rows = self.estimated().estimates
        return rows[rows["effect_of"] == self.entering].iloc[0]

    @property
    def entering(self) -> str:
        """The column by which the treatment enters the two-way equation: its indicator or its intensity."""
        return self.equation.intensities.get(self.treatment, self.treatment)

    @property
    def clusters(self) -> list[str]:
        """The columns that standard errors are clustered by; the unit where the study names none."""
        return self.equation.inference.cluster or [self.equation.unit]

    def require_clusters(self) -> None:
        """Refuse standard errors that are not clustered.

        Raises
        ------
        CannotDiagnose
            If they are of another kind.
        """
        if not self.equation.inference.vcov.clusters:
            raise CannotDiagnose("not_clustered", name=self.equation.inference.variance)

    @cached_property
    def degrees_of_freedom(self) -> float:
        """Those of t tests: the clusters less one; infinite where there are no clusters."""
        if not self.equation.inference.vcov.clusters:
            return float("inf")
        clusters = min(self.sample[name].nunique() for name in self.clusters)
        return float(max(clusters - 1, 1))

    @property
    def base(self) -> int:
        """The last event time before treatment and its declared anticipation, which leads and effects are held to."""
        return -1 - self.equation.anticipation.get(self.treatment, 0)

    @cached_property
    def event_study(self) -> BlockResults:
        """Effects at all event times and overall, each an average over cohorts."""
        return self._by_event_time(None)

    def around(self, first: int, last: int) -> BlockResults:
        """Give the same with rows, and a joint test of leads, of these event times alone, estimated once.

        Parameters
        ----------
        first, last
            Event times.
        """
        if (first, last) not in self._around:
            self._around[first, last] = self._by_event_time([first, last])
        return self._around[first, last]

    @cached_property
    def _around(self) -> dict[tuple[int, int], BlockResults]:
        return {}

    def _by_event_time(self, window: list[int] | None) -> BlockResults:
        """Estimate averages over cohorts; where nobody is never treated, beside the last cohort to be treated."""
        if not self.equation.absorbing:
            raise CannotDiagnose("needs_treatment_that_stays")
        cohort = self.adoption.cohort
        last = self.adoption.sample[self.equation.period].max()
        never = bool((np.isnan(cohort) | (cohort > last)).any())
        comparison = "never_treated" if never else "last_treated"
        return self.estimated(estimator=DIAGNOSING["averages"], comparison=comparison, window=window)

    @cached_property
    def untreated_outcomes(self) -> tuple[Adoption, UntreatedOutcome]:
        """What rows without treatment predict for all, fitted once for several items, and the rows that it predicts.

        The last period before treatment, and any that the study calls anticipation, is not among the rows without
        treatment: units that are picked for a good or bad period are not in their usual state then. Slopes of fixed
        effects are not in the model.
        """
        if not self.equation.absorbing:
            raise CannotDiagnose("needs_treatment_that_stays")
        equation = self.equation.model_copy(update={"fixed_effects": intercepts(self.equation.fixed_effects)})
        adoption = replace(self.adoption, begins=min(self.adoption.begins, -1))
        found, model, _ = modelled_rows(adoption, equation, _ledger(equation))
        return found, model


def subject_of(
    declared: DeclaredSubject,
    panel: pd.DataFrame,
    estimates: pd.DataFrame,
    seed: int,
    levels: Levels | None = None,
    events: pd.DataFrame | None = None,
) -> Subject:
    """Put a subject together.

    Parameters
    ----------
    declared
        From :func:`ruralpanel.study.subjects.subjects_of`.
    panel
        The panel.
    estimates
        Tidy estimates of all blocks.
    seed
        The study's.
    levels
        The panel's levels above units, where they are known from another subject.
    events
        What yearly lists say of units, of all designations.

    Raises
    ------
    CannotEstimate
        If no unit is treated while it is observed, or none is not.
    """
    equation, treatment = declared.equation, declared.treatment
    panel = with_plain_numbers(panel) if levels is None else levels.panel
    levels = levels or Levels(panel, equation.unit, equation.period)
    equation = with_assignment(levels, equation, _ledger(equation))
    panel = levels.panel
    if equation.matching is not None:
        panel, equation = _matched(panel, equation)
    by_event_time = equation.model_copy(update={"estimator": DIAGNOSING["averages"]})
    return Subject(
        treatment=treatment,
        outcome=declared.outcome,
        equation=equation,
        panel=panel,
        adoption=adoption_of(panel, by_event_time, _ledger(equation)),
        estimates=own_estimates(estimates, treatment, declared.outcome, equation),
        seed=seed_of(seed, treatment, declared.outcome),
        columns=declared.columns,
        events=None if events is None else events[events["designation"] == treatment],
        levels=levels if panel is levels.panel else None,
    )


def own_estimates(estimates: pd.DataFrame, treatment: str, outcome: str, equation: Equation) -> pd.DataFrame:
    """Pick the estimates that are of a treatment's effect on an outcome, by its indicator or its intensity."""
    names = {treatment, equation.intensities.get(treatment, treatment)}
    describing = [name for name, each in ESTIMATORS.items() if each.describes]
    own = estimates["effect_of"].isin(names) & (estimates["outcome"] == outcome)
    return estimates[own & ~estimates["estimator"].isin(describing)].reset_index(drop=True)


def seed_of(seed: int, treatment: str, outcome: str) -> int:
    """Derive the seed of a subject, the same on every machine."""
    digest = hashlib.sha256(f"{seed}/{treatment}/{outcome}".encode()).digest()
    return int.from_bytes(digest[:7], "big")


def _matched(panel: pd.DataFrame, equation: Equation) -> tuple[pd.DataFrame, Equation]:
    """Match once, and take the weights of that for weights of the panel."""
    assert equation.weights is not None
    matched, _ = import_module(MATCHING).match(panel, equation, _ledger(equation))
    weight = matched[equation.weights]
    return matched[weight > 0], equation.model_copy(update={"matching": None, "base_weights": None})


def _ledger(equation: Equation) -> Ledger:
    return Ledger("estimation", "diagnosis", equation.unit, equation.period)
