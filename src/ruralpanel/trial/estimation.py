"""A block that is in no study file yet, estimated on the built panel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruralpanel.errors import DataError, Problem, StudyError
from ruralpanel.study.blocks import Equation
from ruralpanel.study.load import checked_study, find_study
from ruralpanel.study.model import Study
from ruralpanel.study.yaml_file import YamlFile, read_yaml
from ruralpanel.trial.errors import TrialError
from ruralpanel.trial.proposal import Proposal

if TYPE_CHECKING:
    import pandas as pd

    from ruralpanel.estimation.block import BlockResults

UNSAVED = "trial"
"""What a block is called that is not saved."""


@dataclass(frozen=True)
class OfStudy:
    """A study that is tried on.

    Parameters
    ----------
    name
        Under which its results are kept.
    path
        Its file.
    file
        What the file says.
    study
        The same, checked.
    root
        The top of the repository.
    """

    name: str
    path: Path
    file: YamlFile
    study: Study
    root: Path

    @property
    def results(self) -> Path:
        """The folder of its results."""
        return self.root / "results" / self.name

    @property
    def panel(self) -> Path:
        """The built panel."""
        return self.results / "panel/panel.parquet"

    @property
    def config(self) -> str:
        """How a run is told of it."""
        return f" --config study={self.name}"


def opened(named: str, root: Path) -> OfStudy:
    """Read and check a study whose panel is built.

    Parameters
    ----------
    named
        Its name or the path of its file.
    root
        The top of the repository.

    Raises
    ------
    StudyError
        If the file is wrong.
    TrialError
        If there is no panel, or one that lacks what the file says by now.
    """
    name, path = find_study(named, root)
    file = read_yaml(path, shown_as=path.relative_to(root) if path.is_relative_to(root) else path)
    of = OfStudy(name, path, file, checked_study(file, name, root), root)
    command = f"./run results/{name}/panel/panel.parquet{of.config}"
    if not of.panel.is_file():
        what = "its panel is not built yet"
        raise TrialError([Problem(name, what, hint=f"build it: {command}")])
    from pyarrow import parquet

    there = set(parquet.read_schema(of.panel).names)
    absent = [column for column in of.study.panel_columns() if column not in there]
    if absent:
        more = f" and {len(absent) - 1} more" if len(absent) > 1 else ""
        what = f"its panel was built before the study file had the column `{absent[0]}`{more}"
        raise TrialError([Problem(name, what, hint=f"build it again: {command}")])
    return of


def values_of(of: OfStudy, column: str) -> list[Any]:
    """List the distinct values of a column of the built panel, in order."""
    from ruralpanel.frames.storage import load_table

    return sorted(load_table(of.panel, columns=[column])[column].dropna().unique().tolist())


def with_block(of: OfStudy, proposal: Proposal, name: str) -> tuple[Study, dict[str, Any]]:
    """Check the study with the block in it.

    Parameters
    ----------
    of
        The study as it is.
    proposal
        What is added.
    name
        Of the block.

    Returns
    -------
    tuple of (Study, dict)
        The study with the block, and the contents that its file would have.

    Raises
    ------
    TrialError
        With what is wrong about the block.
    """
    data = proposal.added_to(of.file.data, name)
    try:
        return checked_study(YamlFile(of.file.path, data, of.file.lines), of.name, of.root), data
    except StudyError as error:
        raise TrialError(_of_the_formula(error, name)) from None


def _of_the_formula(error: StudyError, name: str) -> list[Problem]:
    """Say of what is wrong with the block where the formula, and not the study file, says it."""
    told = []
    for each in error.problems:
        key = each.key.removeprefix(f"blocks.{name}").lstrip(".")
        told.append(Problem("formula", each.what, key if key != each.key else each.key, each.hint))
    return list(dict.fromkeys(told))


def estimated(of: OfStudy, study: Study, proposal: Proposal, name: str) -> tuple[list[Equation], BlockResults]:
    """Estimate the block on the built panel, as a run would.

    Parameters
    ----------
    of
        The study.
    study
        The same with the block.
    proposal
        What was added.
    name
        Of the block.

    Raises
    ------
    TrialError
        If a column is text where a number is needed.
    """
    from ruralpanel.estimation.block import block_results

    equations = study.equations(name)
    treatments, levels = list(study.designation), study.levels
    try:
        panel = _panel(of, study, proposal.derived, equations)
        found = block_results(panel, equations, treatments, levels, of.path.parent)
    except DataError as error:
        raise TrialError(error.problems) from None
    return equations, found


def _panel(
    of: OfStudy, study: Study, derived: Mapping[str, Mapping[str, Any]], equations: list[Equation]
) -> pd.DataFrame:
    """Load the columns that are needed, and derive those that the panel has not."""
    from pyarrow import parquet

    from ruralpanel.estimation.columns_read import columns_read
    from ruralpanel.frames.expression_syntax import columns_in
    from ruralpanel.frames.periods.frequency import frequency
    from ruralpanel.frames.storage import load_table
    from ruralpanel.panel.measures import derive
    from ruralpanel.panel.periods import PanelPeriods

    of_equations = columns_read(
        of.panel, equations, [each.estimator for each in equations], study.designation, study.levels
    )
    there = parquet.read_schema(of.panel).names
    used = {study.panel.unit, study.panel.period}
    for name in derived:
        declared = study.panel.derived[name]
        used |= columns_in(declared.expression) if declared.expression is not None else {declared.column}
    wanted = None if of_equations is None else [each for each in there if each in {*of_equations, *used}]
    panel = load_table(of.panel, columns=wanted)
    own = {column: frequency(each) for column, each in study.periods.items()}
    periods = PanelPeriods(study.frequency, study.panel.frequency is not None, own, {})
    for name in derived:
        panel[name], _ = derive(panel, study.panel.derived[name], study.panel, {}, periods)
    return panel
