"""What a notebook is told of a mistake: a ValueError that names the column or the argument, and the nearest choice."""

from __future__ import annotations

from collections.abc import Iterable

from ruralpanel.errors import Problem, ProblemsFound, StudyError


class FrameError(ProblemsFound, ValueError):
    """A frame, or what is asked of it, cannot be used as it stands."""

    heading = "The frame cannot be used as it stands"

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__(problems)
        if len(self.problems) == 1:  # one mistake needs no list
            self.args = (str(self.problems[0]),)


class ArgumentError(FrameError, TypeError):
    """A function was called with an argument that it has not, or without one that it needs."""

    heading = "The function cannot be called so"


class NoEstimate(FrameError):
    """The equation has no estimate on this frame; the message is the reason."""

    heading = "There is no estimate"


class NoAnalysis(FrameError):
    """An analysis cannot be made of a result; the message is the reason."""

    heading = "There is no analysis"


class FileError(FrameError):
    """A file cannot be read, or is not what the call says it is."""

    heading = "The file cannot be read as it is declared"


class RunError(ProblemsFound, RuntimeError):
    """A run of the workflow ended before its verdict."""

    heading = "The study did not run to its end"


__all__ = ["ArgumentError", "FileError", "FrameError", "NoAnalysis", "NoEstimate", "RunError", "StudyError"]
