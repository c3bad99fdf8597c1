"""The tutorial, typed in a shell as it stands, and after it the commands of other pages that need what it makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import Change
from tests.docs.scratch import Scratch
from tests.docs.test_commands import MY, QUICK, answers, quick, run_here

NEEDED = ("mkdir", "cp data", "./run new-study my_study")
"""Commands that take no time and that others go on from."""

AFTER_A_CHANGE = f"./run -n {MY}"
"""What says something else once there are results and one line is another."""


@pytest.mark.slow
def test_the_tutorial_and_what_goes_on_from_it(tmp_path: Path) -> None:
    """From a CSV file to a study that is published, broken, found and mended."""
    scratch = Scratch(tmp_path / "top")
    answers([each for each in quick(dry_runs=False) if each.text.startswith(NEEDED)], scratch.top)
    for step in run_here():
        if isinstance(step, Change):
            step.make(scratch.top)
        elif not step.text.startswith(QUICK) or step.text == AFTER_A_CHANGE:
            ended = scratch.type(step.text)
            said = f"{step.text}\n{ended.stdout}\n{ended.stderr}"
            assert ended.returncode == step.status, said
            assert ("Verdict: NO MATCH." in said) == (step.status == 1)
            if step.text.startswith("./run explain"):
                assert "Declared in: blocks.baseline" in said
                assert "config/studies/my_study.yaml" in said
            if step.text == AFTER_A_CHANGE:
                assert "block dynamic" in said
                assert "block baseline" not in said
