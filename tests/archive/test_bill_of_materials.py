"""The bill of materials of an archive: every locked package with its hashes, in a structure that CycloneDX asks for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from ruralpanel.archive.bill_of_materials import bill_of_materials, write_bill

TEXT = {"type": "string", "minLength": 1}
LIST = "array"
COMPONENT = {
    "type": "object",
    "required": ["type", "name"],
    "additionalProperties": False,
    "properties": {
        "type": {"enum": ["application", "framework", "library"]},
        "bom-ref": TEXT,
        "name": TEXT,
        "version": {"type": "string", "maxLength": 1024},
        "purl": {"type": "string", "pattern": "^pkg:pypi/[a-z0-9.-]+@[^ ]+$"},
        "licenses": {
            "type": LIST,
            "maxItems": 1,
            "items": {"type": "object", "required": ["expression"], "properties": {"expression": TEXT}},
        },
        "externalReferences": {
            "type": LIST,
            "items": {
                "type": "object",
                "required": ["url", "type"],
                "additionalProperties": False,
                "properties": {
                    "url": TEXT,
                    "type": {"enum": ["distribution"]},
                    "hashes": {
                        "type": LIST,
                        "minItems": 1,
                        "items": {
                            "type": "object",
                            "required": ["alg", "content"],
                            "additionalProperties": False,
                            "properties": {
                                "alg": {"enum": ["SHA-256"]},
                                "content": {"type": "string", "pattern": "^[a-f0-9]{64}$"},
                            },
                        },
                    },
                },
            },
        },
        "properties": {"type": LIST, "items": {"type": "object", "required": ["name", "value"]}},
    },
}
SCHEMA = {
    "type": "object",
    "required": ["bomFormat", "specVersion"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"enum": ["http://cyclonedx.org/schema/bom-1.6.schema.json"]},
        "bomFormat": {"enum": ["CycloneDX"]},
        "specVersion": {"enum": ["1.6"]},
        "serialNumber": {"pattern": "^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"},
        "version": {"type": "integer", "minimum": 1},
        "metadata": {"type": "object", "properties": {"component": COMPONENT}, "additionalProperties": False},
        "components": {"type": LIST, "uniqueItems": True, "items": COMPONENT},
        "dependencies": {
            "type": LIST,
            "uniqueItems": True,
            "items": {
                "type": "object",
                "required": ["ref"],
                "properties": {"ref": TEXT, "dependsOn": {"type": LIST, "uniqueItems": True, "items": TEXT}},
            },
        },
    },
}
"""What the schema of CycloneDX 1.6 asks of the parts that a bill has."""

SMALL = """\
# via a line
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:{a} \\
    --hash=sha256:{b}
    # via
    #   ruralpanel (pyproject.toml)
    #   pandas
pandas==3.1.1 \\
    --hash=sha256:{b}
    # via ruralpanel (pyproject.toml)
""".format(a="a" * 64, b="b" * 64)


@pytest.fixture(scope="module")
def bill(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    import json

    folder = tmp_path_factory.mktemp("bill")
    written = write_bill(folder, root, "ruralpanel", "0.1.0").read_bytes()
    assert written == write_bill(folder, root, "ruralpanel", "0.1.0").read_bytes()
    found: dict[str, Any] = json.loads(written)
    return found


def test_it_has_the_structure_of_cyclonedx(bill: dict[str, Any]) -> None:
    assert list(Draft7Validator(SCHEMA).iter_errors(bill)) == []
    refs = [bill["metadata"]["component"]["bom-ref"], *(each["bom-ref"] for each in bill["components"])]
    assert len(set(refs)) == len(refs)
    assert sorted(each["ref"] for each in bill["dependencies"]) == sorted(refs)
    assert {needed for each in bill["dependencies"] for needed in each["dependsOn"]} <= set(refs)


def test_it_has_every_package_and_hash_of_the_lock_and_a_licence_of_each(root: Path, bill: dict[str, Any]) -> None:
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    hashes = [one["content"] for each in bill["components"] for one in each["externalReferences"][0]["hashes"]]
    assert hashes == re.findall(r"sha256:([0-9a-f]{64})", lock)
    assert [(each["name"], each["version"]) for each in bill["components"]] == re.findall(
        r"^([a-z0-9-]+)==([^ ;\\]+)", lock, re.MULTILINE
    )
    assert all(each["licenses"] for each in bill["components"])


def test_who_needs_what_is_read_from_the_lock() -> None:
    found = bill_of_materials(SMALL, {("pandas", "3.1.1"): "BSD-3-Clause"}, "ruralpanel", "1")
    needs = {each["ref"]: each["dependsOn"] for each in found["dependencies"]}
    numpy, pandas = "pkg:pypi/numpy@2.4.6", "pkg:pypi/pandas@3.1.1"
    assert needs == {numpy: [], pandas: [numpy], "pkg:pypi/ruralpanel@1": [numpy, pandas]}
    first, second = found["components"]
    assert first["properties"] == [{"name": "marker", "value": "python_full_version < '3.12'"}]
    assert "licenses" not in first and second["licenses"] == [{"expression": "BSD-3-Clause"}]
