"""The door between the workflow and a stage: where it runs and writes, how it ends when the user can mend it."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

from ruralpanel.early_cutoff import Kept, Taken
from ruralpanel.errors import ProblemsFound, fault_of_the_disk, want_of_memory
from ruralpanel.fork_request import run_in_fork

if sys.platform != "win32":  # and not where it is needed, which is where there may be no memory to import it
    import resource

CONFIDENTIAL = "ruralpanel.confidential"
"""The module that knows what a study may not say, which is read where something goes wrong."""


@contextmanager
def stage(job: Any, *, follows: bool = False, rows: Mapping[str, Taken] | None = None) -> Iterator[None]:
    """Run a stage with all it prints going to its log, and keep what it took.

    In a run on one machine that happens in a fork of a process that has the libraries loaded, and this process ends as
    the fork does. A mistake in the study or the data ends the job with status 1 and the message in the log, from where
    the workflow shows it; a fault of the program leaves its traceback there.

    Parameters
    ----------
    job
        What Snakemake tells a script of its job, ``snakemake``: of it, ``log`` and ``output``.
    follows
        Whether the outputs follow from inputs, parameters and code alone, so that what was made of the same before can
        be given again (see ``early_cutoff``): this process ends then, with log and times as they were.
    rows
        Of inputs that are CSV files, by name, the only rows that the job takes from them.
    """
    if (status := run_in_fork(sys.argv[0])) is not None:
        if status < 0:
            tell_what_ended_it(Path(job.log[0]), -status)
        sys.exit(status if status >= 0 else 128 - status)
    began = time.monotonic()
    path = Path(job.log[0])
    kept = Kept(job, path, Path(sys.argv[0]), rows or {}) if follows else None
    if kept and kept.given():
        sys.exit(0)
    try:
        with _log_of(job, path):
            yield
        if len(job.output):
            keep_measured(path, time.monotonic() - began)
        if kept:
            kept.keep()
    except OSError as error:  # the log itself, for what else fails is told there
        if not (told := fault_of_the_machine(error)):
            raise
        print(told, file=sys.stderr)
        sys.exit(1)


@contextmanager
def _log_of(job: Any, path: Path) -> Iterator[None]:
    """Have all that a stage prints go to its log, and an error end there in words."""
    kept = [bytearray(KEPT)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # where a link is in its place, what it points to stays as it is
    with (
        path.open("w", encoding="utf-8") as stream,
        redirect_stdout(stream),
        redirect_stderr(stream),
        said_by_libraries(stream),
        steps_told(steps_of(path)),
        memory_not_told_twice(),
    ):
        warnings.simplefilter("default")
        try:
            yield
        except ProblemsFound as error:
            print(_sayable(str(error), job), file=stream)
            sys.exit(1)
        except Exception as error:
            kept.clear()
            if told := fault_of_the_machine(error):
                print(told, file=stream)
                sys.exit(1)
            print(_sayable(traceback.format_exc(), job), file=stream)
            print(
                "\nThis is a fault of ruralpanel, not of your data or study. Please report it with this log.",
                file=stream,
            )
            sys.exit(1)


@contextmanager
def said_by_libraries(stream: TextIO) -> Iterator[None]:
    """Have what compiled libraries write to standard error in a stream, such as of what they die."""
    before = os.dup(2)
    os.dup2(stream.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)


def _sayable(text: str, job: Any) -> str:
    """Take values of restricted sources out of what is said of an error."""
    chosen = getattr(job, "config", {}).get("study")
    if chosen is None:
        return text
    told: str = import_module(CONFIDENTIAL).without_values(text, str(chosen), Path())
    return told


def tell_what_ended_it(log: Path, number: int) -> None:
    """Say in the log of a job that it was ended from outside, which it could not say itself.

    Parameters
    ----------
    log
        The job's log file.
    number
        The signal that ended it.
    """
    said = f"Ended by signal {number}."
    if number == signal.SIGKILL:
        said += f" Systems end a program so that asks for more memory than there is: {FOR_MEMORY}."
    elif number == signal.SIGABRT:
        said += f" Libraries end so that are given no more memory: {FOR_MEMORY}."
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as stream:
        print(said, file=stream)


@contextmanager
def memory_not_told_twice() -> Iterator[None]:
    """Have Python say nothing of errors for want of memory that nobody can catch, for the job says what ended it."""
    before = sys.unraisablehook

    def say(error: sys.UnraisableHookArgs) -> None:
        if not isinstance(error.exc_value, MemoryError):
            before(error)

    sys.unraisablehook = say
    try:
        yield
    finally:
        sys.unraisablehook = before


KEPT = 4 << 20
"""Bytes that a job sets aside, so that where memory has run out there is some to say so with."""

FOR_MEMORY = "give the job a machine or a limit with more, or run fewer jobs at once (./run --cores 1)"
"""What helps where a job has too little memory and cannot say so itself."""


def fault_of_the_machine(error: Exception) -> str:
    """Say what the machine lacks, where that ended a job, and what helps.

    Parameters
    ----------
    error
        What ended it.

    Returns
    -------
    str
        Nothing where it is not the machine's.
    """
    if short := want_of_memory(error):
        what = f" ({short})" if str(short) else ""
        return (
            f"Out of memory: this job had {_largest_memory()} MiB when it asked for more{what}. Give it a machine or a "
            "limit with more, run fewer jobs at once (./run --cores 1), or declare fewer columns."
        )
    return fault_of_the_disk(error) if isinstance(error, OSError) else ""


def steps_of(log: Path) -> Path:
    """Name the file in which a job says what it is at, as long as it runs."""
    return log.with_suffix(".step")


@contextmanager
def steps_told(path: Path) -> Iterator[None]:
    """Keep in a file what the job is at: the last thing that a module of this package logged.

    Parameters
    ----------
    path
        The file, removed at the end; it stays where the job is killed, or ended by a library.
    """
    with suppress(OSError):
        path.touch()
    logger = logging.getLogger(__name__.partition(".")[0])
    told = LastStep(path)
    level = logger.level
    logger.addHandler(told)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.removeHandler(told)
        with suppress(OSError):
            path.unlink(missing_ok=True)


class LastStep(logging.Handler):
    """Keep the last message in a file, not oftener than twice a second.

    Parameters
    ----------
    path
        The file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(logging.INFO)
        self.path = path
        self.written = float("-inf")

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message."""
        if time.monotonic() - self.written < 0.5:
            return
        self.written = time.monotonic()
        with suppress(OSError):  # a run goes on without it
            self.path.write_text(record.getMessage(), encoding="utf-8")


def keep_measured(log: Path, seconds: float) -> None:
    """Write what this process took, beside the logs in a folder ``benchmarks``, in the columns that Snakemake has.

    Snakemake looks at a process now and then, and misses the memory it needed in between; the system knows.

    Parameters
    ----------
    log
        The job's log file, below a folder ``logs``.
    seconds
        How long it took.
    """
    folder = next(at for at in log.parents if at.name == "logs")
    path = folder.with_name("benchmarks") / log.relative_to(folder).with_suffix(".tsv")
    path.parent.mkdir(parents=True, exist_ok=True)
    measured = f"{seconds:.4f}\t{_largest_memory()}\t{time.process_time():.2f}"
    path.write_text(f"s\tmax_rss\tcpu_time\n{measured}\n", encoding="utf-8")


def _largest_memory() -> str:
    """Write the largest memory that this process had, in MiB; where the system does not tell, a dash."""
    if sys.platform == "win32":
        return "-"
    unit = 1 if sys.platform == "darwin" else 1024
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20:.2f}"
