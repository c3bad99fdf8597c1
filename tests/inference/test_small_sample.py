from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.absorption.levels import Levels, levels_of
from ruralpanel.inference.small_sample import counted_coefficients, drop_singletons


def levels(frame: pd.DataFrame) -> list[Levels]:
    return [levels_of(frame[name]) for name in frame]


EFFECTS = pd.DataFrame({"village": [0, 0, 1, 1, 2, 2], "year": [0, 1, 0, 1, 0, 1]})


def test_effects_nested_in_clusters_count_once() -> None:
    county = pd.DataFrame({"county": [0, 0, 0, 0, 1, 1]})
    assert counted_coefficients(2, levels(EFFECTS), None) == 2 + 3 + 2 - 1
    # The village effect lies within counties: its three levels become one, the year effect keeps its own.
    assert counted_coefficients(2, levels(EFFECTS), levels(county)) == 2 + 2
    assert counted_coefficients(2, [], levels(county)) == 2


def test_reghdfe_counts_what_two_effects_share() -> None:
    effects = EFFECTS.assign(region_by_year=[0, 1, 0, 1, 2, 3])  # villages 0 and 1 in one region, 2 in the other
    # A region by year tells the year: two levels are shared with years, and as many regions with villages.
    assert counted_coefficients(1, levels(effects), None, pairwise=True) == 1 + 3 + (2 - 1) + (4 - 2)
    assert counted_coefficients(1, levels(effects), None) == 1 + 3 + (2 - 1) + (4 - 1)
    village = effects[["village"]]
    assert counted_coefficients(1, levels(effects), levels(village), pairwise=True) == 1 + 1 + (2 - 1) + (4 - 2)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=40))
def test_no_singleton_is_left_and_no_other_row_is_lost(rows: list[tuple[int, int]]) -> None:
    effects = pd.DataFrame(rows, columns=["village", "year"])

    def without(frame: pd.DataFrame) -> pd.DataFrame:
        stay = drop_singletons(levels(frame))
        return frame if stay is None else frame[stay]

    kept = without(effects)
    for name in kept:
        assert (kept[name].value_counts() > 1).all()
    # Whatever order rows are removed in, the largest set without singletons is the same.
    reverse = effects[::-1]
    assert sorted(without(reverse).index) == list(kept.index)


def test_where_every_level_has_one_row_none_is_left() -> None:
    alone = drop_singletons(levels(pd.DataFrame({"village": [0, 1, 2]})))
    assert alone is not None and not alone.any()
    assert drop_singletons(levels(pd.DataFrame({"village": [0, 0, 1, 1]}))) is None


def test_an_effect_within_a_cluster_takes_a_level_of_the_next_as_software_does_by_default() -> None:
    """Levels that two effects share are counted pairwise only where that is asked for."""
    both = pd.DataFrame({"region": [0, 0, 1, 1], "sector": [0, 0, 1, 1]})
    assert counted_coefficients(0, levels(both), None) == 2 + 2 - 1
    assert counted_coefficients(0, levels(both), None, pairwise=True) == 2 + 2 - 2
