"""Effects around first changes of treatment: by hand, by what must not matter, and where histories have holes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ruralpanel.estimation import block
from ruralpanel.estimation.chaisemartin_dhaultfoeuille import estimate
from ruralpanel.exhibits.printed_table import as_grid
from ruralpanel.frames.ledger import Ledger
from ruralpanel.panel.designation import date_designation
from ruralpanel.study.designation import Designation
from tests.conftest import equation
from tests.exhibits.conftest import declaration
from tests.parity.switching_panels import panels
from tests.worded import estimate_block, event_study_figure, print_table

COLUMNS = ["estimate", "standard_error"]


def with_listing(panel: pd.DataFrame) -> pd.DataFrame:
    designation = Designation(indicator="d", absorbing=False)
    return date_designation(
        panel, "listed", designation, "village", "year", Ledger("panel", "panel", "village", "year")
    )


def both(panel: pd.DataFrame, **changes: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    asked = equation(**{"estimator": "chaisemartin_dhaultfoeuille", "absorbing": False, **changes})
    estimates, ledger = estimate_block(panel, [asked], ["listed"])
    at = estimates["event_time"].astype("str").where(estimates["event_time"].notna(), estimates["term"])
    return estimates.assign(at=at).set_index("at"), ledger


def found(panel: pd.DataFrame, **changes: object) -> pd.DataFrame:
    return both(panel, **changes)[0]


def histories(years: list[int], **villages: tuple[str, list[float]]) -> pd.DataFrame:
    """Write a panel village by village: treatment as one character a year, `.` for unknown and ` ` for no row."""
    rows = [
        (name, year, {".": np.nan}.get(mark, mark), outcome)
        for name, (marks, outcomes) in villages.items()
        for year, mark, outcome in zip(years, marks, outcomes, strict=True)
        if mark != " "
    ]
    panel = pd.DataFrame(rows, columns=["village", "year", "d", "y"])
    return with_listing(panel.assign(d=panel["d"].astype("float64")))


@pytest.fixture(scope="module")
def on_and_off() -> pd.DataFrame:
    return with_listing(panels()["on_and_off"])


@pytest.mark.slow
def test_joining_and_leaving_by_hand() -> None:
    panel = histories(
        [2000, 2001, 2002],
        joins=("011", [1.0, 4.0, 9.0]),
        stays_out=("000", [0.0, 1.0, 2.0]),
        also_out=("000", [0.0, 0.0, 3.0]),
        leaves=("100", [5.0, 4.0, 1.0]),
        stays_in=("111", [2.0, 4.0, 4.0]),
    )
    rows = found(panel)
    # Joining: 3 − 0.5 and 8 − 2.5. Leaving, with the opposite sign: −(−1 − 2) and −(−4 − 2).
    assert rows.loc["0", "estimate"] == pytest.approx((2.5 + 3) / 2)
    assert rows.loc["1", "estimate"] == pytest.approx((5.5 + 6) / 2)
    # Two villages are a year and two away from their first treatment by one: the sum of effects over four.
    assert rows.loc["listed", "estimate"] == pytest.approx((2.5 + 3 + 5.5 + 6) / 4)
    assert rows.loc["-1", ["estimate", "reason"]].tolist() == [0.0, "what effects are measured from"]
    per_year = found(panel, switching={"normalised": True})
    assert per_year.loc["1", "estimate"] == pytest.approx((5.5 + 6) / 2 / 2)
    assert per_year.loc["listed", "estimate"] == pytest.approx(rows.loc["listed", "estimate"])
    only = found(panel, switching={"switchers": "out"})
    assert only.loc["1", "estimate"] == pytest.approx(6)
    assert only.loc["1", "sample"] == (
        "all rows, changes to less treatment only, without 3 units that nobody can be compared with"
    )


def test_errors_by_hand_centre_cohorts_and_a_lone_village_with_its_comparison() -> None:
    panel = histories(
        [2000, 2001],
        first=("01", [0.0, 5.0]),
        second=("01", [0.0, 9.0]),
        waits=("00", [0.0, 1.0]),
        too=("00", [0.0, 3.0]),
        more=("00", [0.0, 5.0]),
    )
    cohort, waiting = np.array([-2.0, 2.0]) * np.sqrt(2), np.array([-2.0, 0.0, 2.0]) * np.sqrt(3 / 2)
    expected = np.sqrt((cohort**2).sum() / 2**2 + (waiting**2).sum() / 3**2)
    assert found(panel).loc["0", COLUMNS].tolist() == pytest.approx([7 - 3, expected])
    alone = panel[panel["village"] != "second"]
    joint = (5.0 - np.mean([5, 1, 3, 5])) * np.sqrt(4 / 3)
    expected = np.sqrt(joint**2 + (waiting**2).sum() / 3**2)
    # As the estimator gives it: that one village is treated takes it out of the block's estimates.
    stated = equation(estimator="chaisemartin_dhaultfoeuille", absorbing=False)
    result = estimate(alone, stated, Ledger("estimation", "block", "village", "year"))
    (row,) = [each for each in result.rows if each.get("event_time") == 0]
    assert [row[name] for name in COLUMNS] == pytest.approx([5 - 3, expected])
    assert np.isnan(found(alone).loc["0", "standard_error"])


def test_a_treatment_that_stays_has_the_effects_of_callaway_and_santanna(panel: pd.DataFrame) -> None:
    theirs = found(
        panel, estimator="callaway_santanna", absorbing=True, group_time={"comparison": "not_yet_treated"}
    ).query("term == 'listed' and cohort == '' and period.isna()")
    rows = found(panel, absorbing=True)
    for event_time in ("0", "1", "2", "3", "4"):
        assert rows.loc[event_time, "estimate"] == pytest.approx(theirs.loc[event_time, "estimate"], abs=1e-9)


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1000))
def test_order_levels_and_shocks_do_not_matter(on_and_off: pd.DataFrame, seed: int) -> None:
    random = np.random.default_rng(seed)
    village, year = (on_and_off[name].to_numpy() for name in ("village", "year"))
    at_first = on_and_off.groupby("village")["d"].transform("first").to_numpy(dtype="int64")
    shocks = random.normal(size=200)[village] + random.normal(size=(2, 8))[at_first, year - 2000]
    changed = on_and_off.assign(y=on_and_off["y"] + shocks).sample(frac=1, random_state=seed)
    expected, rows = found(on_and_off, window=[-3, 2]), found(changed, window=[-3, 2])
    assert list(rows.index) == list(expected.index)
    np.testing.assert_allclose(rows[COLUMNS], expected[COLUMNS], atol=1e-9)


@pytest.mark.slow
def test_calling_treatment_what_is_none_turns_every_effect_around(on_and_off: pd.DataFrame) -> None:
    expected = found(on_and_off, window=[-3, 2])
    turned = found(with_listing(on_and_off.assign(d=1 - on_and_off["d"])), window=[-3, 2])
    np.testing.assert_allclose(turned["estimate"], -expected["estimate"], atol=1e-12)
    np.testing.assert_allclose(turned["standard_error"], expected["standard_error"], atol=1e-12)


@pytest.mark.slow
def test_waves_two_years_apart_have_event_times_two_years_apart(on_and_off: pd.DataFrame) -> None:
    waves = on_and_off.assign(year=2000 + 2 * (on_and_off["year"] - 2000))
    expected, rows = found(on_and_off, window=[-3, 2]), found(waves, window=[-6, 4])
    assert rows["event_time"].dropna().tolist() == [-6, -4, -2, 0, 2, 4]
    np.testing.assert_allclose(rows[COLUMNS], expected[COLUMNS])


def test_what_histories_leave_open_is_settled_and_counted() -> None:
    outcomes = [0.0, 1.0, 2.0, 3.0, 4.0]
    panel = histories(
        [2000, 2001, 2002, 2003, 2004],
        joins=("00111", [0.0, 1.0, 7.0, 3.0, 4.0]),
        undated=("0.111", outcomes),
        gap=("0.011", outcomes),
        after=("011.1", outcomes),
        ends=("0000.", outcomes),
        never_known=(".....", outcomes),
        waits=("00000", outcomes),
    )
    rows, ledger = both(panel)
    reasons = dict(zip(ledger["step"], ledger["reason"], strict=True))
    assert reasons["treatment known"] == "listed never known of a unit"
    assert reasons["history of listed"] == (
        "1 unit whose treatment is not known just before it changes; "
        "2 periods between known treatments taken to be as at first, or as at the change"
    )
    assert reasons["treatment comparable"] == "listed then unknown, or not dated, or both ways"
    used = ledger.loc[ledger["step"] == "treatment comparable", ["rows_in", "rows_out"]]
    assert used.to_numpy().tolist() == [[30, 25]]  # four years of `undated` and the last of `ends`
    assert reasons["event time 0"].startswith("3 units after a first change (3 to more treatment, 0 to less) beside 4 ")
    assert rows.loc["0", "estimate"] == pytest.approx(5 / 3)  # 6 − 1 for one village, nothing for two


def test_a_change_without_an_outcome_before_it_is_not_compared_and_counted() -> None:
    panel = histories(
        [2000, 2001, 2002],
        joins=("001", [0.0, 1.0, 5.0]),
        unseen=("001", [0.0, np.nan, 5.0]),
        waits=("000", [0.0, 1.0, 2.0]),
        also=("000", [0.0, 1.0, 2.0]),
    )
    rows, ledger = both(panel)
    assert rows.loc["0", "estimate"] == pytest.approx(3)
    (reason,) = ledger.loc[ledger["step"] == "changes not compared", "reason"]
    assert reason.startswith("1 unit that change treatment have no effect")


def test_more_and_less_treatment_than_at_first_ends_what_is_used() -> None:
    villages = {
        "both_ways": ([1, 2, 0], [0.0, 3.0, 100.0]),
        "other": ([1, 2, 2], [0.0, 3.0, 4.0]),
        "waits": ([1, 1, 1], [0.0, 1.0, 2.0]),
        "too": ([1, 1, 1], [0.0, 1.0, 2.0]),
    }
    panel = pd.DataFrame(
        [
            (name, 2000 + index, dose, outcome)
            for name, (doses, outcomes) in villages.items()
            for index, (dose, outcome) in enumerate(zip(doses, outcomes, strict=True))
        ],
        columns=["village", "year", "d", "y"],
    )
    designation, ledger = Designation(intensity="d", absorbing=False), Ledger("panel", "panel", "village", "year")
    panel = date_designation(panel, "listed", designation, "village", "year", ledger)
    rows, lines = both(panel, intensities={"listed": "listed_intensity"})
    assert rows.loc["0", "estimate"] == pytest.approx(2)
    assert rows.loc["1", "estimate"] == pytest.approx(2)
    (reason,) = lines.loc[lines["step"] == "history of listed_intensity", "reason"]
    assert reason == "1 unit with more and less treatment than at first"
    assert set(rows["term"]) == {"listed_intensity", "joint test of leads"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"d": 0.0}, "no unit that changes treatment can be compared"),
        ({"year": 2000}, "there is one period only"),
        ({"county": "year"}, "`county` changes within units, and has to hold whole units here"),
        ({"county": 1}, "one cluster only in `county`"),
    ],
)
def test_what_cannot_be_estimated_says_why(on_and_off: pd.DataFrame, changes: dict[str, object], said: str) -> None:
    panel = on_and_off.assign(**{name: on_and_off.get(value, value) for name, value in changes.items()})
    if "year" in changes:
        panel = panel.drop_duplicates("village")
    rows = found(with_listing(panel), inference={"cluster": ["county"]})
    assert said in rows["reason"].iloc[0]


@pytest.mark.slow
def test_there_is_no_test_without_placebos_or_with_more_than_clusters(on_and_off: pd.DataFrame) -> None:
    without = found(on_and_off, window=[0, 2])
    assert without.loc["joint test of leads", "reason"] == "there is no placebo to test"
    panel = on_and_off.assign(county=on_and_off["village"] % 2)
    few = found(panel, window=[-4, 2], inference={"cluster": ["county"]})
    assert "3 placebos are too many for 2 clusters" in few.loc["joint test of leads", "reason"]


@pytest.mark.slow
def test_a_table_shows_the_average_and_a_figure_the_event_times(on_and_off: pd.DataFrame) -> None:
    asked = equation(estimator="chaisemartin_dhaultfoeuille", absorbing=False, window=[-3, 2])
    estimates = block.estimate_block(on_and_off, [asked])[0]
    table = print_table(estimates, declaration("regression_table"))
    grid = as_grid(table).set_index("row")
    overall = estimates.loc[estimates["event_time"].isna() & estimates["estimate"].notna(), "estimate"]
    assert grid.loc["Listed village"].tolist() == [f"{overall.iloc[0]:.3f}"]
    assert "the average total effect per unit of treatment" in " ".join(table.notes)
    stated = declaration("event_study_figure")
    figure, notes = event_study_figure.draw(event_study_figure.plotted_data(estimates, stated), stated)
    (line,) = figure.axes[0].containers
    assert line.lines[0].get_xdata().tolist() == [-3, -2, -1, 0, 1, 2]
    assert "Measured from event time −1, which is zero by construction." in " ".join(notes)
