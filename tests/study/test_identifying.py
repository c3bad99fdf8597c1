from __future__ import annotations

import pytest

from ruralpanel.study.designation import Designation
from ruralpanel.study.identifying import identifying_columns
from ruralpanel.study.load import load_study
from ruralpanel.study.resampling import Permutation
from ruralpanel.study.tables import Table


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


def test_levels_and_what_is_counted_are_told_apart() -> None:
    """By the study's own words, wherever they stand: a level, groups that are permuted, what is counted."""
    study = load_study("taobao_villages")
    counted = {"clans": {"take": "distinct", "of": "clan"}, "firm": "same", "income": "mean"}
    table = Table.model_validate({"stack": "survey", "group": {"by": ["market"], "columns": counted}})
    block = next(iter(study.blocks.values()))
    drawn = block.inference.model_copy(update={"permutation": Permutation(among="township")})
    changed = study.model_copy(
        update={
            "designation": {"listed": Designation(level="hamlet", cohort="first")},
            "blocks": {"effects": block.model_copy(update={"inference": drawn})},
            "tables": {"markets": table},
        }
    )
    found = identifying_columns(changed)
    assert found >= {"hamlet", "township", "market", "clan", "firm"}
    assert not found & {"first", "income"}
