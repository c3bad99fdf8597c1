"""Door to the commands: ``python -m ruralpanel doctor`` does what ``./run doctor`` does."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TextIO

from ruralpanel.commands import command_names
from ruralpanel.errors import ProblemsFound, nearest


def main(arguments: Sequence[str]) -> int:
    """Run a command.

    Parameters
    ----------
    arguments
        The name of the command, and what is for it.

    Returns
    -------
    int
        The exit status: 0 where all is well.
    """
    name, *rest = arguments or [""]
    if name not in command_names():
        valid = ", ".join(command_names())
        print(f"`{name}` is no command. {nearest(name, command_names())} There are: {valid}", file=sys.stderr)
        return 2
    try:
        status: int = import_module(f"ruralpanel.commands.{name.replace('-', '_')}").main(rest)
        return status
    except ProblemsFound as error:  # a user's mistake is told in words
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


READER_LEFT = 141
"""The exit status of a program whose reader left, as a shell counts it: 128 and the signal."""


def door(arguments: Sequence[str]) -> int:
    """Run a command whose reader may leave before it ends, as ``head`` does: it then ends without a word.

    Parameters
    ----------
    arguments
        As for :func:`main`.

    Returns
    -------
    int
        The exit status of the command, or :data:`READER_LEFT`.

    Raises
    ------
    BrokenPipeError
        If a pipe broke that is not the command's output.
    """
    try:
        status = main(arguments)
        sys.stdout.flush()  # what is left to be written is written here, and not when the interpreter ends
        return status
    except BrokenPipeError:
        left = [stream for stream in (sys.stdout, sys.stderr) if _reader_left(stream)]
        if not left:
            raise
        for stream in left:  # what waits to be written has to go somewhere
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return READER_LEFT


def _reader_left(stream: TextIO) -> bool:
    """Tell whether a stream is a pipe that nobody reads any more; on Windows this cannot be told, and is assumed."""
    if not hasattr(select, "poll"):
        return True
    asked = select.poll()
    asked.register(stream.fileno(), 0)
    return bool(asked.poll(0))


if __name__ == "__main__":
    sys.exit(door(sys.argv[1:]))
