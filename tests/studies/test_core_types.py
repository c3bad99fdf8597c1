"""A replication on several kinds of processor gives what is published, and the same numbers on all."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.studies.conftest import CASTLE, Finished

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("castle")]


def test_every_processor_gives_the_same_numbers(castle: Finished, tmp_path: Path) -> None:
    checkout = castle.checkout.copy(tmp_path)
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    bin_folder = str(Path(sys.executable).parent)
    environment = {
        **os.environ,
        "PYTHONPATH": str(checkout.folder / "src"),
        "PATH": os.pathsep.join([bin_folder, os.environ["PATH"]]),
    }
    result = subprocess.run(
        [sys.executable, ".ci/core_types.py", CASTLE, "Haswell", "Sandybridge", "Nehalem", "Pentium"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Pentium: not tried" in result.stdout  # no OpenBLAS has routines of that name
    for counts in re.findall(r"(\d+) of (\d+) published cells reproduce", result.stdout):
        assert counts[0] == counts[1] != "0"
