"""What a cross-check found, as a file that the verdict reads; for these estimates only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FACTS = "crosscheck.json"
"""The file, in a study's results."""


def digest_of(results: Sequence[Path]) -> str:
    """Compute a digest of files of results, by name and contents."""
    found = hashlib.sha256()
    for path in sorted(results, key=lambda each: each.name):
        found.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def checks_in(path: Path) -> list[dict[str, Any]]:
    """Read what cross-checks found, one entry a language; none where there is no file."""
    if not path.is_file():
        return []
    checks: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["checks"]
    return checks


def facts_of_bounds(agrees: Sequence[bool], analyses: Sequence[Path]) -> dict[str, Any]:
    """Put what was found of intervals under bounds into words of :data:`FACTS`.

    Parameters
    ----------
    agrees
        Of each interval, whether the other program has it too.
    analyses
        The files of the analyses that they are of.
    """
    found = {"bounds": len(agrees), "bounds_agree": sum(agrees)}
    return found | {"analyses": {path.stem: digest_of([path]) for path in analyses}}


def checks_of(path: Path, estimates: Sequence[Path], analyses: Sequence[Path] = ()) -> list[dict[str, Any]]:
    """Read what cross-checks found of these estimates; what they found of others is nothing.

    Parameters
    ----------
    path
        The file, which need not be there.
    estimates
        The files of the estimates of a run.
    analyses
        And of its sensitivity analyses: intervals under bounds are counted where these are as they were.
    """
    found = checks_in(path)
    digest = digest_of(estimates) if found else ""
    now = {path.stem: digest_of([path]) for path in analyses} if found else {}
    return [_of_these_analyses(each, now) for each in found if each["digest"] == digest]


def _of_these_analyses(check: dict[str, Any], now: Mapping[str, str]) -> dict[str, Any]:
    """Leave out what was found of intervals under bounds that are others now."""
    if {*check.get("analyses", {}).items()} <= {*now.items()}:
        return check
    return {name: value for name, value in check.items() if name not in facts_of_bounds([], [])}
