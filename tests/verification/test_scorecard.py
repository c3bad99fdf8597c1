"""What becomes of claims."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from ruralpanel.errors import DataError
from ruralpanel.estimation.block import estimate_block
from ruralpanel.reasons import read
from ruralpanel.study.claims import Claim
from ruralpanel.study.rule import Rule
from ruralpanel.verification.scorecard import score_claims
from tests.conftest import equation
from tests.verification.claims.conftest import CLEAN, diagnosed


def claimed(*tests: dict[str, Any]) -> dict[str, Claim]:
    return {"pays": Claim.model_validate({"text": "Listing pays", "tests": list(tests)})}


LISTED = {"at": "block/listed", "expect": "positive"}


@pytest.fixture
def estimates(panel: pd.DataFrame) -> pd.DataFrame:
    return estimate_block(panel, [equation(regressors=["x"])])[0]


def judged(
    estimates: pd.DataFrame, diagnosis: pd.DataFrame | None, *tests: dict[str, Any], **rule: Any
) -> pd.DataFrame:
    rules = {"pays": Rule.model_validate(rule)}
    return score_claims(claimed(*tests), estimates, diagnosis, rules, {"listed": "listed"})


def test_a_claim_is_robust_only_where_everything_was_looked_at(estimates: pd.DataFrame) -> None:
    assert judged(estimates, diagnosed("listed", "y", CLEAN), LISTED)["status"].tolist() == ["robust"]
    assert judged(estimates, None, LISTED)["status"].tolist() == ["fragile"]
    some = diagnosed("listed", "y", {item: found for item, found in CLEAN.items() if item != "influence"})
    (row,) = judged(estimates, some, LISTED).to_dict("records")
    assert row["status"] == "fragile"
    unseen = [each["part"] for each in read(row["evidence"]) if each["finding"] == "not_seen"]
    assert unseen == ["influence"]
    assert judged(estimates, some, LISTED, parts=["leads", "breakdown"])["status"].tolist() == ["robust"]


def test_a_diagnosis_of_another_outcome_says_nothing(estimates: pd.DataFrame) -> None:
    assert judged(estimates, diagnosed("listed", "z", CLEAN), LISTED)["status"].tolist() == ["fragile"]


def test_a_claim_is_what_the_worst_of_its_tests_is(estimates: pd.DataFrame) -> None:
    """A regressor is no treatment's own effect, so that less is asked of it."""
    clean = diagnosed("listed", "y", CLEAN)
    x = {"at": "block/x", "expect": "positive", "bound": 1e9}
    found = judged(estimates, clean, LISTED, x)
    assert found["address"].tolist() == [f"block/main/y/two_way_fixed_effects/{term}" for term in ("listed", "x")]
    assert found["treatment"].tolist() == ["listed", ""]
    assert found["test_status"].tolist() == ["robust", "contradicted"]
    assert set(found["status"]) == {"contradicted"}
    opposite = LISTED | {"expect": "negative"}
    assert judged(estimates, clean, LISTED, opposite)["test_status"].tolist() == ["robust", "contradicted"]
    assert judged(estimates, None, opposite)["status"].tolist() == ["undecided"]


def test_without_a_number_a_claim_is_not_identified(panel: pd.DataFrame) -> None:
    estimates = estimate_block(panel.assign(listed=0), [equation()])[0]
    (row,) = judged(estimates, diagnosed("listed", "y", CLEAN), LISTED).to_dict("records")
    assert (row["status"], row["evidence"]) == ("not_identified", "[]")
    assert row["reason"]


def test_estimators_that_disagree_make_a_conflict(panel: pd.DataFrame) -> None:
    two = [equation(), equation(estimator="imputation", inference={"cluster": ["village"]})]
    estimates = estimate_block(panel, two)[0]
    listed = LISTED | {"at": "block/two_way_fixed_effects/listed"}
    clean = diagnosed("listed", "y", CLEAN)
    (row,) = judged(estimates, clean, listed).to_dict("records")
    (line,) = (each for each in read(row["evidence"]) if each["part"] == "agreement")
    assert (row["status"], line["finding"]) == ("robust", "passes")
    assert line["address"] == "block/main/y/imputation/listed"
    other = estimates["estimator"] == "imputation"
    far = estimates.assign(estimate=estimates["estimate"].mask(other & (estimates["term"] == "listed"), 99.0))
    assert judged(far, clean, listed)["status"].tolist() == ["conflicting"]
    elsewhere = far.assign(sample=far["sample"].mask(other, "year > 2002"))
    assert judged(elsewhere, clean, listed)["status"].tolist() == ["robust"]


def test_an_address_without_an_estimate_is_an_error(panel: pd.DataFrame) -> None:
    estimates = estimate_block(panel, [equation(), equation(estimator="event_study", window=[-3, 2])])[0]
    with pytest.raises(DataError, match=r"names \d+ estimates"):
        score_claims(claimed({"at": "block/main", "expect": "zero"}), estimates)


def test_no_claims_give_a_table_without_rows() -> None:
    assert score_claims({}, pd.DataFrame()).columns[0] == "claim"
