"""The study of real counties: what it must hold of the censuses and lists, where its files are at hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import shipped_study
from tests.docs.marks import wrong_numbers, wrong_statuses
from tests.report.page_size import CHROMIUM, MOST_SCREENS, MOST_WORDS, screens, words_before_unfolding
from tests.studies.public_studies import run_from_mirror

NAME = "china_counties"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    says = "Verdict: nothing is published for this study yet"
    return run_from_mirror(NAME, tmp_path_factory.mktemp("checkout"), says)


@pytest.mark.slow
def test_at_least_2500_counties_are_seen_in_both_censuses_and_compared(results: Path) -> None:
    panel = pd.read_parquet(results / "panel/panel.parquet")
    assert sorted(panel["year"].unique()) == [2010, 2020]
    assert (panel.groupby("county")["year"].nunique() == 2).sum() >= 2_500
    main = pd.read_csv(results / "estimates/changes.csv").iloc[0]
    assert (main["outcome"], main["term"]) == ("residents", "taobao_2016_intensity")
    assert main["units"] >= 2_500
    assert main["observations"] == 2 * main["units"]


@pytest.mark.slow
def test_of_the_1311_villages_listed_in_2016_at_least_1295_have_a_county(results: Path) -> None:
    names = pd.read_csv(results / "tables/listed_places.names.csv", dtype={"code": str})
    of_2016 = names[names["list_year"] == 2016]
    assert (
        of_2016["rows"].sum() == 1_312
    )  # the official 1,311 and one of a province that is not among the official ones
    assert of_2016.loc[of_2016["code"].notna(), "rows"].sum() >= 1_295
    assert names.loc[names["code"].isna(), "reason"].notna().all()
    placed = pd.read_parquet(results / "tables/listed_villages.parquet")
    assert placed["listed_2016"].sum() == of_2016.loc[of_2016["code"].notna(), "rows"].sum()
    page = (results / "report/index.html").read_text(encoding="utf-8")
    assert all(reason.split(",")[0] in page for reason in names.loc[names["code"].isna(), "reason"])


@pytest.mark.slow
def test_residents_add_up_to_those_of_the_country(results: Path) -> None:
    totals = pd.read_csv(results / "tables/census.totals.csv").set_index("value")
    assert totals["published"].to_dict() == {2010: 1_332_810_869, 2020: 1_409_778_724}
    assert totals["share"].abs().max() < 0.005
    assert (totals["difference"] < 0).all()  # rows are left out, and none is counted twice


@pytest.mark.slow
def test_the_map_is_drawn_on_outlines_of_provinces_and_says_what_they_are(results: Path) -> None:
    drawn = pd.read_csv(results / "exhibits/map.csv")
    outlines = drawn[drawn["layer"] == "outline"]
    assert outlines["line"].nunique() >= 31  # at least one border for each province of the mainland
    units = drawn[drawn["layer"] == "unit"]
    for name in ("longitude", "latitude"):  # counties lie within the provinces that they are drawn on
        assert units[name].between(outlines[name].min() - 0.5, outlines[name].max() + 0.5).all()
    page = (results / "report/index.html").read_text(encoding="utf-8")
    assert "express no opinion on the status of any territory" in page
    assert "Outlines of the provinces of mainland China" in page


@pytest.mark.slow
def test_two_censuses_have_one_comparison_measured_from_the_first(results: Path) -> None:
    estimates = pd.read_csv(results / "estimates/two_periods.csv")
    of_events = estimates[(estimates["estimator"] == "event_study") & estimates["event_time"].notna()]
    of_events = of_events.set_index("event_time")
    plain = pd.read_csv(results / "estimates/checks.csv").set_index("specification").loc["any"]
    assert of_events.loc[-10, "estimate"] == 0.0
    assert of_events.loc[0, "estimate"] == pytest.approx(plain["estimate"], rel=1e-9)
    assert of_events.loc[0, "standard_error"] == pytest.approx(plain["standard_error"], rel=1e-9)
    between = of_events.drop([-10, 0])
    assert between["estimate"].isna().all()
    assert (between["reason"] != "").all()
    page = (results / "report/index.html").read_text(encoding="utf-8")
    assert "No incomes." in page


def test_what_may_not_be_passed_on_is_neither_shipped_nor_said_to_be() -> None:
    sources = shipped_study(NAME).sources
    kept_back = {name for name, source in sources.items() if not source.redistributable}
    assert kept_back == {"list_2014", "list_2015", "list_2016", "coordinates"}
    assert all(sources[name].path is None for name in kept_back)


@pytest.mark.slow
def test_pages_tell_what_the_run_finds(results: Path) -> None:
    assert wrong_numbers(NAME, results) == []
    assert wrong_statuses(NAME, results) == []


@pytest.mark.slow
def test_the_page_is_short_before_anything_is_unfolded(results: Path) -> None:
    page = results / "report/index.html"
    assert words_before_unfolding(page.read_text(encoding="utf-8")) < MOST_WORDS
    if CHROMIUM:
        assert screens(page) <= MOST_SCREENS
