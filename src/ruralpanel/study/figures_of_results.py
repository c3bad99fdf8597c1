"""Kinds of exhibits that show how results hang on choices, chance and what is missing, and how they come about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from ruralpanel.errors import Problem, nearest
from ruralpanel.study.base import Name
from ruralpanel.study.described import columns_of_outcomes_as_described
from ruralpanel.study.estimators import reading
from ruralpanel.study.exhibit import Behind, Exhibit, OfEstimates, Term
from ruralpanel.study.flow import flow
from ruralpanel.study.periods import PeriodValue

if TYPE_CHECKING:  # those know the kinds of exhibits, which are here
    from ruralpanel.study.checks.context import Context
    from ruralpanel.study.model import Study
    from ruralpanel.study.yaml_file import KeyPath


class SpecificationCurveFigure(OfEstimates):
    """A figure of one effect in every specification."""

    reads = ("estimates", "sensitivity")
    shows = ("coefficient", "overall")
    shows_analyses = "specification_curve"
    draws_truth = True

    kind: Literal["specification_curve_figure"]
    """`specification_curve_figure`: every estimate of one effect in the order of size, and what each chose."""
    outcome: Name
    """The outcome of the effect."""
    term: Term
    """The term whose estimates are shown: a treatment, `listed*kinship`, a regressor."""
    marked: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*/[a-z][a-z0-9_]*$")] | None = None
    """The specification to mark, as `block/specification`: usually the one that the text is about."""
    sensitivity: Annotated[list[Name], Field(max_length=1)] = []
    """An analysis of kind `specification_curve`, whose joint tests the notes tell."""

    @property
    def analysed_in(self) -> list[str]:
        """The analyses that are shown."""
        return list(self.sensitivity)

    def problems(self, context: Context, at: KeyPath, behind: Behind) -> Iterator[Problem]:
        """Find an outcome, a marked specification or a term that its blocks have not."""
        outcomes = {name for part in behind.parts for name in part.outcomes or []}
        if behind.parts:
            yield from context.known((*at, "outcome"), self.outcome, outcomes, "outcome of these blocks")
        if self.marked is not None:
            places = [place for place in context.study.specification_labels() if place.split("/")[0] in self.blocks]
            yield from context.known((*at, "marked"), self.marked, places, "specification of these blocks")
        yield from context.known((*at, "term"), self.term, behind.terms, "term of these blocks")


class PermutationFigure(OfEstimates):
    """A figure of what permuted cohorts give."""

    reads = ("estimates", "draws")
    draws_truth = True

    kind: Literal["permutation_figure"]
    """`permutation_figure`: the distribution of estimates under permuted cohorts, with the one found. Its blocks
    ask for `permutation` under `inference`."""
    terms: Annotated[list[Term], Field(min_length=1)] | None = None
    """The terms to show, each on axes of its own; left out: all that were permuted."""

    @classmethod
    def estimators(cls, named: Iterable[str] = ()) -> tuple[str, ...]:  # noqa: ARG003
        """Name the estimators that permute."""
        return reading("permutation")

    def problems(self, context: Context, at: KeyPath, behind: Behind) -> Iterator[Problem]:
        """Find blocks that permute nothing, and terms that are not there."""
        if not any(part.inference is not None and part.inference.permutation is not None for part in behind.parts):
            what = "shows permutations, which no block of this figure asks for"
            hint = "write `permutation: {}` under the block's `inference`"
            yield context.file.problem((*at, "blocks"), what, hint)
        yield from context.all_known((*at, "terms"), self.terms, behind.terms, "term of these blocks")


class CohortHeatmapFigure(OfEstimates):
    """A figure of effects by cohort and event time."""

    shows = ("cell",)
    draws_truth = True

    kind: Literal["cohort_heatmap_figure"]
    """`cohort_heatmap_figure`: effects by cohort and event time as coloured cells with their numbers, which
    `callaway_santanna` estimates."""
    window: Annotated[list[int], Field(min_length=2, max_length=2)] | None = None
    """First and last event time to show; left out: all."""

    def problems(self, context: Context, at: KeyPath, behind: Behind) -> Iterator[Problem]:  # noqa: ARG002
        """Find a window that runs backwards."""
        if self.window is not None and self.window[0] > self.window[1]:
            first, last = self.window
            yield context.file.problem((*at, "window"), f"runs backwards, from {first} to {last}")


class PathsFigure(OfEstimates):
    """A figure of means around a shock."""

    shows = ("group_mean",)

    kind: Literal["paths_figure"]
    """`paths_figure`: means by period of treated and other units, with low and high values of a moderator, which
    `group_means` estimates."""
    shock: list[PeriodValue] = []
    """Periods to shade, such as the years of a pandemic."""

    def declares(self, study: Study, numbers: Mapping[str, str]) -> dict[str, Any]:  # noqa: ARG002
        """Pick by `block/specification` the treatment that groups are formed by."""
        grouped = {
            f"{block}/{equation.specification}": equation.treatments[0]
            for block in self.estimated_in
            for equation in study.equations(block)
            if equation.groups is not None
        }
        return {"grouped_by": grouped}


class MissingnessFigure(Exhibit):
    """A figure of what is missing, where and when."""

    reads = ("missingness",)

    kind: Literal["missingness_figure"]
    """`missingness_figure`: the share of values missing by column and period or cohort, and the share of units not
    there."""
    columns: Annotated[list[Name], Field(min_length=1)] | None = None
    """The columns to show, in this order; left out: those of all outcomes."""
    over: Literal["period", "cohort"] = "period"
    """Whether shares of missing values are by `period`, or by `cohort` of the `designation`."""
    designation: Name | None = None
    """The designation whose cohorts are told apart; left out: all units together."""

    def problems(self, context: Context, at: KeyPath, behind: Behind) -> Iterator[Problem]:  # noqa: ARG002
        """Find columns of no outcome, and cohorts of no designation."""
        study = context.study
        looked_at = columns_of_outcomes_as_described(study)
        yield from context.all_known((*at, "columns"), self.columns, looked_at, "column of an outcome of this study")
        if self.designation is not None:
            known = "designation of this study"
            yield from context.known((*at, "designation"), self.designation, study.designation, known)
        elif self.over == "cohort":
            hint = nearest("", study.designation)
            yield context.file.problem((*at, "over"), "is `cohort`, and no `designation` is named", hint)

    def declares(self, study: Study, numbers: Mapping[str, str]) -> dict[str, Any]:  # noqa: ARG002
        """Pick how columns of outcomes are called; other labels of the study go before these."""
        words = columns_of_outcomes_as_described(study)
        return {"columns": words, "labels": {name: each["label"] for name, each in words.items()}}


class WorkflowFigure(Exhibit):
    """A picture of the way of the data."""

    reads = ("ledgers",)

    kind: Literal["workflow_figure"]
    """`workflow_figure`: sources, tables, panel, blocks and exhibits from left to right, with the rows that go in and
    out, from the ledgers."""

    def declares(self, study: Study, numbers: Mapping[str, str]) -> dict[str, Any]:
        """Pick everything that the study makes."""
        return {"flow": flow(study, numbers)}
