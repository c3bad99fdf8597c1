"""What every kind of exhibit has in common: all that others ask of one, and answers for those that need no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, NamedTuple

from pydantic import Field

from ruralpanel.study.base import Name, Section, Text
from ruralpanel.study.estimators import giving
from ruralpanel.study.estimators.estimator import Gives

if TYPE_CHECKING:  # those know the kinds of exhibits, which are made from this module
    from ruralpanel.errors import Problem
    from ruralpanel.study.beside_published import BesidePublished
    from ruralpanel.study.blocks import Block, Specification
    from ruralpanel.study.checks.context import Context
    from ruralpanel.study.figures_of_places import Outlines
    from ruralpanel.study.model import Study
    from ruralpanel.study.yaml_file import KeyPath

Term = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\*[a-z][a-z0-9_]*)*$")]


class Behind(NamedTuple):
    """The blocks of an exhibit, as far as the study has them.

    Parameters
    ----------
    blocks
        By name.
    parts
        These, and their specifications.
    terms
        What is on a right-hand side in them.
    equations
        Whether the study's blocks are right, so that addresses in them can be looked up.
    """

    blocks: dict[str, Block]
    parts: list[Specification]
    terms: set[str]
    equations: bool


class Exhibit(Section):
    """What tables and figures share.

    A kind says here what is particular to it, for checks, captions, the workflow and the archive; how it is printed or
    drawn is in the module of :mod:`ruralpanel.exhibits` that is called like its ``kind``.
    """

    is_table: ClassVar[bool] = False
    prints_estimates: ClassVar[bool] = False
    """Whether cells of the table are estimates, each with its address."""
    reads: ClassVar[tuple[str, ...]] = ()
    """What it is made from, each handed to its module as a frame under this name: `estimates` or `draws` (of its
    `blocks`), or a file of the panel stage: `panel`, `events`, `balance`, `missingness`, `matches`, `codebook`;
    `sensitivity`; `claims`; `sources` (what the table of every source covers); the `ledgers` of all stages; a map's
    `lines` and `outlines`; the `table` of one source."""

    blocks_under: ClassVar[str] = "blocks"
    """The key that names the blocks of its estimates, an entry each."""
    shows_analyses: ClassVar[str] = "honest_did"
    """The kind of sensitivity analyses that it shows, if it shows any."""

    draws_truth: ClassVar[bool] = False
    """Whether it draws what is true of the effects that it shows, where data are simulated with known ones."""

    title: Text
    """The title, without its number."""
    notes: Text | None = None
    """A sentence of the author's, put before the notes that are written from what is shown. Between double braces it
    refers to numbers of files that the study names as `facts`: `{{ truth/effects/income | decimals 2 }}`."""

    @property
    def estimated_in(self) -> list[str]:
        """The blocks whose estimates are shown; none for an exhibit that shows no estimates."""
        return []

    def shows_outcome(self, outcome: str) -> bool:  # noqa: ARG002
        """Tell whether estimates of an outcome are shown, where its block is."""
        return True

    @classmethod
    def estimators(cls, named: Iterable[str] = ()) -> tuple[str, ...]:  # noqa: ARG003
        """Name the estimators whose results it can show; none for an exhibit that shows no estimates."""
        return ()

    @property
    def analysed_in(self) -> list[str]:
        """The sensitivity analyses that are shown; none for most."""
        return []

    @property
    def drawn_on(self) -> Outlines | None:
        """The outlines that it is drawn on; none for most."""
        return None

    @property
    def known_lines(self) -> dict[str, str]:
        """By `block/specification`, the fact that is its true effects by the value on the axis; none for most."""
        return {}

    @property
    def laid_beside(self) -> BesidePublished | None:
        """The estimates that it lays beside printed ones, and the list of these; none for most."""
        return None

    def standing(self, study: Study) -> str:
        """Say what standing the data have that it shows."""
        return study.data_standing

    @property
    def sources_shown(self) -> list[str]:
        """The sources that it shows by themselves, whether or not the panel has them; none for most."""
        drawn = self.drawn_on
        return [drawn.of] if drawn is not None and drawn.of is not None else []

    def further_files(self, study: Study, made_table: Callable[[str], str]) -> dict[str, list[str]]:  # noqa: ARG002
        """Name the files of those of its :attr:`reads` that the kind alone knows.

        Parameters
        ----------
        study
            The study.
        made_table
            Names the file of a table that the study makes.
        """
        return {}

    def problems(self, context: Context, at: KeyPath, behind: Behind) -> Iterable[Problem]:  # noqa: ARG002
        """Find what is wrong with its keys beside its blocks and analyses.

        Parameters
        ----------
        context
            The study to be checked.
        at
            Where the exhibit stands in it.
        behind
            Its blocks.
        """
        return ()

    def declares(self, study: Study, numbers: Mapping[str, str]) -> dict[str, Any]:  # noqa: ARG002
        """Pick from the study what this kind needs of it and others do not.

        Parameters
        ----------
        study
            The study.
        numbers
            By exhibit, its number.

        Returns
        -------
        dict
            Fields of :class:`ruralpanel.exhibits.caption.ExhibitDeclaration`.
        """
        return {}


class OfEstimates(Exhibit):
    """What exhibits of estimates share."""

    reads: ClassVar[tuple[str, ...]] = ("estimates",)
    shows: ClassVar[tuple[Gives, ...]]
    """What it shows of that which estimators give."""

    blocks: Annotated[list[Name], Field(min_length=1)]
    """The blocks whose estimates are shown, in this order."""

    @property
    def estimated_in(self) -> list[str]:
        """The blocks whose estimates are shown."""
        return list(self.blocks)

    @classmethod
    def estimators(cls, named: Iterable[str] = ()) -> tuple[str, ...]:
        """Name the estimators whose results it can show, those of the study's own among ``named`` too."""
        return giving(cls.shows, named)
