"""What the program is built from: allowed licences, versions without a known flaw, a locked installer."""

from __future__ import annotations

import csv
import datetime
import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest


def program(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def packages(root: Path) -> list[tuple[str, str]]:
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    return re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", lock, re.MULTILINE)


def test_every_locked_package_is_listed_with_a_licence_that_is_allowed(root: Path, packages: list) -> None:
    licences = program(root / ".ci/licences.py")
    with (root / ".ci/licences.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["package"], row["version"]) for row in rows] == packages
    assert {row["package"]: licences.not_allowed(row["licence"]) for row in rows if row["licence"]} == {
        row["package"]: [] for row in rows
    }


def test_a_copyleft_licence_is_not_allowed_unless_there_is_another(root: Path) -> None:
    licences = program(root / ".ci/licences.py")
    assert licences.not_allowed("MIT AND GPL-3.0-only") == ["GPL-3.0-only"]
    assert licences.not_allowed("(MIT OR GPL-3.0-only)") == []
    assert licences.not_allowed("") == [""]


def test_no_locked_version_is_known_to_have_a_flaw(root: Path, packages: list) -> None:
    listed = json.loads((root / ".ci/advisories.json").read_text(encoding="utf-8"))
    assert program(root / ".ci/audit.py").flaws(packages, listed) == []


def test_a_version_with_a_flaw_is_named_until_it_is_accepted(root: Path) -> None:
    audit = program(root / ".ci/audit.py")
    listed = json.loads((root / ".ci/advisories.json").read_text(encoding="utf-8"))
    found = audit.flaws([("setuptools", "65.5.0"), ("pip", "26.3")], listed)
    assert [each.split(": ")[1].split(",")[0] for each in found] == [
        "CVE-2022-40897",
        "CVE-2024-6345",
        "CVE-2025-47273",
    ]
    listed["accepted"] = dict.fromkeys(["CVE-2022-40897", "CVE-2024-6345", "CVE-2025-47273"], "not installed")
    assert audit.flaws([("setuptools", "65.5.0")], listed) == []


ADVISORY = """
id: PYSEC-2024-1
aliases: [CVE-2024-1]
published: 2024-10-09T12:00:00Z
affected:
- package: {ecosystem: PyPI, name: pip}
  ranges:
  - {type: GIT, events: [{introduced: "0"}]}
  - {type: ECOSYSTEM, events: [{introduced: "0"}, {fixed: "20.1"}, {introduced: "21.0"}, {last_affected: "21.3"}]}
  versions: ["19.0rc1"]
"""


@pytest.mark.parametrize(
    ("version", "hit"),
    [
        ("19.0rc1", True),
        ("20.0", True),
        ("20.1", False),
        ("20.9", False),
        ("21.0", True),
        ("21.3", True),
        ("21.4", False),
    ],
)
def test_a_copy_of_the_database_is_read(root: Path, tmp_path: Path, version: str, hit: bool) -> None:
    audit = program(root / ".ci/audit.py")
    (tmp_path / "vulns/pip").mkdir(parents=True)
    (tmp_path / "vulns/pip/PYSEC-2024-1.yaml").write_text(ADVISORY, encoding="utf-8")
    packages = [("pip", version), ("numpy", "1.0")]
    found, number, newest = audit.flaws_in(packages, tmp_path, {})
    assert (found == [f"pip {version}: PYSEC-2024-1, CVE-2024-1"], number, newest) == (hit, 1, "2024-10-09")
    assert audit.flaws_in(packages, tmp_path, {"CVE-2024-1": "not used"})[0] == []


def test_the_audit_says_what_it_did_and_how_old_its_list_is(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert program(root / ".ci/audit.py").main(["--offline"], datetime.date(2026, 1, 10)) == 0
    said = capsys.readouterr().out
    assert "complete until 2025-12-31, 10 days ago\n" in said and "known to have a flaw" in said


def test_the_installer_is_locked_and_setuptools_is_gone(root: Path, packages: list) -> None:
    assert "pip" in dict(packages) and "setuptools" not in dict(packages)
    assert '"uninstall", "-qq", "--yes", "setuptools"' in (root / "run").read_text(encoding="utf-8")


@pytest.mark.slow
def test_every_direct_dependency_is_imported_or_read(root: Path) -> None:
    import tomllib

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    called = {"python-docx": "docx", "pyyaml": "yaml", "python-calamine": "python_calamine"}
    files = [*(root / "src").rglob("*.py"), *(root / "workflow").rglob("*.smk"), root / "workflow/Snakefile"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    for requirement in project["dependencies"]:
        name = re.split(r"[^A-Za-z0-9-]", requirement)[0]
        module = called.get(name, name.replace("-", "_"))
        read = rf"(?:from|import) {module}\b|[\"']{module}\b"
        assert re.search(read, text), name
