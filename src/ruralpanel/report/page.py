"""The page: exhibits, sample ledger, sources and verdict in one self-contained HTML file."""

from __future__ import annotations

import base64
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, select_autoescape

from ruralpanel.exhibits.numbers import count
from ruralpanel.panel.lists import EVENTS
from ruralpanel.report.balance import balance_parts
from ruralpanel.report.legacies import capacity_tables
from ruralpanel.report.place_names import names_tables
from ruralpanel.report.totals import totals_tables
from ruralpanel.study.model import Study
from ruralpanel.verification.html import verdict_rows
from ruralpanel.verification.summary import verdict_sentence
from ruralpanel.verification.verdict import status_counts

PACKAGES = ("snakemake", "pandas", "linearmodels", "statsmodels", "seaborn")


@dataclass(frozen=True)
class ShownExhibit:
    """An exhibit as the page needs it.

    Parameters
    ----------
    name, number, title, notes
        From its caption file.
    files
        Names of the files to offer for download.
    html
        The table, for tables.
    png
        The picture, for figures.
    """

    name: str
    number: str
    title: str
    notes: str
    files: list[str]
    html: str | None = None
    png: bytes | None = None


@dataclass(frozen=True)
class PageContents:
    """All that a page is made of.

    Parameters
    ----------
    name
        What to say after ``--config study=``.
    study
        The study.
    exhibits
        In the order they are shown.
    ledgers
        The lines of all stages, in the order the data passed them.
    events
        What yearly lists say of units, as the panel stage saved it; without rows where no list is read.
    provenance
        For each source, what was read.
    codebook, missingness
        From :mod:`ruralpanel.panel.codebook`.
    legacies, capacities
        How capacities were measured and how they correlate, as the panel stage saved it; without rows where a study
        has no legacies.
    balance
        From :func:`ruralpanel.panel.balance.balance`.
    verdict
        From :func:`ruralpanel.verification.verdict.judge`.
    lock
        Digest of the environment's lock.
    figures
        From :func:`ruralpanel.verification.figures.judge_figures`.
    totals
        By table, from :func:`ruralpanel.tables.totals.compare_totals`, where a table has any.
    names
        By table, how names of places were matched, where a table matches any.
    """

    name: str
    study: Study
    exhibits: list[ShownExhibit]
    ledgers: pd.DataFrame
    events: pd.DataFrame
    provenance: dict[str, dict[str, Any]]
    codebook: pd.DataFrame
    missingness: pd.DataFrame
    legacies: pd.DataFrame
    capacities: pd.DataFrame
    balance: pd.DataFrame
    verdict: pd.DataFrame
    lock: str
    figures: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["status"]))
    totals: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    names: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def write_page(contents: PageContents) -> str:
    """Render the page of a study.

    Parameters
    ----------
    contents
        What it shows.

    Returns
    -------
    str
        One HTML file that needs no other and no network.
    """
    study, labels = contents.study, contents.study.labels()
    environment = Environment(loader=PackageLoader("ruralpanel.report"), autoescape=select_autoescape(default=True))
    return environment.get_template("page.html.j2").render(
        name=contents.name,
        study=study,
        exhibits=[_for_template(exhibit) for exhibit in contents.exhibits],
        ledger=ledger_parts(contents.ledgers, labels),
        events=event_counts(contents.events, labels),
        sources=[_source_for_template(key, study, contents.provenance[key]) for key in study.sources],
        codebook=codebook_rows(contents.codebook),
        missingness=missingness_rows(contents.missingness),
        capacities=capacity_tables(
            contents.legacies,
            contents.capacities,
            labels,
            {name: each.label for name, each in study.legacies.items()},
        ),
        balance=balance_parts(contents.balance, labels),
        totals=totals_tables(contents.totals, study),
        names=names_tables(contents.names, study),
        sentence=verdict_sentence(
            status_counts(contents.verdict), study.data_standing, status_counts(contents.figures)
        ),
        rows=verdict_rows(contents.verdict),
        environment={
            "python": platform.python_version(),
            "packages": ", ".join(f"{package} {version(package)}" for package in PACKAGES),
            "lock": contents.lock,
        },
    )


def _for_template(exhibit: ShownExhibit) -> dict[str, Any]:
    return {
        "name": exhibit.name,
        "number": exhibit.number,
        "title": exhibit.title,
        "notes": exhibit.notes,
        "files": exhibit.files,
        "table": exhibit.html,
        "picture": base64.b64encode(exhibit.png).decode() if exhibit.png else None,
    }


def ledger_parts(ledgers: pd.DataFrame, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Group ledger lines into sources, tables, the panel and equations, with printed counts.

    Parameters
    ----------
    ledgers
        Lines with the columns of :class:`ruralpanel.ledger.LedgerLine`.
    labels
        What a reader sees for a designation.

    Returns
    -------
    list of dict
        Title, lines, whether treated units are counted, and whether the part is shown open: the panel is, the rest on
        demand.
    """
    parts = []
    for (stage, table), lines in ledgers.groupby(["stage", "table"], sort=False):
        title = {
            "sources": f"Source {table}",
            "tables": f"Table {table}",
            "panel": "The panel",
            "estimation": _equation_words(str(table)),
        }[str(stage)]
        first, last = lines.iloc[0], lines.iloc[-1]
        shown = [
            {
                "step": line["step"],
                "reason": "" if pd.isna(line["reason"]) else line["reason"],
                "treated": _treated_words(line["treated_units"], labels),
                **{key: count(line[key]) for key in ("rows_in", "rows_out", "units", "periods")},
            }
            for line in lines.to_dict("records")
        ]
        parts.append(
            {
                "title": f"{title}: {count(first['rows_in'])} → {count(last['rows_out'])} rows",
                "open": stage == "panel",
                "treated": any(line["treated"] for line in shown),
                "lines": shown,
            }
        )
    return parts


def _treated_words(text: Any, labels: Mapping[str, str]) -> str:
    """Put labels and printed counts into ``taobao_village: 1498; rural_station: 120``."""
    if pd.isna(text) or text == "":
        return ""
    pairs = [part.split(": ") for part in text.split("; ")]
    return "; ".join(f"{labels.get(name, name)}: {count(int(number))}" for name, number in pairs)


def event_counts(events: pd.DataFrame, labels: Mapping[str, str]) -> dict[str, Any] | None:
    """Count what yearly lists say of units, by event and year.

    Parameters
    ----------
    events
        With the columns of :data:`ruralpanel.panel.lists.EVENT_COLUMNS`.
    labels
        What a reader sees for a designation.

    Returns
    -------
    dict or None
        The years, and for each designation and event its counts in them and over all; None when nothing happened.
    """
    if events.empty:
        return None
    years = sorted(events["year"].unique())
    rows = []
    for designation, of_designation in events.groupby("designation", sort=False):
        for event in (each for each in EVENTS if each in set(of_designation["event"])):
            by_year = of_designation.loc[of_designation["event"] == event, "year"].value_counts()
            counts = [count(by_year[year]) if year in by_year.index else "" for year in years]
            rows.append(
                {
                    "designation": labels.get(str(designation), str(designation)),
                    "event": event,
                    "counts": counts,
                    "total": count(by_year.sum()),
                }
            )
    return {"years": years, "rows": rows}


def codebook_rows(codebook: pd.DataFrame) -> list[dict[str, str]]:
    """Print the codebook's numbers: counts, and ranges with as many digits as they need.

    Parameters
    ----------
    codebook
        From :func:`ruralpanel.panel.codebook.codebook`.
    """
    rows = []
    for row in codebook.fillna({"label": "", "unit": "", "transformation": "", "examples": ""}).to_dict("records"):
        span = "" if pd.isna(row["minimum"]) else f"{_short(row['minimum'])} to {_short(row['maximum'])}"
        rows.append(
            {
                "column": row["column"],
                "label": row["label"],
                "unit": row["unit"],
                "origin": ", ".join(part for part in (row["origin"], row["transformation"]) if part),
                "missing": count(row["missing"]),
                "range": span or row["examples"],
                "mean": "" if pd.isna(row["mean"]) or row["unit"] == "" else _short(row["mean"]),
            }
        )
    return rows


def _short(value: float) -> str:
    text = f"{value:.5g}" if abs(value) < 1e5 else f"{value:,.0f}"
    return text.replace("-", "−")


def missingness_rows(missingness: pd.DataFrame) -> list[dict[str, str]]:
    """Sum missing values up by cohort and column over all periods, for a short table.

    Parameters
    ----------
    missingness
        From :func:`ruralpanel.panel.codebook.missingness`.
    """
    grouped = missingness.groupby(["designation", "cohort", "column"], sort=False)
    totals = grouped.agg(
        units=("units", "first"), present=("present", "sum"), missing=("missing", "sum"), periods=("period", "size")
    )
    rows = []
    for total in totals.reset_index().to_dict("records"):
        expected = total["units"] * total["periods"]
        rows.append(
            {
                "designation": total["designation"],
                "cohort": total["cohort"],
                "column": total["column"],
                "units": count(total["units"]),
                "attrition": f"{1 - total['present'] / expected:.1%}",
                "missing": f"{total['missing'] / total['present']:.1%}",
            }
        )
    return rows


def _equation_words(table: str) -> str:
    """Turn ``block/specification/outcome/estimator`` into words."""
    return "Equation " + " · ".join(part.replace("_", " ") for part in table.split("/") if part != "main")


def _source_for_template(name: str, study: Study, read: dict[str, Any]) -> dict[str, Any]:
    source = study.sources[name]
    return {
        "title": source.title or name,
        "citation": source.citation,
        "origin": source.origin,
        "address": source.address,
        "licence": source.licence,
        "rows": count(read["rows"]),
        "digest": read.get("sha256"),
        "package": read.get("package"),
    }


def read_exhibit(folder: Path, name: str, caption: dict[str, str], is_table: bool) -> ShownExhibit:
    """Collect the files of one exhibit.

    Parameters
    ----------
    folder
        The study's folder of exhibits.
    name
        The exhibit.
    caption
        Its number, title and notes.
    is_table
        Whether it is a table or a figure.
    """
    endings = ("tex", "csv", "html") if is_table else ("png", "pdf", "svg", "csv")
    return ShownExhibit(
        name=name,
        number=caption["number"],
        title=caption["title"],
        notes=caption["notes"],
        files=[f"{name}.{ending}" for ending in endings],
        html=(folder / f"{name}.html").read_text(encoding="utf-8") if is_table else None,
        png=None if is_table else (folder / f"{name}.png").read_bytes(),
    )
