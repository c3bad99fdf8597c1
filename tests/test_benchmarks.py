"""Every script of `benchmarks/` runs, at its smallest size."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

SMALLEST = {
    "fixed_effects.py": (["100"], "1,500"),
    "simulated_economy.py": (["200"], "200"),
    "job_times.py": (["small"], "1 jobs, 1.5 seconds of work"),
}
"""For each script its arguments, and what it has to print."""


@pytest.mark.slow
@pytest.mark.parametrize("script", sorted(path.name for path in (ROOT / "benchmarks").glob("*.py")))
def test_a_benchmark_runs(script: str, tmp_path: Path) -> None:
    folder = tmp_path / "results/small/benchmarks"
    folder.mkdir(parents=True)
    (folder / "one.tsv").write_text("s\tmax_rss\tcpu_time\n1.5\t10\t1\n", encoding="utf-8")
    arguments, printed = SMALLEST[script]
    result = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / script), *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert printed in result.stdout
