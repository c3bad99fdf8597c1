"""Faults that are real: disks that are full or can only be read, too little memory, clocks and files that change."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pandas as pd
import pytest

from ruralpanel.errors import DataError
from ruralpanel.frames.storage import save_table
from ruralpanel.runs import not_writable
from ruralpanel.sources.retrieval import refuse_changed_while_read
from ruralpanel.stage import fault_of_the_machine, stage
from tests.fuzz.kills import begun, checkout, ended, results

RAW = "data/raw/small/survey.csv"


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


def test_a_disk_that_can_only_be_read_is_named_before_anything_begins(small_disk: Path) -> None:
    assert not_writable([small_disk, small_disk / "results/small"]) == ""
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    said = not_writable([small_disk / "results/small"])
    assert said.startswith(f"{small_disk}/results/small cannot be written") and "the disk can only be read" in said


@pytest.mark.skipif(shutil.which("setpriv") is None or os.geteuid() != 0, reason="becoming another user is root's")
def test_a_folder_of_somebody_else_is_named() -> None:
    program = "from pathlib import Path; from ruralpanel.runs import not_writable; print(not_writable([Path('mine')]))"
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        (Path(name) / "mine").mkdir()
        command = ["setpriv", "--reuid=65534", "--clear-groups", sys.executable, "-c", program]
        said = subprocess.run(command, capture_output=True, text=True, check=False, cwd=name)
    if "No module named" in said.stderr or "ermission denied" in said.stderr:
        pytest.skip("nobody else may read the program")
    assert said.stdout == "mine cannot be written or read: there is no permission; see whose it is.\n"


def test_a_log_that_cannot_be_written_is_told_at_the_terminal(
    small_disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (small_disk / "large").write_bytes(bytes((64 << 10) - 8192))
    job = SimpleNamespace(log=[str(small_disk / "job.log")], output=[])
    with pytest.raises(SystemExit) as error, stage(job):
        print("x" * 100_000)
    assert error.value.code == 1 and "the disk is full; make room, and run again" in capsys.readouterr().err


def test_a_file_that_is_written_to_while_it_is_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    before = path.stat()
    refuse_changed_while_read("survey", path, before)
    path.write_text("a,b\n1,2\n3,4\n", encoding="utf-8")
    with pytest.raises(DataError, match="was written to while the source `survey` was read"):
        refuse_changed_while_read("survey", path, before)


@pytest.mark.slow
def test_a_raw_file_that_changes_during_a_run_is_named_and_read_again(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    run = begun(folder)
    while run.poll() is None and not (folder / "results/small/sources/survey.parquet").is_file():
        time.sleep(0.02)
    raw = folder / RAW
    changed = raw.read_text(encoding="utf-8").rsplit("\n", 41)[0] + "\n"
    raw.write_text(changed, encoding="utf-8")
    status, said = ended(run)
    assert status == 1 and f"{RAW}: sources.survey: had the sha256" in said and "Traceback" not in said
    assert not (folder / "results/small/accepted").exists()
    status, said = ended(begun(folder))
    assert status == 0, said
    assert len(pd.read_parquet(folder / "results/small/sources/survey.parquet")) == changed.count("\n") - 1
    made = results(folder)
    status, said = ended(begun(folder, "--forceall"))
    assert status == 0 and results(folder) == made


@pytest.mark.slow
def test_of_two_runs_in_one_folder_one_works_and_the_other_is_told(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    runs = [begun(folder), begun(folder)]
    (first, said), (second, told) = sorted(map(ended, runs))
    assert first == 0 and second == 1, said
    assert "Another run is at work here: small, process" in told and "  File " not in told


@pytest.mark.slow
def test_times_of_files_that_are_yet_to_come_are_told_and_old_ones_do_no_harm(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    ahead = time.time() + 400 * 86400
    os.utime(folder / RAW, (ahead, ahead))
    status, said = ended(begun(folder))
    assert status == 1 and f"touch {RAW}" in said and "Traceback" not in said
    os.utime(folder / RAW, (0, 0))
    status, said = ended(begun(folder))
    assert status == 0, said
    for path in (folder / "results").rglob("*"):  # the clock was ahead when all was made, and is right now
        os.utime(path, (ahead, ahead))
    made = results(folder)
    status, said = ended(begun(folder))
    assert status == 0 and results(folder) == made, said


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="a limit of memory is Linux's")
@pytest.mark.parametrize("gigabytes", [1.5, 1.0, 0.7])
def test_with_too_little_memory_a_run_ends_and_says_so(gigabytes: float, tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    command = shlex.join([sys.executable, "-m", "ruralpanel.runs", "--cores", "2", "--config", "study=small"])
    done = subprocess.run(
        ["bash", "-c", f"ulimit -v {int(gigabytes * 1e6)}; exec {command}"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=500,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    if done.returncode:
        assert (
            "Failed: " in said and "Out of memory: this job had" in said
        ) or "Where memory was short, give the job" in said


@pytest.mark.slow
@pytest.mark.parametrize(("where", "size"), [("results", "160k"), (".snakemake", "16k")])
def test_a_disk_that_fills_during_a_run_is_named_and_the_next_run_ends_well(
    where: str, size: str, tmp_path: Path
) -> None:
    folder = checkout(tmp_path)
    (folder / where).mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder / where]
    if subprocess.run(mounted, capture_output=True, check=False).returncode:
        pytest.skip("mounting is for whoever administers the machine")
    try:
        status, said = ended(begun(folder))
        assert status == 1 and "the disk is full; make room, and run again" in said and "Traceback" not in said
        subprocess.run(["mount", "-o", "remount,size=64m", folder / where], check=True)
        status, said = ended(begun(folder))
        assert status == 0, said
    finally:
        subprocess.run(["umount", folder / where], check=True)
