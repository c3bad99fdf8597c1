"""How long the jobs of a study took and how much memory they needed, from what Snakemake measured."""

from __future__ import annotations

import csv
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pandas as pd

from ruralpanel.exhibits.numbers import decimal

AFTER_THE_PAGE = ("write_page", "accept")
"""Jobs that have not run when the page is written; what is found of them is of an earlier run."""

MEASURED = ("seconds", "cpu_seconds", "megabytes")
"""What is measured of a job."""


def read_run_times(folder: Path, names: Collection[str]) -> pd.DataFrame:
    """Read the measurements of a study's jobs.

    Parameters
    ----------
    folder
        ``benchmarks`` of the study's results, with a file for each job: ``<rule>.tsv`` or ``<rule>/<name>.tsv``.
    names
        The sources, tables, blocks and exhibits of the study; files of others are left from earlier versions of it.

    Returns
    -------
    pandas.DataFrame
        ``rule``, ``name`` (empty for a rule with one job), ``seconds``, ``cpu_seconds`` and ``megabytes`` (the
        largest resident memory), sorted by rule and name; missing where a job ended before it could be measured.
    """
    rows = []
    for path in sorted(folder.glob("**/*.tsv")):
        rule, *inside = path.relative_to(folder).with_suffix("").parts
        name = "/".join(inside)
        if rule in AFTER_THE_PAGE or (name and name not in names):
            continue
        with path.open(encoding="utf-8", newline="") as stream:
            *_, measured = csv.DictReader(stream, delimiter="\t")
        rows.append((rule, name, *(measured[each] for each in ("s", "cpu_time", "max_rss"))))
    times = pd.DataFrame(rows, columns=["rule", "name", *MEASURED])
    return times.assign(**{each: pd.to_numeric(times[each], errors="coerce") for each in MEASURED})


def run_time_rows(times: pd.DataFrame) -> list[dict[str, Any]]:
    """Sum run times up by rule, and print them.

    Parameters
    ----------
    times
        From :func:`read_run_times`.
    """
    rows = []
    for rule, jobs in times.groupby("rule", sort=False):
        longest = jobs.sort_values("seconds", ascending=False, kind="stable").iloc[0]
        rows.append(
            {
                "rule": str(rule).replace("_", " "),
                "jobs": str(len(jobs)),
                "seconds": decimal(jobs["seconds"].sum(), 1),
                "longest": f"{decimal(longest['seconds'], 1)} s" + (f", {longest['name']}" if longest["name"] else ""),
                "cpu": decimal(jobs["cpu_seconds"].sum(), 1),
                "memory": decimal(jobs["megabytes"].max(), 0),
            }
        )
    return rows


def run_time_total(times: pd.DataFrame) -> dict[str, str]:
    """Sum up all jobs, and print the sums."""
    return {
        "jobs": decimal(len(times), 0),
        "seconds": decimal(times["seconds"].sum(), 0),
        "memory": decimal(times["megabytes"].max(), 0),
    }
