"""What a cross-check found, as a file that the verdict reads; for these estimates only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FACTS = "crosscheck.json"
"""The file, in a study's results."""


def digest_of(estimates: Sequence[Path]) -> str:
    """Compute a digest of files of estimates, by name and contents."""
    found = hashlib.sha256()
    for path in sorted(estimates, key=lambda each: each.name):
        found.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def checks_in(path: Path) -> list[dict[str, Any]]:
    """Read what cross-checks found, one entry a language; none where there is no file."""
    if not path.is_file():
        return []
    checks: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["checks"]
    return checks


def checks_of(path: Path, estimates: Sequence[Path]) -> list[dict[str, Any]]:
    """Read what cross-checks found of these estimates; what they found of others is nothing.

    Parameters
    ----------
    path
        The file, which need not be there.
    estimates
        The files of the estimates of a run.
    """
    found = checks_in(path)
    digest = digest_of(estimates) if found else ""
    return [each for each in found if each["digest"] == digest]
