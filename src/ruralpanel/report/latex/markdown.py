"""Markdown as LaTeX: headings, emphasis, lists, quotations, code, links, tables and footnotes."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from xml.etree.ElementTree import Element

from ruralpanel.exhibits.latex import latex_text
from ruralpanel.report.paper.markdown import footnotes, parsed, sides_of, without_arrow

HEADINGS = ("section", "subsection", "subsubsection", "paragraph", "subparagraph", "subparagraph")


def as_latex_text(text: str) -> str:
    """Convert Markdown to LaTeX.

    Parameters
    ----------
    text
        Markdown; marks of references pass unchanged.
    """
    tree = parsed(text)
    return _Writer(footnotes(tree)).blocks(tree)


def words(text: str) -> str:
    """Write words with quotation marks that open and close, and without meaning for LaTeX."""
    spaced = re.sub(r"[^\S\u00a0]+", " ", text)
    opened = re.sub(r'(^|[\s(\[—–])"', "\\1“", spaced).replace('"', "”")
    return latex_text(opened)


class _Writer:
    """Writes a tree; footnotes by the address that the text has for each."""

    def __init__(self, notes: dict[str, Element]) -> None:
        self.notes = notes
        self.written: dict[str, Callable[[Element], str]] = {
            "p": lambda block: self.inline(block).strip(),
            "ul": lambda block: self._items(block, "itemize"),
            "ol": lambda block: self._items(block, "enumerate"),
            "blockquote": lambda block: f"\\begin{{quote}}\n{self.blocks(block)}\\end{{quote}}",
            "pre": self._code,
            "hr": lambda _: r"\par\noindent\rule{\linewidth}{0.4pt}",
            "table": self._table,
        }

    def blocks(self, parent: Element) -> str:
        """Write what stands below one another."""
        pieces = []
        for block in parent:
            if re.fullmatch("h[1-6]", block.tag):
                pieces.append(f"\\{HEADINGS[int(block.tag[1]) - 1]}{{{self.inline(block).strip()}}}")
            elif block.tag in self.written:
                pieces.append(self.written[block.tag](block))
        return "\n\n".join(pieces) + "\n"

    def inline(self, parent: Element) -> str:
        """Write what stands beside one another."""
        pieces = [words(parent.text or "")]
        for child in parent:
            pieces += [self._span(child), words(child.tail or "")]
        return "".join(pieces)

    def _span(self, child: Element) -> str:
        if child.tag == "em":
            return f"\\emph{{{self.inline(child)}}}"
        if child.tag == "strong":
            return f"\\textbf{{{self.inline(child)}}}"
        if child.tag == "code":
            return f"\\texttt{{{latex_text(unescape(child.text or ''))}}}"
        if child.tag == "br":
            return "\\\\\n"
        if child.tag == "sup":
            return f"\\footnote{{{self.blocks(without_arrow(self.notes[child[0].get('href', '')])).strip()}}}"
        if child.tag == "a":
            address = re.sub(r"([#%\\])", r"\\\1", unescape(child.get("href", "")))
            return f"\\href{{{address}}}{{{self.inline(child)}}}"
        return self.inline(child)

    def _items(self, block: Element, kind: str) -> str:
        pieces = [f"\\begin{{{kind}}}"]
        if kind == "enumerate" and block.get("start", "1") != "1":
            pieces.append(f"\\setcounter{{enumi}}{{{int(block.get('start', '1')) - 1}}}")
        for item in block:
            inner, rest = Element("p"), Element("div")
            inner.text = item.text
            inner.extend([child for child in item if child.tag not in self.written])
            rest.extend([child for child in item if child.tag in self.written])
            parts = (self.inline(inner).strip(), self.blocks(rest).strip())
            # A bracket behind \item would be its label.
            pieces.append("\\item{} " + "\n\n".join(part for part in parts if part))
        return "\n".join([*pieces, f"\\end{{{kind}}}"])

    def _code(self, block: Element) -> str:
        return f"\\begin{{verbatim}}\n{unescape(''.join(block.itertext())).rstrip()}\n\\end{{verbatim}}"

    def _table(self, block: Element) -> str:
        """Write a table of the author's, in small print where it has many columns."""
        rows = [[self.inline(cell).strip() for cell in row] for row in block.iter("tr")]
        columns = "".join(side[0] for side in sides_of(block))
        lines = [" & ".join(row) + r" \\" for row in rows]
        return "\n".join(
            [
                r"\begin{center}\footnotesize\setlength{\tabcolsep}{4pt}",
                f"\\begin{{tabular}}{{@{{}}{columns}@{{}}}}",
                r"\toprule",
                lines[0],
                r"\midrule",
                *lines[1:],
                r"\bottomrule",
                r"\end{tabular}\end{center}",
            ]
        )
