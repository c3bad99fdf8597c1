"""Runs at work in one folder: whose lock it is that Snakemake finds, whether its owner lives, and how a run is ended.

Snakemake's lock says which files are taken and not by whom, so that one who was killed keeps them for ever. Beside it
each run keeps its process, when that began, and its machine. A lock whose owner is dead is taken over; one whose owner
lives is waited for or respected. What runs in a folder is told by process and time of start together, for numbers of
processes are given again.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from ruralpanel.errors import fault_of_the_disk
from ruralpanel.installation import workflow_arguments

FOLDER = "runs"
"""The folder, beside Snakemake's locks, with one file a run."""

MARK = "RURALPANEL_RUN"
"""The variable by which processes that a run has started can be known."""

WAITING = "RURALPANEL_WAIT"
"""The variable that says that a run is to wait for another one, as ``./run --wait`` sets it."""

STOPPED = 130
"""The exit status of a run that is told to stop."""


class Refused(Exception):
    """The files are another run's; the text says whose."""


@dataclass(frozen=True)
class Run:
    """A run, as it is told to others.

    Parameters
    ----------
    process
        Its number.
    began
        What tells the process from another of this number, whatever the clock does meanwhile.
    machine
        The name of the machine.
    study
        The study.
    since
        The time of day at which it began, for readers.
    locks
        The files of Snakemake's that are its locks; None as long as it has none yet.
    """

    process: int
    began: str
    machine: str
    study: str
    since: str
    locks: tuple[str, ...] | None = None

    @property
    def lives(self) -> bool:
        """Whether it is at work; one on another machine is taken to be."""
        return self.machine != socket.gethostname() or beginning_of(self.process) == self.began

    @property
    def mark(self) -> str:
        """By what its processes are known."""
        return f"{self.process} {self.began}"

    @property
    def words(self) -> str:
        """What it is, for a message."""
        elsewhere = f" on {self.machine}" if self.machine != socket.gethostname() else ""
        return f"{self.study}, process {self.process}{elsewhere}, since {self.since}"

    def keep(self, folder: Path) -> None:
        """Write it down for others."""
        folder.mkdir(parents=True, exist_ok=True)
        beside = folder / f"{self.process}.part"
        beside.write_text(json.dumps(asdict(self)), encoding="utf-8")
        beside.replace(folder / f"{self.process}.json")


def this_run(study: str) -> Run:
    """Describe this process."""
    process = os.getpid()
    return Run(process, beginning_of(process), socket.gethostname(), study, time.strftime("%Y-%m-%d %H:%M:%S"))


def beginning_of(process: int) -> str:
    """Tell when a process began, in the ticks of its system since that was started; nothing if there is none.

    A process that has ended and whose parent has not asked is none.
    """
    try:
        told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        return "" if told[0] in "ZX" else f"{told[19]} {_start_of_system()}"
    except OSError:
        if sys.platform == "linux":
            return ""
    import psutil

    try:
        found = psutil.Process(process)
        return "" if found.status() == psutil.STATUS_ZOMBIE else f"{found.create_time():.2f}"
    except psutil.Error:
        return ""


def _start_of_system() -> str:
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return ""


def runs_in(folder: Path) -> list[Run]:
    """List the runs that are written down in a folder, without this one."""
    found = []
    for path in sorted(folder.glob("*.json")):
        with suppress(OSError, ValueError, TypeError):  # one that ends just now, or was cut off while it was written
            told = json.loads(path.read_text(encoding="utf-8"))
            locks = tuple(told.pop("locks")) if told.get("locks") is not None else None
            found.append(Run(**told | {"locks": locks}))
    return [each for each in found if each.process != os.getpid() or each.machine != socket.gethostname()]


def free(folder: Path, locks: Path) -> tuple[list[Run], list[Run]]:
    """Remove locks that no living run has, once what their owners have left at work is ended.

    Parameters
    ----------
    folder
        Where runs are written down.
    locks
        Snakemake's folder of locks.

    Returns
    -------
    tuple of (list of Run, list of Run)
        The runs that live, and those whose owners are dead.
    """
    found = runs_in(folder)
    living, dead = [each for each in found if each.lives], [each for each in found if not each.lives]
    if any(each.locks is None for each in living):  # it is about to lock
        return living, []
    taken = {lock for each in living for lock in each.locks or ()}
    for each in dead:
        end_marked(each.mark)
    for path in locks.glob("*.lock"):
        if path.name not in taken:
            path.unlink(missing_ok=True)
    for each in dead:
        (folder / f"{each.process}.json").unlink(missing_ok=True)
    return living, dead


def end_marked(mark: str) -> None:
    """End the processes that a dead run has left, and wait until they are gone."""
    import psutil

    left = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(MARK) == mark:
                process.kill()
                left.append(process)
    psutil.wait_procs(left, timeout=10)


@contextmanager
def at_work(
    study: str,
    folder: Path,
    locks: Path,
    is_taken: Callable[[], bool],
    say: Callable[[str], None],
    waits: bool | None = None,
) -> Iterator[Run]:
    """Be a run in a folder, once its files are free.

    Parameters
    ----------
    study
        The study.
    folder
        Where runs are written down.
    locks
        Snakemake's folder of locks.
    is_taken
        Whether somebody has locked a file that this run makes or reads.
    say
        Takes a line for whoever looks on.
    waits
        Whether to wait where another run has them; left out, as the environment says.

    Raises
    ------
    Refused
        If another run has them, and it is not to be waited for.
    """
    waits = bool(os.environ.get(WAITING)) if waits is None else waits
    told = False
    while is_taken():
        living, dead = free(folder, locks)
        for each in dead:
            say(f"A run was cut off here ({each.words}); its lock is taken over.")
        if not is_taken():
            if not dead:
                say("A run was cut off here; its lock is taken over.")
            break
        others = "; ".join(each.words for each in living)
        if not waits:
            ends = "" if len(living) != 1 else f", or end it: kill {living[0].process}"
            raise Refused(f"Another run is at work here: {others}. Wait for it: ./run --wait{ends}")
        if not told:
            say(f"Waiting for another run: {others}")
            told = True
        time.sleep(0.5)
    run = this_run(study)
    run.keep(folder)
    os.environ[MARK] = run.mark
    try:
        yield run
    finally:
        (folder / f"{run.process}.json").unlink(missing_ok=True)


def watch_over(persistence: Any, study: str, say: Callable[[str], None]) -> None:
    """Let Snakemake's lock know its owner.

    Parameters
    ----------
    persistence
        The class that locks.
    study
        The study of this run.
    say
        Takes a line for whoever looks on.
    """
    from snakemake.exceptions import WorkflowError

    before = persistence.lock

    @contextmanager
    def lock(self: Any) -> Iterator[None]:
        folder, locks = Path(self.path) / FOLDER, Path(self.path) / "locks"
        try:
            with at_work(study, folder, locks, lambda: bool(self.locked), say) as run:
                locks.mkdir(exist_ok=True)
                with before(self):
                    replace(run, locks=tuple(Path(each).name for each in self._lockfile.values())).keep(folder)
                    yield
        except Refused as error:
            raise WorkflowError(str(error)) from None

    def unlock(self: Any) -> None:
        """Remove the own locks, and not those of others, as Snakemake does."""
        for each in self._lockfile.values():
            Path(each).unlink(missing_ok=True)
        self._lockfile.clear()

    def cleanup_locks(self: Any) -> None:
        """Remove all locks, once whoever is there says so where their owners live."""
        folder = Path(self.path) / FOLDER
        living = [each for each in runs_in(folder) if each.lives]
        if living and not agreed(f"At work here: {'; '.join(each.words for each in living)}. Remove the lock?"):
            raise WorkflowError("The lock stays: its run is at work. Wait for it with ./run --wait, or end it.")
        shutil.rmtree(Path(self.path) / "locks", ignore_errors=True)
        for each in runs_in(folder):
            if each not in living:
                end_marked(each.mark)
                (folder / f"{each.process}.json").unlink(missing_ok=True)

    persistence.lock, persistence.unlock, persistence.cleanup_locks = lock, unlock, cleanup_locks


def agreed(question: str) -> bool:
    """Ask whoever is at the terminal; where nobody is, the answer is no."""
    if not sys.stdin or not sys.stdin.isatty():
        return False
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def endings() -> list[signal.Signals]:
    """List the signals that end a run: also that of a closed terminal, unless ``nohup`` says otherwise."""
    found = [signal.SIGINT, signal.SIGTERM]
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        found.append(signal.SIGHUP)
    return found


def end_with_signals() -> None:
    """From now on, a signal that ends this run ends its jobs too, those that are just beginning among them."""

    def ring(number: int, _: object) -> None:
        for each in endings():
            signal.signal(each, signal.SIG_IGN)  # once is enough
        threading.Thread(target=_end_children, daemon=True).start()
        raise KeyboardInterrupt(signal.Signals(number).name)

    for each in endings():
        signal.signal(each, ring)


def cancel_timers() -> None:
    """Let the run end: Snakemake looks a second later whether more jobs may begin, and would wait for that."""
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.cancel()


def _end_children() -> None:
    """End what this process has started, again and again until it ends itself."""
    import psutil

    while True:
        for child in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                child.kill()
        time.sleep(0.1)


def odd_setting(arguments: Sequence[str]) -> str | None:
    """Find what stands behind ``--config`` and is no ``key=value``, of which Snakemake would say a traceback.

    Parameters
    ----------
    arguments
        What is for Snakemake.

    Returns
    -------
    str or None
        The first of them; empty where nothing stands there; None where all is well.
    """
    parser = ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--config", "-C", nargs="*", action="append", default=[])
    for settings in parser.parse_known_args(list(arguments))[0].config:
        for each in settings or [""]:
            if not re.match(r"[A-Za-z_]\w*=", each):
                return str(each)
    return None


def not_writable(folders: Sequence[Path]) -> str:
    """Try to write where a run will, for Snakemake would say of what it may not with a traceback.

    Parameters
    ----------
    folders
        Where it writes; of one that is not there, the folder that it will be made in.

    Returns
    -------
    str
        What is in the way, and what helps; nothing where nothing is.
    """
    for folder in folders:
        there = next(each for each in (folder, *folder.absolute().parents) if each.is_dir())
        try:
            with TemporaryFile(dir=there) as file:
                file.write(bytes(4096))
        except OSError as error:
            return fault_of_the_disk(OSError(error.errno, error.strerror, folder.as_posix())) or str(error)
    return ""


def main(arguments: list[str]) -> None:
    """Be Snakemake, which ends without a word of Python where it is stopped before anything has begun."""
    _end_without_a_word()
    if (odd := odd_setting(arguments)) is not None:
        found = f"; `{odd}` is none, and what is to be made stands in front" if odd else ""
        sys.exit(f"--config takes key=value, such as study=replications/castle{found}")
    asks = {"-h", "--help", "--version", "-v"} & set(arguments)
    if not asks and (fault := not_writable([Path(".snakemake"), Path("results")])):
        sys.exit(fault)
    os.environ["PYTHONSAFEPATH"] = "1"  # a module that lies in the folder of a study is none of the program's
    from snakemake.cli import main as snakemake

    try:
        snakemake([*workflow_arguments(Path()), *arguments])
    finally:
        _end_without_a_word()  # there is nothing left to end but Python itself


def _end_without_a_word() -> None:
    for each in endings():
        signal.signal(each, lambda *_: os._exit(STOPPED))


if __name__ == "__main__":
    main(sys.argv[1:])
