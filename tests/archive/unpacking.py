"""What a reviewer does with an archive: unpack it into an empty folder, check it, and run it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from zipfile import ZipFile

from ruralpanel.archive.packing import MANIFEST
from tests.conftest import ROOT
from tests.studies.conftest import Checkout

AT_THE_TOP = ("run", "pyproject.toml", "hatch_build.py", "environment.yml", "LICENSE", "CITATION.cff", ".gitignore")


def add_what_is_packed(folder: Path) -> None:
    """Copy the files at the top that an archive has and a run does without."""
    for name in AT_THE_TOP:
        (folder / name).write_bytes((ROOT / name).read_bytes())


def unpacked(archive: Path, folder: Path) -> Path:
    """Unpack an archive into an empty folder and check its manifest, as the README says."""
    with ZipFile(archive) as packed:
        packed.extractall(folder)
    (top,) = folder.iterdir()
    checked = subprocess.run(["sha256sum", "--check", "--quiet", MANIFEST], cwd=top, check=False)
    assert checked.returncode == 0
    return top


def run_there(top: Path) -> subprocess.CompletedProcess[str]:
    """Do what `./run` does in an unpacked archive, in the environment of these tests, on the archive's own code.

    That the code compiles where nothing is compiled is for CI, which runs the archive of the default study.
    """
    for folder in {path.parents[1] for path in (ROOT / "src").rglob("__pycache__/*.nbi")}:
        there = top / folder.relative_to(ROOT)
        for source in folder.glob("*.py"):
            if (there / source.name).read_bytes() == source.read_bytes():
                shutil.copystat(source, there / source.name)
        shutil.copytree(folder / "__pycache__", there / "__pycache__", dirs_exist_ok=True)
    return Checkout.at(top).snakemake()
