from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ruralpanel.monte_carlo.claim_rates import (
    FALSE,
    HELD,
    NO_AIM,
    TOO_OFTEN,
    TOO_RARELY,
    TRUE,
    replicate_claims,
    summarise_claim_rates,
    with_trend,
    without_those_who_leave,
)
from ruralpanel.monte_carlo.claim_rates_page import claim_rate_sentences, claim_rates_page
from ruralpanel.monte_carlo.plan import ClaimDesign, Plan, load_plan
from ruralpanel.verification.claims.status import STATUSES
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan("reduced", ROOT)


def design_of(plan: Plan, effects: str, flaw: str) -> ClaimDesign:
    (design,) = [each for each in plan.claim_designs() if (each.effects, each.selection) == (effects, flaw)]
    return design


def made(plan: Plan, effects: str, flaw: str, share: float, number: int = 400) -> pd.DataFrame:
    """Make replications in which a share of the claims that income rises is robust, and none that it falls."""
    robust = np.arange(number) < share * number
    rises = {
        "replication": range(1, number + 1),
        "claim": "rises",
        "true": effects == "positive",
        "status": np.where(robust, "robust", "fragile"),
        "against": np.where(robust, "", "leads transitory"),
    }
    falls = {"replication": range(1, number + 1), "claim": "falls", "true": False, "status": "undecided", "against": ""}
    both = pd.concat([pd.DataFrame(rises), pd.DataFrame(falls)])
    return both.assign(design=design_of(plan, effects, flaw).name)


@pytest.mark.parametrize(
    ("effects", "flaw", "truth", "share", "verdict"),
    [
        ("zero", "clean", FALSE, 0.01, HELD),
        ("zero", "clean", FALSE, 0.03, HELD),
        ("zero", "clean", FALSE, 0.06, TOO_OFTEN),
        ("zero", "selected", FALSE, 0.06, HELD),
        ("zero", "selected", FALSE, 0.1, TOO_OFTEN),
        ("positive", "clean", TRUE, 0.78, HELD),
        ("positive", "clean", TRUE, 0.7, TOO_RARELY),
        ("positive", "selected", TRUE, 0.1, NO_AIM),
    ],
)
def test_shares_are_held_to_the_aims(
    plan: Plan, effects: str, flaw: str, truth: str, share: float, verdict: str
) -> None:
    summary = summarise_claim_rates(made(plan, effects, flaw, share), plan).set_index("truth")
    row = summary.loc[truth]
    assert row["robust_economies"] == pytest.approx(share)
    assert row["verdict"] == verdict
    assert summary[list(STATUSES)].sum(axis=1).to_list() == pytest.approx([1.0] * len(summary))
    assert row["against_leads"] == pytest.approx(1 - share)


def test_the_page_says_what_cannot_be_reached(plan: Plan) -> None:
    parts = [
        made(plan, "zero", "clean", 0.01),
        made(plan, "zero", "selected", 0.2),
        made(plan, "positive", "clean", 0.9),
    ]
    summary = summarise_claim_rates(pd.concat(parts), plan)
    said = claim_rate_sentences(summary, plan)
    assert not said["all_held"]
    assert said["surprises"] == [
        "Zero effect, selected, 30 counties: false claims are robust too often, in 20.0% of economies (simulation "
        "error: 16.4% to 24.2%; aim: 5.0%)."
    ]
    assert "With nothing wrong, a true claim is robust in 90.0% of economies" in said["found"]
    html = claim_rates_page(summary, plan, {"Shares": b"png"}, ["../claims.csv"])
    assert "SIMULATED DATA" in html and "verdict bad" in html and "good or bad years" in html


def test_numbers_of_claims_do_not_touch_the_other_replications(plan: Plan) -> None:
    assert plan.claims is not None
    more = plan.model_copy(update={"claims": plan.claims.model_copy(update={"replications": 8})})
    assert more.without_numbers() == plan.without_numbers()
    assert (more.of_leads(), more.of_claims()) == (plan.of_leads(), plan.of_claims())
    assert more.claim_batches() == ["1-4", "5-8"]
    assert plan.model_copy(update={"replications": 3, "leads": None}).of_claims() == plan.of_claims()


def test_a_plan_on_its_way_to_a_job_has_the_same_economies(plan: Plan) -> None:
    there = Plan.model_validate_json(plan.of_claims().model_dump_json())
    assert [each.parameters for each in there.claim_designs()] == [each.parameters for each in plan.claim_designs()]


def test_a_trend_is_that_of_villages_that_are_ever_listed() -> None:
    panel = pd.DataFrame({"year": [2008, 2010] * 2, "income": 1.0, "first_listed": [2009.0, 2009.0, np.nan, np.nan]})
    assert with_trend(panel, 0.1)["income"].tolist() == pytest.approx([1.0, np.exp(0.2), 1.0, 1.0])
    assert with_trend(panel, 0.0) is panel


def test_those_who_leave_are_listed_and_did_worst_since() -> None:
    villages, years = [1, 2, 3, 4], [2010, 2011, 2012]
    panel = pd.DataFrame({"village": np.repeat(villages, 3), "year": years * 4, "income": 1.0})
    panel["first_listed"] = panel["village"].map({1: 2011, 2: 2011, 3: np.nan, 4: np.nan})
    panel.loc[(panel["village"] == 2) & (panel["year"] == 2011), "income"] = 0.5
    panel.loc[panel["village"] == 4, "income"] = 0.1
    left = without_those_who_leave(panel, 0.5)
    assert left.groupby("village")["year"].max().tolist() == [2012, 2011, 2012, 2012]
    assert without_those_who_leave(panel, 0.0) is panel


def test_a_flaw_may_be_planted_beside_some_effects_alone(plan: Plan) -> None:
    assert plan.claims is not None
    flaws = {"clean": {}, "leaving": {"leaving": 0.1, "effects": ["zero"]}}
    stated = plan.model_dump() | {"claims": plan.claims.model_dump() | {"flaws": flaws}}
    designs = [(each.effects, each.selection) for each in Plan.model_validate(stated).claim_designs()]
    assert designs == [("zero", "clean"), ("zero", "leaving"), ("positive", "clean")]
    flaws["leaving"]["effects"] = ["zeros"]
    with pytest.raises(ValueError, match=r"no effects are called `zeros`; did you mean “zero”"):
        Plan.model_validate(stated)


@pytest.mark.slow
def test_an_economy_is_judged_as_a_study_is_and_the_same_again(plan: Plan) -> None:
    design = design_of(plan, "positive", "clean")
    found = replicate_claims(design, [1])
    assert found["claim"].tolist() == ["rises", "falls"]
    assert found["true"].tolist() == [True, False]
    assert set(found["status"]) <= set(STATUSES)
    pd.testing.assert_frame_equal(found, replicate_claims(design, [1]))
