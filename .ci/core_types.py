"""Estimate a study on several kinds of processor, and hold all to what is published and to each other.

OpenBLAS, which numpy and scipy carry, picks its routines by the processor it runs on, and routines differ in the last
digits. ``OPENBLAS_CORETYPE`` makes it take others, so that one machine can stand for several. Where it does not heed
that (another architecture, another library) this says so and passes.

    python .ci/core_types.py replications/castle Haswell Nehalem
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from ruralpanel.estimation.block import block_results
from ruralpanel.estimation.estimates import ROW, load_estimates
from ruralpanel.frames.storage import load_table, save_table
from ruralpanel.study.load import load_study
from ruralpanel.verification.comparison import side_by_side
from ruralpanel.verification.published import nothing_published, read_published
from ruralpanel.verification.summary import REPRODUCES
from ruralpanel.verification.verdict import judge


def heeded(core: str) -> bool:
    """Tell whether numpy's OpenBLAS takes the routines of a kind of processor when it is told to."""
    asked = {**os.environ, "OPENBLAS_CORETYPE": core, "OPENBLAS_VERBOSE": "2"}
    told = subprocess.run([sys.executable, "-c", "import numpy"], env=asked, capture_output=True, text=True, check=True)
    return bool(re.search(rf"^Core: {core}$", told.stderr + told.stdout, re.MULTILINE))


def estimate(name: str, folder: Path) -> None:
    """Estimate all blocks of a study from its panel, and judge them, in this process."""
    study = load_study(name, Path())
    panel = load_table(Path("results", name, "panel/panel.parquet"))
    paths = [folder / f"{block}.csv" for block in study.blocks]
    for block, path in zip(study.blocks, paths, strict=True):
        save_table(block_results(panel, study.equations(block), list(study.designation)).estimates, path, key=[ROW])
    published = Path("results/published", f"{name}.csv")
    cells = judge(read_published(published) if published.is_file() else nothing_published(), load_estimates(paths))
    cells.to_csv(folder / "verdict", index=False)


def compared(name: str, cores: list[str]) -> int:
    """Estimate a study on each kind of processor; print what is not the same, and count it."""
    wrong = 0
    first: tuple[str, pd.DataFrame] | None = None
    with TemporaryDirectory() as made:
        for core in cores:
            if not heeded(core):
                print(f"{core}: not tried, for OpenBLAS does not take its routines here")
                continue
            folder = Path(made, core)
            folder.mkdir()
            environment = {**os.environ, "OPENBLAS_CORETYPE": core}
            subprocess.run([sys.executable, __file__, "--estimate", name, folder], env=environment, check=True)
            estimates, cells = load_estimates(sorted(folder.glob("*.csv"))), pd.read_csv(folder / "verdict")
            first = first or (core, estimates)
            bad = cells[~cells["status"].isin(REPRODUCES)]
            beside = side_by_side(first[1], estimates)
            beside = beside[beside["status"] != "same"]
            reasons = first[1].loc[first[1]["reason"].fillna("") != estimates["reason"].fillna("")]
            print(f"{core}: {len(cells) - len(bad)} of {len(cells)} published cells reproduce", end="; ")
            print(f"{len(beside)} estimates and {len(reasons)} reasons are not those of {first[0]}")
            for frame in (bad, beside, reasons):
                if len(frame):
                    print(frame.dropna(axis=1, how="all").to_string(index=False, max_colwidth=60))
            wrong += len(bad) + len(beside) + len(reasons)
    return wrong


if __name__ == "__main__":
    if sys.argv[1] == "--estimate":
        estimate(sys.argv[2], Path(sys.argv[3]))
    else:
        panel = f"results/{sys.argv[1]}/panel/panel.parquet"
        subprocess.run(["snakemake", "--cores", "1", panel, "--config", f"study={sys.argv[1]}"], check=True)
        sys.exit(compared(sys.argv[1], sys.argv[2:]) > 0)
