"""Synthetic differences in differences in tables and figures."""

from __future__ import annotations

import pandas as pd
import pytest

from ruralpanel.estimation.block import estimate_block
from ruralpanel.exhibits.printed_table import as_grid
from tests.conftest import dated, equation
from tests.exhibits.conftest import declaration
from tests.worded import event_study_figure, print_table

ESTIMATOR = "synthetic_difference_in_differences"


def test_the_table_shows_the_overall_effect_and_the_figure_event_times(panel: pd.DataFrame) -> None:
    estimates = estimate_block(panel, [equation(estimator=ESTIMATOR, window=[-2, 2])])[0]
    table = print_table(estimates, declaration("regression_table"))
    overall = estimates[(estimates["cohort"] == "") & estimates["event_time"].isna()].iloc[0]
    assert as_grid(table).set_index("row").loc["Listed village"].tolist() == [f"{overall['estimate']:.3f}"]
    assert [label for label, _ in table.coefficients] == ["Listed village", ""]
    assert "Standard errors in parentheses: jackknife with fixed weights, one village left out" in " ".join(table.notes)
    data = event_study_figure.plotted_data(estimates, declaration("event_study_figure"))
    assert data["event_time"].dropna().tolist() == [-2, -1, 0, 1, 2]
    _, notes = event_study_figure.draw(data, declaration("event_study_figure"))
    assert "which is no test of trends" in " ".join(notes)


@pytest.mark.slow
def test_both_say_why_there_is_no_standard_error(panel: pd.DataFrame) -> None:
    one = dated(panel[(panel["cohort"] == 0) | (panel["village"] == 1)][["village", "year", "cohort", "y"]])
    estimates = estimate_block(one, [equation(estimator=ESTIMATOR)])[0]
    said = "No standard error by jackknife: cohort 2003 is treated in one village only, which cannot be left out."
    assert said in print_table(estimates, declaration("regression_table")).notes
    data = event_study_figure.plotted_data(estimates, declaration("event_study_figure"))
    assert said in event_study_figure.draw(data, declaration("event_study_figure"))[1]
