"""The Dockerfile and the recipe for Apptainer: from the lock, and with commands that do what they say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from ruralpanel.archive.contents import program_files
from ruralpanel.commands.init import main as init
from ruralpanel.installation import PROGRAM, PROGRAM_IN_CONFIG
from tests.conftest import ROOT

IMAGE = re.compile(r"python:(?P<version>3\.\d+\.\d+)-slim-bookworm@sha256:[0-9a-f]{64}")


def instructions() -> list[tuple[str, str]]:
    """Read the Dockerfile: each instruction with what stands behind it."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = [line.strip() for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    return [(line.split()[0], line.partition(" ")[2]) for line in lines]


def after_user() -> list[tuple[str, str]]:
    """Give the instructions that need no superuser."""
    known = instructions()
    return known[[name for name, _ in known].index("USER") + 1 :]


def sections() -> dict[str, str]:
    """Read the recipe for Apptainer: its head, and each section by its name."""
    text = re.sub(r"^#.*\n", "", (ROOT / "apptainer.def").read_text(encoding="utf-8"), flags=re.MULTILINE)
    head, *parts = re.split(r"^%(\w+)\n", text, flags=re.MULTILINE)
    return {"head": head, **dict(zip(parts[::2], parts[1::2], strict=True))}


def copied() -> dict[str, str]:
    """List what the recipe copies, by where it is here."""
    return dict(line.split() for line in sections()["files"].splitlines() if line.strip())


def test_both_begin_with_the_same_python_that_the_program_is_for() -> None:
    (image,) = [rest for name, rest in instructions() if name == "FROM"]
    assert (found := IMAGE.fullmatch(image))
    assert f"From: {image}" in sections()["head"].splitlines()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"][0]
    assert found["version"] in SpecifierSet(project["requires-python"])
    assert found["version"] in SpecifierSet(conda.split()[1])


def test_the_image_is_built_from_the_lock_by_run_and_by_nobodys_superuser() -> None:
    known = instructions()
    names = [name for name, _ in known]
    user = names.index("USER")
    assert known[user][1] not in ("root", "0")
    assert [rest for name, rest in after_user() if name == "RUN"] == [
        "./run --version"
    ]  # which a test holds to the lock
    assert known[-1] == ("ENTRYPOINT", '["./run"]')
    assert not re.search(r"pip install|apt-get", " ".join(rest for _, rest in known))


def test_what_is_copied_is_here_and_is_enough_for_a_wheel() -> None:
    for name, rest in instructions():
        if name == "COPY":
            sources = [each for each in rest.split()[:-1] if not each.startswith("--")]
            assert all((ROOT / each).exists() for each in sources), sources
    places = copied()
    assert all((ROOT / each).exists() for each in places)
    assert {place.removeprefix("/opt/source/") for place in places.values()} == set(places)
    needed = {*PROGRAM, *PROGRAM_IN_CONFIG} - {"Dockerfile", "apptainer.def", ".dockerignore", ".gitignore"}
    assert not [each for each in needed if not any(Path(each).is_relative_to(place) for place in places)]
    assert not [each for each in places if each.split("/")[0] == "results"]
    assert {"Dockerfile", "apptainer.def", ".dockerignore"} <= set(program_files(ROOT))  # an archive has them


def test_restricted_files_and_results_stay_out_of_the_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {"data/raw/*/restricted", "results/*", ".venv", ".git"} <= set(ignored)
    assert ignored[-1] == "!results/published"


def test_the_recipe_installs_as_run_does() -> None:
    post = sections()["post"]
    assert "--no-deps --require-hashes -r /opt/source/requirements.lock" in post
    assert '"--require-hashes", "-r", "requirements.lock"' in (ROOT / "run").read_text(encoding="utf-8")
    assert 'ruralpanel.console run "$@"' in sections()["runscript"]


def environment() -> dict[str, str]:
    """Give the environment of somebody who has a Python of the image's kind and nothing else."""
    kept = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    python = Path(sys.base_prefix, "bin")
    return kept | {"PATH": f"{python}{os.pathsep}{os.environ['PATH']}"}


def done(command: list[str], folder: Path) -> str:
    """Run a command, which has to end well, and give what it said."""
    ended = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the image is one of Linux")
def test_the_commands_of_the_image_build_its_environment_in_a_clean_folder(tmp_path: Path) -> None:
    listed = done(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], ROOT).split("\0")
    files = [each for each in listed if (ROOT / each).is_file()]
    top = tmp_path / "paper"
    for name, rest in after_user():
        if name == "COPY":
            sources = [each for each in rest.split()[:-1] if not each.startswith("--")]
            for each in files:
                if any(Path(each).is_relative_to(source) for source in sources):
                    (top / each).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(ROOT / each, top / each)
        elif name == "RUN":
            done(["sh", "-c", rest], top)
        elif name == "ENTRYPOINT":
            said = done([*json.loads(rest), "-n", "--config", "study=replications/castle"], top)
            assert "would run  estimation    block baseline" in said
            assert "Building the environment" not in said  # it was built by then


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the image is one of Linux")
def test_the_recipe_installs_a_program_that_runs_a_paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the lock names is borrowed from the environment of the tests, for the test above installs it."""
    opt = tmp_path / "opt"
    for name, place in copied().items():
        target = Path(place.replace("/opt", str(opt), 1))
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy2)(ROOT / name, target)
    post = [line.strip().replace("/opt", str(opt)) for line in sections()["post"].splitlines() if line.strip()]
    for line in post:
        if "--require-hashes" in line:
            (site,) = opt.glob("ruralpanel/lib/python*/site-packages")
            (site / "lock.pth").write_text(f"{sysconfig.get_paths()['purelib']}\n", encoding="utf-8")
            continue
        done(["sh", "-ec", line], tmp_path)
    assert not (opt / "source").exists()
    monkeypatch.chdir(tmp_path)
    assert init(["paper"]) == 0
    script = sections()["runscript"].replace("/opt", str(opt))
    for folder in (tmp_path / "paper", ROOT):
        assert "would run" in done(["sh", "-ec", script, "sh", "-n"], folder)
