"""What the fuzzers share: findings, a time limit, and what libraries write to the terminal behind Python's back."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass(frozen=True)
class Finding:
    """Something that did not end as it should.

    Parameters
    ----------
    seed
        Of the case, which gives it again.
    where
        What was tried.
    odd
        What is odd about the case.
    what
        What came of it.
    """

    seed: int
    where: str
    odd: str
    what: str

    def __str__(self) -> str:
        return f"seed {self.seed}: {self.where}: {self.what} [{self.odd}]"


class Hung(BaseException):
    """It took too long. No handler of exceptions may take it for one of its own."""


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Raise :class:`Hung` where what is done takes longer, in time of the processor, or ten times that by the clock."""

    def ring(_: int, __: FrameType | None) -> None:
        raise Hung

    clocks = {signal.SIGPROF: (signal.ITIMER_PROF, seconds), signal.SIGALRM: (signal.ITIMER_REAL, 10 * seconds)}
    before = {number: signal.signal(number, ring) for number in clocks}
    for clock, length in clocks.values():
        signal.setitimer(clock, length)
    try:
        yield
    finally:
        for number, (clock, _) in clocks.items():
            signal.setitimer(clock, 0)
            signal.signal(number, before[number])


@dataclass
class Printed:
    """What was written to standard output and standard error."""

    text: str = ""


@contextmanager
def quiet() -> Iterator[Printed]:
    """Catch what is written to the terminal, by compiled libraries too."""
    printed, kept = Printed(), [os.dup(1), os.dup(2)]
    sys.stdout.flush()
    sys.stderr.flush()
    with tempfile.TemporaryFile() as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)
        try:
            yield printed
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, saved in zip((1, 2), kept, strict=True):
                os.dup2(saved, number)
                os.close(saved)
            file.seek(0)
            printed.text = file.read().decode(errors="replace").strip()
