"""Shares of joint tests of leads that reject, as a figure: one set of axes for each number of leads."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from ruralpanel.exhibits.caption import SIMULATED
from ruralpanel.exhibits.style import COLOURS, MARKERS, WARNING_COLOUR, WIDTH, figure_style
from ruralpanel.monte_carlo.figure import BAND_COLOUR, ROW, SPREAD
from ruralpanel.monte_carlo.lead_tests import BAND, LEVEL
from ruralpanel.monte_carlo.plan import Plan
from ruralpanel.study.estimators import ESTIMATORS

FIGURE_TITLE = (
    f"Joint tests of leads that reject at {LEVEL:.0%} where nothing has an effect before treatment; shaded: "
    f"{BAND[0]:.0%} to {BAND[1]:.0%}; bars: simulation error (95%)"
)


def leads_figure(summary: pd.DataFrame, plan: Plan) -> Figure:
    """Draw the share of tests that reject, with its own 95% interval.

    Parameters
    ----------
    summary
        From :func:`ruralpanel.monte_carlo.lead_tests.summarise_lead_tests`.
    plan
        Gives the order of everything.
    """
    assert plan.leads is not None
    names = list(dict.fromkeys(summary["estimator"]))
    windows, sizes = plan.leads.windows, plan.leads.clusters
    with figure_style():
        figure, grid = plt.subplots(
            1,
            len(windows),
            figsize=(WIDTH, ROW * len(names) + 1.5),
            layout="constrained",
            squeeze=False,
            sharey=True,
            sharex=True,
        )
        for axes, (window, (first, _)) in zip(grid.flat, windows.items(), strict=True):
            axes.axvspan(*BAND, color=BAND_COLOUR, zorder=0, lw=0)
            axes.axvline(LEVEL, color="#5a5a5a", lw=0.8, zorder=1)
            for each, clusters in enumerate(sizes):
                rows = summary[(summary["window"] == window) & (summary["clusters"] == clusters)]
                rows = rows[rows["rejects"].notna()]
                offset = (each / max(len(sizes) - 1, 1) - 0.5) * SPREAD
                axes.errorbar(
                    rows["rejects"],
                    [names.index(name) + offset for name in rows["estimator"]],
                    xerr=np.abs(rows[["rejects_low", "rejects_high"]].to_numpy().T - rows["rejects"].to_numpy()),
                    fmt=MARKERS[each % len(MARKERS)],
                    color=COLOURS[each % len(COLOURS)],
                    markersize=3.6,
                    elinewidth=0.9,
                    label=f"{clusters} counties",
                    zorder=3,
                )
            axes.set_title(f"Leads from event time {first}".replace("-", "−"))
            axes.set_yticks(range(len(names)), [ESTIMATORS[name].short for name in names])
            axes.set_ylim(len(names) - 0.5, -0.5)
            axes.grid(axis="y", visible=False)
            axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
            axes.set_xlim(left=0)
            axes.set_xlabel("Tests that reject")
            sns.despine(ax=axes)
        figure.suptitle(SIMULATED, x=0.995, ha="right", color=WARNING_COLOUR, fontsize=9, fontweight="bold")
        handles, words = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, words, loc="outside lower center", ncols=len(sizes))
    return figure
