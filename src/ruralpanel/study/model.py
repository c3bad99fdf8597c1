"""The whole of a study file as one typed model."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ruralpanel.frames.periods.frequency import Frequency, FrequencyName, frequency
from ruralpanel.study.answer import DeclaredAnswer
from ruralpanel.study.archive import Archive
from ruralpanel.study.base import Name, Section, Text
from ruralpanel.study.blocks import Block, Equation
from ruralpanel.study.claims import Claim
from ruralpanel.study.columns import column_labels, column_origins, treatment_notes
from ruralpanel.study.derived_order import stages_of
from ruralpanel.study.designation import Designation, designation_columns
from ruralpanel.study.diagnosis import Diagnosis
from ruralpanel.study.equations import equations_of
from ruralpanel.study.estimators import OWN_PATTERN
from ruralpanel.study.exhibit import Term
from ruralpanel.study.exhibits import AnyExhibit
from ruralpanel.study.figures_of_places import Outlines
from ruralpanel.study.legacies import Legacy
from ruralpanel.study.outcomes import Outcome
from ruralpanel.study.panel import ColumnOrigin, Panel
from ruralpanel.study.paper import Paper
from ruralpanel.study.period_columns import PeriodColumn, columns_with_periods
from ruralpanel.study.rule import Rule
from ruralpanel.study.sensitivity import AnySensitivity
from ruralpanel.study.shapes import Shape, shape_of_source, shape_of_table
from ruralpanel.study.sources import Source
from ruralpanel.study.strict import Strict
from ruralpanel.study.tables import Table
from ruralpanel.treatment_columns import cohort_column

if TYPE_CHECKING:  # made from a study
    from ruralpanel.study.subjects import DeclaredSubject

DataStanding = Literal["simulated", "restricted", "public"]


def _not_a_folder_of_results(name: str) -> str:
    if name in ("published", "logs", "monte_carlo", "power"):
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
    answer: DeclaredAnswer = DeclaredAnswer()
    """Which estimate answers the title, in the sentence with which the page and the paper begin."""
    limitations: list[Text] = []
    """What the study cannot tell, and why, each a sentence or a few; on the page under a heading of its own."""
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    """The number that all random draws derive from."""
    data_standing: DataStanding
    """`simulated`: made by a program, and every exhibit says so; `restricted`: real, not to be passed on;
    `public`: real, and free to obtain."""
    sources: Annotated[dict[Name, Source], Field(min_length=1)]
    """The raw files, one entry each."""
    raw_folder: Text | None = None
    """The folder that the `path`s of sources count from, in place of the top of the repository, as
    `data/raw/my_survey/restricted`: whoever has the files elsewhere puts a link there, or sets the environment variable
    `RURALPANEL_RAW` to their folder, which goes before it."""
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
    estimator_labels: dict[Annotated[str, Field(pattern=OWN_PATTERN)], Text] = {}
    """What notes and tables call estimators of your own, by `FILE.py:FUNCTION`, in a few words: `differences of median
    changes`. Left out: the name of the file."""
    sensitivity: dict[Name, AnySensitivity] = {}
    """What could be wrong with the estimates: one analysis each, written to `results/<study>/sensitivity/NAME.csv`."""
    diagnosis: Diagnosis = Field(default_factory=Diagnosis)
    """What could be wrong with the effects of treatments: looked for in every study without being asked, and written
    to `results/<study>/diagnosis.csv`."""
    facts: dict[Name, Text] = {}
    """Files of numbers that are known beside the estimates, by name: each a JSON file. Notes of exhibits and the
    paper's text refer to a number by the file's name and the keys that lead to it: `{{ truth/effects/income }}`."""
    true_effects: dict[Term, dict[Name, Text]] = {}
    """Of simulated data: by treatment, or another coefficient such as `listed*kinship`, and outcome, what in `facts` is
    the true effect, on the scale on which it is estimated: `truth/effects/income`, a number, or several of which one is
    the `average` and others are `by_event_time` and `by_cohort_and_event_time`. Figures draw them, and the page says
    them beside the estimate."""
    exhibits: Annotated[dict[Name, AnyExhibit], Field(min_length=1)]
    """The tables and figures, in the order they are numbered."""
    fonts: list[Annotated[Text, Field(pattern=r"\.([ot]tf|[OT]TF)$")]] = []
    """Files of fonts (`.otf` or `.ttf`, each with one font in it) for characters that those which are always there have
    not, in figures and in the paper. These have Latin, Greek, Cyrillic, Arabic and Chinese characters and Japanese
    kana, but no Korean ones, and of rare Chinese ones (such as 𣵦) few. Paths count from the top of the repository. A
    character that is in none of the fonts is an error."""
    claims: dict[Name, Claim] = {}
    """What is claimed, each with the estimates that speak to it; the page begins with what became of them."""
    rule: Rule = Rule()
    """What claims are held to; left out, the rule whose error rates are printed. A claim may state keys of its own."""
    strict: Strict = []
    """What ends a run with an error, after everything is made, where it happens without being asked for: `dropped_rows`
    (rows that are set aside, in quarantine or as something in them is missing), `collinear` (terms left out),
    `singletons` (rows alone in a fixed effect), `not_converged`, `repaired_variance` (one that was not positive),
    `few_clusters`, `separated` (outcomes or treatment predicted perfectly); `all` for every one. Left out: each is told
    beside its number and in the ledger, and ends nothing."""
    paper: Paper | None = None
    """The text of the paper and how it is typeset."""
    published: Text | None = None
    """The file of printed values that the run is verified against; left out:
    `results/published/<study>.csv` when it exists, and no verification when it does not."""

    archive: Archive | None = None
    """What only the authors can say in the README of the replication archive that `./run package` makes."""

    @model_validator(mode="after")
    def _outcomes_have_labels(self) -> Self:
        """Give outcomes without a label that of their column, and its unit where they state none."""
        for name, outcome in self.outcomes.items():
            if outcome.label:
                continue
            column = outcome.adoption or outcome.column or name
            label, unit = self._label_and_unit(column)
            self.outcomes[name] = outcome.model_copy(update={"label": label, "unit": outcome.unit or unit})
        return self

    def _label_and_unit(self, column: str) -> tuple[str, str | None]:
        if column in self.designation:
            return self.designation[column].label or column.replace("_", " "), None
        if column in self.panel.derived:
            derived = self.panel.derived[column]
            return derived.label or column.replace("_", " "), derived.unit
        found = [source.columns[column] for source in self.sources.values() if column in source.columns]
        labelled = next((each for each in found if each.label), None)
        return (labelled.label or "", labelled.unit) if labelled else (column.replace("_", " "), None)

    @property
    def minimum_cell(self) -> int | None:
        """The least number of units that anything printed may be about; None where no source asks for one."""
        return max((each.minimum_cell for each in self.sources.values() if each.minimum_cell is not None), default=None)

    @property
    def confidential(self) -> list[str]:
        """The sources whose values are in no message and no log: those with `minimum_cell`, and in a study of
        restricted data those that may not be passed on."""
        held_back = self.data_standing == "restricted"
        return [
            name
            for name, each in self.sources.items()
            if each.minimum_cell is not None or (held_back and each.path is not None and not each.redistributable)
        ]

    @property
    def is_strict(self) -> bool:
        """Whether anything that happens unasked is an error."""
        return bool(self.strict) or any(block.strict for block in self.blocks.values())

    @property
    def base(self) -> str:
        """The source or table whose rows are the panel's rows."""
        return self.panel.base or next(iter(self.sources))

    @property
    def estimators(self) -> set[str]:
        """The estimators of all blocks."""
        blocks = self.blocks.values()
        parts = [part for block in blocks for part in (block, *(block.specifications or {}).values())]
        return {name for part in parts for name in part.estimators or []}

    @property
    def treatment_terms(self) -> dict[str, str]:
        """By the name under which a treatment enters equations, its own or its intensity's, its name."""
        return {each.column_in_equations(name): name for name, each in self.designation.items()} | {
            name: name for name in self.designation
        }

    @property
    def lists(self) -> set[str]:
        """The sources and tables that designations read as yearly lists, beside the panel."""
        return {each.listed.source for each in self.designation.values() if each.listed is not None}

    @property
    def beside(self) -> set[str]:
        """The sources and tables read beside the panel and not joined to it: yearly lists, points, lines and prices."""
        prices = {each.source for each in self.panel.deflators.values()}
        return self.lists | prices | (self.panel.places.points if self.panel.places is not None else set())

    def __copy__(self) -> Self:
        """Copy without what has been derived, since a copy is made to change a section."""
        copied = super().__copy__()
        for name in set(vars(copied)) - set(Study.model_fields):
            del vars(copied)[name]
        return copied

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """Every source and table by name, with its key and what its columns are."""
        shapes = {
            name: shape_of_source(
                name, source, {key: each.frequency for key, each in self.period_columns(name).items()}
            )
            for name, source in self.sources.items()
        }
        for name, table in self.tables.items():
            if name not in shapes:
                shapes[name] = shape_of_table(name, table, shapes, self.periods_added(name))
        return shapes

    @property
    def frequency(self) -> Frequency:
        """What the panel's periods are; years where the study does not say."""
        return frequency(self.panel.frequency)

    def period_columns(self, name: str) -> dict[str, PeriodColumn]:
        """Give the columns of a source that hold periods, and what these are.

        Parameters
        ----------
        name
            A source of this study.
        """
        names = self._period_names.get(name, set())
        return columns_with_periods(self.sources[name], names, self.panel.frequency, self.designation.values())

    def periods_added(self, name: str) -> dict[str, FrequencyName]:
        """Give the columns that a table adds to its sources and that hold periods, with their frequency."""
        if self.panel.frequency is None:
            return {}
        added = {column for part in self.tables[name].stack for column in part.add}
        return dict.fromkeys(sorted(added & self._period_names.get(name, set())), self.panel.frequency)

    def periods_of(self, name: str) -> dict[str, FrequencyName]:
        """Give the columns of a source or table that hold periods, with their frequencies."""
        origins = self.shapes[name].origins
        return {column: each.frequency for column, each in origins.items() if each.frequency is not None}

    def periods_in_table(self, name: str) -> dict[str, FrequencyName]:
        """Give the columns with periods of a table and of what it is stacked from, with their frequencies."""
        parts = [part.source for part in self.tables[name].stack]
        found = {column: each for part in parts for column, each in self.periods_of(part).items()}
        return found | self.periods_added(name) | self.periods_of(name)

    @cached_property
    def _period_names(self) -> dict[str, set[str]]:
        """By source and table, what columns are called that the study takes for periods."""
        panel, treatments = self.panel, self.designation.values()
        of_panel = {panel.period, *(each.cohort for each in treatments if each.cohort is not None)}
        wanted = [(name, of_panel) for name in (self.base, *(join.source for join in panel.joins))]
        wanted += [(each.listed.source, {each.listed.year}) for each in treatments if each.listed is not None]
        wanted += [(each.source, {each.period}) for each in panel.deflators.values()]
        names: dict[str, set[str]] = {}
        for name, columns in wanted:
            for behind in (name, *self._stacked_in(name)):
                names.setdefault(behind, set()).update(columns)
        return names

    def _stacked_in(self, name: str) -> list[str]:
        """List the sources and tables whose rows are in a table, near and far."""
        found: list[str] = []
        waiting = [name]
        while waiting:
            table = self.tables.get(waiting.pop())
            parts = [part.source for part in table.stack if part.source not in found] if table is not None else []
            found += parts
            waiting += parts
        return found

    @cached_property
    def periods(self) -> dict[str, FrequencyName]:
        """The columns of the panel that hold periods which are more than whole numbers, with their frequencies."""
        if self.panel.frequency is None and not any(
            column.frequency for source in self.sources.values() for column in source.columns.values()
        ):
            return {}
        shapes = self.shapes
        tables = [name for name in (self.base, *(join.source for join in self.panel.joins)) if name in shapes]
        found = {
            key: each.frequency
            for name in tables
            for key, each in shapes[name].origins.items()
            if each.frequency is not None
        }
        if self.panel.frequency is not None:
            found |= {cohort_column(name): self.panel.frequency for name in self.designation}
        return {key: each for key, each in found.items() if not frequency(each).is_plain}

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
    def levels(self) -> dict[str, str]:
        """By designation, the column of those whom it is assigned to, where that is not the panel's unit."""
        assigned = {name: each.assigned_to(self.panel.unit) for name, each in self.designation.items()}
        # A check refuses the period, which nobody is.
        return {name: level for name, level in assigned.items() if level not in (self.panel.unit, self.panel.period)}

    @property
    def lines(self) -> list[str]:
        """The files with lines to measure distances to, from the top of the repository."""
        return self.panel.places.lines if self.panel.places is not None else []

    @property
    def outlines(self) -> list[Outlines]:
        """The outlines that maps are drawn on."""
        return [each.drawn_on for each in self.exhibits.values() if each.drawn_on is not None]

    @property
    def drawn_sources(self) -> set[str]:
        """The sources that exhibits show by themselves, lines or areas of maps, and facts; no estimate is of them."""
        return {name for each in self.exhibits.values() for name in each.sources_shown}

    @property
    def printed_sources(self) -> set[str]:
        """Those of them that are facts typed from print, whatever the data of the study are."""
        return {name for each in self.exhibits.values() if "table" in each.reads for name in each.sources_shown}

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

    @cached_property
    def derived_after(self) -> dict[str, str]:
        """For every derived column the stage of the panel after which it is computed, as
        :func:`ruralpanel.study.derived_order.stages_of` says."""
        return stages_of(self.panel.derived, self.columns_of_treatments_and_places, self.capacities())

    def capacities(self) -> dict[str, str]:
        """Map every capacity to the legacy that left it behind, in the order of the file."""
        return {name: legacy for legacy, each in self.legacies.items() for name in each.capacities}

    def column_origins(self) -> dict[str, ColumnOrigin]:
        """Say of every column of the panel where it comes from and what was done to it, for the codebook."""
        return column_origins(self)

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
        return column_labels(self)

    def treatment_notes(self) -> dict[str, str]:
        """Say in a sentence, for every column of a treatment dated by an intensity, what it measures."""
        return treatment_notes(self)

    @cached_property
    def _known_equations(self) -> dict[str, list[Equation]]:
        """Equations by block, once they have been asked for: the workflow does so twenty times for each."""
        return {}

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
        if block_name not in self._known_equations:
            self._known_equations[block_name] = equations_of(self, block_name)
        return list(self._known_equations[block_name])

    def equations_analysed(self, name: str) -> list[Equation]:
        """List the equations that a sensitivity analysis is of, in the order of their block."""
        declared = self.sensitivity[name]
        return [each for block in declared.blocks for each in self.equations(block) if declared.is_of(each)]

    @cached_property
    def subjects(self) -> list[DeclaredSubject]:
        """The effects of treatments that are diagnosed."""
        from ruralpanel.study.subjects import subjects_of

        return subjects_of(self)
