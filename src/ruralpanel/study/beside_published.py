"""Kinds of exhibits that lay estimates of a study beside what others have printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from ruralpanel.errors import Problem
from ruralpanel.study.addresses import NoSuchNumber, read_address
from ruralpanel.study.base import Name, Section, Text
from ruralpanel.study.exhibit import Behind, Exhibit

if TYPE_CHECKING:  # those know the kinds of exhibits, which are here
    from ruralpanel.study.checks.context import Context
    from ruralpanel.study.model import Study
    from ruralpanel.study.yaml_file import KeyPath

PRINTED_COLUMNS = (
    *("publication", "topic", "outcome", "treatment", "unit"),
    *("estimate", "standard_error", "scale", "observations", "printed_in"),
)
"""What a source that lists printed estimates has to have, beside what else it has."""

PER_CENT, LOG_POINTS, PERCENTAGE_POINTS = "per cent", "log points", "percentage points"
"""Scales that are not the unit of an outcome, in the order in which exhibits have them."""


class OwnEstimate(Section):
    """An estimate of this study that stands beside printed ones."""

    at: Text
    """The address of the estimate, as claims have it: `baseline/main/income/two_way_fixed_effects/taobao_village`."""
    topic: Text
    """Which of the list's topics it is one of, in the words of the column `topic`: `income`."""
    per_cent: bool = False
    """Whether an effect on a logarithm is shown as a change in per cent, 100(exp(b) − 1), with the ends of its
    interval; its standard error is then by the delta method. Left out: in log points."""
    treatment: Text | None = None
    """What the treatment is, in the words of the column `treatment` where it is the same; left out: its label."""
    unit: Text | None = None
    """What is observed, in the words of the column `unit`; left out: the label of the panel's unit."""


class BesidePublished(Exhibit):
    """What exhibits share that lay estimates beside printed ones."""

    reads = ("table", "estimates", "claims")
    blocks_under: ClassVar[str] = "own"
    draws_truth = True

    of: Name
    """The source that lists what others have printed, one row an estimate. It has the columns `publication`, `topic`
    (what is compared with what), `outcome`, `treatment`, `unit` (what is observed), `estimate`, `standard_error`
    (missing where none is printed), `scale` (`per cent`, `log points`, `percentage points`, or the unit of the
    outcome), `observations` and `printed_in` (where in the publication)."""
    own: Annotated[list[OwnEstimate], Field(min_length=1)]
    """The estimates of this study that stand beside them, each with the status of the claim that it speaks to."""
    topics: Annotated[list[Text], Field(min_length=1)] | None = None
    """The topics that are shown, in this order; left out: all of the list."""

    @property
    def estimated_in(self) -> list[str]:
        """The blocks of the estimates that are shown."""
        return list(dict.fromkeys(each.at.split("/")[0].strip() for each in self.own))

    @classmethod
    def estimators(cls, named: Iterable[str] = ()) -> tuple[str, ...]:
        """Name the estimators whose results can be laid beside printed ones, which is any of those named."""
        return tuple(named)

    @property
    def sources_shown(self) -> list[str]:
        """The list."""
        return [self.of]

    @property
    def laid_beside(self) -> BesidePublished:
        """Itself."""
        return self

    def further_files(self, study: Study, made_table: Callable[[str], str]) -> dict[str, list[str]]:  # noqa: ARG002
        """Name the file of the list's table."""
        return {"table": [made_table(self.of)]}

    def declares(self, study: Study, numbers: Mapping[str, str]) -> dict[str, Any]:  # noqa: ARG002
        """Pick the sources of the study's estimates, and the list."""
        aside = study.drawn_sources - {*study.read_by_panel, *study.read_by_tables, self.of}
        cited = [source.cited(key) for key, source in study.sources.items() if key not in aside]
        return {"sources": list(dict.fromkeys(cited))}

    def problems(self, context: Context, at: KeyPath, behind: Behind) -> Iterator[Problem]:
        """Find a list that is none, addresses of nothing, and per cent of what is no logarithm."""
        from ruralpanel.study.checks.addresses import faults_of_address  # which knows whole studies

        study = context.study
        yield from context.known((*at, "of"), self.of, study.sources, "source")
        if self.of in study.sources:
            lacking = [name for name in PRINTED_COLUMNS if name not in study.sources[self.of].column_names]
            if lacking:
                what = f"`{self.of}` lists no printed estimates: it lacks the columns {', '.join(lacking)}"
                yield context.file.problem((*at, "of"), what, "declare them under its `columns`")
        for index, each in enumerate(self.own):
            if not behind.equations or each.at.split("/")[0].strip() not in study.blocks:
                continue  # which is said of the blocks
            place = (*at, "own", index)
            for fault in faults_of_address(study, each.at):
                yield context.file.problem((*place, "at"), fault.what, fault.hint)
            if each.per_cent and (name := _outcome_of(study, each.at)) and study.outcomes[name].transformation != "log":
                what = f"`{name}` is not in logs, so that its effect is no change in per cent"
                yield context.file.problem((*place, "per_cent"), what, "leave it out")


def _outcome_of(study: Study, text: str) -> str | None:
    """Give the outcome that an address names, or the only one of its block."""
    try:
        address = read_address(text)
    except NoSuchNumber:
        return None
    outcomes = list(dict.fromkeys(equation.outcome for equation in study.equations(address.block)))
    named = [part for part in address.parts if part in outcomes]
    return named[0] if named else outcomes[0] if len(outcomes) == 1 else None


class MetaFigure(BesidePublished):
    """A figure of printed estimates and the study's own."""

    kind: Literal["meta_figure"]
    """`meta_figure`: estimates that others have printed and the study's own, with intervals where a standard error is
    known. Each scale has axes of its own."""
    decimals: Annotated[int, Field(ge=0, le=8)] = 3
    """Decimals of the study's estimates in log points, printed at the right; other scales have two fewer, at least
    one. What others printed has the decimals it is printed with."""


class MetaTable(BesidePublished):
    """A table of printed estimates and the study's own."""

    is_table = True

    kind: Literal["meta_table"]
    """`meta_table`: what a `meta_figure` shows, in numbers, with treatment, what is observed, and where printed."""
    decimals: Annotated[int, Field(ge=0, le=8)] = 3
    """Decimals of the study's estimates in log points; other scales have two fewer, at least one."""
