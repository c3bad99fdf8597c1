"""The page: answer, exhibits, estimates, ledger, sources and verdict in one self-contained HTML file."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup

from ruralpanel.diagnosis.finding import findings_frame
from ruralpanel.exhibits.caption import declared
from ruralpanel.report.answer import answer_of
from ruralpanel.report.answer_parts import answer_parts
from ruralpanel.report.balance import balance_parts
from ruralpanel.report.claims import claim_cards, claims_by_status, claims_sentence
from ruralpanel.report.codebook import codebook_rows, missingness_rows
from ruralpanel.report.diagnosis import diagnosis_parts
from ruralpanel.report.estimates import estimate_rows, traces
from ruralpanel.report.exhibits import ShownExhibit, shown
from ruralpanel.report.explorer_line import explorer_line
from ruralpanel.report.flow import flow_picture
from ruralpanel.report.legacies import capacity_tables
from ruralpanel.report.place_names import names_tables
from ruralpanel.report.run_times import run_time_rows, run_time_total
from ruralpanel.report.sample import event_counts, ledger_parts
from ruralpanel.report.sensitivity import sensitivity_tables
from ruralpanel.report.sources import cited_works, source_numbers, source_rows
from ruralpanel.report.totals import totals_tables
from ruralpanel.study.model import Study
from ruralpanel.verification.html import exhibit_rows, verdict_rows
from ruralpanel.verification.summary import verdict_sentence
from ruralpanel.verification.verdict import status_counts

FEW = 6
"""Exhibits up to which a page shows all of them open."""

PACKAGES = ("snakemake", "numpy", "pandas", "scipy", "linearmodels", "statsmodels", "matplotlib", "seaborn")
"""The packages whose versions the page names; the lock has all."""


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
    estimates
        Tidy estimates of all blocks.
    claims
        From :func:`ruralpanel.verification.scorecard.score_claims`; without rows where nothing is claimed.
    code
        For each block, the digest of the code behind it.
    names
        By table, how names of places were matched, where a table matches any.
    sensitivity
        By name, the tables of the sensitivity stage, where a study has any.
    diagnosis
        From :func:`ruralpanel.diagnosis.diagnose.diagnose`; without rows where a study has no effect of a treatment.
    changed
        Sentences on raw files and code that are not those of the published numbers; none where all are.
    facts
        The contents of the study's files of facts, by name.
    registered
        Sentences on when the plan was registered and what changed since; none where it is not registered.
    crosschecked
        Sentences on how many estimates other programs agree on; none where they were not asked.
    declared_at
        By exhibit, the line of the study file in which it is declared.
    explorer_is_there
        Whether the explorer has been made from these estimates.
    run_times
        From :func:`ruralpanel.report.run_times.read_run_times`; with the line on the explorer the only part of the page
        that differs between runs.
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
    estimates: pd.DataFrame
    claims: pd.DataFrame
    code: Mapping[str, str]
    lock: str
    figures: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["status"]))
    totals: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    names: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    sensitivity: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    diagnosis: pd.DataFrame = field(default_factory=lambda: findings_frame([]))
    changed: Sequence[str] = ()
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    registered: Sequence[str] = ()
    crosschecked: Sequence[str] = ()
    declared_at: Mapping[str, int] = field(default_factory=dict)
    explorer_is_there: bool = False
    run_times: pd.DataFrame | None = None


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
    study, labels, run_times = contents.study, contents.study.labels(), contents.run_times
    environment = Environment(loader=PackageLoader("ruralpanel.report"), autoescape=select_autoescape(default=True))
    wrong = diagnosis_parts(contents.diagnosis, study, contents.estimates)
    diagnosed = [effect["place"] for effect in (*wrong["effects"], *wrong["quiet"])] if wrong else []
    cards = claim_cards(contents.claims, study, diagnosed)
    answer = answer_of(study, contents.estimates, contents.diagnosis, contents.facts)
    counts = status_counts(contents.verdict), status_counts(contents.figures)
    numbers = source_numbers(study)
    exhibits = [
        shown(each, declared(study, each.name) if each.name in study.exhibits else None, numbers)
        | {"declared_at": contents.declared_at.get(each.name)}
        for each in contents.exhibits
    ]
    return environment.get_template("page.html.j2").render(
        name=contents.name,
        study=study,
        answer=answer_parts(answer, study, contents.estimates, counts, diagnosed),
        explorer=explorer_line(contents.name, contents.explorer_is_there)
        if answer is not None and answer.treatment
        else "",
        claims=cards,
        claims_by_status=claims_by_status(cards),
        claims_sentence=claims_sentence(contents.claims),
        wrong=wrong,
        figures=[exhibit for exhibit in exhibits if exhibit["picture"]],
        tables=[exhibit for exhibit in exhibits if not exhibit["picture"]],
        exhibits_open=len(exhibits) <= FEW,
        sensitivity=sensitivity_tables(contents.sensitivity, study, contents.facts),
        estimates=estimate_rows(contents.estimates, study),
        numbers=int(contents.estimates["estimate"].notna().sum()),
        traces=embedded(traces(contents.estimates, study, contents.ledgers, contents.provenance, contents.code)),
        flow=Markup(flow_picture(study, contents.ledgers)),
        ledger=ledger_parts(contents.ledgers, labels),
        events=event_counts(contents.events, labels),
        works=cited_works(study),
        sources=source_rows(study, contents.provenance),
        codebook=codebook_rows(contents.codebook),
        missingness=missingness_rows(contents.missingness),
        capacities=capacity_tables(
            contents.legacies,
            contents.capacities,
            labels,
            {name: each.label for name, each in study.legacies.items()},
        ),
        balance=balance_parts(contents.balance, labels, study.levels),
        totals=totals_tables(contents.totals, study),
        names=names_tables(contents.names, study),
        sentence=verdict_sentence(counts[0], study.data_standing, counts[1]),
        by_exhibit=exhibit_rows(contents.verdict),
        changed=contents.changed,
        registered=contents.registered,
        crosschecked=contents.crosschecked,
        # Thousands of cells that match would be most of the page; they are in a file of their own.
        rows=verdict_rows(contents.verdict[contents.verdict["status"] != "match"]),
        cells=len(contents.verdict),
        environment={
            "python": platform.python_version(),
            "packages": ", ".join(f"{package} {version(package)}" for package in PACKAGES),
            "lock": contents.lock,
        },
        times=None if run_times is None or run_times.empty else run_time_rows(run_times),
        time_total=None if run_times is None else run_time_total(run_times),
    )


def embedded(contents: Any) -> Markup:
    """Write plain values as JSON that can stand inside an element of HTML."""
    text = json.dumps(contents, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))
