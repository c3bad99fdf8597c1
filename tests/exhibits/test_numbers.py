from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.exhibits.numbers import count, decimal, probability


@pytest.mark.parametrize(
    ("value", "decimals", "printed"),
    [
        (-0.0001, 3, "0.000"),
        (0.0, 3, "0.000"),
        (-0.0, 0, "0"),
        (-0.0561, 3, "−0.056"),
        (1234567.891, 2, "1,234,567.89"),
        (float("nan"), 3, ""),
    ],
)
def test_numbers_are_printed_as_a_journal_would(value: float, decimals: int, printed: str) -> None:
    assert decimal(value, decimals) == printed


@given(st.floats(-1e6, 1e6), st.integers(0, 6))
def test_what_is_printed_is_the_number_rounded(value: float, decimals: int) -> None:
    printed = decimal(value, decimals)
    assert "-" not in printed
    assert float(printed.replace("−", "-").replace(",", "")) == pytest.approx(value, abs=0.5000001 * 10**-decimals)
    assert not (printed.startswith("−") and float(printed[1:].replace(",", "")) == 0)


def test_counts_and_probabilities() -> None:
    assert count(28219) == "28,219"
    assert probability(0.0001) == "< 0.001"
    assert probability(0.0594) == "= 0.059"
