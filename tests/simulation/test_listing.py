from __future__ import annotations

import numpy as np
import pytest

from ruralpanel.simulation.economy import Economy, simulate
from ruralpanel.simulation.parameters import load_parameters
from ruralpanel.simulation.truth import share_in_clusters
from tests.simulation.conftest import small
from tests.simulation.test_geography import haversine

pytestmark = pytest.mark.slow


def test_cohorts_have_their_shares(economy: Economy) -> None:
    parameters, first = economy.parameters, economy.listing.first
    assert (first > 0).mean() == pytest.approx(0.25, abs=0.002)
    assert economy.geography.villages.loc[first > 0, "plain"].mean() == pytest.approx(0.25, abs=0.005)
    for year, share in parameters.cohort_shares.items():
        assert (first == year).sum() / (first > 0).sum() == pytest.approx(share, abs=0.005)


def test_three_quarters_of_listed_villages_are_in_clusters(economy: Economy) -> None:
    shipped = simulate(load_parameters(), 20091127)
    shares = [share_in_clusters(each.parameters, each.geography, each.listing, 2019) for each in (economy, shipped)]
    assert np.mean(shares) == pytest.approx(0.76, abs=0.06)


def test_nobody_leaves_before_2021_and_two_per_cent_a_year_then() -> None:
    economy = simulate(small(villages=4000, counties=200), 2)
    on, first, years = economy.listing.on_list, economy.listing.first, np.array(economy.parameters.years)
    since = (first[:, None] > 0) & (years[None, :] >= first[:, None])
    gone = since & ~on
    assert not gone[:, years <= 2020].any()
    before, after = on[:, years == 2020].ravel(), on[:, years == 2021].ravel()
    assert (before & ~after).sum() / before.sum() == pytest.approx(0.02, abs=0.01)
    left = on[:, :-1] & ~on[:, 1:]
    assert left.sum(axis=1).max() == 1  # and nobody comes back
    assert (economy.listing.last[gone.any(axis=1)] < 2022).all()
    assert (economy.listing.last[~gone.any(axis=1) & (first > 0)] == 2022).all()


def test_neighbours_in_rings_are_those_on_the_list_of_the_year_before(village_economy: Economy) -> None:
    villages, listing = village_economy.geography.villages, village_economy.listing
    latitude, longitude = villages["latitude"].to_numpy(), villages["longitude"].to_numpy()
    distance = haversine(latitude, longitude, (latitude, longitude))
    np.fill_diagonal(distance, np.inf)
    for ring, (low, high) in zip(listing.rings, [(0, 5), (5, 10), (10, 20)], strict=True):
        near = (distance <= high) & ((distance > low) | (low == 0))
        expected = (near.astype(int) @ listing.on_list[:, :-1].astype(int)) > 0
        np.testing.assert_array_equal(ring[:, 1:], expected)
        assert not ring[:, 0].any()
        assert ring.any()


def test_villages_are_listed_for_their_sales(economy: Economy) -> None:
    ever = economy.listing.ever
    for capacity in ("C1", "C2", "K1", "K2", "Y1", "Y2"):
        values = economy.legacies.capacities[capacity]
        assert values[ever].mean() > values[~ever].mean()
    assert economy.listing.permanent[ever].mean() > economy.listing.permanent[~ever].mean() + 0.3


def test_without_other_reasons_listing_follows_lasting_sales_alone() -> None:
    nothing = {"adoption_neighbours": 0.0, "adoption_station": 0.0, "selection_loading": 0.0}
    economy = simulate(small(**nothing), 4)
    plain = economy.geography.villages["plain"].to_numpy()
    for region in (0, 1):
        inside = plain == region
        first, sales = economy.listing.first[inside], economy.listing.permanent[inside]
        assert sales[first > 0].min() > sales[first == 0].max()
        assert (np.diff(first[first > 0][np.argsort(-sales[first > 0])]) >= 0).all()
