"""Synthetic differences in differences against two other libraries, on two published panels and a drawn one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.conftest import ROOT, dated, equation
from tests.worded import estimate_block

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parent / "synthetic"
TOBACCO = ROOT / "data" / "raw" / "proposition_99" / "california_prop99.csv"
REFERENCE = pd.read_csv(FOLDER / "reference.csv", dtype={"at": str})
PRINTED = -15.60383
"""Of the R package synthdid for Proposition 99."""


@pytest.fixture(scope="module")
def panels() -> dict[str, pd.DataFrame]:
    tobacco = pd.read_csv(TOBACCO, sep=";")
    tobacco = tobacco.rename(columns={"State": "village", "Year": "year", "PacksPerCapita": "y"})
    tobacco["cohort"] = np.where(tobacco["village"] == "California", 1989, 0)
    counties = pd.read_csv(FOLDER.parent / "staggered" / "mpdta.csv")
    drawn = pd.read_csv(FOLDER / "staggered.csv")
    found = {"proposition_99": tobacco, "mpdta": counties[counties["cohort"] != 2004], "staggered": drawn}
    return {name: dated(each) for name, each in (found | {"staggered, x": drawn}).items()}


@pytest.fixture(scope="module")
def estimates(panels: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return {
        name: estimate_block(
            panel,
            [
                equation(
                    estimator="synthetic_difference_in_differences", regressors=["x"] if name.endswith(", x") else []
                )
            ],
        )[0]
        for name, panel in panels.items()
    }


def row_of(rows: pd.DataFrame, kind: str, at: str) -> pd.Series:
    rows = rows[rows["term"] == "listed"]
    if kind == "overall":
        return rows[rows["event_time"].isna() & (rows["cohort"] == "")].squeeze()
    return rows[rows[kind].astype("str") == at].squeeze()


@pytest.mark.parametrize(
    ("dataset", "library"), list(dict.fromkeys(zip(REFERENCE["dataset"], REFERENCE["library"], strict=True)))
)
def test_estimates_and_jackknives_are_those_of_other_libraries(
    estimates: dict[str, pd.DataFrame], dataset: str, library: str
) -> None:
    printed = REFERENCE[(REFERENCE["dataset"] == dataset) & (REFERENCE["library"] == library)]
    for each in printed.to_dict("records"):
        row = row_of(estimates[dataset], each["row"], each["at"])
        assert row["estimate"] == pytest.approx(each["estimate"], abs=1e-9), each
        if np.isfinite(each["standard_error"]):
            assert row["standard_error"] == pytest.approx(each["standard_error"], rel=1e-9), each


def test_proposition_99_is_the_published_number(estimates: dict[str, pd.DataFrame]) -> None:
    row = row_of(estimates["proposition_99"], "overall", "")
    assert row["estimate"] == pytest.approx(PRINTED, abs=5e-6)
    assert pd.isna(row["standard_error"])
    assert row["reason"] == (
        "no standard error by jackknife: cohort 1989 is treated in one village only, which cannot be left out"
    )
