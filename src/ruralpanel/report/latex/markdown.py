"""Markdown as LaTeX: headings, emphasis, lists, quotations, code, links, tables and footnotes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote
from xml.etree.ElementTree import Element

from ruralpanel.exhibits.latex import latex_text
from ruralpanel.report.paper.markdown import TreeWriter, sides_of, written_by

HEADINGS = ("section", "subsection", "subsubsection", "paragraph", "subparagraph", "subparagraph")


def as_latex_text(text: str, written: Sequence[str] = ()) -> str:
    """Convert Markdown to LaTeX.

    Parameters
    ----------
    text, written
        As of :func:`ruralpanel.report.paper.markdown.as_typst`.
    """
    return written_by(_Writer, text, written)


def words(text: str) -> str:
    """Write words with quotation marks that open and close, and without meaning for LaTeX."""
    spaced = re.sub(r"[^\S\u00a0]+", " ", text)
    opened = re.sub(r'(^|[\s(\[—–])"', "\\1“", spaced).replace('"', "”")
    return latex_text(opened)


def _address(address: str) -> str:
    """Write an address with codes for signs that end an argument, and none that LaTeX reads otherwise."""
    return re.sub(r"([#%&])", r"\\\1", quote(address, safe="#%&/:;?@=+$,!*'()~[]"))


class _Writer(TreeWriter):
    """Writes a tree as LaTeX."""

    def __init__(self, notes: dict[str, Element], as_written: Sequence[str]) -> None:
        super().__init__(notes, as_written)
        self.written = {
            "p": lambda block: self.inline(block).strip(),
            "ul": lambda block: self._items(block, "itemize"),
            "ol": lambda block: self._items(block, "enumerate"),
            "blockquote": lambda block: f"\\begin{{quote}}\n{self.blocks(block)}\\end{{quote}}",
            "pre": self._code,
            "hr": lambda _: r"\par\noindent\rule{\linewidth}{0.4pt}",
            "table": self._table,
        }

    def heading(self, level: int, text: str) -> str:
        """Write a heading."""
        return f"\\{HEADINGS[level - 1]}{{{text}}}"

    def words(self, text: str) -> str:
        """Write words."""
        return words(text)

    def span(self, child: Element) -> str:
        """Write what stands within a line."""
        if child.tag == "em":
            return f"\\emph{{{self.inline(child)}}}"
        if child.tag == "strong":
            return f"\\textbf{{{self.inline(child)}}}"
        if child.tag == "code":
            return f"\\texttt{{{latex_text(self.code(child))}}}"
        if child.tag == "br":
            return "\\\\\n"
        if child.tag == "sup":
            return f"\\footnote{{{self.note(child[0].get('href', ''))}}}"
        if child.tag == "a" and (address := self.led_to(child)):
            return f"\\href{{{_address(address)}}}{{{self.inline(child)}}}"
        return self.inline(child)

    def _items(self, block: Element, kind: str) -> str:
        pieces = [f"\\begin{{{kind}}}"]
        if kind == "enumerate" and block.get("start", "1") != "1":
            pieces.append(f"\\setcounter{{enumi}}{{{int(block.get('start', '1')) - 1}}}")
        # A bracket behind \item would be its label.
        pieces += ["\\item{} " + "\n\n".join(part for part in parts if part) for parts in map(self.parts_of, block)]
        return "\n".join([*pieces, f"\\end{{{kind}}}"])

    def _code(self, block: Element) -> str:
        """Write code line by line, for what ends a verbatim environment may stand in it."""
        lines = self.code(block).rstrip().split("\n")
        written = " \\\\\n".join(latex_text(line).replace(" ", "~") or "~" for line in lines)
        return f"\\begin{{flushleft}}\\ttfamily\\small\n{written}\n\\end{{flushleft}}"

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
