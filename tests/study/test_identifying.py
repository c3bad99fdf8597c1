from __future__ import annotations

import pytest

from ruralpanel.study.identifying import identifying_columns
from ruralpanel.study.load import load_study


@pytest.mark.parametrize(
    ("study", "told_apart", "measured"),
    [
        ("replications/castle", {"state"}, {"log_homicide", "log of homicides per 100,000"}),
        ("taobao_villages", {"village", "county", "province"}, {"entropy", "kg a mu", "log_income"}),
        ("china_counties", {"county", "prefecture"}, {"persons", "per cent"}),
    ],
)
def test_columns_that_tell_things_apart_are_those_no_number_is_measured_in(
    study: str, told_apart: set[str], measured: set[str]
) -> None:
    found = identifying_columns(load_study(study))
    assert told_apart <= found
    assert not measured & found
