from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ruralpanel.monte_carlo.lead_tests import (
    NOTHING,
    RIGHT,
    TOO_OFTEN,
    TOO_RARELY,
    replicate_lead_tests,
    summarise_lead_tests,
)
from ruralpanel.monte_carlo.leads_page import lead_sentences, leads_page
from ruralpanel.monte_carlo.plan import Plan, load_plan
from ruralpanel.study.estimators import TESTING_LEADS
from tests.conftest import ROOT

TESTED = {*TESTING_LEADS} - {"triple_differences"}
"""Of those with a test of leads, the ones that plans have: in the economies nobody is eligible and somebody not."""


@pytest.fixture
def plan() -> Plan:
    return load_plan("reduced", ROOT)


def made(share: float, number: int = 400) -> pd.DataFrame:
    """Make replications in which a share of the tests rejects."""
    return pd.DataFrame(
        {
            "design": "leads_30",
            "replication": range(1, number + 1),
            "window": "few",
            "estimator": "imputation",
            "p_value": np.where(np.arange(number) < share * number, 0.01, 0.5),
            "reason": "",
        }
    )


@pytest.mark.parametrize(("share", "verdict"), [(0.05, RIGHT), (0.09, RIGHT), (0.2, TOO_OFTEN), (0.0, TOO_RARELY)])
def test_shares_are_held_to_the_band(plan: Plan, share: float, verdict: str) -> None:
    summary = summarise_lead_tests(made(share), plan).set_index("estimator")
    assert summary.loc["imputation", "rejects"] == pytest.approx(share)
    assert summary.loc["imputation", "verdict"] == verdict
    assert summary.loc["stacked", "verdict"] == NOTHING
    assert set(summary.index) == TESTED


def test_the_page_names_surprises(plan: Plan) -> None:
    summary = summarise_lead_tests(made(0.2), plan)
    said = lead_sentences(summary, plan)
    assert not said["all_held"] and said["surprises"][0].startswith("Imputation, 30 counties, leads from event time -3")
    html = leads_page(summary, plan, {"Shares": b"png"}, ["../leads.csv"])
    assert "SIMULATED DATA" in html and "verdict bad" in html and "rejects too often, 20.0%" in html


def test_numbers_of_tests_do_not_touch_the_other_replications(plan: Plan) -> None:
    assert plan.leads is not None
    more = plan.model_copy(update={"leads": plan.leads.model_copy(update={"replications": 40})})
    assert more.without_numbers() == plan.without_numbers()
    assert more.of_leads() == plan.of_leads()
    assert more.lead_batches() == ["1-10", "11-20", "21-30", "31-40"]
    assert plan.model_copy(update={"clusters": [99], "replications": 3}).of_leads() == plan.of_leads()


@pytest.mark.slow
def test_every_estimator_with_a_test_has_one_and_it_is_the_same_again(plan: Plan) -> None:
    (design,) = plan.lead_designs()
    found = replicate_lead_tests(design, [1])
    assert set(found["estimator"]) == TESTED
    assert found["p_value"].between(0, 1).all()
    pd.testing.assert_frame_equal(found, replicate_lead_tests(design, [1]))


@pytest.mark.slow
def test_tests_reject_about_as_often_as_they_claim(plan: Plan) -> None:
    (design,) = plan.lead_designs()
    summary = summarise_lead_tests(replicate_lead_tests(design, range(1, 61)), plan)
    assert (summary["failures"] == 0).all()
    assert (summary["verdict"] == RIGHT).all()
    assert summary["rejects"].mean() < 0.1
