"""The answer of a study as facts: its estimate as a reader reads it, its status, what could be wrong, and the truth.

Page and paper begin with it; :mod:`ruralpanel.words.answer` makes the sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import expm1
from typing import Any, Literal

import pandas as pd

from ruralpanel.diagnosis.finding import findings_of
from ruralpanel.estimation.address import address_of, find_estimate
from ruralpanel.reasons import read, read_reason
from ruralpanel.study.addresses import NoSuchNumber, read_address
from ruralpanel.study.answer import true_effect
from ruralpanel.study.claims import Claim, ClaimTest
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.facts import file_of_fact
from ruralpanel.study.model import Study
from ruralpanel.study.outcomes import Outcome
from ruralpanel.study.rule import Rule
from ruralpanel.verification.claims.evidence import CONFLICTS, DOUBTS, NOT_SEEN
from ruralpanel.verification.scorecard import score_claims
from ruralpanel.words.answer import Answer, Doubt, Unit

KINDS = (("coefficient", "overall"), ("average",), ("event_time",))
"""The kinds of estimates that can be an answer: of a whole effect, and where there is none, of a part of it."""

POINTS = ("%", "per cent", "percent")
"""How the unit of an outcome begins of which differences are percentage points."""

SHARES = ("share", "0 or 1")
"""How the unit of an outcome begins of which differences are hundredths of that."""


def answer_of(
    study: Study, estimates: pd.DataFrame, diagnosis: pd.DataFrame, facts: Mapping[str, Mapping[str, Any]]
) -> Answer | None:
    """Find what a study answers.

    Parameters
    ----------
    study
        The study.
    estimates
        Tidy estimates of all blocks.
    diagnosis
        From :func:`ruralpanel.diagnosis.diagnose.diagnose`.
    facts
        The contents of the study's files of facts, by name.

    Returns
    -------
    Answer or None
        None where no equation has a coefficient.

    Raises
    ------
    NoSuchNumber
        If the study's own ``answer.at`` names no estimate or several.
    """
    row = _row(study, estimates)
    if row is None:
        return None
    test, rule = _test(study, row)
    scored = score_claims(
        {"answer": Claim(text="answer", tests=[test])}, estimates, diagnosis, {"answer": rule}, study.treatment_terms
    ).iloc[0]
    treatment = str(scored["treatment"])
    found = [
        finding
        for own, outcome, finding in findings_of(diagnosis)
        if (own, outcome) == (treatment, row["outcome"]) and treatment
    ]
    unit = unit_of(study.outcomes[row["outcome"]], row["estimator"])
    path = study.true_effects.get(treatment, {}).get(row["outcome"])
    truth = true_effect(path, facts) if path and file_of_fact(path) in facts else float("nan")
    if isinstance(truth, Mapping):
        truth = float(truth["average"])
    reading = study.answer.reading
    return Answer(
        address=address_of(row),
        row={str(key): value for key, value in row.items()},
        treatment=treatment,
        unit=unit,
        estimate=as_read(row["estimate"], unit),
        low=as_read(row["interval_low"], unit),
        high=as_read(row["interval_high"], unit),
        level=float(row["interval_level"]),
        truth=as_read(truth, unit),
        status=_status(str(scored["status"]), treatment),
        reason=read_reason(scored["reason"], scored["reason_arguments"]),
        doubts=tuple(
            Doubt(each["part"], each["finding"], each["why"])
            for each in read(scored["evidence"]) or ()
            if each["finding"] in (CONFLICTS, DOUBTS, NOT_SEEN)
        ),
        warnings=tuple(each for each in found if each.level == "warning"),
        notes=tuple(each.item for each in found if each.level == "note"),
        looked_for=tuple(each.item for each in found if each.level == "silent"),
        is_effect=bool(treatment) if reading is None else reading == "effect",
        simulated=study.data_standing == "simulated",
    )


def _status(status: str, treatment: str) -> str:
    """Call an estimate robust only where something was looked at, which is so of effects of treatments."""
    return "told" if status == "robust" and not treatment else status


def unit_of(outcome: Outcome, estimator: str) -> Unit:
    """Say in what an effect is read: in per cent where the outcome is a logarithm.

    Parameters
    ----------
    outcome
        What is explained.
    estimator
        By which; some have effects on a scale of their own, which are left as they are unless it is a logarithm.
    """
    each = ESTIMATORS.get(estimator)
    if each is not None and each.log_of:
        return "per_cent"
    if outcome.transformation == "log" or outcome.in_logs:
        return "per_cent"
    if outcome.transformation == "none":
        measured = (outcome.unit or "").lower()
        if measured.startswith(POINTS):
            return "percentage_points"
        if measured.startswith(SHARES) or outcome.adoption is not None:
            return "hundredths"
    return "own"


def as_read(number: float, unit: Unit) -> float:
    """Give an effect as it is read: log points as per cent, shares as percentage points, all others as they are.

    Parameters
    ----------
    number
        As it is estimated; missing stays missing.
    unit
        From :func:`unit_of`.
    """
    if pd.isna(number):
        return float("nan")
    if unit == "per_cent":
        return 100 * expm1(number)
    return 100 * float(number) if unit == "hundredths" else float(number)


def _row(study: Study, estimates: pd.DataFrame) -> pd.Series | None:
    """Find the estimate that answers a study's title."""
    if study.answer.at is not None:
        return find_estimate(estimates, read_address(study.answer.at))
    before = estimates["event_time"] < 0
    known = estimates[estimates["estimate"].notna() & estimates["standard_error"].gt(0) & ~before.fillna(False)]
    for claim in study.claims.values():
        for test in claim.tests:
            try:
                return find_estimate(known, read_address(test.at))
            except NoSuchNumber:  # of another kind, such as a joint test, or without a number
                continue
    for subject in study.subjects:
        terms = {subject.treatment, *subject.equation.intensities.values()}
        own = known[known["effect_of"].isin(terms) & (known["outcome"] == subject.outcome)]
        if (row := _first(own, subject.blocks)) is not None:
            return row
    return _first(known, study.blocks)


def _first(rows: pd.DataFrame, blocks: Iterable[str]) -> pd.Series | None:
    """Pick the first estimate of the first block that has one, of a whole effect if there is any."""
    for kinds in KINDS:
        of_kind = rows[rows["kind"].isin(kinds)]
        for block in blocks:
            if len(own := of_kind[of_kind["block"] == block]):
                return own.iloc[0]
    return None


def _test(study: Study, row: pd.Series) -> tuple[ClaimTest, Rule]:
    """Ask of an estimate whether there is an effect of the sign that it has, by the rule of claims that rest on it."""
    address = address_of(row)
    sign: Literal["positive", "negative"] = "negative" if row["estimate"] < 0 else "positive"
    for claim in study.claims.values():
        for test in claim.tests:
            asked = read_address(test.at)
            words = {str(row[part]) for part in ("specification", "outcome", "estimator", "term", "effect_of")}
            if asked.block == row["block"] and set(asked.parts) <= words:
                return ClaimTest(at=address, expect=sign, p_value=test.p_value), study.rule.overridden(claim.rule)
    return ClaimTest(at=address, expect=sign), study.rule
