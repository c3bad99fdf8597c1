"""Sums by group and numbering of levels, held to numpy and pandas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ruralpanel.absorption.levels import levels_of, spread
from ruralpanel.absorption.products import summed, summed_sizes
from ruralpanel.absorption.sums import facts_of


@pytest.mark.parametrize("ordered", [True, False])
def test_sums_by_group_are_those_of_pandas(ordered: bool) -> None:
    random = np.random.default_rng(3)
    rows = 4800
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


@pytest.mark.parametrize("level", [0.0, 1e9])
def test_facts_of_a_column_are_those_of_numpy(level: float) -> None:
    values = level + np.random.default_rng(1).normal(size=2000)
    found = facts_of(values)
    assert (found.low, found.high) == (values.min(), values.max())
    assert found.mean == pytest.approx(values.mean(), rel=1e-14, abs=1e-15)
    assert found.square == pytest.approx(np.square(values - values.mean()).mean(), rel=1e-8)


def test_a_column_with_a_missing_value_has_no_ends() -> None:
    values = np.arange(2000.0)
    assert facts_of(values)[:2] == (0.0, 1999.0)
    values[1500] = np.nan
    assert np.isnan(facts_of(values)).all()


def test_levels_that_lie_within_others() -> None:
    units, periods = levels_of(np.repeat(np.arange(4), 3)), levels_of(np.tile(np.arange(3), 4))
    groups = levels_of(np.repeat([7.0, 7.0, np.nan, 3.0], 3))
    assert units.only(groups).tolist() == [1, 1, -1, 0]
    assert groups.only(units).tolist() == [3, -2]
    assert units.least(np.arange(12.0)).tolist() == [0, 3, 6, 9]
    assert groups.by_lies_within(periods, periods)
    assert not groups.by_lies_within(periods, units)
    assert units.kept(np.repeat([True, False, True, True], 3)).codes.tolist() == np.repeat([0, 1, 2], 3).tolist()


@pytest.mark.parametrize(
    "values", [[3], [3, 3], [-2, -2, 0, 7, 7, 7], [0, 0, 1, 0], [5, 4], [2**40, 2**40, 2**41]], ids=str
)
def test_levels_of_rows_in_order_are_those_of_any(values: list[int]) -> None:
    found = levels_of(np.array(values))
    codes, names = pd.factorize(np.array(values), sort=True)
    assert (found.codes.tolist(), found.number) == (codes.tolist(), len(names))
    assert found.first_rows.tolist() == [codes.tolist().index(level) for level in range(len(names))]
    assert found.counts.tolist() == np.bincount(codes).tolist()
    assert found.is_rising is (sorted(values) == values)
    assert not found.has_gaps


def test_values_of_levels_are_spread_over_rows_and_the_last_over_those_without_one() -> None:
    codes = np.array([1, 0, -1, 1], dtype="int32")
    assert spread(np.array([5.0, 6.0, -9.0]), codes).tolist() == [6.0, 5.0, -9.0, 6.0]
