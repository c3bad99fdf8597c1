"""What becomes of claims."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.errors import DataError
from ruralpanel.estimation.block import estimate_block
from ruralpanel.estimation.estimates import statistics
from ruralpanel.study.claims import Claim, ClaimTest
from ruralpanel.verification.scorecard import decide, score_claims
from tests.conftest import equation


def claimed(*tests: dict[str, Any]) -> dict[str, Claim]:
    return {"pays": Claim.model_validate({"text": "Listing pays", "tests": list(tests)})}


def row(estimate: float, standard_error: float) -> pd.Series:
    empty = {
        "reason": "",
        "reason_arguments": "",
        "p_value_adjusted": np.nan,
        "p_value_bootstrap": np.nan,
        "p_value_permutation": np.nan,
    }
    return pd.Series(empty | statistics(estimate, standard_error, np.inf, 0.95))


@pytest.mark.parametrize(
    ("test", "estimate", "status"),
    [
        ({"expect": "positive"}, 3, "supported"),
        ({"expect": "positive"}, -3, "contradicted"),
        ({"expect": "positive"}, 1, "undecided"),
        ({"expect": "negative"}, -3, "supported"),
        ({"expect": "negative"}, 3, "contradicted"),
        ({"expect": "positive", "bound": 2}, 3, "undecided"),
        ({"expect": "positive", "bound": 2}, 5, "supported"),
        ({"expect": "positive", "bound": 2}, -1, "contradicted"),
        ({"expect": "negative", "bound": 2}, -5, "supported"),
        ({"expect": "negative", "bound": 2}, 1, "contradicted"),
        ({"expect": "zero"}, 0.1, "undecided"),
        ({"expect": "zero"}, 3, "contradicted"),
        ({"expect": "zero", "bound": 3}, 0.5, "supported"),
        ({"expect": "zero", "bound": 1}, 0.5, "undecided"),
        ({"expect": "zero", "bound": 1}, 4, "contradicted"),
        ({"expect": "positive", "p_value": "adjusted"}, 3, "undecided"),
    ],
)
def test_a_test_is_decided_by_its_interval(test: dict[str, Any], estimate: float, status: str) -> None:
    assert decide(ClaimTest.model_validate({"at": "block"} | test), row(estimate, 1))[0] == status


@given(st.floats(-10, 10), st.floats(0.1, 5), st.floats(0, 5))
def test_opposite_claims_are_never_both_supported(estimate: float, error: float, bound: float) -> None:
    tests = [ClaimTest.model_validate({"at": "b", "expect": sign, "bound": bound}) for sign in ("positive", "negative")]
    statuses = [decide(test, row(estimate, error))[0] for test in tests]
    assert statuses != ["supported", "supported"]
    if statuses[0] == "supported":
        assert statuses[1] == "contradicted"


def test_a_claim_needs_all_of_its_tests(panel: pd.DataFrame) -> None:
    estimates = estimate_block(panel, [equation(regressors=["x"])])[0]
    listed, x = ({"at": f"block/{term}", "expect": "positive"} for term in ("listed", "x"))
    assert set(score_claims(claimed(listed), estimates)["status"]) == {"supported"}
    assert set(score_claims(claimed(listed, {**listed, "expect": "negative"}), estimates)["status"]) == {"contradicted"}
    both = score_claims(claimed(listed, x | {"bound": 1e9}), estimates)
    assert both["address"].tolist() == [f"block/main/y/two_way_fixed_effects/{term}" for term in ("listed", "x")]
    assert set(both["status"]) == {"contradicted"}


def test_an_address_without_an_estimate_is_an_error(panel: pd.DataFrame) -> None:
    estimates = estimate_block(panel, [equation(), equation(estimator="event_study", window=[-3, 2])])[0]
    with pytest.raises(DataError, match=r"names \d+ estimates"):
        score_claims(claimed({"at": "block/main", "expect": "zero"}), estimates)


def test_no_claims_give_a_table_without_rows() -> None:
    assert score_claims({}, pd.DataFrame()).columns[0] == "claim"
