from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import ROOT

CASTLE = "replications/castle"
PARTS = ("workflow", "config", "src", "data", "results/published", "requirements.lock")


class Checkout:
    """A copy of the repository without results, in which the workflow can be run and files changed."""

    environment: Mapping[str, str] = {}
    """What is particular to the environment that it is run in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in PARTS:
            source, target = ROOT / part, folder / part
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():  # with what is compiled already, or each would compile all modules
                shutil.copytree(source, target)
            else:
                shutil.copy2(source, target)

    @classmethod
    def at(cls, folder: Path) -> Checkout:
        """Take a folder that is one already."""
        checkout = object.__new__(cls)
        checkout.folder = folder
        return checkout

    def copy(self, folder: Path) -> Checkout:
        """Copy it with its results, which are as up to date in the copy."""
        shutil.copytree(self.folder, folder, symlinks=True, dirs_exist_ok=True)
        return Checkout.at(folder)

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Snakemake in the copy, on the copy's own code."""
        return self.module("snakemake", *arguments)

    def module(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a module in the copy, on the copy's own code."""
        environment = {**os.environ, "PYTHONPATH": str(self.folder / "src"), **self.environment}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as ./run does
        return subprocess.run(
            [sys.executable, "-m", name, *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def run(self, study: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a study."""
        return self.snakemake(*arguments, "--config", f"study={study}")

    def due(self, study: str) -> set[str]:
        """List the jobs that would be run, by their messages."""
        result = self.run(study, "--dry-run")
        assert result.returncode == 0, result.stderr
        return {" ".join(text.split()) for text in re.findall(r"^would run  (.+)$", result.stderr, re.MULTILINE)}

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a text in a file; it has to be there."""
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")


class Finished(NamedTuple):
    """A study that has been run, and what the run said."""

    checkout: Checkout
    said: str


@pytest.fixture(scope="session")
def castle(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Run the replication of castle once, on two cores; who changes anything or runs it again takes a copy.

    The tests that ask for it are of one group, `castle`, so that they share a process.
    """
    checkout = Checkout(tmp_path_factory.mktemp("castle"))
    result = checkout.run(CASTLE, "--cores", "2")
    assert result.returncode == 0, result.stderr
    return Finished(checkout, result.stderr)
