from __future__ import annotations

import json
import re
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pandas as pd
import pytest

from ruralpanel.frames.feature_files import read_lines
from ruralpanel.simulation.economy import Economy, simulate
from ruralpanel.simulation.parameters import load_parameters
from ruralpanel.simulation.raw.forms import FORM_COLUMNS, HOUSEHOLD_COLUMNS, PEOPLE_COLUMNS
from ruralpanel.simulation.raw.lists import LIST_FILES, write_lists
from ruralpanel.simulation.raw_files import write_raw_files
from ruralpanel.sources.table import read_source
from ruralpanel.study.load import load_study
from ruralpanel.study.sources import Source

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(village_economy: Economy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("raw")
    write_raw_files(village_economy, path)
    return path


def read(folder: Path, file: str, corrections: str | None = None, **declared: object) -> pd.DataFrame:
    """Read a raw file as a study would."""
    source = Source.model_validate({"path": file, **declared})
    return read_source("raw", source, folder / file, folder / corrections if corrections else None).table


def assert_same(table: pd.DataFrame, expected: pd.DataFrame, key: list[str]) -> None:
    """Compare cell for cell, missing ones too, whatever the types of numbers."""
    table, expected = (each.sort_values(key).reset_index(drop=True) for each in (table, expected[list(table)]))
    for name in table:
        same = (table[name] == expected[name]) | (table[name].isna() & expected[name].isna())
        assert same.all(), name


@pytest.mark.slow
def test_the_tracked_raw_files_are_what_the_generator_writes(root: Path, tmp_path: Path) -> None:
    study = load_study("taobao_villages", root)
    write_raw_files(simulate(load_parameters(), study.seed), tmp_path)
    folder = root / "data/raw/taobao_villages"
    written = sorted(path.name for path in tmp_path.iterdir())
    assert sorted({path.name for path in folder.iterdir()} - {"README.md"}) == written
    for name in written:
        assert (folder / name).read_bytes() == (tmp_path / name).read_bytes(), (
            f"{name} differs; ./run simulate writes it anew"
        )
    assert sum(path.stat().st_size for path in folder.iterdir()) < 15e6


def test_the_village_form_is_the_panel_once_corrected_and_coded(folder: Path, village_economy: Economy) -> None:
    columns = {
        name: {"from": raw, **({"type": "text"} if name == "village" else {}), "value_labels": name == "road"}
        for raw, (name, _) in FORM_COLUMNS.items()
    }
    key = ["village", "year"]
    corrections = "village_form_corrections.csv"
    table = read(folder, "village_form.dta", corrections, key=key, missing_codes=[-8, -9], columns=columns)
    assert_same(table, village_economy.observed, key)
    as_typed = read(folder, "village_form.dta", key=key, missing_codes=[-8, -9], columns=columns)
    different = {name: as_typed.loc[as_typed[name] != table[name], name] for name in ("income", "resident")}
    for name, found in different.items():
        slips = found.dropna()
        assert len(slips) == 1
        assert (slips == 10 * table.loc[slips.index, name]).all()


def test_the_household_survey_is_the_households(folder: Path, village_economy: Economy) -> None:
    columns = {
        name: {"from": raw, "type": "text"} if name in ("household", "village") else raw
        for raw, (name, _) in HOUSEHOLD_COLUMNS.items()
    }
    key = ["household", "wave"]
    table = read(folder, "household_survey.dta", key=key, missing_codes=[-1, -2, -8, -9, -10], columns=columns)
    assert_same(table, village_economy.observed_households, key)
    written = pd.read_stata(folder / "household_survey.dta", convert_categoricals=False)
    assert set(written.loc[written["hh_inc"] < 0, "hh_inc"]) == {-1, -2, -8, -9, -10}


def test_the_form_of_people_is_the_panel(folder: Path, village_economy: Economy) -> None:
    columns = {
        name: {"from": raw, "value_labels": name == "operator"} | ({"type": "text"} if name == "village" else {})
        for raw, (name, _) in PEOPLE_COLUMNS.items()
    }
    key = ["village", "year"]
    table = read(folder, "village_people.dta", key=key, columns=columns)
    assert_same(table, village_economy.observed, key)
    assert table["old"].isna().any()


def test_the_gazetteer_has_what_does_not_change(folder: Path, village_economy: Economy) -> None:
    columns: dict[str, object] = {
        "village": {"from": "村代码", "type": "text"},
        "county": {"from": "县代码", "type": "text"},
        "county_before": {"from": "原县代码", "type": "text"},
        "households": "户数（户）",
        "plain": "黄淮海平原",
        "latitude": "纬度",
        "longitude": "经度",
        "weight": "抽样权重",
    }
    table = read(folder, "village_gazetteer.csv", key=["village"], columns=columns)
    assert_same(table, village_economy.villages, ["village"])


def test_migration_is_wide(folder: Path, village_economy: Economy) -> None:
    columns = {"village": {"from": "村代码", "type": "text"}, "away": {"wide": "([0-9]{4})年外出人数"}}
    table = read(folder, "migration_wide.csv", key=["village", "year"], wide_into="year", columns=columns)
    assert_same(table, village_economy.panel, ["village", "year"])


def test_the_yearbook_is_a_year_ahead_and_has_the_codes_of_then(folder: Path, village_economy: Economy) -> None:
    table = read(
        folder,
        "county_yearbook.xlsx",
        key=["issue", "county"],
        header_row=3,
        header_height=2,
        fill_down=["province_name"],
        columns={
            "issue": "年份",
            "province_name": "省份",
            "county": {"pattern": "代码", "type": "text"},
            "county_name": {"pattern": "县"},
            "population": {"pattern": r"人口\(万人\)"},
            "output": {"pattern": r"生产总值\(万元\)"},
            "new_firms": {"pattern": "新登记"},
            "grain": {"pattern": "粮食"},
            "rural_income": {"pattern": r"人均可支配收入\(元\)"},
        },
    )
    shown = table.assign(year=table["issue"] - 1).drop(columns="issue")
    assert_same(shown, village_economy.observed_county_years, ["year", "county"])
    assert shown["rural_income"].isna().any()
    villages = village_economy.geography.villages
    assert set(shown.loc[shown["year"] == 2015, "county"]) == set(villages["county_before"])
    assert set(shown.loc[shown["year"] == 2016, "county"]) == set(villages["county"])


def test_proxies_are_read_back(folder: Path, village_economy: Economy) -> None:
    expected = village_economy.legacies.village_proxies
    columns: dict[str, object] = {"village": {"from": "villcode", "type": "text"}}
    columns |= dict.fromkeys(expected.columns[1:])
    table = read(folder, "village_legacy_proxies.sav", key=["village"], columns=columns)
    assert_same(table, expected, ["village"])
    assert expected.iloc[:, 1:].isna().any().all()


TO_SIMPLIFIED = dict(zip("莊灣東鄉鎮縣橋樓陳張馬劉龍嶺長", "庄湾东乡镇县桥楼陈张马刘龙岭长", strict=True))
ENDING = re.compile("(村民委员会|村委会|村)$")


def test_every_row_of_every_list_can_be_matched_by_its_names(folder: Path, village_economy: Economy) -> None:
    register = pd.read_csv(folder / "village_gazetteer.csv", dtype=str, encoding="utf-8-sig")
    codes = {(row.省, row.市, row.县[:-1], row.镇, ENDING.sub("", row.村)): row.村代码 for row in register.itertuples()}
    assert len(codes) == len(register)
    found: set[tuple[str, int]] = set()
    for file in LIST_FILES:
        table = pd.read_csv(folder / file.name, encoding="gb18030", dtype=str, keep_default_na=False)
        if file.total:
            assert table.iloc[-1, 0] == "合计"
            table = table.iloc[:-1]
        for _, row in table.iterrows():
            province, prefecture, county, town, village = (
                "".join(TO_SIMPLIFIED.get(character, character) for character in row[header]) for header in file.headers
            )
            year = int(row[file.year_header]) if file.year_header else file.years[0]
            name = (province.removesuffix("省") + "省", prefecture, county[:-1], town, ENDING.sub("", village))
            found.add((codes[name], year))
    on, years = village_economy.listing.on_list, village_economy.parameters.years
    absent = village_economy.parameters.absent_list
    villages = village_economy.villages["village"]
    expected = {
        (code, year) for position, year in enumerate(years) if year != absent for code in villages[on[:, position]]
    }
    assert found == expected
    assert on[:, years.index(absent)].any()


def test_lists_are_spelt_as_lists_are(economy: Economy, tmp_path: Path) -> None:
    write_lists(economy, tmp_path)
    text = {file.name: (tmp_path / file.name).read_bytes().decode("gb18030") for file in LIST_FILES}
    together = "".join(text.values())
    for quirk in ("村委会\n", "村民委员会\n", "鎮", "合计", "𣵦"):
        assert quirk in together
    assert len({contents.splitlines()[0] for contents in text.values()}) == len(text)
    assert not re.search("省", text["taobao_list_2017.csv"].split("\n", 1)[1])
    with pytest.raises(UnicodeDecodeError):
        (tmp_path / "taobao_list_2020_2022.csv").read_bytes().decode("gbk")


def test_county_proxies_and_prices_have_their_keys(folder: Path, village_economy: Economy) -> None:
    proxies = pd.read_csv(folder / "county_legacy_proxies.csv", dtype={"县代码": str})
    assert set(proxies["县代码"]) == set(village_economy.geography.villages["county_before"])
    prices = pd.read_csv(folder / "prices.csv", dtype={"省代码": str})
    assert not prices.duplicated(["省代码", "年份"]).any()
    stations = pd.read_csv(folder / "stations.csv", dtype=str)
    assert stations["开业年月"].str.fullmatch(r"201[5-9]-(0[1-9]|1[0-2])").all()
    assert stations["村代码"].is_unique


def test_places_are_geojson(folder: Path, village_economy: Economy) -> None:
    cities = json.loads((folder / "large_cities.geojson").read_text(encoding="utf-8"))
    assert len(cities["features"]) == len(village_economy.geography.cities)
    assert "SYNTHETIC" in cities["name"]
    for name, line in (
        ("river", village_economy.geography.river),
        ("river_old_bed", village_economy.geography.old_bed),
    ):
        assert read_lines(folder / f"{name}.geojson") == [line]


def test_binary_files_carry_no_time_of_writing(folder: Path) -> None:
    for name in ("village_form.dta", "household_survey.dta", "village_people.dta"):
        beginning = (folder / name).read_bytes()[:300]
        assert b"01 Jan 2023 00:00" in beginning
        assert b"SYNTHETIC" in beginning
    assert (folder / "village_legacy_proxies.sav").read_bytes()[92:109] == b"01 Jan 2300:00:00"
    with ZipFile(folder / "county_yearbook.xlsx") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2023, 1, 1, 0, 0, 0)}
        assert {entry.compress_type for entry in archive.infolist()} == {ZIP_STORED}
        core = archive.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2023-01-01T00:00:00Z"}
