"""Kinds of exhibits that show how results hang on choices, chance and what is missing, and how they come about."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ruralpanel.study.base import Name
from ruralpanel.study.exhibit import Exhibit, OfEstimates, Term
from ruralpanel.study.periods import PeriodValue


class SpecificationCurveFigure(OfEstimates):
    """A figure of one effect in every specification."""

    kind: Literal["specification_curve_figure"]
    """`specification_curve_figure`: every estimate of one effect in the order of size, and what each chose."""
    outcome: Name
    """The outcome of the effect."""
    term: Term
    """The term whose estimates are shown: a treatment, `listed*kinship`, a regressor."""
    marked: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*/[a-z][a-z0-9_]*$")] | None = None
    """The specification to mark, as `block/specification`: usually the one that the text is about."""


class PermutationFigure(OfEstimates):
    """A figure of what permuted cohorts give."""

    reads = ("estimates", "draws")

    kind: Literal["permutation_figure"]
    """`permutation_figure`: the distribution of estimates under permuted cohorts, with the one found. Its blocks
    ask for `permutation` under `inference`."""
    terms: Annotated[list[Term], Field(min_length=1)] | None = None
    """The terms to show, each on axes of its own; left out: all that were permuted."""


class CohortHeatmapFigure(OfEstimates):
    """A figure of effects by cohort and event time."""

    kind: Literal["cohort_heatmap_figure"]
    """`cohort_heatmap_figure`: effects by cohort and event time as coloured cells with their numbers, which
    `callaway_santanna` estimates."""
    window: Annotated[list[int], Field(min_length=2, max_length=2)] | None = None
    """First and last event time to show; left out: all."""


class PathsFigure(OfEstimates):
    """A figure of means around a shock."""

    kind: Literal["paths_figure"]
    """`paths_figure`: means by period of treated and other units, with low and high values of a moderator, which
    `group_means` estimates."""
    shock: list[PeriodValue] = []
    """Periods to shade, such as the years of a pandemic."""


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


class WorkflowFigure(Exhibit):
    """A picture of the way of the data."""

    reads = ("ledgers",)

    kind: Literal["workflow_figure"]
    """`workflow_figure`: sources, tables, panel, blocks and exhibits from left to right, with the rows that go in and
    out, from the ledgers."""
