"""What a specification chose, in words: for a curve of all of them, and for a reader who picks one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ruralpanel.exhibits.numbers import decimal
from ruralpanel.reasons import read
from ruralpanel.study.estimators import described
from ruralpanel.study.fixed_effects import fixed_effect
from ruralpanel.words.estimates import short_variance
from ruralpanel.words.frames import listed
from ruralpanel.words.names import name_words, term_words
from ruralpanel.words.sentences import sample_words

CHOICES = ["estimator", "fixed_effects", "regressors", "weights", "sample", "left_out", "variance", "clustered_by"]
CHOICES += ["kernel", "cutoff", "bandwidth", "repaired"]
"""The columns of the estimates that tell specifications apart."""

Choices = dict[str, list[str]]
"""What was chosen, by kind of choice."""


def choices_of(row: Mapping[Any, Any], labels: Mapping[str, str]) -> Choices:
    """Say what a specification chose, by kind of choice.

    Parameters
    ----------
    row
        A row of the estimates in words.
    labels
        What a reader sees for a name.
    """
    left_out = read(row["left_out"]) or ()
    times = [each.arguments["times"] for each in left_out if each.code == "without_event_times"]
    others = [each for each in left_out if each.code != "without_event_times"]
    return {
        "Estimator": [described(row["estimator"], labels).short],
        "Fixed effects": [_effect_words(each, labels) for each in listed(row["fixed_effects"])] or ["none"],
        "Regressors": [name_words(each, labels) for each in listed(row["regressors"])] or ["none"],
        "Weights": [name_words(row["weights"], labels)],
        "Sample": [sample_words(row["condition"], others, labels)],
        "Event times left out": [", ".join(decimal(each, 0) for each in times[0]) if times else "none"],
        "Standard errors": [_first_upper(short_variance(row, labels))],
    }


def _effect_words(effect: str, labels: Mapping[str, str]) -> str:
    parsed = fixed_effect(effect)
    words = term_words(parsed.intercept, labels)
    if parsed.slope is not None:
        words = f"{name_words(parsed.slope, labels)}, slope by {words}"
    return _first_upper(words)


def _first_upper(words: str) -> str:
    return words[:1].upper() + words[1:]
