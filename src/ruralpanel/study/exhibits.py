"""The ``exhibits`` section: the numbered tables and figures, each from named blocks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ruralpanel.study.base import Name, Section, Text

Term = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\*[a-z][a-z0-9_]*)*$")]


class Exhibit(Section):
    """What tables and figures share."""

    title: Text
    """The title, without its number."""
    blocks: Annotated[list[Name], Field(min_length=1)]
    """The blocks whose estimates are shown, in this order."""
    notes: Text | None = None
    """A sentence of the author's, put before the notes that are written from the estimates."""


class RegressionTable(Exhibit):
    """A table with one column a regression."""

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


class EventStudyFigure(Exhibit):
    """A figure of coefficients by event time."""

    kind: Literal["event_study_figure"]
    """`event_study_figure`: coefficients and intervals by periods since designation."""


class TrendsFigure(Exhibit):
    """A figure of raw means by cohort."""

    kind: Literal["trends_figure"]
    """`trends_figure`: the outcome's mean by period, one line a cohort, before any regression."""


AnyExhibit = Annotated[RegressionTable | EventStudyFigure | TrendsFigure, Field(discriminator="kind")]
