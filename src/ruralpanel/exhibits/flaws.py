"""Notes on what could be wrong with the estimates that an exhibit shows: the warnings of the diagnosis, in one line."""

from __future__ import annotations

import pandas as pd

from ruralpanel.diagnosis.finding import findings_of
from ruralpanel.exhibits.caption import ExhibitDeclaration
from ruralpanel.study.addresses import read_address
from ruralpanel.words.diagnosis import ITEMS
from ruralpanel.words.names import name_words
from ruralpanel.words.sentences import sentence_list

MOST = 3
"""Up to so many effects with warnings are named one by one; a note is to stay one line."""


def with_warnings(declaration: ExhibitDeclaration, findings: pd.DataFrame) -> ExhibitDeclaration:
    """Add what is to be said of the effects that an exhibit shows.

    Parameters
    ----------
    declaration
        The exhibit, with the effects that it shows and that are diagnosed.
    findings
        From :func:`ruralpanel.diagnosis.diagnose.diagnose`, of all effects of the study.
    """
    found: dict[str, list[str]] = {}
    for treatment, outcome, finding in findings_of(findings):
        shown = (treatment, outcome) in declaration.subjects and declaration.exhibit.shows_outcome(outcome)
        blocks = {read_address(address).block for address in finding.addresses}
        if shown and finding.level == "warning" and (not blocks or blocks & set(declaration.exhibit.estimated_in)):
            label = declaration.outcomes[outcome].label if outcome in declaration.outcomes else outcome
            several = len({name for name, _ in declaration.subjects}) > 1
            of = f"{name_words(treatment, declaration.labels)} on {label}" if several else label
            found.setdefault(of, []).append(ITEMS[finding.item])
    return declaration.model_copy(update={"warnings": _line(found)})


def _line(found: dict[str, list[str]]) -> list[str]:
    """Write the warnings of each effect, or where there are many effects which these are."""
    if not found:
        return []
    if len(found) > MOST:
        items = sorted({item for each in found.values() for item in each}, key=list(ITEMS.values()).index)
        return [f"In {len(found)} of the effects shown, the diagnosis warns of {sentence_list(items)}."]
    told = "; ".join(f"of {sentence_list(items)} ({of})" for of, items in found.items())
    return [f"The diagnosis warns {told}."]
