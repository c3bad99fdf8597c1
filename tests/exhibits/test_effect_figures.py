from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation.block import estimate_block
from ruralpanel.exhibits.caption import ExhibitDeclaration
from ruralpanel.exhibits.style import save_figure
from ruralpanel.exhibits.truth import LABEL
from tests.conftest import equation
from tests.exhibits.conftest import declaration_of
from tests.worded import coefficient_figure, forest_figure, gradient_figure

RINGS = {"near": (0.0, 5.0), "far": (5.0, 20.0)}


@pytest.fixture(scope="module")
def moderated() -> pd.DataFrame:
    """Estimates with two moderators, one at a time and together, along one, and with neighbours in rings."""
    from tests.conftest import dated

    random = np.random.default_rng(3)
    rows = [
        (village, year, [0, 2003, 2005, 2006][village % 4], (7 * village) % 11 / 2.0, (5 * village) % 9 / 3.0)
        for village in range(40)
        for year in range(2000, 2008)
    ]
    panel = dated(pd.DataFrame(rows, columns=["village", "year", "cohort", "kinship", "distance"]))
    noise = random.normal(size=(3, len(panel)))
    panel = panel.assign(near=noise[0] > 0, far=noise[1] > 0).astype({"near": int, "far": int})
    panel["y"] = panel["village"] + panel["listed"] * (2 - 0.4 * panel["distance"]) + noise[2]
    equations = [
        equation(moderators=["kinship"], adjustment="holm"),
        equation(specification="weighted", moderators=["kinship", "distance"], along="distance", adjustment="holm"),
        equation(specification="broken", regressors=["near", "far"], adjustment="holm"),
    ]
    return estimate_block(panel, equations)[0]


GRADIENT = declaration_of(kind="gradient_figure", blocks=["block"], moderator="distance", axis="Distance (km)")
FOREST = declaration_of(kind="forest_figure", blocks=["block"], beside=["adjusted", "minimum_detectable_effect"])
FOREST = FOREST.model_copy(update={"groups": {"kinship": "Kinship and place"}})
COEFFICIENTS = declaration_of(kind="coefficient_figure", blocks=["block"], terms=["near", "far"])
COEFFICIENTS = COEFFICIENTS.model_copy(update={"rings": RINGS})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("figures", "declared"),
    [(gradient_figure, GRADIENT), (forest_figure, FOREST), (coefficient_figure, COEFFICIENTS)],
    ids=["gradient", "forest", "coefficients"],
)
@pytest.mark.parametrize("standing", ["public", "simulated"])
def test_figures_are_the_same_bytes_when_made_again(
    moderated: pd.DataFrame, tmp_path: Path, figures: ModuleType, declared: ExhibitDeclaration, standing: str
) -> None:
    shown = declared.model_copy(update={"standing": standing})
    files = []
    for run in ("first", "second"):
        figure, notes = figures.draw(figures.plotted_data(moderated, shown), shown)
        assert (figure.get_suptitle() == "SIMULATED DATA") == (standing == "simulated")
        assert ("SIMULATED DATA" in " ".join(notes)) == (standing == "simulated")
        save_figure(figure, tmp_path / f"{run}.png", tmp_path / f"{run}.pdf", tmp_path / f"{run}.svg")
        files.append([(tmp_path / f"{run}.{ending}").read_bytes() for ending in ("png", "pdf", "svg")])
    assert files[0] == files[1]


def test_a_gradient_draws_the_effect_and_its_interval_at_each_value(moderated: pd.DataFrame) -> None:
    data = gradient_figure.plotted_data(moderated, GRADIENT)
    assert set(data["specification"]) == {"weighted"}
    figure, notes = gradient_figure.draw(data, GRADIENT)
    (axes,) = figure.axes
    line = next(each for each in axes.lines if each.get_label() == "Weighted")
    assert list(line.get_xdata()) == data["value"].tolist()
    assert list(line.get_ydata()) == data["estimate"].tolist()
    band = axes.collections[0].get_paths()[0].vertices
    assert isinstance(band, np.ndarray)
    assert band[:, 1].min() == pytest.approx(data["interval_low"].min())
    assert axes.get_xlabel() == "Distance (km)"
    assert axes.get_ylabel() == "Effect (Listed village)\n(change in log)"
    assert "bands 95% intervals at each value" in " ".join(notes)
    assert "Weighted: 320 observations, 40 clusters." in " ".join(notes)


def test_a_line_that_is_known_is_drawn_beside_its_estimates(moderated: pd.DataFrame) -> None:
    data = gradient_figure.plotted_data(moderated, GRADIENT)
    place = f"{data['block'].iloc[0]}/{data['specification'].iloc[0]}"
    declared = GRADIENT.model_copy(update={"lines_known": {place: {1.0: 0.5, 3.0: 0.25}, "block/other": {1.0: 9.0}}})
    figure, notes = gradient_figure.draw(data, declared)
    (true,) = (line for line in figure.axes[0].lines if line.get_label() == LABEL)
    assert (list(true.get_xdata()), list(true.get_ydata())) == ([1.0, 3.0], [0.5, 0.25])
    assert LABEL in [text.get_text() for text in figure.legends[0].get_texts()]
    assert sum("Dashed: the true effect" in note for note in notes) == 1
    other = GRADIENT.model_copy(update={"lines_known": {"block/other": {1.0: 9.0}}})
    figure, notes = gradient_figure.draw(data, other)
    assert LABEL not in [line.get_label() for line in figure.axes[0].lines]
    assert not any("Dashed" in note for note in notes)


def test_a_gradient_draws_effects_over_doses() -> None:
    from tests.conftest import dated
    from tests.parity.dose_and_eligibility_panels import dose_panel

    asked = equation(estimator="continuous_dose", dose_response={"dose": "dose", "at": [0.5, 1.0, 2.0]})
    estimates = estimate_block(dated(dose_panel("two periods")), [asked])[0]
    declared = declaration_of(kind="gradient_figure", blocks=["block"], moderator="dose")
    data = gradient_figure.plotted_data(estimates, declared)
    assert data["value"].tolist() == [0.5, 1.0, 2.0]
    _, notes = gradient_figure.draw(data, declared)
    assert any(note.startswith("Lines are effects of those with this dose, bands 95% intervals") for note in notes)


def test_a_gradient_over_a_logarithm_has_the_column_itself_on_the_axis(moderated: pd.DataFrame) -> None:
    of_logarithm = GRADIENT.exhibit.model_copy(update={"logarithm_of": "kilometres", "divided_by": 45.0})
    declared = GRADIENT.model_copy(update={"exhibit": of_logarithm})
    data = gradient_figure.plotted_data(moderated, declared)
    assert data["at"].tolist() == pytest.approx((45 * np.exp(data["value"])).tolist())
    figure, _ = gradient_figure.draw(data, declared)
    assert figure.axes[0].get_xscale() == "log"


def test_a_gradient_that_nothing_was_estimated_for_says_so(moderated: pd.DataFrame) -> None:
    data = gradient_figure.plotted_data(moderated[moderated["specification"] == "main"], GRADIENT)
    figure, _ = gradient_figure.draw(data, GRADIENT)
    assert figure.axes[0].texts[0].get_text() == "these blocks do not estimate an effect along distance"


def test_a_forest_has_a_row_a_moderator_below_its_legacy(moderated: pd.DataFrame) -> None:
    data = forest_figure.plotted_data(moderated, FOREST)
    assert data["series"].tolist() == ["One at a time", *["All of an equation together"] * 2]
    figure, notes = forest_figure.draw(data, FOREST)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Kinship and place", "   kinship", "distance"]
    drawn = sorted(each.lines[0].get_xdata()[0] for each in axes.containers)
    assert drawn == pytest.approx(sorted(data["estimate"]))
    printed = [text.get_text() for text in axes.texts]
    assert printed[0] == f"{data['p_value_adjusted'].iloc[0]:.3f}".replace("0.000", "< 0.001")
    assert printed[1] == f"{data['minimum_detectable_effect'].iloc[0]:.3f}"
    assert printed[-2:] == ["p, adjusted", "MDE₈₀"]
    assert "p, adjusted: Holm" in " ".join(notes)
    assert "One at a time: a regression with this moderator only." in " ".join(notes)


def test_coefficients_of_rings_are_drawn_over_their_distance(moderated: pd.DataFrame) -> None:
    data = coefficient_figure.plotted_data(moderated, COEFFICIENTS)
    assert data[["term", "ring_from", "ring_to"]].to_numpy().tolist() == [["near", 0, 5], ["far", 5, 20]]
    figure, notes = coefficient_figure.draw(data, COEFFICIENTS)
    (axes,) = figure.axes
    assert [each.lines[0].get_xdata()[0] for each in axes.containers] == [2.5, 12.5]
    assert [each.lines[0].get_ydata()[0] for each in axes.containers] == data["estimate"].tolist()
    assert axes.get_xlabel() == "Distance of the neighbours (km)"
    assert "Thin lines span a ring" in " ".join(notes)


def test_other_coefficients_are_named_at_the_axis(moderated: pd.DataFrame) -> None:
    declared = declaration_of(kind="coefficient_figure", blocks=["block"], terms=["listed*kinship", "listed"])
    figure, _ = coefficient_figure.draw(coefficient_figure.plotted_data(moderated, declared), declared)
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == [
        "Listed village ×\nkinship",
        "Listed village",
    ]
    (legend,) = figure.legends
    assert len(legend.get_texts()) == 3
