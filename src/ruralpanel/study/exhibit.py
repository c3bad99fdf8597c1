"""What every kind of exhibit has in common."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ruralpanel.study.base import Name, Section, Text

Term = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\*[a-z][a-z0-9_]*)*$")]


class Exhibit(Section):
    """What tables and figures share."""

    is_table: ClassVar[bool] = False
    reads: ClassVar[tuple[str, ...]] = ()
    """What it is made from, each handed to its module as a frame under this name: `estimates` or `draws` (of its
    `blocks`), or a file of the panel stage: `panel`, `events`, `balance`, `missingness`, `matches`, `codebook`;
    `sensitivity`; `claims`; `sources` (what the table of every source covers); the `ledgers` of all stages; a map's
    `lines` and `outlines`."""

    title: Text
    """The title, without its number."""
    notes: Text | None = None
    """A sentence of the author's, put before the notes that are written from what is shown. Between double braces it
    refers to numbers of files that the study names as `facts`: `{{ truth/effects/income | decimals 2 }}`."""

    @property
    def estimated_in(self) -> list[str]:
        """The blocks whose estimates are shown; none for an exhibit that shows no estimates."""
        return []

    @property
    def analysed_in(self) -> list[str]:
        """The sensitivity analyses that are shown; none for most."""
        return []


class OfEstimates(Exhibit):
    """What exhibits of estimates share."""

    reads: ClassVar[tuple[str, ...]] = ("estimates",)

    blocks: Annotated[list[Name], Field(min_length=1)]
    """The blocks whose estimates are shown, in this order."""

    @property
    def estimated_in(self) -> list[str]:
        """The blocks whose estimates are shown."""
        return list(self.blocks)
