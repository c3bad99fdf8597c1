"""Texts of papers that nobody would write, to typst, to LaTeX, and to pages.

What is asked for is a document that is typeset, or faults that name a line; and that nothing an author writes is taken
for a command: neither typst's nor LaTeX's.
"""

from __future__ import annotations

import random
import re
import warnings
from typing import Any

from ruralpanel.errors import PaperError
from ruralpanel.report.latex.markdown import as_latex_text
from ruralpanel.report.latex.references import LatexMarkup
from ruralpanel.report.paper.document import LAYOUT, NO_LIBRARY, abstract_and_rest
from ruralpanel.report.paper.markdown import as_typst
from ruralpanel.report.paper.references import Markup, TypstMarkup
from ruralpanel.report.paper.typesetting import typeset
from ruralpanel.study.addresses import NoSuchNumber
from ruralpanel.study.paper_text import PaperText, fill, read_text
from tests.fuzz.run import Finding, Hung, limited

SECONDS = 20

INERT = (
    "#panic(1)",
    '#read("works.bib")',
    '#import "@preview/x:1.0.0"',
    "\\input{/etc/passwd}",
    "\\write18{touch x}",
    "^^5cinput x",
    "$#panic(1)$",
    '$std.eval("panic(1)")$',
    '$a_std.read("x")$',
    "<script>",
    "{{ x }}",
    "{% x %}",
    "\\",
    "\\\\",
    "%",
    "&",
    "~",
    "_",
    "*",
    "]",
    "[",
    "#",
    "@x",
    "`",
    "$",
    "\\$",
    "//",
    "/*",
    "*/",
    "https://a.b/c_d",
    "<label>",
    "\\end{document}",
    "\\catcode",
    "--",
    "...",
    "'",
    '"',
    "\u202e",
    "\u200b",
    "\x00",
    "\ue000",
    "\ue0001\ue001",
    "年",
    "\ufeff",
    "\U0001f600",
    "\x85",
    "\u2028",
    "a" * 300,
    "&lt;b&gt;",
    "&#35;panic(1)",
    "\\#panic(1)",
    "\x02",
    "\x03",
    "\x02amp\x03",
    "klzzwxh:0001",
    "\x02wzxhzdk:0\x03",
    "1.",
    "-",
    "+",
    "=",
    ":",
    ";",
    "(",
    "…",
)
"""What must not be more than words."""

AROUND = (
    "*{}*",
    "**{}**",
    "`{}`",
    "``{}``",
    "[{}](http://a.b/{})",
    "[{}](javascript:{})",
    "[{}][x]",
    "[x]: {}",
    "[^a]",
    "[^a]: {}",
    "# {}",
    "###### {}",
    "{}\n===",
    "{}\n---",
    "> {}",
    "- {}",
    "1. {}",
    "99999999999. {}",
    "    {}",
    "```\n{}\n```",
    "~~~{}\n{}",
    '    $", panic(1), "$ {}',
    '[{}](http://a.b/$",panic(1),"${})',
    "~~~\n@{} $ {} $\n~~~",
    '`a\n$", panic(1), "$ {}`',
    "| {} | {} |\n|---|:-:|\n| {} | {} |",
    "{}|{}\n-|-\n{}",
    "***{}**",
    "<!-- {} -->",
    "<!-- {}",
    "<{}>",
    "![{}](x)",
    "---",
    "<http://a.b/{}>",
    "<a@b.c>",
    "$ {} $",
    "${}$",
    "$frac({}, 2)$",
    "${}_{}$",
    "$mat({}; {})$",
    '$"{}"$',
    "{}  \n{}",
    "* {}\n\n    {}",
    "- - - {}",
    "> > - {}\n> {}",
    "\\{}",
    "<b>{}</b>",
    "&{};",
    "[@x; {}]",
    "@{}",
    "{{{{ {} }}}}",
    "{{{{ exhibit: {} }}}}",
)

WRITERS = (as_typst, as_latex_text)

DEEP = ("> ", "- ", "*", "(", "[", "$(", "[x](", "**a *b ", "`", "1. ", "    ")

_KNOWN = (
    "section subsection subsubsection paragraph subparagraph emph textbf texttt footnote href begin end "
    "item setcounter par noindent rule linewidth footnotesize setlength tabcolsep toprule midrule "
    "bottomrule ttfamily small citep citet citetext citealp textbackslash textasciitilde textasciicircum "
    "textless textgreater textbar textquotedbl textquotesingle frac hat tilde bar overline underline dot "
    "vec sqrt binom mathbf mathrm mathcal mathbb text "
)

KNOWN = frozenset(_KNOWN.split())
"""What the program itself writes in LaTeX, beside names of signs in mathematics."""


def words(draws: random.Random) -> str:
    """Write what stands in a line."""
    kind = draws.random()
    if kind < 0.3:
        return draws.choice(["words", "more words of it", "x", "3.5", "α", "sum"])
    if kind < 0.65:
        return draws.choice(INERT)
    return draws.choice(["", " "]).join(words(draws) for _ in range(2)) if kind < 0.85 else around(draws)


def around(draws: random.Random) -> str:
    """Write words with markup around them."""
    form = draws.choice(AROUND)
    filled = [words(draws) if draws.random() < 0.8 else "x" for _ in range(form.count("{}"))]
    return form.format(*filled)


def written(draws: random.Random) -> str:
    """Write a text."""
    lines = [draws.choice([words, around])(draws) for _ in range(draws.choice([1, 2, 4, 8]))]
    if draws.random() < 0.05:
        lines.append(draws.choice(DEEP) * draws.choice([20, 150, 1200]) + "x")
    return draws.choice(["\n", "\n\n", "\n\n", " "]).join(lines)


def filled(text: PaperText, markup: Markup) -> list[str]:
    """Write what stands for references: mathematics and characters as they are, others as a number."""
    write: dict[str, Any] = {"mathematics": markup.mathematics, "character": markup.character}
    return [
        write[each.kind](each.text) if each.kind in write else markup.known(each, "1.0") for each in text.references
    ]


def commands(latex: str) -> set[str]:
    """List the commands of a text in LaTeX."""
    return set(re.findall(r"\\([A-Za-z]+)", latex))


def case(seed: int, _: str = "") -> list[Finding]:
    """Typeset a text, and write it as LaTeX."""
    draws = random.Random(seed)
    contents = written(draws)
    odd, found = repr(contents[:300]), []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            with limited(SECONDS):
                text = read_text(contents)
                at_fault = bool(text.faults) or any(each.fault for each in text.references)
                opening, rest = abstract_and_rest(text)
                typst, latex = ("".join(each(part, text.written) for part in (opening, rest)) for each in WRITERS)
                if at_fault:
                    return []
                found += _typeset(text, typst, TypstMarkup({}, {}))
                found += _latex(text, latex, LatexMarkup({}, {}))
        except PaperError as error:
            if "too many to be read" not in str(error):
                found.append(f"an error outside of mathematics: {error}")
        except Hung:
            found.append(f"hangs for {SECONDS} s")
        except Exception as error:  # what is looked for
            found.append(f"{type(error).__name__}: {str(error)[:300]}")
    return [Finding(seed, "paper", odd, each) for each in found]


def _typeset(text: PaperText, typst: str, markup: TypstMarkup) -> list[str]:
    """Typeset it: what may fail is mathematics, and characters that no font has."""
    document = f'#import "{LAYOUT}": *\n{NO_LIBRARY}\n\n{fill(typst, filled(text, markup))}'
    try:
        typeset(document, {}, text, "text.md")
    except PaperError as error:
        said = str(error)
        is_mathematics = any(each.kind == "mathematics" for each in text.references)
        if "panicked" in said or "package" in said or "file not found" in said or "failed to load" in said:
            return [f"is run: {said[:300]}"]
        if not any(each in said for each in ("no font at hand has", "maximum parsing depth")) and not is_mathematics:
            return [f"is not typeset: {said[:300]}"]
    return []


def _latex(text: PaperText, latex: str, markup: LatexMarkup) -> list[str]:
    """Write it as LaTeX, and look for commands that the program does not write."""
    try:
        parts = filled(text, markup)
    except NoSuchNumber:
        return []
    whole = fill(latex, parts)
    strange = sorted(commands(fill(latex, ["1"] * len(parts))) - KNOWN - set(_signs()))
    said = [f"commands of LaTeX: {strange}"] if strange else []
    harmful = commands(whole) & {
        "input",
        "include",
        "write",
        "immediate",
        "catcode",
        "openin",
        "read",
        "def",
        "let",
        "csname",
    }
    said += [f"commands of LaTeX: {sorted(harmful)}"] if harmful else []
    plain = re.sub(r"\\[{}\\]", "", whole)
    if plain.count("{") != plain.count("}") or "^^" in plain.replace("\\^", ""):
        said.append(f"braces of LaTeX: {whole[:300]!r}")
    return said


def _signs() -> set[str]:
    """Give the commands by which signs are written that not every font has."""
    from ruralpanel.exhibits import latex

    return set(re.findall(r"\\([A-Za-z]+)", " ".join(latex._LETTERS.values())))
