"""What becomes of a test, and of a claim with all its tests.

A test whose estimate has no number is *not identified*, and one that tells no sign (or whose interval has values that
fit and values that do not) is *undecided*. Where the estimate does decide, evidence is asked for, whichever way it
decides:

======================  ==================================  ================================
the estimate            nothing speaks against it           something does
======================  ==================================  ================================
has what is claimed     robust                              conflicting, or else fragile
has the opposite        contradicted                        conflicting, or else undecided
======================  ==================================  ================================

*Conflicting*: estimators of the same effect differ beyond sampling error. *Fragile*: a diagnostic says how the estimate
could be an artefact, or one that is asked for could not be looked at. An artefact contradicts nothing, so that a sign
that is the other one and fragile leaves the claim undecided.

A claim is what the first of these makes it that any of its tests has: contradicted, not identified, undecided,
conflicting, fragile; and robust where all are. So worse evidence never makes a status more certain.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ruralpanel.verification.claims.evidence import CONFLICTS, DOUBTS, NOT_SEEN, Evidence
from ruralpanel.verification.claims.sign import Said

STATUSES = ("robust", "fragile", "conflicting", "contradicted", "undecided", "not_identified")
"""What can become of a claim, in the order in which readers see it."""

WORST_FIRST = ("contradicted", "not_identified", "undecided", "conflicting", "fragile", "robust")
"""The order in which tests decide what becomes of a claim."""


def status_of_test(said: Said, evidence: Iterable[Evidence]) -> str:
    """Give the status of a test.

    Parameters
    ----------
    said
        What its estimate says.
    evidence
        What was looked at beside it.
    """
    if said in ("no_number", "open"):
        return "not_identified" if said == "no_number" else "undecided"
    found = {each.finding for each in evidence}
    if CONFLICTS in found:
        return "conflicting"
    if found & {DOUBTS, NOT_SEEN}:
        return "fragile" if said == "holds" else "undecided"
    return "robust" if said == "holds" else "contradicted"


def status_of_claim(tests: Collection[str]) -> str:
    """Give the status of a claim from those of its tests."""
    return next(status for status in WORST_FIRST if status in tests)
