"""The rule's logic: its order, and that worse evidence never makes a status more certain."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.diagnosis.finding import NOTHING, Finding
from ruralpanel.estimation.estimates import statistics
from ruralpanel.study.claims import ClaimTest
from ruralpanel.study.rule import PARTS, Rule
from ruralpanel.verification.claims.among_estimates import probability
from ruralpanel.verification.claims.evidence import FINDINGS, Case, Evidence
from ruralpanel.verification.claims.judgement import evidence_of
from ruralpanel.verification.claims.parts import ITEMS
from ruralpanel.verification.claims.sign import decide
from ruralpanel.verification.claims.status import STATUSES, WORST_FIRST, status_of_claim, status_of_test
from ruralpanel.words.sentences import sentence
from tests.verification.claims.conftest import CLEAN, finding

CERTAINTY = {"robust": 2, "contradicted": 2, "fragile": 1, "conflicting": 1, "undecided": 0, "not_identified": 0}
"""How much a status says."""


def row(estimate: float, standard_error: float) -> pd.Series:
    empty: dict[str, Any] = {
        "reason": "",
        "reason_arguments": "",
        "p_value_adjusted": np.nan,
        "p_value_bootstrap": np.nan,
        "p_value_permutation": np.nan,
    }
    place = {"block": "b", "outcome": "y", "term": "listed", "kind": "coefficient", "sample": "", "weights": "none"}
    within = {"estimator": "two_way_fixed_effects", "event_time": pd.NA, "cohort": "", "period": pd.NA}
    numbers = {"degrees_of_freedom": np.inf} | statistics(estimate, standard_error, np.inf, 0.95)
    return pd.Series(empty | place | within | numbers)


def case_of(test: dict[str, Any], findings: list[Finding], rule: Rule | None = None, **changes: Any) -> Case:
    """Put a test together whose estimate is 5 with a standard error of 1, and whose diagnosis is as given."""
    read = ClaimTest.model_validate({"at": "b", "expect": "positive"} | test)
    estimate: pd.Series = changes.pop("row", row(5.0, 1.0))
    said, _ = decide(read, estimate)
    usual = {
        "estimates": pd.DataFrame([estimate, estimate]).assign(specification="main"),
        "beside": {"b": probability(read, estimate)},
        "own_effect": True,
        "asserts_effect": not (said == "holds" and read.expect == "zero"),
    }
    by_item = {each.item: each for each in findings}
    return Case(read, estimate, "b", rule or Rule(), by_item, **(usual | changes))


def status(one: Case) -> str:
    return status_of_test(decide(one.test, one.row)[0], evidence_of(one))


def with_numbers(item: str, **numbers: float) -> list[Finding]:
    """Give the clean diagnosis with some numbers changed."""
    return [finding(name, **(usual | numbers if name == item else usual)) for name, usual in CLEAN.items()]


@pytest.mark.parametrize(
    ("test", "estimate", "said"),
    [
        ({"expect": "positive"}, 3, "holds"),
        ({"expect": "positive"}, -3, "opposite"),
        ({"expect": "positive"}, 1, "open"),
        ({"expect": "negative"}, -3, "holds"),
        ({"expect": "negative"}, 3, "opposite"),
        ({"expect": "positive", "bound": 2}, 3, "open"),
        ({"expect": "positive", "bound": 2}, 5, "holds"),
        ({"expect": "positive", "bound": 2}, -1, "opposite"),
        ({"expect": "negative", "bound": 2}, -5, "holds"),
        ({"expect": "negative", "bound": 2}, 1, "opposite"),
        ({"expect": "zero"}, 0.1, "open"),
        ({"expect": "zero"}, 3, "opposite"),
        ({"expect": "zero", "bound": 3}, 0.5, "holds"),
        ({"expect": "zero", "bound": 1}, 0.5, "open"),
        ({"expect": "zero", "bound": 1}, 4, "opposite"),
        ({"expect": "positive", "p_value": "adjusted"}, 3, "open"),
        ({"expect": "positive"}, np.nan, "no_number"),
    ],
)
def test_an_estimate_says_by_its_interval(test: dict[str, Any], estimate: float, said: str) -> None:
    assert decide(ClaimTest.model_validate({"at": "block"} | test), row(estimate, 1))[0] == said


@given(st.floats(-10, 10), st.floats(0.1, 5), st.floats(0, 5))
def test_opposite_claims_never_both_hold(estimate: float, error: float, bound: float) -> None:
    tests = [ClaimTest.model_validate({"at": "b", "expect": sign, "bound": bound}) for sign in ("positive", "negative")]
    said = [decide(test, row(estimate, error))[0] for test in tests]
    assert said != ["holds", "holds"]
    if said[0] == "holds":
        assert said[1] == "opposite"


@given(st.floats(-10, 10), st.floats(0.1, 5), st.floats(0, 5), st.sampled_from(["positive", "negative", "zero"]))
def test_an_estimate_decides_where_its_p_value_is_below_the_level(
    estimate: float, error: float, bound: float, expect: str
) -> None:
    test = ClaimTest.model_validate({"at": "b", "expect": expect, "bound": bound})
    p_value, (said, _) = probability(test, row(estimate, error)), decide(test, row(estimate, error))
    assert p_value is not None
    if abs(p_value - 0.05) > 1e-9 and (expect != "zero" or not bound):
        assert (said in ("holds", "opposite")) == (p_value < 0.05)


def test_every_status_has_its_place() -> None:
    assert set(STATUSES) == set(WORST_FIRST) == set(CERTAINTY)


@given(st.lists(st.sampled_from(FINDINGS)), st.sampled_from(FINDINGS[:3]), st.sampled_from(["holds", "opposite"]))
def test_a_line_more_that_speaks_against_never_makes_a_status_more_certain(
    found: list[str], worse: str, said: Any
) -> None:
    before, after = (
        status_of_test(said, [Evidence("leads", each, NOTHING) for each in lines]) for lines in (found, [*found, worse])
    )
    assert CERTAINTY[after] <= 1
    assert CERTAINTY[after] <= CERTAINTY[before] or {before, after} == {"undecided", "conflicting"}


@given(st.lists(st.sampled_from(STATUSES), min_size=1), st.sampled_from(STATUSES))
def test_a_test_more_never_improves_a_claim(tests: list[str], another: str) -> None:
    order = WORST_FIRST.index
    assert order(status_of_claim([*tests, another])) == min(order(each) for each in [*tests, another])
    assert (status_of_claim(tests) == "robust") == (set(tests) == {"robust"})


WORSE = [
    ("differential_trends", "leads_p", -1),
    ("differential_trends", "breakdown", -1),
    ("differential_trends", "equivalence_bound", 1),
    ("differential_trends", "pretrend_slope", 1),
    ("transitory_selection", "null_band_p", 1),
    ("transitory_selection", "spike_ratio", 1),
    ("influence", "largest_change_in_se", 1),
    ("influence", "sign_changes", 1),
    ("influence", "without_most_treated", -1),
    ("assignment_level", "p", 1),
    ("few_clusters", "p_wild", 1),
]
"""Numbers of the diagnosis, and the direction in which they are worse for an effect that is positive."""


OF_DIAGNOSIS = Rule(parts=[part for part in PARTS if part in ITEMS])
"""A rule that reads no other estimates, which takes longer than what is tried here."""

PLAIN = {"rule": OF_DIAGNOSIS, "row": row(5.0, 1.0)}


@given(st.sampled_from(WORSE), st.floats(0, 10), st.floats(0, 10))
def test_a_worse_number_never_makes_a_status_more_certain(worst: tuple[str, str, int], one: float, two: float) -> None:
    item, name, direction = worst
    better, worse = sorted((one, two), key=lambda value: value * direction)
    found = [status(case_of({}, with_numbers(item, **{name: value}), **PLAIN)) for value in (better, worse)]
    assert CERTAINTY[found[1]] <= CERTAINTY[found[0]]


@given(st.floats(-10, 10), st.floats(0, 5), st.floats(0, 5), st.floats(0, 3))
def test_wider_bounds_never_make_a_status_more_certain(middle: float, half: float, more: float, bound: float) -> None:
    for estimate, test in ((5.0, {"bound": bound}), (0.1, {"expect": "zero", "bound": bound + 3})):
        found = []
        for width in (half, half + more):
            bounds = with_numbers("attrition", lee_low=middle - width, lee_high=middle + width)
            found.append(status(case_of(test, bounds, OF_DIAGNOSIS, row=row(estimate, 1.0))))
        assert CERTAINTY[found[1]] <= CERTAINTY[found[0]]


@pytest.mark.slow(but_each=3)
@pytest.mark.parametrize(
    ("item", "numbers", "code"),
    [
        ("differential_trends", {"leads_p": 0.001}, "leads_differ"),
        ("differential_trends", {"pretrend_slope": 2.0}, "leads_without_power"),
        ("differential_trends", {"equivalence_bound": 6.0}, "leads_not_small"),
        ("differential_trends", {"breakdown": 0.1}, "breaks_down"),
        ("transitory_selection", {"null_band_p": 0.3}, "within_null_band"),
        ("transitory_selection", {"spike_ratio": 3.0}, "decays_after_entry"),
        ("influence", {"sign_changes": 1.0}, "sign_of_a_few"),
        ("influence", {"largest_change_in_se": 4.0}, "estimate_of_a_few"),
        ("influence", {"without_most_treated": -0.1}, "sign_of_most_treated"),
        ("assignment_level", {"p": 0.2}, "open_assignment_level"),
        ("few_clusters", {"p_wild": 0.2}, "open_few_clusters"),
        ("attrition", {"lee_low": -0.1, "lee_high": 0.3}, "bounds_disagree"),
    ],
)
def test_planted_evidence_makes_a_claim_fragile_and_a_contradiction_undecided(
    item: str, numbers: dict[str, float], code: str
) -> None:
    planted = with_numbers(item, **numbers)
    first = evidence_of(case_of({}, planted))[0]
    assert (first.finding, first.why.code, first.item) == ("doubts", code, item)
    assert sentence(first.why)
    assert status(case_of({}, planted)) == "fragile"
    assert status(case_of({"expect": "negative"}, planted)) == "undecided"
    assert status(case_of({}, with_numbers(item))) == "robust"
    assert status(case_of({"expect": "negative"}, with_numbers(item))) == "contradicted"


def test_a_warning_counts_where_the_rule_names_its_item_and_at_its_addresses_only() -> None:
    clean = with_numbers("influence")
    warned = [*clean, finding("bad_control", "warning")]
    assert status(case_of({}, warned)) == "fragile"
    assert status(case_of({}, warned, Rule(warnings=["spillover"]))) == "robust"
    elsewhere = Finding("bad_control", "warning", {}, warned[-1].flaw, None, ("other",))
    assert status(case_of({}, [*clean, elsewhere])) == "robust"
    assert status(case_of({}, [*clean, finding("bad_control", "not_run")])) == "robust"
    assert status(case_of({}, [*clean[1:], finding("differential_trends", "not_run")])) == "fragile"


@pytest.mark.parametrize(("item", "number"), [("odd_cohort", "difference"), ("anticipation", "jump")])
def test_a_warning_of_something_small_beside_the_estimate_does_not_count(item: str, number: str) -> None:
    clean = with_numbers("influence")
    assert status(case_of({}, [*clean, finding(item, "warning", **{number: -2.4})])) == "robust"
    assert status(case_of({}, [*clean, finding(item, "warning", **{number: -2.6})])) == "fragile"


def test_of_no_effect_only_that_is_asked_which_could_hide_one() -> None:
    none = {"expect": "zero", "bound": 3.0}
    asked = {each.part for each in evidence_of(case_of(none, with_numbers("influence"), row=row(0.1, 1.0)))}
    assert asked == set(PARTS) - {"breakdown", "transitory", "assignment"}
    others = {each.part for each in evidence_of(case_of({}, [], own_effect=False))}
    assert others == {"multiplicity"}


def test_hypotheses_are_those_of_the_block_or_of_the_claims_in_it() -> None:
    clean = with_numbers("influence")
    estimate = row(2.2, 1.0)
    own = probability(ClaimTest(at="b", expect="positive"), estimate)
    many = {"b": own} | {f"other {number}": 0.9 for number in range(3)}
    assert status(case_of({}, clean, row=estimate)) == "robust"
    assert status(case_of({}, clean, row=estimate, beside=many)) == "fragile"
    adjusted = estimate.copy()
    adjusted["p_value_adjusted"] = 0.2
    assert status(case_of({}, clean, row=adjusted)) == "fragile"


def test_a_claim_states_only_what_differs() -> None:
    usual = Rule.model_validate({"level": 0.01, "leads": {"slope": 0.5}})
    own = usual.overridden(Rule.model_validate({"leads": {"level": 0.1}}))
    assert (own.level, own.leads.level, own.leads.slope) == (0.01, 0.1, 0.5)
    assert usual.overridden(None) == usual
