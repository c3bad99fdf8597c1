"""A copy of the repository in which commands of the documentation are typed as they stand."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

from tests.conftest import ROOT

COPIED = ("config", "data", "results/published", "run", "requirements.lock", "pyproject.toml", "environment.yml")
OF_AN_IMAGE = ("hatch_build.py", "Dockerfile", "apptainer.def", ".dockerignore")
SHARED = ("src", "workflow", "tests", "README.md", "LICENSE", "CITATION.cff", ".gitignore", *OF_AN_IMAGE)
PROGRAMS = Path(sys.executable).parent


def door(top: Path) -> object:
    """Load the `run` of a checkout as a module."""
    loader = SourceFileLoader("door", str(top / "run"))
    specification = spec_from_loader("door", loader)
    assert specification is not None
    module = module_from_spec(specification)
    loader.exec_module(module)
    return module


class Scratch:
    """A checkout whose environment is the one that the tests run in."""

    def __init__(self, top: Path) -> None:
        self.top = top
        for part in (*COPIED, *SHARED):
            source, target = ROOT / part, top / part
            target.parent.mkdir(parents=True, exist_ok=True)
            if part in SHARED:
                target.symlink_to(source)
            elif source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns(".retrieved"))
            else:
                shutil.copy2(source, target)
        # `./run` finds an environment that was built from this lock, and builds none.
        programs = top / ".venv/bin"
        programs.mkdir(parents=True)
        python = programs / "python"
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
        python.chmod(0o755)
        (top / ".venv/built-from").write_text(door(top).wanted(), encoding="utf-8")  # type: ignore[attr-defined]
        self.environment = {**os.environ, "PATH": os.pathsep.join([str(PROGRAMS), os.environ["PATH"]])}

    def type(self, command: str) -> subprocess.CompletedProcess[str]:
        """Type a command at the top, in a shell."""
        return subprocess.run(
            ["bash", "-c", command], cwd=self.top, env=self.environment, capture_output=True, text=True, check=False
        )
