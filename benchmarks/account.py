"""What was measured, as a table and a picture: seconds and memory against rows, program beside program."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from textwrap import fill
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from benchmarks.works import LIMIT, PROGRAMS, WORKS
from ruralpanel.exhibits.style import figure_style

HERE = Path(__file__).parent
MEASURED, MACHINE, COUNTRY = HERE / "measured.csv", HERE / "machine.json", HERE / "national" / "measured.csv"

NAMES = {"diff_diff": "diff-diff", LIMIT: "one pass"}
"""What programs are called, where their module is called otherwise."""

OWN = "ruralpanel"
ORDER = [NAMES.get(program, program) for program in PROGRAMS]


def load_measured() -> tuple[pd.DataFrame, dict[str, Any]]:
    """Load the kept numbers, in the order of works, sizes and programs, and what is known of the machine."""
    rows = pd.read_csv(MEASURED)
    rows["program"] = pd.Categorical(rows["program"].replace(NAMES), ORDER, ordered=True)
    rows["work"] = pd.Categorical(rows["work"], list(WORKS), ordered=True)
    return rows.sort_values(["work", "rows", "program"]), json.loads(MACHINE.read_text(encoding="utf-8"))


def fastest_peers(rows: pd.DataFrame) -> pd.DataFrame:
    """Lay this program beside the fastest other one.

    Parameters
    ----------
    rows
        From :func:`load_measured`.

    Returns
    -------
    pandas.DataFrame
        One row a work and size: work, rows, repetitions, seconds and memory (bytes) of this program, peer, its seconds
        and memory, ``ratio`` (this program's seconds by the peer's), ``passes`` (by those of one pass over the
        columns), and ``growth``: the exponent of rows by which this program's seconds grew from the size before.
    """
    kept: list[dict[str, Any]] = []
    for work, of_work in rows.groupby("work", observed=True):
        before: pd.Series | None = None
        for count, of_size in of_work.groupby("rows"):
            by_program = of_size.set_index("program")
            if OWN not in by_program.index:
                continue
            own = by_program.loc[OWN]
            peers = by_program.drop(index=[OWN, NAMES[LIMIT]], errors="ignore")
            peer = peers.loc[peers["seconds"].idxmin()] if len(peers) else None
            limit = by_program["seconds"].get(NAMES[LIMIT])
            grew = (
                np.log(own["seconds"] / before["seconds"]) / np.log(count / before["rows"])
                if before is not None
                else np.nan
            )
            kept.append(
                {
                    "work": str(work),
                    "rows": int(count),
                    "repetitions": int(own["repetitions"]),
                    "seconds": own["seconds"],
                    "memory": own["extra_memory"],
                    "peer": str(peer.name) if peer is not None else "",
                    "peer_seconds": peer["seconds"] if peer is not None else np.nan,
                    "peer_memory": peer["extra_memory"] if peer is not None else np.nan,
                    "ratio": own["seconds"] / peer["seconds"] if peer is not None else np.nan,
                    "passes": own["seconds"] / limit if limit else np.nan,
                    "growth": grew,
                }
            )
            before = own
    return pd.DataFrame(kept)


def cost_figure(rows: pd.DataFrame) -> Figure:
    """Draw seconds against rows, one small picture a work, both axes by powers of ten."""
    known = rows.assign(
        label=rows["work"]
        .astype(str)
        .map({name: fill(work.label, 28, break_long_words=False) for name, work in WORKS.items()})
    )
    shown = [name for name in ORDER if name in set(known["program"])]
    others = [name for name in shown if name not in (OWN, NAMES[LIMIT])]
    palette = dict(zip(others, sns.color_palette("colorblind", len(others)), strict=True))
    palette |= {OWN: "black", NAMES[LIMIT]: "#999999"}
    grid = sns.relplot(
        known.assign(program=known["program"].astype(str)),
        x="rows",
        y="seconds",
        hue="program",
        hue_order=shown,
        style="program",
        style_order=shown,
        palette=palette,
        markers=True,
        dashes=False,
        kind="line",
        col="label",
        col_wrap=4,
        height=1.9,
        aspect=1.15,
        errorbar=None,
    )
    grid.set(xscale="log", yscale="log")
    grid.set_titles("{col_name}", size=7, loc="left")
    grid.set_axis_labels("Rows", "Seconds")
    for axis in [each for axes in grid.axes.flat for each in (axes.xaxis, axes.yaxis)]:
        axis.set_major_formatter(FuncFormatter(lambda value, _: power_of_ten(value)))
        axis.set_minor_formatter(NullFormatter())
    grid.legend.set_title("")
    plt.setp(grid.legend.get_lines(), linewidth=1.5)
    grid.tight_layout()
    return grid.figure


def picture(rows: pd.DataFrame) -> str:
    """Write :func:`cost_figure` as SVG."""
    with figure_style():
        figure = cost_figure(rows)
        written = StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
        plt.close(figure)
    return written.getvalue()


def power_of_ten(value: float) -> str:
    """Write a power of ten as it is said: ``0.01``, ``10``, ``1k``, ``10m``."""
    for size, letter in ((1e6, "m"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.0f}{letter}"
    return f"{value:g}"


def seconds(value: float) -> str:
    """Write seconds with two figures that count: ``0.012``, ``3.4``, ``120``."""
    if np.isnan(value):
        return ""
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"


def table_lines(rows: pd.DataFrame) -> list[str]:
    """Write the lines of a Markdown table: this program beside the fastest other one, by work and size."""
    heads = ["Work", "Rows", "Runs", "Seconds", "Memory, MB", "Fastest other", "Its seconds", "Its memory, MB", "Ratio"]
    lines = [f"| {' | '.join(heads)} | One pass × |", "|---|--:|--:|--:|--:|---|--:|--:|--:|--:|"]
    for row in fastest_peers(rows).itertuples():
        peer_memory = "" if np.isnan(row.peer_memory) else f"{row.peer_memory / 1e6:,.0f}"
        ratio = "" if np.isnan(row.ratio) else f"{row.ratio:.2g}" if row.ratio < 10 else f"{row.ratio:.0f}"
        passes = "" if np.isnan(row.passes) else f"{row.passes:,.0f}"
        cells = [
            WORKS[row.work].label,
            f"{row.rows:,}",
            str(row.repetitions),
            seconds(row.seconds),
            f"{row.memory / 1e6:,.0f}",
            row.peer,
            seconds(row.peer_seconds),
            peer_memory,
            ratio,
            passes,
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def country_lines() -> list[str]:
    """Write the lines of a Markdown table: the jobs of the national run, the dearest first, and the whole."""
    rows = pd.read_csv(COUNTRY)
    lines = ["| Job | Seconds | Processor seconds | Memory, GiB |", "|---|--:|--:|--:|"]
    jobs = rows[rows["job"] != "all"]
    lines += [
        f"| {row.job} | {row.s:.0f} | {row.cpu_time:.0f} | {row.max_rss / 2**10:.1f} |"
        for row in jobs.itertuples()
        if row.s >= 1
    ]
    (whole,) = rows[rows["job"] == "all"].itertuples()
    total = f"from raw files to verdict, {whole.villages:,.0f} villages on {whole.cores:.0f} cores"
    lines.append(f"| {total} | {whole.s:.0f} | {jobs['cpu_time'].sum():.0f} | {whole.max_rss / 2**10:.1f} |")
    return [*lines, "", f"Measured on {whole.date}."]
