from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation import block
from ruralpanel.reasons import read
from tests.conftest import equation
from tests.worded import estimate_block


@pytest.fixture
def moderated(panel: pd.DataFrame) -> pd.DataFrame:
    """An effect of 2 at distance 0 that falls by 0.4 a unit of distance, which does not change over time."""
    distance = panel["village"].map(lambda village: (7 * village) % 11 / 2.0)
    density = panel["village"].map(lambda village: (5 * village) % 9 / 3.0)
    lower = panel["y"] - 0.4 * panel["listed"] * distance
    return panel.assign(distance=distance, density=density, y=lower)


def along(panel: pd.DataFrame, **changes: object) -> pd.DataFrame:
    asked = {"moderators": ["distance"], "along": "distance", "regressors": ["x"], **changes}
    estimates = estimate_block(panel, [equation(**asked)])[0]
    return estimates[estimates["kind"] == "effect_at"]


def test_effects_along_a_moderator_are_those_of_a_moderator_measured_from_each_value(moderated: pd.DataFrame) -> None:
    rows = along(moderated)
    assert len(rows) == 25
    assert rows["effect_of"].eq("listed").all()
    for row in rows.iloc[[0, 11, 24]].to_dict("records"):
        value = read(row["at"])["value"]
        shifted = moderated.assign(distance=moderated["distance"] - value)
        recentred = equation(moderators=["distance"], regressors=["x"])
        (same,) = (
            each for each in estimate_block(shifted, [recentred])[0].to_dict("records") if each["term"] == "listed"
        )
        for name in ("estimate", "standard_error", "p_value", "interval_low", "interval_high", "degrees_of_freedom"):
            assert row[name] == pytest.approx(same[name], rel=1e-6)
        assert row["estimate"] == pytest.approx(2 - 0.4 * value, abs=0.2)


def test_values_span_treated_rows_but_for_their_outer_twentieths(moderated: pd.DataFrame) -> None:
    values = along(moderated)["at"].map(lambda at: read(at)["value"])
    treated = moderated.loc[moderated["listed"] == 1, "distance"]
    assert values.iloc[[0, -1]].tolist() == pytest.approx(treated.quantile([0.05, 0.95]).tolist())
    assert np.ptp(np.diff(values)) < 2e-4  # values have five digits


def test_other_moderators_are_at_their_means_in_treated_rows(moderated: pd.DataFrame) -> None:
    rows = along(moderated, moderators=["distance", "density"])
    mean = moderated.loc[moderated["listed"] == 1, "density"].mean()
    shifted = moderated.assign(density=moderated["density"] - mean)
    same = along(shifted, moderators=["distance", "density"])
    assert rows["standard_error"].tolist() == pytest.approx(same["standard_error"].tolist(), rel=1e-6)
    assert rows["estimate"].tolist() == pytest.approx(same["estimate"].tolist(), rel=1e-6)


def test_a_product_of_moderators_counts_at_the_value(moderated: pd.DataFrame) -> None:
    rows = along(moderated, moderators=["distance", "density", "distance*density"])
    estimates = estimate_block(
        moderated, [equation(moderators=["distance", "density", "distance*density"], regressors=["x"])]
    )[0]
    own = estimates[estimates["period"].isna()].set_index("term")["estimate"]
    mean = moderated.loc[moderated["listed"] == 1, "density"].mean()
    value = read(rows["at"].iloc[3])["value"]
    by_hand = own["listed"] + own["listed*distance"] * value + own["listed*density"] * mean
    assert rows["estimate"].iloc[3] == pytest.approx(by_hand + own["listed*distance*density"] * value * mean)


def test_a_moderator_that_is_collinear_gives_the_reason(moderated: pd.DataFrame) -> None:
    (row,) = along(moderated.assign(density=1.0), moderators=["distance", "density"]).to_dict("records")
    assert row["term"] == "listed at distance"
    assert row["reason"] == "listed*density is collinear with other terms"


def test_a_table_and_an_adjustment_leave_effects_along_a_moderator_out(moderated: pd.DataFrame) -> None:
    from tests.exhibits.conftest import declaration
    from tests.worded import print_table

    asked = equation(moderators=["distance"], along="distance", regressors=["x"], adjustment="holm")
    estimates = block.estimate_block(moderated, [asked])[0]
    assert '"tests":1' in estimates.set_index("term").loc["listed*distance", "adjustment"]
    labels = [label for label, _ in print_table(estimates, declaration("regression_table")).coefficients if label]
    assert labels == ["Listed village", "Listed village × distance", "Share <5%"]
