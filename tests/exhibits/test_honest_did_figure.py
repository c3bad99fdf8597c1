from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from ruralpanel.estimation.block import block_results
from ruralpanel.exhibits.caption import ExhibitDeclaration
from ruralpanel.reasons import code_of
from ruralpanel.sensitivity.analysis import analyse
from ruralpanel.study.sensitivity import HonestDid
from tests.conftest import equation
from tests.exhibits.conftest import declaration
from tests.worded import honest_did_figure


def shown() -> ExhibitDeclaration:
    usual = declaration("event_study_figure").model_dump()
    exhibit = {"kind": "honest_did_figure", "title": "Bounds", "sensitivity": ["bounds"]}
    return ExhibitDeclaration.model_validate(usual | {"exhibit": exhibit})


def results(panel: pd.DataFrame, **changes: object) -> pd.DataFrame:
    asked = HonestDid(kind="honest_did", block="block", relative_magnitudes=[0.5, 1.0], smoothness=[0.1])
    equations = [equation(estimator="event_study", window=[-4, 3], **changes)]
    found = block_results(panel, equations)
    return analyse("bounds", asked, equations, found.estimates, found.covariance)


@pytest.mark.slow
def test_the_original_interval_comes_first_and_then_each_bound(panel: pd.DataFrame) -> None:
    data = honest_did_figure.plotted_data(results(panel), shown())
    figure, notes = honest_did_figure.draw(data, shown())
    relative, smooth = figure.axes
    assert [label.get_text() for label in relative.get_xticklabels()] == ["parallel\ntrends", "0.5", "1"]
    assert [label.get_text() for label in smooth.get_xticklabels()] == ["parallel\ntrends", "0.1"]
    assert relative.get_ylabel() == "Effect (change in log)"
    assert smooth.get_xlabel() == "M, change of slope\n(change in log per year)"
    (bars,) = [each for each in relative.collections if len(each.get_paths()) == 3]
    ends = [path.vertices[:, 1] for path in bars.get_paths()]
    intervals = data[(data["quantity"].map(code_of) == "interval") & (data["under"].map(code_of) != "smoothness")]
    np.testing.assert_allclose([each.min() for each in ends], intervals["interval_low"])
    np.testing.assert_allclose([each.max() for each in ends], intervals["interval_high"])
    text = " ".join(notes)
    assert "95% interval if trends are parallel" in text
    assert "Income_per head (log): zero is excluded up to M̄ = " in text
    plt.close(figure)


def test_what_cannot_be_had_is_said_on_the_axes(panel: pd.DataFrame) -> None:
    figure, notes = honest_did_figure.draw(
        honest_did_figure.plotted_data(results(panel, sample="cohort == 0"), shown()), shown()
    )
    (text,) = figure.axes[0].texts
    assert "no unit of this sample is treated while it is observed" in text.get_text()
    assert "no unit of this sample is treated while it is observed" in " ".join(notes)
    plt.close(figure)
