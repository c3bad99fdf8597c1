"""What the Monte Carlo finds, in words, figures and numbers, from the summary that was published last."""

from __future__ import annotations

import re
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from ruralpanel.exhibits.style import figure_style
from ruralpanel.frames.storage import load_table
from ruralpanel.monte_carlo.claim_rates_figure import FIGURE_TITLE as CLAIMS_TITLE
from ruralpanel.monte_carlo.claim_rates_figure import claim_rates_figure
from ruralpanel.monte_carlo.claim_rates_page import claim_rate_rows, claim_rate_sentences
from ruralpanel.monte_carlo.figure import figures
from ruralpanel.monte_carlo.leads_figure import FIGURE_TITLE, leads_figure
from ruralpanel.monte_carlo.leads_page import lead_rows, lead_sentences
from ruralpanel.monte_carlo.page import design_tables, sentences
from ruralpanel.monte_carlo.plan import Plan, load_plan
from ruralpanel.words.claims import STATUSES

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
CLAIM_COLUMNS = {
    "effects": "Effect",
    "flaw": "Flaw",
    "clusters": "Counties",
    "truth": "Claims",
    "replications": "Economies",
    **STATUSES,
    "economies": "Economies with one robust",
    "ends": "",
    "aim": "Aim",
    "verdict": "Verdict",
}
"""The same of claims."""
SURPRISES = "Surprises, where theory promises coverage and the simulation does not show it:"
WORDS = ("estimator", "target", "variance", "verdict", "effects", "flaw", "truth")
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
def published_claims() -> pd.DataFrame | None:
    """Load the published summary of claims; None where none is published yet."""
    path = TOP / f"results/published/monte_carlo/{PLAN}.claims.csv"
    return load_table(path) if path.is_file() else None


@cache
def drawn() -> dict[str, tuple[str, Figure]]:
    """Draw the figures: by name of the file, title and figure."""
    of_leads = {"leads": (FIGURE_TITLE, leads_figure(published_leads(), load_plan(PLAN, TOP)))}
    claims = published_claims()
    of_claims = {} if claims is None else {"claims": (CLAIMS_TITLE, claim_rates_figure(claims))}
    return figures(*published()) | of_leads | of_claims


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the figures beside the page."""
    for name, (_, figure) in drawn().items():
        written = StringIO()
        with figure_style():
            figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
        plt.close(figure)
        files.append(File.generated(config, f"methods/{name}.svg", content=written.getvalue()))
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
        **_parts_of_claims(plan, pictures),
        "figures": "\n\n".join(pictures.values()),
        "numbers": "\n\n".join(_as_table(each) for each in design_tables(summary, plan) if each["rows"]),
    }


def _parts_of_claims(plan: Plan, pictures: dict[str, str]) -> dict[str, str]:
    """Write the parts on claims, and take their figure out of the others."""
    summary = published_claims()
    if summary is None:
        return {"claims": "Not published yet."} | {f"claims_{part}": "" for part in ("surprises", "figure", "numbers")}
    said = claim_rate_sentences(summary, plan)
    return {
        "claims": f"{said['done']}\n\n{said['found']} {said['held']}",
        "claims_surprises": _listed(said["surprises"]) or "There is no surprise.",
        "claims_figure": pictures.pop("claims"),
        "claims_numbers": _rows_as_table("Claims", claim_rate_rows(summary), CLAIM_COLUMNS),
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
