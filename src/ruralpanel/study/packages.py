"""Which data sets installed Python packages carry, by the name a study gives them."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

FOLDERS: dict[str, tuple[str, ...]] = {"causaldata": (), "linearmodels": ("datasets",)}
"""Packages that carry data sets, by the folders on the way to these."""

FILES = {"cpca.adcodes": "resources/adcodes.csv"}
"""Files of packages whose code is not needed, by the name of their loader."""


def available_loaders() -> list[str]:
    """List what can stand after ``loader:``, without importing the packages.

    Returns
    -------
    list of str
        Names such as ``causaldata.castle`` and ``linearmodels.wage_panel``.
    """
    names = []
    for package, inner in FOLDERS.items():
        spec = find_spec(package)
        for location in (spec and spec.submodule_search_locations) or []:
            folder = Path(location).joinpath(*inner)
            names += [f"{package}.{each.name}" for each in folder.iterdir() if (each / "__init__.py").is_file()]
    names += [name for name in FILES if find_spec(name.split(".")[0]) is not None]
    return sorted(set(names) - {"linearmodels.tests"})
