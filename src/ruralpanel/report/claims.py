"""The claims scorecard as the page begins with it."""

from __future__ import annotations

from collections.abc import Mapping
from math import copysign, floor, log10
from typing import Any

import pandas as pd

from ruralpanel.exhibits.numbers import MINUS, decimal, probability
from ruralpanel.exhibits.scorecard_table import KINDS
from ruralpanel.report.estimates import decimals, link
from ruralpanel.study.addresses import read_address
from ruralpanel.study.estimators import ESTIMATORS, described
from ruralpanel.study.model import Study
from ruralpanel.verification.scorecard import STATUSES
from ruralpanel.words.estimates import OutcomeWords
from ruralpanel.words.frames import in_words
from ruralpanel.words.names import row_words

WIDTH, MARGIN = 170, 18
"""The width of the picture of an interval, and what is left free on both sides for numbers, in pixels."""


def claim_cards(claims: pd.DataFrame, study: Study) -> list[dict[str, Any]]:
    """Print the scorecard, one card a claim.

    Parameters
    ----------
    claims
        From :func:`ruralpanel.verification.scorecard.score_claims`.
    study
        The study.

    Returns
    -------
    list of dict
        Text, author and status of the claim, and its tests with printed numbers.
    """
    cards = []
    for name, tests in claims.groupby("claim", sort=False):
        first = tests.iloc[0]
        cards.append(
            {
                "name": name,
                "text": first["text"],
                "by": "" if pd.isna(first["by"]) else first["by"],
                "status": first["status"],
                "tests": [_test(test, study) for test in in_words(tests, study.labels()).to_dict("records")],
            }
        )
    return cards


def claims_sentence(claims: pd.DataFrame) -> str:
    """Count claims by what became of them: ``Of 16 claims, 5 are supported, …``."""
    statuses = claims.groupby("claim", sort=False)["status"].first()
    parts = [f"{(statuses == status).sum()} {status}" for status in STATUSES]
    total = len(statuses)
    return f"{total} claim{'' if total == 1 else 's'}: {', '.join(parts)}."


def _test(test: Mapping[Any, Any], study: Study) -> dict[str, Any]:
    error = test["standard_error"]
    digits = decimals(error if pd.notna(error) else test["estimate"])
    low, high = test["interval_low"], test["interval_high"]
    interval = f"{decimal(low, digits)} to {decimal(high, digits)}" if pd.notna(low) else ""
    _, _, estimator, _ = read_address(test["address"]).parts
    outcome = study.outcomes[test["outcome"]]
    words = OutcomeWords.of(outcome)
    level = "" if pd.isna(test["interval_level"]) else f"{test['interval_level'] * 100:g}%"
    return {
        "term": row_words(test, study.labels()),
        "outcome": words.head,
        "estimator": described(estimator, study.labels()).method,
        "expected": test["expected"],
        "estimate": decimal(test["estimate"], digits) or "—",
        "interval": interval,
        "level": level,
        "p": probability(test["p_value"], sign=""),
        "p_kind": KINDS[test["p_value_kind"]][0],
        "detectable": decimal(test["minimum_detectable_effect"], digits),
        "status": test["test_status"],
        "reason": "" if pd.isna(test["reason"]) else test["reason"],
        "address": test["address"],
        "link": link(test["address"]),
        "picture": interval_picture(test["estimate"], low, high),
        "unit": _unit_words(words, estimator),
    }


def _unit_words(outcome: OutcomeWords, estimator: str) -> str:
    """Say what a coefficient is measured in, which need not be the unit of its outcome."""
    scale = ESTIMATORS[estimator].scale
    return f"change in {scale}" if scale else outcome.effect_unit


def interval_picture(estimate: float, low: float, high: float) -> dict[str, Any] | None:
    """Place an estimate, its interval, zero and a round number on a line; nothing where there is no interval.

    Parameters
    ----------
    estimate, low, high
        The estimate and the ends of its interval.

    Returns
    -------
    dict or None
        The places in pixels from the left, and with ``scale`` what the round number is: the largest of 1, 2 and 5
        times a power of ten that fits on the longer side of zero.
    """
    if pd.isna(estimate) or pd.isna(low) or pd.isna(high):
        return None
    first, last = min(low, 0.0), max(high, 0.0)
    pixels = (WIDTH - 2 * MARGIN) / ((last - first) or 1.0)
    farther = max(first, last, key=abs)
    round_number = copysign(_largest_round(abs(farther)), farther)
    places = {"zero": 0.0, "low": low, "high": high, "estimate": estimate, "round": round_number}
    return {name: round(MARGIN + (value - first) * pixels, 1) for name, value in places.items()} | {
        "scale": f"{round_number:g}".replace("-", MINUS)
    }


def _largest_round(number: float) -> float:
    """Give the largest of 1, 2 and 5 times a power of ten that is not above a number; 1 for zero."""
    if number == 0:
        return 1.0
    power = 10.0 ** floor(log10(number))
    return max(each * power for each in (1.0, 2.0, 5.0) if each * power <= number * (1 + 1e-12))
