from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.errors import DataError
from ruralpanel.frames.ledger import Ledger
from ruralpanel.panel.build import build_panel
from ruralpanel.study.panel import Panel

SURVEY = pd.DataFrame({"village": [2, 2, 1, 1], "year": [2011, 2010, 2010, 2011], "income": [4.0, 0.0, 1.0, 2.0]})
KEYS = {"unit": "village", "period": "year"}
REGISTER = pd.DataFrame({"village": [1, 3], "size": [100, 300]})


def build(**changes: object) -> tuple[pd.DataFrame, Ledger]:
    declared = {"unit": "village", "period": "year", **changes}
    tables = {"survey": SURVEY, "register": REGISTER}
    panel, ledger, *_ = build_panel(tables, Panel.model_validate(declared), "survey", {})
    return panel, ledger


def test_rows_are_sorted_by_unit_and_period() -> None:
    panel, _ = build()
    assert panel[["village", "year"]].to_numpy().tolist() == [[1, 2010], [1, 2011], [2, 2010], [2, 2011]]


@pytest.mark.parametrize(("unmatched", "rows"), [("missing", 4), ("drop", 2)])
def test_unmatched_rows_mean_what_is_declared_and_are_counted(unmatched: str, rows: int) -> None:
    panel, ledger = build(joins=[{"source": "register", "on": ["village"], "unmatched": unmatched}])
    assert len(panel) == rows
    line = next(line for line in ledger.lines if line.step == "join register")
    assert (line.rows_in, line.rows_out) == (4, rows)
    assert "2 rows matched" in line.reason
    assert "2 without a partner" in line.reason
    assert "1 row of register unused" in line.reason


def test_unmatched_rows_can_mean_zero_and_what_is_missing_stays_missing() -> None:
    register = pd.DataFrame({"village": [1, 3], "size": [None, 300.0], "shops": [4, 5]})
    declared = Panel.model_validate({**KEYS, "joins": [{"source": "register", "on": ["village"], "unmatched": "zero"}]})
    panel = build_panel({"survey": SURVEY, "register": register}, declared, "survey", {}).panel
    assert panel["shops"].tolist() == [4, 4, 0, 0]
    assert panel["size"].isna().tolist() == [True, True, False, False]


def test_a_period_that_a_source_does_not_cover_is_named() -> None:
    yearly = pd.DataFrame({"village": [1, 2], "year": [2010, 2010], "shops": [4, 5]})
    join = {"source": "register", "on": ["village", "year"], "unmatched": "zero"}
    declared = Panel.model_validate({**KEYS, "joins": [join]})
    ledger = build_panel({"survey": SURVEY, "register": yearly}, declared, "survey", {}).ledger
    said = next(line.reason for line in ledger.lines if line.step == "join register")
    assert "2 without a partner (their new numbers are zero), among them every row of 2011, 0 rows" in said
    some = yearly.assign(year=[2010, 2011])
    ledger = build_panel({"survey": SURVEY, "register": some}, declared, "survey", {}).ledger
    assert not any("every row" in line.reason for line in ledger.lines)


def test_zero_for_text_is_an_error() -> None:
    register = pd.DataFrame({"village": [1, 3], "name": ["a", "b"]})
    declared = Panel.model_validate({**KEYS, "joins": [{"source": "register", "on": ["village"], "unmatched": "zero"}]})
    with pytest.raises(DataError, match="but name holds text"):
        build_panel({"survey": SURVEY, "register": register}, declared, "survey", {})


def test_the_match_report_counts_both_sides_by_period_and_region() -> None:
    yearly = pd.DataFrame(
        {"village": [1, 1, 9], "year": [2010, 2012, 2010], "size": [1, 2, 3], "province": ["a", "a", "b"]}
    )
    declared = {**KEYS, "region": "province", "joins": [{"source": "register", "on": ["village", "year"]}]}
    tables = {"survey": SURVEY, "register": yearly}
    report = build_panel(tables, Panel.model_validate(declared), "survey", {}).matches
    rows = {(row["side"], row["period"], row["region"]): row["rows"] for row in report.to_dict("records")}
    assert rows == {
        ("matched", "2010", "a"): 1,
        ("panel only", "2010", ""): 1,
        ("panel only", "2011", ""): 2,
        ("source only", "2010", "b"): 1,
        ("source only", "2012", "a"): 1,
    }


def test_keys_that_never_meet_are_shown_from_both_sides() -> None:
    tables = {"survey": SURVEY, "register": REGISTER.assign(village=REGISTER["village"] * 1000)}
    declared = Panel.model_validate({**KEYS, "joins": [{"source": "register", "on": ["village"]}]})
    with pytest.raises(DataError, match="the panel has 2, 1; `register` has 1000, 3000"):
        build_panel(tables, declared, "survey", {})


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 6)), min_size=1, max_size=20),
    st.lists(st.integers(0, 6), unique=True, min_size=1),
)
def test_a_join_is_what_pandas_makes_of_it(keys: list[int | None], partners: list[int]) -> None:
    left = pd.DataFrame({"village": range(len(keys)), "year": 2010, "county": pd.array(keys, dtype="Float64")})
    right = pd.DataFrame({"county": pd.array(partners, dtype="Float64"), "size": [10.0 * each for each in partners]})
    declared = Panel.model_validate({**KEYS, "joins": [{"source": "register", "on": ["county"]}]})
    try:
        built = build_panel({"survey": left, "register": right}, declared, "survey", {})
    except DataError:
        assert not set(keys) & set(partners)
        return
    expected = left.merge(right, on="county", how="left")["size"]
    pd.testing.assert_series_equal(built.panel["size"], expected, check_dtype=False)
    counts = built.matches.groupby("side")["rows"].sum()
    assert counts.get("matched", 0) + counts.get("panel only", 0) == len(left)
    assert counts.get("source only", 0) == len(set(partners) - set(keys))


def test_unmatched_rows_can_be_an_error() -> None:
    with pytest.raises(DataError, match="2 rows of the panel have no partner"):
        build(joins=[{"source": "register", "on": ["village"], "unmatched": "fail"}])


def test_a_cardinality_that_does_not_hold_is_an_error() -> None:
    with pytest.raises(DataError, match="declared one_to_one"):
        build(joins=[{"source": "register", "on": ["village"], "expect": "one_to_one"}])


def test_keys_of_different_types_are_an_error_in_words() -> None:
    tables = {"survey": SURVEY, "register": REGISTER.astype({"village": "str"})}
    declared = Panel.model_validate({**KEYS, "joins": [{"source": "register", "on": ["village"]}]})
    with pytest.raises(DataError, match="holds numbers in the panel and text in `register`"):
        build_panel(tables, declared, "survey", {})


def test_a_derived_value_that_is_not_finite_is_missing_and_counted() -> None:
    panel, ledger = build(derived={"log_income": "log(income)", "late": "year >= 2011"})
    assert panel["log_income"].isna().sum() == 1
    assert panel["late"].tolist() == [0.0, 1.0, 0.0, 1.0]
    assert any("not a finite number in 1 row" in line.reason for line in ledger.lines)


def test_restrictions_are_in_the_ledger_with_their_reason() -> None:
    panel, ledger = build(sample=[{"keep": "income > 0 and year in [2010, 2011]", "reason": "no zeros"}])
    assert len(panel) == 3
    assert (ledger.lines[-1].rows_in, ledger.lines[-1].rows_out, ledger.lines[-1].reason) == (4, 3, "no zeros")


def test_a_restriction_that_leaves_nothing_is_an_error() -> None:
    with pytest.raises(DataError, match="no row is left"):
        build(sample=[{"keep": "year > 2050", "reason": "future"}])


def test_text_in_arithmetic_is_an_error_in_words() -> None:
    tables = {"survey": SURVEY.assign(name="a")}
    declared = Panel.model_validate({"unit": "village", "period": "year", "derived": {"bad": "name * 2.5"}})
    with pytest.raises(DataError, match="name holds text"):
        build_panel(tables, declared, "survey", {})


def test_a_period_that_is_not_whole_is_an_error() -> None:
    tables = {"survey": SURVEY.assign(year=SURVEY["year"] + 0.5)}
    with pytest.raises(DataError, match="must be a whole number"):
        build_panel(tables, Panel(unit="village", period="year"), "survey", {})


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(2000, 2005)), unique=True, min_size=1), st.integers(1999, 2004)
)
def test_the_ledger_is_a_chain(keys: list[tuple[int, int]], after: int) -> None:
    table = pd.DataFrame(keys, columns=["village", "year"]).assign(income=np.arange(len(keys)))
    declared = Panel.model_validate({**KEYS, "sample": [{"keep": f"year > {after}", "reason": "r"}]})
    try:
        panel, ledger, *_ = build_panel({"survey": table}, declared, "survey", {})
    except DataError:
        assert max(year for _, year in keys) <= after
        return
    for before, line in zip(ledger.lines, ledger.lines[1:], strict=False):
        assert line.rows_in == before.rows_out
    assert ledger.lines[-1].rows_out == len(panel) == sum(year > after for _, year in keys)


@pytest.mark.parametrize("unmatched", ["missing", "zero", "drop"])
def test_codes_that_lost_their_zeros_on_one_side_are_no_rows_without_a_partner(unmatched: str) -> None:
    base = pd.DataFrame({"v": ["a", "b"], "t": [2010, 2010], "fips": ["1001", "12003"]})
    areas = pd.DataFrame({"fips": ["01001", "12003"], "area": [5.0, 6.0]})
    joins = [{"source": "areas", "on": ["fips"], "unmatched": unmatched}]
    panel = Panel.model_validate({"unit": "v", "period": "t", "base": "base", "joins": joins})
    with pytest.raises(DataError, match=r"'1001' in the panel and '01001' in `areas`\n.*`\{type: code, width: 5\}`"):
        build_panel({"base": base, "areas": areas}, panel, "base", {})
