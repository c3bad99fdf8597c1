"""Data sets that installed Python packages carry, by the name a study gives them."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ruralpanel.study.packages import FILES, FOLDERS

if TYPE_CHECKING:
    import pandas as pd

    from ruralpanel.sources.raw import RawTable
    from ruralpanel.study.sources import Source


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
        A name that :func:`ruralpanel.study.packages.available_loaders` lists.

    Returns
    -------
    pandas.DataFrame
        The data set as the package gives it, with its index, if it has one, as columns.
    """
    from importlib import import_module

    package, name = loader.split(".", 1)
    if loader in FILES:
        return _file_of(package, FILES[loader])
    module = import_module(".".join([package, *FOLDERS[package], name]))
    frame: pd.DataFrame = module.load_pandas().data if package == "causaldata" else module.load()
    return frame.reset_index() if frame.index.names != [None] else frame


def _file_of(package: str, path: str) -> pd.DataFrame:
    """Read a CSV file of a package as text, without importing the package."""
    import pandas as pd

    spec = find_spec(package)
    assert spec is not None and spec.submodule_search_locations
    return pd.read_csv(Path(spec.submodule_search_locations[0]) / path, dtype="str")
