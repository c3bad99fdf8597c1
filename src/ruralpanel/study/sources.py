"""The ``sources`` section: where each raw file is, how it is read, and what its columns mean."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from ruralpanel.study.base import Name, Section, Text
from ruralpanel.study.contracts import Check
from ruralpanel.study.retrieval import Retrieval
from ruralpanel.study.source_columns import Column, Scalar, for_files_with, spelled_out
from ruralpanel.study.source_formats import (
    FORMATS,
    PACKAGE,
    SUFFIXES,
    ZIP,
    SourceFormat,
    format_of_file,
    is_packed,
    labels_with,
)

if TYPE_CHECKING:
    FileFormat = str
else:  # the formats that there are, told by the registry alone
    FileFormat = Literal[tuple(FORMATS)]


class DroppedRows(Section):
    """Rows of a file that are no data: units below the header, totals, notes. One of the four keys says which."""

    rows: list[Annotated[int, Field(ge=1)]] | None = None
    """Their numbers, as the file's own program counts them: `[4]`."""
    last: Annotated[int, Field(ge=1, le=1000)] | None = None
    """How many at the end of the file."""
    values: list[Text] | None = None
    """What their cell holds, such as `[合计, 总计]`; spaces and full-width characters do not matter."""
    begins_with: list[Text] | None = None
    """What their cell begins with, such as `[注, 资料来源, Source]`."""
    column: Name | None = None
    """For `values` and `begins_with`: the column, as it is called here, whose cell it is; left out: the first cell of
    the row that is not empty."""
    reason: Text
    """What they are, for the ledger: `units`, `total`, `notes`."""

    @model_validator(mode="after")
    def _one_way_to_say_which(self) -> DroppedRows:
        given = [key for key in ("rows", "last", "values", "begins_with") if getattr(self, key) is not None]
        if len(given) != 1:
            raise ValueError("give one of `rows`, `last`, `values` and `begins_with`")
        if getattr(self, given[0]) == []:
            raise ValueError(f"`{given[0]}` is empty")
        if self.column is not None and given[0] in ("rows", "last"):
            raise ValueError(f"`column` goes with `values` and `begins_with`, and not with `{given[0]}`")
        return self


OF_FORMATS = frozenset(key for each in FORMATS.values() for key in each.keys)
"""The keys of a source that are for files of some formats."""


class Source(Section):
    """One raw file, or one data set that a Python package carries, and what it holds."""

    path: Text | None = None
    """The raw file, from the top of the repository: `data/raw/my_study/survey.dta`."""
    loader: Text | None = None
    """A data set carried by a Python package, in place of `path`: `causaldata.castle` or
    `linearmodels.wage_panel`."""
    retrieve: Retrieval | None = None
    """A raw file known by its hash, in place of `path`: at a public address, or in the mirror folder. Retrieved once
    and kept for all studies."""
    format: Annotated[
        FileFormat | None,
        Field(
            description=f"How to read the file; left out: by its ending ({', '.join(SUFFIXES)}, or one of these in a "
            f"{' or '.join(ZIP.suffixes)}). GeoJSON and GeoPackage in degrees of WGS84: a file of points has a row for "
            "each, with its properties, `longitude` and `latitude`; a file of lines has a row for each vertex, with "
            "`line`, `vertex` (both from 1), `longitude` and `latitude`; a GeoJSON file of areas has a row for each "
            "vertex of the lines around them, with `border` in place of `line`. A property called like one of these is "
            "`line (property)`. SAS: a value that the file calls missing (.A to .Z, ._) is missing, and the ledger "
            "counts them by letter."
        ),
    ] = None
    encoding: Annotated[
        Text,
        for_files_with(
            "encoding",
            "how characters are stored. Left out: found out, and the ledger says which. CSV: UTF-8 with or without a "
            "byte-order mark, and GB18030 where that cannot be and the text then is Chinese. Stata files older than "
            "version 14, and files of SPSS and SAS that do not say it: of each column UTF-8, GB18030 or Western "
            "European, where its text is plausible in one of them, and an error where it is in none. Half a character "
            "at the end of a cell, as fields of fixed width leave it, is dropped; the ledger names column and rows.",
        ),
    ] = "detect"
    delimiter: Annotated[
        Annotated[str, Field(pattern=r"""^[^\r\n"]$""")] | None,
        for_files_with("delimiter", "the character between columns; left out: found out from the header."),
    ] = None
    sheet: Annotated[Text | None, for_files_with("sheet", "the sheet's name; left out: the first.")] = None
    layer: Annotated[Text | None, for_files_with("layer", "the layer, where there is more than one.")] = None
    object: Annotated[Text | None, for_files_with("object", "the data frame, where there is more than one.")] = None
    catalogue: Annotated[
        Text | None,
        for_files_with(
            "catalogue",
            "the file .sas7bcat with the labels of values: `data/raw/my_study/formats.sas7bcat`.",
        ),
    ] = None
    header_row: Annotated[
        int,
        Field(ge=1, le=1000),
        for_files_with("header_row", "the row that holds the column names, counted from 1 as a spreadsheet does."),
    ] = 1
    header_height: Annotated[
        int,
        Field(ge=1, le=5),
        for_files_with(
            "header_height",
            "how many rows the header has from there on. Names are joined by a hyphen, and a name over several columns "
            "(a merged cell) counts for each: `收入-总计`.",
        ),
    ] = 1
    decimal: Literal[".", ","] | None = None
    """What the decimal mark is in numbers that are written as text, as in CSV files. With a comma, a point separates
    thousands: 95,7 is 95.7 and 1.199 is 1199. Left out: a point; where other numbers of the file have a decimal comma,
    or semicolons between columns make it likely, a number that could be read in two ways is an error."""
    drop_rows: list[DroppedRows] = []
    """Rows that are no data and are left out, in the ledger with their reason: rows of units, totals, notes at the
    foot. An entry that no row fits is an error."""
    member: Text | None = None
    """Zip files and wheels: the file inside, where there is more than one."""
    fill_down: list[Name] = []
    """Columns in which an empty cell means the one above, as merged cells over several rows are stored."""
    wide_into: Name | None = None
    """For columns with `wide`: the name of the new column that holds the period."""
    corrections: Text | None = None
    """A CSV file with corrections of raw values, beside the raw file: the columns of the key, then `column` (as in
    this study), `from`, `to` and `reason`. A correction whose `from` is no longer what the file says is an error."""
    on_violation: Literal["fail", "quarantine"] = "fail"
    """What becomes of rows that break the declarations (type, range, allowed values, checks, key): an error, or a file
    of their own with the reasons, `results/<study>/sources/<source>.quarantine.csv`, without them in the table."""
    checks: list[Check] = []
    """What must hold between columns and from row to row. What breaks a check becomes what `on_violation` says."""
    key: Annotated[list[Name], Field(min_length=1)]
    """The columns that identify a row. No two rows may share them and none may be missing."""
    columns: Annotated[
        dict[Name, Annotated[Column, BeforeValidator(spelled_out)]],
        Field(min_length=1),
    ]
    """Every column that is used. The name here is the one used in the rest of the study; the value is
    nothing (the raw header is the same), the raw header, or the keys of a column."""
    missing_codes: list[Scalar] = []
    """Values that mean “missing” in every column of this file but those of the key."""
    missing_below: float | None = None
    """Numbers below this mean “missing” in every column of this file but those of the key: 0 where all codes are
    negative and nothing else is. A column's own goes before it."""
    title: Text | None = None
    """What the data are, for the list of sources."""
    citation: Text | None = None
    """How to cite the data."""
    licence: Text | None = None
    """The terms the data come under."""
    address: Text | None = None
    """Where the data were obtained."""
    access: Text | None = None
    """How another researcher gets the file, when it is not in the repository."""
    access_cost: Text | None = None
    """What it costs another researcher to get the file: `free`, or a sum."""
    access_time: Text | None = None
    """How long it takes another researcher to get the file: `at once`, `about three months`."""
    redistributable: bool = False
    """Whether the file may be passed on with the replication archive."""
    minimum_cell: Annotated[int, Field(ge=2, le=1000)] | None = None
    """The least number of units that anything printed may be about, where the terms of the data ask for one: counts of
    fewer are printed as `<10`, means, ranges and places of fewer are left out, with another where a total would give
    one away. Values of the source are then in no message, log, page or archive. Of several sources, the largest counts
    for the whole study."""

    @model_validator(mode="after")
    def _one_origin(self) -> Source:
        given = [f"`{key}`" for key in ("path", "loader", "retrieve") if getattr(self, key) is not None]
        if len(given) != 1:
            raise ValueError(
                "give `path` (a raw file), `loader` (a data set of a package) or `retrieve` (a file known by its "
                "hash); " + (f"{' and '.join(given)} exclude each other" if given else "one of the three is needed")
            )
        return self

    @model_validator(mode="after")
    def _a_way_to_get_it(self) -> Source:
        if self.retrieve is not None and self.retrieve.address is None and self.access is None:
            raise ValueError("`retrieve` without an `address` needs `access`: how another researcher gets the file")
        return self

    @model_validator(mode="after")
    def _known_format(self) -> Source:
        if self.raw_file is not None and self.format is None and self.file_format is None:
            shown = self.retrieve.file_name if self.retrieve else self.path
            raise ValueError(
                f"the ending of {shown} does not tell its format; give `format`: one of {', '.join(sorted(FORMATS))}"
            )
        return self

    @model_validator(mode="after")
    def _keys_that_fit_the_format(self) -> Source:
        of = self.file_format
        for key in sorted(self.model_fields_set & OF_FORMATS):
            if of is not None and key not in of.keys and getattr(self, key) != type(self).model_fields[key].default:
                raise ValueError(f"`{key}` is for {labels_with(key)} files; the format of this one is {of.name}")
        labelled = [name for name, column in self.columns.items() if column.value_labels]
        if labelled and self.raw_file is not None and (of is None or not of.value_labels):
            what = f"`value_labels` of {', '.join(labelled)}"
            raise ValueError(f"{what}: only {labels_with('value_labels')} files have labels for values")
        if labelled and of is not None and "catalogue" in of.keys and self.catalogue is None:
            what = f"`value_labels` of {', '.join(labelled)}"
            raise ValueError(f"{what}: labels of {of.label} files are in a file of their own; name it with `catalogue`")
        if self.catalogue is not None and (self.path is None or is_packed(self.path)):
            raise ValueError("`catalogue` goes with a file of SAS at a `path`, not zipped")
        return self

    @model_validator(mode="after")
    def _plain_path(self) -> Source:
        if self.path is not None and re.search(r"[{}*?]", self.path):
            raise ValueError(f"the path {self.path} has a character that file names here cannot have: {{ }} * ?")
        return self

    @model_validator(mode="after")
    def _one_way_to_find_a_column(self) -> Source:
        for name, column in self.columns.items():
            stated = [key for key in ("raw_name", "pattern", "wide") if getattr(column, key) is not None]
            if len(stated) > 1:
                raise ValueError(f"the column `{name}` gives more than one of `from`, `pattern` and `wide`")
        wide = [name for name, column in self.columns.items() if column.wide is not None]
        if bool(wide) != (self.wide_into is not None):
            raise ValueError("`wide_into` and columns with `wide` go together")
        if self.wide_into in self.columns:
            raise ValueError(f"`wide_into: {self.wide_into}` makes a column that `columns` declares too")
        unknown = {entry.column for entry in self.drop_rows if entry.column is not None} - set(self.columns)
        if unknown:
            raise ValueError(f"`drop_rows` names {', '.join(sorted(unknown))}, which `columns` does not declare")
        of_periods = {entry.column for entry in self.drop_rows} & set(wide)
        if of_periods:
            raise ValueError(
                f"`drop_rows` looks at `{min(map(str, of_periods))}`, which is a column for each period; name another, "
                "or leave `column` out for the row's first cell that is not empty"
            )
        absent = sorted(set(self.fill_down) - set(self.columns))
        if absent:
            raise ValueError(f"`fill_down` names {', '.join(absent)}, which `columns` does not declare")
        return self

    @property
    def column_names(self) -> list[str]:
        """The names of the table's columns: those declared, and the period of a wide file."""
        return [*self.columns, *([self.wide_into] if self.wide_into else [])]

    @property
    def raw_file(self) -> str | None:
        """The raw file, from the top of the repository, in place or yet to be retrieved; packages' data have none."""
        return self.retrieve.kept_as if self.retrieve else self.path

    def catalogue_beside(self, raw: Path) -> Path:
        """Find the catalogue from where the raw file lies: both are named from the top of the same repository."""
        assert self.path is not None and self.catalogue is not None
        parts = Path(self.path).parts
        top = raw.parents[len(parts) - 1] if raw.parts[-len(parts) :] == parts else raw.parent
        return top / self.catalogue

    @property
    def file_format(self) -> SourceFormat | None:
        """The declared format, or the one the file's ending stands for; of a zip file, that of the file inside."""
        if self.format is not None:
            return FORMATS[self.format]
        if self.raw_file is None:
            return None
        if is_packed(self.raw_file):
            return format_of_file(self.member or PurePosixPath(self.raw_file).stem)
        return format_of_file(self.raw_file)

    def cited(self, name: str | None) -> str:
        """Give the words that it is cited with, where nothing else its name in the study."""
        return self.citation or self.title or str(name)

    @property
    def opened_by(self) -> list[str]:
        """The modules that open it, by its format: what a change reruns its reading and no other's."""
        outer = PACKAGE if self.raw_file is None else ZIP if is_packed(self.raw_file) else None
        return [each.module for each in (outer, self.file_format) if each is not None]

    @property
    def origin(self) -> str:
        """The file, its address or the loader, for messages and the list of sources."""
        if self.retrieve and self.retrieve.address is None:
            return f"{self.retrieve.file_name}, which has no public address"
        if self.retrieve:
            return f"{self.retrieve.file_name} from {self.retrieve.address}"
        return self.path or f"package data set {self.loader}"
