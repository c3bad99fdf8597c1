"""Estimators of staggered adoption in tables and figures: several within one specification."""

from __future__ import annotations

import pandas as pd
import pytest

from ruralpanel.estimation.block import estimate_block
from ruralpanel.exhibits.printed_table import as_grid
from tests.conftest import equation
from tests.exhibits.conftest import declaration
from tests.worded import event_study_figure, print_table


@pytest.fixture
def several(panel: pd.DataFrame) -> pd.DataFrame:
    names = ("event_study", "imputation", "two_stage")
    return estimate_block(panel, [equation(estimator=name, window=[-2, 2]) for name in names])[0]


def test_the_figure_has_a_series_for_every_estimator(several: pd.DataFrame) -> None:
    figure, notes = event_study_figure.draw(
        event_study_figure.plotted_data(several, declaration("event_study_figure")), declaration("event_study_figure")
    )
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == [
        "Event study",
        "Imputation",
        "Two-stage",
    ]
    (axes,) = figure.axes
    assert len({tuple(container.lines[0].get_xdata()) for container in axes.containers}) == 3
    said = " ".join(notes)
    assert "Measured from event time −1, which is zero by construction." in said
    assert "Leads of imputation are measured from event time ≤ −3, effects from what is imputed." in said
    assert (
        "standard errors clustered by village, small-sample correction as in fixest (Event study and leads of "
        "Imputation); clustered by village, without small-sample correction (effects of Imputation and Two-stage)."
    ) in said
    assert "Event times marked ≤ and ≥ stand for all beyond them." in said
    both = "event study with fixed effects and two-stage differences in differences"
    assert f"Event time −2 stands for all beyond it in {both}." in said
    assert "two-stage differences in differences (Gardner 2022): 320 observations" in said


def test_the_notes_say_whose_last_wave_each_reference_is(panel: pd.DataFrame) -> None:
    waves = panel[panel["year"] % 2 == 0]
    found = estimate_block(waves, [equation(estimator=name) for name in ("event_study", "imputation")])[0]
    declared = declaration("event_study_figure")
    _, notes = event_study_figure.draw(event_study_figure.plotted_data(found, declared), declared)
    assert "Measured from event times −2 and −1, which are zero by construction." in notes
    assert "Event time −2: last wave before treatment of cohort 2006." in notes
    assert "Event time −1: for cohorts 2003 and 2005." in notes
    assert "Leads of imputation are measured from event time ≤ −5, effects from what is imputed." in notes


def test_the_table_shows_their_overall_effect(several: pd.DataFrame) -> None:
    staggered = several[several["estimator"] != "event_study"]
    grid = as_grid(print_table(staggered, declaration("regression_table"))).set_index("row")
    overall = staggered[staggered["event_time"].isna() & staggered["estimate"].notna()]
    assert grid.loc["Listed village"].tolist() == [f"{value:.3f}" for value in overall["estimate"]]
    assert grid.loc["Observations"].tolist() == ["320", "320"]


def test_the_table_of_a_decomposition_shows_weights(panel: pd.DataFrame) -> None:
    estimates = estimate_block(panel, [equation(estimator="bacon_decomposition"), equation()])[0]
    table = print_table(estimates, declaration("regression_table"))
    cells = dict(table.coefficients)
    assert cells["Listed village"][0] == cells["Listed village"][1]
    below = [texts for label, texts in table.coefficients if not label]
    shares = estimates["weight_share"].dropna()
    assert [texts[0] for texts in below] == [f"[{share:.3f}]" for share in shares]
    assert "In brackets: the weight of a comparison in the two-way estimate, which is their sum." in table.notes
