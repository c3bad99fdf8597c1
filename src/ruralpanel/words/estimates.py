"""What is to be said of estimates below an exhibit or on the page: how they were made, and what they cannot tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from ruralpanel.reasons import holds, read_reason
from ruralpanel.study.estimators import described
from ruralpanel.study.outcomes import Outcome
from ruralpanel.study.vcovs import CORRECTIONS, text_of, with_clusters
from ruralpanel.words.frames import listed
from ruralpanel.words.names import name_words, row_words, within_a_sentence
from ruralpanel.words.sentences import sentence_list

if TYPE_CHECKING:  # the workflow reads rooms of words whenever it starts
    import pandas as pd

SMALL = 10
"""Fewer treated clusters than this are told in notes."""

PERCENT = ("%", "per cent", "percent")

DETECTABLE = "minimum detectable effect, which a two-sided test at the 5% level finds with a power of 80% (Bloom 1995)."


class OutcomeWords(BaseModel):
    """How an outcome is called and measured."""

    label: str
    unit: str | None
    transformation: str

    @classmethod
    def of(cls, outcome: Outcome) -> OutcomeWords:
        """Take them from the study."""
        return cls(label=outcome.label, unit=outcome.unit, transformation=outcome.transformation)

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


def unit_notes(estimates: pd.DataFrame, outcomes: Mapping[str, OutcomeWords]) -> list[str]:
    """Say of which coefficients the size depends on the unit of the outcome.

    A transformation that is like the logarithm and defined at zero weighs a move from zero to something by the unit:
    where there are such moves, another unit gives an effect of any size (Chen & Roth 2024, proposition 1).

    Parameters
    ----------
    estimates
        What the exhibit shows.
    outcomes
        How outcomes are called and measured.

    Returns
    -------
    list of str
        One sentence, or none where no coefficient is on an inverse hyperbolic sine.
    """
    shown = set(estimates.loc[estimates["estimate"].notna(), "outcome"])
    transformed = [
        f"{words.label} ({words.level_unit})"
        for name, words in outcomes.items()
        if name in shown and words.transformation == "inverse_hyperbolic_sine"
    ]
    if not transformed:
        return []
    return [
        f"The size of a coefficient on {sentence_list(transformed)} depends on the unit of the outcome and is no "
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
    return [f"{described(name, labels).short} does not use {what}." for name, what in found.itertuples(index=False)]


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
    if where == "words":
        dimensions = [within_a_sentence(each) for each in dimensions]
    return text_of(row["variance"], where, sentence_list(dimensions) if dimensions else "", row["spatial"])


def variances_words(estimates: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """Say how the standard errors of several estimates were computed, each way once.

    Parameters
    ----------
    estimates
        Those with a standard error.
    labels
        What a reader sees for a name.

    Returns
    -------
    str
        Where estimators differ in it, each way with the estimators that have it in brackets; where one estimator has
        it in several ways, those follow one another.
    """
    ways = estimates.assign(way=[variance_words(row, labels) for row in estimates.to_dict("records")])
    by_way = {str(way): part for way, part in ways.groupby("way", sort=False)}
    if len({tuple(part["estimator"].unique()) for part in by_way.values()}) == 1:
        return "; ".join(by_way)
    several = set(ways.groupby("estimator")["way"].nunique().loc[lambda numbers: numbers > 1].index)
    return "; ".join(f"{way} ({_estimators_words(part, several, labels)})" for way, part in by_way.items())


def _estimators_words(estimates: pd.DataFrame, several: set[str], labels: Mapping[str, str]) -> str:
    """List estimators as legends do, and of those that are elsewhere too, whether leads or effects are here."""
    words = []
    for name, part in estimates.groupby("estimator", sort=False):
        times, which = part["event_time"], ""
        if name in several and times.notna().all():
            which = "leads of " if (times < 0).all() else "effects of " if (times >= 0).all() else ""
        words.append(which + described(str(name), labels).short)
    return sentence_list(words)


def interval_notes(
    estimates: pd.DataFrame, labels: Mapping[str, str], marks: str = "Points are coefficients, bars"
) -> list[str]:
    """Say what bars are, and how standard errors were computed.

    Parameters
    ----------
    estimates
        What the exhibit shows.
    labels
        What a reader sees for a name.
    marks
        What is drawn, up to the level of intervals.

    Returns
    -------
    list of str
        One sentence, or none where there is no standard error.
    """
    numbers = estimates[estimates["standard_error"].notna()]
    if numbers.empty:
        return []
    levels = " or ".join(f"{level:.0%}" for level in dict.fromkeys(numbers["interval_level"]))
    return [f"{marks} {levels} intervals; standard errors {variances_words(numbers, labels)}."]


def missing_coefficients(estimates: pd.DataFrame, labels: Mapping[str, str]) -> list[str]:
    """Say in a sentence each why coefficients have no number.

    Parameters
    ----------
    estimates
        What the exhibit shows.
    labels
        What a reader sees for a name.
    """
    without = estimates[estimates["estimate"].isna()].drop_duplicates(["term", "reason"])
    return [f"{row_words(row, labels)}: {row['reason']}." for row in without.to_dict("records")]


def missing_outcomes(estimates: pd.DataFrame, outcomes: Mapping[str, OutcomeWords]) -> list[str]:
    """Say in a sentence each why there is no number of an outcome.

    Parameters
    ----------
    estimates
        What the exhibit shows and has no number.
    outcomes
        How outcomes are called and measured.
    """
    without = estimates[estimates["estimate"].isna()].drop_duplicates(["outcome", "reason"])
    return [f"{outcomes[row['outcome']].head}: {row['reason']}." for row in without.to_dict("records")]
