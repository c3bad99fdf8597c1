"""Addresses of numbers."""

from __future__ import annotations

import pandas as pd
import pytest

from ruralpanel.estimation.address import address_of, find_estimate
from ruralpanel.estimation.block import estimate_block
from ruralpanel.study.addresses import NoSuchNumber, read_address
from tests.conftest import equation


@pytest.fixture
def estimates(panel: pd.DataFrame) -> pd.DataFrame:
    equations = [
        equation(regressors=["x"]),
        equation(specification="other", outcome="second"),
        equation(estimator="event_study", window=[-3, 2]),
    ]
    return estimate_block(panel, equations)[0]


def test_every_estimate_is_found_at_its_own_address(estimates: pd.DataFrame) -> None:
    for _, row in estimates.iterrows():
        assert find_estimate(estimates, read_address(address_of(row)))["row"] == row["row"]


def test_what_there_is_only_one_of_may_be_left_out(estimates: pd.DataFrame) -> None:
    assert find_estimate(estimates, read_address("block/other"))["outcome"] == "second"
    assert find_estimate(estimates, read_address("block/two_way_fixed_effects/x"))["term"] == "x"
    address = read_address("block/event_study/listed@event_time=1#p_value")
    assert find_estimate(estimates, address)["event_time"] == 1
    assert address.statistic == "p_value"


def test_a_control_beside_a_treatment_is_meant_only_where_it_is_named(panel: pd.DataFrame) -> None:
    controlled = equation(regressors=["x"])
    moderated = equation(specification="moderated", regressors=["x"], moderators=["weight"])
    estimates = estimate_block(panel, [controlled, moderated])[0]
    assert find_estimate(estimates, read_address("block/main"))["term"] == "listed"
    assert find_estimate(estimates, read_address("block/main/x"))["term"] == "x"
    with pytest.raises(NoSuchNumber, match="names 2 estimates"):  # an effect that differs is not one number
        find_estimate(estimates, read_address("block/moderated"))


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("blok/x", "no block `blok`", "did you mean “block”?"),
        ("block/two_way_fixed_effect/x", "has `two_way_fixed_effect`", "did you mean “two_way_fixed_effects”?"),
        ("block/event_study/listed@event_time=9", "no event_time 9", "valid here"),
        ("block/event_study/listed@time=1", "`time` is not", "valid here: cohort, event_time, period"),
        ("block/x#se", "`se` is not a number", "valid here"),
        ("block/two_way_fixed_effects", "names 2 estimates", "block/main/y/two_way_fixed_effects/listed"),
        ("@event_time=1", "is no address", "write block/"),
    ],
)
def test_an_address_that_names_nothing_or_too_much_is_told_what_would(
    estimates: pd.DataFrame, text: str, what: str, hint: str
) -> None:
    with pytest.raises(NoSuchNumber) as error:
        find_estimate(estimates, read_address(text))
    assert what in error.value.what
    assert hint in error.value.hint
