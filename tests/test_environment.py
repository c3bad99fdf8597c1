"""environment.yml, pyproject.toml and the lock say the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version


@pytest.fixture(scope="module")
def project(root: Path) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def lock(root: Path) -> str:
    return (root / "requirements.lock").read_text(encoding="utf-8")


def locked_versions(lock: str) -> dict[str, list[Version]]:
    versions: dict[str, list[Version]] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", lock, flags=re.MULTILINE):
        versions.setdefault(name, []).append(Version(version))
    return versions


def test_the_lock_holds_every_dependency_in_a_version_that_fits(project: dict, lock: str) -> None:
    versions = locked_versions(lock)
    for text in [*project["dependencies"], *project["optional-dependencies"]["develop"]]:
        requirement = Requirement(text)
        locked = versions[requirement.name.lower().replace("_", "-")]
        assert all(requirement.specifier.contains(version) for version in locked), text


def test_every_line_of_the_lock_is_pinned_and_hashed(lock: str) -> None:
    blocks = [block for block in re.split(r"\n(?=[a-z0-9])", lock) if not block.startswith("#")]
    assert len(blocks) > 50
    assert all("==" in block.splitlines()[0] and "--hash=sha256:" in block for block in blocks)


def test_the_lock_names_no_address(lock: str) -> None:
    assert not re.search(r"https?://|--(?:extra-)?index-url|--find-links", lock)


def test_the_conda_environment_is_python_and_the_lock(root: Path, project: dict) -> None:
    environment = yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))
    specs = {spec.split()[0]: spec for spec in environment["dependencies"] if isinstance(spec, str)}
    assert set(specs) == {"python", "pip"}
    assert SpecifierSet(specs["python"].split()[1]) == SpecifierSet(project["requires-python"])
    (pip,) = [spec["pip"] for spec in environment["dependencies"] if isinstance(spec, dict)]
    assert pip == ["-r requirements.lock"]


@pytest.mark.slow
def test_pip_can_read_what_conda_hands_it(root: Path, tmp_path: Path) -> None:
    """Conda writes the `pip` entries into a requirements file beside the environment's, a line each."""
    from pip._internal.network.session import PipSession
    from pip._internal.req import parse_requirements

    environment = yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))
    (entries,) = [spec["pip"] for spec in environment["dependencies"] if isinstance(spec, dict)]
    (tmp_path / "requirements.lock").write_bytes((root / "requirements.lock").read_bytes())
    (tmp_path / "from_conda.txt").write_text("\n".join(entries) + "\n", encoding="utf-8")
    parsed = list(parse_requirements(str(tmp_path / "from_conda.txt"), session=PipSession()))
    assert len(parsed) > 100
    assert all(requirement.options.get("hashes") for requirement in parsed)


def test_the_run_script_uses_the_same_lock(root: Path) -> None:
    text = (root / "run").read_text(encoding="utf-8")
    assert '"--require-hashes", "-r", "requirements.lock"' in text


def test_the_version_is_the_same_everywhere(root: Path, project: dict) -> None:
    from ruralpanel import __version__

    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    changes = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert project["version"] == __version__ == citation["version"]
    assert f"## {__version__} " in changes
