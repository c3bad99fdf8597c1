"""The ``archive`` section: what only the authors can say about the replication archive of their study."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ruralpanel.study.base import Section, Text

Date = Annotated[str, Field(pattern=r"^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]


class Archive(Section):
    """Statements for the README of the replication archive; one that is left out is named there as still to be made."""

    rights: Text | None = None
    """On what grounds the authors had the data, used them and pass on those that are in the archive."""
    data_use_agreements: Text | None = None
    """Agreements under which restricted data were used, with whom, and how another researcher enters into one; `none`
    where there are none."""
    ethics: Text | None = None
    """The approval by an ethics committee or review board: its name, the number and the date; `not applicable` where
    nobody was asked or observed."""
    preregistration: Text | None = None
    """Where the research was registered in advance, with its number; `none` where it was not."""
    instruments: Text | None = None
    """For data the authors collected: where the questionnaires or the instructions are, and how participants were
    selected; `not applicable` for data of others."""
    funding: Text | None = None
    """Who paid, with the numbers of grants; `none` where nobody did."""
    deposit: Text | None = None
    """The repository that keeps the archive, and its DOI once there is one."""
    date: Date | None = None
    """The date of the archive, such as 2026-11-22; left out, it is that of the program's release."""
    licence: Text | None = None
    """The terms the data made by the authors come under, such as CC BY 4.0. The code has its own, in LICENSE."""
    omissions: Text | None = None
    """What is not in the archive although the paper uses it, other than restricted sources, and why; `none` where
    nothing is missing."""
    contact: Text | None = None
    """Whom to ask, with an address."""
