"""The registered plan of a study: what it claimed and how it was to be judged, by hash and date, and changes since.

A registration is kept in a file under version control, which only ``./run register`` writes. One that is made again,
with a reason, stands behind those before it; nothing is taken out.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import Field, ValidationError

from ruralpanel.errors import Problem, StudyError
from ruralpanel.study.base import Section, Text
from ruralpanel.study.model import Study

REGISTERED = Path("config/registered")
"""Where registered plans are kept; tracked."""

SECTIONS = ("claims", "blocks", "rule")
"""What a plan is made of: what is claimed, what is estimated, and the rule that claims are held to."""

Plan = dict[str, dict[str, Any]]
"""By section and name, what a study states and does not leave to its default."""


class Registration(Section):
    """A plan as it was on a day."""

    date: datetime.date = Field(strict=False)
    """When."""
    sha256: str
    """The hash of the canonical JSON of the plan."""
    reason: Text | None = None
    """Why it was registered again; none for the first."""
    plan: Plan
    """The sections of the study file."""

    @property
    def is_whole(self) -> bool:
        """Whether the plan is still what was hashed."""
        return digest(self.plan) == self.sha256


class Change(NamedTuple):
    """An entry of a plan that is not as it was.

    Parameters
    ----------
    section
        One of :data:`SECTIONS`.
    name
        Of the claim or the block, or the key of the rule.
    what
        What became of it.
    keys
        Where it was changed, the keys that differ, dotted.
    """

    section: str
    name: str
    what: Literal["added", "changed", "removed"]
    keys: list[str]


def registered_file(name: str) -> Path:
    """Say where the plan of a study is kept, whether it is registered or not."""
    return REGISTERED / f"{name}.json"


def plan_of(study: Study) -> Plan:
    """Take from a study what is registered of it.

    What is left to its default is left out, so that a key that a later version of the program has changes no plan.
    """
    stated = study.model_dump(mode="json", by_alias=True, exclude_defaults=True, include=set(SECTIONS))
    return {section: stated.get(section, {}) for section in SECTIONS}


def digest(plan: Mapping[str, Any]) -> str:
    """Hash a plan, whatever the order of its keys."""
    text = json.dumps(plan, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def registered_now(plan: Plan, date: datetime.date, reason: str | None = None) -> Registration:
    """Make a registration of a plan."""
    return Registration(date=date, sha256=digest(plan), reason=reason, plan=plan)


def registrations_text(registrations: Sequence[Registration]) -> str:
    """Write the file of a registered plan."""
    rows = [each.model_dump(mode="json", exclude_none=True) for each in registrations]
    return json.dumps({"registrations": rows}, indent=2, ensure_ascii=False) + "\n"


def load_registrations(path: Path) -> list[Registration]:
    """Read the registrations of a study, the first one first; none where there is no file.

    Raises
    ------
    StudyError
        If the file is not one that was written here.
    """
    if not path.is_file():
        return []
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["registrations"]
        found = [Registration.model_validate_json(json.dumps(row)) for row in rows]
    except (ValueError, KeyError, TypeError, ValidationError):
        found = []
    if not found:
        hint = "take it from the history of the repository as it was"
        raise StudyError([Problem(path.as_posix(), "is no registered plan that `./run register` wrote", hint=hint)])
    return found


def changes(before: Plan, now: Plan) -> list[Change]:
    """List what was added, changed and removed between two plans, by section and name."""
    return [each for section in SECTIONS for each in _of_section(section, before, now)]


def _of_section(section: str, before: Plan, now: Plan) -> Iterator[Change]:
    one, other = before.get(section, {}), now.get(section, {})
    for name in dict.fromkeys([*one, *other]):
        if name not in one:
            yield Change(section, name, "added", [])
        elif name not in other:
            yield Change(section, name, "removed", [])
        elif one[name] != other[name]:
            yield Change(section, name, "changed", list(_differing(one[name], other[name])))


def _differing(one: Any, other: Any, at: str = "") -> Iterator[str]:
    """Name the keys at which two values differ, as deep as mappings go."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys([*one, *other]):
            if one.get(key) != other.get(key):
                yield from _differing(one.get(key), other.get(key), f"{at}.{key}" if at else key)
    elif at:
        yield at
