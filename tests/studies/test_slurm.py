"""A study on a real Slurm, of one node that the test starts and stops: the same files as on one machine."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from ruralpanel.verification.twice import differences
from tests.studies.conftest import CASTLE, Checkout, Finished
from tests.studies.slurm import Slurm, why_not

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("castle")]

PLUGIN = "snakemake_executor_plugin_slurm"


@pytest.fixture
def slurm(tmp_path: Path) -> Iterator[Slurm]:
    absent = why_not() or ("" if find_spec(PLUGIN) else f"{PLUGIN} not installed (pyproject.toml, `cluster`)")
    if absent:
        pytest.skip(absent)
    (tmp_path / "slurm").mkdir()
    started = Slurm(tmp_path / "slurm")
    try:
        started.start()
        yield started
    finally:
        started.stop()


def test_a_study_gives_the_same_files_on_slurm_as_on_one_machine(
    castle: Finished, slurm: Slurm, tmp_path: Path
) -> None:
    here, there = castle.checkout, Checkout(tmp_path / "there")
    there.environment = slurm.environment
    quickly = ("--slurm-init-seconds-before-status-checks", "1", "--seconds-between-status-checks", "1")
    on_slurm = there.run(CASTLE, "--workflow-profile", "workflow/profiles/slurm", *quickly)
    assert on_slurm.returncode == 0, on_slurm.stderr
    assert "Verdict: MATCH." in on_slurm.stderr
    assert differences(here.folder / "results", there.folder / "results") == []
    submitted = slurm.said("scontrol", "show", "jobs", "--oneliner").splitlines()
    jobs = list((there.folder / "results" / CASTLE / "logs").rglob("*.log"))
    assert len(submitted) >= len(jobs) > 10  # each job was one of Slurm's, and none ran beside it
    assert all("JobState=COMPLETED" in line for line in submitted)
