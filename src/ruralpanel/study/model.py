"""The whole of a study file as one typed model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from ruralpanel.study.base import Name, Section, Text
from ruralpanel.study.blocks import Block, Equation, Inference, Specification
from ruralpanel.study.designation import Designation, designation_columns
from ruralpanel.study.exhibits import AnyExhibit
from ruralpanel.study.outcomes import Outcome
from ruralpanel.study.panel import ColumnOrigin, Panel
from ruralpanel.study.sources import Column, Source

DataStanding = Literal["simulated", "restricted", "public"]


def _not_a_folder_of_results(name: str) -> str:
    if name in ("published", "logs"):
        raise ValueError(f"`{name}` is a folder of results; choose another name")
    return name


class Study(Section):
    """A study: what its data are, how they become a panel, what is estimated and what is shown."""

    study: Annotated[Name, AfterValidator(_not_a_folder_of_results)]
    """The study's name; the same as the file's, without `.yaml`."""
    title: Text
    """The title of the page and the paper."""
    authors: Annotated[list[Text], Field(min_length=1)]
    """Who answers for it."""
    question: Text | None = None
    """The question in a sentence or two, at the top of the page."""
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    """The number that all random draws derive from."""
    data_standing: DataStanding
    """`simulated`: made by a program, and every exhibit says so; `restricted`: real, not to be passed on;
    `public`: real, and free to obtain."""
    sources: Annotated[dict[Name, Source], Field(min_length=1)]
    """The raw files, one entry each."""
    panel: Panel
    """How the tables become one row per unit and period."""
    designation: dict[Name, Designation] = {}
    """The treatments. May be left out when every regressor is an ordinary column."""
    outcomes: Annotated[dict[Name, Outcome], Field(min_length=1)]
    """What is explained."""
    blocks: Annotated[dict[Name, Block], Field(min_length=1)]
    """Sets of specifications; each is one job of the workflow."""
    exhibits: Annotated[dict[Name, AnyExhibit], Field(min_length=1)]
    """The tables and figures, in the order they are numbered."""
    published: Text | None = None
    """The file of printed values that the run is verified against; left out:
    `results/published/<study>.csv` when it exists, and no verification when it does not."""

    @classmethod
    def load(cls, name: str, root: Path | str = ".") -> Study:
        """Load a study by its name or path, with every check.

        Parameters
        ----------
        name
            A study under ``config/studies`` (``replications/castle``) or the path of a study file.
        root
            The top of the repository.

        Returns
        -------
        Study
            The checked study.

        Raises
        ------
        StudyError
            If there is no such study or anything in it is wrong; all problems at once.
        """
        from ruralpanel.study.load import load_study

        return load_study(name, Path(root))

    @property
    def base(self) -> str:
        """The source whose rows are the panel's rows."""
        return self.panel.base or next(iter(self.sources))

    @property
    def lists(self) -> set[str]:
        """The sources that designations read as yearly lists, beside the panel."""
        return {each.listed.source for each in self.designation.values() if each.listed is not None}

    @property
    def beside(self) -> set[str]:
        """The sources that are read beside the panel and not joined to it: yearly lists, and points on a map."""
        return self.lists | (self.panel.places.points if self.panel.places is not None else set())

    @property
    def lines(self) -> list[str]:
        """The GeoJSON files with lines to measure distances to, from the top of the repository."""
        return self.panel.places.lines if self.panel.places is not None else []

    def panel_columns(self) -> list[str]:
        """List the columns of the finished panel: those of the tables, derived ones, designations and places."""
        names = list(self.sources[self.base].column_names)
        for join in self.panel.joins:
            names += [name for name in self.sources[join.source].column_names if name not in join.on]
        names += list(self.panel.derived)
        for name, designation in self.designation.items():
            names += designation_columns(name, designation)
        if self.panel.places is not None:
            names += self.panel.places.columns()
        return names

    def column_origins(self) -> dict[str, ColumnOrigin]:
        """Say of every column of the panel where it comes from and what was done to it, for the codebook."""
        origins: dict[str, ColumnOrigin] = {}
        for name in [self.base, *(join.source for join in self.panel.joins)]:
            source = self.sources[name]
            for column_name in source.column_names:
                if column_name not in origins:
                    origins[column_name] = _origin_in_file(name, column_name, source)
        for name, derived in self.panel.derived.items():
            words = {"label": derived.label, "unit": derived.unit}
            origins[name] = ColumnOrigin(origin="derived", transformation=derived.expression, **words)
        for name, designation in self.designation.items():
            meanings = ("treated", "first period treated", "periods since the first treated", "intensity")
            for column_name, meaning in zip(designation_columns(name, designation), meanings, strict=False):
                label = f"{designation.label or name}: {meaning}"
                origins[column_name] = ColumnOrigin(origin=f"designation {name}", label=label)
            if designation.intensity is not None:
                of = origins[designation.intensity]
                dose = {"label": self._intensity_label(name), "unit": of.unit, "transformation": of.transformation}
                origins[f"{name}_intensity"] = origins[f"{name}_intensity"].model_copy(update=dose)
        if self.panel.places is not None:
            described = self.panel.places.descriptions(self._designation_labels())
            for kind, name, column_name in self.panel.places.added():
                label, unit, how = described[column_name]
                origins[column_name] = ColumnOrigin(
                    origin=f"places: {kind} {name}", label=label, unit=unit or None, transformation=how
                )
        return origins

    def specification_labels(self) -> dict[str, str]:
        """Map every `block/specification` to what a reader sees; nothing for the one a block has by default."""
        labels = {}
        for block_name, block in self.blocks.items():
            if not block.specifications:
                labels[f"{block_name}/main"] = block.label or ""
            for name, own in (block.specifications or {}).items():
                labels[f"{block_name}/{name}"] = own.label or name.replace("_", " ")
        return labels

    def labels(self) -> dict[str, str]:
        """Map every column that has a label to what a reader sees."""
        labels: dict[str, str] = {}
        for source_name, source in self.sources.items():
            if source_name not in self.beside:  # whose columns are none of the panel's
                labels |= {name: column.label for name, column in source.columns.items() if column.label}
        labels |= {name: derived.label for name, derived in self.panel.derived.items() if derived.label}
        if self.panel.places is not None:
            described = self.panel.places.descriptions(self._designation_labels())
            labels |= {name: label for name, (label, _, _) in described.items()}
        return labels | self._designation_labels()

    def _designation_labels(self) -> dict[str, str]:
        labels = {name: each.label for name, each in self.designation.items() if each.label}
        dosed = [name for name, each in self.designation.items() if each.intensity is not None]
        return labels | {f"{name}_intensity": self._intensity_label(name) for name in dosed}

    def _intensity_label(self, name: str) -> str:
        return f"{self.designation[name].label or name}, intensity"

    def treatment_notes(self) -> dict[str, str]:
        """Say in a sentence, for every column of a treatment dated by an intensity, what it measures."""
        notes = {}
        labels, origins = self.labels(), self.column_origins()
        for name, designation in self.designation.items():
            if designation.intensity is not None:
                measured = labels.get(designation.intensity, designation.intensity)
                unit = origins[designation.intensity].unit
                label, of = designation.label or name, measured + (f" ({unit})" if unit else "")
                notes[name] = f"{label}: 1 where {of} is above {designation.threshold:g}" + (
                    " or has been before, 0 otherwise" if designation.absorbing else ", 0 otherwise"
                )
                notes[f"{name}_intensity"] = f"{labels[f'{name}_intensity']}: {of}"
        return notes

    def equations(self, block_name: str) -> list[Equation]:
        """Spell out every equation of a block, with nothing left to default.

        Parameters
        ----------
        block_name
            A block of this study.

        Returns
        -------
        list of Equation
            One for each specification, outcome and estimator, in the file's order.
        """
        block = self.blocks[block_name]
        equations = []
        for name, own in (block.specifications or {"main": Specification()}).items():
            stated = {key: value for part in (block, own) for key, value in _stated(part).items()}
            treatments = stated.get("treatments", list(self.designation))
            declared = {treatment: self.designation[treatment] for treatment in treatments}
            for outcome_name in stated.get("outcomes", []):
                outcome = self.outcomes[outcome_name]
                for estimator in stated.get("estimators", []):
                    equations.append(
                        Equation(
                            block=block_name,
                            specification=name,
                            outcome=outcome_name,
                            outcome_column=outcome.column or outcome_name,
                            transformation=outcome.transformation,
                            estimator=estimator,
                            unit=self.panel.unit,
                            period=self.panel.period,
                            treatments=treatments,
                            regressors=stated.get("regressors", []),
                            fixed_effects=stated.get("fixed_effects", [self.panel.unit, self.panel.period]),
                            weights=stated.get("weights"),
                            sample=stated.get("sample"),
                            inference=self._inference(stated.get("inference")),
                            window=stated.get("window"),
                            reference_period=min(
                                (each.reference_period for each in declared.values()),
                                default=-1,
                            ),
                            always_treated=stated.get("always_treated", "drop"),
                            absorbing=all(each.absorbing for each in declared.values()),
                            intensities={
                                treatment: column
                                for treatment, each in declared.items()
                                if (column := each.column_in_equations(treatment)) != treatment
                            },
                            interactions=stated.get("interactions", []),
                            anticipation={
                                name: each.anticipation for name, each in declared.items() if each.anticipation
                            },
                            donut={name: sorted(each.donut) for name, each in declared.items() if each.donut},
                        )
                    )
        return equations

    def _inference(self, stated: Inference | None) -> Inference:
        inference = stated or Inference()
        if inference.variance == "clustered" and inference.cluster is None:
            return inference.model_copy(update={"cluster": [self.panel.unit]})
        return inference


def _origin_in_file(source_name: str, name: str, source: Source) -> ColumnOrigin:
    column = source.columns.get(name, Column())
    header = column.wide or column.pattern or column.raw_name or name
    if name == source.wide_into:
        header = "from the headers of a wide file"
    scaled = f"multiplied by {column.scale:g}" if column.scale != 1.0 else ""
    return ColumnOrigin(label=column.label, unit=column.unit, origin=f"{source_name}: {header}", transformation=scaled)


def _stated(part: Specification) -> dict[str, Any]:
    """Give the keys of a specification that the user wrote with a value."""
    fields = Specification.model_fields
    return {
        name: getattr(part, name)
        for name in part.model_fields_set
        if name in fields and getattr(part, name) is not None
    }
