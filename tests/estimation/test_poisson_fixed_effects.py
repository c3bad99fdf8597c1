from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy.stats import norm

from ruralpanel.study.blocks import Inference
from tests.conftest import equation
from tests.worded import estimate_block

PLAIN = Inference(cluster=["county"], small_sample="none")


def estimates_of(panel: pd.DataFrame, **changes: object) -> pd.DataFrame:
    return estimate_block(panel, [equation(estimator="poisson_fixed_effects", **changes)])[0]


@pytest.fixture
def firms(panel: pd.DataFrame) -> pd.DataFrame:
    """Count firms, many of them zero, which designation raises by half."""
    log_mean = panel["village"] / 40 - 0.5 + 0.05 * (panel["year"] - 2000) + 0.2 * panel["x"]
    mean = np.exp(log_mean + np.log(1.5) * panel["listed"])
    return panel.assign(y=np.random.default_rng(11).poisson(mean).astype(float))


@pytest.mark.filterwarnings("ignore:cov_type not fully supported with var_weights")
@pytest.mark.parametrize("weights", [None, "weight"])
def test_it_is_the_generalised_linear_model_with_dummies(firms: pd.DataFrame, weights: str | None) -> None:
    firms = firms[firms["village"] < 20]
    rows = estimates_of(firms, regressors=["x"], inference=PLAIN, weights=weights).set_index("term")
    dummies = smf.glm(
        "y ~ listed + x + C(village) + C(year)",
        firms,
        family=sm.families.Poisson(),
        var_weights=firms[weights] if weights else None,
    ).fit(tol=1e-12, cov_type="cluster", cov_kwds={"groups": firms["county"], "use_correction": False})
    for term in ("listed", "x"):
        assert rows.loc[term, "estimate"] == pytest.approx(dummies.params[term], abs=1e-7)
        assert rows.loc[term, "standard_error"] == pytest.approx(dummies.bse[term], rel=1e-5)
        assert rows.loc[term, "p_value"] == pytest.approx(dummies.pvalues[term], rel=1e-4)


def test_the_effect_is_proportional_and_found(firms: pd.DataFrame) -> None:
    row = estimates_of(firms, regressors=["x"]).iloc[0]
    assert row["estimate"] == pytest.approx(np.log(1.5), abs=4 * row["standard_error"])
    tenfold = estimates_of(firms.assign(y=firms["y"] * 10), regressors=["x"]).iloc[0]
    assert tenfold["estimate"] == pytest.approx(row["estimate"], abs=1e-7)
    assert tenfold["standard_error"] == pytest.approx(row["standard_error"], rel=1e-6)
    assert row["interval_high"] - row["estimate"] == pytest.approx(norm.ppf(0.975) * row["standard_error"])


def test_groups_of_zeros_leave_with_a_line_in_the_ledger(firms: pd.DataFrame) -> None:
    zeros = firms.assign(y=firms["y"].where((firms["village"] > 1) & (firms["year"] < 2007), 0.0))
    estimates, ledger = estimate_block(zeros, [equation(estimator="poisson_fixed_effects")])
    line = ledger[ledger["step"] == "only zeros dropped"].iloc[0]
    assert (line["rows_in"], line["rows_out"]) == (320, 38 * 7)
    without = firms[(firms["village"] > 1) & (firms["year"] < 2007)]
    assert estimates["estimate"].iloc[0] == pytest.approx(estimates_of(without)["estimate"].iloc[0], abs=1e-9)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda panel: panel.assign(y=-1.0), "320 rows are below"),
        (lambda panel: panel.assign(y=0.0), "the outcome is zero in all rows"),
        (lambda panel: panel.assign(y=panel["y"].where(panel["listed"] == 0, 0.0)), "no lower bound"),
        (lambda panel: panel.assign(y=np.nan), "no rows are left"),
        (lambda panel: panel.assign(listed=0), "nothing is left"),
    ],
)
def test_what_cannot_be_estimated_is_a_row_with_a_reason(firms: pd.DataFrame, change, said: str) -> None:
    rows = estimates_of(change(firms))
    assert rows["estimate"].isna().all()
    assert said in rows["reason"].iloc[0]


def test_a_moderator_of_a_count_and_a_pooled_count(firms: pd.DataFrame) -> None:
    few = firms[firms["village"] < 20]
    rows = estimates_of(few, moderators=["x"], inference=PLAIN)
    dummies = smf.glm(
        "y ~ listed + listed:x + C(village) + C(year) + C(year):x", few, family=sm.families.Poisson()
    ).fit(tol=1e-12)
    assert rows["estimate"].iloc[1] == pytest.approx(dummies.params["listed:x"], abs=1e-7)
    pooled = estimates_of(firms, fixed_effects=[], regressors=["x"], inference=Inference(variance="heteroskedastic"))
    by_hand = smf.glm("y ~ listed + x", firms, family=sm.families.Poisson()).fit(tol=1e-12)
    assert pooled["estimate"].iloc[0] == pytest.approx(by_hand.params["listed"], abs=1e-7)


def test_interactions_and_anticipation_are_those_of_least_squares(firms: pd.DataFrame) -> None:
    both = firms.assign(station=(firms["village"] % 3 == 0) & (firms["year"] > 2004))
    both["station"] = both["station"].astype(int)
    both["station_event_time"] = np.nan
    changes = {"treatments": ["listed", "station"], "interactions": ["listed*station"], "anticipation": {"listed": 1}}
    rows = estimates_of(both, inference=PLAIN, **changes)
    assert rows["term"].tolist() == ["listed", "station", "listed*station"]
    assert rows["estimate"].notna().all()
    assert rows["observations"].iloc[0] == 320 - 30
