"""Print what each job of the last run of a study took, from the benchmarks that Snakemake keeps.

.venv/bin/python benchmarks/job_times.py taobao_villages
"""

import sys
from pathlib import Path

import pandas as pd

folder = Path("results") / sys.argv[1] / "benchmarks"
jobs = [
    pd.read_csv(path, sep="\t").assign(job=path.relative_to(folder).with_suffix("").as_posix())
    for path in sorted(folder.rglob("*.tsv"))
]
table = pd.concat(jobs)[["job", "s", "max_rss"]].rename(columns={"s": "seconds", "max_rss": "peak memory, MB"})
print(table.to_string(index=False))
print(f"{len(table)} jobs, {table['seconds'].sum():.1f} seconds of work")
