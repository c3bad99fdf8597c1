from __future__ import annotations

import pandas as pd
import pytest

from ruralpanel.exhibits.caption import ExhibitDeclaration
from ruralpanel.exhibits.latex import as_latex
from ruralpanel.exhibits.printed_table import as_html
from ruralpanel.words.estimates import OutcomeWords, unit_notes
from tests.exhibits.conftest import declaration
from tests.worded import event_study_figure, print_table, trends_figure

NOTE = (
    "The size of a coefficient on Income (asinh of yuan) depends on the unit of the outcome and is no percentage: "
    "where zeros become positive or the reverse, another unit gives another size (Chen and Roth 2024, Quarterly "
    "Journal of Economics 139(2))."
)


def transformed(kind: str, transformation: str, unit: str | None = "yuan") -> ExhibitDeclaration:
    declared = declaration(kind)
    declared.outcomes["y"] = OutcomeWords(label="Income", unit=unit, transformation=transformation)
    return declared


@pytest.mark.slow
def test_a_table_says_that_coefficients_on_asinh_depend_on_the_unit(estimates: pd.DataFrame) -> None:
    static = estimates[estimates["estimator"] == "two_way_fixed_effects"]
    table = print_table(static, transformed("regression_table", "inverse_hyperbolic_sine"))
    assert NOTE in table.notes
    assert NOTE in as_html(table)
    assert "depends on the unit of the outcome" in as_latex(table)
    for transformation in ("log", "none"):
        assert NOTE not in print_table(static, transformed("regression_table", transformation)).notes


@pytest.mark.slow
def test_a_figure_of_coefficients_says_so_and_one_of_means_does_not(estimates: pd.DataFrame) -> None:
    for figures, kind, said in (
        (event_study_figure, "event_study_figure", True),
        (trends_figure, "trends_figure", False),
    ):
        _, notes = figures.draw(
            figures.plotted_data(estimates, transformed(kind, "inverse_hyperbolic_sine")),
            transformed(kind, "inverse_hyperbolic_sine"),
        )
        assert (NOTE in notes) == said
    _, notes = event_study_figure.draw(
        event_study_figure.plotted_data(estimates, transformed("event_study_figure", "log")),
        transformed("event_study_figure", "log"),
    )
    assert NOTE not in notes


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("yuan", "on Income (asinh of yuan) and Shops (asinh) depends"),
        (None, "on Income (asinh) and Shops (asinh)"),
    ],
)
def test_all_outcomes_on_asinh_that_are_shown_are_named(unit: str | None, said: str) -> None:
    declared = transformed("regression_table", "inverse_hyperbolic_sine", unit)
    for name, label in (("shops", "Shops"), ("hidden", "Hidden"), ("none", "None")):
        declared.outcomes[name] = OutcomeWords(label=label, unit=None, transformation="inverse_hyperbolic_sine")
    shown = pd.DataFrame({"outcome": ["y", "shops", "none"], "estimate": [1.0, 2.0, None]})
    (note,) = unit_notes(shown, declared.outcomes)
    assert said in note
    assert "Hidden" not in note
    assert "None" not in note
