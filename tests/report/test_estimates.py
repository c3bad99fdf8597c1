from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation.block import estimate_block
from ruralpanel.report.claims import claim_cards, claims_by_status, claims_sentence
from ruralpanel.report.diagnosis import place_of_effect
from ruralpanel.report.estimates import decimals, equation_words, estimate_rows, fragment, link, traces
from ruralpanel.verification.scorecard import score_claims
from tests.conftest import equation
from tests.report.made_page import default_study, made_contents
from tests.verification.claims.conftest import CLEAN, diagnosed


def test_places_have_no_spaces_and_links_lead_to_them() -> None:
    assert fragment("a/b/joint test of leads") == "estimate-a/b/joint+test+of+leads"
    assert link("a/x*z@event_time=-1") == "#estimate-a/x*z@event_time=-1"
    assert link("a/é") == "#estimate-a/%C3%A9"


@pytest.mark.parametrize(
    ("error", "digits"), [(0.0137, 3), (0.00088, 5), (0.9, 2), (12.0, 0), (345.0, 0), (np.nan, 3), (0.0, 3), (1e-12, 8)]
)
def test_numbers_have_the_digits_of_their_standard_errors(error: float, digits: int) -> None:
    assert decimals(error) == digits


def test_rows_say_which_of_a_term_they_are(panel: pd.DataFrame) -> None:
    contents = made_contents(panel, default_study())
    rows = estimate_rows(contents.estimates, contents.study)
    assert [row["within"] for row in rows if row["estimator"] == "Two-way"] == [""]
    binned = {row["within"] for row in rows if row["estimator"] == "Event study"}
    assert {"event time ≤ −3", "event time ≥ 2", "event time 0"} <= binned


def test_an_equation_without_a_number_says_why(panel: pd.DataFrame) -> None:
    made = equation(block="made", outcome="income", inference={"cluster": ["one"]})
    estimates, steps = estimate_block(panel.assign(one=1), [made])
    contents = made_contents(panel, default_study())
    (row,) = estimate_rows(estimates, contents.study)
    assert (row["estimate"], row["error"], row["interval"]) == ("—", "", "")
    found = traces(estimates, contents.study, steps, contents.provenance, contents.code)
    assert found["rows"][0][3] is None
    assert "one cluster only" in found["facts"][0][-1]
    assert "NaN" not in json.dumps(found)


def test_an_equation_is_put_into_words() -> None:
    study = default_study()
    labels = {"listed": "Listing", "kinship": "Kinship", "x": "Roads", "year": "Year"}
    made = equation(outcome="income", regressors=["x"], moderators=["kinship"])
    words = equation_words(made, study, labels)
    assert words.startswith("Income per head (log)")
    assert words.endswith("on Listing, Roads and Listing × Kinship with Kinship by Year.")
    dynamic = equation_words(equation(outcome="income", estimator="event_study", window=[-3, 2]), study, labels)
    assert dynamic.endswith("Event times are measured from −1, shown from −3 to 2.")
    waves = equation_words(equation(outcome="income", estimator="event_study"), study, labels, [-1, -2])
    assert waves.endswith("Event times are measured from −2 and −1.")
    means = equation_words(equation(outcome="income", estimator="cohort_means"), study, labels)
    assert means.endswith("by cohort of Listing and Year.")


def test_claims_are_counted_and_printed_the_best_first(panel: pd.DataFrame) -> None:
    claims = made_contents(panel, default_study()).claims
    assert claims_sentence(claims) == "2 claims: 1 fragile, 1 undecided."
    cards = claim_cards(claims.iloc[::-1], default_study())
    gain, loss = cards
    assert [(each["status"], each["by"]) for each in cards] == [("fragile", "An author (2020)"), ("undecided", "")]
    (test,) = gain["tests"]
    assert (test["term"], test["outcome"]) == ("listed", "Income per head (log)")
    assert test["estimator"] == "two-way fixed effects"
    assert test["link"] == "#estimate-made/main/income/two_way_fixed_effects/listed"
    assert test["level"] == "95%"
    assert [group["status"] for group in claims_by_status(cards)] == ["fragile", "undecided"]
    assert "an effect of" in loss["short"] and "would have been found" in loss["short"]


def test_a_card_says_in_a_line_each_what_speaks_against_a_claim(panel: pd.DataFrame) -> None:
    found = CLEAN | {"transitory_selection": {"null_band_p": 0.4}}
    study = default_study()
    estimates = made_contents(panel, study).estimates
    gain = {"gain": study.claims["gain"]}
    claims = score_claims(gain, estimates, diagnosed("listed", "income", found), None, {"listed": "listed"})
    place = place_of_effect("listed", "income")
    (card,) = claim_cards(claims, study, [place])
    (line,) = card["against"]
    assert line["link"] == f"#{place}"
    assert card["short"] == f"good or bad years: {line['words']}"
    assert "would produce such a path (p = 0.400)" in line["words"]
    assert {each["part"] for each in card["other"]} >= {"before treatment", "influence", "many hypotheses"}
    claims = score_claims(gain, estimates, diagnosed("listed", "income", CLEAN), None, {"listed": "listed"})
    (card,) = claim_cards(claims, study)
    assert (card["status"], card["against"]) == ("robust", [])


def test_an_opposite_sign_that_could_be_an_artefact_is_told_with_what_it_could_be(panel: pd.DataFrame) -> None:
    found = CLEAN | {"transitory_selection": {"null_band_p": 0.4}}
    study = default_study()
    estimates = made_contents(panel, study).estimates
    (test,) = study.claims["gain"].tests
    turned = study.claims["gain"].model_copy(update={"tests": [test.model_copy(update={"expect": "negative"})]})
    claims = score_claims({"gain": turned}, estimates, diagnosed("listed", "income", found), None, {"listed": "listed"})
    (card,) = claim_cards(claims, study)
    assert card["status"] == "undecided"
    assert "significant at the 5% level, with the opposite sign, but good or bad years: " in card["short"]


def test_pictures_of_tests_in_one_unit_have_one_scale(panel: pd.DataFrame) -> None:
    claims = made_contents(panel, default_study()).claims
    larger = claims.assign(**{name: 3 * claims[name] for name in ("estimate", "interval_low", "interval_high")})
    small, large = (
        card["tests"][0]["picture"]
        for shown in [pd.concat([claims[:1], larger[1:]])]
        for card in claim_cards(shown, default_study())
    )
    assert (small["zero"], small["ticks"]) == (large["zero"], large["ticks"])
    assert abs(large["estimate"] - large["zero"]) > 2 * abs(small["estimate"] - small["zero"])
    without = claims.assign(interval_low=np.nan, interval_high=np.nan)
    assert all(test["picture"] is None for card in claim_cards(without, default_study()) for test in card["tests"])


def test_effects_on_a_logarithm_are_read_in_per_cent(panel: pd.DataFrame) -> None:
    claims = made_contents(panel, default_study()).claims.assign(estimate=0.1, interval_low=0.05, interval_high=0.15)
    (test,) = claim_cards(claims[:1], default_study())[0]["tests"]
    assert (test["estimate"], test["interval"]) == ("10.5", "5.1 to 16.2")  # 100 (exp(0.1) - 1), and its ends


def test_the_unit_of_a_picture_is_that_of_the_coefficient(panel: pd.DataFrame) -> None:
    claims = made_contents(panel, default_study()).claims
    hazard = claims.assign(address=claims["address"].str.replace("two_way_fixed_effects", "complementary_log_log"))
    for shown, unit in ((claims, "per cent"), (hazard, "per cent of the hazard")):
        assert {test["unit"] for card in claim_cards(shown, default_study()) for test in card["tests"]} == {unit}
