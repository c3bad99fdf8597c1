"""Claims against estimates: supported, contradicted, or undecided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralpanel.errors import DataError, Problem
from ruralpanel.estimation.address import address_of, find_estimate
from ruralpanel.reasons import Reason, because, read, read_reason, written
from ruralpanel.study.addresses import NoSuchNumber, read_address
from ruralpanel.study.claims import Claim, ClaimTest

SIGNIFICANT = 0.05
"""A p-value below this decides."""

STATUSES = ("supported", "contradicted", "undecided")
"""What can become of a claim."""

P_VALUES = {
    "usual": "p_value",
    "adjusted": "p_value_adjusted",
    "bootstrap": "p_value_bootstrap",
    "permutation": "p_value_permutation",
}
"""The column of each p-value that a claim can be decided by."""

HOW = {"adjusted": "adjustment", "bootstrap": "bootstrap", "permutation": "permutation"}
"""The column that says of a p-value that is not the usual one how it was made, or why there is none."""

_CARRIED = (
    "outcome",
    "term",
    "kind",
    "effect_of",
    "at",
    "estimate",
    "standard_error",
    "interval_low",
    "interval_high",
    "interval_level",
)


def score_claims(claims: Mapping[str, Claim], estimates: pd.DataFrame) -> pd.DataFrame:
    """Hold every claim against the estimates that speak to it.

    Parameters
    ----------
    claims
        From the study.
    estimates
        Tidy estimates of all its blocks.

    Returns
    -------
    pandas.DataFrame
        One row a test: the claim, its text and who makes it, the whole address of the estimate, what is expected of
        it, estimate, standard error, interval, the p-value that decides, the minimum detectable effect, the status of
        the test with the reason, and the status of the claim, which is supported where all its tests are and
        contradicted where any is.

    Raises
    ------
    DataError
        If an address names no estimate or several; all at once.
    """
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for name, claim in claims.items():
        tested = []
        for index, test in enumerate(claim.tests):
            try:
                row = find_estimate(estimates, read_address(test.at))
            except NoSuchNumber as error:
                problems.append(error.problem(f"claim {name}", f"claims.{name}.tests.{index}.at"))
                continue
            status, reason = decide(test, row)
            p_value = row[P_VALUES[test.p_value]]
            tested.append(
                {
                    "claim": name,
                    "text": claim.text,
                    "by": claim.by or "",
                    "test": index + 1,
                    "address": address_of(row),
                    "expected": expectation_words(test),
                    **{column: row[column] for column in _CARRIED},
                    "p_value": p_value,
                    "p_value_kind": test.p_value,
                    "minimum_detectable_effect": row["minimum_detectable_effect"],
                    "test_status": status,
                    "reason": reason.code,
                    "reason_arguments": written(reason.arguments),
                }
            )
        statuses = {each["test_status"] for each in tested}
        together = "contradicted" if "contradicted" in statuses else "undecided"
        rows += [each | {"status": "supported" if statuses == {"supported"} else together} for each in tested]
    if problems:
        raise DataError(problems)
    found = ("test_status", "reason", "reason_arguments", "status")
    columns = ["claim", "text", "by", "test", "address", "expected", *_CARRIED]
    return pd.DataFrame(
        rows,
        columns=[*columns, "p_value", "p_value_kind", "minimum_detectable_effect", *found],
    )


def decide(test: ClaimTest, row: pd.Series) -> tuple[str, Reason]:
    """Say whether an estimate supports what is expected of it.

    Parameters
    ----------
    test
        What is expected.
    row
        The estimate.

    Returns
    -------
    tuple of (str, Reason)
        One of :data:`STATUSES`, and why.
    """
    p_value, own = row[P_VALUES[test.p_value]], read_reason(row["reason"], row["reason_arguments"])
    low, high = row["interval_low"], row["interval_high"]
    if test.bound:
        if pd.isna(low):
            return "undecided", own or because("no_interval")
        if test.expect == "zero":
            inside, outside = -test.bound < low and high < test.bound, low > test.bound or high < -test.bound
        else:
            sign = 1 if test.expect == "positive" else -1
            inside = min(sign * low, sign * high) > test.bound
            outside = max(sign * low, sign * high) < test.bound
        if inside:
            return "supported", because("within_bound")
        if outside:
            return "contradicted", because("outside_bound")
        return "undecided", because("across_bound")
    if pd.isna(p_value):
        why = read(row.get(HOW.get(test.p_value, ""), ""))
        return "undecided", own or why or because("no_such_p_value")
    significant = p_value < SIGNIFICANT
    if test.expect == "zero":
        if significant:
            return "contradicted", because("differs_from_zero")
        return "undecided", because("not_told_nor_small")
    if not significant:
        return "undecided", because("not_told_from_zero")
    if pd.isna(row["estimate"]):
        return "undecided", because("no_sign")
    if (row["estimate"] > 0) == (test.expect == "positive"):
        return "supported", because(f"is_{test.expect}")
    return "contradicted", because("other_sign")


def expectation_words(test: ClaimTest) -> str:
    """Say what is expected of an estimate: ``above 0.02``."""
    if test.expect == "zero":
        return f"between −{test.bound:g} and {test.bound:g}" if test.bound else "zero"
    if not test.bound:
        return test.expect
    return f"above {test.bound:g}" if test.expect == "positive" else f"below −{test.bound:g}"
