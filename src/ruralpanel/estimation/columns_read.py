"""Which columns of a saved panel equations can have anything to do with, so that no others are loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path

from pydantic import BaseModel

from ruralpanel.study.estimators import is_own
from ruralpanel.treatment_columns import cohort_column, event_time_column

WORD = re.compile(r"\w+")
"""A name in what is written of an equation."""


def names_in(asked: Iterable[BaseModel], treatments: Iterable[str], levels: Mapping[str, str]) -> set[str]:
    """Collect all names that equations could mean a column by.

    Parameters
    ----------
    asked
        The equations, and whatever else is asked of the panel; every word in them counts.
    treatments
        Treatments whose cohorts and event times are used too.
    levels
        Of designations that are assigned above units, the column of those who are treated.
    """
    dated = chain.from_iterable((name, cohort_column(name), event_time_column(name)) for name in treatments)
    return {*dated, *levels.values(), *chain.from_iterable(WORD.findall(each.model_dump_json()) for each in asked)}


def columns_read(
    path: Path | str,
    asked: Iterable[BaseModel],
    estimators: Iterable[str],
    designations: Iterable[str] = (),
    levels: Mapping[str, str] | None = None,
) -> list[str] | None:
    """Name the columns of a panel that have to be loaded.

    These are all that equations name, anywhere in them; those of treatments; and every column that could hold the
    groups that treatment is assigned to, which is any but one of numbers with fractions.

    Parameters
    ----------
    path
        The panel, a Parquet file.
    asked
        The equations, and whatever else is asked of the panel.
    estimators
        The estimators of the equations; one of the study's own may look at all columns.
    designations
        The treatments of the panel.
    levels
        Of designations that are assigned above units, the column of those who are treated.

    Returns
    -------
    list of str or None
        In the panel's order; None for all.
    """
    from pyarrow import parquet, types

    if any(map(is_own, estimators)):
        return None
    named = names_in(asked, designations, levels or {})
    with parquet.ParquetFile(path) as file:
        fractions = {
            field.name
            for field in file.schema_arrow
            if field.name not in named and types.is_floating(field.type) and _has_fractions(file, field.name)
        }
        return [name for name in file.schema_arrow.names if name not in fractions]


def _has_fractions(file: object, name: str) -> bool:
    """Tell by the first rows of a column whether it has numbers with fractions; where they have none, it may be so."""
    import numpy as np

    first = next(file.iter_batches(batch_size=1 << 16, columns=[name]), None)  # type: ignore[attr-defined]
    values = np.array([]) if first is None else first.column(0).to_numpy(zero_copy_only=False)
    known = values[~np.isnan(values)]
    return bool((known != np.round(known)).any())
