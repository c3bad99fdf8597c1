"""Print how long the simulated economy takes to make, with its panel, and the peak memory, by number of villages.

    .venv/bin/python benchmarks/simulated_economy.py 2000 70000 700000

Each size in a process of its own, with 250 villages a county from 25,000 villages on (20 below) and 15 years.
"""

import resource
import subprocess
import sys
import time

from ruralpanel.simulation.economy import simulate
from ruralpanel.simulation.parameters import load_parameters


def measure(villages):
    counties = villages // (250 if villages >= 25_000 else 20)
    parameters = load_parameters().model_copy(update={"villages": villages, "counties": max(counties, 1)})
    start = time.perf_counter()
    economy = simulate(parameters, 1)
    simulated = time.perf_counter() - start
    rows = len(economy.panel)
    total = time.perf_counter() - start
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{villages:>9,} {rows:>11,} {simulated:>9.1f} {total:>11.1f} {gigabytes:>7.1f}", flush=True)


if sys.argv[1:2] == ["--one"]:
    measure(int(sys.argv[2]))
else:
    print(f"{'villages':>9} {'rows':>11} {'simulate':>9} {'with panel':>11} {'GB':>7}", flush=True)
    for size in sys.argv[1:] or ["2000", "20000"]:
        subprocess.run([sys.executable, __file__, "--one", size], check=True)
