"""Print what a run takes: whole, with nothing to do, after another title and after one more control; and what was run.

.venv/bin/python benchmarks/reruns.py
.venv/bin/python benchmarks/reruns.py --cores 2 --repeat 3

The study file is changed in a copy of the repository without results. All is compiled before, as by an earlier run.
Processor seconds are those of Snakemake and of all jobs; on a machine with other work they say more than seconds do.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median

ROOT = Path(__file__).resolve().parents[1]

STUDY = "config/studies/taobao_villages.yaml"

CHANGES = {
    "one title": (
        "(regression_table\n    title: )Who is listed, and when",
        r"\g<1>Which villages are listed",
    ),
    "one control": ("income_two_way:\n        label: Two-way\n", r"\g<0>        regressors: [grain_yield]\n"),
}
"""A place in the study file, and what it becomes: a table's title, and a regressor of one equation."""

DONE = re.compile(r"^\[ *\d+/\d+\] +\S+  (.+)$", re.MULTILINE)
"""What the terminal says of a job that is done."""


def changed(text, run):
    """Change the text of the study file."""
    old, new = CHANGES[run]
    found, number = re.subn(old, new, text)
    if number != 1:
        sys.exit(f"{STUDY} has {old!r} {number} times")
    return found


def copied(folder):
    """Copy what a run reads, with what is compiled."""
    for name in ("config", "data", "src", "workflow", "results/published"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "requirements.lock", folder)


def timed(folder, cores):
    """Run the study, and give seconds, processor seconds of Snakemake and of jobs, and the jobs that were done."""
    environment = {**os.environ, "PYTHONPATH": str(folder / "src")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    benchmarks = folder / "results/taobao_villages/benchmarks"
    before, began, started = getrusage(RUSAGE_CHILDREN), time.monotonic(), time.time()
    command = [sys.executable, "-m", "snakemake", "--cores", str(cores)]
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    seconds, after = time.monotonic() - began, getrusage(RUSAGE_CHILDREN)
    own = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    measured = [path for path in benchmarks.rglob("*.tsv") if path.stat().st_mtime >= started]
    work = sum(float(path.read_text(encoding="utf-8").split()[-1]) for path in measured)
    done = [" ".join(name.split()) for name in DONE.findall(ended.stderr)]
    if not done and ended.returncode:
        sys.exit(ended.stderr)
    return seconds, own, work, done


def main():
    """Time the four runs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=1, help="medians of so many")
    chosen = parser.parse_args()
    found = {}
    for _ in range(chosen.repeat):
        with tempfile.TemporaryDirectory(prefix="reruns-") as name:
            folder = Path(name)
            copied(folder)
            for run in ("whole", "nothing", *CHANGES):
                if run in CHANGES:
                    file = folder / STUDY
                    file.write_text(changed(file.read_text(encoding="utf-8"), run), encoding="utf-8")
                found.setdefault(run, []).append(timed(folder, chosen.cores))
    print("| run | jobs | seconds | processor seconds, Snakemake | processor seconds, jobs |\n|---|---|---|---|---|")
    for run, runs in found.items():
        numbers = " | ".join(f"{median(each[place] for each in runs):.1f}" for place in range(3))
        print(f"| {run} | {len(runs[0][3])} | {numbers} |")
    for run in CHANGES:
        print(f"\nAfter {run}: " + "; ".join(found[run][0][3]))


if __name__ == "__main__":
    main()
