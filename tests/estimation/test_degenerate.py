"""What the fuzzer of panels found: numbers without an end, cells of one row, rows that are there twice."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from ruralpanel.study.estimators import ESTIMATORS
from tests.estimation.conftest import estimates_of
from tests.fuzz.panels import drawn, equations, tried

ODD = ["infinite outcome", "regressor far from zero", "infinite weights"]


@pytest.mark.slow(but_each=len(ESTIMATORS) - 1)
@pytest.mark.parametrize(("name", "flaw"), [(name, flaw) for flaw in ODD for name in ESTIMATORS])
def test_numbers_without_an_end_are_a_reason(name: str, flaw: str) -> None:
    panel = drawn("ordinary", "staggered", [flaw], np.random.default_rng(3))
    changes = {"cluster": "village", "regressors": ["x"], "weights": "weight"}
    assert not [said for each in list(equations(name, changes))[:1] for said in tried(panel, each)]


def test_the_infinite_column_is_named(panel: pd.DataFrame) -> None:
    rows = estimates_of(panel.assign(x=panel["x"].where(panel.index > 1, np.inf)), regressors=["x"])
    assert set(rows["reason"]) == {"x: infinite in 2 rows, which have no place in sums and means"}
    assert rows["estimate"].isna().all()


def test_infinite_rows_that_are_not_used_do_not_matter(panel: pd.DataFrame) -> None:
    odd = panel.assign(x=panel["x"].where(panel["year"] > 2000, np.inf))
    rows = estimates_of(odd, regressors=["x"], sample="year > 2000")
    assert rows["standard_error"].notna().all()


def test_the_log_of_an_infinite_outcome_is_no_gap(panel: pd.DataFrame) -> None:
    rows = estimates_of(panel.assign(y=panel["y"].abs().where(panel.index > 0, np.inf)), transformation="log")
    assert rows["reason"].str.contains("infinite in 1 row").all()


@pytest.mark.parametrize("rows", [1, 2])
def test_means_of_one_or_two_rows_have_no_standard_error_and_say_so(panel: pd.DataFrame, rows: int) -> None:
    for estimator, of in {"cohort_means": {}, "group_means": {"groups": {"at": 2000}}}.items():
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = estimates_of(panel.head(rows), estimator=estimator, **of)
        means = found[found["kind"] == "mean"]
        assert len(means) == rows
        assert means["estimate"].tolist() == pytest.approx(panel["y"].head(rows).tolist())
        assert means["standard_error"].isna().all() and (means["reason"] != "").all()


@pytest.mark.parametrize("weights", [None, "weight"])
def test_errors_of_means_are_those_of_statsmodels(panel: pd.DataFrame, weights: str | None) -> None:
    found = estimates_of(panel, estimator="cohort_means", weights=weights, inference={"cluster": ["county"]})
    means = found[found["kind"] == "mean"].set_index(["cohort", "period"])
    cells = panel["cohort"].astype(str).replace("0", "never") + " " + panel["year"].astype(str)
    model = sm.WLS(panel["y"], pd.get_dummies(cells, dtype="float64"), weights=panel[weights] if weights else 1.0)
    fitted = model.fit(cov_type="cluster", cov_kwds={"groups": pd.factorize(panel["county"])[0]})
    names = [f"{cohort} {period}" for cohort, period in means.index]
    assert means["estimate"].to_numpy() == pytest.approx(fitted.params[names].to_numpy(), rel=1e-12)
    assert means["standard_error"].to_numpy() == pytest.approx(fitted.bse[names].to_numpy(), rel=1e-10)


def test_units_seen_twice_in_the_period_of_grouping_are_a_reason(panel: pd.DataFrame) -> None:
    found = estimates_of(pd.concat([panel, panel.head(3)]), estimator="group_means", groups={"at": 2001})
    assert found["reason"].tolist() == ["village and year do not tell rows apart"]


@pytest.mark.slow
def test_instruments_that_fit_exactly_have_no_f_and_say_so() -> None:
    panel = drawn("two of each", "none", [], np.random.default_rng(1025))
    changes = {"cluster": "village"}
    assert not [said for each in equations("instrumental_variables", changes) for said in tried(panel, each)]
