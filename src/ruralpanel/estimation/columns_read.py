"""Which columns of a saved panel equations can have anything to do with, so that no others are loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel

from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import WITH_TREATMENT_TERMS, is_own
from ruralpanel.treatment_columns import cohort_column, event_time_column

if TYPE_CHECKING:
    from pyarrow import Array
    from pyarrow.parquet import ParquetFile

WORD = re.compile(r"\w+")
"""A name in what is written of an equation."""

AT_ONCE = 32
"""Columns of which the first rows are looked at together."""


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
    from pyarrow import parquet

    if any(map(is_own, estimators)):
        return None
    asked = list(asked)
    named = names_in(asked, designations, levels or {})
    whole = [each.unit for each in asked if isinstance(each, Equation) and _looks_at_whole_units(each)]
    units = whole[:1] if len(whole) == len(asked) and len(set(whole)) == 1 else []
    with parquet.ParquetFile(path) as file:
        names: list[str] = file.schema_arrow.names
        one_unit = [_same_as_before(_first_rows(file, [unit])[0]) for unit in units]
        left_out: set[str] = set()
        for name, values in _each(file, [name for name in names if name not in named]):
            if _has_fractions(values) or any(_differs_within(same, values) for same in one_unit):
                left_out.add(name)
        return [name for name in names if name not in left_out]


def _looks_at_whole_units(equation: Equation) -> bool:
    """Tell whether no other columns than the equation's are looked at but those of groups of whole units."""
    return equation.estimator in WITH_TREATMENT_TERMS and equation.matching is None


def _each(file: ParquetFile, names: list[str]) -> Iterator[tuple[str, Array]]:
    """Load the first rows of columns, a few columns at a time, for each time costs as much as several columns."""
    for first in range(0, len(names), AT_ONCE):
        several = names[first : first + AT_ONCE]
        yield from zip(several, _first_rows(file, several), strict=True)


def _first_rows(file: ParquetFile, names: list[str]) -> list[Array]:
    """Load the first rows of columns, from whose values some things can be told."""
    first = next(file.iter_batches(batch_size=1 << 16, columns=names), None)
    return [file.schema_arrow.empty_table()[name].combine_chunks() if first is None else first[name] for name in names]


def _has_fractions(values: Array) -> bool:
    """Tell of the first rows of a column whether they have numbers with fractions."""
    from pyarrow import types

    if not types.is_floating(values.type):
        return False
    numbers = values.to_numpy(zero_copy_only=False)
    return bool((~np.isnan(numbers) & (numbers != np.round(numbers))).any())


def _same_as_before(units: Array) -> np.ndarray:
    """Tell of all rows but the first whether they are of the unit of the row before."""
    whose: np.ndarray = units.to_numpy(zero_copy_only=False)
    return np.asarray(whose[1:] == whose[:-1])


def _differs_within(one_unit: np.ndarray, values: Array) -> bool:
    """Tell whether rows of one unit that are next to each other hold different values; what is missing is one value."""
    from pyarrow import types

    if types.is_floating(values.type):
        codes = values.to_numpy(zero_copy_only=False)
        differ = (codes[1:] != codes[:-1]) & ~((codes[1:] != codes[1:]) & (codes[:-1] != codes[:-1]))
    else:
        codes = values.dictionary_encode().indices.fill_null(-1).to_numpy(zero_copy_only=False)
        differ = codes[1:] != codes[:-1]
    return bool((one_unit & differ).any())
