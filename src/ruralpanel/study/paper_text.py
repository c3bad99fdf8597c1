"""What the author's text of a paper refers to: numbers, facts of the run, claims, exhibits, works, and mathematics.

The text is Markdown. In it, double braces ask for a number by its address, `{{ baseline/income | decimals 2 }}`, for a
fact of the run, `{{ run: units }}`, for what became of a claim, `{{ claim: pays }}`, and on a line of their own for an
exhibit, `{{ exhibit: baseline }}`. `@tbl:baseline` and `@fig:event_study` refer to exhibits, `[@sun2021, p. 3]` and
`@sun2021` to works, and mathematics stands between dollar signs in the notation of typst.

Each of these is found with its line and leaves a mark in the text, so that converting Markdown cannot touch it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ruralpanel.errors import nearest

if TYPE_CHECKING:  # which checks texts with this
    from ruralpanel.study.model import Study

Kind = Literal["number", "fact", "claim", "exhibit", "pointer", "citation", "mathematics", "character", "nothing"]

FACTS = ("rows", "units", "periods", "first_period", "last_period", "sources", "estimates", "seed", "answer", "truth")
"""Facts of the whole run."""

TREATMENT_FACTS = ("treated", "never_treated", "cohorts", "first_cohort", "last_cohort")
"""Facts of a treatment, which is named after a slash: ``treated/taobao_village``."""

VERDICT_FACTS = ("verdict", "published_cells", "reproduced_cells")
"""Facts of the comparison with published values."""

FORMATS = ("percent", "percent_change", "unsigned", "standard_error", "interval", "p")
"""What can be asked for behind the bar of a number, beside ``decimals N``."""

DECIMALS = 3
MOST_DECIMALS = 8

_START, _END = "\ue000", "\ue001"
_MARK = re.compile(f"{_START}(\\d+){_END}")

_BRACES = re.compile(r"\{\{(?P<braces>[^{}\n]*)\}\}")

_CODE = "in mathematics, # begins a program, which a text cannot hold"

_LIBRARY = "in mathematics, `std.` leads to all that a program can do, which a text cannot hold"

_LED_TO_LIBRARY = re.compile(r"(?<![^\W\d_])std\.")

_NOT_CLOSED = "double braces are not closed on their line"

_FENCED = r"""^[ ]{0,3}(?P<fence>`{3,}|~{3,})[^`\n]*\n(?:.*?\n)??(?:[ ]{0,3}(?P=fence)[`~]*[ \t]*$|(?![\s\S]))"""

_FOUND = re.compile(
    rf"""
      (?P<block>{_FENCED})
    | (?P<code>(?P<ticks>`+)(?!`)[^`\n]*(?P=ticks))
    | <!--.*?--> (?#nothing is printed of a remark)
    | \\(?P<character>[$@{{}}])
    | {_BRACES.pattern}
    | (?P<mathematics>\$(?:[^$\\\n]|\\.|\n(?!\s*\n))+\$)
    | \[(?P<citation>@[^\]]+)\]
    | (?<![\w@./])@(?P<pointer>(?:tbl|fig):[a-z0-9_]*)
    | (?<![\w@./])@(?P<work>[A-Za-z](?:[\w:.-]*\w)?)
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Reference:
    """Something the text refers to.

    Parameters
    ----------
    kind
        What it is.
    text
        As it was written, without braces, dollar signs or the formats behind a bar; a character itself.
    line
        Its line in the file, counted from 1.
    formats
        How a number is to be printed.
    decimals
        Of a number; none for those it has by itself.
    works
        The works that are cited, each with what stands behind a comma.
    in_sentence
        Whether a work is cited as part of the sentence.
    fault
        What is wrong with the way it is written, and what would be right; empty when nothing is.
    written
        All that it is in the text, for code and addresses, in which it refers to nothing.
    """

    kind: Kind
    text: str
    line: int
    formats: tuple[str, ...] = ()
    decimals: int | None = None
    works: tuple[tuple[str, str], ...] = ()
    in_sentence: bool = False
    fault: tuple[str, str] | None = None
    written: str = ""


@dataclass(frozen=True)
class PaperText:
    """A text whose references are marks.

    Parameters
    ----------
    marked
        Markdown with a mark in the place of each reference.
    references
        What stands for each mark, by its number.
    faults
        What is wrong with the text itself: line, what, and what would be right.
    """

    marked: str
    references: list[Reference] = field(default_factory=list)
    faults: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def written(self) -> list[str]:
        """What the text has in the place of each mark."""
        return [each.written for each in self.references]

    @property
    def placed(self) -> list[str]:
        """The exhibits placed in the text, in its order."""
        return [each.text for each in self.references if each.kind == "exhibit"]


def read_text(text: str) -> PaperText:
    """Find all that a text refers to.

    Parameters
    ----------
    text
        The Markdown of a paper.
    """
    text = text.replace("\r\n", "\n").replace(_START, "").replace(_END, "")
    references: list[Reference] = []
    pieces: list[str] = []
    position = 0
    for found in _FOUND.finditer(text):
        pieces.append(text[position : found.start()])
        position = found.end()
        line = text.count("\n", 0, found.start()) + 1
        if found["code"] is not None or found["block"] is not None:
            pieces.append(found[0])
        elif found[0].startswith("<!--"):
            pieces.append("\n" * found[0].count("\n"))
        else:
            pieces.append(f"{_START}{len(references)}{_END}" + "\n" * found[0].count("\n"))
            references.append(replace(_reference(found, line), written=found[0]))
    pieces.append(text[position:])
    marked = "".join(pieces)
    return PaperText(marked, references, list(_faults(marked, references)))


def exhibits_of_appendix(study: Study, root: Path = Path()) -> list[str]:
    """List the exhibits that an author's text does not place: they are in the online appendix.

    Parameters
    ----------
    study
        The study; without a text of an author's, the paper has all exhibits.
    root
        The top of the repository.
    """
    if study.paper is None:
        return []
    placed = read_text((root / study.paper.text).read_text(encoding="utf-8-sig")).placed
    return [name for name in study.exhibits if name not in placed]


def read_notes(text: str) -> PaperText:
    """Find what the notes of an exhibit ask for between double braces; nothing else has a meaning in them.

    Parameters
    ----------
    text
        The notes, as the study has them.
    """
    references: list[Reference] = []

    def mark(found: re.Match[str]) -> str:
        references.append(_braces(found["braces"].strip(), 1))
        return f"{_START}{len(references) - 1}{_END}"

    marked = _BRACES.sub(mark, text.replace(_START, "").replace(_END, ""))
    is_open = "{{" in marked or "}}" in marked
    return PaperText(marked, references, [(1, _NOT_CLOSED, "write {{ … }}")] if is_open else [])


def fill(text: str, filled: list[str]) -> str:
    """Put what stands for them in the place of marks.

    Parameters
    ----------
    text
        A text with marks.
    filled
        What stands for each reference, in the order of :attr:`PaperText.references`.
    """
    return _MARK.sub(lambda mark: filled[int(mark[1])], text) if filled else text


def marks_alone(text: str) -> int | None:
    """Give the number of the mark that a text consists of, if it is nothing else."""
    mark = _MARK.fullmatch(text.strip())
    return int(mark[1]) if mark else None


def _reference(found: re.Match[str], line: int) -> Reference:
    if found["character"] is not None:
        return Reference("character", found["character"], line)
    if found["mathematics"] is not None:
        return Reference("mathematics", found["mathematics"], line, fault=_program_in(found["mathematics"]))
    if found["pointer"] is not None:
        return Reference("pointer", found["pointer"], line)
    if found["work"] is not None:
        return Reference("citation", found["work"], line, works=((found["work"], ""),), in_sentence=True)
    if found["citation"] is not None:
        return _citation(" ".join(found["citation"].split()), line)
    return _braces(found["braces"].strip(), line)


def _program_in(mathematics: str) -> tuple[str, str] | None:
    """Say what in mathematics would be run and not printed."""
    plain = re.sub(r"\\.", "", mathematics, flags=re.DOTALL)
    if "#" in plain:
        return _CODE, "write `quad` for a space, or \\# for the sign"
    if _LED_TO_LIBRARY.search(plain):
        return _LIBRARY, 'write "std" for the word, without a point behind it'
    return None


def _citation(written: str, line: int) -> Reference:
    works = []
    for each in written.split(";"):
        key, _, behind = each.strip().partition(",")
        if not re.fullmatch(r"@[A-Za-z]([\w:.-]*\w)?", key.strip()):
            fault = (f"`[{written}]` cannot be read as citations", "write [@key], [@key, p. 3] or [@key; @other]")
            return Reference("citation", written, line, fault=fault)
        works.append((key.strip()[1:], behind.strip()))
    return Reference("citation", written, line, works=tuple(works))


def _braces(written: str, line: int) -> Reference:
    """Read what stands between double braces."""
    asked, bar, behind = (part.strip() for part in written.partition("|"))
    word, colon, name = (part.strip() for part in asked.partition(":"))
    kinds: dict[str, Kind] = {"run": "fact", "claim": "claim", "exhibit": "exhibit"}
    if colon and word not in kinds:
        return Reference("nothing", written, line, fault=(f"`{word}:` is not known here", nearest(word, kinds)))
    if not asked or (colon and not name):
        return Reference(
            "nothing", written, line, fault=("the braces ask for nothing", "write the address of a number")
        )
    if colon:
        fault = (f"`{behind}`: only numbers of estimates have formats", "leave it out") if bar else None
        return Reference(kinds[word], name, line, fault=fault)
    formats: list[str] = []
    decimals = None
    for each in (part.strip() for part in behind.split(",") if part.strip()):
        number = re.fullmatch(r"decimals\s+(\d)", each)
        if number and int(number[1]) <= MOST_DECIMALS:
            decimals = int(number[1])
        elif each in FORMATS:
            formats.append(each)
        else:
            fault = (f"`{each}` is not a format of numbers", nearest(each, [*FORMATS, "decimals 2"]))
            return Reference("number", asked, line, fault=fault)
    fault = None
    if {"percent", "percent_change"} <= set(formats):
        fault = ("a number is a `percent` or a `percent_change`", "keep one of them")
    elif "#" in asked and set(formats) - {"percent", "unsigned"}:
        fault = (f"`{asked}` is one number of an estimate and has no standard error, interval or p", "leave `#…` out")
    return Reference("number", asked, line, tuple(formats), decimals, fault=fault)


def _lines_alone(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _faults(marked: str, references: list[Reference]) -> Iterator[tuple[int, str, str]]:
    """Find what Markdown has and a paper cannot, and what is not closed or stands in the wrong place."""
    marked = re.sub(_FENCED, _lines_alone, marked, flags=re.VERBOSE | re.DOTALL | re.MULTILINE)
    notes = set(re.findall(r"^ {0,3}\[\^([^\]]+)\]:", marked, re.MULTILINE))
    for number, line in enumerate(marked.split("\n"), start=1):
        plain = re.sub(r"`[^`]*`", "", line)
        if "{{" in plain or "}}" in plain:
            yield number, _NOT_CLOSED, "write {{ … }}, or \\{ for a brace"
        if "![" in plain:
            yield number, "a picture cannot be put into the text", "place an exhibit: {{ exhibit: name }}"
        for note in re.findall(r"\[\^([^\]]+)\](?!:)", plain):
            if note not in notes:
                yield number, f"there is no footnote `{note}`", nearest(note, notes) or f"write [^{note}]: …"
        for mark in _MARK.finditer(plain):
            if references[int(mark[1])].kind == "exhibit" and marks_alone(plain) is None:
                yield number, "an exhibit is placed on a line of its own", "refer to it in a sentence: @tbl:name"
