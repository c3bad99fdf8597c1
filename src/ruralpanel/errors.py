"""Errors that speak to the user: what was found, where, what was expected, and the nearest valid choice."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Problem:
    """One thing wrong, in words for the person who can mend it.

    Parameters
    ----------
    where
        The file, and the line or the rows in it, as the user would look for it.
    what
        What was found and what was expected.
    key
        The dotted path of the key in a study file, where there is one.
    hint
        The nearest valid choice or the next thing to do.
    """

    where: str
    what: str
    key: str = ""
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: {self.key}" if self.key else self.where
        text = f"{place}: {self.what}"
        return f"{text}\n    → {self.hint}" if self.hint else text


class ProblemsFound(Exception):
    """All the problems of one kind of input, reported together."""

    heading = "There are problems"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        lines = [f"{self.heading} ({counted(len(self.problems), 'problem')}):"]
        lines += [f"  {number}. {problem}" for number, problem in enumerate(self.problems, start=1)]
        super().__init__("\n".join(lines))


class StudyError(ProblemsFound):
    """The study file, or the choice of a study, cannot be used as it stands."""

    heading = "The study cannot be used as it stands"


class AddressError(ProblemsFound):
    """An address is not one of an estimate."""

    heading = "There is no such number"


class DataError(ProblemsFound):
    """A raw file, or the panel made from it, is not what the study says it is."""

    heading = "The data are not what the study says they are"


class RetrievalError(DataError):
    """A raw file cannot be had from where the study says it is."""

    heading = "A raw file could not be retrieved"


class PublishedError(ProblemsFound):
    """The file of published values cannot be read."""

    heading = "The published values cannot be read"


class FigureError(ProblemsFound):
    """A figure cannot be drawn with the fonts there are."""

    heading = "The figure cannot be drawn as it stands"


class PaperError(ProblemsFound):
    """The text of the paper refers to what is not there, or cannot be typeset."""

    heading = "The paper cannot be written as it stands"


def counted(number: int, noun: str) -> str:
    """Write a count with its noun: ``1 row``, ``1,320 rows``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def closest(word: object, choices: Iterable[str]) -> str | None:
    """Give the valid word that a user is likely to have meant, whatever its case; None where no word is near."""
    by_folded_name = {choice.casefold(): choice for choice in choices}
    written = str(word).casefold()
    # Two letters that have changed places leave a short word little in common with itself.
    swapped = [each for each in by_folded_name if each != written and sorted(each) == sorted(written)]
    close = swapped or get_close_matches(written, list(by_folded_name), n=1, cutoff=0.6)
    return by_folded_name[close[0]] if close else None


def nearest(word: object, choices: Iterable[str]) -> str:
    """Offer the nearest valid word, or the whole choice when nothing is near.

    Parameters
    ----------
    word
        What the user wrote.
    choices
        The valid words.

    Returns
    -------
    str
        A sentence that can follow the description of a problem; empty when there is nothing to choose from.
    """
    valid = sorted(choice for choice in set(choices) if choice.strip())  # a header may have empty cells
    if not valid:
        return ""
    close = closest(word, valid)
    if close is not None:
        return f"did you mean “{close}”?"
    shown = ", ".join(valid[:20])
    return f"valid here: {shown}" + (f", … ({len(valid)} in all)" if len(valid) > 20 else "")


OF_THE_DISK = {
    errno.ENOSPC: "the disk is full; make room, and run again",
    errno.EDQUOT: "the quota of the disk is used up; make room, and run again",
    errno.EROFS: "the disk can only be read; run in a folder that can be written to",
    errno.EACCES: "there is no permission; see whose it is",
    errno.EIO: "the disk failed; see whether it is whole",
}
"""What is said of a file that the system does not give or take, by the system's code."""


def fault_of_the_disk(error: OSError) -> str:
    """Say of which file the system does not give or take what, and what helps; nothing where it is another error."""
    if error.errno not in OF_THE_DISK:
        return ""
    return f"{error.filename or 'A file'} cannot be written or read: {OF_THE_DISK[error.errno]}."


OF_MEMORY = (
    *("realloc of size", "malloc of size", "failed to map segment", "Cannot allocate memory"),
    *("can't start new thread", "MemoryError"),
)
"""What Arrow, the system's loader, the system and Python say where there is no more memory."""


def want_of_memory(error: BaseException) -> BaseException | None:
    """Find the error for want of memory that another is, was caused by, or came of while it was handled."""
    seen: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in seen:
        if isinstance(at, MemoryError) or any(each in str(at) for each in OF_MEMORY):
            return at
        seen.append(at)
        at = at.__cause__ or at.__context__
    return None
