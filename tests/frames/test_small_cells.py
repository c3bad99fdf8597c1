"""Counts of few units are withheld, with another where a total would give one away."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.frames.small_cells import (
    balance_without_small,
    codebook_without_small,
    estimates_without_small,
    fewer_than,
    ledger_without_small,
    missingness_without_small,
    withheld,
)
from ruralpanel.panel.balance import balance
from ruralpanel.panel.codebook import codebook, missingness
from ruralpanel.study.panel import ColumnOrigin
from tests.conftest import dated, equation
from tests.worded import estimate_block


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8), st.integers(2, 15))
def test_nobody_can_work_out_a_small_count_from_the_total(counts: list[int], minimum: int) -> None:
    hidden = withheld(counts, minimum)
    numbers = np.array(counts)
    assert not (((numbers > 0) & (numbers < minimum)) & ~hidden).any()
    if hidden.any() and (numbers > 0).sum() > 1:
        assert hidden.sum() >= 2
        # What is left for those hidden together could be shared among them in more than one way.
        assert numbers[hidden].sum() >= minimum or hidden.sum() == (numbers > 0).sum()
    assert not hidden[numbers == 0].any()


def test_without_a_total_only_the_small_are_withheld() -> None:
    assert withheld([3, 20, 40], 10, total_shown=False).tolist() == [True, False, False]
    assert withheld([3, 20, 40], 10).tolist() == [True, True, False]
    assert withheld([10, 20], 10).tolist() == [False, False]
    assert fewer_than(10) == "<10"


def panel() -> pd.DataFrame:
    """Give thirty villages, of which three are listed in 2002 and fourteen in 2003."""
    random = np.random.default_rng(1)
    villages = np.repeat(np.arange(30), 6)
    cohorts = np.array([2002 if each < 3 else 2003 if each < 17 else 0 for each in range(30)])
    frame = pd.DataFrame({"village": villages, "year": np.tile(np.arange(2000, 2006), 30), "cohort": cohorts[villages]})
    frame["y"] = random.normal(size=len(frame))
    frame["name"] = [f"XSECRETX {each}" if each < 3 else "common" for each in villages]
    return dated(frame)


def test_a_codebook_has_no_value_of_few_units() -> None:
    frame = panel()
    origins = {str(name): ColumnOrigin(origin="survey") for name in frame}
    told = codebook_without_small(codebook(frame, origins), frame, frame["village"], 10).set_index("column")
    assert told.loc["name", "examples"] == "common"
    assert told.loc["y", ["minimum", "maximum"]].isna().all() and told.loc["y", "mean"] == frame["y"].mean()
    assert told.loc["year", "minimum"] == 2000 and told.loc["year", "maximum"] == 2005
    assert pd.isna(told.loc["listed_cohort", "mean"])
    assert told.loc["name", "distinct"] == "<10"


def test_numbers_of_small_cohorts_are_withheld_with_those_of_another() -> None:
    frame = panel()
    told = missingness_without_small(missingness(frame, "village", "year", ["y"], ["listed"]), 10)
    units = told[told["designation"] == "listed"].groupby("cohort")["units"].first()
    assert units[["2002", "never"]].isna().all() and units["2003"] == 14
    assert told.loc[told["designation"] == "all", "units"].eq(30).all()


def test_patterns_of_few_units_are_withheld() -> None:
    frame = panel()
    frame = frame[(frame["village"] != 29) | (frame["year"] > 2001)]
    told = balance_without_small(balance(frame, "village", "year", ["listed"]), 10)
    own = told[(told["status"] == "all") & (told["measure"] == "pattern")]
    assert own["units"].isna().all()


def test_means_and_effects_of_few_units_have_a_reason() -> None:
    for estimator, kind, key in (("cohort_means", "mean", "cohort"), ("callaway_santanna", "cohort", "cohort")):
        from ruralpanel.estimation.block import estimate_block as plain

        rows = estimates_without_small(plain(panel(), [equation(estimator=estimator)])[0], "village", 10)
        own = rows[rows["kind"] == kind].drop_duplicates(key).set_index(key)
        assert pd.isna(own.loc["2002", "estimate"]) and own.loc["2002", "reason"] == "below_minimum_cell"
        assert not (rows["treated_clusters"].fillna(99) < 10).any()
        if estimator == "callaway_santanna":  # of two cohorts, the other follows from the average
            assert pd.isna(own.loc["2003", "estimate"])
            assert rows.loc[rows["kind"] == "overall", "estimate"].notna().all()


def test_a_ledger_has_no_number_of_few_units() -> None:
    _, ledger = estimate_block(panel().head(40), [equation()], ["listed"])
    told = ledger_without_small(ledger, 10)
    assert told["units"].isna().all() and (told["treated_units"] == "").all()
