"""Whole runs of the studies that retrieve public files, where these are at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ruralpanel.sources.retrieval import MIRROR, absent_files, mirror_folders
from tests.conftest import ROOT, shipped_study
from tests.studies.conftest import Checkout


def run_from_mirror(name: str, folder: Path, says: str) -> Path:
    """Run a study in a copy of the repository, and give its results; skip where a file is neither here nor in a mirror.

    Parameters
    ----------
    name
        The study.
    folder
        Where the copy is made.
    says
        What the run has to end with.
    """
    mirror = os.environ.get(MIRROR)
    absent = absent_files(shipped_study(name).sources, ROOT, mirror_folders(mirror))
    if absent:
        lacking = f"the folder {mirror} lacks" if mirror else f"{MIRROR} is not set, and not kept here are"
        pytest.skip(f"{lacking} {', '.join(absent)}")
    checkout = Checkout(folder)
    result = checkout.run(name)
    assert result.returncode == 0, result.stderr
    assert says in result.stderr
    return checkout.folder / "results" / name
