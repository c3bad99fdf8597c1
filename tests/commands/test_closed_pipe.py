"""A reader that leaves, as ``head`` does, ends a command without a word."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ruralpanel import __main__ as entry
from ruralpanel.__main__ import READER_LEFT, door

SAID = """
import sys
from ruralpanel import __main__ as entry

def talk(arguments):
    for number in range({lines}):
        print("line", number)
    return 0

entry.main = talk
sys.exit(entry.door([]))
"""


@pytest.mark.parametrize("lines", [5, 20_000])
def test_a_closed_pipe_ends_quietly(lines: int, tmp_path: Path) -> None:
    # Few lines are written when the command has ended, many while it runs: both find nobody there.
    errors = tmp_path / "errors.txt"
    with errors.open("w") as stream:
        command = [sys.executable, "-c", SAID.format(lines=lines)]
        talking = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stream)
        assert talking.stdout is not None
        talking.stdout.close()
        assert talking.wait() == READER_LEFT
    assert errors.read_text() == ""


def test_a_pipe_that_is_not_the_output_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> int:
        raise BrokenPipeError

    monkeypatch.setattr(entry, "main", broken)
    with pytest.raises(BrokenPipeError):
        door([])


def test_who_reads_to_the_end_gets_the_status() -> None:
    command = [sys.executable, "-m", "ruralpanel", "compares"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean" in done.stderr
