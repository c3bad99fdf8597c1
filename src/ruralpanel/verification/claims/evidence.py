"""What is looked at before a claim is believed, and what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ruralpanel.diagnosis.finding import Finding
from ruralpanel.reasons import Reason, because
from ruralpanel.study.claims import ClaimTest
from ruralpanel.study.rule import Rule

PASSES, DOUBTS, CONFLICTS, NOT_SEEN, NOT_NEEDED = "passes", "doubts", "conflicts", "not_seen", "not_needed"
"""What a piece of evidence says: nothing against the estimate, how it could be an artefact, that estimators disagree,
nothing since it could not be looked at, and the same where the rule does not insist on it."""

FINDINGS = (CONFLICTS, DOUBTS, NOT_SEEN, PASSES, NOT_NEEDED)
"""All of them, in the order in which readers see them."""


@dataclass(frozen=True)
class Evidence:
    """A line of evidence.

    Parameters
    ----------
    part
        What was asked: a part of the rule, or an item of the diagnosis whose warning counts.
    finding
        One of :data:`FINDINGS`.
    why
        What was found.
    item
        The item of the diagnosis that has it; empty where it is of the estimates.
    address
        The estimate that has it; empty where it is of the diagnosis.
    """

    part: str
    finding: str
    why: Reason
    item: str = ""
    address: str = ""


@dataclass(frozen=True)
class Case:
    """A test of a claim with all that is known of its estimate.

    Parameters
    ----------
    test
        What is expected.
    row
        The estimate.
    address
        Its address.
    rule
        What is asked.
    findings
        Those of the diagnosis on its treatment and outcome, by item.
    estimates
        Tidy estimates of the study.
    beside
        The p-values of all tests of claims in its block, by address, this one's among them.
    own_effect
        Whether it is a treatment's own effect, and not of a hazard, a product or another regressor.
    asserts_effect
        Whether it says that there is an effect, and not that there is none.
    """

    test: ClaimTest
    row: pd.Series
    address: str
    rule: Rule
    findings: Mapping[str, Finding]
    estimates: pd.DataFrame
    beside: Mapping[str, float]
    own_effect: bool
    asserts_effect: bool

    @property
    def size(self) -> float:
        """What an artefact would have to be as large as: the estimate, or the bound within which there is none."""
        return abs(float(self.row["estimate"])) if self.asserts_effect else self.test.bound

    @property
    def side(self) -> int:
        """The sign of the estimate, which evidence has to agree with, whatever is claimed."""
        return 1 if self.row["estimate"] > 0 else -1


def as_cells(evidence: list[Evidence]) -> list[dict[str, Any]]:
    """Give lines of evidence as what :func:`ruralpanel.reasons.written` writes."""
    return [vars(each) for each in evidence]


def not_looked_at(part: str, item: str, why: Reason | None = None) -> Evidence:
    """Say that an item was not looked at, and why."""
    return Evidence(part, NOT_SEEN, because("not_looked_at", why=why or because("not_in_diagnosis")), item)
