"""The page of claims that were judged: how often each status was given to what is false and to what is true."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralpanel.errors import counted
from ruralpanel.monte_carlo.claim_rates import (
    FALSE,
    FALSE_IN_CLEAN,
    FALSE_WITH_FLAW,
    HELD,
    NO_AIM,
    SURPRISES,
    TRUE,
    TRUE_IN_CLEAN,
)
from ruralpanel.monte_carlo.page import rendered, replications_words
from ruralpanel.monte_carlo.plan import Plan
from ruralpanel.study.rule import PARTS
from ruralpanel.verification.claims.status import STATUSES
from ruralpanel.words.claims import PARTS as PART_WORDS
from ruralpanel.words.claims import STATUSES as STATUS_WORDS


def claim_rate_sentences(summary: pd.DataFrame, plan: Plan) -> dict[str, Any]:
    """Say in words what the summary shows.

    Parameters
    ----------
    summary
        From :func:`ruralpanel.monte_carlo.claim_rates.summarise_claim_rates`.
    plan
        What was done.

    Returns
    -------
    dict
        ``done``: what was done. ``found``: how often false claims are robust, and true ones. ``surprises``: designs in
        which an aim is missed for certain, a sentence each.
    """
    assert plan.claims is not None
    aimed = summary[summary["verdict"] != NO_AIM]
    sizes = ", ".join(map(str, plan.claims.clusters))
    return {
        "done": (
            f"{replications_words(summary)} economies were drawn of each of "
            f"{counted(len(plan.claim_designs()), 'kind')}, with {sizes} counties and {plan.claims.villages_a_county} "
            "villages in each on average. In each, claims that income rises and that it falls were judged as a study’s "
            "are: by its estimates, by every item of its diagnosis, and by the rule."
        ),
        "found": " ".join(
            [
                _found(summary, FALSE, False, "With nothing wrong, a false claim is robust", FALSE_IN_CLEAN, "at most"),
                _found(summary, FALSE, True, "With a flaw planted, it is", FALSE_WITH_FLAW, "at most"),
                _found(summary, TRUE, False, "With nothing wrong, a true claim is robust", TRUE_IN_CLEAN, "at least"),
            ]
        ),
        "held": (
            f"Of {counted(len(aimed), 'aim')}, {int((aimed['verdict'] == HELD).sum())} are kept, within the simulation "
            "error of the share (95%)."
        ),
        "all_held": bool((aimed["verdict"] == HELD).all()),
        "surprises": [
            f"{row['effects'].capitalize()} effect, {row['flaw'].replace('_', ' ')}, {row['clusters']} counties: "
            f"{SURPRISES[row['verdict']]}, in {_percent(row['robust_economies'])} of economies (simulation error: "
            f"{_percent(row['robust_low'])} to {_percent(row['robust_high'])}; aim: {_percent(row['aim'])})."
            for row in aimed[aimed["verdict"].isin(SURPRISES)].to_dict("records")
        ],
    }


def _found(summary: pd.DataFrame, truth: str, is_planted: bool, what: str, aim: float, side: str) -> str:
    """Say in which share of economies, over designs and at their worst, a claim is robust."""
    rows = summary[(summary["truth"] == truth) & (summary["is_planted"] == is_planted)]
    if rows.empty:
        return ""
    mean = float((rows["robust_economies"] * rows["replications"]).sum() / rows["replications"].sum())
    low, high = _percent(rows["robust_economies"].min()), _percent(rows["robust_economies"].max())
    return f"{what} in {_percent(mean)} of economies ({low} to {high} by kind; aim: {side} {_percent(aim)})."


def claim_rate_rows(summary: pd.DataFrame) -> list[dict[str, Any]]:
    """Print the numbers: one row a design and truth."""
    return [
        {
            "effects": row["effects"].replace("_", " "),
            "flaw": row["flaw"].replace("_", " "),
            "clusters": row["clusters"],
            "truth": row["truth"],
            "replications": f"{row['replications']:,}",
            **{status: _percent(row[status]) for status in STATUSES},
            "economies": _percent(row["robust_economies"]),
            "ends": f"{100 * row['robust_low']:.1f}–{100 * row['robust_high']:.1f}",
            "aim": "" if pd.isna(row["aim"]) else _percent(row["aim"]),
            "verdict": row["verdict"],
            "surprise": row["verdict"] in SURPRISES,
            "parts": "; ".join(
                f"{PART_WORDS[part]} {_percent(row[f'against_{part}'])}" for part in PARTS if row[f"against_{part}"] > 0
            ),
        }
        for row in summary.to_dict("records")
    ]


def claim_rates_page(summary: pd.DataFrame, plan: Plan, figures: Mapping[str, bytes], files: list[str]) -> str:
    """Render the page, in one file that needs no other.

    Parameters
    ----------
    summary
        From :func:`ruralpanel.monte_carlo.claim_rates.summarise_claim_rates`.
    plan
        What was done.
    figures
        By title, PNG files.
    files
        Names of the files beside the page.
    """
    said = claim_rate_sentences(summary, plan)
    contents = {**said, "rows": claim_rate_rows(summary), "statuses": STATUS_WORDS}
    return rendered("claim_rates.html.j2", contents, figures, files)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"
