"""Faults that are real: a file system that is full, and a job that asks for more memory than it may have."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from ruralpanel.frames.storage import save_table
from ruralpanel.stage import fault_of_the_machine


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 64 KiB, where that is allowed."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting is for whoever administers the machine")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_full_disk_is_named(small_disk: Path, ending: str) -> None:
    path = small_disk / f"table.{ending}"
    large = pd.DataFrame({"v": range(30_000), "w": [f"{number * 7919 % 1_000_003}" for number in range(30_000)]})
    with pytest.raises(OSError, match=r"No space left|writing file") as error:
        save_table(large, path, key=["v"])
    assert "the disk is full; make room, and run again" in fault_of_the_machine(error.value)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="a limit of memory is Linux's")
def test_a_job_out_of_memory_says_its_size_and_what_helps(tmp_path: Path) -> None:
    program = f"""
import resource
from types import SimpleNamespace
import numpy as np
from ruralpanel.stage import stage
held = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (held + (256 << 20),) * 2)
job = SimpleNamespace(log=["{tmp_path}/job.log"], output=[], input=[], params=[], wildcards=[], rule="x", threads=1)
with stage(job):
    np.ones(1 << 30)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    log = (tmp_path / "job.log").read_text(encoding="utf-8")
    assert done.returncode == 1 and "Traceback" not in log
    assert "Out of memory: this job had" in log and "8.00 GiB" in log and "--cores 1" in log
