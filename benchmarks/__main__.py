"""Measure works beside other programs.

    python -m benchmarks two_way --villages 1000 100000
    python -m benchmarks --all --peers .venv-peers/bin/python --save

Programs take turns, each in a process that is kept, so that what else the machine does falls on all alike. Seconds are
medians; the memory is the peak above what was there before, with the panel.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.account import MACHINE, MEASURED
from benchmarks.works import PROGRAMS, WORKS

HERE = Path(__file__).parent
NUMBERS = ["seconds", "processor_seconds", "extra_memory"]


class Absent(Exception):
    """A program that cannot do the work, or is not installed."""


class Worker:
    """A program in a process of its own.

    Parameters
    ----------
    python
        The interpreter that has it.
    program, work, villages
        Who does what, of what size.

    Raises
    ------
    Absent
        If it cannot.
    """

    def __init__(self, python: str, program: str, work: str, villages: int) -> None:
        paths = os.pathsep.join([str(HERE.parent), str(HERE.parent / "src")])
        self.process = subprocess.Popen(
            [python, "-m", "benchmarks.worker", program, work, str(villages)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if program != "ruralpanel" else None,
            text=True,
            env={**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": "0"},
        )
        answer = self._answer()
        if answer is None:
            raise Absent
        self.rows = answer["rows"]

    def _answer(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def work(self) -> dict[str, float] | None:
        """Do it once; None if the program ended over it, as one does that runs out of memory."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write("again\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return None
        answer: dict[str, float] | None = self._answer()
        return answer

    def end(self) -> None:
        """Let it end, and remove its files."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended
            self.process.stdin.close()
        self.process.wait()


def measure(work: str, villages: int, programs: list[str], peers: str, repetitions: int) -> list[dict[str, Any]]:
    """Measure one work at one size, program beside program.

    Parameters
    ----------
    work
        One of ``WORKS``.
    villages
        The size of the panel, of thirteen years each.
    programs
        Who does it, as far as they can.
    peers
        The interpreter of the other programs.
    repetitions
        How often, in turns; medians are kept.

    Returns
    -------
    list of dict
        One a program: work, program, villages, rows, repetitions, seconds, processor seconds, extra memory (bytes),
        estimate, standard error.
    """
    workers: dict[str, Worker] = {}
    for program in programs:
        try:
            workers[program] = Worker(sys.executable if program == "ruralpanel" else peers, program, work, villages)
        except Absent:
            continue
    answers: dict[str, list[dict[str, float]]] = {program: [] for program in workers}
    at_work = dict(workers)
    for _ in range(repetitions):
        for program, worker in list(at_work.items()):
            answer = worker.work()
            if answer is None:
                del at_work[program]
                worker.end()
                print(f"{work}, {villages:,} villages: {program} ended before it was done", file=sys.stderr, flush=True)
            else:
                answers[program].append(answer)
    for worker in at_work.values():
        worker.end()
    return [
        {
            "work": work,
            "program": program,
            "villages": villages,
            "rows": workers[program].rows,
            "repetitions": len(each),
            **{number: statistics.median(answer[number] for answer in each) for number in NUMBERS},
            "estimate": each[-1]["estimate"],
            "standard_error": each[-1]["standard_error"],
        }
        for program, each in answers.items()
        if each
    ]


def as_lines(measured: list[dict[str, Any]], of: str = "seconds") -> str:
    """Print what was measured of one work at one size, the ratio to this program beside it.

    Parameters
    ----------
    measured
        From :func:`measure`.
    of
        What ratios are of: ``seconds`` or ``processor_seconds``.
    """
    own = next((row for row in measured if row["program"] == "ruralpanel"), None)
    lines = []
    for row in measured:
        ratio = f"{row[of] / own[of]:8.2f}×" if own else ""
        lines.append(
            f"{row['work']:30} {row['rows']:>10,} {row['program']:>13} {row['seconds']:>9.3f} s"
            f" {row['processor_seconds']:>9.3f} s {ratio} {row['extra_memory'] / 2**20:>8.0f} MiB"
            f" {row['estimate']:>16.10f} ({row['standard_error']:.8f})"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("works", nargs="*", choices=[*WORKS, []], help="what to measure")
    parser.add_argument("--all", action="store_true", help="all works")
    parser.add_argument("--villages", nargs="+", type=int, help="sizes; left out, those of each work")
    parser.add_argument("--programs", nargs="+", choices=PROGRAMS, default=PROGRAMS)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--peers", default=sys.executable, help="the interpreter that has the other programs")
    parser.add_argument("--save", action="store_true", help="keep numbers in measured.csv")
    parser.add_argument("--processor", action="store_true", help="ratios of processor seconds")
    asked = parser.parse_args()
    for work in WORKS if asked.all else asked.works:
        for villages in asked.villages or WORKS[work].villages:
            measured = measure(work, villages, asked.programs, asked.peers, asked.repetitions)
            print(as_lines(measured, "processor_seconds" if asked.processor else "seconds"), flush=True)
            if asked.save:
                keep(measured, asked.peers)


def keep(rows: list[dict[str, Any]], peers: str) -> None:
    """Put numbers in the place of older ones of the same work, program and size, and say of what machine they are."""
    keys = ["work", "program", "villages"]
    older = pd.read_csv(MEASURED) if MEASURED.is_file() else pd.DataFrame(columns=keys)
    both = pd.concat([older, pd.DataFrame(rows)]).drop_duplicates(keys, keep="last")
    both.sort_values(keys).to_csv(MEASURED, index=False, float_format="%.9g")
    MACHINE.write_text(json.dumps(machine(peers), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def machine(peers: str) -> dict[str, Any]:
    """Say on what was measured, and when: date, processor, cores, memory (GiB), and versions of programs."""
    asked = "from importlib.metadata import version, packages_distributions as p; import json; d = p(); " + (
        f"print(json.dumps({{n: version(d[n][0]) for n in {PROGRAMS!r} if n in d}}))"
    )
    versions: dict[str, str] = {}
    for python in (peers, sys.executable):
        versions |= json.loads(subprocess.run([python, "-c", asked], capture_output=True, text=True, check=True).stdout)
    names = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    (total,) = [line.split()[1] for line in _lines("/proc/meminfo") if line.startswith("MemTotal")]
    return {
        "date": datetime.now(tz=UTC).date().isoformat(),
        "processor": names[0] if names else platform.machine(),
        "cores": os.cpu_count(),
        "memory": round(int(total) / 2**20),
        "python": platform.python_version(),
        "versions": versions,
    }


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    main()
