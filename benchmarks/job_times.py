"""Print what each job of the last run of a study took, or the largest of each rule, from what every job measures.

.venv/bin/python benchmarks/job_times.py taobao_villages
.venv/bin/python benchmarks/job_times.py taobao_villages --by-rule
"""

import sys
from pathlib import Path

import pandas as pd

folder = Path("results") / sys.argv[1] / "benchmarks"
jobs = [
    pd.read_csv(path, sep="\t").assign(job=path.relative_to(folder).with_suffix("").as_posix())
    for path in sorted(folder.rglob("*.tsv"))
]
names = {"s": "seconds", "cpu_time": "processor seconds", "max_rss": "peak memory, MiB"}
table = pd.concat(jobs)[["job", *names]].rename(columns=names)
if "--by-rule" in sys.argv:
    rules = table.groupby(table["job"].str.split("/").str[0], sort=False)
    largest = rules[list(names.values())[1:]].max().round(1)
    print("| rule | jobs | " + " | ".join(f"largest {name}" for name in largest) + " |\n|---|---|---|---|")
    for rule, row in largest.sort_values("peak memory, MiB", ascending=False, kind="stable").iterrows():
        print(f"| {rule} | {rules.size()[rule]} | " + " | ".join(f"{value:,.0f}" for value in row) + " |")
else:
    print(table.to_string(index=False))
work, processor = table["seconds"].sum(), table["processor seconds"].sum()
print(f"\n{len(table)} jobs, {work:.1f} seconds of work, {processor:.1f} of a processor")
