"""A paper from a run: the author's text, or one written from the study, with numbers, exhibits and works."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from ruralpanel.report.answer import answer_of
from ruralpanel.report.paper.document import (
    BIBLIOGRAPHY,
    STYLE,
    appendix_document,
    exhibits_at_first,
    exhibits_in_text,
    paper_document,
    pointers,
    text_from_study,
)
from ruralpanel.report.paper.exhibits import ShownExhibit
from ruralpanel.report.paper.facts import facts_of_run
from ruralpanel.report.paper.references import Sources, TypstMarkup, filled_references
from ruralpanel.report.paper.typesetting import typeset
from ruralpanel.study.facts import read_facts
from ruralpanel.study.model import Study
from ruralpanel.study.paper_text import PaperText, exhibits_of_appendix, read_text
from ruralpanel.words.claims import STATUSES


def write_paper(
    study: Study,
    exhibits: list[ShownExhibit],
    estimates: pd.DataFrame,
    panel: pd.DataFrame,
    claims: pd.DataFrame,
    verdict: pd.DataFrame,
    diagnosis: pd.DataFrame,
    figures: dict[str, Path],
    root: Path = Path(),
) -> bytes:
    """Write the paper of a study.

    Parameters
    ----------
    study
        The study.
    exhibits
        All its exhibits, in its order.
    estimates
        Tidy estimates of all blocks.
    panel
        The finished panel.
    claims
        The scorecard, one row a test.
    verdict
        Published values beside today's.
    diagnosis
        From :func:`ruralpanel.diagnosis.diagnose.diagnose`.
    figures
        The files of the figures, by the names that exhibits have for them.
    root
        The top of the repository.

    Returns
    -------
    bytes
        The PDF.

    Raises
    ------
    PaperError
        If the text asks for a number that there is not, or cannot be typeset.
    """
    text, where = text_of(study, root)
    declared = study.paper
    language = declared.language if declared else "en"
    markup = TypstMarkup(
        exhibits=exhibits_in_text(exhibits, text.placed) if declared else exhibits_at_first(exhibits),
        pointers=pointers(exhibits, text.placed, language),
    )
    sources = sources_of(study, estimates, panel, claims, verdict, diagnosis, root)
    filled = filled_references(text, where, sources, markup)
    beside = dict(figures)
    if declared and declared.bibliography:
        beside[BIBLIOGRAPHY] = root / declared.bibliography
    if declared and declared.citation_style.endswith(".csl"):
        beside[STYLE] = root / declared.citation_style
    return _typeset(paper_document(study, text, filled, exhibits), study, beside, text, where, root)


def text_of(study: Study, root: Path = Path()) -> tuple[PaperText, str]:
    """Read the author's text, or write one where there is none.

    Parameters
    ----------
    study
        The study.
    root
        The top of the repository.

    Returns
    -------
    tuple of (PaperText, str)
        The text, and what messages call it.
    """
    if study.paper is None:
        return read_text(text_from_study(study)), "the paper written from the study"
    return read_text((root / study.paper.text).read_text(encoding="utf-8-sig")), study.paper.text


def sources_of(
    study: Study,
    estimates: pd.DataFrame,
    panel: pd.DataFrame,
    claims: pd.DataFrame,
    verdict: pd.DataFrame,
    diagnosis: pd.DataFrame,
    root: Path = Path(),
) -> Sources:
    """Put together what the references of a text are looked up in.

    Parameters
    ----------
    study, estimates, panel, claims, verdict, diagnosis, root
        As of :func:`write_paper`.
    """
    files = {name: read_facts(root / path) for name, path in study.facts.items()}
    answer = answer_of(study, estimates, diagnosis, files)
    return Sources(
        estimates,
        transformations={name: outcome.transformation for name, outcome in study.outcomes.items()},
        facts=facts_of_run(study, panel, estimates, verdict, answer),
        claims={name: STATUSES[status] for name, status in zip(claims["claim"], claims["status"], strict=True)},
        files=files,
    )


def write_appendix(study: Study, exhibits: list[ShownExhibit], figures: dict[str, Path], root: Path = Path()) -> bytes:
    """Write the online appendix of a study: the exhibits that its author's text does not place.

    Parameters
    ----------
    study, exhibits, figures, root
        As of :func:`write_paper`.

    Raises
    ------
    PaperError
        If it cannot be typeset.
    """
    document = appendix_document(study, exhibits, exhibits_of_appendix(study, root))
    return _typeset(document, study, figures, PaperText(""), "the online appendix", root)


def _typeset(document: str, study: Study, beside: Mapping[str, Path], text: PaperText, where: str, root: Path) -> bytes:
    """Typeset a document with the fonts of the study."""
    declared = study.paper
    folder = root / declared.font_folder if declared and declared.font_folder else None
    font = declared.font if declared else None
    return typeset(document, beside, text, where, font, folder, [root / path for path in study.fonts])
