"""The formats of raw files: one object each, which everything that depends on a format asks.

The workflow and the model of a study read this whenever they start: functions are named here, and imported only where
a file of the format is read. To add a format: its entry in :data:`FORMATS`, a module with its reader, tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePath, PurePosixPath
from typing import Any


@dataclass(frozen=True)
class SourceFormat:
    """What is particular to one format of raw files.

    Functions are named as ``module:function`` and had with :func:`function_named`.

    Parameters
    ----------
    name
        What a study calls it after ``format:``.
    label
        What a reader calls it.
    reader
        Reads a file as it is written: ``(source, path) -> RawTable``.
    suffixes
        The endings of file names that stand for it, in lower case.
    often_other
        Those of them that many files of other kinds have, so that one nobody has declared may be anything.
    keys
        The keys of a source that are for files of this format; with any other one they are an error.
    value_labels
        Whether values can have labels.
    metadata
        For formats with labels: reads them as pyreadstat does, ``(path, **options) -> (frame, metadata)``.
    is_table
        Whether a file is rows and columns, and not features on a map or other files.
    by_column
        Whether its reader takes ``wanted``, a function of the header that tells which columns are read.
    sheet
        What a synthetic twin keeps of the original beside its cells: ``(source, path, raw) -> Sheet``; left out:
        nothing.
    twin
        Writes a synthetic twin from a :class:`ruralpanel.archive.raw_sheets.TwinFile`; left out: none can be written.
    twin_suffixes
        The endings that twins can have; left out: all.
    """

    name: str
    label: str
    reader: str
    suffixes: tuple[str, ...] = ()
    often_other: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    value_labels: bool = False
    metadata: str = ""
    is_table: bool = True
    by_column: bool = False
    sheet: str = ""
    twin: str = ""
    twin_suffixes: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        """The module of its reader, whose code decides what is read."""
        return self.reader.split(":")[0]

    def has_twins(self, file: str) -> bool:
        """Tell whether a synthetic twin of a file can be written."""
        return bool(self.twin) and file.lower().endswith(self.twin_suffixes or self.suffixes or ("",))


_SHEETS = "ruralpanel.archive.raw_sheets"
_LABELLED = "ruralpanel.sources.labelled"
_SAS = "ruralpanel.sources.sas"

_ALL = [
    SourceFormat(
        name="csv",
        label="CSV",
        reader="ruralpanel.sources.delimited:read_csv",
        suffixes=(".csv", ".tsv", ".txt"),
        often_other=(".txt",),
        keys=("encoding", "delimiter", "header_row", "header_height"),
        by_column=True,
        sheet=f"{_SHEETS}:sheet_of_text",
        twin=f"{_SHEETS}:write_csv",
    ),
    SourceFormat(
        name="stata",
        label="Stata",
        reader=f"{_LABELLED}:read_stata",
        suffixes=(".dta",),
        keys=("encoding",),
        value_labels=True,
        metadata="pyreadstat:read_dta",
        sheet=f"{_SHEETS}:labelled_sheet",
        twin=f"{_SHEETS}:write_stata",
    ),
    SourceFormat(
        name="spss",
        label="SPSS",
        reader=f"{_LABELLED}:read_spss",
        suffixes=(".sav",),
        keys=("encoding",),
        value_labels=True,
        metadata="pyreadstat:read_sav",
        sheet=f"{_SHEETS}:labelled_sheet",
        twin=f"{_SHEETS}:write_spss",
    ),
    SourceFormat(
        name="sas",
        label="SAS",
        reader=f"{_SAS}:read_sas",
        suffixes=(".sas7bdat",),
        keys=("encoding", "catalogue"),
        value_labels=True,
        metadata="pyreadstat:read_sas7bdat",
    ),
    SourceFormat(
        name="xport",
        label="SAS transport",
        reader=f"{_SAS}:read_xport",
        suffixes=(".xpt",),
        keys=("encoding", "catalogue"),
        value_labels=True,
        metadata="pyreadstat:read_xport",
        twin=f"{_SHEETS}:write_xport",
    ),
    SourceFormat(
        name="excel",
        label="Excel",
        reader="ruralpanel.sources.sheets:read_excel",
        suffixes=(".xlsx", ".xlsm", ".xls", ".ods"),
        keys=("sheet", "header_row", "header_height"),
        twin=f"{_SHEETS}:write_excel",
        twin_suffixes=(".xlsx", ".xlsm"),
    ),
    SourceFormat(
        name="parquet",
        label="Parquet",
        reader="ruralpanel.sources.arrow:read_parquet",
        suffixes=(".parquet",),
        by_column=True,
        twin=f"{_SHEETS}:write_parquet",
    ),
    SourceFormat(
        name="feather",
        label="Feather",
        reader="ruralpanel.sources.arrow:read_feather",
        suffixes=(".feather",),
        by_column=True,
        twin=f"{_SHEETS}:write_feather",
    ),
    SourceFormat(
        name="r",
        label="R",
        reader="ruralpanel.sources.r_data:read_r",
        suffixes=(".rdata", ".rda", ".rds"),
        keys=("object",),
    ),
    SourceFormat(
        name="geojson",
        label="GeoJSON",
        reader="ruralpanel.sources.features:read_table",
        suffixes=(".geojson", ".json"),
        often_other=(".json",),
        is_table=False,
        twin=f"{_SHEETS}:write_points",
    ),
    SourceFormat(
        name="geopackage",
        label="GeoPackage",
        reader="ruralpanel.sources.features:read_table",
        suffixes=(".gpkg",),
        keys=("layer",),
        is_table=False,
    ),
]

FORMATS = {each.name: each for each in _ALL}
"""The formats of files, by the name that a study gives them."""

ZIP = SourceFormat(
    name="zip",
    label="zip",
    reader="ruralpanel.sources.formats:read_zip",
    suffixes=(".zip", ".whl"),  # a wheel, the file of a Python package, is a zip file
    keys=("member",),
    is_table=False,
)
"""A file of files; the one inside has a format of its own."""

PACKAGE = SourceFormat(
    name="package", label="data set of a package", reader="ruralpanel.sources.packages:read_packaged"
)
"""What a Python package carries."""

SUFFIXES = {suffix: each for each in _ALL for suffix in each.suffixes}
"""The endings of file names, by the format they stand for."""


def format_of_file(file: str | PurePath) -> SourceFormat | None:
    """Give the format that the ending of a file's name stands for; none for a zip file, or an ending not known."""
    return SUFFIXES.get(PurePosixPath(file).suffix.lower())


def is_packed(file: str | PurePath) -> bool:
    """Tell by its ending a file that holds others."""
    return PurePosixPath(file).suffix.lower() in ZIP.suffixes


def labels_with(key: str) -> str:
    """List the formats that a key of a source is for, as a sentence begins: ``CSV, Stata and SPSS``."""
    labels = [each.label for each in (*_ALL, ZIP) if key in each.keys or (key == "value_labels" and each.value_labels)]
    return " and ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)


def function_named(name: str) -> Callable[..., Any]:
    """Import a function of a format.

    Parameters
    ----------
    name
        ``module:function``.
    """
    module, function = name.split(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found
