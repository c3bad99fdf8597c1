"""The paper as a LaTeX project, compiled where LaTeX is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from ruralpanel.exhibits.printed_table import PrintedTable
from ruralpanel.exhibits.style import save_figure
from ruralpanel.report.latex.markdown import as_latex_text
from ruralpanel.report.latex.project import escaped_works, latex_project, needs_xelatex, pictures
from ruralpanel.report.latex.references import LatexMarkup, macro_lines, macro_name
from ruralpanel.report.paper.exhibits import ShownExhibit
from ruralpanel.report.paper.references import Sources
from ruralpanel.study.model import Study
from ruralpanel.study.paper_text import Reference, read_text
from tests.report.latex.compiled import compiled, needs_latex
from tests.report.paper.test_references import estimates
from tests.study.conftest import STUDY

TABLE = PrintedTable(
    title="Table 2. Effects & more [SIMULATED DATA]",
    heads=[("Income", "Two-way"), ("Income", "By cohort"), ("Share <5%", "")],
    coefficients=[("Listed village", ["−0.050", "12.3***", "in_part"]), ("", ["(0.012)", "(4)", ""])],
    statistics=[("Observations", ["12,345", "9", ""])],
    notes=["Notes with #, $, αβ and M\u0304."],
    number="Table 2",
    caption="Effects & more [SIMULATED DATA]",
)
CLAIMS = PrintedTable(
    title="Table 3. Claims",
    heads=[("", "Expected"), ("", "Estimate")],
    coefficients=[
        ("Listing pays — Scholar 2020 and many words " * 4, ["", ""]),
        ("Income: Listed", ["positive", "1.5"]),
    ],
    statistics=[],
    notes=[],
    stub="Claim and tests",
    numbered=False,
    words=(0,),
    headings=(0,),
    number="Table 3",
    caption="Claims",
)
TEXT = """The *abstract* has {{ main/income | p }} and 5% "more".

# Results & limits

As @lee2020 says [@lee2020, p. 3], @tbl:table and @fig:path: {{ run: units }} of {{ run: units }}.[^note]

$ Y_(i t) = alpha_i + beta D_(i t) $

- One **thing**, `code_x`
- [two](https://example.org/a_b#c)

| Year | Count |
|-----:|:------|
| 2009 | 3     |

{{ exhibit: table }}

[^note]: A note & more.
"""
WORKS = "@article{lee2020, author={Lee, A. and Müller, B.}, title={Villages & towns}, journal={J}, year={2020}}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a project with two tables, a figure, mathematics and works."""
    (tmp_path / "works.bib").write_text(WORKS, encoding="utf-8")
    figure, axes = plt.subplots(figsize=(7, 3))
    axes.plot([0, 1])
    save_figure(figure, tmp_path / "path.png", tmp_path / "path.pdf", tmp_path / "path.svg")
    exhibits = [
        ShownExhibit("table", "2", "Effects & more", "", "", True, table=TABLE),
        ShownExhibit("claims", "3", "Claims", "", "", True, table=CLAIMS),
        ShownExhibit("path", "1", "A path", "Drawn.", "Source: A & B.", True, picture="path.pdf"),
    ]
    study = Study.model_validate(
        STUDY
        | {
            "data_standing": "simulated",
            "paper": {"text": "paper.md", "bibliography": "works.bib", "keywords": ["a_b"], "jel": ["O13"]},
        }
    )
    sources = Sources(estimates({}), {"income": "log"}, {"units": "2,000"}, {}, {})
    project = tmp_path / "latex"
    for name, contents in latex_project(study, read_text(TEXT), "paper.md", sources, exhibits, tmp_path).items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(contents, encoding="utf-8")
    for name, file in pictures(exhibits).items():
        shutil.copyfile(tmp_path / file, project / name)
    return project


def test_no_number_is_typed_and_what_is_not_placed_is_in_the_appendix(folder: Path) -> None:
    main, numbers = (folder / "main.tex").read_text(), (folder / "numbers.tex").read_text()
    assert r"\newcommand{\RunUnits}{2,000} % run: units" in numbers
    assert main.count(r"\RunUnits{}") == 2
    assert r"\newcommand{\MainIncomeP}{$-$0.050 (p~$<$~0.001)}" in numbers
    assert "0.050" not in main
    assert r"\label{tab:table}" in (folder / "tables/table.tex").read_text()
    assert r"\input{tables/table}" in main
    appendix = (folder / "appendix.tex").read_text()
    assert appendix.index(r"\input{tables/claims}") < appendix.index(r"\input{figures/path}")
    assert r"Table~\ref{tab:table} and Figure~\ref{fig:path}" in main
    assert r"\citet{lee2020} says \citetext{\citealp[{p. 3}]{lee2020}}" in main


@needs_latex
@pytest.mark.slow
def test_it_is_compiled_without_errors_and_nothing_sticks_out(folder: Path) -> None:
    log = compiled(folder)
    assert "undefined" not in log
    text = subprocess.run(
        ["pdftotext", "-layout", folder / "main.pdf", "-"], capture_output=True, text=True, check=False
    )
    if text.returncode == 0:
        assert "Lee and Müller (2020)" in text.stdout
        assert "Table 2 and Figure 1: 2,000 of 2,000" in " ".join(text.stdout.split())


def test_questions_with_the_same_letters_have_macros_of_their_own() -> None:
    assert macro_name("baseline/x2 | percent, decimals 0") == "BaselineXTwoPercentDecimalsZero"
    assert macro_name("a@event_time=-3") == "AEventTimeMinusThree"
    markup = LatexMarkup({}, {})
    first, second = Reference("number", "a/b_c", 1), Reference("number", "a_b/c", 2)
    assert markup.known(first, "1") == markup.known(first, "1") == r"\ABC{}"
    assert markup.known(second, "2") == r"\ABCX{}"
    assert macro_lines(markup.macros).count("newcommand") == 2


def test_markdown_is_written_as_latex() -> None:
    assert as_latex_text('## A & B\n\n"Words" of *one* `a_b`\n') == (
        "\\subsection{A \\& B}\n\n“Words” of \\emph{one} \\texttt{a\\_b}\n"
    )


def test_characters_beyond_latin_letters_ask_for_xelatex() -> None:
    assert needs_xelatex("淘宝村")
    assert not needs_xelatex("Müller’s “villages” – 5 €")


def test_works_are_escaped_once() -> None:
    assert escaped_works(r"title = {A & B \& C 5%},") == r"title = {A \& B \& C 5\%},"
    assert re.search(r"[^\\]#", escaped_works("doi = {10.1/a#b},")) is not None
