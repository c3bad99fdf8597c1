from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ruralpanel.simulation.economy import Economy
from ruralpanel.simulation.geography import nearness_to_old_bed
from ruralpanel.simulation.legacies import PROXIES
from ruralpanel.simulation.parameters import CAPACITIES


def test_legacies_have_the_correlations(economy: Economy) -> None:
    correlations = economy.legacies.scores.corr()
    assert correlations.loc["C", "K"] == pytest.approx(0.15, abs=0.06)
    assert correlations.loc["K", "Y"] == pytest.approx(-0.20, abs=0.06)
    assert correlations.loc["C", "Y"] == pytest.approx(0.10, abs=0.06)


def test_half_of_their_variance_is_between_counties(economy: Economy) -> None:
    county = economy.geography.villages["county_number"]
    for name in ("C", "K", "Y"):
        score = economy.legacies.scores[name]
        within = (score - score.groupby(county).transform("mean")).var() * len(county) / (len(county) - 100)
        between = score.groupby(county).mean().var() - within / (len(county) / 100)
        assert between / (between + within) == pytest.approx(0.5, abs=0.06)


def test_the_river_legacy_is_stronger_near_the_old_bed(economy: Economy) -> None:
    county = economy.geography.villages["county_number"]
    means = economy.legacies.scores["Y"].groupby(county).mean()
    plain = economy.geography.counties["plain"].to_numpy() == 1
    assert np.corrcoef(means[plain], nearness_to_old_bed(economy.geography)[plain])[0, 1] > 0.3


def test_each_capacity_has_three_or_four_proxies_measured_before_the_first_list() -> None:
    numbers = pd.Series([proxy.capacity for proxy in PROXIES]).value_counts()
    assert set(numbers.index) == set(CAPACITIES)
    assert numbers.between(3, 4).all()
    assert all(int(proxy.name[-4:]) < 2009 for proxy in PROXIES)
    for capacity in CAPACITIES:
        assert {proxy.level for proxy in PROXIES if proxy.capacity == capacity} == {"village", "county"}


def test_a_tenth_of_proxies_is_missing_and_the_others_follow_their_capacity(economy: Economy) -> None:
    legacies = economy.legacies
    for proxy in PROXIES:
        if proxy.level == "village":
            seen = legacies.village_proxies[proxy.name]
            assert seen.isna().mean() == pytest.approx(0.10, abs=0.025)
            follows = seen.corr(legacies.capacities[proxy.capacity])
        else:
            means = legacies.capacities[proxy.capacity].groupby(economy.geography.villages["county_before"]).mean()
            seen = legacies.county_proxies.set_index("county_before")[proxy.name]
            follows = seen.corr(means)
        assert proxy.sign * follows > 0.45


def test_shared_ownership_hardly_follows_its_legacy(economy: Economy) -> None:
    capacities, scores = economy.legacies.capacities, economy.legacies.scores
    assert capacities["C1"].corr(scores["C"]) == pytest.approx(0.8, abs=0.05)
    assert capacities["C3"].corr(scores["C"]) == pytest.approx(0.3, abs=0.1)
    assert abs(np.corrcoef(economy.legacies.shared_ownership_alone, scores["C"])[0, 1]) < 0.15
