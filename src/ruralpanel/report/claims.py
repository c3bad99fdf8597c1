"""The claims scorecard as the page begins with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from ruralpanel.errors import counted
from ruralpanel.exhibits.numbers import decimal, probability
from ruralpanel.exhibits.scorecard_table import KINDS
from ruralpanel.reasons import read
from ruralpanel.report.answer import as_read, unit_of
from ruralpanel.report.diagnosis import place_of_effect
from ruralpanel.report.estimates import link
from ruralpanel.report.scales import Scale, place_on, scale_of
from ruralpanel.study.addresses import read_address
from ruralpanel.study.estimators import ESTIMATORS, described
from ruralpanel.study.model import Study
from ruralpanel.study.outcomes import Outcome
from ruralpanel.verification.claims.evidence import CONFLICTS, DOUBTS, FINDINGS, NOT_SEEN
from ruralpanel.verification.claims.sign import expectation_words
from ruralpanel.verification.claims.status import STATUSES
from ruralpanel.words.answer import UNITS, decimals_shown
from ruralpanel.words.claims import MEANINGS, PARTS
from ruralpanel.words.claims import STATUSES as STATUS_WORDS
from ruralpanel.words.estimates import OutcomeWords
from ruralpanel.words.frames import in_words
from ruralpanel.words.names import row_words
from ruralpanel.words.sentences import sentence

AGAINST = (CONFLICTS, DOUBTS, NOT_SEEN)
"""Evidence that keeps a claim from being robust."""


def claim_cards(claims: pd.DataFrame, study: Study, places: Collection[str] = ()) -> list[dict[str, Any]]:
    """Print the scorecard, one card a claim, the robust first.

    Parameters
    ----------
    claims
        From :func:`ruralpanel.verification.scorecard.score_claims`.
    study
        The study.
    places
        Where the page says what the diagnosis found, from :func:`ruralpanel.report.diagnosis.place_of_effect`; lines of
        other effects have no link.

    Returns
    -------
    list of dict
        Text, author and status of the claim, ``short``, why it is no better, its tests with printed numbers, and lines
        of evidence: ``against``, which speak against it, and ``other``.
    """
    cards = []
    scales = _scales(claims, study)
    for name, tests in claims.groupby("claim", sort=False):
        first = tests.iloc[0]
        printed = [_test(test, study, scales) for test in in_words(tests, study.labels()).to_dict("records")]
        lines = _evidence(tests, study, places)
        cards.append(
            {
                "name": name,
                "text": first["text"],
                "by": "" if pd.isna(first["by"]) else first["by"],
                "status": first["status"],
                "status_words": STATUS_WORDS[first["status"]],
                "short": _short(first["status"], tests, printed, lines),
                "tests": printed,
                "against": [line for line in lines if line["finding"] in AGAINST],
                "other": [line for line in lines if line["finding"] not in AGAINST],
            }
        )
    return sorted(cards, key=lambda card: STATUSES.index(card["status"]))


def claims_by_status(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put cards under what became of them: statuses that any claim has, with what each means."""
    return [
        {"status": status, "words": STATUS_WORDS[status], "meaning": MEANINGS[status], "cards": those}
        for status in STATUSES
        if (those := [card for card in cards if card["status"] == status])
    ]


def claims_sentence(claims: pd.DataFrame) -> str:
    """Count claims by what became of them: ``16 claims: 2 robust, 3 fragile, …``, without statuses that none has."""
    statuses = claims.groupby("claim", sort=False)["status"].first()
    counts = [(int((statuses == status).sum()), STATUS_WORDS[status]) for status in STATUSES]
    return f"{counted(len(statuses), 'claim')}: {', '.join(f'{count} {words}' for count, words in counts if count)}."


def _evidence(tests: pd.DataFrame, study: Study, places: Collection[str]) -> list[dict[str, str]]:
    """Print the lines of evidence of a claim, each once though several tests have it, those against it first."""
    lines: dict[tuple[str, ...], dict[str, str]] = {}
    labels = study.labels()
    for test in tests.fillna({"treatment": "", "evidence": ""}).to_dict("records"):
        for each in read(test["evidence"]) or ():
            words = sentence(each["why"], labels)
            place = place_of_effect(test["treatment"], test["outcome"])
            at = link(each["address"]) if each["address"] else f"#{place}" if place in places else ""
            lines.setdefault(
                (each["part"], each["finding"], words),
                {"part": PARTS[each["part"]], "finding": each["finding"], "words": words, "link": at},
            )
    return sorted(lines.values(), key=lambda line: FINDINGS.index(line["finding"]))


def _short(status: str, tests: pd.DataFrame, printed: list[dict[str, Any]], lines: list[dict[str, str]]) -> str:
    """Say in a few words why a claim is what it is, by the first test that makes it so."""
    if status in ("fragile", "conflicting"):
        finding = CONFLICTS if status == "conflicting" else DOUBTS
        named = [line for line in lines if line["finding"] == finding] or lines
        return "; ".join(dict.fromkeys(f"{line['part']}: {line['words']}" for line in named[:2]))
    deciding = next(each for each, own in zip(printed, tests["test_status"], strict=True) if own == status)
    found = f"{deciding['term']} on {deciding['outcome']}: {deciding['estimate']} {deciding['unit']}".rstrip()
    interval = f" ({deciding['interval']})" if deciding["interval"] else ""
    if status == "not_identified":
        return str(deciding["reason"])
    if status == "undecided":
        why = tests.loc[tests["test_status"] == status, "reason"].iloc[0]
        doubted = [line for line in lines if line["finding"] == DOUBTS]
        if why == "other_sign" and doubted:  # contradicted, were it not for this
            return f"{found}{interval}: {deciding['reason']}, but {doubted[0]['part']}: {doubted[0]['words']}"
        detectable = deciding["detectable"]
        could = (
            f"; an effect of {detectable} {deciding['unit']} would have been found with a power of 80%"
            if detectable
            else ""
        )
        return f"{found}{interval}: {deciding['reason']}{could}"
    return f"{found}{interval}"


def _scales(claims: pd.DataFrame, study: Study) -> dict[str, Scale | None]:
    """Find one scale for all tests that are read in the same unit, so that their pictures can be compared."""
    numbers: dict[str, list[float]] = {}
    for test in claims.to_dict("records"):
        outcome, estimator = _measured(test, study)
        read_in = [
            as_read(test[name], unit_of(outcome, estimator)) for name in ("estimate", "interval_low", "interval_high")
        ]
        numbers.setdefault(_unit_words(outcome, estimator), []).extend(read_in)
    return {unit: scale_of(known) for unit, known in numbers.items()}


def _test(test: Mapping[Any, Any], study: Study, scales: Mapping[str, Scale | None]) -> dict[str, Any]:
    outcome, estimator = _measured(test, study)
    unit, words = unit_of(outcome, estimator), OutcomeWords.of(outcome)
    estimate, low, high = (as_read(test[name], unit) for name in ("estimate", "interval_low", "interval_high"))
    digits = decimals_shown(estimate, low, high)
    unit_words = _unit_words(outcome, estimator)
    declared = study.claims[test["claim"]].tests[int(test["test"]) - 1]
    bound = round(as_read(declared.bound, unit), digits)
    return {
        "term": row_words(test, study.labels()),
        "outcome": words.head,
        "estimator": described(estimator, study.labels()).method,
        "expected": expectation_words(declared.model_copy(update={"bound": bound})),
        "estimate": decimal(estimate, digits) or "—",
        "interval": f"{decimal(low, digits)} to {decimal(high, digits)}" if pd.notna(low) else "",
        "level": "" if pd.isna(test["interval_level"]) else f"{test['interval_level'] * 100:g}%",
        "p": probability(test["p_value"], sign=""),
        "p_kind": KINDS[test["p_value_kind"]][0],
        "detectable": decimal(as_read(test["minimum_detectable_effect"], unit), digits),
        "status": STATUS_WORDS[test["test_status"]],
        "reason": "" if pd.isna(test["reason"]) else test["reason"],
        "address": test["address"],
        "link": link(test["address"]),
        "picture": _picture(estimate, low, high, scales[unit_words]),
        "unit": unit_words,
    }


def _measured(test: Mapping[Any, Any], study: Study) -> tuple[Outcome, str]:
    """Give the outcome and the estimator of a test."""
    _, _, estimator, _ = read_address(test["address"]).parts
    return study.outcomes[test["outcome"]], estimator


def _unit_words(outcome: Outcome, estimator: str) -> str:
    """Say what a coefficient is read in, which need not be the unit of its outcome."""
    unit, log_of = unit_of(outcome, estimator), ESTIMATORS[estimator].log_of
    if unit == "own":
        return OutcomeWords.of(outcome).effect_unit
    return f"{UNITS[unit]} of {log_of}" if log_of else UNITS[unit]


def _picture(estimate: float, low: float, high: float, scale: Scale | None) -> dict[str, Any] | None:
    """Place an estimate, its interval and round numbers on a scale; nothing where there is no interval."""
    if scale is None or pd.isna(estimate) or pd.isna(low) or pd.isna(high):
        return None
    places = {"zero": 0.0, "low": low, "high": high, "estimate": estimate}
    ends = dict.fromkeys((scale.ticks[0], 0.0, scale.ticks[-1]))
    return {name: place_on(scale, value) for name, value in places.items()} | {
        "ticks": [{"at": place_on(scale, tick), "words": scale.words(tick)} for tick in ends]
    }
