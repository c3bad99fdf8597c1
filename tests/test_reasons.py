from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.reasons import Reason, ReasonedError, because, code_of, holds, read, read_reason, several, written

SIMPLE = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False)
NAMES = st.text("abcdefgh_", min_size=1, max_size=6).filter(lambda name: name != "code")


def reasons_of(values: st.SearchStrategy[object]) -> st.SearchStrategy[Reason]:
    pairs = st.dictionaries(NAMES, values | st.lists(values, max_size=3), max_size=3)
    return st.builds(lambda code, arguments: because(code, **arguments), NAMES, pairs)


@given(st.recursive(SIMPLE, reasons_of, max_leaves=6))
def test_what_is_written_into_a_cell_is_read_as_it_was(value: object) -> None:
    assert value is None or read(written(value)) == value


@given(reasons_of(SIMPLE))
def test_code_and_arguments_may_stand_in_two_cells(reason: Reason) -> None:
    assert read_reason(reason.code, written(reason.arguments)) == reason
    assert code_of(written(reason)) == reason.code


def test_numbers_and_sequences_of_numpy_are_those_of_python() -> None:
    assert because("a", times=np.array([1, 2]), number=np.int64(3)) == because("a", times=[1, 2], number=3)
    assert hash(because("a", times=[1, 2])) == hash(because("a", times=(1, 2)))


def test_reasons_within_a_reason_are_found() -> None:
    whole = several([because("a"), because("b", why=because("c"), those=[because("d")])])
    assert whole is not None
    assert all(holds(whole, code) for code in "abcd") and not holds(whole, "e")


def test_an_empty_cell_is_no_reason() -> None:
    assert read("") is None and read_reason("", "") is None and code_of("") == "" and written(None) == ""


def test_an_error_carries_its_reason() -> None:
    with pytest.raises(ReasonedError) as error:
        raise ReasonedError("one_cluster", name="county")
    assert error.value.reason == because("one_cluster", name="county")
