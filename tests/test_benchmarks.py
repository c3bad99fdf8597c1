"""Everything that `benchmarks/` measures runs, at a small size."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.__main__ import Worker, measure
from benchmarks.account import cost_figure, fastest_peers, load_measured, table_lines
from benchmarks.reruns import CHANGES, STUDY, changed
from benchmarks.works import PROGRAMS, WORKS, does, material
from ruralpanel.study.load import load_study
from tests.conftest import ROOT

SCRIPTS = {
    "simulated_economy.py": (["200"], "200"),
    "job_times.py": (["small"], "1 jobs, 1.5 seconds of work"),
}
"""For each script its arguments, and what it has to print."""


def run(arguments: list[str], folder: Path) -> str:
    """Run Python in a folder, with the modules of this checkout, and give what is printed."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    result = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.slow
@pytest.mark.parametrize("script", sorted(SCRIPTS))
def test_a_script_runs(script: str, tmp_path: Path) -> None:
    folder = tmp_path / "results/small/benchmarks"
    folder.mkdir(parents=True)
    (folder / "one.tsv").write_text("s\tmax_rss\tcpu_time\n1.5\t10\t1\n", encoding="utf-8")
    arguments, printed = SCRIPTS[script]
    assert printed in run([str(ROOT / "benchmarks" / script), *arguments], tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("run", CHANGES)
def test_the_study_can_be_changed_as_the_benchmark_of_reruns_does(run: str, tmp_path: Path) -> None:
    text = (ROOT / STUDY).read_text(encoding="utf-8")
    file = tmp_path / "another.yaml"
    file.write_text(changed(text, run).replace("study: taobao_villages", "study: another"), encoding="utf-8")
    before, after = load_study(STUDY), load_study(str(file))
    assert (before.exhibits != after.exhibits, before.blocks != after.blocks) == (
        run == "one title",
        run != "one title",
    )


@pytest.mark.slow
@pytest.mark.parametrize("work", WORKS)
def test_this_program_does_every_work(work: str, tmp_path: Path) -> None:
    do = does("ruralpanel", work)
    assert do is not None
    given, rows = material(work, 200, tmp_path)
    estimate, _ = do(given)
    assert math.isfinite(estimate)
    assert (rows < 200 * 13) == WORKS[work].unbalanced


@pytest.mark.slow
def test_the_command_prints_programs_beside_each_other(tmp_path: Path) -> None:
    asked = ["two_way", "--villages", "200", "--repetitions", "1", "--programs", "ruralpanel", "linearmodels"]
    lines = [line.split() for line in run(["-m", "benchmarks", *asked], tmp_path).splitlines()]
    own, reference = (float(line[-2]) for line in lines)
    assert [line[2] for line in lines] == ["ruralpanel", "linearmodels"]
    assert own == pytest.approx(reference, abs=1e-8)


@pytest.mark.slow
def test_a_small_country_runs_to_its_verdict(tmp_path: Path) -> None:
    printed = run(["-m", "benchmarks.national", "--villages", "400", "--folder", str(tmp_path)], tmp_path)
    assert "from raw files to verdict on 2 cores" in printed
    estimates = pd.read_csv(tmp_path / "results/national/estimates/moderation.csv")
    assert (estimates["observations"].dropna() == 400 * 13).all()


def test_a_ratio_is_to_the_fastest_other_program_and_growth_to_the_size_before() -> None:
    rows = pd.DataFrame(
        [
            ("two_way", "ruralpanel", 1_000, 0.2),
            ("two_way", "fereg", 1_000, 0.4),
            ("two_way", "pyfixest", 1_000, 0.8),
            ("two_way", "one pass", 1_000, 0.1),
            ("two_way", "ruralpanel", 100_000, 20.0),
        ],
        columns=["work", "program", "rows", "seconds"],
    ).assign(extra_memory=1e6, repetitions=5)
    small, large = fastest_peers(rows).itertuples()
    assert (small.peer, small.ratio, small.passes) == ("fereg", pytest.approx(0.5), pytest.approx(2.0))
    assert (large.peer, large.growth) == ("", pytest.approx(1.0))


@pytest.mark.slow
def test_what_was_measured_is_drawn_and_names_works_that_exist() -> None:
    rows, machine = load_measured()
    assert set(rows["program"].dropna()) and not rows["work"].isna().any()
    assert len(table_lines(rows)) - 2 == len(fastest_peers(rows))
    assert {"date", "processor", "cores"} <= set(machine)
    assert len(cost_figure(rows).axes) == rows["work"].nunique()
    assert set(PROGRAMS) > set(machine["versions"])


ANSWERS = 'print(\'{"seconds": 1, "processor_seconds": 1, "extra_memory": 0, "estimate": 2, "standard_error": 1}\')'


class Program(Worker):
    """Stands for a program: one dies over its second answer, as for want of memory, and the other gives all."""

    def __init__(self, python: str, program: str, work: str, villages: int) -> None:  # noqa: ARG002
        last = 1 if program == "fereg" else 3
        does = f"for _ in range({last}): input(); {ANSWERS}"
        command = [sys.executable, "-u", "-c", does]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.rows = villages


def test_a_program_that_dies_is_left_out_and_the_others_are_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benchmarks.__main__.Worker", Program)
    measured = measure("two_way", 5, ["fereg", "ruralpanel"], "", 3)
    assert [(row["program"], row["repetitions"]) for row in measured] == [("fereg", 1), ("ruralpanel", 3)]
    assert "fereg ended before it was done" in capsys.readouterr().err
