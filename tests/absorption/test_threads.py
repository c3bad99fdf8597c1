"""Work divided among threads: how many there may be, and that results do not depend on it."""

from __future__ import annotations

import numpy as np
import pytest

from ruralpanel.absorption import threads
from ruralpanel.absorption.elimination import FixedEffects
from ruralpanel.absorption.levels import levels_of
from ruralpanel.absorption.plainly import Raw
from ruralpanel.absorption.products import left_and_summed, left_by, products_of, shares_of, summed, summed_sizes
from ruralpanel.inference.sign_changes import Contributions, sign_changes_p_value


def test_threads_are_as_many_as_the_variable_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(threads.THREADS, "3")
    assert threads.allowed_threads() == 3
    monkeypatch.setenv(threads.THREADS, "4,2")  # of nested loops, the outer ones
    assert threads.allowed_threads() == 4


@pytest.mark.parametrize("stated", ["", "0", "many"])
def test_without_a_number_there_is_a_thread_a_core(stated: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(threads.THREADS, stated)
    assert threads.allowed_threads() >= 1


def test_stretches_are_all_rows_once() -> None:
    rows = 3 * threads.STRETCH + 5
    for most in (None, 2, 8):
        found = threads.stretches(rows, most)
        assert [row for part in found for row in (part.start, part.stop)][1:-1:2] == [each.stop for each in found[:-1]]
        assert (found[0].start, found[-1].stop) == (0, rows)
        assert most is None or len(found) <= most
    assert threads.stretches(0) == []


def test_an_error_of_a_part_is_that_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(threads.THREADS, "2")

    def divide(part: int) -> float:
        return 1 / part

    with pytest.raises(ZeroDivisionError):
        threads.for_each(divide, [1, 0], threads.WORTHWHILE)


@pytest.mark.parametrize("weighted", [False, True])
def test_results_are_the_same_to_the_bit_whatever_the_threads(weighted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are enough for several stretches, and are made to be divided however few threads would be worthwhile."""
    monkeypatch.setattr(threads, "WORTHWHILE", 0)
    monkeypatch.setattr(threads, "STRETCH", 4096)
    random = np.random.default_rng(5)
    unit, period = np.divmod(np.flatnonzero(random.random(22_000) > 0.1), 10)
    raw = random.normal(3.0, 2.0, (4, len(unit)))
    clusters = levels_of(unit // 30)
    root = np.sqrt(random.uniform(0.5, 2.0, len(unit))) if weighted else np.empty(0)

    def results(number: int) -> list[np.ndarray]:
        monkeypatch.setenv(threads.THREADS, str(number))
        effects = FixedEffects([levels_of(unit), levels_of(period)], [], root, len(unit))
        columns = np.empty_like(raw)
        products = effects.take_out(columns, np.zeros(4), [Raw(each, 3.0, 2.0, 4.0) for each in raw])
        residuals = left_by(columns[0], columns[1:], np.array([0.5, 0.0, -1.0]))
        sums = summed(columns, residuals, clusters.codes, clusters.number)
        sizes = summed_sizes(columns, np.eye(4), np.abs(residuals), clusters.codes, clusters.number)
        on_the_way = left_and_summed(
            columns[0], columns[1:], np.array([0.5, 0.0, -1.0]), clusters.codes, clusters.number
        )
        alone = summed_sizes(columns, np.eye(4), np.abs(residuals), None, 0)
        p_value = sign_changes_p_value(
            Contributions(sums[:, 1:3], np.zeros((2, 0, len(sums))), np.zeros((0, len(sums)))), random_of_draws()
        )
        return [
            products,
            products_of(columns),
            columns,
            residuals,
            shares_of(columns, residuals),
            sums,
            *on_the_way,
            *sizes,
            *alone,
            np.array(p_value),
        ]

    def random_of_draws() -> np.random.Generator:
        return np.random.default_rng(11)

    alone, *others = (results(number) for number in (1, 2, 5))
    for found in others:
        for one, other in zip(alone, found, strict=True):
            np.testing.assert_array_equal(one, other)
    expected = alone[2] @ alone[2].T
    np.testing.assert_allclose(alone[0], expected, rtol=1e-10, atol=1e-8 * expected.max())
