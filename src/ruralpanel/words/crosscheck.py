"""What is said of a cross-check by other programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ruralpanel.reasons import read_reason
from ruralpanel.words.sentences import sentence


def crosscheck_words(checks: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say how many estimates other programs agree on.

    Parameters
    ----------
    checks
        Facts from :func:`ruralpanel.crosscheck.comparison.facts_of`; for none, nothing is said.

    Returns
    -------
    list of str
        A sentence each: ``Also by R: 412 of 412 estimates agree; 20 more have no script.``
    """
    return [_sentence(each) for each in checks]


def _sentence(check: Mapping[str, Any]) -> str:
    more = f"; {check['without']:,} more {_have(check['without'])} no script there" if check["without"] else ""
    reasons = [
        f"{each['number']:,}, as {sentence(read_reason(each['reason'], each['reason_arguments']))}"
        for each in check.get("without_by_reason", [])
    ]
    more += f" ({'; '.join(reasons)})" if reasons else ""
    programs = f" ({', '.join(check['programs'])})" if check["programs"] else ""
    agree = f"{check['agree']:,} of {check['cells']:,} estimates agree"
    bounds = (
        f"; {check['bounds_agree']:,} of {check['bounds']:,} intervals under bounds agree" if "bounds" in check else ""
    )
    return f"Also by {check['language']}{programs}: {agree}{more}{bounds}."


def _have(number: int) -> str:
    return "has" if number == 1 else "have"
