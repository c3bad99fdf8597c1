"""The numbers in the text of a paper: where each stands, what it is, and which file of the run has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ruralpanel.diagnosis.finding import load_findings
from ruralpanel.estimation.estimates import load_estimates
from ruralpanel.frames.storage import load_table
from ruralpanel.report.paper.facts import columns_of_facts
from ruralpanel.report.paper.paper import sources_of, text_of
from ruralpanel.report.paper.references import filled_references, question
from ruralpanel.study.addresses import read_address
from ruralpanel.study.entry_lines import entry_lines
from ruralpanel.study.facts import file_of_fact
from ruralpanel.study.model import Study
from ruralpanel.study.paper_text import VERDICT_FACTS, Reference
from ruralpanel.verification.verdict import load_verdict


@dataclass(frozen=True)
class InText:
    """A number in the text, or what the text says of a claim.

    Parameters
    ----------
    line
        Its line in the text.
    asked
        What stands in the text between double braces: its address, and how it is printed.
    printed
        What stands there in the paper.
    file
        The file that has it unrounded, from the top of the repository.
    declared_at
        The line of the study file in which the block, the claim or the facts are declared; none for facts of the run.
    """

    line: int
    asked: str
    printed: str
    file: str
    declared_at: int | None


@dataclass
class _Printed:
    """What a run knows of a text as it is printed; all else that a text refers to is passed over."""

    found: list[tuple[Reference, str]] = field(default_factory=list)

    def known(self, reference: Reference, text: str) -> str:
        self.found.append((reference, text))
        return text

    def exhibit(self, name: str) -> str:
        return name

    def pointer(self, name: str) -> str:
        return name

    def citation(self, reference: Reference) -> str:
        return reference.text

    def mathematics(self, text: str) -> str:
        return text

    def character(self, text: str) -> str:
        return text


def numbers_in_text(study: Study, archived: Study, name: str, study_text: str, root: Path) -> list[InText]:
    """List the numbers that the paper of a study takes from its run, in the order of its text.

    Parameters
    ----------
    study
        The study; where it has no text of an author's, the paper is written from it.
    archived
        The same with the paths that its files have in the archive.
    name
        The name under which its results are kept.
    study_text
        The contents of its file in the archive.
    root
        The top of the repository.
    """
    results = root / "results" / name
    text, where = text_of(study, root)
    sources = sources_of(
        study,
        estimates=load_estimates([results / "estimates" / f"{block}.csv" for block in study.blocks]),
        panel=load_table(results / "panel/panel.parquet", columns=columns_of_facts(study)),
        claims=load_table(results / "claims.csv"),
        verdict=load_verdict(results / "verdict.csv"),
        diagnosis=load_findings(results / "diagnosis.csv"),
        root=root,
    )
    printed = _Printed()
    filled_references(text, where, sources, printed)
    lines = {
        section: entry_lines(study_text, section, entries) if entries else {}
        for section, entries in (("blocks", study.blocks), ("claims", study.claims), ("facts", study.facts))
    }
    return [_in_text(reference, words, archived, f"results/{name}", lines) for reference, words in printed.found]


def _in_text(
    reference: Reference, words: str, study: Study, results: str, lines: Mapping[str, Mapping[str, int]]
) -> InText:
    entry, declared_at = file_of_fact(reference.text), None
    if reference.kind == "claim":
        file, declared_at = f"{results}/claims.csv", lines["claims"][entry]
    elif reference.kind == "fact":
        file = f"{results}/verdict.csv" if entry in VERDICT_FACTS else f"{results}/panel/panel.parquet"
        file = f"{results}/estimates" if entry in ("estimates", "answer", "truth") else file
    elif entry in study.facts:
        file, declared_at = study.facts[entry], lines["facts"][entry]
    else:
        block = read_address(reference.text).block
        file, declared_at = f"{results}/estimates/{block}.csv", lines["blocks"][block]
    return InText(reference.line, question(reference), words.replace("\u00a0", " "), file, declared_at)
