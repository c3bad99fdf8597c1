from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ruralpanel.estimation.block import estimate_block
from ruralpanel.exhibits.style import save_figure
from tests.conftest import equation
from tests.exhibits.conftest import declaration
from tests.worded import event_study_figure, trends_figure


@pytest.mark.slow
@pytest.mark.parametrize("figures", [event_study_figure, trends_figure], ids=["event study", "trends"])
@pytest.mark.parametrize("standing", ["public", "simulated"])
def test_figures_are_the_same_bytes_when_made_again(
    estimates: pd.DataFrame, tmp_path: Path, figures, standing: str
) -> None:
    kind = figures.__name__.rsplit(".", 1)[-1]
    files = []
    for run in ("first", "second"):
        figure, notes = figures.draw(
            figures.plotted_data(estimates, declaration(kind, standing)), declaration(kind, standing)
        )
        marked = any("SIMULATED" in text.get_text() for text in figure.texts) or (
            figure.get_suptitle() == "SIMULATED DATA"
        )
        assert marked == (standing == "simulated")
        assert ("SIMULATED DATA" in " ".join(notes)) == (standing == "simulated")
        save_figure(figure, tmp_path / f"{run}.png", tmp_path / f"{run}.pdf", tmp_path / f"{run}.svg")
        files.append([(tmp_path / f"{run}.{ending}").read_bytes() for ending in ("png", "pdf", "svg")])
    assert files[0] == files[1]


def test_the_event_study_shows_what_its_data_file_says(estimates: pd.DataFrame) -> None:
    data = event_study_figure.plotted_data(estimates, declaration("event_study_figure"))
    figure, notes = event_study_figure.draw(data, declaration("event_study_figure"))
    (axes,) = figure.axes
    drawn = axes.containers[0].lines[0].get_ydata()
    assert list(drawn) == data.loc[data["event_time"].notna(), "estimate"].tolist()
    assert axes.get_ylabel() == "Effect (change in log)"
    assert "joint test that all leads are zero" in " ".join(notes)
    assert "Measured from event time −1" in " ".join(notes)
    ticks = [label.get_text() for label in axes.get_xticklabels()]
    assert (ticks[0], ticks[-1]) == ("≤ −3", "≥ 2")


def test_anticipation_is_marked_and_event_times_nobody_has_are_named(panel: pd.DataFrame) -> None:
    apart = panel[panel["listed_event_time"] != 1]
    study = equation(estimator="event_study", anticipation={"listed": 2}, reference_period=-3)
    data = event_study_figure.plotted_data(estimate_block(apart, [study])[0], declaration("event_study_figure"))
    declared = declaration("event_study_figure").model_copy(update={"anticipation": {"listed": 2}})
    figure, notes = event_study_figure.draw(data, declared)
    (shaded,) = figure.axes[0].patches
    assert shaded.get_extents().transformed(figure.axes[0].transData.inverted()).intervalx.tolist() == pytest.approx(
        [-2.5, -0.5]
    )
    said = " ".join(notes)
    assert "Shaded: event time −2 to −1, when an effect may already begin; leads are tested before it." in said
    assert "no treated unit has a row at event time 1." in said


def test_the_trends_show_one_line_a_cohort(estimates: pd.DataFrame) -> None:
    figure, _ = trends_figure.draw(
        trends_figure.plotted_data(estimates, declaration("trends_figure")), declaration("trends_figure")
    )
    (axes,) = figure.axes
    assert len(axes.lines) == 4
    assert axes.get_ylabel() == "Mean (log of yuan)"
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["2003 (10)", "2005 (10)", "2006 (10)", "never (10)"]


@pytest.mark.slow
def test_a_dollar_sign_in_a_label_is_no_formula(estimates: pd.DataFrame, tmp_path: Path) -> None:
    declared = declaration("event_study_figure")
    declared.outcomes["y"].label = "US$ and $\\frac$"
    figure, _ = event_study_figure.draw(event_study_figure.plotted_data(estimates, declared), declared)
    save_figure(figure, tmp_path / "a.png", tmp_path / "a.pdf", tmp_path / "a.svg")
    assert (tmp_path / "a.png").stat().st_size > 0


@pytest.mark.parametrize("figures", [event_study_figure, trends_figure], ids=["event study", "trends"])
def test_what_has_no_estimate_is_said_on_the_axes(estimates: pd.DataFrame, figures) -> None:
    kind = figures.__name__.rsplit(".", 1)[-1]
    estimator = {"event_study_figure": "event_study", "trends_figure": "cohort_means"}[kind]
    empty = estimates[estimates["specification"] == "broken"].assign(estimator=estimator)
    figure, _ = figures.draw(figures.plotted_data(empty, declaration(kind)), declaration(kind))
    assert "one cluster only" in figure.axes[0].texts[0].get_text()


@pytest.mark.slow
def test_two_estimators_of_one_specification_are_two_series(panel: pd.DataFrame) -> None:
    equations = [equation(estimator="event_study"), equation(estimator="sun_abraham")]
    estimates, _ = estimate_block(panel, equations)
    data = event_study_figure.plotted_data(estimates, declaration("event_study_figure"))
    assert set(data["estimator"]) == {"event_study", "sun_abraham"}
    assert (data["cohort"] == "").all()
    assert (data["event_time"].notna() | (data["term"] == "joint test of leads")).all()
    figure, notes = event_study_figure.draw(data, declaration("event_study_figure"))
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == [
        "Event study",
        "Sun–Abraham",
    ]
    assert "averages over cohorts (Sun and Abraham 2021): 320 observations" in " ".join(notes)


def test_a_simultaneous_band_is_drawn_in_thin_bars_and_explained(panel: pd.DataFrame) -> None:
    asked = equation(estimator="event_study", seed=2, inference={"cluster": ["village"], "simultaneous": True})
    data = event_study_figure.plotted_data(estimate_block(panel, [asked])[0], declaration("event_study_figure"))
    figure, notes = event_study_figure.draw(data, declaration("event_study_figure"))
    banded = data[data["interval_low_simultaneous"].notna()]
    drawn = [line for each in figure.axes[0].collections for line in each.get_segments() if each.get_linewidth() == 0.5]
    assert [line[0][1] for line in drawn] == banded["interval_low_simultaneous"].tolist()
    assert [line[1][1] for line in drawn] == banded["interval_high_simultaneous"].tolist()
    assert "Thin bars: band that covers all event times at once with 95% (sup-t, Montiel Olea" in " ".join(notes)
