"""A bill of materials of the locked packages, in the form of CycloneDX 1.6, the same bytes for the same lock.

CycloneDX, Ecma International, ECMA-424: what a component is, where it is distributed with which hashes, what it depends
on. There is no time in it, and its serial number follows from the lock.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import uuid
from pathlib import Path
from typing import Any

BILL = "sbom.cdx.json"
"""The name of the file in an archive."""

LICENCES = Path(".ci/licences.csv")
"""The list of licences, from the top of the repository."""

_ENTRY = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\\n]+)(?: ; ([^\\\n]+?))? *(?:\\)?\n((?:[ \t]+.*\n?)*)", re.MULTILINE)
"""A package of a lock: name, version, marker, and the lines with hashes and with who asks for it."""


def bill_of_materials(lock: str, licences: dict[tuple[str, str], str], program: str, version: str) -> dict[str, Any]:
    """Write the bill of a lock.

    Parameters
    ----------
    lock
        The contents of ``requirements.lock``, as uv and pip-tools write it.
    licences
        By name and version of a package, its licence as an expression of SPDX; those that are unknown are left out.
    program, version
        What the packages are for.

    Returns
    -------
    dict
        A document of CycloneDX 1.6.
    """
    entries = [(each[1], each[2], each[3], each[4]) for each in _ENTRY.finditer(lock)]
    refs: dict[str, list[str]] = {}
    for name, number, _, _ in entries:
        refs.setdefault(name, []).append(f"pkg:pypi/{name}@{number}")
    needs: dict[str, set[str]] = {ref: set() for each in refs.values() for ref in each}
    root = f"pkg:pypi/{program}@{version}"
    needs[root] = set()
    for name, number, _, lines in entries:
        for asker in re.findall(r"# +(?:via )?([A-Za-z0-9._-]+)", lines):
            for ref in [root] if asker == program else refs.get(asker, []):
                needs[ref].add(f"pkg:pypi/{name}@{number}")
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.UUID(bytes=hashlib.sha256(lock.encode()).digest()[:16], version=4)}",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": root, "name": program, "version": version}},
        "components": [_component(*each, licences) for each in entries],
        "dependencies": [{"ref": ref, "dependsOn": sorted(needs[ref])} for ref in sorted(needs)],
    }


def _component(
    name: str, version: str, marker: str | None, lines: str, licences: dict[tuple[str, str], str]
) -> dict[str, Any]:
    ref = f"pkg:pypi/{name}@{version}"
    hashes = [{"alg": "SHA-256", "content": each} for each in re.findall(r"--hash=sha256:([0-9a-f]{64})", lines)]
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": ref,
        "name": name,
        "version": version,
        "purl": ref,
        "externalReferences": [{"type": "distribution", "url": ref, "hashes": hashes}],
    }
    if expression := licences.get((name, version)):
        component["licenses"] = [{"expression": expression}]
    if marker:
        component["properties"] = [{"name": "marker", "value": marker}]
    return component


def write_bill(folder: Path, root: Path, program: str, version: str) -> Path:
    """Write the bill of the repository's lock into a folder.

    Parameters
    ----------
    folder
        Where it goes.
    root
        The top of the repository.
    program, version
        What the packages are for.
    """
    licences = {}
    if (root / LICENCES).is_file():
        with (root / LICENCES).open(encoding="utf-8", newline="") as stream:
            licences = {(row["package"], row["version"]): row["licence"] for row in csv.DictReader(stream)}
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    path = folder / BILL
    path.write_text(json.dumps(bill_of_materials(lock, licences, program, version), indent=1) + "\n", encoding="utf-8")
    return path
