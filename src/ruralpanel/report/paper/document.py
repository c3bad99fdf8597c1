"""The documents of a paper and of its online appendix, in typst: front, text, exhibits and works."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import dropwhile

from ruralpanel.exhibits.caption import SIMULATED
from ruralpanel.report.paper.exhibits import ShownExhibit, pointer, shared_source, shown
from ruralpanel.report.paper.markdown import as_typst
from ruralpanel.report.paper.markup import array, as_it_is, string, words
from ruralpanel.study.model import Study
from ruralpanel.study.paper import Language, Paper
from ruralpanel.study.paper_text import PaperText, fill, marks_alone

LAYOUT = "layout.typ"
BIBLIOGRAPHY = "works.bib"
STYLE = "style.csl"

NO_LIBRARY = "#let std = none"
"""Without it, mathematics could read files and load packages from the network: ``$std.eval("…")$``."""

NAMES: dict[Language, dict[str, str]] = {
    "en": {
        "abstract": "Abstract",
        "references": "References",
        "keywords": "Keywords",
        "appendix": "Online appendix",
        "table": "Table",
        "tables": "Tables",
        "figure": "Figure",
        "figures": "Figures",
    },
    "de": {
        "abstract": "Zusammenfassung",
        "references": "Literatur",
        "keywords": "Schlagwörter",
        "appendix": "Online-Anhang",
        "table": "Tabelle",
        "tables": "Tabellen",
        "figure": "Abbildung",
        "figures": "Abbildungen",
    },
    "es": {
        "abstract": "Resumen",
        "references": "Referencias",
        "keywords": "Palabras clave",
        "appendix": "Apéndice en línea",
        "table": "Tabla",
        "tables": "Tablas",
        "figure": "Figura",
        "figures": "Figuras",
    },
    "fr": {
        "abstract": "Résumé",
        "references": "Références",
        "keywords": "Mots-clés",
        "appendix": "Annexe en ligne",
        "table": "Tableau",
        "tables": "Tableaux",
        "figure": "Figure",
        "figures": "Figures",
    },
    "zh": {
        "abstract": "摘要",
        "references": "参考文献",
        "keywords": "关键词",
        "appendix": "在线附录",
        "table": "表",
        "tables": "表",
        "figure": "图",
        "figures": "图",
    },
}
"""Words that typst does not know in every language."""

WARNING = (
    f"{SIMULATED}. The data of this paper were made by a program with known effects. What it finds says nothing about "
    "real places; it shows what the design would find if the world were as the program has it."
)


def text_from_study(study: Study) -> str:
    """Write the text of a paper whose author has written none: question, answer, data, exhibits and limits.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    str
        Markdown, with references like those an author writes.
    """
    parts = [f"{_plain(study.question or '')} {{{{ run: answer }}}} {{{{ run: truth }}}}", "# Data"]
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
    return "\n\n".join(parts) + "\n"


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
    """Write the document of the paper: its text, the tables that follow it, and its works last.

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
    opening, rest = abstract_and_rest(text)
    by_name = {each.name: each for each in exhibits}
    said = shared_source(exhibits)
    behind = follow_text(exhibits, text.placed) if study.paper is not None else []
    abstract = fill(as_typst(opening, text.written), filled).strip()
    pieces = [
        _front(study, study.title, f"[{abstract}]" if abstract else "none"),
        fill(as_typst(rest, text.written), filled),
        "#place.flush()",
        *(shown(by_name[name], floats=False, said=said) for name in behind),
        _closing(exhibits, text.placed, names, said if study.paper is not None else ""),
    ]
    if declared.bibliography and any(each.kind == "citation" for each in text.references):
        style = STYLE if declared.citation_style.endswith(".csl") else declared.citation_style
        title = words(names["references"])
        pieces.append(f"#bibliography({string(BIBLIOGRAPHY)}, title: [{title}], style: {string(style)})")
    return "\n\n".join(piece for piece in pieces if piece) + "\n"


def appendix_document(study: Study, exhibits: list[ShownExhibit], appended: Sequence[str]) -> str:
    """Write the document of the online appendix: the exhibits that the text of the paper does not place.

    Parameters
    ----------
    study
        The study.
    exhibits
        All exhibits of the study, in its order.
    appended
        The names of those.
    """
    names = NAMES[(study.paper or Paper(text="none")).language]
    said = shared_source(exhibits)
    pieces = [
        _front(study, f"{names['appendix']}: {study.title}", "none"),
        _data_words(said),
        _packed([each for each in exhibits if each.name in appended], said),
    ]
    return "\n\n".join(piece for piece in pieces if piece) + "\n"


def _packed(exhibits: Sequence[ShownExhibit], said: str) -> str:
    """Write exhibits of which no text says where they stand: tables and figures, in the order that fills pages best."""
    kinds = ([each for each in exhibits if (each.table is None) == is_figure] for is_figure in (False, True))
    tables, figures = (array([f"[{shown(each, floats=False, said=said)}]" for each in kind]) for kind in kinds)
    return f"#packed({tables}, {figures})"


def _front(study: Study, title: str, abstract: str) -> str:
    """Write what is at the front: title, authors, the standing of the data, abstract and keywords."""
    declared = study.paper or Paper(text="none")
    names = NAMES[declared.language]
    simulated = study.data_standing == "simulated"
    front = {
        "title": string(title),
        "authors": "()" if declared.anonymous else array([*map(string, study.authors)]),
        "acknowledgements": "none"
        if declared.anonymous or declared.acknowledgements is None
        else f"[{words(declared.acknowledgements)}]",
        "abstract": abstract,
        "keywords": array([*map(string, declared.keywords)] if abstract != "none" else []),
        "jel": array([*map(string, declared.jel)] if abstract != "none" else []),
        "names": f"(abstract: {string(names['abstract'])}, keywords: {string(names['keywords'])})",
        "standing": string(SIMULATED) if simulated else "none",
        "warning": f"[{words(WARNING)}]" if simulated else "none",
        "language": string(declared.language),
        "font": string(declared.font) if declared.font else "none",
        "line-numbers": "true" if declared.line_numbers else "false",
    }
    return (
        f'#import "{LAYOUT}": *\n{NO_LIBRARY}\n\n#show: paper.with(\n'
        + "".join(f"  {key}: {value},\n" for key, value in front.items())
        + ")"
    )


def _closing(exhibits: list[ShownExhibit], placed: Sequence[str], names: dict[str, str], said: str) -> str:
    """Say at the end of the text what exhibits are made from, unless it began with that, and which are appended."""
    data = _data_words(said)
    appended = [each for each in exhibits if each.name not in placed]
    listed = [
        f"{names[kind]} {runs_of([int(each.number) for each in appended if (each.table is not None) == is_table])}"
        for kind, is_table in (("tables", True), ("figures", False))
        if any((each.table is not None) == is_table for each in appended)
    ]
    appendix = [f"#strong[{words(names['appendix'])}.] {words('; '.join(listed))}."] if listed else []
    return "\n\n".join([*([data] if data else []), *appendix])


def _data_words(source: str) -> str:
    """Write what several exhibits are made from."""
    if not source:
        return ""
    made_from = source.removeprefix("Source: ")
    return f"#strong[Data.] {words(f'Tables and figures whose notes name no source are made from: {made_from}')}"


def runs_of(numbers: Sequence[int]) -> str:
    """Write numbers with those that follow each other as one run: ``3, 5–9``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


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


def exhibits_in_text(exhibits: list[ShownExhibit], placed: Sequence[str]) -> dict[str, str]:
    """Write what stands where an author places an exhibit: nothing for one that follows the text.

    Parameters
    ----------
    exhibits
        All exhibits.
    placed
        The names of those that the text places, in its order.
    """
    said = shared_source(exhibits)
    behind = follow_text(exhibits, placed)
    return {each.name: "" if each.name in behind else shown(each, floats=True, said=said) for each in exhibits}


def exhibits_at_first(exhibits: list[ShownExhibit]) -> dict[str, str]:
    """Write what stands where exhibits are placed by a text that nobody wrote: at the first all of them, packed."""
    said = shared_source(exhibits)
    return {each.name: "" if number else _packed(exhibits, said) for number, each in enumerate(exhibits)}


def pointers(exhibits: list[ShownExhibit], placed: Sequence[str], language: Language) -> dict[str, str]:
    """Write what refers to each exhibit: one of the online appendix by its number alone.

    Parameters
    ----------
    exhibits
        All exhibits.
    placed
        The names of those that the text places.
    language
        Of the text.
    """
    names = NAMES[language]
    return {
        each.name: pointer(each.name)
        if each.name in placed
        else as_it_is(f"{names['table' if each.table is not None else 'figure']}\u00a0{each.number}")
        for each in exhibits
    }


def abstract_and_rest(text: PaperText) -> tuple[str, str]:
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
