"""A regression tried on a built panel, printed and saved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruralpanel.__main__ import main
from ruralpanel.errors import ProblemsFound
from ruralpanel.study.load import load_study
from ruralpanel.trial.estimation import estimated, opened, values_of, with_block
from ruralpanel.trial.proposal import Options, propose
from tests.trial.conftest import STUDY, frame


def tried(top: Path, formula: str, **options: object) -> pd.DataFrame:
    """Estimate a formula on the small study."""
    of = opened("small", top)
    proposal = propose(formula, Options(**options), of.study, lambda column: values_of(of, column))  # type: ignore[arg-type]
    study, _ = with_block(of, proposal, "trial")
    return estimated(of, study, proposal, "trial")[1].estimates


def by_dummies(columns: dict[str, pd.Series], outcome: pd.Series, effects: list[pd.Series]) -> np.ndarray:
    """Estimate by least squares with a column for every level."""
    dummies = [pd.get_dummies(each, dtype=float) for each in effects]
    matrix = np.column_stack([*columns.values(), *dummies])
    found: np.ndarray = np.linalg.lstsq(matrix, outcome.to_numpy(), rcond=None)[0]
    return found[: len(columns)]


def test_numbers_are_those_of_least_squares_with_dummies(top: Path) -> None:
    drawn = frame()
    listed = ((drawn["cohort"] > 0) & (drawn["year"] >= drawn["cohort"])).astype(float)
    province_year = drawn["province"].astype(str) + "_" + drawn["year"].astype(str)
    columns = {"listed": listed, "x": drawn["x"], "square": drawn["x"] ** 2}
    wanted = by_dummies(columns, np.log(drawn["wealth"]), [drawn["village"], province_year])
    found = tried(top, "log(wealth) ~ listed + x + x^2 | village + province^year")
    np.testing.assert_allclose(found["estimate"], wanted, rtol=1e-9)


def test_an_outcome_of_the_study_is_its_column(top: Path) -> None:
    assert tried(top, "log(income) ~ listed | village + year")["outcome"].tolist() == ["income"]
    level = tried(top, "income ~ listed | village + year")
    assert level["outcome"].tolist() == ["wealth"] and level["outcome_mean"].iloc[0] > 1000


def test_differences_and_lags_are_of_a_unit_and_its_periods(top: Path) -> None:
    drawn = frame()
    before = drawn.groupby("village")["x"].shift()
    kept = before.notna()
    columns = {"lag": before[kept], "change": (drawn["x"] - before)[kept]}
    wanted = by_dummies(columns, drawn["wealth"][kept], [drawn["village"][kept], drawn["year"][kept]])
    found = tried(top, "wealth ~ l(x, 1) + d(x) | village + year")
    np.testing.assert_allclose(found["estimate"], wanted, rtol=1e-8)


def test_values_of_a_column_have_a_coefficient_each_but_the_reference(top: Path) -> None:
    found = tried(top, "log(income) ~ i(year, z, ref = 2012) | village + year")
    assert len(found) == 7 and "x_z" not in set(found["term"]) and not any("2012" in each for each in found["term"])


@pytest.mark.slow
def test_effects_by_event_time_and_by_cohort(top: Path) -> None:
    by_time = tried(top, "log(income) ~ i(listed) | village + year", more={"window": [-2, 2]})
    assert by_time["event_time"].dropna().astype(int).tolist()[:5] == [-2, -1, 0, 1, 2]
    averaged = tried(top, "log(income) ~ sunab(listed_cohort, year) | village + year")
    assert averaged.loc[averaged["kind"] == "overall", "estimate"].iloc[0] == pytest.approx(0.2, abs=0.05)


@pytest.mark.slow
def test_instruments_estimate_their_first_stage(top: Path) -> None:
    found = tried(top, "log(income) ~ 1 | village + year | x ~ listed")
    assert "first_stage" in set(found["kind"]) and found["first_stage_f"].notna().any()


def test_all_mistakes_are_told_at_once_with_what_is_near(top: Path) -> None:
    with pytest.raises(ProblemsFound) as caught:
        tried(
            top, "log(incme) ~ lised + lag(x) | vilage", cluster=["provinc"], sample="yer > 3", estimator="sun_abrahm"
        )
    told = str(caught.value)
    for near in ("income", "listed", "village", "province", "year", "sun_abraham"):
        assert f"did you mean “{near}”?" in told
    assert "`lag` is not a function" in told


def test_what_is_wrong_with_a_block_is_told_of_the_formula(top: Path) -> None:
    with pytest.raises(ProblemsFound, match="needs a `window`"):
        tried(top, "log(income) ~ listed | village + year", estimator="stacked")


def test_a_panel_that_is_not_built_is_told_with_what_builds_it(top: Path) -> None:
    (top / "results/small/panel/panel.parquet").unlink()
    with pytest.raises(ProblemsFound, match=r"not built yet\n.*\./run results/small/panel/panel\.parquet"):
        opened("small", top)


@pytest.mark.usefixtures("top")
def test_the_table_says_what_a_journal_would(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["try", "log(income) ~ listed | village + year", "--cluster", "village"]) == 0
    printed = capsys.readouterr().out
    for part in (
        "Income per head (log)",
        "Listed",
        "Observations: 320",
        "units (Village): 40",
        "clusters: 40",
        "R² within",
    ):
        assert part in printed
    assert "clustered by Village" in printed and "%" in printed and "geometric mean" in printed


@pytest.mark.slow
@pytest.mark.usefixtures("top")
def test_several_models_are_abreast(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["try", "c(log(income), x) ~ listed + sw0(z:year) | village"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("(1)") == 2 and "Fixed effects: Village" in printed and "In round brackets" in printed


def test_a_saved_block_is_the_study_s_and_comments_stay(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = top / "config/studies/small.yaml"
    formula = "log(income) ~ listed + log(z):year | village + year"
    tried_before = tried(top, formula)
    assert main(["try", formula, "--save", "mine"]) == 0
    text = path.read_text(encoding="utf-8")
    kept = [line for line in STUDY.split("\n") if line in text.split("\n")]
    assert kept == STUDY.split("\n") and "Added to config/studies/small.yaml" in capsys.readouterr().out
    study = load_study("small", top)
    (equation,) = study.equations("mine")
    assert equation.outcome == "income" and equation.fixed_effects == ["village", "year"]
    assert equation.regressors == [name for name in tried_before["term"] if name != "listed"]
    assert main(["try", formula, "--save", "mine"]) == 1 and path.read_text(encoding="utf-8") == text


def test_a_block_that_does_not_load_leaves_the_file_alone(top: Path) -> None:
    path = top / "config/studies/small.yaml"
    text = STUDY.replace("outcomes: # in logs\n  income: {", "outcomes: { income: {").replace(
        "transformation: log }\n", "transformation: log } }\n", 1
    )
    path.write_text(text, encoding="utf-8")
    assert main(["try", "x ~ listed | village + year", "--save", "mine"]) == 1
    assert path.read_text(encoding="utf-8") == text
