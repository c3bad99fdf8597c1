"""The door of a job: its log, its status, and what it took."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from ruralpanel.errors import DataError, Problem
from ruralpanel.stage import stage


@pytest.fixture
def job(tmp_path: Path) -> SimpleNamespace:
    return SimpleNamespace(log=[str(tmp_path / "results/small/logs/read_source/survey.log")], output=["table"])


def measured(job: SimpleNamespace) -> Path:
    return Path(job.log[0].replace("/logs/", "/benchmarks/")).with_suffix(".tsv")


def test_what_a_job_says_is_in_its_log_and_what_it_took_beside_the_logs(job: SimpleNamespace) -> None:
    with stage(job):
        print("said")
        filled = bytearray(200 * 2**20)
    assert Path(job.log[0]).read_text(encoding="utf-8") == "said\n"
    with measured(job).open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream, delimiter="\t")
    assert list(row) == ["s", "max_rss", "cpu_time"]
    assert float(row["max_rss"]) > len(filled) / 2**20  # in MiB, and of a moment that is over
    assert float(row["s"]) >= 0 and float(row["cpu_time"]) > 0


def test_a_job_without_output_is_not_measured(job: SimpleNamespace) -> None:
    job.output = []
    with stage(job):
        pass
    assert Path(job.log[0]).is_file() and not measured(job).exists()


def test_a_mistake_is_in_the_log_in_words_and_a_fault_with_its_traceback(job: SimpleNamespace) -> None:
    with pytest.raises(SystemExit) as ended, stage(job):
        raise DataError([Problem("survey.csv", "has no rows")])
    assert ended.value.code == 1
    assert "Traceback" not in Path(job.log[0]).read_text(encoding="utf-8")
    with pytest.raises(SystemExit) as ended, stage(job):
        raise ZeroDivisionError
    assert ended.value.code == 1
    assert "This is a fault of ruralpanel" in Path(job.log[0]).read_text(encoding="utf-8")
    assert not measured(job).exists()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError("Unable to allocate 9.31 GiB"), "Out of memory: this job had .* MiB .*9.31 GiB.*--cores 1"),
        (OSError(28, "No space left on device", "results/x.csv"), "results/x.csv cannot be .*: the disk is full"),
        (PermissionError(13, "Permission denied", "results"), "results cannot be .*: there is no permission"),
        (OSError(30, "Read-only file system", "results"), "the disk can only be read"),
    ],
)
def test_what_the_machine_lacks_is_said_without_a_traceback(job: SimpleNamespace, error: Exception, said: str) -> None:
    with pytest.raises(SystemExit) as ended, stage(job):
        raise error
    assert ended.value.code == 1
    log = Path(job.log[0]).read_text(encoding="utf-8")
    assert re.search(said, log) and "Traceback" not in log


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is Linux's")
def test_a_disk_that_is_full_is_said(job: SimpleNamespace) -> None:
    with pytest.raises(SystemExit), stage(job), open("/dev/full", "w") as stream:
        stream.write("x")
        stream.flush()
    assert "the disk is full" in Path(job.log[0]).read_text(encoding="utf-8")
