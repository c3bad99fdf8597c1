from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation.estimates import COLUMNS
from ruralpanel.estimation.rounding import ZERO_ERROR
from ruralpanel.frames.storage import with_types
from ruralpanel.verification.comparison import side_by_side
from ruralpanel.verification.figures import judge_data
from ruralpanel.verification.published import COLUMNS as PUBLISHED
from ruralpanel.verification.tolerance import is_rounding, same
from ruralpanel.verification.verdict import judge
from ruralpanel.words.sentences import sentence

PLACE = {"block": "b", "specification": "main", "outcome": "y", "estimator": "two_way_fixed_effects", "term": "listed"}


@pytest.mark.parametrize(
    ("column", "first", "second", "error", "statistic", "expected"),
    [
        ("estimate", 1.0, 1.0 + 5e-8, np.nan, np.nan, True),
        ("estimate", 1.0, 1.0 + 5e-7, np.nan, np.nan, False),
        ("estimate", 3e-17, -2e-12, 0.01, 0.0, True),
        ("estimate", 3e-17, 2e-8, 0.01, 0.0, False),
        ("estimate", 3e-17, -2e-12, np.nan, np.nan, False),
        ("standard_error", 0.01, 0.01 + 1e-8, 0.01, 1.0, False),
        ("statistic", 1e-9, -3e-9, 0.01, 0.0, True),
        ("statistic", 1e-9, 1.3e-7, 0.01, 0.0, False),
        ("p_value", 0.9, 0.9 + 1.3e-7, 0.01, 0.5, False),
        ("p_value", 1e-160, 1e-160 * (1 + 1e-5), 0.01, 27.0, True),
        ("p_value", 0.03, 0.03 * (1 + 1e-6), 0.01, 2.2, False),
        ("outcome_mean", 1e-13, 2e-13, 1.0, 0.0, False),
    ],
)
def test_numbers_are_the_same_up_to_what_they_are_known_to(
    column: str, first: float, second: float, error: float, statistic: float, expected: bool
) -> None:
    assert same(column, first, second, error, statistic) == expected


def test_rounding_is_beside_what_is_added_up() -> None:
    errors, sizes = np.array([0.0, 1e-12, 1e-12, -1e-12, 1e-20]), np.array([0.0, 1e6, 1e-6, -1e6, 1e-6])
    assert is_rounding(errors, sizes).tolist() == [True, True, False, True, True]


def made(**values: object) -> pd.DataFrame:
    row = {**PLACE, "reason": "", "outcome_mean": 2.0, **values}
    return with_types(pd.DataFrame([row], columns=list(COLUMNS)), COLUMNS)


def status(published: str, statistic: str, source: str, estimates: pd.DataFrame) -> tuple[str, str]:
    row = dict.fromkeys(PUBLISHED, "") | PLACE | {"cell": "T1", "statistic": statistic, "value": published}
    frame = pd.DataFrame([row | {"source": source, "number": float(published), "decimals": 10}])
    found = judge(frame, estimates).iloc[0]
    return found["status"], found["note"]


def test_a_difference_of_a_billionth_of_a_standard_error_is_none_for_a_run() -> None:
    now = made(estimate=1e-12, standard_error=0.02, statistic=5e-11, p_value=1.0)
    assert status("-3e-15", "estimate", "run of 2026-01-01", now)[0] == "match"
    assert status("1e-7", "estimate", "run of 2026-01-01", now)[0] == "differ"


def test_rounding_that_was_published_may_be_gone_for_that_reason_alone() -> None:
    now = made(estimate=0.8, reason=ZERO_ERROR.code)
    word, note = status("2.97e-16", "standard_error", "run of 2026-01-01", now)
    assert word == "rounding"
    assert "zero but for rounding" in note
    assert status("2.97e-6", "standard_error", "run of 2026-01-01", now)[0] == "missing"
    assert status("2.97e-16", "standard_error", "print", now)[0] == "missing"
    assert (
        status("2.97e-16", "standard_error", "run of 2026-01-01", made(estimate=0.8, reason="no_sign"))[0] == "missing"
    )


def test_plotted_data_may_lose_rounding_and_nothing_else() -> None:
    columns = ["outcome", "estimate", "standard_error", "statistic", "p_value", "reason"]
    before = pd.DataFrame([["y", "0.8", "2.97e-16", "2.8e15", "0", ""], ["y", "1.2", "0.1", "12", "1e-9", ""]])
    now = pd.DataFrame([["y", "0.8", "", "", "", sentence(ZERO_ERROR)], ["y", "1.2", "0.1", "12", "1e-9", ""]])
    before.columns = now.columns = columns
    now["reason_code"] = [ZERO_ERROR.code, ""]
    assert judge_data(before, now)[0] == "rounding"
    now.loc[1, ["standard_error", "reason", "reason_code"]] = ["", sentence(ZERO_ERROR), ZERO_ERROR.code]
    assert judge_data(before, now)[0] == "differ"


def test_two_runs_are_compared_in_any_unit() -> None:
    small = made(estimate=1e-13, standard_error=1e-14)
    assert side_by_side(small, made(estimate=1e-13, standard_error=1e-14))["status"].tolist() == ["same"]
    assert side_by_side(small, made(estimate=2e-13, standard_error=1e-14))["status"].tolist() == ["differs"]
