"""The answer of a study in sentences: what was found, how sure that is, what is true, and what could be wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, isfinite, isnan, log10
from typing import TYPE_CHECKING, Any, Literal

from ruralpanel.words.claims import PARTS
from ruralpanel.words.claims import STATUSES as STATUS_WORDS
from ruralpanel.words.diagnosis import ITEMS
from ruralpanel.words.estimates import OutcomeWords
from ruralpanel.words.names import row_words
from ruralpanel.words.sentences import MINUS, sentence, sentence_list

if TYPE_CHECKING:
    from ruralpanel.diagnosis.finding import Finding
    from ruralpanel.reasons import Reason
    from ruralpanel.study.model import Study

MEANINGS = {
    "robust": "no check suggests that it is an artefact",
    "told": "it differs from zero; further checks are made of effects of treatments only",
    "fragile": "it may be an artefact",
    "conflicting": "estimators of the same effect differ by more than sampling error",
    "undecided": "the data do not determine its sign",
    "not_identified": "it cannot be estimated",
}
"""What a status says of the answer."""

Unit = Literal["per_cent", "percentage_points", "hundredths", "own"]

UNITS = {"per_cent": "per cent", "percentage_points": "percentage points", "hundredths": "percentage points"}


@dataclass(frozen=True)
class Doubt:
    """A line of evidence against the answer.

    Parameters
    ----------
    part
        What was asked: a part of the rule, or an item of the diagnosis.
    finding
        Whether it conflicts, doubts or was not seen.
    why
        What was found.
    """

    part: str
    finding: str
    why: Reason


@dataclass(frozen=True)
class Answer:
    """What a study answers.

    Parameters
    ----------
    address
        The estimate.
    row
        Its row among the estimates.
    treatment
        The designation that it is of; empty for another regressor.
    unit
        What ``estimate``, ``low``, ``high`` and ``truth`` are in: per cent of the outcome, percentage points (of an
        outcome in per cent, or in ``hundredths`` of one that is a share), or the outcome's ``own`` unit.
    estimate, low, high
        As a reader reads them; ends of the interval are missing where there is none.
    level
        What the interval covers; missing where there is none.
    truth
        The true effect, where the data are simulated and it is known; else missing.
    status
        What an effect of the sign that was found would be, by the study's rule: ``robust``, ``fragile``,
        ``conflicting``, ``undecided`` or ``not_identified``; and ``told`` where it differs from zero and is of no
        treatment, so that nothing else was looked at.
    reason
        Why it is no more than that, of a status that the estimate alone decides.
    doubts
        The lines of evidence against it.
    warnings
        What the diagnosis warns of for its treatment and outcome.
    notes
        What it notes beside them, by item.
    looked_for
        The items of the diagnosis that were looked for and not found.
    is_effect
        Whether it is read as an effect, and not as an association.
    simulated
        Whether the data are.
    """

    address: str
    row: Mapping[str, Any]
    treatment: str
    unit: Unit
    estimate: float
    low: float
    high: float
    level: float
    truth: float
    status: str
    reason: Reason | None
    doubts: tuple[Doubt, ...]
    warnings: tuple[Finding, ...]
    notes: tuple[str, ...]
    looked_for: tuple[str, ...]
    is_effect: bool
    simulated: bool

    @property
    def holds_truth(self) -> bool:
        """Whether the true effect lies within the interval."""
        return bool(self.low <= self.truth <= self.high)


def found_sentence(answer: Answer, study: Study) -> str:
    """Say what was found, with its interval.

    Parameters
    ----------
    answer
        From :func:`ruralpanel.report.answer.answer_of`.
    study
        The study.

    Returns
    -------
    str
        Such as ``Castle-doctrine laws raised homicides by 8.1 per cent (95% interval 1.0 to 15.7).`` A fall is told
        without its minus sign, and the interval turned round with it.
    """
    cause, outcome = cause_words(answer, study), outcome_words(answer, study)
    if answer.status == "not_identified":
        why = sentence(answer.reason, study.labels()) if answer.reason is not None else MEANINGS["not_identified"]
        return f"There is no estimate for {outcome}: {why}."
    falls = answer.estimate < 0
    if answer.status == "undecided":
        may = "have raised or lowered" if answer.is_effect else "have gone with a rise or a fall in"
        return f"{cause} may {may} {outcome}: the estimate is {_number(answer, study, 1)}."
    size = _number(answer, study, -1 if falls else 1)
    if answer.is_effect:
        return f"{cause} {'lowered' if falls else 'raised'} {outcome} by {size}."
    return f"{cause} went with a {'fall' if falls else 'rise'} in {outcome} of {size}."


def status_sentence(answer: Answer) -> str:
    """Say how sure the answer is, in a sentence, and of a fragile one what the diagnosis warns of.

    Such as ``This finding is fragile: the diagnosis warns of few clusters.``
    """
    if answer.status not in STATUS_WORDS:
        return meaning_sentence(answer)
    items = dict.fromkeys(ITEMS[each.item] for each in answer.warnings) if answer.status == "fragile" else {}
    why = f"the diagnosis warns of {sentence_list(list(items))}" if items else MEANINGS[answer.status]
    return f"This finding is {STATUS_WORDS[answer.status]}: {why}."


def meaning_sentence(answer: Answer) -> str:
    """Say the same where the status itself stands beside it."""
    words = MEANINGS[answer.status]
    return f"{words[0].upper()}{words[1:]}."


def truth_sentence(answer: Answer, study: Study) -> str:
    """Say what is true where that is known of simulated data, and whether the interval holds it."""
    if isnan(answer.truth):
        return ""
    decimals = _decimals(answer)
    true = f"The data are simulated, and the true effect is {_with_unit(answer, study, answer.truth, decimals)}"
    if isnan(answer.low):
        return f"{true}."
    if answer.holds_truth:
        return f"{true}, which the interval covers."
    larger = abs(answer.estimate) > abs(answer.truth) and answer.estimate * answer.truth >= 0
    wrong = "too large" if larger else "too small" if answer.estimate * answer.truth >= 0 else "of the wrong sign"
    return f"{true}: the estimate is {wrong}, and its interval does not cover the truth."


def doubt_sentences(answer: Answer, labels: Mapping[str, str]) -> list[str]:
    """Say what could be wrong, each in a sentence: what the diagnosis warns of, and then other evidence against it.

    Parameters
    ----------
    answer
        From :func:`ruralpanel.report.answer.answer_of`.
    labels
        What a reader sees for a name.
    """
    told = [sentence(each.flaw, labels) for each in answer.warnings]
    for doubt in answer.doubts:
        why = sentence(doubt.why, labels)
        if why not in told:
            part = PARTS[doubt.part]
            told.append(f"{part[0].upper()}{part[1:]}: {why.rstrip('.')}.")
    return told


def looked_for_sentence(answer: Answer) -> str:
    """Say what was looked for and not found; nothing where nothing was looked for."""
    items = [ITEMS[item] for item in answer.looked_for]
    return f"Looked for and not found: {sentence_list(items)}." if items else ""


def notes_sentence(answer: Answer) -> str:
    """Say what the diagnosis notes and does not warn of; nothing where there is no note."""
    items = [ITEMS[item] for item in answer.notes]
    return f"Noted: {sentence_list(items)}." if items else ""


def size_words(answer: Answer, number: float) -> str:
    """Write a number in the answer's unit, without the unit, with the answer's decimals."""
    return _decimal(number, _decimals(answer))


def unit_words(answer: Answer, study: Study) -> str:
    """Name the unit of the answer's numbers."""
    return UNITS.get(answer.unit) or OutcomeWords.of(study.outcomes[answer.row["outcome"]]).effect_unit


def decimals_shown(estimate: float, low: float, high: float) -> int:
    """Give the decimals that show two digits of half an interval, or three of an estimate without one."""
    half = (high - low) / 2
    shown, digits = (half, 1) if isfinite(half) and half > 0 else (abs(estimate), 2)
    return min(max(digits - floor(log10(shown)), 0), 8) if isfinite(shown) and shown > 0 else digits


def cause_words(answer: Answer, study: Study) -> str:
    """Name what acts, as a sentence begins."""
    words = study.answer.cause or row_words(answer.row, study.labels())
    return words[0].upper() + words[1:]


def outcome_words(answer: Answer, study: Study) -> str:
    """Name what is acted on, as inside a sentence: with a small letter, unless its label begins with an acronym."""
    if study.answer.outcome:
        return study.answer.outcome
    label = study.outcomes[answer.row["outcome"]].label
    words = label if label[1:2].isupper() else label[0].lower() + label[1:]
    if answer.row["kind"] != "event_time":
        return words
    time = int(answer.row["event_time"])
    return f"{words} {f'{time} periods after it began' if time else 'in its first period'}"


def _number(answer: Answer, study: Study, sign: int) -> str:
    """Write the estimate with its unit and its interval, turned round where the sign is."""
    decimals = _decimals(answer)
    size = _with_unit(answer, study, sign * answer.estimate, decimals)
    if isnan(answer.low):
        return size
    low, high = sorted((sign * answer.low, sign * answer.high))
    return f"{size} ({answer.level * 100:g}% interval {_decimal(low, decimals)} to {_decimal(high, decimals)})"


def _with_unit(answer: Answer, study: Study, number: float, decimals: int) -> str:
    return f"{_decimal(number, decimals)} {unit_words(answer, study)}".rstrip()


def _decimals(answer: Answer) -> int:
    return decimals_shown(answer.estimate, answer.low, answer.high)


def _decimal(number: float, decimals: int) -> str:
    text = f"{abs(number):,.{decimals}f}"
    return MINUS + text if number < 0 and text.strip("0.,") else text
