"""Make the raw files of a country, and time the way from them to a verdict.

    python -m benchmarks.national --villages 700000 --folder /tmp/national

The default is as many villages as China has, over thirteen years, in 2,800 counties. Jobs keep their seconds and their
largest memory themselves, as the system counts it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.account import COUNTRY

ROOT = Path(__file__).parents[2]
YEARS = np.arange(2010, 2023)
ROADS = np.array(["paved", "gravel", "earth"])


def write_country(folder: Path, villages: int, seed: int = 1) -> int:
    """Write the raw files: villages by year, gazetteer, counties, and yearly lists.

    Parameters
    ----------
    folder
        Where; made if it is not there.
    villages
        How many; 250 share a county, and there are 31 provinces.
    seed
        Of what is random.

    Returns
    -------
    int
        Bytes written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    counties = max(villages // 250, 31)
    county_codes = (11 + np.arange(counties) % 31) * 10_000 + 100 + np.arange(counties) // 31 + 1
    county = np.sort(random.integers(0, counties, villages))
    within = np.arange(villages) - np.searchsorted(county, county)
    codes = county_codes[county] * 1_000_000 + (100 + within // 20) * 1_000 + 200 + within % 20
    genealogies = random.gamma(2.0, 15.0, counties).round(1)
    distance = random.uniform(5, 900, counties).round(1)
    kinship = np.log1p(genealogies)[county]
    chance = 0.01 + 0.02 * (kinship > np.median(kinship))
    cohort = np.where(random.random(villages) < chance, random.choice(np.arange(2013, 2023), villages), 9999)
    by_village = random.normal(size=villages)
    by_county = random.normal(size=(counties, len(YEARS)))
    registered = random.lognormal(7.2, 0.5, villages).astype("int64").clip(50, 20_000)
    road = ROADS[random.integers(0, 3, villages)]
    halls = random.poisson(1.5, villages)
    gazetteer = pd.DataFrame({"村代码": codes, "县代码": county_codes[county], "祠堂数": halls})
    gazetteer.to_csv(folder / "gazetteer.csv", index=False)
    counties_frame = pd.DataFrame({"县代码": county_codes, "族谱数": genealogies, "距城市公里": distance})
    counties_frame.to_csv(folder / "counties.csv", index=False)
    listed = [pd.DataFrame({"年度": year, "村代码": codes[cohort <= year]}) for year in YEARS if year >= 2013]
    pd.concat(listed).to_csv(folder / "lists.csv", index=False)
    for position, year in enumerate(YEARS):
        effect = np.where(cohort <= year, 0.04 + 0.02 * (kinship - kinship.mean()), 0.0)
        log_income = 8.5 + 0.08 * position + 0.3 * by_village + 0.1 * by_county[county, position] + effect
        away = registered * (0.25 - 0.02 * (cohort <= year) + 0.03 * by_village).clip(0.01, 0.8)
        columns = {
            "村代码": codes,
            "年份": year,
            "人均收入": np.exp(log_income + 0.2 * random.normal(size=villages)).round(0).astype("int64"),
            "户籍人口": registered,
            "外出人数": random.poisson(away).clip(max=registered),
            "企业数": random.poisson(3 + 2 * (cohort <= year)),
            "平均受教育年限": (7 + 0.1 * position + random.normal(size=villages)).clip(0, 20).round(2),
            "道路": road,
        }
        frame, first = pd.DataFrame(columns), position == 0
        frame.to_csv(folder / "villages.csv", index=False, header=first, mode="w" if first else "a")
    return sum(path.stat().st_size for path in folder.glob("*.csv"))


def make_checkout(folder: Path, villages: int) -> None:
    """Put the workflow, the code, the study and its raw files into a folder, for a run that touches nothing else."""
    for part in ("workflow", "src", "config/config.yaml", "config/monte_carlo", "requirements.lock"):
        source, target = ROOT / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        else:
            shutil.copy2(source, target)
    (folder / "config" / "studies").mkdir(parents=True, exist_ok=True)
    shutil.copy2(Path(__file__).with_name("study.yaml"), folder / "config" / "studies" / "national.yaml")
    written = write_country(folder / "data" / "raw" / "national", villages)
    print(f"{villages:,} villages, {villages * len(YEARS):,} rows, {written / 1e9:.2f} GB of raw files", flush=True)


def run_study(folder: Path, cores: int) -> float:
    """Run the study from nothing, and give the seconds."""
    shutil.rmtree(folder / "results", ignore_errors=True)
    command = [sys.executable, "-m", "snakemake", "--cores", str(cores), "--config", "study=national"]
    start = time.perf_counter()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "PATH": path}
    ended = subprocess.run(command, cwd=folder, env=environment, check=False)
    if ended.returncode:
        sys.exit(ended.returncode)
    return time.perf_counter() - start


def jobs(folder: Path) -> pd.DataFrame:
    """Give seconds, processor seconds and largest memory (MiB) by job, the dearest first."""
    kept = folder / "results" / "national" / "benchmarks"
    tables = [
        pd.read_csv(path, sep="\t").assign(job=path.relative_to(kept).with_suffix("").as_posix())
        for path in sorted(kept.rglob("*.tsv"))
    ]
    table = pd.concat(tables)[["job", "s", "cpu_time", "max_rss"]]
    return table.sort_values("s", ascending=False).reset_index(drop=True)


def main() -> None:
    """Make, run and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.national", description=__doc__.splitlines()[0])
    parser.add_argument("--villages", type=int, default=700_000)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="where to work; left out, a folder that is removed afterwards")
    parser.add_argument("--save", action="store_true", help="keep the numbers beside this program")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        make_checkout(folder, asked.villages)
        seconds = run_study(folder, asked.cores)
        table = jobs(folder)
    largest = table["max_rss"].max()
    print(table.to_string(index=False))
    print(
        f"{seconds:.0f} s from raw files to verdict on {asked.cores} cores; "
        f"the largest process had {largest / 2**10:.2f} GiB"
    )
    if asked.save:
        today = datetime.now(tz=UTC).date().isoformat()
        whole = {"villages": asked.villages, "cores": asked.cores, "max_rss": largest, "date": today}
        pd.concat([table, pd.DataFrame([{"job": "all", "s": seconds, **whole}])]).to_csv(COUNTRY, index=False)


if __name__ == "__main__":
    main()
