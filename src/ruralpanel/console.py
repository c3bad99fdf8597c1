"""``ruralpanel``: what ``./run`` is in a checkout, for the folder of a paper that the installed program works in.

A command of the program's own, or anything that is for Snakemake. ``ruralpanel init`` makes such a folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ruralpanel import __version__
from ruralpanel.commands import command_names
from ruralpanel.installation import CONFIGURED
from ruralpanel.runs import WAITING

STARTING = ("init",)
"""Commands that need no folder of a paper to be called in."""

USAGE = """ruralpanel init my-paper        a folder for a paper, with a study that runs
ruralpanel run                  in that folder: from raw files to page, paper and verdict; any flag of Snakemake
ruralpanel publish              keep today's numbers as the published ones
ruralpanel verify               only compare with them; --twice: run twice and compare every file
ruralpanel COMMAND --help       one of """


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what was typed.

    Parameters
    ----------
    arguments
        What stands behind ``ruralpanel``; left out, what was typed.

    Returns
    -------
    int
        The exit status. Where Snakemake runs, it takes the place of this process if the system can do that.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["run"]:
        words = words[1:]
    elif not words or words[0] in ("--help", "-h", "help"):
        print(f"{USAGE}{', '.join(command_names())}")
        return 0
    if words == ["--version"]:
        print(f"ruralpanel {__version__}")
        return 0
    if words[:1] != list(STARTING) and (said := _not_in_a_folder(Path())):
        print(said, file=sys.stderr)
        return 1
    if "--wait" in words:
        words.remove("--wait")
        os.environ[WAITING] = "yes"
    if is_command(words):
        from ruralpanel.__main__ import door

        return door(words)
    # Jobs are started by name, and each would compile all modules again if none kept what it compiled.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # A module that lies in the folder of a paper is none of the program's.
    command = [sys.executable, "-P", "-m", "ruralpanel.runs", *words]
    if os.name != "nt":  # become what is run, so that whoever stops this stops that
        os.execv(command[0], command)
    return subprocess.run(command, check=False).returncode


def is_command(words: Sequence[str]) -> bool:
    """Tell whether what was typed begins with a command of the program's own; all else is for Snakemake."""
    if words[:1] == ["verify"] and not {"--twice", "--engine", "--help", "-h"} & set(words):
        return False  # the rule of that name
    return bool(words) and words[0] in command_names()


def _not_in_a_folder(here: Path) -> str:
    """Say what to do where there is no folder of a paper; nothing where there is one."""
    if (here / CONFIGURED).is_file():
        return ""
    found = next((each for each in here.resolve().parents if (each / CONFIGURED).is_file()), None)
    hint = f"change into it: cd {os.path.relpath(found)}" if found else "make one: ruralpanel init my-paper"
    return f"This is no folder of a paper, for it has no {CONFIGURED}.\n    → {hint}"


if __name__ == "__main__":
    sys.exit(main())
