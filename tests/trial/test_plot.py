"""A quick look at the data of a built panel."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ruralpanel.__main__ import main
from ruralpanel.errors import ProblemsFound
from ruralpanel.frames.storage import load_table
from ruralpanel.study.load import load_study
from ruralpanel.trial.raw_plot import Request, draw, means, read_request


def looked(top: Path, words: str) -> tuple[Request, pd.DataFrame]:
    """Read a request of the small study, and average."""
    study = load_study("small", top)
    request = read_request(words.split(), study)
    return request, means(load_table(top / "results/small/panel/panel.parquet"), request, study)


def test_means_by_cohort_are_those_of_pandas(top: Path) -> None:
    request, found = looked(top, "income by cohort")
    panel = load_table(top / "results/small/panel/panel.parquet")
    assert request.shown == {"wealth": ("Income per head", "yuan")}
    wanted = panel.groupby([panel["listed_cohort"], "year"])["wealth"].mean()
    for row in found[found["group"] != "never"].to_dict("records"):
        assert row["mean"] == pytest.approx(wanted.loc[(float(row["group"]), row["at"])])
    assert found["group"].unique().tolist()[-1] == "never"


def test_columns_are_found_by_a_word_of_their_label(top: Path) -> None:
    request, found = looked(top, "income and rain by province")
    assert list(request.shown) == ["wealth", "x"] and request.by == "province"
    assert set(found["group"]) == {"0", "1", "2", "3"}


def test_event_time_is_of_those_who_are_treated(top: Path) -> None:
    _, found = looked(top, "income around listing")
    assert found["at"].min() < 0 < found["at"].max() and (found["units"] == 20).all()


def test_a_column_of_many_numbers_makes_groups_of_equal_size(top: Path) -> None:
    _, found = looked(top, "income by z")
    assert found["group"].nunique() == 3 and found["units"].max() - found["units"].min() <= 1


def test_all_names_that_are_not_there_are_told(top: Path) -> None:
    with pytest.raises(ProblemsFound) as caught:
        looked(top, "incme by provinc")
    assert "did you mean “income”?" in str(caught.value) and "did you mean “province”?" in str(caught.value)


def test_a_picture_has_labels_units_and_the_standing(top: Path) -> None:
    request, found = looked(top, "income by treated")
    figure = draw(found, request, load_study("small", top))
    (axes,) = figure.axes
    assert axes.get_title(loc="left") == "Income per head" and axes.get_ylabel() == "Mean (yuan)"
    assert axes.get_xlabel() == "Year" and figure.get_suptitle() == "SIMULATED DATA"
    assert [each.get_text() for each in figure.legends[0].get_texts()] == ["Listed, sooner or later (20)", "never (20)"]


@pytest.mark.slow
def test_pictures_are_written_and_inputs_are_not(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plot", "income", "--save", "look.png"]) == 0
    assert capsys.readouterr().out.strip() == "look.png"
    assert (top / "look.png").read_bytes() == (top / "results/small/quick/income.png").read_bytes()
    assert main(["plot", "income", "--save", "look.csv"]) == 1
