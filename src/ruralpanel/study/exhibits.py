"""The ``exhibits`` section: the numbered tables and figures, each from named blocks."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from ruralpanel.study.base import Name
from ruralpanel.study.exhibit import Exhibit, OfEstimates, Term
from ruralpanel.study.figures_of_effects import CoefficientFigure, ForestFigure, GradientFigure
from ruralpanel.study.figures_of_places import MapFigure, RolloutFigure


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


AnyExhibit = Annotated[
    RegressionTable
    | EventStudyFigure
    | TrendsFigure
    | HonestDidFigure
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
