"""Kinds of exhibits that show which effects differ, and by what: made from estimates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from ruralpanel.errors import Problem
from ruralpanel.study.base import Name, Text
from ruralpanel.study.exhibit import Behind, OfEstimates, Term

if TYPE_CHECKING:  # those know the kinds of exhibits, which are here
    from ruralpanel.study.checks.context import Context
    from ruralpanel.study.model import Study
    from ruralpanel.study.yaml_file import KeyPath


class GradientFigure(OfEstimates):
    """A figure of an effect over the values of a moderator, or over the dose of the treatment."""

    shows = ("interaction", "dose")

    kind: Literal["gradient_figure"]
    """`gradient_figure`: the effect over the values of a moderator, with a band of intervals, one line a specification.
    Its blocks estimate this where they say `along`, or where effects follow a `dose_response`."""
    moderator: Name
    """The moderator, which is what `along` names in the blocks, or the dose."""
    logarithm_of: Name | None = None
    """The column that the moderator is the natural logarithm of: it is then on the axis, in its unit."""
    divided_by: Annotated[float, Field(gt=0)] = 1.0
    """With `logarithm_of`: by what that column was divided before the logarithm was taken, as 45 in
    `log(city_distance / 45)`."""
    axis: Text | None = None
    """What stands at the axis, with its unit; left out: the label of the column."""
    true_lines: dict[Text, Text] = {}
    """Of simulated data: by the line, as `block/specification`, what in `facts` are the true effects by the value on
    the axis: `truth/effects_by_distance/income`, where the file has `{"10": 0.05, "100": 0.08}`."""

    @property
    def known_lines(self) -> dict[str, str]:
        """The true lines."""
        return self.true_lines

    def problems(self, context: Context, at: KeyPath, behind: Behind) -> Iterator[Problem]:
        """Find a moderator that no block estimates an effect along, a logarithm of no column, and lines of none."""
        doses = {part.dose_response.dose for part in behind.parts if part.dose_response is not None}
        if behind.parts and self.moderator not in {part.along for part in behind.parts} | doses:
            what = f"no block of this figure estimates an effect along `{self.moderator}`"
            hint = f"write `along: {self.moderator}` where it is among the `moderators`"
            yield context.file.problem((*at, "moderator"), what, hint)
        if self.logarithm_of is not None:
            kind = "column of the panel"
            yield from context.known((*at, "logarithm_of"), self.logarithm_of, context.columns, kind)
        elif self.divided_by != 1:
            yield context.file.problem((*at, "divided_by"), "goes with `logarithm_of`")
        places = [place for place in context.study.specification_labels() if place.split("/")[0] in self.blocks]
        for place in self.true_lines:
            key = (*at, "true_lines", place)
            yield from context.known(key, place, places, "specification of these blocks")
            block = place.split("/")[0]
            equations = context.study.equations(block) if behind.equations and block in behind.blocks else []
            here = [each for each in equations if f"{each.block}/{each.specification}" == place]
            if len({(treatment, each.outcome) for each in here for treatment in each.treatments}) > 1:
                yield context.file.problem(key, "has several lines, of which one cannot be known to be meant")


class ForestFigure(OfEstimates):
    """A figure of how much moderators add to an effect."""

    shows = ("interaction",)
    draws_truth = True

    kind: Literal["forest_figure"]
    """`forest_figure`: one row a moderator with the coefficient of treatment by moderator and its interval, grouped by
    legacy; moderators that were estimated one at a time and together have two points."""
    beside: list[Literal["adjusted", "bootstrap", "permutation", "minimum_detectable_effect"]] = []
    """What is printed at the right of each row: p-values, `adjusted` for multiple testing, from the wild cluster
    `bootstrap` or from the `permutation` of cohorts, and the `minimum_detectable_effect`."""
    decimals: Annotated[int, Field(ge=0, le=8)] = 3
    """Decimals of what is printed."""

    def problems(self, context: Context, at: KeyPath, behind: Behind) -> Iterator[Problem]:
        """Find blocks without moderators."""
        if behind.parts and not any(part.moderators for part in behind.parts):
            yield context.file.problem((*at, "blocks"), "no block of this figure has `moderators`")

    def declares(self, study: Study, numbers: Mapping[str, str]) -> dict[str, Any]:  # noqa: ARG002
        """Pick by capacity the legacy that its rows are grouped by."""
        legacies = study.legacies.items()
        return {"groups": {each: legacy.label or name for name, legacy in legacies for each in legacy.capacities}}


class CoefficientFigure(OfEstimates):
    """A figure of chosen coefficients."""

    shows = ("coefficient",)
    draws_truth = True

    kind: Literal["coefficient_figure"]
    """`coefficient_figure`: coefficients with intervals, one series a specification. Those of rings of neighbours are
    drawn over the distance that the ring spans."""
    terms: Annotated[list[Term], Field(min_length=1)]
    """The coefficients to show, in this order: treatments, treatments by moderators (`listed*kinship`), regressors."""

    def problems(self, context: Context, at: KeyPath, behind: Behind) -> Iterator[Problem]:
        """Find terms that are not there."""
        yield from context.all_known((*at, "terms"), self.terms, behind.terms, "term of these blocks")

    def declares(self, study: Study, numbers: Mapping[str, str]) -> dict[str, Any]:  # noqa: ARG002
        """Pick the rings that terms are of, with their bounds in km."""
        neighbours = study.panel.places.neighbours.items() if study.panel.places is not None else ()
        rings = {column: ring for name, each in neighbours for column, ring in each.columns(name).items()}
        return {"rings": {term: rings[term] for term in self.terms if term in rings}}
