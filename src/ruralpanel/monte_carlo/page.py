"""The page of a Monte Carlo: what covers, what does not and why, what is a surprise, and all numbers."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, select_autoescape

from ruralpanel.errors import counted
from ruralpanel.exhibits.numbers import decimal
from ruralpanel.monte_carlo.plan import Plan
from ruralpanel.monte_carlo.replicate import OVERALL
from ruralpanel.monte_carlo.summary import BAND, MORE_OFTEN, NOTHING, SURPRISES
from ruralpanel.monte_carlo.words import words_of_selection, words_of_variance
from ruralpanel.study.estimators import ESTIMATORS


def sentences(summary: pd.DataFrame, plan: Plan) -> dict[str, Any]:
    """Say in words what the summary shows.

    Parameters
    ----------
    summary
        From :func:`ruralpanel.monte_carlo.summary.summarise`.
    plan
        What was done.

    Returns
    -------
    dict
        ``done``: what was done. ``promised``: how many intervals that should cover do. ``surprises``: those that do
        not, a sentence each. ``more``: why some may cover more often, and whether they do.
        ``off``: by reason why intervals need not cover, what was found there. ``without``: what
        has no estimate.
    """
    known = summary[summary["verdict"] != NOTHING]
    expected = known[known["expected_to_cover"]]
    held = int((~expected["verdict"].isin(SURPRISES)).sum())
    exactly, more = expected[~expected["may_cover_more"]], expected[expected["may_cover_more"]]
    band = f"{BAND[0]:.0%} to {BAND[1]:.0%}"
    within = int(exactly["coverage"].between(*BAND).sum())
    promised = (
        f"Theory says that {counted(len(exactly), 'kind')} of interval should hold the truth in 95% of economies, and "
        f"{len(more):,} more in at least as many. For {held:,} of all these the simulation agrees: the share, within "
        f"its own 95% interval of simulation error, is as {band} demands, and the estimate is not found biased. The "
        f"share as it is lies within {band} for {within:,} of the first {len(exactly):,}."
    )
    return {
        "done": _done(summary, plan),
        "promised": promised if len(expected) else "Theory promises nothing of any of these intervals.",
        "all_held": held == len(expected),
        "surprises": [_surprise(row, plan) for row in known[known["verdict"].isin(SURPRISES)].to_dict("records")],
        "more": [_found_more(str(why), rows) for why, rows in more.groupby("why", sort=False)],
        "off": [_found(str(why), rows) for why, rows in known[~known["expected_to_cover"]].groupby("why", sort=False)],
        "without": sorted({_place(row, plan) for row in summary[summary["verdict"] == NOTHING].to_dict("records")}),
    }


def monte_carlo_page(summary: pd.DataFrame, plan: Plan, figures: Mapping[str, bytes], files: list[str]) -> str:
    """Render the page, in one file that needs no other.

    Parameters
    ----------
    summary
        From :func:`ruralpanel.monte_carlo.summary.summarise`.
    plan
        What was done.
    figures
        By title, PNG files.
    files
        Names of the files beside the page.
    """
    contents = {**sentences(summary, plan), "designs": design_tables(summary, plan)}
    return rendered("monte_carlo.html.j2", contents, figures, files)


def rendered(template: str, contents: Mapping[str, Any], figures: Mapping[str, bytes], files: list[str]) -> str:
    """Render a page with its figures in it.

    Parameters
    ----------
    template
        The name of its template.
    contents
        What stands in it.
    figures, files
        As of :func:`monte_carlo_page`.
    """
    environment = Environment(loader=PackageLoader("ruralpanel.report"), autoescape=select_autoescape(default=True))
    pictures = {title: base64.b64encode(png).decode() for title, png in figures.items()}
    return environment.get_template(template).render(**contents, figures=pictures, files=files)


def replications_words(summary: pd.DataFrame) -> str:
    """Say how many economies were drawn of each kind."""
    fewest, most = int(summary["replications"].min()), int(summary["replications"].max())
    return f"{fewest:,}" if fewest == most else f"{fewest:,} to {most:,}"


def design_tables(summary: pd.DataFrame, plan: Plan) -> list[dict[str, Any]]:
    """Write the numbers of every design as printed rows."""
    tables = []
    for design in plan.designs():
        rows = summary[summary["design"] == design.name]
        loading = plan.selection[design.selection]
        title = (
            f"{_spaced(design.effects).capitalize()} effects, {words_of_selection(loading)}, {design.clusters} counties"
        )
        tables.append({"title": title, "rows": [_printed(row, plan) for row in rows.to_dict("records")]})
    return tables


def _printed(row: Mapping[Any, Any], plan: Plan) -> dict[str, Any]:
    nothing = row["verdict"] == NOTHING
    ends = "" if nothing else f"{100 * row['coverage_low']:.0f}–{100 * row['coverage_high']:.0f}"
    return {
        "estimator": ESTIMATORS[row["estimator"]].short,
        "target": row["target"],
        "variance": words_of_variance(plan.variances[row["variance"]]),
        "replications": int(row["replications"]),
        "failures": int(row["failures"]),
        "truth": decimal(row["mean_truth"], 4),
        "bias": decimal(row["bias"], 4),
        "bias_error": decimal(row["bias_error"], 4),
        "sd_of_errors": decimal(row["sd_of_errors"], 4),
        "mean_standard_error": decimal(row["mean_standard_error"], 4),
        "coverage": "" if nothing else f"{100 * row['coverage']:.1f}",
        "coverage_ends": ends,
        "rejects_zero": "" if nothing else f"{100 * row['rejects_zero']:.0f}",
        "verdict": row["verdict"],
        "surprise": row["verdict"] in SURPRISES,
    }


def _done(summary: pd.DataFrame, plan: Plan) -> str:
    number = replications_words(summary)
    sizes = " or ".join(f"{each * plan.villages_a_county:,} in {each}" for each in plan.clusters)
    return (
        f"{number} village economies were drawn for each of {counted(len(plan.designs()), 'design')}, with {sizes} "
        "counties, and the effect of being listed on log income was estimated in each by the estimators and standard "
        "errors that studies use. The truth is the average of the true effects in the very economy that was drawn, "
        "with the weights that the estimator says it has: over all treated village-years, but for stacked event "
        f"studies and local projections over event times 0 to {plan.window[1]}."
    )


def _surprise(row: Mapping[Any, Any], plan: Plan) -> str:
    """Say what was found where theory promises coverage."""
    ratio = row["mean_standard_error"] / row["sd_of_errors"]
    return (
        f"{_place(row, plan)}: {SURPRISES[row['verdict']]}. {100 * row['coverage']:.1f}% of intervals "
        f"hold the truth (simulation error: {100 * row['coverage_low']:.0f} to {100 * row['coverage_high']:.0f}%); "
        f"bias {decimal(row['bias'], 4)} (simulation error {decimal(row['bias_error'], 4)}); the mean standard error "
        f"is {ratio:.2f} of the errors’ standard deviation."
    )


def _found_more(why: str, rows: pd.DataFrame) -> str:
    """Say how much more often than they claim intervals cover that may do so, for a reason."""
    certain = counted(int((rows["verdict"] == MORE_OFTEN).sum()), "kind")
    ratio = rows["mean_standard_error"] / rows["sd_of_errors"]
    return (
        f"{_found(why, rows)} {certain} certainly cover more often; the mean standard error is {ratio.min():.2f} to "
        f"{ratio.max():.2f} of the errors’ standard deviation."
    )


def _found(why: str, rows: pd.DataFrame) -> str:
    """Say how far off intervals are that need not cover, for a reason."""
    low, high = rows["coverage"].min(), rows["coverage"].max()
    off = int((~rows["coverage"].between(*BAND)).sum())
    share = f"{100 * low:.0f}%" if round(100 * low) == round(100 * high) else f"{100 * low:.0f} to {100 * high:.0f}%"
    furthest = rows.iloc[int(rows["bias"].abs().argmax())]
    bias = f"{decimal(furthest['bias'], 3)} (truth {decimal(furthest['mean_truth'], 3)})"
    return (
        f"{why}. Of {counted(len(rows), 'kind')} of interval, {off} are outside {BAND[0]:.0%} to {BAND[1]:.0%}; "
        f"coverage is {share}, and the largest bias {bias}."
    )


def _place(row: Mapping[Any, Any], plan: Plan) -> str:
    """Name a row of the summary in words."""
    at = "" if row["target"] == OVERALL else f", {row['target']}"
    (design,) = [each for each in plan.designs() if each.name == row["design"]]
    return (
        f"{ESTIMATORS[row['estimator']].short}{at}, {words_of_variance(plan.variances[row['variance']])}; "
        f"{_spaced(design.effects)} effects, {words_of_selection(plan.selection[design.selection])}, "
        f"{design.clusters} counties"
    )


def _spaced(name: str) -> str:
    return name.replace("_", " ")
