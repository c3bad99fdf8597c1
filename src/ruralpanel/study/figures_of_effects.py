"""Kinds of exhibits that show which effects differ, and by what: made from estimates."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ruralpanel.study.base import Name, Text
from ruralpanel.study.exhibit import OfEstimates, Term


class GradientFigure(OfEstimates):
    """A figure of an effect over the values of a moderator."""

    kind: Literal["gradient_figure"]
    """`gradient_figure`: the effect over the values of a moderator, with a band of intervals, one line a specification.
    Its blocks estimate this where they say `along`."""
    moderator: Name
    """The moderator, which is what `along` names in the blocks."""
    logarithm_of: Name | None = None
    """The column that the moderator is the natural logarithm of: it is then on the axis, in its unit."""
    divided_by: Annotated[float, Field(gt=0)] = 1.0
    """With `logarithm_of`: by what that column was divided before the logarithm was taken, as 45 in
    `log(city_distance / 45)`."""
    axis: Text | None = None
    """What stands at the axis, with its unit; left out: the label of the column."""


class ForestFigure(OfEstimates):
    """A figure of how much moderators add to an effect."""

    kind: Literal["forest_figure"]
    """`forest_figure`: one row a moderator with the coefficient of treatment by moderator and its interval, grouped by
    legacy; moderators that were estimated one at a time and together have two points."""
    beside: list[Literal["adjusted", "bootstrap", "permutation", "minimum_detectable_effect"]] = []
    """What is printed at the right of each row: p-values, `adjusted` for multiple testing, from the wild cluster
    `bootstrap` or from the `permutation` of cohorts, and the `minimum_detectable_effect`."""
    decimals: Annotated[int, Field(ge=0, le=8)] = 3
    """Decimals of what is printed."""


class CoefficientFigure(OfEstimates):
    """A figure of chosen coefficients."""

    kind: Literal["coefficient_figure"]
    """`coefficient_figure`: coefficients with intervals, one series a specification. Those of rings of neighbours are
    drawn over the distance that the ring spans."""
    terms: Annotated[list[Term], Field(min_length=1)]
    """The coefficients to show, in this order: treatments, treatments by moderators (`listed*kinship`), regressors."""
