"""What false and true claims become, as a figure: a bar for each kind of economy, one part of it a status."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from ruralpanel.exhibits.caption import SIMULATED
from ruralpanel.exhibits.style import WARNING_COLOUR, WIDTH, figure_style
from ruralpanel.monte_carlo.claim_rates import FALSE, TRUE
from ruralpanel.verification.claims.status import STATUSES
from ruralpanel.words.claims import STATUSES as STATUS_WORDS

FIGURE_TITLE = "What becomes of claims that are false, and of claims that are true, by kind of economy; parts of claims"

SHADES = {
    "robust": "#1b6e3c",
    "fragile": "#e0b04a",
    "conflicting": "#c77b30",
    "contradicted": "#0b5394",
    "undecided": "#c9c9c9",
    "not_identified": "#8a8a8a",
}
"""The colour of each status."""

ROW = 0.2
"""Inches a bar."""


def claim_rates_figure(summary: pd.DataFrame) -> Figure:
    """Draw the shares of statuses, false claims on the left and true ones on the right.

    Parameters
    ----------
    summary
        From :func:`ruralpanel.monte_carlo.claim_rates.summarise_claim_rates`.
    """
    first = summary.drop_duplicates("design")
    designs = first["design"].tolist()
    labels = [
        f"{row['effects']}, {row['flaw']}, {row['clusters']}".replace("_", " ") for row in first.to_dict("records")
    ]
    with figure_style():
        figure, grid = plt.subplots(
            1, 2, figsize=(WIDTH, ROW * len(designs) + 1.6), layout="constrained", sharey=True, sharex=True
        )
        for axes, truth in zip(grid, (FALSE, TRUE), strict=True):
            rows = summary[summary["truth"] == truth].set_index("design").reindex(designs)
            left = np.zeros(len(designs))
            for status in STATUSES:
                share = rows[status].fillna(0.0).to_numpy()
                axes.barh(range(len(designs)), share, left=left, color=SHADES[status], label=STATUS_WORDS[status])
                left += share
            axes.set_title(truth.capitalize())
            axes.set_yticks(range(len(designs)), labels)
            axes.set_ylim(len(designs) - 0.5, -0.5)
            axes.set_xlim(0, 1)
            axes.grid(visible=False)
            axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
            sns.despine(ax=axes)
        figure.suptitle(SIMULATED, x=0.995, ha="right", color=WARNING_COLOUR, fontsize=9, fontweight="bold")
        handles, words = grid[0].get_legend_handles_labels()
        figure.legend(handles, words, loc="outside lower center", ncols=3)
    return figure
