"""What stands around an exhibit: its number and title, its notes, and the standing of its data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from ruralpanel.exhibits.described import ColumnWords, SourceWords
from ruralpanel.frames.periods.frequency import FrequencyName, frequency
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.exhibit import Exhibit
from ruralpanel.study.exhibits import AnyExhibit
from ruralpanel.study.facts import file_of_fact, files_named_in
from ruralpanel.study.flow import FlowStep
from ruralpanel.study.model import Study
from ruralpanel.words.estimates import OutcomeWords, missing_errors, unit_notes
from ruralpanel.words.names import name_words

if TYPE_CHECKING:  # the workflow reads this module whenever it starts
    import pandas as pd

Kind = TypeVar("Kind", bound=Exhibit)
"""A kind of exhibit."""

SIMULATED = "SIMULATED DATA"

STANDING_NOTE = f"{SIMULATED}: made by a program with known effects; says nothing about real places."
"""What simulated data are not, below every exhibit."""


class ExhibitDeclaration(BaseModel):
    """All an exhibit needs of a study: nothing outside it can change the exhibit.

    Made by :func:`declared`.
    """

    name: str
    number: str
    exhibit: AnyExhibit
    standing: str
    labels: dict[str, str]
    outcomes: dict[str, OutcomeWords]
    specifications: dict[str, str]
    unit: str
    period: str
    frequency: FrequencyName | None = None
    sources: list[str]
    treatments: dict[str, str] = {}
    anticipation: dict[str, int] = {}
    columns: dict[str, ColumnWords] = {}
    data: list[SourceWords] = []
    coordinates: tuple[str, str] = ("", "")
    lines: list[tuple[str, str, str]] = []
    outlines: str = ""
    rings: dict[str, tuple[float, float]] = {}
    groups: dict[str, str] = {}
    grouped_by: dict[str, str] = {}
    """With means by group: by `block/specification`, the treatment that groups are formed by."""
    levels: dict[str, str] = {}
    """By designation, the column of those whom it is assigned to, where that is not the unit."""
    cohorts_of: str = ""
    """With means by cohort: the column of those that cohorts are of, where that is not the unit."""
    facts: dict[str, str] = {}
    """The files of facts that the notes and true effects refer to, by name."""
    true_effects: dict[str, dict[str, str]] = {}
    """By term and outcome, the fact that is the true effect, where data are simulated."""
    truths: dict[str, dict[str, dict[str, Any] | float]] = {}
    """The same once the files are read: a number, or several with ``average`` and ``by_event_time``."""
    known_lines: dict[str, str] = {}
    """By `block/specification`, the fact that is its true effects by the value on the axis."""
    lines_known: dict[str, dict[float, float]] = {}
    """The same once the files are read."""
    tables: dict[str, str] = {}
    """With a scorecard of claims: by block, the first regression table that shows it, as `Table 6`."""
    fonts: list[str] = []
    """With a figure: files of fonts for characters that those of the house have not."""
    subjects: list[tuple[str, str]] = []
    """The treatments and outcomes of the blocks shown whose effects are diagnosed."""
    warnings: list[str] = []
    """What the diagnosis warns of, in a line, once it is known."""
    minimum_cell: int | None = None
    """The least number of units that anything printed may be about, where a source asks for one."""
    flow: list[FlowStep] = []
    """With a picture of the way of the data: everything the study makes."""

    def of(self, kind: type[Kind]) -> Kind:
        """Give the exhibit, which is of a kind."""
        assert isinstance(self.exhibit, kind)
        return self.exhibit

    @property
    def unit_words(self) -> str:
        """What units are called within a sentence."""
        return name_words(self.unit, self.labels).lower()

    @property
    def period_label(self) -> str:
        """What stands at an axis of periods."""
        noun = self._noun
        return self.labels.get(self.period, noun.capitalize() if noun else self.period.capitalize())

    @property
    def period_words(self) -> str:
        """What a period is called within a sentence."""
        return self._noun or name_words(self.period, self.labels).lower()

    @property
    def _noun(self) -> str | None:
        """What a period of the declared frequency is called."""
        return frequency(self.frequency).noun if self.frequency not in (None, "number") else None

    def label(self, period: float) -> str:
        """Write a period as a reader sees it."""
        return frequency(self.frequency).label(period)

    @property
    def periods_words(self) -> str:
        """What periods are called within a sentence, which only words in Latin letters write with an s."""
        words = self.period_words
        return f"{words}s" if words[-1:].isascii() and words[-1:].isalpha() else words


def declared(study: Study, name: str) -> ExhibitDeclaration:
    """Pick from a study what one exhibit needs.

    Parameters
    ----------
    study
        The study.
    name
        One of its exhibits.
    """
    exhibit = study.exhibits[name]
    numbers = exhibit_numbers(study)
    behind = [*exhibit.estimated_in, *(study.sensitivity[each].block for each in exhibit.analysed_in)]
    equations = [equation for block in behind for equation in study.equations(block)]
    used = {equation.outcome for equation in equations}
    only_drawn = study.drawn_sources - {*study.read_by_panel, *study.read_by_tables}
    own = exhibit.declares(study, numbers)
    true_effects = _true_effects(study, equations) if exhibit.draws_truth else {}
    return ExhibitDeclaration(
        name=name,
        number=numbers[name],
        exhibit=exhibit,
        standing=exhibit.standing(study),
        labels=_family_labels(study) | own.pop("labels", {}) | study.labels(),
        outcomes={key: OutcomeWords.of(outcome) for key, outcome in study.outcomes.items() if key in used},
        specifications={
            place: label for place, label in study.specification_labels().items() if place.split("/")[0] in behind
        },
        unit=study.panel.unit,
        period=study.panel.period,
        frequency=study.panel.frequency,
        sources=own.pop("sources", None)
        or list(dict.fromkeys(source.cited(key) for key, source in study.sources.items() if key not in only_drawn)),
        treatments=study.treatment_notes(),
        anticipation={key: each.anticipation for key, each in study.designation.items() if each.anticipation},
        levels=study.levels,
        minimum_cell=study.minimum_cell,
        facts={
            key: study.facts[key]
            for key in study.facts
            if key
            in {
                *files_named_in(exhibit.notes, study.facts),
                *map(file_of_fact, [*_facts_of(true_effects), *exhibit.known_lines.values()]),
            }
        },
        true_effects=true_effects,
        known_lines=exhibit.known_lines,
        fonts=[] if exhibit.is_table else study.fonts,
        subjects=_subjects(study, equations),
        **own,
    )


def _subjects(study: Study, equations: list[Equation]) -> list[tuple[str, str]]:
    """List the treatments and outcomes of equations with effects that are diagnosed."""
    effects = [each for each in equations if not ESTIMATORS[each.estimator].describes]
    shown = {(treatment, each.outcome) for each in effects for treatment in each.treatments}
    return [pair for each in study.subjects if (pair := (each.treatment, each.outcome)) in shown]


def _true_effects(study: Study, equations: list[Equation]) -> dict[str, dict[str, str]]:
    """Name what is true of effects on the outcomes of equations, by term and outcome."""
    outcomes = dict.fromkeys(each.outcome for each in equations)
    found = {
        term: {outcome: known[outcome] for outcome in outcomes if outcome in known}
        for term, known in study.true_effects.items()
    }
    return {term: known for term, known in found.items() if known}


def _facts_of(true_effects: Mapping[str, Mapping[str, str]]) -> list[str]:
    """List the facts that are true effects."""
    return [fact for known in true_effects.values() for fact in known.values()]


def _family_labels(study: Study) -> dict[str, str]:
    """Label legacies, after which families of tests are called."""
    return {name: legacy.label for name, legacy in study.legacies.items() if legacy.label}


def exhibit_numbers(study: Study) -> dict[str, str]:
    """Number tables and figures in the order of the study: ``Table 1``, ``Figure 1``, ``Figure 2``."""
    seen = {"Table": 0, "Figure": 0}
    numbers = {}
    for name, exhibit in study.exhibits.items():
        kind = "Table" if exhibit.is_table else "Figure"
        seen[kind] += 1
        numbers[name] = f"{kind} {seen[kind]}"
    return numbers


def exhibits_by_number(study: Study) -> dict[str, str]:
    """Give number and title of every exhibit by its number."""
    return {number: f"{number}. {study.exhibits[name].title}" for name, number in exhibit_numbers(study).items()}


def exhibit_of_block(study: Study) -> dict[str, str]:
    """Give number and title of the first exhibit that shows each block; nothing for blocks that none shows."""
    numbers, shown = exhibits_by_number(study), exhibit_numbers(study)
    found: dict[str, str] = {}
    for name, exhibit in study.exhibits.items():
        for block in exhibit.estimated_in:
            found.setdefault(block, numbers[shown[name]])
    return found


def title_with_standing(declaration: ExhibitDeclaration) -> str:
    """Give the title, with the standing of simulated data."""
    suffix = f" [{SIMULATED}]" if declaration.standing == "simulated" else ""
    return f"{declaration.exhibit.title}{suffix}"


def full_title(declaration: ExhibitDeclaration) -> str:
    """Give number and title, with the standing of simulated data."""
    return f"{declaration.number}. {title_with_standing(declaration)}"


def with_standing(data: pd.DataFrame, declaration: ExhibitDeclaration) -> pd.DataFrame:
    """Put the standing of its data before every row of a figure's plotted data.

    Parameters
    ----------
    data
        What the figure shows.
    declaration
        What the study says about the exhibit.
    """
    words = SIMULATED if declaration.standing == "simulated" else f"{declaration.standing} data"
    marked = data.copy()
    marked.insert(0, "data_standing", words)
    return marked


def opening_notes(declaration: ExhibitDeclaration) -> list[str]:
    """Give what the author puts before all other notes."""
    return [declaration.exhibit.notes] if declaration.exhibit.notes else []


def closing_notes(declaration: ExhibitDeclaration, estimates: pd.DataFrame | None = None) -> list[str]:
    """Give the sentences that every exhibit ends with: source, and what simulated data are not.

    Parameters
    ----------
    declaration
        What the study says about the exhibit.
    estimates
        Those that the exhibit shows, of which is said before why some have no standard error, and what depends on the
        unit of their outcome.
    """
    sentences = []
    if estimates is not None:
        sentences += [*missing_errors(estimates), *unit_notes(estimates, declaration.outcomes)]
    if declaration.minimum_cell is not None:
        sentences.append(small_cell_note(declaration.minimum_cell))
    return [*sentences, *declaration.warnings, *standing_notes(declaration)]


def small_cell_note(minimum: int) -> str:
    """Say in a sentence what is withheld where a source asks for a least number of units."""
    return (
        f"Numbers of fewer than {minimum} units, and what describes so few, are not shown (<{minimum}), as the terms "
        "of the data ask; nor is another beside one alone, which a total would give away."
    )


def standing_notes(declaration: ExhibitDeclaration) -> list[str]:
    """Give the source, and what simulated data are not: what a page that shows many exhibits says once for all.

    Parameters
    ----------
    declaration
        What the study says about the exhibit.
    """
    sentences = [source_note(declaration)]
    if declaration.standing == "simulated":
        sentences.append(STANDING_NOTE)
    return sentences


def source_note(declaration: ExhibitDeclaration) -> str:
    """Say in a sentence what an exhibit is made from."""
    return f"Source: {'; '.join(text.rstrip('.') for text in declaration.sources)}."


def caption_of(declaration: ExhibitDeclaration, notes: list[str]) -> dict[str, str]:
    """Give what stands around an exhibit, for the page and the paper.

    Parameters
    ----------
    declaration
        What the study says about the exhibit.
    notes
        All sentences below it.

    Returns
    -------
    dict
        ``number``, ``title`` and ``notes``; ``own``, without what a paper says once of all its exhibits, and
        that: ``source``, which is empty where the notes name none.
    """
    source = source_note(declaration)
    return {
        "number": declaration.number,
        "title": full_title(declaration),
        "notes": " ".join(notes),
        "own": " ".join(note for note in notes if note not in (source, STANDING_NOTE)),
        "source": source if source in notes else "",
    }
