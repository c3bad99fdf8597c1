"""What is said of a registered plan, and of what is not as it was registered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ruralpanel.study.registration import Change, Plan, Registration, changes

ENTRIES = {
    "claims": ("claim", "claims"),
    "blocks": ("block", "blocks"),
    "rule": ("key of the rule", "keys of the rule"),
}
"""What one and several entries of each section are called."""


def registration_words(registrations: Sequence[Registration], now: Plan, path: Path) -> list[str]:
    """Say when a plan was registered, and what became of it since.

    Parameters
    ----------
    registrations
        Of the study, the first one first; for none, nothing is said.
    now
        The plan of the study as it is.
    path
        The file that they are in.

    Returns
    -------
    list of str
        A sentence for each time it was registered, with what had changed, and the last on what has changed since.
    """
    if not registrations:
        return []
    first, *again = registrations
    sentences, before = [], first.plan
    for each in again:
        said = changed_words(changes(before, each.plan))
        sentences.append(f"Registered again {each.date.isoformat()} (“{each.reason}”): {said}.")
        before = each.plan
    since = changes(before, now)
    told = f"since then {changed_words(since)}" if since else "claims, blocks and rule are as they were then"
    sentences.insert(0, f"Registered {first.date.isoformat()} (sha256 {first.sha256[:12]}).")
    found = [*sentences[:-1], f"{sentences[-1].removesuffix('.')}; {told}."]
    spoilt = [each.date.isoformat() for each in registrations if not each.is_whole]
    if spoilt:
        what = f"{path.as_posix()} was edited: what it holds of {' and '.join(spoilt)} is not what was hashed then."
        found.insert(0, what)
    return found


def changed_words(found: Sequence[Change]) -> str:
    """Count and name changes: ``2 claims changed (income: text; wages: tests), 1 block added (placebo)``."""
    parts = []
    for section, (one, several) in ENTRIES.items():
        for what in ("added", "changed", "removed"):
            here = [each for each in found if (each.section, each.what) == (section, what)]
            names = "; ".join(each.name + (f": {', '.join(each.keys)}" if each.keys else "") for each in here)
            if here:
                parts.append(f"{len(here)} {one if len(here) == 1 else several} {what} ({names})")
    return ", ".join(parts) or "nothing changed"
