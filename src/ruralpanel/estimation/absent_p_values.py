"""Why an estimate has none of the p-values that its equation asks for."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ruralpanel.reasons import because
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import reading

ABSENT = {"bootstrap": "not_bootstrapped", "permutation": "not_permuted"}
"""By key of ``inference``, the code of why an estimate has no such p-value though its equation asks for one."""


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
        The row, with a reason under ``bootstrap`` and ``permutation`` where it had neither number nor reason.
    """
    found = {}
    for key, code in ABSENT.items():
        known = [row.get(name) for name in ("p_value", "standard_error")]
        if (
            getattr(equation.inference, key) is None
            or row.get(key)
            or all(each is None or pd.isna(each) for each in known)
        ):
            continue  # a row that nothing can be tested of has its own reason
        if equation.estimator not in reading(key):
            found[key] = because(code, why=because(f"no_{key}_of_estimator", estimator=equation.estimator))
        elif row.get("kind") == "lead_test":
            found[key] = because(code, why=because("it_is_a_joint_test"))
        else:
            found[key] = because(code, why=because(f"no_{key}_of_others"))
    return row | found
