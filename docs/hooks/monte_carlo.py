"""What the Monte Carlo finds, in words, figures and numbers, from the summary that was published last."""

from __future__ import annotations

import re
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from ruralpanel.exhibits.style import figure_style
from ruralpanel.frames.storage import load_table
from ruralpanel.monte_carlo.figure import figures
from ruralpanel.monte_carlo.leads_figure import FIGURE_TITLE, leads_figure
from ruralpanel.monte_carlo.leads_page import lead_rows, lead_sentences
from ruralpanel.monte_carlo.page import design_tables, sentences
from ruralpanel.monte_carlo.plan import Plan, load_plan

TOP = Path(__file__).parents[2]
PLAN = "full"
PAGE = "methods/monte-carlo.md"

ASKED = re.compile(r"^<!-- monte carlo: (\w+) -->$", re.MULTILINE)
"""Where the page asks for a part."""

COLUMNS = {
    "estimator": "Estimator",
    "target": "Effect",
    "variance": "Standard errors",
    "bias": "Bias",
    "bias_error": "±",
    "sd_of_errors": "SD",
    "mean_standard_error": "SE",
    "coverage": "Coverage",
    "coverage_ends": "",
    "verdict": "Verdict",
}
"""What of the printed rows is shown, and its head."""
LEAD_COLUMNS = {
    "estimator": "Estimator",
    "clusters": "Counties",
    "first_lead": "First lead",
    "replications": "Economies",
    "rejects": "Reject, %",
    "ends": "",
    "verdict": "Verdict",
}
"""The same of tests of leads."""
SURPRISES = "Surprises, where theory promises coverage and the simulation does not show it:"
WORDS = ("estimator", "target", "variance", "verdict")
"""Columns that are not numbers."""


@cache
def published() -> tuple[pd.DataFrame, Plan]:
    """Load the published summary and the plan it is of."""
    return load_table(TOP / f"results/published/monte_carlo/{PLAN}.csv"), load_plan(PLAN, TOP)


@cache
def published_leads() -> pd.DataFrame:
    """Load the published summary of tests of leads."""
    return load_table(TOP / f"results/published/monte_carlo/{PLAN}.leads.csv")


@cache
def drawn() -> dict[str, tuple[str, str]]:
    """Draw the figures: by name of the file, title and SVG."""
    pictures = {}
    of_leads = {"leads": (FIGURE_TITLE, leads_figure(published_leads(), load_plan(PLAN, TOP)))}
    for name, (title, figure) in (figures(*published()) | of_leads).items():
        written = StringIO()
        with figure_style():
            figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
        plt.close(figure)
        pictures[name] = (title, written.getvalue())
    return pictures


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the figures beside the page."""
    for name, (_, picture) in drawn().items():
        files.append(File.generated(config, f"methods/{name}.svg", content=picture))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Put in the parts the page asks for."""
    return ASKED.sub(lambda found: parts()[found[1]], markdown) if page.file.src_uri == PAGE else markdown


def parts() -> dict[str, str]:
    """Write every part of the page, by its name."""
    summary, plan = published()
    said = sentences(summary, plan)
    pictures = {name: f"![{title}]({name}.svg)\n\n*{title}.*" for name, (title, _) in drawn().items()}
    leads, of_leads = published_leads(), lead_sentences(published_leads(), plan)
    return {
        "done": said["done"],
        "promised": said["promised"],
        "surprises": f"{SURPRISES}\n\n{_listed(said['surprises'])}" if said["surprises"] else "There is no surprise.",
        "more": _listed(said["more"]),
        "off": _listed(said["off"]),
        "leads": f"{of_leads['done']}\n\n{of_leads['found']}",
        "leads_surprises": _listed(of_leads["surprises"]) or "There is no surprise.",
        "leads_figure": pictures.pop("leads"),
        "leads_numbers": _rows_as_table("Tests of leads", lead_rows(leads), LEAD_COLUMNS),
        "figures": "\n\n".join(pictures.values()),
        "numbers": "\n\n".join(_as_table(each) for each in design_tables(summary, plan) if each["rows"]),
    }


def _listed(each: list[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in each)


def _as_table(design: dict[str, Any]) -> str:
    return _rows_as_table(design["title"], design["rows"], COLUMNS)


def _rows_as_table(title: str, rows: list[dict[str, Any]], columns: dict[str, str]) -> str:
    printed = [[str(row[name]) for name in columns] for row in rows]
    lines = [list(columns.values()), ["---" if name in WORDS else "--:" for name in columns], *printed]
    written = "\n".join(f"    | {' | '.join(line)} |" for line in lines)
    return f'??? abstract "{title}"\n\n{written}'
