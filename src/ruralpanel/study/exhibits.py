"""The ``exhibits`` section: the numbered tables and figures, each from named blocks."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field

from ruralpanel.study.base import Name, Section, Text

Term = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\*[a-z][a-z0-9_]*)*$")]


class Exhibit(Section):
    """What tables and figures share."""

    is_table: ClassVar[bool] = False
    reads: ClassVar[tuple[str, ...]] = ()
    """What it is made from, each handed to its module as a frame under this name: `estimates` or `draws` (of its
    `blocks`), the `ledgers` of all stages, or a file of the panel stage: `panel`, `events`, `balance`, `missingness`,
    `matches`, `codebook`; or `sensitivity`."""

    title: Text
    """The title, without its number."""
    notes: Text | None = None
    """A sentence of the author's, put before the notes that are written from what is shown."""

    @property
    def estimated_in(self) -> list[str]:
        """The blocks whose estimates are shown; none for an exhibit that shows no estimates."""
        return []

    @property
    def analysed_in(self) -> list[str]:
        """The sensitivity analyses that are shown; none for most."""
        return []


class OfEstimates(Exhibit):
    """What exhibits of estimates share."""

    reads: ClassVar[tuple[str, ...]] = ("estimates",)

    blocks: Annotated[list[Name], Field(min_length=1)]
    """The blocks whose estimates are shown, in this order."""

    @property
    def estimated_in(self) -> list[str]:
        """The blocks whose estimates are shown."""
        return list(self.blocks)


class RegressionTable(OfEstimates):
    """A table with one column a regression."""

    is_table = True

    kind: Literal["regression_table"]
    """`regression_table`: coefficients with standard errors below, one column a regression."""
    terms: Annotated[list[Term], Field(min_length=1)] | None = None
    """The rows to show, in this order: treatments, `<name>_intensity` of one that enters by intensity, interactions,
    treatments by moderators (`listed*kinship`), regressors. Left out: all of them, but not a moderator's own
    coefficients by period."""
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
    shock: list[int] = []
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


AnyExhibit = Annotated[
    RegressionTable
    | EventStudyFigure
    | TrendsFigure
    | SpecificationCurveFigure
    | PermutationFigure
    | CohortHeatmapFigure
    | PathsFigure
    | MissingnessFigure
    | WorkflowFigure
    | HonestDidFigure,
    Field(discriminator="kind"),
]

KINDS: dict[str, type[Exhibit]] = {
    get_args(each.model_fields["kind"].annotation)[0]: each for each in get_args(get_args(AnyExhibit)[0])
}
"""The kinds of exhibits by name. A kind is its section above, and a module of :mod:`ruralpanel.exhibits` of its name:
one for a table has a function ``print_table``, one for a figure has ``plotted_data`` and ``draw``."""
