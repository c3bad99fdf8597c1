"""A folder that LaTeX compiles: the text, its numbers as macros, tables with labels, figures and works."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from ruralpanel.exhibits.caption import SIMULATED
from ruralpanel.exhibits.latex import as_latex, latex_text
from ruralpanel.report.latex.markdown import as_latex_text
from ruralpanel.report.latex.references import LatexMarkup, macro_lines
from ruralpanel.report.paper.document import NAMES, WARNING, abstract_and_rest
from ruralpanel.report.paper.exhibits import ShownExhibit
from ruralpanel.report.paper.references import Sources, filled_references
from ruralpanel.study.model import Study
from ruralpanel.study.paper import Language, Paper
from ruralpanel.study.paper_text import PaperText, fill

MAIN, NUMBERS, APPENDIX, WORKS = "main.tex", "numbers.tex", "appendix.tex", "works.bib"

BABEL: dict[Language, str] = {"en": "english", "de": "ngerman", "es": "spanish", "fr": "french", "zh": "english"}

PREAMBLE = r"""\usepackage{amsmath}
\usepackage[a4paper,textwidth=16cm,textheight=24.4cm]{geometry}
\usepackage{array,booktabs,dcolumn,longtable}
\usepackage{graphicx}
\usepackage{xcolor}
\usepackage{fancyhdr}
\usepackage[labelfont=bf,labelsep=period,justification=raggedright,singlelinecheck=off]{caption}
\usepackage[authoryear,round]{natbib}
\usepackage[colorlinks=true,allcolors=blue!50!black]{hyperref}
\setlength{\emergencystretch}{3em}"""
"""What every project loads; all of it is in Debian's texlive-latex-recommended."""

FOR_PDFLATEX = r"""\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{mathptmx}
\usepackage{microtype}"""

FOR_XELATEX = r"""\usepackage{fontspec}
\usepackage{xeCJK}"""

_OF_WORKS = (
    "aa AA ae AE b c d dh DH dj DJ emph enquote etalchar H i ij IJ j k l L mathbb mathbf mathcal mathit "
    "mathrm mkbibemph mkbibquote ng NG noopsort o O oe OE pounds r rm S sc scshape singleletter ss SS "
    "textasciitilde textbackslash textbf textcopyright textendash textemdash textit textquotedblleft "
    "textquotedblright textquoteleft textquoteright textrm textsc textsubscript textsuperscript texttt "
    "textup th TH tt t u uppercase url v alpha beta gamma delta Delta epsilon lambda mu pi rho sigma tau "
    "times to ldots dots LaTeX TeX BibTeX it bf em sl sf tiny small "
)

OF_WORKS = frozenset(_OF_WORKS.split())
"""Commands that entries of works have."""

KEEP_NUMBERS = r"""% Tables and figures keep the numbers that they have in paper.pdf, on the page and in the verdict.
% For numbers in the order of this text: \renewcommand{\numberedas}[2]{}
\newcommand{\numberedas}[2]{\setcounter{#1}{\numexpr#2-1\relax}}"""


def latex_project(
    study: Study, text: PaperText, where: str, sources: Sources, exhibits: list[ShownExhibit], root: Path = Path()
) -> dict[str, str]:
    """Write the files of a project but for the pictures of its figures.

    Parameters
    ----------
    study
        The study.
    text
        The text of the paper.
    where
        Its file, for messages.
    sources
        What its references are looked up in.
    exhibits
        All exhibits, in the order of the study.
    root
        The top of the repository.

    Returns
    -------
    dict of str to str
        Contents by path in the folder. Pictures are to be put at ``figures/<exhibit>.pdf``.

    Raises
    ------
    PaperError
        If the text asks for a number that there is not, or has mathematics that cannot be written.
    """
    declared = study.paper or Paper(text="none")
    names = NAMES[declared.language]
    labels = {each.name: (names["table" if each.table is not None else "figure"], _label(each)) for each in exhibits}
    markup = LatexMarkup({each.name: _input(each) for each in exhibits}, labels)
    filled = filled_references(text, where, sources, markup)
    opening, rest = abstract_and_rest(text)
    appended = [each for each in exhibits if each.name not in text.placed]
    files = {f"{_path(each)}.tex": _exhibit(each) for each in exhibits}
    files[NUMBERS] = macro_lines(markup.macros)
    if declared.bibliography:
        files[WORKS] = escaped_works((root / declared.bibliography).read_text(encoding="utf-8-sig"))
    if appended:
        title = latex_text(names["appendix"])
        files[APPENDIX] = "\n".join([rf"\clearpage\section*{{{title}}}", *map(_input, appended)]) + "\n"
    body = [fill(as_latex_text(rest, text.written), filled)]
    if declared.bibliography:
        body += [r"\clearpage", r"\bibliographystyle{plainnat}", rf"\bibliography{{{WORKS.removesuffix('.bib')}}}"]
    body += [rf"\input{{{APPENDIX.removesuffix('.tex')}}}"] if appended else []
    abstract = fill(as_latex_text(opening, text.written), filled).strip()
    front = [_preamble(declared.language, "".join([abstract, *body, *files.values()])), *_front(study, abstract, names)]
    files[MAIN] = "\n".join([*front, *body, r"\end{document}"]) + "\n"
    if needs_xelatex(files[MAIN] + "".join(files.values())):
        files["latexmkrc"] = "$pdf_mode = 5;  # XeLaTeX, for characters that pdfLaTeX has not\n"
    return files


def needs_xelatex(text: str) -> bool:
    """Tell whether a text has characters that pdfLaTeX has no font for: any beyond Latin letters and common signs."""
    return re.search("[^\u0000-\u024f\u2010-\u203a\u20ac\u2122]", text) is not None


def escaped_works(contents: str) -> str:
    """Escape what BibTeX hands on and LaTeX would read as markup; other programs read works without that.

    Commands that write letters or set words stay; of others, which could read files or run programs, the words alone.
    """
    parts = re.split(r"(\b(?:url|doi)\s*=\s*[{\"][^}\"]*[}\"])", _without_commands(contents))
    escaped = [part if number % 2 else re.sub(r"(?<!\\)[&%#]", r"\\\g<0>", part) for number, part in enumerate(parts)]
    return "".join(escaped)


def _without_commands(contents: str) -> str:
    """Take the backslash from commands that are not :data:`OF_WORKS`, and the codes that LaTeX has for any sign."""
    plain = re.sub(r"\^(?=\^)", r"\\^{}", contents)
    return re.sub(r"\\([A-Za-z@]+)", lambda found: found[0] if found[1] in OF_WORKS else found[1], plain)


def _preamble(language: Language, text: str) -> str:
    xelatex = needs_xelatex(text)
    lines = [
        "% !TEX program = " + ("xelatex" if xelatex else "pdflatex"),
        "% Written from the study and its run by `./run latex`; what is edited here is lost by the next one.",
        r"\documentclass[11pt,a4paper]{article}",
        FOR_XELATEX if xelatex else FOR_PDFLATEX,
        *([rf"\usepackage[{BABEL[language]}]{{babel}}"] if language in ("de", "es", "fr") else []),
        PREAMBLE,
        KEEP_NUMBERS,
        rf"\input{{{NUMBERS.removesuffix('.tex')}}}",
    ]
    return "\n".join(lines)


def _front(study: Study, abstract: str, names: Mapping[str, str]) -> list[str]:
    """Write title, authors, standing of the data, abstract and keywords."""
    declared = study.paper or Paper(text="none")
    simulated = study.data_standing == "simulated"
    authors = r" \and ".join(map(latex_text, [] if declared.anonymous else study.authors))
    if authors and declared.acknowledgements:
        authors += rf"\thanks{{{latex_text(declared.acknowledgements)}}}"
    lines = [rf"\title{{{latex_text(study.title)}}}", rf"\author{{{authors}}}", r"\date{}"]
    if simulated:
        head = rf"\textcolor[HTML]{{B00020}}{{\textbf{{{SIMULATED}}}}}"
        lines += [r"\pagestyle{fancy}\fancyhf{}\renewcommand{\headrulewidth}{0pt}\setlength{\headheight}{14pt}"]
        lines += [rf"\fancyhead[C]{{{head}}}\fancyfoot[C]{{\thepage}}"]
    lines += [r"\begin{document}", r"\maketitle"]
    if simulated:
        box = rf"\fbox{{\parbox{{0.9\linewidth}}{{\small {latex_text(WARNING)}}}}}"
        lines += [r"\thispagestyle{fancy}", rf"\begin{{center}}{box}\end{{center}}"]
    if abstract:
        lines += [r"\begin{abstract}", abstract]
        for label, listed in ((names["keywords"], declared.keywords), ("JEL", declared.jel)):
            if listed:
                lines += ["", rf"\smallskip\noindent\textbf{{{latex_text(label)}:}} {latex_text(', '.join(listed))}"]
        lines.append(r"\end{abstract}")
    return lines


def _label(exhibit: ShownExhibit) -> str:
    return f"{'tab' if exhibit.table is not None else 'fig'}:{exhibit.name}"


def _path(exhibit: ShownExhibit) -> str:
    return f"{'tables' if exhibit.table is not None else 'figures'}/{exhibit.name}"


def _input(exhibit: ShownExhibit) -> str:
    """Write what reads an exhibit, after its number."""
    kind = "table" if exhibit.table is not None else "figure"
    return f"\n\\numberedas{{{kind}}}{{{exhibit.number}}}\n\\input{{{_path(exhibit)}}}\n"


def _exhibit(exhibit: ShownExhibit) -> str:
    """Write a table, or a figure with its title and notes."""
    if exhibit.table is not None:
        return as_latex(exhibit.table, _label(exhibit))
    standing = f" [{SIMULATED}]" if exhibit.simulated else ""
    notes = " ".join(part for part in (exhibit.notes, exhibit.source) if part)
    lines = [
        r"\begin{figure}[htbp]",
        r"\centering",
        rf"\caption{{{latex_text(exhibit.title + standing)}}}\label{{{_label(exhibit)}}}",
        rf"\includegraphics[width=\linewidth,height=0.75\textheight,keepaspectratio]{{{_path(exhibit)}.pdf}}",
        r"\par\smallskip",
        rf"\begin{{minipage}}{{\linewidth}}\footnotesize {latex_text(notes)}\end{{minipage}}",
        r"\end{figure}",
    ]
    return "\n".join(lines) + "\n"


def pictures(exhibits: Sequence[ShownExhibit]) -> dict[str, str]:
    """Say where in the folder the picture of each figure belongs, by the name of its file.

    Parameters
    ----------
    exhibits
        All exhibits.
    """
    return {f"{_path(each)}.pdf": each.picture for each in exhibits if each.picture is not None}
