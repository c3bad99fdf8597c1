"""The way of the data through a study: what is made of what, from raw files to exhibits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel

if TYPE_CHECKING:  # which knows the kinds of exhibits, one of which is drawn from this
    from ruralpanel.study.model import Study

Stage = Literal["sources", "tables", "panel", "estimation", "exhibits"]
STAGES: tuple[Stage, ...] = ("sources", "tables", "panel", "estimation", "exhibits")
"""The stages in the order in which data pass them, by the names that ledgers have for them."""

PANEL = "panel"


class FlowStep(BaseModel):
    """Something that is made of what came before it."""

    stage: Stage
    name: str
    made_of: list[tuple[Stage, str]] = []
    words: str = ""
    """What it is called in print, or what it holds."""


def flow(study: Study, numbers: Mapping[str, str]) -> list[FlowStep]:
    """List everything a study makes, each with what it is made of, in the order of the stages and of the study file.

    Parameters
    ----------
    study
        The study.
    numbers
        The numbers of its exhibits, as printed.

    Returns
    -------
    list of FlowStep
        Files with lines to measure distances to, or with the outlines of a map, count as sources; exhibits that show no
        estimates are of the panel, or of the one source that is printed, and those of sensitivity analyses of the
        blocks that these look at.
    """

    def origin(name: str) -> tuple[Stage, str]:
        return ("tables" if name in study.tables else "sources"), name

    lines = [Path(path).name for path in study.lines]
    outlines = [name for name in (Path(path).name for path in study.drawn_files) if name not in lines]
    steps = [FlowStep(stage="sources", name=name) for name in study.sources]
    steps += [FlowStep(stage="sources", name=name, words="lines on the map") for name in [*lines, *outlines]]
    steps += [
        FlowStep(stage="tables", name=name, made_of=[origin(each) for each in table.reads])
        for name, table in study.tables.items()
    ]
    into_panel = [*(origin(name) for name in study.read_by_panel), *(("sources", name) for name in lines)]
    steps.append(FlowStep(stage="panel", name=PANEL, made_of=into_panel))
    steps += [FlowStep(stage="estimation", name=name, made_of=[("panel", PANEL)]) for name in study.blocks]
    for name, exhibit in study.exhibits.items():
        behind = [*exhibit.estimated_in, *(study.sensitivity[each].block for each in exhibit.analysed_in)]
        blocks: list[tuple[Stage, str]] = [("estimation", block) for block in dict.fromkeys(behind)]
        shown: list[tuple[Stage, str]] = [("sources", name) for name in exhibit.sources_shown]
        made_of = blocks or ([] if "table" in exhibit.reads else [("panel", PANEL)])
        made_of = [*made_of, *shown]
        if exhibit.drawn_on is not None and not shown:
            made_of = [*made_of, ("sources", Path(str(exhibit.drawn_on.path)).name)]
        steps.append(FlowStep(stage="exhibits", name=name, made_of=made_of, words=numbers[name]))
    return steps
