from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation.block import estimate_block
from ruralpanel.simulation.economy import KILOMETRES_A_DEGREE, Economy, load_parameters, simulate
from ruralpanel.simulation.raw_files import NO_LIST, write_raw_files
from ruralpanel.study import Study
from tests.conftest import dated, equation


def test_the_tracked_raw_files_are_what_the_generator_writes(root: Path, tmp_path: Path) -> None:
    study = Study.load("taobao_villages", root)
    write_raw_files(simulate(load_parameters(), study.seed), tmp_path)
    tracked = sorted(path.name for path in (root / "data/raw/taobao_villages").iterdir())
    assert tracked == sorted(path.name for path in tmp_path.iterdir())
    for name in tracked:
        same = (root / "data/raw/taobao_villages" / name).read_bytes() == (tmp_path / name).read_bytes()
        assert same, f"{name} differs; ./run simulate writes it anew"


def test_the_lists_go_on_from_first_listing_but_for_the_year_without_a_list(tmp_path: Path) -> None:
    parameters = load_parameters()
    economy = simulate(parameters, 1)
    write_raw_files(economy, tmp_path)
    lists = pd.read_csv(tmp_path / "taobao_village_list.csv", sep=";", encoding="gb18030", dtype={"村代码": str})
    on = lists.groupby("村代码")["榜单年份"].agg(list)
    first = economy.villages.set_index("village")["first_listed"].dropna().astype(int)
    expected = first.map(lambda year: [each for each in range(year, parameters.last_year + 1) if each != NO_LIST])
    assert (first == NO_LIST).any()
    pd.testing.assert_series_equal(on, expected.sort_index(), check_names=False)


def test_cohorts_have_their_shares() -> None:
    parameters = load_parameters()
    listed = simulate(parameters, 1).villages["first_listed"].dropna()
    assert len(listed) == pytest.approx(parameters.ever_designated * parameters.villages, abs=2)
    shares = listed.value_counts() / len(listed)
    for year, share in parameters.cohort_shares.items():
        assert shares.get(year, 0) == pytest.approx(share, abs=0.005)


def test_villages_are_scattered_around_their_county_in_a_stream_of_their_own() -> None:
    parameters = load_parameters()
    economy = simulate(parameters, 1)
    villages = economy.villages
    spread = villages.groupby("county")["latitude"].std().mean() * KILOMETRES_A_DEGREE
    assert spread == pytest.approx(parameters.village_scatter, rel=0.1)
    far = {"plain_latitudes": [-10.0, -5.0], "other_longitudes": [10.0, 20.0], "village_scatter": 50.0}
    elsewhere = simulate(parameters.model_copy(update=far), 1)
    pd.testing.assert_frame_equal(economy.years, elsewhere.years)
    place = ["latitude", "longitude"]
    pd.testing.assert_frame_equal(villages.drop(columns=place), elsewhere.villages.drop(columns=place))


def panel_of(economy: Economy) -> pd.DataFrame:
    merged = economy.years.merge(economy.villages[["village", "county", "first_listed"]], on="village")
    merged["cohort"] = merged["first_listed"].fillna(0)
    return dated(merged.assign(y=np.log(merged["income"])))


def estimate(economy: Economy) -> pd.Series:
    return estimate_block(panel_of(economy), [equation(inference={"cluster": ["county"]})])[0].iloc[0]


def test_without_selection_two_way_fixed_effects_find_the_truth() -> None:
    parameters = load_parameters().model_copy(update={"selection_loading": 0.0})
    errors = []
    for seed in range(4):
        economy = simulate(parameters, seed)
        row = estimate(economy)
        errors.append((row["estimate"] - economy.truth["effects_on_the_treated"]["log_income"]) / row["standard_error"])
    assert np.abs(errors).max() < 3.5
    assert abs(np.mean(errors)) < 2


def test_selection_on_good_years_makes_them_too_large() -> None:
    economy = simulate(load_parameters(), 3)
    row = estimate(economy)
    truth = economy.truth["effects_on_the_treated"]["log_income"]
    assert row["estimate"] > truth + 4 * row["standard_error"]


def test_the_same_seed_gives_the_same_economy_and_another_seed_another() -> None:
    parameters = load_parameters()
    first, again, other = (simulate(parameters, seed) for seed in (5, 5, 6))
    pd.testing.assert_frame_equal(first.years, again.years)
    assert not first.years.equals(other.years)
