from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from urllib.parse import unquote

import pandas as pd
import pytest

from ruralpanel.frames.ledger import LedgerLine, ledger_frame
from ruralpanel.panel.lists import no_events
from ruralpanel.report.page import write_page
from ruralpanel.report.sample import event_counts, ledger_parts
from ruralpanel.study.legacies import Legacy
from ruralpanel.study.sources import Source
from tests.report.made_page import EVENTS, default_study, made_contents


@pytest.fixture(scope="module")
def page(made_panel: pd.DataFrame) -> str:
    return write_page(made_contents(made_panel, default_study()))


def test_the_page_needs_nothing_outside_itself(page: str) -> None:
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page)
    assert "<script src" not in page
    assert "default-src 'none'" in page


def test_the_page_shows_ledger_sources_and_standing(page: str) -> None:
    assert "1,320" in page
    assert "too &lt;late&gt;" in page
    assert "Annual village form" in page
    assert "SIMULATED DATA" in page
    assert "nothing is published" in page


def test_the_ledger_counts_treated_units_once_designation_is_dated(page: str) -> None:
    assert "<td>listed: 30</td><td>too &lt;late&gt;</td>" in page
    assert page.count("<td>listed: 30</td>") == 1
    lines = ledger_frame([LedgerLine("panel", "panel", "keep", 2, 2, 2, 1, "", {"taobao_village": 1498, "other": 3})])
    (part,) = ledger_parts(lines, {"taobao_village": "Taobao Village"})
    assert part["lines"][0]["treated"] == "Taobao Village: 1,498; other: 3"
    (without,) = ledger_parts(lines.assign(treated_units=None), {})
    assert not without["treated"]


@pytest.mark.slow
def test_a_retrieved_source_shows_its_address_and_hash(panel: pd.DataFrame) -> None:
    address = "https://example.org/survey.csv?one&two"
    study = default_study()
    changed = study.sources["gazetteer"].model_dump(by_alias=True, exclude={"path"})
    survey = Source.model_validate(changed | {"retrieve": {"address": address, "sha256": "0a" * 32}})
    study = study.model_copy(update={"sources": study.sources | {"gazetteer": survey}})
    page = write_page(
        made_contents(panel, study, provenance={name: {"rows": 5, "sha256": "0a" * 32} for name in study.sources})
    )
    assert "<code>survey.csv from https://example.org/survey.csv?one&amp;two</code>" in page
    assert "0a" * 32 in page


def test_the_page_has_a_codebook_and_missing_values(page: str) -> None:
    assert "The x" in page
    assert "Codebook: 10 columns" in page
    assert "Attrition and missing outcomes by cohort" in page


def test_the_page_says_who_is_observed_when(page: str) -> None:
    assert "Balance: who is observed when" in page
    assert '<th scope="row">2000 to 2007</th><td class="number">40</td><td class="number">100.0%</td>' in page
    assert '<a href="../panel/balance.csv">' in page


def test_sources_keep_their_order(page: str) -> None:
    first, second = (page.index(title) for title in ("Annual village form", "Village gazetteer"))
    assert first < second


def test_events_of_yearly_lists_are_counted_by_kind_and_year() -> None:
    counted = event_counts(EVENTS, {"taobao_village": "Taobao Village"})
    assert counted is not None
    assert counted["years"] == [2017, 2019]
    assert [(row["designation"], row["event"], row["counts"], row["total"]) for row in counted["rows"]] == [
        ("Taobao Village", "first listing", ["1", "2"], "3"),
        ("Taobao Village", "uncertain onset", ["", "1"], "1"),
        ("Taobao Village", "exit", ["", "1"], "1"),
    ]


def test_the_page_counts_designation_and_links_to_its_units(page: str) -> None:
    assert "Designation: entries, exits and doubts" in page
    assert '<a href="../panel/designation.csv">' in page


@pytest.mark.slow
def test_the_page_shows_capacities_with_their_proxies(panel: pd.DataFrame) -> None:
    study = default_study()
    proxies = {
        "first": {"sign": "positive", "vintage": 1950, "level": "county"},
        "second": {"sign": "negative", "vintage": 1},
    }
    declared = {
        "cohesion": {"label": "Cohesion", "proxies": proxies},
        "works": {"index": "mean", "proxies": {"second": {"sign": "positive", "vintage": 1}}},
    }
    kinship = Legacy.model_validate({"label": "Kinship & place", "capacities": declared})
    study = study.model_copy(update={"legacies": {"kinship": kinship}})
    panel = panel.assign(first=panel["county"] % 7, second=panel["village"] % 3)
    shown = write_page(made_contents(panel, study))
    assert "Capacities: 2, and the proxies that measure them" in shown
    assert '<strong>Cohesion</strong><br><span class="meta">Kinship &amp; place</span>' in shown
    assert "inverse-covariance weighted index, alpha " in shown
    assert "positive, 1950, by County" in shown
    assert "<strong>works</strong>" in shown
    assert "Correlations between capacities" in shown
    assert '<a href="../panel/legacies.csv">' in shown


def test_a_study_without_legacies_has_no_table_of_them(page: str) -> None:
    assert "capacities.csv" not in page


@pytest.mark.slow
def test_a_study_without_lists_has_no_table_of_them(panel: pd.DataFrame) -> None:
    assert event_counts(no_events(), {}) is None
    assert "entries, exits and doubts" not in write_page(made_contents(panel, default_study(), no_events()))


@pytest.mark.slow
def test_limits_totals_and_names_have_headings_of_their_own_where_there_are_any(page: str, panel: pd.DataFrame) -> None:
    for heading in ("limits", "totals", "names"):
        assert f'<h2 id="{heading}">' not in page
        assert f'href="#{heading}"' not in page
    study = default_study().model_copy(update={"limitations": ["Two periods & no trend."]})
    limited = write_page(made_contents(panel, study))
    assert '<h2 id="limits">Limits</h2>' in limited
    assert "<li>Two periods &amp; no trend.</li>" in limited
    assert 'href="#limits"' in limited


def test_the_page_begins_with_the_claims(page: str) -> None:
    assert page.index("What became of the claims") < page.index("Tables and figures</h2>")
    assert "2 claims: 1 fragile, 1 undecided." in page
    assert "Listing raises &lt;income&gt;." in page
    assert "The data are simulated: this shows what such data could tell" in page


@pytest.mark.slow
def test_a_study_without_claims_begins_with_its_verdict(panel: pd.DataFrame) -> None:
    contents = made_contents(panel, default_study())
    shown = write_page(made_contents(panel, default_study(), claims=contents.claims.head(0)))
    assert "What became of the claims" not in shown
    assert shown.index("nothing is published") < shown.index("Tables and figures</h2>")


@pytest.mark.slow
def test_raw_files_that_have_changed_are_listed_by_the_verdict(page: str, panel: pd.DataFrame) -> None:
    words = "The raw file a.csv is not the one these numbers were published from"
    assert words not in page
    shown = write_page(replace(made_contents(panel, default_study()), changed=[f"{words} (sha256 1 & 2)."]))
    assert f"<li>{words} (sha256 1 &amp; 2).</li>" in shown


def test_every_number_in_a_table_and_every_claim_leads_to_a_row_of_the_estimates(page: str) -> None:
    links = {unquote(unescape(each)) for each in re.findall(r'href="#(estimate-[^"]+)"', page)}
    places = re.findall(r'<tr id="(estimate-[^"]+)"', page)
    assert "estimate-made/main/income/two_way_fixed_effects/listed" in links
    assert links <= {unescape(each) for each in places}
    assert len(places) == len(set(places))
    assert re.search(
        r'<td data-address="made/main/income/two_way_fixed_effects/listed"><a href="[^"]+">320</a></td>', page
    )


def test_all_links_within_the_page_have_a_target(page: str) -> None:
    ids = {unescape(each) for each in re.findall(r'\bid="([^"]+)"', page)}
    links = {unquote(unescape(each)) for each in re.findall(r'href="#([^"]+)"', page)}
    assert links <= ids


def test_traces_are_one_for_each_row_of_the_estimates_in_their_order(page: str) -> None:
    found = re.search(r'<script type="application/json" id="traces">(.*?)</script>', page)
    assert found is not None
    traces = json.loads(found[1])
    places = [unescape(each) for each in re.findall(r'<tr id="estimate-([^"]+)"', page)]
    assert [row[0].replace(" ", "+") for row in traces["rows"]] == places
    first = traces["equations"][traces["rows"][0][1]]
    assert first["module"] == "src/ruralpanel/estimation/two_way_fixed_effects.py"
    assert first["code"] == "0123456789abcdef"
    assert first["declared"] == "blocks.made"
    assert [step[0] for step in first["steps"]][-1] == "estimated"
    titles = [traces["sources"][position][0] for position in first["sources"]]
    assert "Annual village form" in titles
    assert "Large cities" not in titles
