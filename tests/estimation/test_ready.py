from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.slow
def test_what_is_loaded_beforehand_is_what_estimating_needs() -> None:
    program = """
from ruralpanel.absorption import kernels, level_kernels, plainly, sums
from ruralpanel.estimation.ready import load_compiled
load_compiled()
modules = (kernels, level_kernels, plainly, sums)
compiled = [each for module in modules for each in vars(module).values() if hasattr(each, "signatures")]
print(sum(bool(each.signatures) for each in compiled) / len(compiled))
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert float(result.stdout) > 0.5
