"""A test of a claim judged by the rule: what its estimate says, and all that is asked beside it."""

from __future__ import annotations

from collections.abc import Iterator

from ruralpanel.reasons import because
from ruralpanel.study.rule import PARTS
from ruralpanel.verification.claims.among_estimates import agreement, multiplicity
from ruralpanel.verification.claims.evidence import FINDINGS, NOT_NEEDED, Case, Evidence
from ruralpanel.verification.claims.parts import OF_EFFECTS, from_diagnosis, other_warnings

OF_ANY_TERM = {"agreement": agreement, "multiplicity": multiplicity}
"""Parts that are asked of estimates other than a treatment's own effect too, with what looks at them."""


def evidence_of(case: Case) -> list[Evidence]:
    """Look at all that the rule asks of an estimate.

    Parameters
    ----------
    case
        The test.

    Returns
    -------
    list of Evidence
        In the order in which readers see it: conflicts and doubts first.
    """
    return sorted(_lines(case), key=lambda each: FINDINGS.index(each.finding))


def _lines(case: Case) -> Iterator[Evidence]:
    for part in PARTS:
        if not applies(part, case):
            continue
        if part not in case.rule.parts:
            yield Evidence(part, NOT_NEEDED, because("part_left_out", part=part))
        elif part in OF_ANY_TERM:
            yield from OF_ANY_TERM[part](case)
        elif part == "warnings":
            yield from other_warnings(case)
        else:
            yield from from_diagnosis(part, case)


def applies(part: str, case: Case) -> bool:
    """Tell whether a part of the rule has anything to say to an estimate."""
    if part in OF_ANY_TERM:
        return True
    return case.own_effect and (case.asserts_effect or part not in OF_EFFECTS)
