"""Text files: gazetteer, codes, migration in wide form, county proxies, prices, stations; and places as GeoJSON."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ruralpanel.simulation.codes import crosswalk
from ruralpanel.simulation.economy import Economy
from ruralpanel.simulation.raw.writers import write_csv, write_geojson


def write_gazetteer(economy: Economy, folder: Path) -> None:
    """Write villages with their codes of today, names and parents, coordinates and sampling weights."""
    places = economy.geography.villages
    villages = economy.villages
    table = pd.DataFrame(
        {
            "村代码": places["village"],
            "省": places["province_name"],
            "市": places["prefecture_name"],
            "县": places["county_name"],
            "镇": places["town_name"],
            "村": places["village_name"] + "村民委员会",
            "县代码": places["county"],
            "原县代码": places["county_before"],
            "户籍人口（人）": economy.series["registered"][:, 0],
            "户数（户）": villages["households"],
            "黄淮海平原": places["plain"],
            "纬度": places["latitude"].map("{:.5f}".format),
            "经度": places["longitude"].map("{:.5f}".format),
            "抽样权重": villages["weight"].map("{:.2f}".format),
        }
    )
    write_csv(table, folder / "village_gazetteer.csv", encoding="utf-8-sig")


def write_codes(economy: Economy, folder: Path) -> None:
    """Write the table of codes and their changes."""
    table = crosswalk(economy.parameters, economy.geography.counties)
    write_csv(table, folder / "area_codes.csv", encoding="utf-8-sig")


def write_migration(economy: Economy, folder: Path) -> None:
    """Write persons away with a column for each year."""
    columns = {
        f"{year}年外出人数": economy.series["away"][:, position]
        for position, year in enumerate(economy.parameters.years)
    }
    write_csv(pd.DataFrame({"村代码": economy.villages["village"], **columns}), folder / "migration_wide.csv")


def write_county_proxies(economy: Economy, folder: Path) -> None:
    """Write what is left of legacies in counties, by their codes before the recode."""
    table = economy.legacies.county_proxies.rename(columns={"county_before": "县代码"})
    write_csv(table.sort_values("县代码"), folder / "county_legacy_proxies.csv")


def write_prices(economy: Economy, folder: Path) -> None:
    """Write consumer price indices by province."""
    headers = {"province": "省代码", "year": "年份", "cpi": "居民消费价格指数（上年=100）"}
    write_csv(economy.prices.rename(columns=headers), folder / "prices.csv")


def write_stations(economy: Economy, folder: Path) -> None:
    """Write the villages that have a Rural Taobao station with the month that it opened in."""
    stations = economy.stations
    has_one = stations.year > 0
    months = [
        f"{year}-{month:02d}" for year, month in zip(stations.year[has_one], stations.month[has_one], strict=True)
    ]
    table = pd.DataFrame({"村代码": economy.villages["village"][has_one].to_numpy(), "开业年月": months})
    write_csv(table, folder / "stations.csv")


def write_places(economy: Economy, folder: Path) -> None:
    """Write large cities as points, the river and its old bed as lines."""
    geography = economy.geography
    cities = [
        {
            "type": "Feature",
            "properties": {"name": each.city, "population_millions": each.population},
            "geometry": {"type": "Point", "coordinates": [each.longitude, each.latitude]},
        }
        for each in geography.cities.itertuples()
    ]
    write_geojson("large cities", cities, folder / "large_cities.geojson")
    for name, line in (("river", geography.river), ("river_old_bed", geography.old_bed)):
        feature = {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": {"type": "LineString", "coordinates": [list(point) for point in line]},
        }
        write_geojson(name.replace("_", " "), [feature], folder / f"{name}.geojson")
