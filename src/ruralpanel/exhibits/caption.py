"""What stands around an exhibit: its number and title, its notes, and the standing of its data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from ruralpanel.exhibits.described import ColumnWords, SourceWords
from ruralpanel.frames.periods.frequency import FrequencyName, frequency
from ruralpanel.reasons import holds, read_reason
from ruralpanel.study.estimators import described
from ruralpanel.study.exhibits import AnyExhibit
from ruralpanel.study.facts import files_named_in
from ruralpanel.study.flow import FlowStep
from ruralpanel.study.model import Study
from ruralpanel.study.vcovs import CORRECTIONS, text_of, with_clusters
from ruralpanel.words.frames import listed
from ruralpanel.words.names import name_words
from ruralpanel.words.sentences import sentence_list

if TYPE_CHECKING:  # the workflow reads this module whenever it starts
    import pandas as pd

SIMULATED = "SIMULATED DATA"

SMALL = 10
"""Fewer treated clusters than this are told in notes."""

PERCENT = ("%", "per cent", "percent")


class OutcomeWords(BaseModel):
    """How an outcome is called and measured."""

    label: str
    unit: str | None
    transformation: str

    @property
    def head(self) -> str:
        """The label with its transformation, for a column head or the title of an axis."""
        return self.label + {"log": " (log)", "inverse_hyperbolic_sine": " (asinh)"}.get(self.transformation, "")

    @property
    def effect_unit(self) -> str:
        """The unit of an effect on it."""
        if self.transformation == "log":
            return "change in log"
        if self.transformation == "inverse_hyperbolic_sine":
            return f"change in asinh of {self.unit}" if self.unit else "change in asinh"
        return "percentage points" if self.unit in PERCENT else self.unit or ""

    @property
    def level_unit(self) -> str:
        """The unit of its level, as printed on an axis."""
        word = {"log": "log", "inverse_hyperbolic_sine": "asinh"}.get(self.transformation)
        if word is None:
            return self.unit or ""
        return f"{word} of {self.unit}" if self.unit else word


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
    """The files of facts that the notes refer to, by name."""
    tables: dict[str, str] = {}
    """With a scorecard of claims: by block, the first regression table that shows it, as `Table 6`."""
    fonts: list[str] = []
    """With a figure: files of fonts for characters that those of the house have not."""
    flow: list[FlowStep] = []
    """With a picture of the way of the data: everything the study makes."""

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
    used = {equation.outcome for block in behind for equation in study.equations(block)}
    only_drawn = study.drawn_sources - {*study.read_by_panel, *study.read_by_tables}
    own = exhibit.declares(study, numbers)
    return ExhibitDeclaration(
        name=name,
        number=numbers[name],
        exhibit=exhibit,
        standing=study.data_standing,
        labels=_family_labels(study) | own.pop("labels", {}) | study.labels(),
        outcomes={
            key: OutcomeWords(label=outcome.label, unit=outcome.unit, transformation=outcome.transformation)
            for key, outcome in study.outcomes.items()
            if key in used
        },
        specifications={
            place: label for place, label in study.specification_labels().items() if place.split("/")[0] in behind
        },
        unit=study.panel.unit,
        period=study.panel.period,
        frequency=study.panel.frequency,
        sources=list(
            dict.fromkeys(source.cited(key) for key, source in study.sources.items() if key not in only_drawn)
        ),
        treatments=study.treatment_notes(),
        anticipation={key: each.anticipation for key, each in study.designation.items() if each.anticipation},
        levels=study.levels,
        facts={key: study.facts[key] for key in files_named_in(exhibit.notes, study.facts)},
        fonts=[] if exhibit.is_table else study.fonts,
        **own,
    )


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


def closing_notes(declaration: ExhibitDeclaration) -> list[str]:
    """Give the sentences that every exhibit ends with: source, and what simulated data are not."""
    sentences = [f"Source: {'; '.join(text.rstrip('.') for text in declaration.sources)}."]
    if declaration.standing == "simulated":
        sentences.append(f"{SIMULATED}: made by a program with known effects; says nothing about real places.")
    return sentences


def unit_notes(estimates: pd.DataFrame, declaration: ExhibitDeclaration) -> list[str]:
    """Say of which coefficients the size depends on the unit of the outcome.

    A transformation that is like the logarithm and defined at zero weighs a move from zero to something by the unit:
    where there are such moves, another unit gives an effect of any size (Chen & Roth 2024, proposition 1).

    Parameters
    ----------
    estimates
        What the exhibit shows.
    declaration
        What the study says about the exhibit.

    Returns
    -------
    list of str
        One sentence, or none where no coefficient is on an inverse hyperbolic sine.
    """
    shown = set(estimates.loc[estimates["estimate"].notna(), "outcome"])
    outcomes = [
        f"{words.label} ({words.level_unit})"
        for name, words in declaration.outcomes.items()
        if name in shown and words.transformation == "inverse_hyperbolic_sine"
    ]
    if not outcomes:
        return []
    return [
        f"The size of a coefficient on {sentence_list(outcomes)} depends on the unit of the outcome and is no "
        "percentage: where zeros become positive or the reverse, another unit gives another size (Chen and Roth 2024, "
        "Quarterly Journal of Economics 139(2))."
    ]


def missing_errors(estimates: pd.DataFrame) -> list[str]:
    """Say in a sentence each why estimates have no standard error, where that is known.

    Parameters
    ----------
    estimates
        What the exhibit shows.
    """
    from ruralpanel.estimation.estimates import NO_ERROR
    from ruralpanel.estimation.treated_clusters import TOO_FEW

    known = estimates[estimates["estimate"].notna()]
    reasons = []
    for row in known.drop_duplicates(["reason", "reason_code", "reason_arguments"]).to_dict("records"):
        reason = read_reason(row["reason_code"], row["reason_arguments"])
        if reason is not None and holds(reason, *NO_ERROR, *TOO_FEW):
            reasons.append(row["reason"])
    return [*(f"{reason[0].upper()}{reason[1:]}." for reason in dict.fromkeys(reasons)), *_cluster_notes(known)]


def _cluster_notes(estimates: pd.DataFrame) -> list[str]:
    """Say in a sentence each that few clusters are treated, and that clusters are below the level of assignment."""
    effects = estimates[estimates["standard_error"].notna() & estimates["variance"].isin(with_clusters())]
    counts = effects.loc[effects["treated_clusters"] < SMALL, "treated_clusters"].dropna()
    sentences = []
    if len(counts):
        low, high = int(counts.min()), int(counts.max())
        number = f"{low}" if low == high else f"{low} to {high}"
        sentences.append(
            f"Treated clusters behind a coefficient: {number}, which are few for standard errors that let their number "
            "grow."
        )
    by_level = effects[["assigned_by", "clustered_by"]].drop_duplicates().itertuples(index=False)
    for level, by in ((level, " + ".join(listed(names))) for level, names in by_level if level):
        if by == level:
            continue
        sentences.append(
            f"Treatment is the same for all of a {level.replace('_', ' ')}, while standard errors are clustered by "
            f"{by.replace('_', ' ')}: they take for independent what is shared, and are too small."
        )
    return sentences


def not_used_notes(estimates: pd.DataFrame, labels: Mapping[str, str]) -> list[str]:
    """Say in a sentence for each estimator what its specification states and does not enter it.

    Parameters
    ----------
    estimates
        What the exhibit shows.
    labels
        What a reader sees for a name.
    """
    found = estimates.loc[estimates["not_used"] != "", ["estimator", "not_used"]].drop_duplicates()
    return [f"{described(name, labels).short} is without {what}." for name, what in found.itertuples(index=False)]


def variance_words(row: Mapping[Any, Any], labels: Mapping[str, str]) -> str:
    """Say how the standard errors of an estimate were computed.

    Parameters
    ----------
    row
        A row of the estimates.
    labels
        What a reader sees for a column.
    """
    kind = _kind_words(row, labels, "words")
    if len(listed(row["clustered_by"])) > 1:
        kind += " (of the two, the smaller number of clusters is shown and counts)"
    correction = CORRECTIONS.get(row["small_sample"])
    return f"{kind}, {correction.words}" if correction is not None else kind


def short_variance(row: Mapping[Any, Any], labels: Mapping[str, str], where: str = "short") -> str:
    """Say in a few words how the standard errors of an estimate were computed, without corrections by one factor.

    Parameters
    ----------
    row
        A row of the estimates.
    labels
        What a reader sees for a column.
    where
        Which of the texts of :class:`ruralpanel.study.vcovs.Vcov` is wanted.
    """
    correction = CORRECTIONS.get(row["small_sample"])
    parts = (_kind_words(row, labels, where), correction.short if correction is not None else "")
    return ", ".join(part for part in parts if part)


def _kind_words(row: Mapping[Any, Any], labels: Mapping[str, str], where: str) -> str:
    dimensions = [name_words(name, labels) for name in listed(row["clustered_by"])]
    return text_of(row["variance"], where, sentence_list(dimensions) if dimensions else "", row["spatial"])


def variances_words(estimates: pd.DataFrame, declaration: ExhibitDeclaration) -> str:
    """Say how the standard errors of several estimates were computed, each way once.

    Parameters
    ----------
    estimates
        Those with a standard error.
    declaration
        What the study says about the exhibit.

    Returns
    -------
    str
        Where estimators differ in it, each way with the estimators that have it in brackets; where one estimator has
        it in several ways, those follow one another.
    """
    ways = estimates.assign(way=[variance_words(row, declaration.labels) for row in estimates.to_dict("records")])
    by_way = {str(way): part for way, part in ways.groupby("way", sort=False)}
    if len({tuple(part["estimator"].unique()) for part in by_way.values()}) == 1:
        return "; ".join(by_way)
    several = set(ways.groupby("estimator")["way"].nunique().loc[lambda numbers: numbers > 1].index)
    return "; ".join(f"{way} ({_estimators_words(part, several, declaration.labels)})" for way, part in by_way.items())


def _estimators_words(estimates: pd.DataFrame, several: set[str], labels: Mapping[str, str]) -> str:
    """List estimators as legends do, and of those that are elsewhere too, whether leads or effects are here."""
    words = []
    for name, part in estimates.groupby("estimator", sort=False):
        times, which = part["event_time"], ""
        if name in several and times.notna().all():
            which = "leads of " if (times < 0).all() else "effects of " if (times >= 0).all() else ""
        words.append(which + described(str(name), labels).short)
    return sentence_list(words)
