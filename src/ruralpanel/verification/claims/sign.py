"""What an estimate says to a claim by itself: whether it has the sign claimed, or lies within the bound claimed."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from ruralpanel.reasons import Reason, because, read, read_reason
from ruralpanel.study.claims import ClaimTest

Said = Literal["holds", "opposite", "open", "no_number"]
"""What an estimate says: that the claim holds, the opposite, neither, or nothing since there is no number."""

P_VALUES = {
    "usual": "p_value",
    "adjusted": "p_value_adjusted",
    "bootstrap": "p_value_bootstrap",
    "permutation": "p_value_permutation",
}
"""The column of each p-value that a claim can be decided by."""

HOW = {"adjusted": "adjustment", "bootstrap": "bootstrap", "permutation": "permutation"}
"""The column that says of a p-value that is not the usual one how it was made, or why there is none."""


def decide(test: ClaimTest, row: pd.Series, level: float = 0.05) -> tuple[Said, Reason]:
    """Say whether an estimate has what is expected of it.

    Parameters
    ----------
    test
        What is expected.
    row
        The estimate.
    level
        The p-value below which a sign is told.

    Returns
    -------
    tuple of (str, Reason)
        What it says, and why.
    """
    own = read_reason(row["reason"], row["reason_arguments"])
    if pd.isna(row["estimate"]) and pd.isna(row["p_value"]):
        return "no_number", own or because("no_number")
    return _within_bound(test, row, own) if test.bound else _sign(test, row, own, level)


def _within_bound(test: ClaimTest, row: pd.Series, own: Reason | None) -> tuple[Said, Reason]:
    low, high = row["interval_low"], row["interval_high"]
    if pd.isna(low):
        return "open", own or because("no_interval")
    if test.expect == "zero":
        inside, outside = -test.bound < low and high < test.bound, low > test.bound or high < -test.bound
    else:
        ends = test.sign * low, test.sign * high
        inside, outside = min(ends) > test.bound, max(ends) < test.bound
    if inside:
        return "holds", because("within_bound")
    return ("opposite", because("outside_bound")) if outside else ("open", because("across_bound"))


def _sign(test: ClaimTest, row: pd.Series, own: Reason | None, level: float) -> tuple[Said, Reason]:
    p_value = row[P_VALUES[test.p_value]]
    if pd.isna(p_value):
        why = read(row.get(HOW.get(test.p_value, ""), ""))
        return "open", own or why or because("no_such_p_value")
    if test.expect == "zero":
        found = because("differs_from_zero", level=level) if p_value < level else because("not_told_nor_small")
        return ("opposite" if p_value < level else "open"), found
    if p_value >= level:
        return "open", because("not_told_from_zero", level=level)
    if pd.isna(row["estimate"]):
        return "open", because("no_sign")
    if row["estimate"] * test.sign > 0:
        return "holds", because(f"is_{test.expect}", level=level)
    return "opposite", because("other_sign", level=level)


def expectation_words(test: ClaimTest) -> str:
    """Say what is expected of an estimate: ``above 0.02``."""
    if test.expect == "zero":
        return f"between −{test.bound:g} and {test.bound:g}" if test.bound else "zero"
    if not test.bound:
        return test.expect
    return f"above {test.bound:g}" if test.expect == "positive" else f"below −{test.bound:g}"
