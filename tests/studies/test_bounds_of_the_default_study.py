"""A number of the default study that is off by its unit or its sign is found when its raw file is read."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest

from ruralpanel.sources.contracts import violations
from ruralpanel.sources.table import read_source
from tests.conftest import ROOT, shipped_study

pytestmark = pytest.mark.slow

FILES = (
    "village_form",
    "people",
    "gazetteer",
    "migration",
    "households",
    "yearbook",
    "village_proxies",
    "county_proxies",
)
STUDY = shipped_study("taobao_villages")


@cache
def table_of(source: str) -> pd.DataFrame:
    """Read a source, and keep some hundred of its rows: what is found of one is found of the next."""
    declared = STUDY.sources[source]
    corrections = ROOT / declared.corrections if declared.corrections else None
    table = read_source(source, declared, ROOT / str(declared.path), corrections).table
    return table.iloc[:: max(1, len(table) // 400)]


def numbers_in(source: str) -> list[str]:
    """Name the columns of numbers that are in cells; the periods of a wide file are in its headers."""
    return [name for name in table_of(source).select_dtypes("number") if name != STUDY.sources[source].wide_into]


def caught(source: str, column: str, factor: float) -> pd.Series:
    """Tell of every cell that the factor changes whether it would be found."""
    table = table_of(source)
    changed = table[column].notna() & (table[column] != 0)
    # Only the column itself is wrong, in each row taken by itself.
    spoilt = table.assign(**{column: table[column].astype("float64") * factor})
    found = set(violations(spoilt, STUDY.sources[source])["index"])
    return pd.Series(spoilt.index[changed].isin(found), index=spoilt.index[changed])


@pytest.mark.parametrize("source", FILES)
def test_every_number_ten_thousand_times_too_large_is_found(source: str) -> None:
    missed = {name: share for name in numbers_in(source) if (share := 1 - caught(source, name, 1e4).mean()) > 0}
    assert missed == {}


@pytest.mark.parametrize("source", FILES)
def test_every_negative_number_is_found(source: str) -> None:
    missed = {name: share for name in numbers_in(source) if (share := 1 - caught(source, name, -1).mean()) > 0}
    assert missed == {}


def test_a_county_in_persons_and_yuan_in_place_of_ten_thousands_is_found() -> None:
    for column in ("county_population", "county_output"):
        assert caught("yearbook", column, 1e4).all()
        assert caught("yearbook", column, 1e-4).all()


@pytest.mark.parametrize("column", ["business_income", "wage_income", "farm_income", "remittance_income", "income"])
def test_a_slipped_decimal_point_in_one_source_of_income_is_found_by_the_sum(column: str) -> None:
    assert caught("village_form", column, 10).mean() > 0.99
    assert caught("village_form", column, 0.1).mean() > 0.99
