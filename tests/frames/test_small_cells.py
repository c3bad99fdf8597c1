"""Counts of few units are withheld, with another where a total would give one away."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.diagnosis.finding import Finding, findings_frame
from ruralpanel.estimation.block import estimate_block as plain
from ruralpanel.frames.ledger import Ledger
from ruralpanel.frames.small_cells import (
    balance_without_small,
    codebook_without_small,
    estimates_without_small,
    fewer_than,
    findings_without_small,
    ledger_without_small,
    missingness_without_small,
    reason_without_small,
    withheld,
)
from ruralpanel.panel.balance import balance
from ruralpanel.panel.codebook import codebook, missingness
from ruralpanel.reasons import Reason, because, several, written
from ruralpanel.study.panel import ColumnOrigin
from ruralpanel.words.sentences import sentence
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


def test_rows_that_are_lost_in_few_do_not_follow_from_what_is_left() -> None:
    ledger = Ledger("panel", "panel")
    rows = [100, 100, 97, 95, 60, 60, 59]
    for before, after in pairwise(rows):
        ledger.note("keep", before, panel().head(after), "an input is missing in 3 rows, of 1,020 rows and 12 units")
    told = ledger_without_small(ledger.frame(), 10)
    assert told["rows_in"].fillna(-1).tolist() == [100, 100, -1, -1, 60, 60]
    assert told["rows_out"].fillna(-1).tolist() == [100, -1, -1, 60, 60, -1]
    assert set(told["reason"]) == {"an input is missing in <10 rows, of 1,020 rows and 12 units"}


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (because("singletons_kept", rows=3), "<10 rows are alone in a fixed effect; they do not move the estimate"),
        (because("too_few_rows", rows=12, coefficients=3), "12 rows are too few for 3 coefficients"),
        (because("few_never_treated", units=1), "<10 units never treated, and weights are of two at least"),
        (
            because("rests_on_few_clusters", clusters=80, treated=because("of_them_treated", number=7)),
            ", of which <10 tr",
        ),
        (
            several([because("singletons", rows=3), because("singletons", rows=30)]),
            "<10 rows alone in a fixed effect; 30",
        ),
    ],
)
def test_reasons_have_no_count_of_few(reason: Reason, said: str) -> None:
    assert said in sentence(reason_without_small(reason, 10))


def test_reasons_of_estimates_have_no_count_of_few() -> None:
    estimates = plain(panel(), [equation()])[0]
    estimates["reason"], estimates["reason_arguments"] = "singletons", '{"rows":3}'
    estimates["left_out"] = written([because("without_not_imputed", rows=4)])
    told = estimates_without_small(estimates, "village", 10)
    assert set(told["reason_arguments"]) == {'{"rows":"<10"}'}
    assert set(told["left_out"]) == {'[{"code":"without_not_imputed","rows":"<10"}]'}


def test_findings_have_no_count_of_few() -> None:
    flaw = because("cohort_differs", units=3, cohort="2002", difference=1.0, p=0.01)
    found = findings_frame([("listed", "y", Finding("odd_cohort", "note", {"units": 3.0, "p": 0.01}, flaw))])
    told = findings_without_small(found, 10).iloc[0]
    assert told["numbers"] == '{"p":0.01}' and '"units":"<10"' in told["flaw_arguments"]
