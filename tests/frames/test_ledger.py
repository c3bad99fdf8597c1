from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.errors import DataError
from ruralpanel.frames.ledger import Ledger
from ruralpanel.panel.build import build_panel
from ruralpanel.reasons import read
from ruralpanel.study.designation import Designation
from ruralpanel.study.panel import Panel
from tests.conftest import equation
from tests.worded import estimate_block

DESIGNATIONS = {"listed": Designation(cohort="cohort"), "served": Designation(indicator="station")}


def treated(cell: str) -> dict[str, int]:
    """Read the numbers of treated units from a line of a table."""
    return read(cell) or {}


def test_a_table_without_cohorts_or_units_has_no_treated_ones() -> None:
    for columns in (["village"], ["listed_cohort"]):
        ledger = Ledger("panel", "panel", "village", "year", ["listed"])
        ledger.note("base", 1, pd.DataFrame([[2013]], columns=columns))
        assert ledger.lines[0].treated_units == {}


@pytest.mark.slow
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(2000, 2005), st.integers(0, 1)),
        unique_by=lambda row: row[:2],
        min_size=1,
    ),
    st.integers(1999, 2005),
)
def test_the_panel_ledger_adds_up_and_counts_the_treated(rows: list[tuple[int, int, int]], after: int) -> None:
    survey = pd.DataFrame(rows, columns=["village", "year", "station"])
    survey["station"] = survey.sort_values("year").groupby("village")["station"].cummax()
    survey["cohort"] = survey["village"].map({0: 2001.0, 1: 2004.0})
    register = pd.DataFrame({"village": [0, 1, 2], "size": [1.0, 2.0, 3.0]})
    section = {
        "unit": "village",
        "period": "year",
        "joins": [{"source": "register", "on": ["village"], "unmatched": "drop"}],
        "derived": {"double": "size * 2", "before": {"lag": "double", "periods": 1}},
        "sample": [{"keep": f"year > {after}", "reason": "late"}],
    }
    tables = {"survey": survey, "register": register}
    try:
        panel, ledger, *_ = build_panel(tables, Panel.model_validate(section), "survey", DESIGNATIONS)
    except DataError:  # nothing to join, or no row left
        assert not ((survey["village"] < 3) & (survey["year"] > after)).any() or not (survey["village"] < 3).any()
        return
    lines = ledger.lines
    assert lines[0].rows_in == len(survey)
    assert [line.rows_in for line in lines[1:]] == [line.rows_out for line in lines[:-1]]
    counts = {line.step: dict(line.treated_units) for line in lines}
    assert counts["derive before"] == {}
    assert list(counts["designation listed"]) == ["listed"]
    units = panel.groupby("village")[["listed_cohort", "served_cohort"]].first().notna().sum()
    last = counts[f"keep year > {after}"]
    assert last == {"listed": units["listed_cohort"], "served": units["served_cohort"]}
    assert counts["designation listed"]["listed"] == len({0, 1} & set(survey["village"]))


def test_the_ledger_of_an_equation_adds_up_and_counts_the_treated(panel: pd.DataFrame) -> None:
    holes = panel.assign(x=panel["x"].mask(panel["village"] == 1), y=panel["y"].where(panel["village"] != 0, -1.0))
    equations = [
        equation(regressors=["x"], sample="year > 2000", transformation="log"),
        equation(estimator="event_study", sample="year >= 2003"),
        equation(estimator="cohort_means"),
        equation(specification="without", treatments=[], regressors=["x"]),
    ]
    _, ledger = estimate_block(holes, equations, ["listed"])
    assert ledger["table"].nunique() == 4
    for _, lines in ledger.groupby("table"):
        assert lines["rows_in"].iloc[0] == len(panel)
        assert lines["rows_in"].iloc[1:].tolist() == lines["rows_out"].iloc[:-1].tolist()
        units = [treated(text)["listed"] for text in lines["treated_units"]]
        assert units == sorted(units, reverse=True)
        assert units[0] == 30
    counts = ledger.set_index(["table", "step"])["treated_units"]
    assert counts["block/main/y/two_way_fixed_effects", "right-hand side known"] == '{"listed":29}'
    assert counts["block/main/y/event_study", "always treated dropped"] == '{"listed":20}'
    assert counts["block/without/y/two_way_fixed_effects", "estimated"] == '{"listed":29}'
