"""The ``exhibits`` section: the numbered tables and figures, each from named blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import Field, ValidationInfo, model_validator

from ruralpanel.errors import Problem
from ruralpanel.study.base import Name
from ruralpanel.study.beside_published import MetaFigure, MetaTable
from ruralpanel.study.described import columns_as_described, outcomes_as_described, sources_as_described
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.exhibit import Behind, Exhibit, OfEstimates, Term
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

if TYPE_CHECKING:  # those know the kinds of exhibits, which are here
    from ruralpanel.study.checks.context import Context
    from ruralpanel.study.model import Study
    from ruralpanel.study.yaml_file import KeyPath

WHERE_ASKED = {
    "bootstrap": "write `bootstrap: {}` under the block's `inference`",
    "permutation": "write `permutation: {}` under the block's `inference`",
    "adjusted": "write `adjustment: holm` in the block",
}
"""How a block asks for each kind of p-value."""


class RegressionTable(OfEstimates):
    """A table of regressions, each a column or each of its coefficients a line."""

    shows = ("coefficient", "event_time", "overall", "comparison")
    is_table = True
    prints_estimates = True

    kind: Literal["regression_table"]
    """`regression_table`: coefficients with their standard errors."""
    outcomes: Annotated[list[Name], Field(min_length=1)] | None = None
    """The outcomes to show; left out: all of the blocks. Outcomes of one block, whose p-values are adjusted together,
    can so stand in several tables."""
    terms: Annotated[list[Term], Field(min_length=1)] | None = None
    """The rows to show, in this order: treatments, `<name>_intensity` of one that enters by intensity, interactions,
    treatments by moderators (`listed*kinship`), regressors. Left out: all of them, but not a moderator's own
    coefficients by period."""
    effects: Literal["overall", "cohort", "event_time"] = "overall"
    """Of estimators that average effects over cohorts and periods, which averages to show: the `overall` one, one for
    each `cohort`, or one for each `event_time`. An event study has the latter only, and no column beside cohorts."""
    layout: Literal["columns", "lines"] | None = None
    """`columns`: one a regression, with standard errors below coefficients. `lines`: one a coefficient, with standard
    error, p-values and observations beside it. Left out: lines for regressions with interactions that have so few terms
    in common that half of the cells or more would be empty."""
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

    def shows_outcome(self, outcome: str) -> bool:
        """Tell whether estimates of an outcome are shown, where its block is."""
        return self.outcomes is None or outcome in self.outcomes

    def problems(self, context: Context, at: KeyPath, behind: Behind) -> Iterator[Problem]:
        """Find outcomes and terms that are not there, and p-values that no block of the table asks for."""
        explained = [name for part in behind.parts for name in part.outcomes or []]
        yield from context.all_known((*at, "outcomes"), self.outcomes, explained, "outcome of these blocks")
        yield from context.all_known((*at, "terms"), self.terms, behind.terms, "term of these blocks")
        inferences = [part.inference for part in behind.parts if part.inference is not None]
        asked = {
            "bootstrap": any(each.bootstrap is not None for each in inferences),
            "permutation": any(each.permutation is not None for each in inferences),
            "adjusted": any(block.adjustment for block in behind.blocks.values()),
        }
        for index, kind in enumerate(self.p_values or []):
            if not asked[kind]:
                what = f"`{kind}` is not asked for by any block of this table"
                yield context.file.problem((*at, "p_values", index), what, WHERE_ASKED[kind])


class SourceTable(Exhibit):
    """A table of the data: what a row is, years, rows, terms."""

    is_table = True
    reads = ("sources",)

    kind: Literal["source_table"]
    """`source_table`: the data, one line for all sources with the same title, citation and terms."""
    periods: dict[Name, Name] = {}
    """By source, the column that says when, where it is called neither like the panel's period nor like the year of a
    yearly list: `{yearbook: issue}`."""

    def problems(self, context: Context, at: KeyPath, behind: Behind) -> Iterator[Problem]:  # noqa: ARG002
        """Find sources, and columns that say when, that are not there."""
        sources = context.study.sources
        for name, column in self.periods.items():
            yield from context.known((*at, "periods", name), name, sources, "source")
            if name in sources:
                columns = sources[name].column_names
                yield from context.known((*at, "periods", name), column, columns, f"column of {name}")

    def declares(self, study: Study, numbers: Mapping[str, str]) -> dict[str, Any]:  # noqa: ARG002
        """Pick what readers are told of the sources."""
        return {"data": sources_as_described(study, self.periods)}


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

    def problems(self, context: Context, at: KeyPath, behind: Behind) -> Iterator[Problem]:  # noqa: ARG002
        """Find columns and a designation that are not there."""
        yield from context.all_known((*at, "columns"), self.columns, context.columns, "column of the panel")
        if self.by is not None:
            yield from context.known((*at, "by"), self.by, context.study.designation, "designation")

    def declares(self, study: Study, numbers: Mapping[str, str]) -> dict[str, Any]:  # noqa: ARG002
        """Pick how the columns are called and measured."""
        return {"columns": columns_as_described(study, self.columns)}


class FactsTable(Exhibit):
    """A table of facts that somebody typed from print."""

    is_table = True
    reads = ("table",)

    kind: Literal["facts_table"]
    """`facts_table`: the rows of one source as they are, such as counts published elsewhere with who published them.
    They are of the world and not of the panel, so that simulated data of the study do not make them so."""
    of: Name
    """The source; it need not be joined to anything. What follows from other columns can be held to them by the
    source's `checks`."""
    columns: Annotated[list[Name], Field(min_length=2)]
    """The columns to print, in this order, under their labels; the first says what a row is of."""
    decimals: Annotated[int, Field(ge=0, le=8)] = 2
    """Decimals of numbers that are not whole; a column of whole numbers has none."""
    whole: list[Name] = []
    """Columns of whole numbers that are years or other names, and have no separator of thousands."""

    def standing(self, study: Study) -> str:  # noqa: ARG002
        """Say that what was printed is public."""
        return "public"

    @property
    def sources_shown(self) -> list[str]:
        """The source that is printed."""
        return [self.of]

    def further_files(self, study: Study, made_table: Callable[[str], str]) -> dict[str, list[str]]:  # noqa: ARG002
        """Name the file of its source's table."""
        return {"table": [made_table(self.of)]}

    def problems(self, context: Context, at: KeyPath, behind: Behind) -> Iterator[Problem]:  # noqa: ARG002
        """Find a source and columns that are not there."""
        sources = context.study.sources
        yield from context.known((*at, "of"), self.of, sources, "source")
        if self.of in sources:
            columns = sources[self.of].column_names
            yield from context.all_known((*at, "columns"), self.columns, columns, f"column of {self.of}")
            yield from context.all_known((*at, "whole"), self.whole, self.columns, "column of this table")

    def declares(self, study: Study, numbers: Mapping[str, str]) -> dict[str, Any]:  # noqa: ARG002
        """Pick how the columns are called, and where the facts are from."""
        source = study.sources[self.of]
        found = {name: source.columns[name] for name in self.columns}
        return {
            "columns": {name: {"label": each.label or name, "unit": each.unit} for name, each in found.items()},
            "sources": [source.cited(self.of)],
        }


class ScorecardTable(Exhibit):
    """A table of the claims and what became of them."""

    is_table = True
    reads = ("claims",)

    kind: Literal["scorecard_table"]
    """`scorecard_table`: every claim of the study with the estimates that speak to it, and whether they support it."""
    decimals: Annotated[int, Field(ge=0, le=8)] = 3
    """Decimals of estimates and standard errors."""

    def problems(self, context: Context, at: KeyPath, behind: Behind) -> Iterator[Problem]:  # noqa: ARG002
        """Find a study without claims."""
        if not context.study.claims:
            what = "is a table of claims, and the study makes none"
            yield context.file.problem((*at, "kind"), what, "declare `claims`, or take it out")

    def declares(self, study: Study, numbers: Mapping[str, str]) -> dict[str, Any]:
        """Pick how outcomes are called, and by block the first table that prints its estimates, as `Table 6`."""
        tables = {
            block: numbers[name]
            for name, each in reversed(study.exhibits.items())
            if each.prints_estimates
            for block in each.estimated_in
        }
        return {"columns": outcomes_as_described(study), "tables": tables}


class EventStudyFigure(OfEstimates):
    """A figure of coefficients by event time."""

    shows = ("event_time",)
    draws_truth = True

    kind: Literal["event_study_figure"]
    """`event_study_figure`: coefficients and intervals by periods since designation."""


class TrendsFigure(OfEstimates):
    """A figure of raw means by cohort."""

    shows = ("cohort_mean",)

    kind: Literal["trends_figure"]
    """`trends_figure`: the outcome's mean by period, one line a cohort, before any regression."""

    def declares(self, study: Study, numbers: Mapping[str, str]) -> dict[str, Any]:  # noqa: ARG002
        """Pick the level that all its treatments are assigned at, if there is one."""
        equations = [each for block in self.estimated_in for each in study.equations(block)]
        found = {each.timing_unit for each in equations if ESTIMATORS[each.estimator].means_by_cohort}
        return {"cohorts_of": found.pop()} if len(found) == 1 and found != {study.panel.unit} else {}


class HonestDidFigure(Exhibit):
    """A figure of intervals that hold when trends differ."""

    reads = ("sensitivity",)
    draws_truth = True

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
    | FactsTable
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
    | CoefficientFigure
    | MetaFigure
    | MetaTable,
    Field(discriminator="kind"),
]

KINDS: dict[str, type[Exhibit]] = {
    get_args(each.model_fields["kind"].annotation)[0]: each for each in get_args(get_args(AnyExhibit)[0])
}
"""The kinds of exhibits by name. To add one: its section, with what others ask of it, in the list above; a module of
:mod:`ruralpanel.exhibits` of its name, which has ``print_table`` for a table, ``plotted_data`` and ``draw`` for a
figure; and, where it shows estimates, what it shows of that which estimators give."""
