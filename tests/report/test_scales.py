from __future__ import annotations

from math import inf, nan

import pytest

from ruralpanel.report.scales import MARGIN, place_on, scale_of


@pytest.mark.parametrize(
    ("numbers", "ticks"),
    [
        ([10.5, 17.1, 6.7], ["0", "5", "10", "15"]),
        ([-0.03, 0.01], ["−0.03", "−0.02", "−0.01", "0.00", "0.01"]),
        ([-3.0, 30.0], ["0", "10", "20", "30"]),
        ([0.0], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ([-470.0, nan], ["−400", "−300", "−200", "−100", "0"]),
    ],
)
def test_a_scale_has_zero_and_round_numbers(numbers: list[float], ticks: list[str]) -> None:
    scale = scale_of(numbers)
    assert scale is not None
    assert [scale.words(tick) for tick in scale.ticks] == ticks


def test_places_keep_the_order_and_the_margins() -> None:
    scale = scale_of([2.0, 1.0, 3.0])
    assert scale is not None
    places = [place_on(scale, number) for number in (0.0, 1.0, 2.0, 3.0)]
    assert places == pytest.approx([MARGIN, MARGIN + 92 / 3, MARGIN + 184 / 3, 100 - MARGIN], abs=0.01)
    assert place_on(scale, nan) is None
    assert place_on(scale, inf) == 100 - MARGIN


def test_there_is_no_scale_without_numbers() -> None:
    assert scale_of([nan, inf]) is None
