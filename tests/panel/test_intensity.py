"""Designation that is dated by an intensity: a number that is 0 before treatment and positive after."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.errors import DataError
from ruralpanel.frames.expressions import evaluate_number
from tests.panel.test_designation import date

COLUMNS = ["village", "year", "share"]
SHARES = st.one_of(st.none(), st.sampled_from([0.0, 0.0, 0.1, 0.25, 0.5, 2.0]))
PANELS = st.dictionaries(st.integers(1, 8), st.lists(SHARES, min_size=1, max_size=5), min_size=1).map(
    lambda shares: pd.DataFrame(
        [(unit, 2010 + 2 * wave, share) for unit, own in shares.items() for wave, share in enumerate(own)],
        columns=COLUMNS,
    ).astype({"share": "float64"})
)


def counties(*shares: list[float | None], years: tuple[int, ...] = (2010, 2014, 2016)) -> pd.DataFrame:
    rows = [(unit, year, share) for unit, own in enumerate(shares) for year, share in zip(years, own, strict=True)]
    return pd.DataFrame(rows, columns=COLUMNS)


def reason(panel: pd.DataFrame, **declared: object) -> str:
    return date(panel, intensity="share", **declared)[1].lines[0].reason


@given(PANELS, st.sampled_from([0.0, 0.1, 0.3]))
def test_an_intensity_is_dated_like_the_indicator_of_being_above_its_threshold(
    panel: pd.DataFrame, threshold: float
) -> None:
    above = (panel["share"] > threshold).astype("float64").mask(panel["share"].isna())
    by_intensity, _ = date(panel, intensity="share", threshold=threshold, absorbing=False)
    by_indicator, _ = date(panel.assign(on=above), indicator="on", absorbing=False)
    added = ["listed", "listed_cohort", "listed_event_time"]
    pd.testing.assert_frame_equal(by_intensity[added], by_indicator[added], check_dtype=False)
    pd.testing.assert_series_equal(by_intensity["listed_intensity"], panel["share"], check_names=False)


@given(PANELS, st.sampled_from([0.0, 0.1, 0.3]), st.randoms(use_true_random=False))
def test_the_order_of_rows_says_nothing(panel: pd.DataFrame, threshold: float, random) -> None:
    order = list(panel.index)
    random.shuffle(order)
    declared = {"intensity": "share", "threshold": threshold, "absorbing": False}
    straight, straight_ledger = date(panel, **declared)
    mixed, mixed_ledger = date(panel.loc[order].reset_index(drop=True), **declared)
    sorted_again = mixed.sort_values(["village", "year"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(
        sorted_again, straight.sort_values(["village", "year"]).reset_index(drop=True), check_dtype=False
    )
    assert [line.reason for line in mixed_ledger.lines] == [line.reason for line in straight_ledger.lines]


def test_two_periods_are_enough() -> None:
    panel, ledger = date(counties([0, 0.2], [0, 0], years=(2010, 2020)), intensity="share")
    assert panel["listed"].tolist() == [0, 1, 0, 0]
    assert panel["listed_cohort"].tolist()[:2] == [2020, 2020]
    assert panel["listed_event_time"].tolist()[:2] == [-10, 0]
    assert panel["listed_intensity"].tolist() == [0, 0.2, 0, 0]
    assert ledger.lines[-1].reason == "1 unit ever treated (0 from their first period), 1 never"


def test_a_treatment_that_stays_may_rise_and_fall_above_zero() -> None:
    panel = counties([0, 5, 2], [0, 1, 4])
    assert date(panel, intensity="share")[0]["listed"].tolist() == [0, 1, 1, 0, 1, 1]
    assert reason(panel) == "share: treated above 0; falls 1 time, in 1 unit"


def test_below_the_threshold_is_untreated_before_and_treated_after() -> None:
    panel = counties([1, 5, 2])
    assert date(panel, intensity="share", threshold=3)[0]["listed"].tolist() == [0, 1, 1]
    said = reason(panel, threshold=3)
    assert "positive in 1 row that count as untreated" in said
    assert "no longer above it in 1 row, where treatment stays" in said


def test_a_missing_intensity_leaves_treatment_unknown_before_it_begins_and_known_after() -> None:
    panel = counties([None, 0, 1], [0, 1, None])
    dated, _ = date(panel, intensity="share")
    assert dated["listed"].isna().tolist() == [True, False, False, False, False, False]
    assert dated["listed"].tolist()[3:] == [0, 1, 1]
    assert dated["listed_intensity"].isna().sum() == 2
    assert "missing in 2 rows" in reason(panel)


def test_a_treatment_that_may_end_follows_its_intensity() -> None:
    panel, _ = date(counties([0, 1, 0]), intensity="share", absorbing=False)
    assert panel["listed"].tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([0, 1, 0], "`share` goes back to 0 in 1 unit treated before: 0"),
        ([0, -1, 0], "the intensity `share` is negative in 1 row, -1 at the least: 0"),
        (["none", "a", "b"], "the intensity `share` holds text, not numbers"),
    ],
)
def test_what_cannot_be_an_intensity_is_an_error(values: list[object], said: str) -> None:
    panel = pd.DataFrame({"village": 0, "year": [2010, 2014, 2016], "share": values})
    with pytest.raises(DataError) as raised:
        date(panel, intensity="share")
    assert said in str(raised.value)


def test_the_intensity_may_be_derived() -> None:
    panel = counties([0, 3, 6]).assign(villages=60)
    share, _ = evaluate_number(panel, "share / villages * 100")
    assert date(panel.assign(share=share), intensity="share")[0]["listed_intensity"].tolist() == [0, 5, 10]
