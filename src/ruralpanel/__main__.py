"""Door to the commands: ``python -m ruralpanel doctor`` does what ``./run doctor`` does."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
