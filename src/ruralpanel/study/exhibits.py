"""The ``exhibits`` section: the numbered tables and figures, each from named blocks."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, ValidationInfo, model_validator

from ruralpanel.study.base import Name
from ruralpanel.study.exhibit import Exhibit, OfEstimates, Term
from ruralpanel.study.figures_of_effects import CoefficientFigure, ForestFigure, GradientFigure
from ruralpanel.study.figures_of_places import MapFigure, RolloutFigure
from ruralpanel.study.figures_of_results import (
    CohortHeatmapFigure,
    MissingnessFigure,
    PathsFigure,
    PermutationFigure,
    SpecificationCurveFigure,
    WorkflowFigure,
)
from ruralpanel.study.periods import PeriodValue, shown


class RegressionTable(OfEstimates):
    """A table with one column a regression."""

    is_table = True

    kind: Literal["regression_table"]
    """`regression_table`: coefficients with standard errors below, one column a regression."""
    terms: Annotated[list[Term], Field(min_length=1)] | None = None
    """The rows to show, in this order: treatments, `<name>_intensity` of one that enters by intensity, interactions,
    treatments by moderators (`listed*kinship`), regressors. Left out: all of them, but not a moderator's own
    coefficients by period."""
    effects: Literal["overall", "cohort", "event_time"] = "overall"
    """Of estimators that average effects over cohorts and periods, which averages to show: the `overall` one, one for
    each `cohort`, or one for each `event_time`. An event study has the latter only, and no column beside cohorts."""
    decimals: Annotated[int, Field(ge=0, le=8)] = 3
    """Decimals of coefficients and standard errors."""
    p_values: Annotated[list[Literal["bootstrap", "permutation", "adjusted"]], Field(min_length=1)] | None = None
    """Which p-values to print below standard errors, in brackets: from the wild cluster `bootstrap`,
    from the `permutation` of cohorts, or `adjusted` for multiple testing, where a block asks for them."""
    minimum_detectable_effect: bool = False
    """Whether to print below each standard error the effect that a two-sided test at the 5% level would have found with
    a power of 80% (the row MDE₈₀): an estimate that is not significant says little about smaller effects."""
    stars: bool = False
    """Whether to mark p < 0.10, 0.05 and 0.01 with stars. Off by default, as journals now ask."""


class SourceTable(Exhibit):
    """A table of the data: what a row is, years, rows, terms."""

    is_table = True
    reads = ("sources",)

    kind: Literal["source_table"]
    """`source_table`: the data, one line for all sources with the same title, citation and terms."""
    periods: dict[Name, Name] = {}
    """By source, the column that says when, where it is called neither like the panel's period nor like the year of a
    yearly list: `{yearbook: issue}`."""


class SummaryTable(Exhibit):
    """A table of means and standard deviations, by treatment."""

    is_table = True
    reads = ("panel",)

    kind: Literal["summary_table"]
    """`summary_table`: mean, standard deviation, smallest and largest value and number of values, and how far treated
    units differ from others in standard deviations."""
    columns: Annotated[list[Name], Field(min_length=1)] | None = None
    """The columns of the panel to describe, in this order; left out: those of the outcomes."""
    by: Name | None = None
    """A designation, to describe units by; left out: all units together only."""
    groups: Literal["ever", "cohort"] = "ever"
    """For `by`: units that are `ever` treated beside those that never are, or one group a `cohort`."""
    periods: Annotated[list[PeriodValue], Field(min_length=2, max_length=2)] | None = None
    """The first and the last period to describe, such as those before anybody is treated; left out: all. Twice the same
    for one period."""

    @model_validator(mode="after")
    def _first_before_last(self, info: ValidationInfo) -> SummaryTable:
        if self.periods is not None and self.periods[0] > self.periods[1]:
            last = shown(self.periods[1], info)
            raise ValueError(f"`periods` ends in {last}, before it begins; write the first period first")
        return self

    @model_validator(mode="after")
    def _cohorts_of_a_designation(self) -> SummaryTable:
        if self.groups == "cohort" and self.by is None:
            raise ValueError("`groups: cohort` needs `by`: the designation whose cohorts to tell apart")
        return self


class ScorecardTable(Exhibit):
    """A table of the claims and what became of them."""

    is_table = True
    reads = ("claims",)

    kind: Literal["scorecard_table"]
    """`scorecard_table`: every claim of the study with the estimates that speak to it, and whether they support it."""
    decimals: Annotated[int, Field(ge=0, le=8)] = 3
    """Decimals of estimates and standard errors."""


class EventStudyFigure(OfEstimates):
    """A figure of coefficients by event time."""

    kind: Literal["event_study_figure"]
    """`event_study_figure`: coefficients and intervals by periods since designation."""


class TrendsFigure(OfEstimates):
    """A figure of raw means by cohort."""

    kind: Literal["trends_figure"]
    """`trends_figure`: the outcome's mean by period, one line a cohort, before any regression."""


class HonestDidFigure(Exhibit):
    """A figure of intervals that hold when trends differ."""

    reads = ("sensitivity",)

    kind: Literal["honest_did_figure"]
    """`honest_did_figure`: the interval under parallel trends, then those under each bound of analyses of kind
    `honest_did`."""
    sensitivity: Annotated[list[Name], Field(min_length=1)]
    """The analyses of the study that are shown, of kind `honest_did`, in this order."""

    @property
    def analysed_in(self) -> list[str]:
        """The analyses that are shown."""
        return list(self.sensitivity)


AnyExhibit = Annotated[
    RegressionTable
    | SourceTable
    | SummaryTable
    | ScorecardTable
    | EventStudyFigure
    | TrendsFigure
    | HonestDidFigure
    | SpecificationCurveFigure
    | PermutationFigure
    | CohortHeatmapFigure
    | PathsFigure
    | MissingnessFigure
    | WorkflowFigure
    | RolloutFigure
    | MapFigure
    | GradientFigure
    | ForestFigure
    | CoefficientFigure,
    Field(discriminator="kind"),
]

KINDS: dict[str, type[Exhibit]] = {
    get_args(each.model_fields["kind"].annotation)[0]: each for each in get_args(get_args(AnyExhibit)[0])
}
"""The kinds of exhibits by name. A kind is its section above, and a module of :mod:`ruralpanel.exhibits` of its name:
one for a table has a function ``print_table``, one for a figure has ``plotted_data`` and ``draw``."""
