"""The ``paper`` section: the author's text, and how it is typeset."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ruralpanel.study.base import Section, Text

Language = Literal["en", "de", "es", "fr", "zh"]


class Paper(Section):
    """The paper, `results/<study>/paper.pdf`. Without this section it has the title, the question, the data, the
    exhibits and the limits as the study file states them."""

    text: Text
    """The author's text in Markdown. What stands before the first heading is the abstract."""
    bibliography: Text | None = None
    """A BibTeX file with the works that are cited."""
    citation_style: Text = "chicago-author-date"
    """How works are cited: a style that typst knows by name (`apa`, `harvard-cite-them-right`, …), or a file ending
    in `.csl` in the Citation Style Language."""
    keywords: list[Text] = []
    """Printed below the abstract."""
    jel: list[Annotated[str, Field(pattern=r"^[A-Z][0-9]{1,2}$")]] = []
    """Codes of the classification of the Journal of Economic Literature: `O13`."""
    acknowledgements: Text | None = None
    """A footnote to the authors' names."""
    anonymous: bool = False
    """Whether to leave out authors and acknowledgements, for review."""
    language: Language = "en"
    """The language of the text: of hyphenation, quotation marks and the words Table, Figure and References. Notes of
    exhibits are in English."""
    font: Text | None = None
    """A font family other than Libertinus Serif, which is always there, as is Noto Serif SC for Chinese characters."""
    font_folder: Text | None = None
    """The folder with that font's files; left out, the font must be installed on the machine."""
    line_numbers: bool = False
    """Whether to number lines in the margin, as some journals ask of manuscripts."""

    @property
    def files(self) -> list[str]:
        """The files of the author's that the paper is made from, from the top of the repository; no fonts."""
        style = [self.citation_style] if self.citation_style.endswith(".csl") else []
        return [self.text, *([self.bibliography] if self.bibliography else []), *style]
