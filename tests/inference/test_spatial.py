from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.estimation.rounding import NEGATIVE_VARIANCE
from ruralpanel.inference import spatial
from ruralpanel.study.blocks import Inference
from ruralpanel.words.sentences import sentence
from tests.conftest import equation
from tests.worded import estimate_block


def one(panel: pd.DataFrame, cutoff: float, kernel: str = "uniform", **changes: object) -> pd.Series:
    inference = Inference.model_validate({"variance": "spatial", "cutoff": cutoff, "kernel": kernel})
    return estimate_block(panel, [equation(inference=inference, **changes)])[0].iloc[0]


@pytest.fixture
def placed(panel: pd.DataFrame) -> pd.DataFrame:
    """Give every village a place in a square of about 200 km."""
    random = np.random.default_rng(2)
    places = pd.DataFrame({"lat": random.uniform(30, 32, 40), "lon": random.uniform(112, 114, 40)})
    return panel.join(places, on="village")


def haversine(latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    """Measure all distances in km by the textbook's formula."""
    north, east = np.radians(latitude), np.radians(longitude)
    half = np.sin((north[:, None] - north) / 2) ** 2
    half += np.cos(north[:, None]) * np.cos(north) * np.sin((east[:, None] - east) / 2) ** 2
    return 2 * 6371.0088 * np.arcsin(np.sqrt(np.minimum(half, 1)))


@given(
    st.lists(st.tuples(st.integers(-90, 90), st.integers(-180, 180), st.integers(-3, 3)), min_size=1, max_size=25),
    st.sampled_from([0.5, 300.0, 5000.0, 20016.0]),
    st.sampled_from(["uniform", "bartlett"]),
)
def test_the_middle_is_the_double_sum_over_all_rows(
    rows: list[tuple[int, int, int]], cutoff: float, kernel: str
) -> None:
    latitude, longitude, score = (np.array(each, dtype=float) for each in zip(*rows, strict=True))
    scores = np.column_stack([score, score**2 - 1])
    distance = haversine(latitude, longitude)
    near = np.abs(distance - cutoff) > 1e-6  # at the bound itself rounding decides
    weight = (distance <= cutoff) * (1 - distance / cutoff if kernel == "bartlett" else 1.0)
    if near.all():
        found = spatial.spatial_meat(scores, latitude, longitude, cutoff, kernel)
        np.testing.assert_allclose(found, scores.T @ weight @ scores, atol=1e-4)


def test_the_middle_is_the_same_whatever_is_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(1)
    scores, latitude, longitude = random.normal(size=(90, 3)), random.uniform(30, 33, 90), random.uniform(110, 113, 90)
    whole = spatial.spatial_meat(scores, latitude, longitude, 60, "bartlett")
    monkeypatch.setattr(spatial, "TOGETHER", 7)
    np.testing.assert_allclose(spatial.spatial_meat(scores, latitude, longitude, 60, "bartlett"), whole, rtol=1e-12)


@pytest.mark.parametrize("kernel", ["uniform", "bartlett"])
@pytest.mark.parametrize("cutoff", [40.0, 300.0])
def test_patches_wholly_within_the_distance_count_as_one_where_all_pairs_weigh_alike(
    cutoff: float, kernel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(4)
    latitude, longitude, scores = (
        random.uniform(30, 34, 300),
        random.uniform(105, 109, 300),
        random.normal(size=(300, 2)),
    )
    monkeypatch.setattr(spatial, "TOGETHER", 16)
    distance = haversine(latitude, longitude)
    weight = np.maximum(1 - distance / cutoff, 0) if kernel == "bartlett" else distance <= cutoff
    found = spatial.spatial_meat(scores, latitude, longitude, cutoff, kernel)
    np.testing.assert_allclose(found, scores.T @ weight @ scores, atol=1e-4 if kernel == "bartlett" else 1e-9)


@pytest.mark.parametrize("kernel", ["uniform", "bartlett"])
def test_places_far_apart_are_clusters(placed: pd.DataFrame, kernel: str) -> None:
    # Two places are a degree apart; within the cutoff are only the rows of one place.
    apart = placed.assign(lat=placed["county"] * 1.0, lon=100.0)
    row = one(apart, 50, kernel, regressors=["x"])
    clustered = smf.ols("y ~ listed + x + C(village) + C(year)", apart).fit(
        cov_type="cluster", cov_kwds={"groups": apart["county"], "use_correction": False}
    )
    assert row["standard_error"] == pytest.approx(clustered.bse["listed"], rel=1e-7)
    assert row["degrees_of_freedom"] == 320 - (2 + 40 + 8 - 1)
    assert (row["small_sample"], row["clustered_by"]) == ("none", "")
    assert row["spatial"] == {"uniform": "uniform kernel, 50 km", "bartlett": "Bartlett kernel, 50 km"}[kernel]


def test_rows_of_one_period_that_have_no_neighbours_are_robust_errors(placed: pd.DataFrame) -> None:
    single = placed[placed["year"] == 2006]
    row = one(single, 0.001, fixed_effects=[], regressors=["x"])
    robust = smf.ols("y ~ listed + x", single).fit(cov_type="HC0")
    assert row["standard_error"] == pytest.approx(robust.bse["listed"], rel=1e-9)


def test_weights_count_as_in_clusters(placed: pd.DataFrame) -> None:
    apart = placed.assign(lat=placed["county"] * 1.0, lon=100.0)
    row = one(apart, 50, weights="weight")
    plain = Inference(cluster=["county"], small_sample="none")
    clustered = estimate_block(apart, [equation(weights="weight", inference=plain)])[0].iloc[0]
    assert row["standard_error"] == pytest.approx(clustered["standard_error"], rel=1e-9)


def test_a_cutoff_around_the_earth_leaves_no_variance_and_says_so(placed: pd.DataFrame) -> None:
    # All scores are added up then, and least squares makes their sum zero.
    equations = [equation(inference=Inference(variance="spatial", cutoff=20016.0))]
    estimates, ledger = estimate_block(placed, equations)
    row = estimates.iloc[0]
    assert pd.isna(row["standard_error"])
    assert row["reason"] == sentence(NEGATIVE_VARIANCE)
    assert row["spatial"].endswith("a negative variance was raised, and means nothing")
    assert ledger["reason"].str.contains("negative variance").any()


@pytest.mark.parametrize(("unit", "least"), [(1.0, 1e-10), (1e-24, 1e-28)])
def test_a_negative_variance_is_raised_in_any_unit(unit: float, least: float) -> None:
    repaired = spatial.raised(unit * np.array([[-1.0, 0.0], [0.0, 1.0]]))
    np.testing.assert_allclose(repaired, np.diag([least, unit]))


def test_rows_without_a_place_leave_with_a_reason(placed: pd.DataFrame) -> None:
    lost = placed.assign(lat=placed["lat"].where(placed["village"] != 3))
    inference = Inference(variance="spatial", cutoff=50.0)
    estimates, ledger = estimate_block(lost, [equation(inference=inference)])
    assert estimates["observations"].iloc[0] == 312
    assert "missing in lat" in ledger["reason"].tolist()
