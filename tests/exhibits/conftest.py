from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from ruralpanel.estimation.block import estimate_block
from ruralpanel.exhibits.caption import ExhibitDeclaration
from ruralpanel.words.estimates import OutcomeWords
from tests.conftest import equation


@pytest.fixture(autouse=True)
def _no_figures_left() -> Iterator[None]:
    """Close the figures of a test, which stay in memory otherwise."""
    yield
    plt.close("all")


def declaration(kind: str, standing: str = "public", **changes: object) -> ExhibitDeclaration:
    exhibit = {"kind": kind, "title": "Effects & signs", "blocks": ["block"], **changes}
    return ExhibitDeclaration.model_validate(
        {
            "name": "shown",
            "number": "Table 1" if kind == "regression_table" else "Figure 1",
            "exhibit": exhibit,
            "standing": standing,
            "labels": {"listed": "Listed village", "x": "Share <5%"},
            "outcomes": {"y": OutcomeWords(label="Income_per head", unit="yuan", transformation="log")},
            "specifications": {"block/main": "", "block/weighted": "Weighted", "block/broken": "One cluster"},
            "unit": "village",
            "period": "year",
            "sources": ["A survey"],
        }
    )


@pytest.fixture(scope="session")
def made_estimates(made_panel: pd.DataFrame) -> pd.DataFrame:
    one_cluster = made_panel.assign(one=1)
    equations = [
        equation(regressors=["x"]),
        equation(specification="weighted", weights="weight", sample="year > 2000"),
        equation(specification="broken", inference={"cluster": ["one"]}),
        equation(estimator="event_study", window=[-3, 2]),
        equation(estimator="cohort_means"),
    ]
    return estimate_block(one_cluster, equations)[0]


def declaration_of(standing: str = "public", **exhibit: object) -> ExhibitDeclaration:
    """Declare an exhibit of any kind, by its keys."""
    declared = declaration("regression_table", standing).model_dump()
    return ExhibitDeclaration.model_validate(
        declared | {"number": "Figure 1", "exhibit": {"title": "Effects & signs", **exhibit}}
    )


@pytest.fixture
def estimates(made_estimates: pd.DataFrame) -> pd.DataFrame:
    """Give a test the estimates as its own."""
    return made_estimates.copy()
