"""What stands for the references of a text in LaTeX: macros for what a run knows, and LaTeX's own references."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ruralpanel.exhibits.latex import latex_text
from ruralpanel.report.latex.markdown import words
from ruralpanel.report.latex.mathematics import as_latex_mathematics
from ruralpanel.report.paper.references import question
from ruralpanel.study.paper_text import Reference

DIGITS = dict(
    zip("0123456789", ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"), strict=True)
)


@dataclass
class LatexMarkup:
    """References as LaTeX; what the run knows is collected as macros.

    Parameters
    ----------
    placed
        What is written where an exhibit is placed.
    labels
        What each exhibit is called before its number, and its label.
    macros
        The macros so far: by name, what the text asks for and what stands there.
    """

    placed: Mapping[str, str]
    labels: Mapping[str, tuple[str, str]]
    macros: dict[str, tuple[str, str]] = field(default_factory=dict)

    def known(self, reference: Reference, text: str) -> str:
        """Write the macro of what was looked up; the same question has the same macro."""
        asked = question(reference)
        name = macro_name(asked)
        while name in self.macros and self.macros[name][0] != asked:
            name += "X"  # two questions whose letters are the same
        self.macros[name] = (asked, latex_text(text))
        return f"\\{name}{{}}"

    def exhibit(self, name: str) -> str:
        """Write an exhibit."""
        return self.placed[name]

    def pointer(self, name: str) -> str:
        """Write a reference to one."""
        noun, label = self.labels[name]
        return f"{noun}~\\ref{{{label}}}"

    def citation(self, reference: Reference) -> str:
        """Write works as natbib has them."""
        if reference.in_sentence:
            return f"\\citet{{{reference.works[0][0]}}}"
        if not any(behind for _, behind in reference.works):
            return f"\\citep{{{','.join(key for key, _ in reference.works)}}}"
        works = [
            f"\\citealp[{{{words(behind)}}}]{{{key}}}" if behind else f"\\citealp{{{key}}}"
            for key, behind in reference.works
        ]
        return f"\\citetext{{{'; '.join(works)}}}"

    def mathematics(self, text: str) -> str:
        """Write it in LaTeX's notation."""
        return as_latex_mathematics(text)

    def character(self, text: str) -> str:
        """Write it without its meaning in LaTeX."""
        return latex_text(text)


def macro_name(asked: str) -> str:
    """Make the name of a macro, which has letters alone: ``baseline/x2 | percent`` is ``BaselineXTwoPercent``."""
    spelled = re.sub(r"\d", lambda found: f" {DIGITS[found[0]]} ", asked.replace("-", " minus "))
    return "".join(part[0].upper() + part[1:] for part in re.findall(r"[A-Za-z]+", spelled)) or "Number"


def macro_lines(macros: Mapping[str, tuple[str, str]]) -> str:
    """Define macros, each with what it stands for in the text behind it.

    Parameters
    ----------
    macros
        From :class:`LatexMarkup`.
    """
    lines = ["% Every number of the text, as the run has it. Written anew by each `./run latex`."]
    lines += [f"\\newcommand{{\\{name}}}{{{text}}} % {asked}" for name, (asked, text) in sorted(macros.items())]
    return "\n".join(lines) + "\n"
