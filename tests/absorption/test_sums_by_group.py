"""Sums by group and numbering of levels, held to numpy and pandas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ruralpanel.absorption.levels import levels_of
from ruralpanel.absorption.products import ROWS, summed, summed_sizes
from ruralpanel.absorption.sums import ends


@pytest.mark.parametrize("ordered", [True, False])
def test_sums_by_group_are_those_of_pandas(ordered: bool) -> None:
    random = np.random.default_rng(3)
    rows = ROWS + 700
    groups = random.integers(0, 5, rows).astype("int32")
    groups = np.sort(groups) if ordered else groups
    columns, factor, mixing = random.normal(size=(3, rows)), random.random(rows), random.normal(size=(3, 2))
    expected = pd.DataFrame((columns * factor).T).groupby(groups).sum()
    np.testing.assert_allclose(summed(columns, factor, groups, 5), expected, rtol=1e-12)
    sizes = np.abs(columns.T @ mixing) * factor[:, None]
    by_group = pd.DataFrame(sizes).groupby(groups).sum()
    total, squares = summed_sizes(columns, mixing, factor, groups, 5)
    np.testing.assert_allclose(total, by_group.sum(), rtol=1e-12)
    np.testing.assert_allclose(squares, (by_group**2).sum(), rtol=1e-12)
    total, squares = summed_sizes(columns, mixing, factor, None, 0)
    np.testing.assert_allclose(total, sizes.sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(squares, (sizes**2).sum(axis=0), rtol=1e-12)


@pytest.mark.parametrize(
    "values",
    [
        np.array([2014.0, np.nan, 2010.0, 2014.0, -1.0]),
        np.array([0.5, 2.0, np.nan]),
        np.array([1.0, np.inf, 2.0]),
        np.array([np.nan, np.nan]),
        pd.Series([3, None, 1], dtype="Int64"),
        pd.Series([2**53 + 1, 2**53, None], dtype="Int64"),
        pd.Series([True, None, False], dtype="boolean"),
        pd.Series(["b", None, "a"]),
    ],
)
def test_levels_are_numbered_as_pandas_does(values: Any) -> None:
    codes, names = pd.factorize(values, sort=True)
    found = levels_of(values)
    assert found.codes.tolist() == codes.tolist()
    assert found.number == len(names)


def test_a_column_with_a_missing_value_has_no_ends() -> None:
    values = np.arange(2000.0)
    assert ends(values) == (0.0, 1999.0)
    values[1500] = np.nan
    assert np.isnan(ends(values)).all()
