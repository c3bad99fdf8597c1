"""The answer as the page begins with it: a sentence, badges, estimates of the same effect, and what could be wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ruralpanel.estimation.address import address_of
from ruralpanel.report.answer import KINDS, as_read
from ruralpanel.report.diagnosis import place_of_effect
from ruralpanel.report.estimates import link
from ruralpanel.report.scales import Scale, place_on, scale_of
from ruralpanel.study.estimators import described
from ruralpanel.study.model import Study
from ruralpanel.verification.summary import verdict_word
from ruralpanel.words.answer import (
    Answer,
    doubt_sentences,
    found_sentence,
    looked_for_sentence,
    meaning_sentence,
    notes_sentence,
    size_words,
    truth_sentence,
    unit_words,
)
from ruralpanel.words.claims import STATUSES

MOST_DOUBTS = 2
"""Sentences on what could be wrong that are shown; the rest is folded."""

MOST_ESTIMATES = 9
"""Estimates of the same effect that are drawn."""

MATCHES = {"MATCH": "robust", "NO MATCH": "contradicted"}
"""How the badge of a verdict looks."""


def answer_parts(
    answer: Answer | None,
    study: Study,
    estimates: pd.DataFrame,
    verdict: tuple[Counter[str], Counter[str]],
    diagnosed: Sequence[str] = (),
) -> dict[str, Any]:
    """Print the answer.

    Parameters
    ----------
    answer
        From :func:`ruralpanel.report.answer.answer_of`.
    study
        The study.
    estimates
        Tidy estimates of all blocks.
    verdict
        The cells and the figures that were published, by status.
    diagnosed
        Where the page says what the diagnosis found.

    Returns
    -------
    dict
        Sentences, badges, and rows of the picture, with the places of points and intervals in per cent of its width.
    """
    word = verdict_word(*verdict)
    badge = {"verdict": word or "nothing published", "verdict_look": MATCHES.get(word, "fragile" if word else "")}
    if answer is None:
        return badge | {"found": ""}
    doubts = doubt_sentences(answer, study.labels())
    place = place_of_effect(answer.treatment, answer.row["outcome"])
    return badge | {
        "found": found_sentence(answer, study),
        "link": link(answer.address),
        "address": answer.address,
        "status": answer.status,
        "status_words": STATUSES.get(answer.status, ""),
        "meaning": meaning_sentence(answer),
        "truth": truth_sentence(answer, study),
        "doubts": doubts[:MOST_DOUBTS],
        "more_doubts": doubts[MOST_DOUBTS:],
        "looked_for": looked_for_sentence(answer),
        "noted": notes_sentence(answer),
        "diagnosis": f"#{place}" if place in diagnosed else "",
        **_picture(answer, study, estimates),
    }


def _picture(answer: Answer, study: Study, estimates: pd.DataFrame) -> dict[str, Any]:
    """Draw the estimates of the same effect on one scale, the answer first, with zero and what is true."""
    rows = _of_same_effect(answer, estimates)
    numbers = [
        [as_read(row[name], answer.unit) for name in ("estimate", "interval_low", "interval_high")] for row in rows
    ]
    scale = scale_of([number for each in numbers for number in each] + [answer.truth])
    if scale is None:
        return {"rows": []}
    return {
        "rows": [
            _bar(answer, study, row, each, scale, several=len({row["estimator"] for row in rows}) > 1)
            for row, each in zip(rows, numbers, strict=True)
        ],
        "zero": place_on(scale, 0.0),
        "true": place_on(scale, answer.truth),
        "ticks": [{"at": place_on(scale, tick), "words": scale.words(tick)} for tick in scale.ticks],
        "unit": unit_words(answer, study),
    }


def _bar(
    answer: Answer, study: Study, row: Mapping[str, Any], numbers: Sequence[float], scale: Scale, *, several: bool
) -> dict[str, Any]:
    estimate, low, high = numbers
    labels = study.specification_labels()
    words = labels.get(f"{row['block']}/{row['specification']}") or study.blocks[row["block"]].title or row["block"]
    return {
        "name": described(row["estimator"], study.labels()).short if several else words,
        "link": link(address_of(row)),
        "is_answer": address_of(row) == answer.address,
        "estimate": place_on(scale, estimate),
        "low": place_on(scale, low),
        "high": place_on(scale, high),
        "words": size_words(answer, estimate),
    }


def _of_same_effect(answer: Answer, estimates: pd.DataFrame) -> list[dict[str, Any]]:
    """List the answer and others of the same effect: one an estimator, or the answer's by other specifications."""
    same = estimates[
        (estimates["effect_of"] == answer.row["effect_of"])
        & (estimates["outcome"] == answer.row["outcome"])
        & estimates["kind"].isin(KINDS[0])
        & estimates["estimate"].notna()
        & estimates["standard_error"].notna()
    ]
    by_estimator = same[same["estimator"] != answer.row["estimator"]].drop_duplicates("estimator")
    others = by_estimator if len(by_estimator) else same[same["sample"] == answer.row["sample"]]
    found = [row for row in others.to_dict("records") if address_of(row) != answer.address]
    return [dict(answer.row), *found][:MOST_ESTIMATES]
