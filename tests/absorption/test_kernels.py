"""Loops that are compiled, held to a plain computation with numpy, scipy or pandas on random panels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ruralpanel.absorption.elimination import FixedEffects
from ruralpanel.absorption.kernels import connected_labels
from ruralpanel.absorption.levels import levels_of
from ruralpanel.absorption.plainly import Raw
from ruralpanel.absorption.products import FEW, PIECE, left_and_summed, products_of

TYPES = ["float64", "int64", "int8", "bool"]


def dummies(*codes: np.ndarray) -> np.ndarray:
    return np.column_stack([pd.get_dummies(each).to_numpy(dtype="float64") for each in codes])


def raw_of(values: np.ndarray) -> Raw:
    numbers = values.astype("float64")
    return Raw(values, float(numbers.mean()), 2.0, float(numbers.var()))


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    units=st.integers(2, 12),
    share=st.floats(0.5, 1.0),
    count=st.integers(1, 9),
    effects=st.integers(1, 3),
)
def test_effects_leave_what_least_squares_on_their_dummies_leaves(
    seed: int, units: int, share: float, count: int, effects: int
) -> None:
    random = np.random.default_rng(seed)
    unit, period = np.divmod(np.flatnonzero(random.random(units * 6) < share), 6)
    if len(unit) == 0:
        return
    codes = [unit, period, (unit + 2 * period) % 3][:effects]
    given_columns = [(3 * random.normal(size=len(unit))).astype(TYPES[number % 4]) for number in range(count)]
    columns = np.empty((count, len(unit)))
    raw = [raw_of(each) for each in given_columns]
    products = FixedEffects([levels_of(each) for each in codes], [], np.empty(0), len(unit)).take_out(
        columns, np.full(count, 1e-12), raw
    )
    design, values = dummies(*codes), np.column_stack([each.astype("float64") for each in given_columns])
    expected = (values - design @ np.linalg.lstsq(design, values, rcond=None)[0]) / 2.0
    np.testing.assert_allclose(columns.T, expected, atol=1e-10)
    np.testing.assert_allclose(products, expected.T @ expected, atol=1e-8)


@pytest.mark.parametrize("count", [2, 3, 4, 5, 9])
def test_a_column_is_the_same_whatever_stands_beside_it(count: int) -> None:
    random = np.random.default_rng(4)
    unit = np.flatnonzero(random.random(9000) < 0.8) // 9
    effects = FixedEffects([levels_of(unit)], [], np.empty(0), len(unit))
    given_columns = random.normal(size=(count, len(unit)))
    together, alone = np.empty_like(given_columns), np.empty((1, len(unit)))
    of_all = effects.take_out(together, np.zeros(count), [raw_of(each) for each in given_columns])
    of_one = effects.take_out(alone, np.zeros(1), [raw_of(given_columns[-1])])
    np.testing.assert_array_equal(together[-1], alone[0])
    assert of_all[-1, -1] == of_one[0, 0]


@pytest.mark.parametrize("count", [1, 2, 3, 10, FEW, FEW + 1])
@pytest.mark.parametrize("rows", [1, 700, PIECE + 3])
def test_products_of_columns_are_those_of_numpy(count: int, rows: int) -> None:
    columns = np.random.default_rng(1).normal(size=(count, rows))
    np.testing.assert_allclose(products_of(columns), columns @ columns.T, rtol=1e-11, atol=1e-11)
    factor = np.random.default_rng(2).normal(size=rows)
    expected = (columns * factor) @ (columns * factor).T
    np.testing.assert_allclose(products_of(columns, factor), expected, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("count", [1, 4, 6])
def test_what_is_left_is_added_up_by_group_on_the_way(ordered: bool, count: int) -> None:
    random = np.random.default_rng(3)
    rows = PIECE + 900
    groups = random.integers(0, 7, rows).astype("int32")
    groups = np.sort(groups) if ordered else groups
    outcome, columns, coefficients = (
        random.normal(size=rows),
        random.normal(size=(count, rows)),
        random.normal(size=count),
    )
    left, sums = left_and_summed(outcome, columns, coefficients, groups, 7)
    np.testing.assert_allclose(left, outcome - coefficients @ columns, atol=1e-12)
    np.testing.assert_allclose(sums, pd.DataFrame((columns * left).T).groupby(groups).sum(), rtol=1e-9, atol=1e-10)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), labels=st.integers(1, 8), effects=st.integers(1, 2))
def test_connected_labels_are_those_of_scipy(seed: int, labels: int, effects: int) -> None:
    random = np.random.default_rng(seed)
    rows = labels + int(random.integers(0, 6))
    codes = np.append(np.arange(labels), random.integers(0, labels, rows - labels)).astype("int32")
    levels = (
        random.integers(0, rows, size=(effects, rows)).astype("int32")
        + np.arange(effects, dtype="int32")[:, None] * rows
    )
    ends = (np.tile(codes, effects), labels + levels.ravel())
    graph = coo_matrix((np.ones(rows * effects), ends), shape=(labels + effects * rows,) * 2)
    expected = pd.factorize(connected_components(graph, directed=False)[1][:labels])[0]
    assert connected_labels(codes, labels, levels, effects * rows).tolist() == expected.tolist()


def test_first_rows_of_pairs_of_levels_are_those_of_pandas() -> None:
    one = levels_of(np.array([2.0, 1.0, np.nan, 2.0, 1.0, 2.0]))
    other = levels_of(np.array([5.0, 5.0, 5.0, 6.0, np.nan, 5.0]))
    assert one.first_rows_with(other).tolist() == [[1, -1], [0, 3]]
    assert one.counts.tolist() == [2, 3]
