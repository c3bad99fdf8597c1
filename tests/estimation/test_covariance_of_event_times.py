from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation.covariance import COVARIANCE_COLUMNS, COVARIANCE_KEY
from tests.conftest import equation
from tests.worded import block_results

WITH_LEADS = ["event_study", "sun_abraham", "callaway_santanna", "stacked", "two_stage"]


def results(panel: pd.DataFrame, **changes: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    found = block_results(panel, [equation(window=[-2, 1], **changes)])
    by_time = found.estimates[found.estimates["event_time"].notna() & (found.estimates["cohort"] == "")]
    return by_time.set_index("event_time"), found.covariance.dropna(subset=["event_time", "event_time_other"])


@pytest.mark.slow(but_each=2)
@pytest.mark.parametrize("estimator", [*WITH_LEADS, "imputation", "extended_two_way"])
def test_variances_are_the_squares_of_standard_errors(panel: pd.DataFrame, estimator: str) -> None:
    estimates, covariance = results(panel, estimator=estimator)
    assert list(covariance.columns) == list(COVARIANCE_COLUMNS)
    assert not covariance.duplicated(COVARIANCE_KEY).any()
    own = covariance[covariance["event_time"] == covariance["event_time_other"]].set_index("event_time")["covariance"]
    errors = estimates["standard_error"].dropna()
    assert set(own.index) == set(errors.index)
    np.testing.assert_allclose(own.sort_index(), errors.sort_index() ** 2)


@pytest.mark.slow
@pytest.mark.parametrize("estimator", WITH_LEADS)
def test_every_pair_of_one_regression_has_a_covariance(panel: pd.DataFrame, estimator: str) -> None:
    estimates, covariance = results(panel, estimator=estimator)
    count = int(estimates["standard_error"].notna().sum())
    assert len(covariance) == count * (count + 1) / 2
    assert (covariance["event_time"] <= covariance["event_time_other"]).all()


def test_leads_of_imputation_are_another_regression_than_its_effects(panel: pd.DataFrame) -> None:
    _, covariance = results(panel, estimator="imputation")
    assert not ((covariance["event_time"] < 0) & (covariance["event_time_other"] >= 0)).any()


ONE_REGRESSION = {
    "two_way_fixed_effects": {"regressors": ["x"]},
    "first_differences": {"regressors": ["x"]},
    "event_study": {"regressors": ["x"], "window": [-2, 1]},
    "stacked": {"window": [-2, 1]},
    "callaway_santanna": {"window": [-2, 1]},
}


@pytest.mark.slow
@pytest.mark.parametrize("estimator", ONE_REGRESSION)
def test_all_coefficients_of_one_regression_covary(panel: pd.DataFrame, estimator: str) -> None:
    found = block_results(panel, [equation(estimator=estimator, **ONE_REGRESSION[estimator])])
    errors = found.estimates.set_index("row")["standard_error"].dropna()
    own = found.covariance.loc[found.covariance["row"] == found.covariance["row_other"]].set_index("row")["covariance"]
    np.testing.assert_allclose(own, errors.loc[own.index] ** 2)
    cells = found.estimates["kind"] == "cell"
    assert set(own.index) == set(errors.index) - set(found.estimates.loc[cells, "row"])
    assert len(found.covariance) == len(own) * (len(own) + 1) / 2
