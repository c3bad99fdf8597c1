"""Whose lock it is: a dead run's is taken over, a living one's is waited for or respected."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ruralpanel import runs

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are of POSIX")


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    """Start a process that stands for another run."""
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "locks").mkdir()
    return tmp_path / "runs", tmp_path / "locks"


def written_down(
    process: int, places: tuple[Path, Path], locks: tuple[str, ...] | None = ("0.output.lock",)
) -> runs.Run:
    """Write a run down that has a lock."""
    run = replace(runs.this_run("small"), process=process, began=runs.beginning_of(process), locks=locks)
    run.keep(places[0])
    for name in locks or ():
        (places[1] / name).touch()
    return run


def taken(places: tuple[Path, Path]) -> bool:
    return bool(list(places[1].iterdir()))


def test_a_process_is_known_by_when_it_began(other: subprocess.Popen[bytes]) -> None:
    assert runs.beginning_of(other.pid) == runs.beginning_of(other.pid) != ""
    other.kill()
    time.sleep(0.1)
    assert runs.beginning_of(other.pid) == ""  # nobody has asked for its status yet, and it is dead all the same


def test_the_lock_of_a_dead_run_is_taken_over_with_a_line(
    places: tuple[Path, Path], other: subprocess.Popen[bytes]
) -> None:
    written_down(other.pid, places)
    other.kill()
    other.wait()
    said: list[str] = []
    with runs.at_work("small", *places, lambda: taken(places), said.append):
        assert not taken(places)
        assert [path.name for path in places[0].iterdir()] == [f"{os.getpid()}.json"]
    assert len(said) == 1 and f"process {other.pid}" in said[0] and "taken over" in said[0]
    assert not list(places[0].iterdir())


def test_another_process_of_the_same_number_is_not_the_owner(
    places: tuple[Path, Path], other: subprocess.Popen[bytes]
) -> None:
    replace(written_down(other.pid, places), began="1 another start").keep(places[0])
    with runs.at_work("small", *places, lambda: taken(places), lambda _: None):
        assert other.poll() is None


def test_a_lock_without_an_owner_is_taken_over(places: tuple[Path, Path]) -> None:
    (places[1] / "0.input.lock").touch()
    said: list[str] = []
    with runs.at_work("small", *places, lambda: taken(places), said.append):
        assert said == ["A run was cut off here; its lock is taken over."]


def test_a_living_run_is_named(places: tuple[Path, Path], other: subprocess.Popen[bytes]) -> None:
    written_down(other.pid, places)
    with (
        pytest.raises(runs.Refused, match=rf"small, process {other.pid}, since .*--wait, or end it: kill {other.pid}"),
        runs.at_work("small", *places, lambda: taken(places), print),
    ):
        pass
    assert taken(places)


def test_a_run_on_another_machine_is_taken_to_live(places: tuple[Path, Path]) -> None:
    replace(written_down(os.getpid(), places), machine="elsewhere").keep(places[0])
    with (
        pytest.raises(runs.Refused, match="on elsewhere"),
        runs.at_work("small", *places, lambda: taken(places), print),
    ):
        pass


@pytest.mark.slow
def test_a_living_run_is_waited_for(places: tuple[Path, Path], other: subprocess.Popen[bytes]) -> None:
    written_down(other.pid, places)
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        other.kill()
        other.wait()

    with runs.at_work("small", *places, lambda: taken(places), say, waits=True):
        assert said[0].startswith("Waiting for another run: small")


def test_the_lock_of_a_living_run_stays_beside_that_of_a_dead_one(
    places: tuple[Path, Path], other: subprocess.Popen[bytes]
) -> None:
    written_down(other.pid, places, ("1.output.lock",))
    (places[1] / "0.output.lock").touch()
    runs.free(*places)
    assert [path.name for path in places[1].iterdir()] == ["1.output.lock"]


@pytest.mark.slow
def test_what_a_dead_run_has_left_is_ended() -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], env={runs.MARK: "1 then"}) as left:
        time.sleep(0.5)
        runs.end_marked("1 then")
        assert runs.beginning_of(left.pid) == ""


SIGNALLED = """\
import subprocess, sys, time
from ruralpanel.runs import end_with_signals
end_with_signals()
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
try:
    print(child.pid, flush=True)
    time.sleep(60)
except KeyboardInterrupt as error:
    print(error, child.wait(10))
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_a_run_with_its_jobs(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", SIGNALLED], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        run.stdout.readline()
        run.send_signal(number)
        assert run.stdout.read().split() == [number.name, str(-signal.SIGKILL)]


def test_nobody_at_the_terminal_agrees_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert not runs.agreed("Remove the lock?")


def test_a_closed_terminal_does_not_end_a_run_that_is_to_outlive_it() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert signal.SIGHUP not in runs.endings()
    finally:
        signal.signal(signal.SIGHUP, before)
