"""Why an estimate has none of the p-values that its equation asks for."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ruralpanel.estimation.estimates import JOINT_TEST
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import ESTIMATORS, reading

ABSENT = ("not bootstrapped", "not permuted", "not adjusted")
"""What the words begin with of an estimate that has no such p-value though it has an equation that asks for one."""

DRAWN = {
    "bootstrap": (ABSENT[0], "bootstrap", "effects, their moderation and regressors are"),
    "permutation": (ABSENT[1], "permutations", "the treatment and its moderation are"),
}
"""By key of ``inference``: what is said of an estimate without it, what an estimator lacks, and what it is for."""


def with_reasons(row: dict[str, Any], equation: Equation) -> dict[str, Any]:
    """Say in a row why it has no p-value that is drawn, where one is asked for.

    Parameters
    ----------
    row
        An estimate, as its estimator returned it.
    equation
        What was estimated.

    Returns
    -------
    dict
        The row, with words under ``bootstrap`` and ``permutation`` where it had neither number nor words.
    """
    found = {}
    for key, (absent, what, of) in DRAWN.items():
        known = [row.get(name) for name in ("p_value", "standard_error")]
        if (
            getattr(equation.inference, key) is None
            or row.get(key)
            or all(each is None or pd.isna(each) for each in known)
        ):
            continue  # a row that nothing can be tested of has its own reason
        if equation.estimator not in reading(key):
            found[key] = f"{absent}: {ESTIMATORS[equation.estimator].short} has no {what}"
        elif row["term"] == JOINT_TEST:
            found[key] = f"{absent}: it is a joint test"
        else:
            found[key] = f"{absent}: only {of}"
    return row | found
