"""Mathematics in the notation of typst, as authors write it here, as LaTeX.

What is read: letters and Greek names, text in quotation marks, sub- and superscripts, fractions, functions such as
``exp`` and ``hat``, sums, and the signs of :data:`SYMBOLS`.
"""

from __future__ import annotations

import re

from ruralpanel.errors import nearest
from ruralpanel.exhibits.latex import latex_text
from ruralpanel.study.addresses import NoSuchNumber

GREEK = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu"),
    *("xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
    *("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega"),
)

FUNCTIONS = ("exp", "ln", "log", "max", "min", "sup", "inf", "lim", "arg", "det", "dim", "sin", "cos", "tan", "Pr")

AROUND = {
    "hat": "hat",
    "tilde": "tilde",
    "macron": "bar",
    "overline": "overline",
    "underline": "underline",
    "dot": "dot",
    "arrow": "vec",
    "sqrt": "sqrt",
    "frac": "frac",
    "binom": "binom",
    "bold": "mathbf",
    "upright": "mathrm",
    "cal": "mathcal",
    "bb": "mathbb",
}
"""What takes its arguments in parentheses, by its name in typst."""

SYMBOLS = {
    "sum": r"\sum",
    "product": r"\prod",
    "integral": r"\int",
    "times": r"\times",
    "dot.c": r"\cdot",
    "dots": r"\dots",
    "dots.h": r"\dots",
    "dots.c": r"\cdots",
    "infinity": r"\infty",
    "oo": r"\infty",
    "in": r"\in",
    "partial": r"\partial",
    "nabla": r"\nabla",
    "forall": r"\forall",
    "exists": r"\exists",
    "quad": r"\quad",
    "plus.minus": r"\pm",
    "approx": r"\approx",
    "tilde.op": r"\sim",
    "prop": r"\propto",
    "bar.v": r"\mid",
    "divides": r"\mid",
    "without": r"\setminus",
    "union": r"\cup",
    "sect": r"\cap",
    "perp": r"\perp",
    "prime": "'",
    "EE": r"\mathbb{E}",
    "RR": r"\mathbb{R}",
    "NN": r"\mathbb{N}",
    "PP": r"\mathbb{P}",
}

SHORTHANDS = {"->": r"\to", "=>": r"\Rightarrow", "<=": r"\leq", ">=": r"\geq", "!=": r"\neq", "...": r"\dots"}

_TOKEN = re.compile(r'"[^"]*"|[^\W\d_]+(?:\.[^\W\d_]+)*|\d+(?:\.\d+)?|->|=>|<=|>=|!=|\.\.\.|\\.|\\|\s+|.', re.DOTALL)


def as_latex_mathematics(written: str) -> str:
    """Write a formula as LaTeX, with what stands around it: a formula on a line of its own has spaces inside its signs.

    Parameters
    ----------
    written
        With dollar signs around it.

    Raises
    ------
    NoSuchNumber
        If it has a name that is not known here.
    """
    inner = written[1:-1]
    is_block = inner[:1].isspace() and inner[-1:].isspace()
    latex = _Reader(inner).all()
    return f"\\[\n{latex}\n\\]" if is_block else f"${latex}$"


class _Reader:
    """Reads a formula from left to right."""

    def __init__(self, text: str) -> None:
        self.tokens = _TOKEN.findall(" ".join(text.split()))
        self.at = 0

    def all(self) -> str:
        """Write everything."""
        return self._until("")

    def _next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _take(self) -> str:
        token = self._next()
        self.at += 1
        return token

    def _until(self, end: str) -> str:
        """Write what comes before a closing sign, or before the end."""
        pieces: list[str] = []
        while self._next() and self._next() != end:
            if self._next().isspace():
                self._take()
            elif self._next() == "/":
                self._take()
                self._skip_space()
                above = _without_parentheses(pieces.pop()) if pieces else ""
                pieces.append(rf"\frac{{{above}}}{{{_without_parentheses(self._scripted())}}}")
            else:
                pieces.append(self._scripted())
        if end and self._take() != end:
            raise NoSuchNumber("the mathematics has a parenthesis that is not closed", f"write {end}")
        return " ".join(pieces)

    def _scripted(self) -> str:
        """Write an atom with its sub- and superscripts."""
        atom = self._atom()
        while self._next() in ("_", "^", "'"):
            sign = self._take()
            atom += "'" if sign == "'" else f"{sign}{{{_without_parentheses(self._atom())}}}"
        return atom

    def _atom(self) -> str:
        token = self._take()
        if token == "(":
            return f"({self._until(')')})"
        if token == "[":
            return f"[{self._until(']')}]"
        if token[:1] == '"':
            return rf"\text{{{latex_text(token[1:-1])}}}"
        if token in SHORTHANDS:
            return SHORTHANDS[token]
        if len(token) > 1 and token[0].isalpha():
            return self._name(token)
        if token == "\\":
            return r"\\"
        return token if token[:1] == "\\" or token.isalnum() or token == "&" else latex_text(token)

    def _name(self, token: str) -> str:
        if token in AROUND and self._next() == "(":
            self._take()
            arguments = [self._until_comma_or_end()]
            while self.tokens[self.at - 1] == ",":
                arguments.append(self._until_comma_or_end())
            return f"\\{AROUND[token]}" + "".join(f"{{{each}}}" for each in arguments)
        if token in GREEK:
            return token[0] if token == "omicron" else f"\\{token}"
        if token in FUNCTIONS:
            return f"\\{token}"
        if token in SYMBOLS:
            return SYMBOLS[token]
        known = [*GREEK, *FUNCTIONS, *SYMBOLS, *AROUND]
        what = f"the mathematics has `{token}`, which the LaTeX project does not know"
        raise NoSuchNumber(what, nearest(token, known))

    def _until_comma_or_end(self) -> str:
        pieces: list[str] = []
        while self._next() not in (",", ")", ""):
            if self._next().isspace():
                self._take()
            else:
                pieces.append(self._scripted())
        if not self._take():
            raise NoSuchNumber("the mathematics has a parenthesis that is not closed", "write )")
        return " ".join(pieces)

    def _skip_space(self) -> None:
        while self._next().isspace():
            self._take()


def _without_parentheses(latex: str) -> str:
    """Take the parentheses from around a group: typst uses them to group, and does not print them there."""
    depth = 0
    for position, character in enumerate(latex):
        depth += (character == "(") - (character == ")")
        if depth == 0 and position < len(latex) - 1:
            return latex
    return latex[1:-1] if latex[:1] == "(" and latex[-1:] == ")" else latex
