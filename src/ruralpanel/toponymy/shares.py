"""Count the names of a county's villages that follow a pattern."""

from __future__ import annotations

from importlib.resources import files
from typing import Annotated

import pandas as pd
import yaml
from pydantic import Field

from ruralpanel.study.base import Section, Text


class NameList(Section):
    """Where the list of names is."""

    file: Text
    """The name of a .tgz archive."""
    access: Text
    """How to get it."""
    sha256: Text
    """The archive's sha256."""
    member: Text
    """The CSV file inside, with the columns ``code`` (12 digits) and ``name``."""


class Patterns(Section):
    """What is looked for in names; ``patterns.yaml`` says why."""

    names: NameList
    endings: Annotated[list[Text], Field(min_length=1)]
    short_endings: Annotated[list[Text], Field(min_length=1)]
    surnames: Text
    shares: dict[str, Text]

    def expression(self, share: str) -> str:
        """Give a share's regular expression, with the surnames spelled out."""
        return self.shares[share].replace("{surnames}", "".join(self.surnames.split()))


def load_patterns() -> Patterns:
    """Read the patterns that come with the package."""
    text = files("ruralpanel.toponymy").joinpath("patterns.yaml").read_text(encoding="utf-8")
    return Patterns.model_validate(yaml.safe_load(text))


def name_shares(villages: pd.DataFrame, patterns: Patterns) -> pd.DataFrame:
    """Compute, for every county, the share of its villages whose name follows each pattern.

    Parameters
    ----------
    villages
        One row a village committee or residents' committee: ``code`` (12 digits, text) and ``name``.
    patterns
        What is looked for.

    Returns
    -------
    pandas.DataFrame
        One row a county, sorted: ``county`` (6 digits), ``villages`` (village committees, which are counted) and a
        column from 0 to 1 for each share, rounded to six decimals. Counties without a village committee are not there.
    """
    ending = f"(?:{'|'.join(patterns.endings)})$"
    # 居委会 ends in 委会 too, and is a residents' committee.
    written_out = villages["name"].str.contains(ending) & ~villages["name"].str.endswith("居委会")
    committees = villages[written_out | villages["name"].str.endswith(tuple(patterns.short_endings))]
    stem = committees["name"].str.replace(ending, "", regex=True)
    found = pd.DataFrame(
        {
            "county": committees["code"].str[:6],
            **{
                share: stem.str.contains(patterns.expression(share).replace("(", "(?:"), regex=True)
                for share in patterns.shares
            },
        }
    )
    by_county = found.groupby("county", sort=True)
    shares = by_county[list(patterns.shares)].mean().round(6)
    shares.insert(0, "villages", by_county.size())
    return shares.reset_index()
