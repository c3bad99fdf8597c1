"""The ``match_names`` key of a table: places written as names get the codes of a gazetteer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from ruralpanel.study.base import Name, Section, Text
from ruralpanel.study.places import plain_path

REPORT_COLUMNS = ["method", "code", "matched", "rows", "candidates", "reason"]
"""What a report says of each combination of names, after the columns with the names themselves."""

Fate = Literal["fail", "missing", "drop"]


class Level(Section):
    """One level of places, such as the county."""

    column: Name
    """The table's column with the name of the place as it is written there."""
    gazetteer: Name
    """The gazetteer's column with the name of the place."""
    optional: bool = False
    """Whether the name tells namesakes apart without having to agree, for counties move between prefectures. Where it
    does not agree, a place is found if its name is the only one of its kind in the place above."""


class MatchNames(Section):
    """Places written as names get the codes of a gazetteer, never by a guess.

    Names are looked up as they are written first; then without what names are written with and without (spaces,
    full-width and traditional characters, suffixes such as 县, 自治州 or 村民委员会); then by the place they are in
    (the prefecture differs, or a county has become a city or a district). Every combination of names is in a report,
    with the way it was matched.
    """

    gazetteer: Name
    """The source or table with one row for each place: its code, its name and the names of the places it is in. It is
    read beside the panel and not joined to it."""
    code: Name
    """The gazetteer's column with the code."""
    into: Name | None = None
    """The column that the table gets; left out: called as in the gazetteer."""
    levels: Annotated[list[Level], Field(min_length=1)]
    """The names, from the largest place to the one whose code is wanted: province, prefecture, county."""
    valid_from: Name | None = None
    """The gazetteer's column with the first year of a code and its names; missing: from the beginning."""
    valid_until: Name | None = None
    """The gazetteer's column with the year in which they were given up, as yearly tables of changes say it; missing:
    still valid. In that year the old and the new are both understood, the new one where a name could be either."""
    year: Name | int | None = None
    """The table's column with the year of its names, or one year for all rows. It goes with `valid_from`,
    `valid_until` or both: only the gazetteer's rows that are valid in the year are looked at."""
    decisions: Annotated[Text, AfterValidator(plain_path)] | None = None
    """A CSV file of reviewed decisions, from the top of the repository: a column for each level's names as they are
    written, `code` and `reason`. It goes before every other way. An empty code says that no place has one. A decision
    that no row needs any more, or whose code the gazetteer does not have, is an error."""
    unmatched: Fate = "fail"
    """What a row means whose names fit no place: it is an error, the code is missing, or the row is dropped."""
    ambiguous: Fate | None = None
    """The same for a row whose names fit several places; left out: as `unmatched`."""

    @model_validator(mode="after")
    def _levels_that_can_be_told_apart(self) -> MatchNames:
        if self.levels[-1].optional:
            raise ValueError("the last of `levels` is the place that is wanted and cannot be `optional`")
        for key in ("column", "gazetteer"):
            names = [getattr(level, key) for level in self.levels]
            repeated = sorted({name for name in names if names.count(name) > 1})
            if repeated:
                raise ValueError(f"`levels` have the {key} {', '.join(repeated)} twice")
        taken = sorted(set(self.named) & set(REPORT_COLUMNS))
        if taken:
            raise ValueError(f"the report has a column {', '.join(taken)} of its own; give the table's another name")
        return self

    @model_validator(mode="after")
    def _a_year_to_be_valid_in(self) -> MatchNames:
        valid = self.valid_from is not None or self.valid_until is not None
        if valid != (self.year is not None):
            raise ValueError(
                "`valid_from` and `valid_until` need `year`, the year of the names"
                if valid
                else "`year` needs `valid_from` or `valid_until`, columns of the gazetteer"
            )
        return self

    @property
    def new_column(self) -> str:
        """The column that the table gets."""
        return self.into or self.code

    @property
    def named(self) -> list[str]:
        """The table's columns that tell which place is meant: the year where it is a column, and the names."""
        return [*([self.year] if isinstance(self.year, str) else []), *(level.column for level in self.levels)]
