"""The whole of a study file as one typed model."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from ruralpanel.study.archive import Archive
from ruralpanel.study.base import Name, Section, Text
from ruralpanel.study.blocks import Block, Equation, Inference, Specification
from ruralpanel.study.claims import Claim
from ruralpanel.study.derived_order import stages_of
from ruralpanel.study.designation import Designation, designation_columns
from ruralpanel.study.estimators import ESTIMATORS, may_draw
from ruralpanel.study.exhibits import AnyExhibit
from ruralpanel.study.figures_of_places import MapFigure, Outlines
from ruralpanel.study.legacies import INDEX_WORDS, Legacy
from ruralpanel.study.outcomes import Outcome
from ruralpanel.study.panel import ColumnOrigin, Panel
from ruralpanel.study.paper import Paper
from ruralpanel.study.sensitivity import AnySensitivity
from ruralpanel.study.shapes import Shape, shape_of_source, shape_of_table
from ruralpanel.study.sources import Source
from ruralpanel.study.tables import Table

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
    """Who answers for it: the authors of the paper and of the archive. Those of data, or of a study that is done again,
    are named in the `citation` of a source."""
    question: Text | None = None
    """The question in a sentence or two, at the top of the page."""
    limitations: list[Text] = []
    """What the study cannot tell, and why, each a sentence or a few; on the page under a heading of its own."""
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    """The number that all random draws derive from."""
    data_standing: DataStanding
    """`simulated`: made by a program, and every exhibit says so; `restricted`: real, not to be passed on;
    `public`: real, and free to obtain."""
    sources: Annotated[dict[Name, Source], Field(min_length=1)]
    """The raw files, one entry each."""
    tables: dict[Name, Table] = {}
    """Tables made of sources, one entry each, in the order they are made. A table's name can stand wherever a source's
    name can: in `panel.base`, in joins, for yearly lists and for points on a map, and in tables further down."""
    panel: Panel
    """How the tables become one row per unit and period."""
    designation: dict[Name, Designation] = {}
    """The treatments. May be left out when every regressor is an ordinary column."""
    legacies: dict[Name, Legacy] = {}
    """What history left behind: capacities measured by proxies, each a column of the panel."""
    outcomes: Annotated[dict[Name, Outcome], Field(min_length=1)]
    """What is explained."""
    blocks: Annotated[dict[Name, Block], Field(min_length=1)]
    """Sets of specifications; each is one job of the workflow."""
    sensitivity: dict[Name, AnySensitivity] = {}
    """What could be wrong with the estimates: one analysis each, written to `results/<study>/sensitivity/NAME.csv`."""
    facts: dict[Name, Text] = {}
    """Files of numbers that are known beside the estimates, by name: each a JSON file. Notes of exhibits and the
    paper's text refer to a number by the file's name and the keys that lead to it: `{{ truth/effects/income }}`."""
    exhibits: Annotated[dict[Name, AnyExhibit], Field(min_length=1)]
    """The tables and figures, in the order they are numbered."""
    claims: dict[Name, Claim] = {}
    """What is claimed, each with the estimates that speak to it; the page begins with what became of them."""
    paper: Paper | None = None
    """The text of the paper and how it is typeset."""
    published: Text | None = None
    """The file of printed values that the run is verified against; left out:
    `results/published/<study>.csv` when it exists, and no verification when it does not."""

    archive: Archive | None = None
    """What only the authors can say in the README of the replication archive that `./run package` makes."""

    @property
    def base(self) -> str:
        """The source or table whose rows are the panel's rows."""
        return self.panel.base or next(iter(self.sources))

    @property
    def lists(self) -> set[str]:
        """The sources and tables that designations read as yearly lists, beside the panel."""
        return {each.listed.source for each in self.designation.values() if each.listed is not None}

    @property
    def beside(self) -> set[str]:
        """The sources and tables read beside the panel and not joined to it: yearly lists, points, lines and prices."""
        prices = {each.source for each in self.panel.deflators.values()}
        return self.lists | prices | (self.panel.places.points if self.panel.places is not None else set())

    @property
    def shapes(self) -> dict[str, Shape]:
        """Every source and table by name, with its key and what its columns are."""
        shapes = {name: shape_of_source(name, source) for name, source in self.sources.items()}
        for name, table in self.tables.items():
            if name not in shapes:
                shapes[name] = shape_of_table(name, table, shapes)
        return shapes

    @property
    def read_by_tables(self) -> set[str]:
        """The sources and tables that tables are made of."""
        return {name for table in self.tables.values() for name in table.reads}

    @property
    def read_by_panel(self) -> list[str]:
        """The sources and tables that the panel is made of, in the order they are declared."""
        used = {self.base, *(join.source for join in self.panel.joins)} | self.beside
        return [name for name in (*self.sources, *self.tables) if name in used]

    @property
    def lines(self) -> list[str]:
        """The files with lines to measure distances to, from the top of the repository."""
        return self.panel.places.lines if self.panel.places is not None else []

    @property
    def outlines(self) -> list[Outlines]:
        """The outlines that maps are drawn on."""
        maps = [each for each in self.exhibits.values() if isinstance(each, MapFigure)]
        return [each.outlines for each in maps if each.outlines is not None]

    @property
    def drawn_sources(self) -> set[str]:
        """The sources whose lines or areas maps are drawn on; no number comes from them."""
        return {each.of for each in self.outlines if each.of is not None}

    @property
    def drawn_files(self) -> list[str]:
        """The files whose lines or areas maps are drawn on, from the top of the repository."""
        return sorted({each.path for each in self.outlines if each.path is not None})

    def panel_columns(self) -> list[str]:
        """List the columns of the finished panel: those of the tables, derived ones, designations, places and
        capacities."""
        shapes = self.shapes
        names = shapes[self.base].column_names
        for join in self.panel.joins:
            names += [name for name in shapes[join.source].column_names if name not in join.on]
        stages = self.derived_after
        names += [name for name, stage in stages.items() if stage == "sources"]
        names += self.columns_of_treatments_and_places
        names += [name for name, stage in stages.items() if stage == "places"]
        names += self.capacities()
        return [*names, *(name for name, stage in stages.items() if stage == "capacities")]

    @property
    def columns_of_treatments_and_places(self) -> list[str]:
        """The columns that designations and places add to the panel."""
        names = [column for each in self.designation.items() for column in designation_columns(*each)]
        return [*names, *(self.panel.places.columns() if self.panel.places is not None else [])]

    @property
    def derived_after(self) -> dict[str, str]:
        """For every derived column the stage of the panel after which it is computed, as
        :func:`ruralpanel.study.derived_order.stages_of` says."""
        return stages_of(self.panel.derived, self.columns_of_treatments_and_places, self.capacities())

    def capacities(self) -> dict[str, str]:
        """Map every capacity to the legacy that left it behind, in the order of the file."""
        return {name: legacy for legacy, each in self.legacies.items() for name in each.capacities}

    def column_origins(self) -> dict[str, ColumnOrigin]:
        """Say of every column of the panel where it comes from and what was done to it, for the codebook."""
        origins: dict[str, ColumnOrigin] = {}
        shapes = self.shapes
        for name in [self.base, *(join.source for join in self.panel.joins)]:
            for column_name, origin in shapes[name].origins.items():
                origins.setdefault(column_name, origin)
        self._describe_derived("sources", origins)
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
        self._describe_derived("places", origins)
        for name, legacy in self.capacities().items():
            capacity = self.legacies[legacy].capacities[name]
            origins[name] = ColumnOrigin(
                origin=f"legacies: {legacy}",
                label=capacity.label,
                unit="standard deviations",
                transformation=f"{INDEX_WORDS[capacity.index]} of {', '.join(capacity.proxies)}",
            )
        self._describe_derived("capacities", origins)
        return origins

    def _describe_derived(self, stage: str, origins: dict[str, ColumnOrigin]) -> None:
        """Add what derived columns are that are computed after a stage."""
        deflators, period = self.panel.deflators, self.panel.period
        for name in [name for name, after in self.derived_after.items() if after == stage]:
            derived = self.panel.derived[name]
            unit = derived.unit_from({key: each.unit for key, each in origins.items()}, deflators, period)
            words = derived.words(deflators, period)
            origins[name] = ColumnOrigin(origin="derived", label=derived.label, unit=unit, transformation=words)

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
        shapes = self.shapes
        for name in [self.base, *(join.source for join in self.panel.joins)]:
            labels |= {column: origin.label for column, origin in shapes[name].origins.items() if origin.label}
        labels |= {name: derived.label for name, derived in self.panel.derived.items() if derived.label}
        if self.panel.places is not None:
            described = self.panel.places.descriptions(self._designation_labels())
            labels |= {name: label for name, (label, _, _) in described.items()}
        for legacy in self.legacies.values():
            labels |= {name: each.label for name, each in legacy.capacities.items() if each.label}
        return labels | self._designation_labels()

    def _designation_labels(self) -> dict[str, str]:
        labels = {name: each.label for name, each in self.designation.items() if each.label}
        labels |= {f"{name}_cohort": f"First {self.panel.period} of {label}" for name, label in labels.items()}
        dosed = [name for name, each in self.designation.items() if each.intensity is not None]
        return labels | {f"{name}_intensity": self._intensity_label(name) for name in dosed}

    def _intensity_label(self, name: str) -> str:
        return f"{self.designation[name].label or name}, intensity"

    def treatment_notes(self) -> dict[str, str]:
        """Say in a sentence, for every column of a treatment dated by an intensity, what it measures."""
        notes: dict[str, str] = {}
        dosed = {name: each for name, each in self.designation.items() if each.intensity is not None}
        if not dosed:
            return notes
        labels, origins = self.labels(), self.column_origins()
        for name, designation in dosed.items():
            intensity = str(designation.intensity)
            unit = origins[intensity].unit
            label, of = designation.label or name, labels.get(intensity, intensity) + (f" ({unit})" if unit else "")
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
        block, places = self.blocks[block_name], self.panel.places
        equations = []
        for name, own in (block.specifications or {"main": Specification()}).items():
            stated = {key: value for part in (block, own) for key, value in _stated(part).items()}
            treatments = stated.get("treatments", list(self.designation))
            declared = {treatment: self.designation[treatment] for treatment in treatments}
            inference = self._inference(stated.get("inference"))
            spatial = inference.variance == "spatial"
            matching, weights = stated.get("matching"), stated.get("weights")
            for outcome_name in stated.get("outcomes", []):
                outcome = self.outcomes[outcome_name]
                for estimator in stated.get("estimators", []):
                    resampled = stated.get("synthetic") if "synthetic" in ESTIMATORS[estimator].keys else None
                    draws = resampled is not None and resampled.draws_numbers
                    equations.append(
                        Equation(
                            block=block_name,
                            specification=name,
                            outcome=outcome_name,
                            outcome_column=outcome.adoption or outcome.column or outcome_name,
                            at_risk_of=outcome.adoption,
                            transformation=outcome.transformation,
                            estimator=estimator,
                            unit=self.panel.unit,
                            period=self.panel.period,
                            treatments=treatments,
                            regressors=stated.get("regressors", []),
                            moderators=stated.get("moderators", []),
                            along=stated.get("along"),
                            fixed_effects=stated.get("fixed_effects", [self.panel.unit, self.panel.period]),
                            weights=matching.weights_name(weights) if matching is not None else weights,
                            sample=stated.get("sample"),
                            inference=inference,
                            window=stated.get("window"),
                            reference_period=min(
                                (each.reference_period for each in declared.values()),
                                default=-1,
                            ),
                            always_treated=stated.get("always_treated", "drop"),
                            comparison=stated.get("comparison", "never_treated"),
                            missing_reference=stated.get("missing_reference", "earlier"),
                            latitude=places.latitude if places is not None and spatial else None,
                            longitude=places.longitude if places is not None and spatial else None,
                            group_time=stated.get("group_time"),
                            synthetic=resampled,
                            switching=stated.get("switching"),
                            groups=stated.get("groups"),
                            absorbing=all(each.absorbing for each in declared.values()),
                            intensities={
                                treatment: column
                                for treatment, each in declared.items()
                                if (column := each.column_in_equations(treatment)) != treatment
                            },
                            interactions=stated.get("interactions", []),
                            anticipation={
                                name: periods
                                for name, each in declared.items()
                                if (periods := stated.get("anticipation", each.anticipation))
                            },
                            donut={name: sorted(each.donut) for name, each in declared.items() if each.donut},
                            adjustment=block.adjustment,
                            family=(outcome.family or "") if block.adjustment else "",
                            seed=self.seed if inference.draws_numbers or draws or may_draw(estimator) else None,
                            default_cluster=_leaves_clusters(stated.get("inference")),
                            levels=self._levels(),
                            dating=self._dating(treatments),
                            matching=matching,
                            base_weights=weights if matching is not None else None,
                        )
                    )
        return equations

    def equations_analysed(self, name: str) -> list[Equation]:
        """List the equations that a sensitivity analysis is of, in the order of their block."""
        declared = self.sensitivity[name]
        return [equation for equation in self.equations(declared.block) if declared.is_of(equation)]

    def _levels(self) -> list[str]:
        """List columns that are declared or used as levels above the unit: codes of areas, regions, keys of joins."""
        found = [self.panel.region] if self.panel.region is not None else []
        sources = {*(join.source for join in self.panel.joins), *([self.panel.base] if self.panel.base else [])}
        found += [name for join in self.panel.joins for name in join.on]
        for key, source in self.sources.items():
            if not sources or key in sources:
                found += [name for name, column in source.columns.items() if column.type == "code"]
        return sorted({*found} - {self.panel.unit, self.panel.period})

    def _dating(self, treatments: list[str]) -> list[str]:
        """List the columns by which treatments are dated."""
        declared = [self.designation[name] for name in treatments]
        return sorted({name for each in declared for name in (each.cohort, each.indicator, each.intensity) if name})

    def _inference(self, stated: Inference | None) -> Inference:
        inference = stated or Inference()
        if inference.variance == "clustered" and inference.cluster is None:
            return inference.model_copy(update={"cluster": [self.panel.unit]})
        return inference


def _stated(part: Specification) -> dict[str, Any]:
    """Give the keys of a specification that the user wrote with a value."""
    fields = Specification.model_fields
    return {
        name: getattr(part, name)
        for name in part.model_fields_set
        if name in fields and getattr(part, name) is not None
    }


def _leaves_clusters(stated: Inference | None) -> bool:
    """Tell whether a specification leaves the clusters to what the data say."""
    return stated is None or (stated.variance == "clustered" and stated.cluster is None)
