"""Run commands that take no time of their own one after the other in one process, which starts once.

Reads a list of commands from standard input and writes, for each, its status and what it said. Dry runs of Snakemake
and commands of the program are called as functions; anything else is typed in a shell.
"""

from __future__ import annotations

import io
import json
import shlex
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from glob import glob


def status_of(command: str) -> int:
    words = shlex.split(command)
    if words[0] != "./run":
        return subprocess.run(["bash", "-c", command], check=False).returncode
    words = [each for word in words[1:] for each in (sorted(glob(word)) or [word])]
    try:
        if "-n" in words:
            from snakemake.cli import main as snakemake

            snakemake(words)
        from ruralpanel.__main__ import main

        return main(words)
    except SystemExit as ended:
        return int(ended.code or 0)


def main() -> None:
    answers = []
    for command in json.load(sys.stdin):
        said = io.StringIO()
        with redirect_stdout(said), redirect_stderr(said):
            status = status_of(command)
        answers.append([status, said.getvalue()])
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
