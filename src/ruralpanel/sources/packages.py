"""Data sets that installed Python packages carry, by the name a study gives them."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from ruralpanel.sources.raw import RawTable
    from ruralpanel.study.sources import Source

_FOLDERS = {"causaldata": (), "linearmodels": ("datasets",)}

_FILES = {"cpca.adcodes": "resources/adcodes.csv"}
"""Files of packages whose code is not needed, by the name of their loader."""


def available_loaders() -> list[str]:
    """List what can stand after ``loader:``, without importing the packages.

    Returns
    -------
    list of str
        Names such as ``causaldata.castle`` and ``linearmodels.wage_panel``.
    """
    names = []
    for package, inner in _FOLDERS.items():
        spec = find_spec(package)
        for location in (spec and spec.submodule_search_locations) or []:
            folder = Path(location).joinpath(*inner)
            names += [f"{package}.{each.name}" for each in folder.iterdir() if (each / "__init__.py").is_file()]
    names += [name for name in _FILES if find_spec(name.split(".")[0]) is not None]
    return sorted(set(names) - {"linearmodels.tests"})


def read_packaged(source: Source, path: Path | None) -> RawTable:
    """Read the data set that a source names by its loader.

    Parameters
    ----------
    source
        The declaration of the source.
    path
        None, for there is no file.
    """
    from ruralpanel.sources.raw import counted_from

    assert source.loader is not None and path is None
    return counted_from(load_packaged(source.loader), 1, source.origin)


def load_packaged(loader: str) -> pd.DataFrame:
    """Load a data set that a package carries.

    Parameters
    ----------
    loader
        A name that :func:`available_loaders` lists.

    Returns
    -------
    pandas.DataFrame
        The data set as the package gives it, with its index, if it has one, as columns.
    """
    from importlib import import_module

    package, name = loader.split(".", 1)
    if loader in _FILES:
        return _file_of(package, _FILES[loader])
    module = import_module(".".join([package, *_FOLDERS[package], name]))
    frame: pd.DataFrame = module.load_pandas().data if package == "causaldata" else module.load()
    return frame.reset_index() if frame.index.names != [None] else frame


def _file_of(package: str, path: str) -> pd.DataFrame:
    """Read a CSV file of a package as text, without importing the package."""
    import pandas as pd

    spec = find_spec(package)
    assert spec is not None and spec.submodule_search_locations
    return pd.read_csv(Path(spec.submodule_search_locations[0]) / path, dtype="str")
