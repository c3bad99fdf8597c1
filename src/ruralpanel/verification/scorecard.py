"""Claims against estimates and what could be wrong with them: robust, fragile, conflicting, and so on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ruralpanel.diagnosis.finding import Finding, findings_of
from ruralpanel.errors import DataError, Problem
from ruralpanel.estimation.address import address_of, find_estimate
from ruralpanel.reasons import written
from ruralpanel.study.addresses import NoSuchNumber, read_address
from ruralpanel.study.claims import Claim, ClaimTest
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.rule import Rule
from ruralpanel.verification.claims.among_estimates import probability
from ruralpanel.verification.claims.evidence import Case, as_cells
from ruralpanel.verification.claims.judgement import evidence_of
from ruralpanel.verification.claims.sign import P_VALUES, decide, expectation_words
from ruralpanel.verification.claims.status import status_of_claim, status_of_test

NO_EFFECTS = ("first_stage", "comparison", "mean", "cohort_size", "lead_test")
"""Kinds of rows that are no effects of what they are of."""

_CARRIED = (
    "outcome",
    "term",
    "kind",
    "effect_of",
    "at",
    "estimate",
    "standard_error",
    "interval_low",
    "interval_high",
    "interval_level",
)


@dataclass(frozen=True)
class _Located:
    """A test of a claim with its estimate."""

    claim: str
    number: int
    test: ClaimTest
    row: pd.Series
    address: str


def score_claims(
    claims: Mapping[str, Claim],
    estimates: pd.DataFrame,
    diagnosis: pd.DataFrame | None = None,
    rules: Mapping[str, Rule] | None = None,
    treatments: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Judge every claim by the estimates that speak to it and by what could be wrong with these.

    Parameters
    ----------
    claims
        From the study.
    estimates
        Tidy estimates of all its blocks.
    diagnosis
        ``diagnosis.csv`` of the study; left out: nothing was looked at.
    rules
        By claim, what it is held to; the default where left out.
    treatments
        By the name under which a treatment enters equations, its own or its intensity's, its name in ``designation``.

    Returns
    -------
    pandas.DataFrame
        One row a test: the claim, its text and who makes it, the whole address of the estimate, what is expected of
        it, estimate, standard error, interval, the p-value that decides, the minimum detectable effect, the treatment
        whose own effect it is (if of any), the status of the test with the reason, the lines of evidence, and the
        status of the claim. Statuses are those of :mod:`ruralpanel.verification.claims.status`.

    Raises
    ------
    DataError
        If an address names no estimate or several; all at once.
    """
    located = _located(claims, estimates)
    findings: dict[tuple[str, str], dict[str, Finding]] = {}
    for treatment, outcome, finding in [] if diagnosis is None else findings_of(diagnosis):
        findings.setdefault((treatment, outcome), {})[finding.item] = finding
    rows: list[dict[str, Any]] = []
    for each in located:
        claim, test, row = claims[each.claim], each.test, each.row
        asked = (rules or {}).get(each.claim, Rule())
        said, reason = decide(test, row, asked.level)
        treatment = treatment_of(row, treatments or {})
        evidence = []
        if said != "no_number":
            evidence = evidence_of(
                Case(
                    test,
                    row,
                    each.address,
                    asked,
                    findings.get((treatment, row["outcome"]), {}),
                    estimates,
                    _beside(each, located),
                    bool(treatment),
                    not (said == "holds" and test.expect == "zero"),
                )
            )
        rows.append(
            {
                "claim": each.claim,
                "text": claim.text,
                "by": claim.by or "",
                "test": each.number,
                "address": each.address,
                "expected": expectation_words(test),
                **{column: row[column] for column in _CARRIED},
                "p_value": row[P_VALUES[test.p_value]],
                "p_value_kind": test.p_value,
                "minimum_detectable_effect": row["minimum_detectable_effect"],
                "treatment": treatment,
                "test_status": status_of_test(said, evidence),
                "reason": reason.code,
                "reason_arguments": written(reason.arguments),
                "evidence": written(as_cells(evidence)),
            }
        )
    scored = pd.DataFrame(rows, columns=COLUMNS[:-1])
    statuses = scored.groupby("claim", sort=False)["test_status"].agg(list).map(status_of_claim)
    return scored.assign(status=scored["claim"].map(statuses))


COLUMNS = [
    *("claim", "text", "by", "test", "address", "expected"),
    *_CARRIED,
    *("p_value", "p_value_kind", "minimum_detectable_effect", "treatment"),
    *("test_status", "reason", "reason_arguments", "evidence", "status"),
]
"""The columns of ``claims.csv``."""


def treatment_of(row: pd.Series, treatments: Mapping[str, str]) -> str:
    """Name the treatment whose own effect an estimate is; empty for hazards, products and other regressors."""
    is_effect = row["kind"] not in NO_EFFECTS and ESTIMATORS[row["estimator"]].outcome != "event"
    return treatments.get(row["effect_of"], "") if is_effect else ""


def _located(claims: Mapping[str, Claim], estimates: pd.DataFrame) -> list[_Located]:
    """Find the estimate of every test."""
    found: list[_Located] = []
    problems: list[Problem] = []
    for name, claim in claims.items():
        for index, test in enumerate(claim.tests):
            try:
                row = find_estimate(estimates, read_address(test.at))
            except NoSuchNumber as error:
                problems.append(error.problem(f"claim {name}", f"claims.{name}.tests.{index}.at"))
                continue
            found.append(_Located(name, index + 1, test, row, address_of(row)))
    if problems:
        raise DataError(problems)
    return found


def _beside(own: _Located, located: list[_Located]) -> dict[str, float]:
    """Give the p-values of all tests of claims in the block of one, by address; a test without one counts as 1."""
    found: dict[str, float] = {}
    for each in located:
        if each.row["block"] == own.row["block"]:
            p_value = probability(each.test, each.row)
            found[each.address] = min(found.get(each.address, 1.0), 1.0 if p_value is None else p_value)
    own_p = probability(own.test, own.row)
    return found | {own.address: 1.0 if own_p is None else own_p}
