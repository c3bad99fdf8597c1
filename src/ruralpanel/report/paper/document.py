"""The document of a paper, in typst: what is at its front, its text, its works, and exhibits not placed in the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import dropwhile

from ruralpanel.exhibits.caption import SIMULATED
from ruralpanel.report.paper.exhibits import ShownExhibit, shown
from ruralpanel.report.paper.markdown import as_typst
from ruralpanel.report.paper.markup import array, string, words
from ruralpanel.study.model import Study
from ruralpanel.study.paper import Language, Paper
from ruralpanel.study.paper_text import PaperText, fill, marks_alone

LAYOUT = "layout.typ"
BIBLIOGRAPHY = "works.bib"
STYLE = "style.csl"

NAMES: dict[Language, dict[str, str]] = {
    "en": {"abstract": "Abstract", "references": "References", "keywords": "Keywords", "exhibits": "Further exhibits"},
    "de": {
        "abstract": "Zusammenfassung",
        "references": "Literatur",
        "keywords": "Schlagwörter",
        "exhibits": "Weitere Tabellen und Abbildungen",
    },
    "es": {
        "abstract": "Resumen",
        "references": "Referencias",
        "keywords": "Palabras clave",
        "exhibits": "Otros cuadros y figuras",
    },
    "fr": {
        "abstract": "Résumé",
        "references": "Références",
        "keywords": "Mots-clés",
        "exhibits": "Autres tableaux et figures",
    },
    "zh": {"abstract": "摘要", "references": "参考文献", "keywords": "关键词", "exhibits": "其他图表"},
}
"""Words that typst does not know in every language."""

WARNING = (
    f"{SIMULATED}. The data of this paper were made by a program with known effects. What it finds says nothing about "
    "real places; it shows what the design would find if the world were as the program has it."
)


def text_from_study(study: Study) -> str:
    """Write the text of a paper whose author has written none: question, data, exhibits and limits.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    str
        Markdown, with references like those an author writes.
    """
    parts = [study.question or "", "# Data"]
    period, unit = study.panel.period, study.panel.unit
    parts.append(
        f"The panel has {{{{ run: rows }}}} rows: {{{{ run: units }}}} units ({_plain(unit)}) in "
        f"{{{{ run: periods }}}} periods ({_plain(period)}), "
        "from {{ run: first_period }} to {{ run: last_period }}. It is made from:"
    )
    sources = dict.fromkeys(_source_words(name, study) for name in study.sources)
    parts.append("\n".join(f"- {each}" for each in sources))
    parts.append("# Tables and figures")
    parts += [f"{{{{ exhibit: {name} }}}}" for name in study.exhibits]
    if study.limitations:
        parts += ["# Limits", *map(_plain, study.limitations)]
    return "\n\n".join(part for part in [_plain(parts[0]), *parts[1:]] if part) + "\n"


def _source_words(name: str, study: Study) -> str:
    source = study.sources[name]
    title = (source.citation or source.title or name).rstrip(".")
    return _plain(f"{title}; licence: {source.licence}." if source.licence else f"{title}.")


def _plain(text: str) -> str:
    """Keep what has a meaning in Markdown, or in references, from having it in words of the study file."""
    return re.sub(r"([\\`*_{}\[\]$@<#])", r"\\\1", " ".join(text.split()))


def paper_document(
    study: Study,
    text: PaperText,
    filled: list[str],
    exhibits: list[ShownExhibit],
) -> str:
    """Write the whole document.

    Parameters
    ----------
    study
        The study.
    text
        The text, with a mark for each reference.
    filled
        What stands for each, from :func:`ruralpanel.report.paper.references.filled_references`.
    exhibits
        All exhibits of the study, in its order.

    Returns
    -------
    str
        The typst source, which reads :data:`LAYOUT`, the figures, and :data:`BIBLIOGRAPHY` beside it.
    """
    declared = study.paper or Paper(text="none")
    names = NAMES[declared.language]
    simulated = study.data_standing == "simulated"
    opening, rest = _abstract_and_rest(text)
    by_name = {each.name: each for each in exhibits}
    behind = [by_name[name] for name in follow_text(exhibits, text.placed)]
    others = [each for each in exhibits if each.name not in text.placed]
    abstract = fill(as_typst(opening), filled).strip()
    front = {
        "title": string(study.title),
        "authors": "()" if declared.anonymous else array([*map(string, study.authors)]),
        "acknowledgements": "none"
        if declared.anonymous or declared.acknowledgements is None
        else f"[{words(declared.acknowledgements)}]",
        "abstract": f"[{abstract}]" if abstract else "none",
        "keywords": array([*map(string, declared.keywords)]),
        "jel": array([*map(string, declared.jel)]),
        "names": f"(abstract: {string(names['abstract'])}, keywords: {string(names['keywords'])})",
        "standing": string(SIMULATED) if simulated else "none",
        "warning": f"[{words(WARNING)}]" if simulated else "none",
        "language": string(declared.language),
        "font": string(declared.font) if declared.font else "none",
        "line-numbers": "true" if declared.line_numbers else "false",
    }
    pieces = [
        f'#import "{LAYOUT}": *',
        "#show: paper.with(\n" + "".join(f"  {key}: {value},\n" for key, value in front.items()) + ")",
        fill(as_typst(rest), filled),
        "#place.flush()",
        *(shown(each, floats=False) for each in behind),
    ]
    if declared.bibliography and any(each.kind == "citation" for each in text.references):
        style = STYLE if declared.citation_style.endswith(".csl") else declared.citation_style
        title = words(names["references"])
        pieces.append(f"#bibliography({string(BIBLIOGRAPHY)}, title: [{title}], style: {string(style)})")
    if others:
        pieces.append(f"#pagebreak(weak: true)\n#heading(numbering: none)[{words(names['exhibits'])}]")
        pieces += [shown(each, floats=False) for each in others]
    return "\n\n".join(pieces) + "\n"


def follow_text(exhibits: list[ShownExhibit], placed: Sequence[str]) -> list[str]:
    """List the tables that stand behind the text: the first that is longer than a page, and all placed after it.

    Otherwise a later table would come before an earlier one.

    Parameters
    ----------
    exhibits
        All exhibits.
    placed
        The names of those that the text places, in its order.
    """
    by_name = {each.name: each for each in exhibits}
    tables = [by_name[name] for name in placed if by_name[name].table is not None]
    return [each.name for each in dropwhile(lambda table: not table.follows_text, tables)]


def exhibits_in_text(exhibits: list[ShownExhibit], placed: Sequence[str], floats: bool) -> dict[str, str]:
    """Write what stands where an exhibit is placed: nothing for one that follows the text.

    Parameters
    ----------
    exhibits
        All exhibits.
    placed
        The names of those that the text places, in its order.
    floats
        Whether they may move to the top or the foot of a page.
    """
    behind = follow_text(exhibits, placed)
    return {each.name: "" if each.name in behind else shown(each, floats) for each in exhibits}


def _abstract_and_rest(text: PaperText) -> tuple[str, str]:
    """Divide the text at its first heading, and give exhibits a paragraph of their own."""
    lines = []
    for line in text.marked.split("\n"):
        stripped = line.strip()
        mark = marks_alone(stripped)
        placed = mark is not None and text.references[mark].kind == "exhibit"
        lines += ["", stripped, ""] if placed else [line]
    marked = "\n".join(lines)
    heading = re.search(r"^(#{1,6}\s|\S.*\n(=+|-+)[ \t]*$)", marked, re.MULTILINE)
    at = heading.start() if heading else 0
    return marked[:at], marked[at:]
