"""Which columns of a saved panel equations can have anything to do with, so that no others are loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import WITH_TREATMENT_TERMS, is_own
from ruralpanel.treatment_columns import cohort_column, event_time_column

if TYPE_CHECKING:
    from pyarrow import Array
    from pyarrow.parquet import ParquetFile

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
    groups that treatment is assigned to, which is any but one of numbers with fractions. Where the treatment's
    coefficients are those of a regression, these are groups of whole units, so that no column is either that differs
    within one.

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
    asked = list(asked)
    named = names_in(asked, designations, levels or {})
    whole = [each.unit for each in asked if isinstance(each, Equation) and _looks_at_whole_units(each)]
    units = whole[:1] if len(whole) == len(asked) and len(set(whole)) == 1 else []
    with parquet.ParquetFile(path) as file:
        left_out = {
            field.name
            for field in file.schema_arrow
            if field.name not in named
            and (
                (types.is_floating(field.type) and _has_fractions(file, field.name))
                or any(_differs_within(file, unit, field.name) for unit in units)
            )
        }
        return [name for name in file.schema_arrow.names if name not in left_out]


def _looks_at_whole_units(equation: Equation) -> bool:
    """Tell whether no other columns than the equation's are looked at but those of groups of whole units."""
    return equation.estimator in WITH_TREATMENT_TERMS and equation.matching is None


def _first_rows(file: ParquetFile, names: list[str]) -> list[Array]:
    """Load the first rows of columns, from whose values some things can be told."""
    first = next(file.iter_batches(batch_size=1 << 16, columns=names), None)
    return [] if first is None else [first.column(name) for name in names]


def _has_fractions(file: ParquetFile, name: str) -> bool:
    """Tell by the first rows of a column whether it has numbers with fractions; where they have none, it may be so."""
    import numpy as np

    values = np.array([column.to_numpy(zero_copy_only=False) for column in _first_rows(file, [name])])
    known = values[~np.isnan(values)]
    return bool((known != np.round(known)).any())


def _differs_within(file: ParquetFile, unit: str, name: str) -> bool:
    """Tell whether rows of one unit that are next to each other hold different values, among the first rows."""
    import pandas as pd

    rows = [column.to_pandas() for column in _first_rows(file, [unit, name])]
    if not rows:
        return False
    whose, values = rows[0].to_numpy(), pd.factorize(rows[1], use_na_sentinel=True)[0]
    return bool(((whose[1:] == whose[:-1]) & (values[1:] != values[:-1])).any())
