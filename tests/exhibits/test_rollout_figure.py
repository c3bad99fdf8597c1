from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure

from ruralpanel.exhibits import rollout_figure
from ruralpanel.exhibits.caption import ExhibitDeclaration
from ruralpanel.exhibits.style import save_figure
from tests.exhibits.conftest import declaration_of

COUNTS = {
    "2009": {"count": 3, "source": "A newspaper."},
    "2014": {"count": 200, "source": "A list"},
    "2016": {"count": 400, "source": "A list"},
    "2017": {"count": 800, "source": "Another list"},
}


@pytest.fixture
def declared() -> ExhibitDeclaration:
    return declaration_of(
        kind="rollout_figure",
        designation="listed",
        weights="weight",
        published_label="The country",
        published_counts=COUNTS,
        breaks={"2017": "towns are counted too"},
    )


@pytest.fixture
def panel() -> pd.DataFrame:
    """Five villages: one listed in 2014, two in 2016 and 2017, two never; there is no list of 2015."""
    rows = [
        (village, year, int(cohort is not None and year >= cohort), weight)
        for village, cohort, weight in [
            (1, 2014, 10.0),
            (2, 2016, 20.0),
            (3, 2017, 30.0),
            (4, None, 5.0),
            (5, None, 5.0),
        ]
        for year in range(2012, 2018)
    ]
    return pd.DataFrame(rows, columns=["village", "year", "listed", "weight"])


@pytest.fixture
def events() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("listed", 1, 2014, "first listing", "on the earliest list"),
            ("listed", 2, 2016, "uncertain onset", "first listed after a list year that does not exist"),
            ("listed", 3, 2017, "first listing", "on no earlier list"),
            ("other", 3, 2013, "uncertain onset", "of another designation"),
        ],
        columns=["designation", "unit", "year", "event", "detail"],
    )


def test_counts_shares_and_weights_are_those_of_the_panel(
    panel: pd.DataFrame, events: pd.DataFrame, declared: ExhibitDeclaration
) -> None:
    data = rollout_figure.plotted_data(panel.sample(frac=1, random_state=1), events, declared)
    values = {name: dict(zip(own["year"], own["value"], strict=True)) for name, own in data.groupby("series")}
    assert values["sample"] == {2014: 1, 2015: 1, 2016: 2, 2017: 3}
    assert values["sample, weighted"] == {2014: 10, 2015: 10, 2016: 30, 2017: 60}
    assert values["published"] == {2009: 3, 2014: 200, 2016: 400, 2017: 800}
    assert values["sample over published"] == {2014: 0.5, 2016: 0.5, 2017: 0.375}


def test_a_year_without_a_list_and_a_new_definition_are_marked_and_told(
    panel: pd.DataFrame, events: pd.DataFrame, declared: ExhibitDeclaration
) -> None:
    data = rollout_figure.plotted_data(panel, events, declared)
    absent = data[data["remark"] == "no list in the sample"]
    assert set(absent["year"]) == {2015}
    assert set(absent["series"]) == {"sample", "sample, weighted"}
    figure, notes = rollout_figure.draw(data, declared)
    words = [text.get_text() for text in figure.axes[0].texts]
    assert words.count("no list") == words.count("new definition") == 1
    said = " ".join(notes)
    assert "the sample has no list of 2015, and who entered then counts later." in said
    assert "Definition of 2017: towns are counted too." in said
    assert "The country, as published: 2009: A newspaper; 2014 and 2016: A list; 2017: Another list." in said
    assert "In 2017 the sample has 3 of them, 0.4% of the published count." in said


def test_a_simulated_sample_is_told_from_the_facts_beside_it(
    panel: pd.DataFrame, events: pd.DataFrame, declared: ExhibitDeclaration
) -> None:
    simulated = declared.model_copy(update={"standing": "simulated"})
    figure, _ = rollout_figure.draw(rollout_figure.plotted_data(panel, events, simulated), simulated)
    assert _legend(figure) == ["The country", "Sample (simulated data)", "Sample (simulated data), weighted"]


@pytest.mark.slow
def test_a_picture_has_the_same_bytes_twice(
    panel: pd.DataFrame, events: pd.DataFrame, declared: ExhibitDeclaration, tmp_path: Path
) -> None:
    simulated = declared.model_copy(update={"standing": "simulated"})
    files = []
    for run in ("first", "second"):
        figure, _ = rollout_figure.draw(rollout_figure.plotted_data(panel, events, simulated), simulated)
        save_figure(figure, tmp_path / f"{run}.png", tmp_path / f"{run}.pdf", tmp_path / f"{run}.svg")
        files.append([(tmp_path / f"{run}.{ending}").read_bytes() for ending in ("png", "pdf", "svg")])
    assert files[0] == files[1]


def _legend(figure: Figure) -> list[str]:
    legend = figure.axes[0].get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


def test_villages_count_once_whatever_households_they_have(
    panel: pd.DataFrame, events: pd.DataFrame, declared: ExhibitDeclaration
) -> None:
    households = pd.concat([panel, panel[panel["village"] <= 2]]).assign(household=lambda frame: range(len(frame)))
    asked = declared.model_copy(update={"unit": "household", "levels": {"listed": "village"}})
    data = rollout_figure.plotted_data(households, events, asked)
    pd.testing.assert_frame_equal(data, rollout_figure.plotted_data(panel, events, declared))
    figure, _ = rollout_figure.draw(data, asked)
    assert figure.axes[0].get_ylabel() == "Designated units (village)"
