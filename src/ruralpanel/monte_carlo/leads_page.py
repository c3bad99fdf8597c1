"""The page of tests of leads: how often they reject where they should in one of twenty economies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralpanel.errors import counted
from ruralpanel.monte_carlo.lead_tests import BAND, LEVEL, NOTHING, RIGHT, SURPRISES
from ruralpanel.monte_carlo.page import rendered, replications_words
from ruralpanel.monte_carlo.plan import Plan
from ruralpanel.study.estimators import ESTIMATORS


def lead_sentences(summary: pd.DataFrame, plan: Plan) -> dict[str, Any]:
    """Say in words what the summary shows.

    Parameters
    ----------
    summary
        From :func:`ruralpanel.monte_carlo.lead_tests.summarise_lead_tests`.
    plan
        What was done.

    Returns
    -------
    dict
        ``done``: what was done. ``found``: how many tests reject as often as they claim. ``surprises``: those that do
        not, a sentence each.
    """
    assert plan.leads is not None
    known = summary[summary["verdict"] != NOTHING]
    number = replications_words(summary)
    sizes = ", ".join(map(str, plan.leads.clusters))
    band = f"{BAND[0]:.0%} to {BAND[1]:.0%}"
    within = int(known["rejects"].between(*BAND).sum())
    return {
        "done": (
            f"{number} economies were drawn with each of {sizes} counties and {plan.leads.villages_a_county} villages "
            "in each on average, in which listing has the same effect everywhere and nothing to do with shocks, so "
            f"that there is none before it. Leads were tested at {LEVEL:.0%} with standard errors clustered by county."
        ),
        "found": (
            f"Of {counted(len(known), 'test')}, {int((known['verdict'] == RIGHT).sum()):,} reject in {band} of "
            f"economies, within the simulation error of the share (95%); the share as it is lies there for {within:,}. "
            f"It is {100 * known['rejects'].min():.1f} to {100 * known['rejects'].max():.1f}%, "
            f"{100 * known['rejects'].mean():.1f}% on average."
        ),
        "all_held": not known["verdict"].isin(SURPRISES).any(),
        "surprises": [
            f"{ESTIMATORS[row['estimator']].short}, {row['clusters']} counties, "
            f"leads from event time {row['first_lead']}: "
            f"{SURPRISES[row['verdict']]}, {100 * row['rejects']:.1f}% (simulation error: "
            f"{100 * row['rejects_low']:.1f} to {100 * row['rejects_high']:.1f}%)."
            for row in known[known["verdict"].isin(SURPRISES)].to_dict("records")
        ],
    }


def lead_rows(summary: pd.DataFrame) -> list[dict[str, Any]]:
    """Print the numbers: one row an estimator, number of counties and window."""
    return [
        {
            "estimator": ESTIMATORS[row["estimator"]].short,
            "clusters": row["clusters"],
            "first_lead": f"{row['first_lead']}".replace("-", "−"),
            "replications": f"{row['replications']:,}",
            "failures": row["failures"],
            "rejects": "" if row["verdict"] == NOTHING else f"{100 * row['rejects']:.1f}",
            "ends": ""
            if row["verdict"] == NOTHING
            else f"{100 * row['rejects_low']:.1f}–{100 * row['rejects_high']:.1f}",
            "verdict": row["verdict"],
            "surprise": row["verdict"] in SURPRISES,
        }
        for row in summary.to_dict("records")
    ]


def leads_page(summary: pd.DataFrame, plan: Plan, figures: Mapping[str, bytes], files: list[str]) -> str:
    """Render the page, in one file that needs no other.

    Parameters
    ----------
    summary
        From :func:`ruralpanel.monte_carlo.lead_tests.summarise_lead_tests`.
    plan
        What was done.
    figures
        By title, PNG files.
    files
        Names of the files beside the page.
    """
    contents = {**lead_sentences(summary, plan), "rows": lead_rows(summary)}
    return rendered("lead_tests.html.j2", contents, figures, files)
