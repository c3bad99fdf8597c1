"""A short run of every fuzzer. A long one: ``python -m tests.fuzz panels --seed 1 --cases 200``."""

from __future__ import annotations

import pytest

from tests.fuzz.__main__ import FUZZERS

SEEDS = {
    "panels": range(4),
    "studies": range(60),
    "raws": range(60),
    "kills": range(2),
    "expressions": range(60),
    "formulas": range(20),
    "papers": range(30),
    "decisions": range(40),
}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "seed"), [(name, seed) for name, seeds in SEEDS.items() for seed in seeds])
def test_nothing_is_found(name: str, seed: int) -> None:
    assert not [str(each) for each in FUZZERS[name](seed, "")]
