"""One column of a raw file: what it is called there, its type and what it measures."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from ruralpanel.frames.periods.frequency import FrequencyName
from ruralpanel.study.base import Section, Text
from ruralpanel.study.source_formats import labels_with

CodeLevel = Literal["province", "prefecture", "county", "township", "village"]

DIGITS_OF_LEVEL: dict[CodeLevel, int] = {"province": 2, "prefecture": 4, "county": 6, "township": 9, "village": 12}
"""How many digits China's statistical codes have at each level; a code begins with that of the level above."""

Scalar = str | int | float


def _readable_pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from None
    return pattern


def _usable_replacement(pattern: str, into: str) -> None:
    """Complain of a text that names a group which the expression has not."""
    try:
        re.compile(f"(?:{pattern})|").sub(into, "")
    except (re.error, IndexError) as error:
        raise ValueError(f"{into!r} cannot stand in the place of {pattern!r}: {error}") from None


def _pattern_of_a_period(pattern: str) -> str:
    if re.compile(_readable_pattern(pattern)).groups != 1:
        raise ValueError(f"{pattern!r} must have one group in brackets, which is the period: `away_([0-9]+)`")
    return pattern


Regex = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_readable_pattern)]
PeriodRegex = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_pattern_of_a_period)]


def for_files_with(key: str, words: str) -> Any:
    """Describe a key of a study file that is for files of some formats.

    Parameters
    ----------
    key
        The key.
    words
        What it does, in words that follow the formats.
    """
    return Field(description=f"{labels_with(key)} files: {words}")


class Column(Section):
    """One column of a table: its name in the raw file, its type and what it measures."""

    raw_name: Annotated[Text | None, Field(alias="from")] = None
    """The column's header in the raw file; left out when it is the same as the name used here. Line breaks, spaces
    and full-width characters in the file's header do not matter."""
    pattern: Regex | None = None
    """In place of `from`, for headers with a unit, a year or a watermark: a regular expression that is found in one
    header only, once line breaks and spaces are taken out and full-width characters made plain."""
    wide: PeriodRegex | None = None
    """In place of `from`, for a file with a column for each period: a regular expression whose one group is the
    period, such as `away_(20[0-9][0-9])`. The file is turned into one row a period, named by `wide_into`."""
    type: Literal["number", "integer", "text", "code"] | None = None
    """What the column must hold. Left out: numbers where every value is one, text otherwise. `code`: codes of
    administrative areas, which become text also where a spreadsheet program or Stata stored numbers."""
    frequency: FrequencyName | None = None
    """The column holds periods: `year`, `half_year`, `quarter`, `month`, `week` or `day`. Not needed for the panel's
    period, cohorts and list years, which have the panel's. A value that is a shorter period or a date counts as the
    period it lies in, so that `year: {from: quarter, frequency: year}` is a column to join yearly data by."""
    level: CodeLevel | None = None
    """For `type: code`, which level's: codes of 2 (`province`), 4, 6 (`county`), 9 or 12 digits (`village`). A longer
    code counts with its first digits, so that a column of counties may be read `from` the header of villages' codes,
    and 371703000000 is the county 371703. Any other number of digits is an error."""
    width: Annotated[int, Field(ge=2, le=18)] | None = None
    """For `type: code`, in place of `level`, for codes of other countries and things: how many digits they have. Zeros
    that a program has taken from the beginning are put back, so that 1001, 1001.0 and 01001 are one county of the
    United States with `width: 5`; a longer code, or one with a letter, is an error."""
    read_as: Literal["shown", "stored"] | None = None
    """Excel files: what a number counts as whose format shows another. Left out: 0.13 shown as 13% is 13, as the text
    13% is, and a column that has numbers without the sign too is an error; so is one that is shown in thousands.
    `shown`: what the sheet shows, 13 and 12.3 for 12300 shown in thousands. `stored`: 0.13 and 12300."""
    label: Text | None = None
    """What a reader sees in tables and figures."""
    unit: Text | None = None
    """The unit after scaling, as printed on an axis: `yuan`, `persons`, `km`."""
    scale: Annotated[float, Field(gt=0)] = 1.0
    """The raw values are multiplied by this: 10000 for a column in 万元 wanted in yuan."""
    missing_codes: list[Scalar] = []
    """Values that mean “missing” in this column, such as -9 or "n.a."; added to the source's own."""
    missing_below: float | None = None
    """Numbers below this mean “missing”: 0 for a survey whose codes are -1, -2, -8, -9 and -10, in a column that holds
    nothing negative. Before scaling; left out: the source's own."""
    rewrite: Annotated[dict[Regex, Text], Field(min_length=1)] | None = None
    """For `type: text`: values that fit a regular expression as a whole become the text behind it, in which `\\1` is
    the first group in brackets and `\\g<1>0` the first group and a 0. The first that fits counts. For persons and
    households that are numbered otherwise in one wave: `{'([0-9]{9})([0-9]{2})': '\\g<1>0\\2'}`."""
    value_labels: Annotated[
        bool,
        for_files_with(
            "value_labels",
            "use the labels of the values (“rural”) and not the codes "
            "behind them (1). A missing code is the code (77777) or its label; a file without labels for the column is "
            "an error.",
        ),
    ] = False
    minimum: float | None = None
    """The smallest value allowed, after scaling."""
    maximum: float | None = None
    """The largest value allowed, after scaling."""
    allowed: list[Scalar] | None = None
    """The only values allowed; any other is an error that names the rows."""
    matches: Regex | None = None
    """For text: a regular expression that a value fits as a whole, such as `20[0-9]{2}-(0[1-9]|1[0-2])` for a month."""

    @model_validator(mode="after")
    def _level_of_codes(self) -> Column:
        if (self.type == "code") != (self.level is not None or self.width is not None):
            raise ValueError(
                "`type: code` and `level` go together: `{type: code, level: county}`; "
                "codes of other things than China's administrative areas are `type: code` with their `width` in "
                "digits, `type: text` or numbers"
            )
        if self.level is not None and self.width is not None:
            raise ValueError("`level` says how many digits a code has, so that `width` cannot")
        if self.rewrite is not None and self.type != "text":
            raise ValueError("`rewrite` is for text: write `type: text` beside it")
        for pattern, into in (self.rewrite or {}).items():
            _usable_replacement(pattern, into)
        if self.read_as is not None and self.type in ("text", "code"):
            raise ValueError(f"`read_as` is a key of numbers, and the column is `type: {self.type}`")
        of_numbers = ("unit", "minimum", "maximum", "missing_below")
        given = [key for key in of_numbers if getattr(self, key) is not None]
        given += ["scale"] if self.scale != 1.0 else []
        if self.type == "code" and given:
            raise ValueError(f"`{given[0]}` is a key of numbers, and codes are text")
        if self.frequency is not None:
            given += [key for key in ("matches", "allowed") if getattr(self, key) is not None]
            given += [f"type: {self.type}"] if self.type in ("code", "number") else []
            if given:
                raise ValueError(f"`{given[0]}` does not go with `frequency`: the column holds periods")
        return self


def spelled_out(value: Any) -> Any:
    """Read the short forms of a column: nothing (same name), or just the raw name."""
    if value is None:
        return {}
    if isinstance(value, str):
        return {"from": value}
    return value
