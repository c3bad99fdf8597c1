"""A limit to the time that a regular expression may take, which some never end with."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

SECONDS = 5.0
"""The time that all searches with one pattern may take together; they take thousandths of one."""

PATIENCE = 60.0
"""Seconds that a pattern may take on a column; a million cells take one."""


class TakesTooLong(Exception):
    """What was done is not done in its time."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """End what is done when its time is over, where the system has an alarm and this is the main thread.

    Parameters
    ----------
    seconds
        The time.

    Raises
    ------
    TakesTooLong
        If it is not done by then.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_: int, __: FrameType | None) -> None:
        raise TakesTooLong

    before = signal.signal(signal.SIGALRM, ring)
    left, again = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left, again)
        signal.signal(signal.SIGALRM, before)


def searched(pattern: str, texts: Iterable[str]) -> list[re.Match[str] | None]:
    """Search every text for a pattern.

    Parameters
    ----------
    pattern
        A regular expression of Python's.
    texts
        The texts.

    Raises
    ------
    TakesTooLong
        If that takes longer than :data:`SECONDS`, as with a repetition of repetitions, `(a+)+$`.
    """
    with limited(SECONDS):
        return [re.search(pattern, text) for text in texts]
