"""Raw files → sources → tables → panel gives what the generator made, cell for cell, but for what it hid."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from ruralpanel.frames.feature_files import read_lines
from ruralpanel.panel.build import BuiltPanel, build_panel
from ruralpanel.simulation.economy import Economy, simulate
from ruralpanel.simulation.parameters import load_parameters
from ruralpanel.simulation.raw_files import write_raw_files
from ruralpanel.sources.table import read_source
from ruralpanel.study.model import Study
from ruralpanel.tables.prepare import PreparedTable, prepare_table
from tests.conftest import ROOT, shipped_study

pytestmark = pytest.mark.slow

FOLDER = "data/raw/taobao_villages/"
NOT_IN_RAW_FILES = {"on_list", "station_open", "first_listed", "last_listed", "station_month", "cpi"}
"""Columns of the generator's panel that the cleaned one has under another name or shape; each is compared apart."""


class Cleaned(NamedTuple):
    """An economy, and what the default study makes of its raw files."""

    economy: Economy
    study: Study
    sources: dict[str, pd.DataFrame]
    quarantine: dict[str, pd.DataFrame]
    tables: dict[str, PreparedTable]
    built: BuiltPanel


def clean(economy: Economy, folder: Path) -> Cleaned:
    """Run the default study on raw files in a folder as far as the panel."""
    study = shipped_study("taobao_villages")

    def place(path: str) -> Path:
        assert path.startswith(FOLDER)
        return folder / path.removeprefix(FOLDER)

    sources, quarantine = {}, {}
    for name, source in study.sources.items():
        if name in study.printed_sources:
            continue  # facts of the world, which no generator makes
        corrections = place(source.corrections) if source.corrections else None
        sources[name], _, quarantine[name] = read_source(name, source, place(str(source.path)), corrections)
    frames, tables = dict(sources), {}
    for name, declared in study.tables.items():
        tables[name] = prepare_table(name, declared, frames, study.shapes[name].key)
        frames[name] = tables[name].table
    built = build_panel(
        {name: frames[name] for name in study.read_by_panel},
        study.panel,
        study.base,
        study.designation,
        {path: read_lines(place(path)) for path in study.lines},
        study.legacies,
    )
    return Cleaned(economy, study, sources, quarantine, tables, built)


def small_economy(folder: Path) -> Cleaned:
    """Give an economy of the shape of the one that is shipped, with its merger, split and recodes."""
    changes = {"villages": 200, "counties": 20, "recoded_counties": 4, "survey_villages": 40, "exit_rate": 0.2}
    economy = simulate(load_parameters().model_copy(update=changes), 5)
    write_raw_files(economy, folder)
    return clean(economy, folder)


def tracked_economy(_: Path) -> Cleaned:
    """Give the economy that is shipped, from the files that are tracked."""
    return clean(simulate(load_parameters(), shipped_study("taobao_villages").seed), ROOT / FOLDER)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(small_economy, id="small"),
        pytest.param(tracked_economy, id="tracked"),
    ],
)
def cleaned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Cleaned:
    make: Callable[[Path], Cleaned] = request.param
    return make(tmp_path_factory.mktemp("raw"))


def differing_cells(table: pd.DataFrame, expected: pd.DataFrame, key: list[str]) -> dict[str, int]:
    """Count by column the cells that are not the same, a missing one being the same as a missing one."""
    assert len(table) == len(expected)
    one, other = (each.sort_values(key).reset_index(drop=True) for each in (table, expected))
    differing = {}
    for name in one.columns.intersection(other.columns):
        same = (one[name] == other[name]).fillna(False) | (one[name].isna() & other[name].isna())
        if not same.all():
            differing[str(name)] = int((~same).sum())
    return differing


def test_the_panel_is_the_generators_cell_for_cell(cleaned: Cleaned) -> None:
    observed, panel = cleaned.economy.observed, cleaned.built.panel
    assert set(observed) - set(panel) == NOT_IN_RAW_FILES
    assert differing_cells(panel, observed, ["village", "year"]) == {}
    hidden = {name: int(mask.sum()) for name, mask in cleaned.economy.hidden.items()}
    assert {name: int(panel[name].isna().sum()) for name in hidden} == hidden
    assert all(hidden.values())
    complete = set(observed) & set(panel) - set(hidden) - {"station_year"}
    assert not panel[sorted(complete)].isna().any().any()


def test_every_list_is_matched_and_says_when_each_village_was_on_it(cleaned: Cleaned) -> None:
    economy = cleaned.economy
    years, absent = np.array(economy.parameters.years), economy.parameters.absent_list
    villages, positions = np.nonzero(economy.listing.on_list[:, years != absent])
    codes = economy.villages["village"].to_numpy()
    expected = pd.DataFrame({"village": codes[villages], "list_year": years[years != absent][positions]})
    listed = cleaned.tables["listed_villages"].table[["village", "list_year"]]
    assert listed.merge(expected, how="outer", indicator=True)["_merge"].eq("both").all()
    report = cleaned.tables["listed_villages"].names
    assert set(report["method"]) == {"exact", "normalised", "by_parent"}
    (total,) = (len(table) for name, table in cleaned.quarantine.items() if name == "list_2016")
    assert total == 1
    assert not any(len(table) for name, table in cleaned.quarantine.items() if name != "list_2016")


def test_villages_are_treated_from_the_first_list_that_there_is(cleaned: Cleaned) -> None:
    economy, panel = cleaned.economy, cleaned.built.panel
    first = economy.villages.set_index("village")["first_listed"]
    seen = first.mask(first == economy.parameters.absent_list, economy.parameters.absent_list + 1)
    # Who left the list that does not exist before the next one would never be seen; exits begin later.
    cohorts = panel.groupby("village")["taobao_village_cohort"].first()
    assert differing_cells(cohorts.reset_index(name="cohort"), seen.reset_index(name="cohort"), ["village"]) == {}
    events = cleaned.built.events
    last = economy.villages["last_listed"]
    left = economy.villages.loc[last < economy.parameters.last_year, "village"]
    assert set(events.loc[events["event"] == "exit", "unit"]) == set(left)
    assert len(left)
    assert int((events["event"] == "re-entry").sum()) == 0
    from_2018_or_2019 = economy.villages["first_listed"].isin([2018, 2019]).sum()
    assert int((events["event"] == "uncertain onset").sum()) == from_2018_or_2019


def test_stations_open_when_they_did(cleaned: Cleaned) -> None:
    panel = cleaned.built.panel
    opened = cleaned.economy.panel[["village", "year", "station_open"]].rename(columns={"station_open": "station"})
    assert differing_cells(panel[["village", "year", "station"]], opened, ["village", "year"]) == {}
    expected = cleaned.economy.villages.dropna(subset=["station_year"])
    months = (
        expected["station_year"].astype(int).astype(str)
        + "-"
        + expected["station_month"].astype(int).astype(str).str.zfill(2)
    )
    assert dict(zip(expected["village"], months, strict=True)) == dict(
        panel.dropna(subset=["station_year"]).groupby("village")["opened"].first()
    )


def test_households_prices_proxies_and_the_yearbook_are_what_was_written(cleaned: Cleaned) -> None:
    economy, sources = cleaned.economy, cleaned.sources
    names = {"year": "wave", "household_away": "away"}
    names |= {name: name.removeprefix("household_") for name in sources["households"] if name.endswith("income")}
    households = sources["households"].rename(columns=names)
    assert set(households) == set(economy.observed_households)
    assert differing_cells(households, economy.observed_households, ["household", "wave"]) == {}
    assert differing_cells(sources["prices"], economy.prices, ["province", "year"]) == {}
    assert differing_cells(sources["village_proxies"], economy.legacies.village_proxies, ["village"]) == {}
    proxies = sources["county_proxies"].rename(columns={"county_area": "county_before"})
    assert differing_cells(proxies, economy.legacies.county_proxies, ["county_before"]) == {}
    assert set(proxies) == set(economy.legacies.county_proxies)
    yearbook = (
        sources["yearbook"].rename(columns={"county_area": "county"}).assign(year=sources["yearbook"]["issue"] - 1)
    )
    names = {
        "yearbook_province": "province_name",
        "yearbook_county": "county_name",
        "county_new_firms": "new_firms",
        "county_grain": "grain",
        "county_rural_income": "rural_income",
    }
    expected = economy.observed_county_years
    assert differing_cells(yearbook.rename(columns=names), expected, ["county", "year"]) == {}
    by_key = [table.sort_values(["county", "year"]) for table in (yearbook, expected)]
    for name, column in (("county_population", "population"), ("county_output", "output")):
        np.testing.assert_allclose(by_key[0][name], by_key[1][column] * 1e4, rtol=1e-12)


def areas(economy: Economy) -> pd.DataFrame:
    """Call what merged or was split by the smallest code of today, apart from the reader's crosswalk."""
    codes = economy.geography.villages[["village", "county", "county_before"]]
    smallest = codes.groupby("county_before")["county"].transform("min")
    return codes.assign(area=smallest.groupby(codes["county"]).transform("min"))


def test_counties_of_then_become_those_of_constant_boundaries(cleaned: Cleaned) -> None:
    economy, panel = cleaned.economy, cleaned.built.panel
    by_hand = areas(economy)
    assert by_hand["area"].nunique() < by_hand["county"].nunique()  # a split
    assert by_hand["county"].nunique() == by_hand["county_before"].nunique()  # as many as before: and a merger
    area = panel.groupby("village")["county_area"].first()
    assert dict(area) == dict(zip(by_hand["village"], by_hand["area"], strict=True))
    old = by_hand.drop_duplicates("county_before").set_index("county_before")["area"]
    new = by_hand.drop_duplicates("county").set_index("county")["area"]
    printed = economy.observed_county_years
    printed = printed.assign(area=printed["county"].map(old).where(printed["year"] < economy.parameters.recode_year))
    printed["area"] = printed["area"].fillna(printed["county"].map(new))
    assert printed["area"].notna().all()
    keyed = printed.groupby(["area", "year"])
    for column, name in (("grain", "county_grain"), ("new_firms", "county_new_firms")):
        sums = keyed[column].sum().where(keyed[column].count() == keyed.size())
        found = panel.drop_duplicates(["county_area", "year"]).set_index(["county_area", "year"])[name]
        pd.testing.assert_series_equal(
            found.sort_index().astype(float), sums.astype(float), check_names=False, check_dtype=False
        )
    traces = economy.legacies.county_proxies
    means = traces.groupby(traces["county_before"].map(old)).mean(numeric_only=True)
    found_means = panel.groupby("county_area")[list(means)].first()
    np.testing.assert_allclose(found_means.to_numpy(float), means.to_numpy(float))


def test_real_values_and_values_per_head_follow_from_the_generators(cleaned: Cleaned) -> None:
    panel, observed = cleaned.built.panel, cleaned.economy.observed.sort_values(["village", "year"])
    panel = panel.sort_values(["village", "year"])
    level = observed.groupby("village")["cpi"].transform(lambda cpi: (cpi / 100).cumprod())
    base = level.where(observed["year"] == 2017).groupby(observed["village"]).transform("max")
    np.testing.assert_allclose(panel["real_income"], observed["income"] / level * base)
    np.testing.assert_allclose(panel["share_away"], observed["away"] / observed["registered"])
    sent = observed["parcels_sent"] / observed["resident"]
    np.testing.assert_allclose(panel["parcels_sent_per_head"], sent)


def test_distances_are_the_generators(cleaned: Cleaned) -> None:
    villages = cleaned.economy.geography.villages.sort_values("village")
    found = cleaned.built.panel.groupby("village")["city_distance"].first()
    np.testing.assert_allclose(found, villages["city_distance"], rtol=1e-3, atol=0.01)


def test_each_capacity_is_measured_by_traces_of_itself(cleaned: Cleaned) -> None:
    truth = cleaned.economy.truth["proxies"]
    letters = dict(
        zip(
            (name for legacy in cleaned.study.legacies.values() for name in legacy.capacities),
            ("C1", "C2", "C3", "K1", "K2", "Y1", "Y2"),
            strict=True,
        )
    )
    declared = {
        proxy: {
            "capacity": letters[name],
            "level": "village" if each.level is None else "county",
            "sign": 1 if each.sign == "positive" else -1,
        }
        for legacy in cleaned.study.legacies.values()
        for name, capacity in legacy.capacities.items()
        for proxy, each in capacity.proxies.items()
    }
    assert declared == truth
    panel = cleaned.built.panel.drop_duplicates("village").set_index("village").sort_index()
    capacities = cleaned.economy.legacies.capacities.set_axis(cleaned.economy.villages["village"]).sort_index()
    for name, letter in letters.items():
        assert panel[name].corr(capacities[letter]) > 0.7, name
