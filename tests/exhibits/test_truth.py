"""True effects in figures of simulated data, and nothing where they are not known."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.figure import Figure

from ruralpanel.estimation.block import block_results, estimate_block
from ruralpanel.exhibits.caption import ExhibitDeclaration
from ruralpanel.exhibits.truth import LABEL, average_over, true_cells
from ruralpanel.sensitivity.analysis import analyse
from ruralpanel.study.sensitivity import HonestDid
from tests.conftest import equation
from tests.exhibits.conftest import declaration, declaration_of
from tests.worded import (
    coefficient_figure,
    cohort_heatmap_figure,
    event_study_figure,
    forest_figure,
    honest_did_figure,
    permutation_figure,
)

NOTE = "Dashed: the true effect, known because the data are simulated."

TRUE = {"average": 0.5, "by_event_time": {str(time): 0.1 * time for time in range(10)}}


def knowing(declared: ExhibitDeclaration, **truths: object) -> ExhibitDeclaration:
    """Know what is true of coefficients on `y`."""
    return declared.model_copy(update={"truths": {name.replace("__", "*"): {"y": truths[name]} for name in truths}})


def drawn(figure: Figure) -> list[tuple[list[float], list[float]]]:
    """Give the dashed lines of a figure, as what is along and up the axes."""
    lines = [line for axes in figure.axes for line in axes.lines if line.get_label() == LABEL]
    return [(list(map(float, line.get_xdata())), list(map(float, line.get_ydata()))) for line in lines]


def test_rings_have_their_own_truths(made_panel: pd.DataFrame) -> None:
    estimates = estimate_block(made_panel, [equation(regressors=["x"])])[0]
    declared = knowing(declaration_of(kind="coefficient_figure", blocks=["block"], terms=["listed", "x"]), x=0.25)
    figure, notes = coefficient_figure.draw(coefficient_figure.plotted_data(estimates, declared), declared)
    assert drawn(figure) == [([0.65, 1.35], [0.25, 0.25])]
    assert NOTE in notes
    assert LABEL in [text.get_text() for text in figure.legends[0].get_texts()]


def test_moderators_have_their_own_truths(made_panel: pd.DataFrame) -> None:
    estimates = estimate_block(made_panel, [equation(moderators=["x"])])[0]
    declared = knowing(declaration_of(kind="forest_figure", blocks=["block"]), listed__x=0.02)
    figure, notes = forest_figure.draw(forest_figure.plotted_data(estimates, declared), declared)
    assert drawn(figure) == [([0.02, 0.02], [-0.4, 0.4])]
    assert NOTE in notes


def test_permutations_have_the_truth_beside_the_estimate(made_panel: pd.DataFrame) -> None:
    found = block_results(made_panel, [equation(inference={"permutation": {"draws": 99}})])
    declared = knowing(declaration("permutation_figure"), listed=TRUE)
    data = permutation_figure.plotted_data(found.estimates, found.draws.assign(block="block"), declared)
    figure, notes = permutation_figure.draw(data, declared)
    assert [along for along, _ in drawn(figure)] == [[0.5, 0.5]]
    assert NOTE in notes and len(figure.legends) == 1


@pytest.mark.slow
def test_cohorts_have_what_is_true_of_the_cells_with_an_estimate_below(made_panel: pd.DataFrame) -> None:
    estimates = estimate_block(made_panel, [equation(estimator="callaway_santanna")])[0]
    cells = estimates[(estimates["cohort"] != "") & estimates["estimate"].notna() & estimates["event_time"].ge(0)]
    first = str(cells["cohort"].iloc[0])
    truth = {"by_cohort_and_event_time": {first: {"0": 0.75, "90": 4.0}}}
    known = true_cells(truth, cells).dropna(subset="estimate")
    assert known[["cohort", "event_time", "estimate"]].to_numpy().tolist() == [[first, 0, 0.75]]
    declared = knowing(declaration("cohort_heatmap_figure"), listed=truth)
    figure, notes = cohort_heatmap_figure.draw(cohort_heatmap_figure.plotted_data(estimates, declared), declared)
    titles = [axes.get_title(loc="left") for axes in figure.axes if axes.get_title(loc="left")]
    assert titles[1] == f"{titles[0]}, true effect"
    assert "Below, the true effects of the same cells" in " ".join(notes)


@pytest.mark.slow
def test_bounds_have_the_mean_of_the_truths_at_their_event_times(panel: pd.DataFrame) -> None:
    asked = HonestDid(kind="honest_did", block="block", relative_magnitudes=[0.5], event_times=[0, 2])
    equations = [equation(estimator="event_study", window=[-4, 3])]
    found = block_results(panel, equations)
    usual = declaration("event_study_figure").model_dump()
    exhibit = {"kind": "honest_did_figure", "title": "Bounds", "sensitivity": ["bounds"]}
    declared = knowing(ExhibitDeclaration.model_validate(usual | {"exhibit": exhibit}), listed=TRUE)
    results = analyse("bounds", asked, equations, found.estimates, found.covariance)
    figure, notes = honest_did_figure.draw(honest_did_figure.plotted_data(results, declared), declared)
    assert [up for _, up in drawn(figure)] == [pytest.approx([0.1, 0.1])]
    assert NOTE in notes
    assert average_over(TRUE, range(8, 12)) is None  # of some of which nothing is known


@pytest.mark.slow
def test_nothing_is_drawn_of_another_treatment_or_outcome(made_panel: pd.DataFrame) -> None:
    estimates = estimate_block(made_panel, [equation(estimator="event_study", window=[-3, 3])])[0]
    declared = knowing(declaration("event_study_figure"), station=TRUE)
    data = event_study_figure.plotted_data(estimates, declared)
    figure, notes = event_study_figure.draw(data, declared)
    assert drawn(figure) == [] and NOTE not in notes and figure.legends == []
    figure, notes = event_study_figure.draw(data, knowing(declared, listed=TRUE))
    ((along, up),) = drawn(figure)
    assert along == [0, 1, 2, 3] and up == pytest.approx([0, 0.1, 0.2, 0.3], abs=1e-9)
    assert NOTE in notes
