"""One program in a process of its own: makes a panel, does the work when it is told to, and says what that cost.

Reads ``program work villages`` from its arguments, and then a line for each time; writes a line of JSON for each.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path

from benchmarks.works import does, material


def peak_memory() -> float:
    """Give the most memory this process had since the peak was last forgotten, in bytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024


def forget_peak() -> None:
    """Start the peak again from what is in memory now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def main(program: str, work: str, villages: int) -> None:
    """Serve one program."""
    warnings.simplefilter("ignore")
    said = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a program prints is not an answer
    do = does(program, work)
    if do is None:
        print(json.dumps(None), file=said, flush=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        small, _ = material(work, 200, Path(folder))
        do(small)  # imports and compilation are not what is measured
        given, rows = material(work, villages, Path(folder))
        print(json.dumps({"rows": rows}), file=said, flush=True)
        for _ in sys.stdin:
            forget_peak()
            before, wall, processor = peak_memory(), time.perf_counter(), time.process_time()
            estimate, error = do(given)
            answer = {
                "seconds": time.perf_counter() - wall,
                "processor_seconds": time.process_time() - processor,
                "extra_memory": peak_memory() - before,
                "estimate": estimate,
                "standard_error": error,
            }
            print(json.dumps(answer), file=said, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
