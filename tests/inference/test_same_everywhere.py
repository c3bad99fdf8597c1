from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import pandas as pd
from tests.worded import block_results
from tests.conftest import dated, equation

panel = dated(pd.read_csv("tests/parity/fixest/shared_4.csv").drop(columns="designated"))
random = {"cluster": ["county"], "bootstrap": {"draws": 499}, "permutation": {"draws": 99, "within": ["province"]}}
shared = {"moderators": ["legacy"], "inference": random, "seed": 9, "adjustment": "romano_wolf"}
equations = [equation(**shared), equation(outcome="x", outcome_column="x", **shared)]
band = {"cluster": ["county"], "simultaneous": True}
equations.append(equation(estimator="event_study", window=[-3, 3], seed=9, inference=band))
bootstrap = {"cluster": ["county"], "bootstrap": {"draws": 499}}
equations.append(equation(estimator="event_study", window=[-3, 3], seed=9, inference=bootstrap))
equations.append(equation(estimator="callaway_santanna", seed=9, inference=band))
for method in ("entropy", "nearest_neighbours"):
    matching = {"method": method, "outcome_path": [2008, 2009]}
    equations.append(equation(matching=matching, weights="matched"))
found = block_results(panel, equations)
names = ["estimate", "p_value_bootstrap", "p_value_permutation", "p_value_adjusted", "interval_low_simultaneous"]
print(found.estimates[names].to_csv(float_format="%.9g"))
print(found.draws.to_csv(float_format="%.9g"))
assert len(found.matching) == 4
"""


@pytest.mark.slow
def test_hash_seeds_and_threads_change_no_p_value(root: Path) -> None:
    printed = set()
    for seed, threads in (("0", "1"), ("1", "2"), ("77", "2")):
        chosen = {"PYTHONHASHSEED": seed, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
        run = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=root,
            env={**os.environ, **chosen, "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            check=True,
        )
        printed.add(run.stdout)
    (same,) = printed
    assert same.count("\n") > 30
