"""Markdown as typst markup.

Python-Markdown reads the text; the tree it makes of it is written as typst instead of HTML. Headings, emphasis, lists,
quotations, code, links, tables and footnotes are known; markup of HTML is text like any other.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from html import unescape
from xml.etree.ElementTree import Element

from markdown import Markdown

from ruralpanel.errors import PaperError, Problem
from ruralpanel.report.paper.markup import array, not_a_list, string, words
from ruralpanel.study.paper_text import fill

_LED_TO = re.compile(r"https?://|mailto:", re.IGNORECASE)
"""Where a link may lead; of others, such as to files, scripts or names of a page, the words alone are printed."""

_FENCE = re.compile(r"^( {0,3})(`{3,}|~{3,})([^`]*)$")

_ALIGNED = re.compile(r"text-align:\s*(left|center|right)")


def as_typst(text: str, written: Sequence[str] = ()) -> str:
    """Convert Markdown to typst markup.

    Parameters
    ----------
    text
        Markdown; marks of references pass unchanged, but for those in code and in addresses.
    written
        What stands there in the place of each mark.
    """
    return written_by(_Writer, text, written)


def written_by(writer: type[TreeWriter], text: str, as_written: Sequence[str]) -> str:
    """Convert Markdown with a writer.

    Raises
    ------
    PaperError
        If lists, quotations or what stands in them are nested too deeply.
    """
    try:
        tree = parsed(text)
        return writer(footnotes(tree), as_written).blocks(tree)
    except RecursionError:
        what = "has lists, quotations or brackets in each other, too many to be read"
        raise PaperError([Problem("the text of the paper", what)]) from None


def footnotes(tree: Element) -> dict[str, Element]:
    """Give the footnotes of a parsed text by the address that it has for each."""
    return {f"#{item.get('id')}": item for division in tree.findall("div") for item in division.iter("li")}


def without_arrow(item: Element) -> Element:
    """Take the arrow that would lead back from a footnote out of it."""
    for paragraph in item:
        for arrow in paragraph.findall("a[@class='footnote-backref']"):
            paragraph.remove(arrow)
            last = paragraph[-1] if len(paragraph) else None
            if last is None:
                paragraph.text = _without_space(paragraph.text)
            else:
                last.tail = _without_space(last.tail)
    return item


def sides_of(block: Element) -> list[str]:
    """Tell to which side each column of a table of the author's is aligned."""
    first = next(block.iter("tr"))
    aligned = [_ALIGNED.search(cell.get("style", "")) for cell in first]
    return [found[1] if found else "left" for found in aligned]


def parsed(text: str) -> Element:
    """Parse Markdown, with HTML and entities taken as they are written."""
    reader = Markdown(extensions=["tables", "footnotes", "sane_lists"])
    reader.preprocessors.register(_Fences(), "fences", 25)
    for registry, names in (
        (reader.preprocessors, ["html_block"]),
        (reader.inlinePatterns, ["html", "entity", "image_link", "image_reference", "short_image_ref"]),
        (reader.treeprocessors, ["prettify"]),
    ):
        for name in names:
            registry.deregister(name)
    trees: list[Element] = []

    def keep(tree: Element) -> str:
        trees.append(tree)
        return ""

    reader.serializer = keep
    reader.stripTopLevelTags = False
    reader.convert(text)
    return trees[0] if trees else Element("div")


class _Fences:
    """Indents what stands between fences, which is how Markdown has had code before there were any."""

    def run(self, lines: list[str]) -> list[str]:
        """Give the lines without fences; one that is not closed reaches to the end."""
        written: list[str] = []
        fence = ""
        for line in lines:
            found = _FENCE.match(line)
            if not fence and found is not None:
                fence = found[2]
                written.append("")
            elif fence and found is not None and found[2].startswith(fence) and not found[3].strip():
                fence = ""
                written.append("")
            else:
                written.append(f"    {line}" if fence else line)
        return written


class TreeWriter(ABC):
    """Writes a tree in some markup: which, is for the classes below it to say.

    Parameters
    ----------
    notes
        Footnotes, by the address that the text has for each.
    as_written
        What the text has in the place of each mark.
    """

    written: dict[str, Callable[[Element], str]]
    """What writes a block, by its tag."""

    def __init__(self, notes: dict[str, Element], as_written: Sequence[str]) -> None:
        self.notes = notes
        self.as_written = list(as_written)

    @abstractmethod
    def heading(self, level: int, text: str) -> str:
        """Write a heading."""

    @abstractmethod
    def words(self, text: str) -> str:
        """Write words, in which nothing is markup."""

    @abstractmethod
    def span(self, child: Element) -> str:
        """Write what stands within a line."""

    def blocks(self, parent: Element) -> str:
        """Write what stands below one another."""
        pieces = []
        for block in parent:
            if re.fullmatch("h[1-6]", block.tag):
                pieces.append(self.heading(int(block.tag[1]), self.inline(block).strip()))
            elif block.tag in self.written:
                pieces.append(self.written[block.tag](block))
        return "\n\n".join(pieces) + "\n"

    def inline(self, parent: Element) -> str:
        """Write what stands beside one another."""
        pieces = [self.words(parent.text or "")]
        for child in parent:
            pieces += [self.span(child), self.words(child.tail or "")]
        return "".join(pieces)

    def note(self, address: str) -> str:
        """Write a footnote without the arrow that would lead back from it."""
        return self.blocks(without_arrow(self.notes[address])).strip()

    def parts_of(self, item: Element) -> tuple[str, str]:
        """Write the first words of an item, which are no paragraph where a list is tight, and the rest."""
        inner, rest = Element("p"), Element("div")
        inner.text = item.text
        inner.extend([child for child in item if child.tag not in self.written])
        rest.extend([child for child in item if child.tag in self.written])
        return self.inline(inner).strip(), self.blocks(rest).strip()

    def code(self, child: Element) -> str:
        """Give code as the author wrote it: in it, nothing refers to anything."""
        return fill(unescape("".join(child.itertext())), self.as_written)

    def led_to(self, child: Element) -> str:
        """Give the address of a link that may be followed: none to files, scripts or names of a page."""
        address = fill(unescape(child.get("href", "")), self.as_written)
        return address if _LED_TO.match(address) else ""


class _Writer(TreeWriter):
    """Writes a tree as typst markup."""

    def __init__(self, notes: dict[str, Element], as_written: Sequence[str]) -> None:
        super().__init__(notes, as_written)
        self.written = {
            "p": lambda block: not_a_list(self.inline(block).strip()),
            "ul": lambda block: f"#list{self._items(block)}",
            "ol": lambda block: f"#enum(start: {int(block.get('start', '1'))}){self._items(block)}",
            "blockquote": lambda block: f"#quote(block: true)[\n{self.blocks(block)}]",
            "pre": lambda block: f"#raw({string(self.code(block).rstrip())}, block: true)",
            "hr": lambda _: "#line(length: 100%, stroke: 0.4pt)",
            "table": self._table,
        }

    def heading(self, level: int, text: str) -> str:
        """Write a heading."""
        return f"{'=' * level} {text}"

    def words(self, text: str) -> str:
        """Write words."""
        return words(text)

    def span(self, child: Element) -> str:
        """Write what stands within a line."""
        if child.tag == "em":
            return f"#emph[{self.inline(child)}];"
        if child.tag == "strong":
            return f"#strong[{self.inline(child)}];"
        if child.tag == "code":
            return f"#raw({string(self.code(child))});"
        if child.tag == "br":
            return "#linebreak();"
        if child.tag == "sup":
            return f"#footnote[{self.note(child[0].get('href', ''))}];"
        if child.tag == "a" and (address := self.led_to(child)):
            return f"#link({string(address)})[{self.inline(child)}];"
        return self.inline(child)

    def _items(self, block: Element) -> str:
        pieces = []
        for opening, rest in map(self.parts_of, block):
            pieces.append("[" + "\n\n".join(part for part in (not_a_list(opening), rest) if part) + "]")
        return "".join(pieces)

    def _table(self, block: Element) -> str:
        """Write a table of the author's."""
        rows = [list(row) for row in block.iter("tr")]
        sides = array(sides_of(block))
        heads = ", ".join(f"[{self.inline(cell)}]" for cell in rows[0])
        cells = ", ".join(f"[{self.inline(cell)}]" for row in rows[1:] for cell in row)
        return f"#written-table({sides}, ({heads},), {cells})"


def _without_space(text: str | None) -> str:
    """Take the mark of a space that does not break from the end of a text."""
    from markdown.extensions.footnotes import NBSP_PLACEHOLDER

    return (text or "").replace(NBSP_PLACEHOLDER, "")
