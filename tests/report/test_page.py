from __future__ import annotations

import re
from functools import cache

import pandas as pd
import pytest

from ruralpanel.ledger import Ledger, LedgerLine, ledger_frame
from ruralpanel.panel.balance import balance
from ruralpanel.panel.codebook import codebook, missingness
from ruralpanel.panel.legacies.capacities import add_legacies
from ruralpanel.panel.lists import EVENT_COLUMNS, no_events
from ruralpanel.report.page import PageContents, ShownExhibit, event_counts, ledger_parts, write_page
from ruralpanel.study import Study, load_study
from ruralpanel.study.legacies import Legacy
from ruralpanel.study.panel import ColumnOrigin
from ruralpanel.study.sources import Source
from ruralpanel.verification.published import nothing_published
from ruralpanel.verification.verdict import judge
from tests.conftest import ROOT, equation

EVENTS = pd.DataFrame(
    [
        ("taobao_village", 1, 2017, "first listing", ""),
        ("taobao_village", 2, 2019, "first listing", ""),
        ("taobao_village", 2, 2019, "uncertain onset", ""),
        ("taobao_village", 3, 2019, "first listing", ""),
        ("taobao_village", 1, 2019, "exit", ""),
    ],
    columns=EVENT_COLUMNS,
)


@cache
def default_study() -> Study:
    """Give the default study without its legacies, of which the small panel here knows nothing."""
    return load_study("taobao_villages", ROOT).model_copy(update={"legacies": {}})


def render(
    panel: pd.DataFrame, study: Study, provenance: dict[str, dict[str, object]], events: pd.DataFrame = EVENTS
) -> str:
    from ruralpanel.estimation.block import estimate_block

    ledger = Ledger("panel", "panel", "village", "year", ["listed"])
    ledger.note("base survey", 1320, panel.drop(columns="listed_cohort"))
    measured = add_legacies(panel, study.legacies, [], "village", None, Ledger("panel", "panel"))
    ledger.note("keep year < 2010 & more", 1320, panel, "too <late>")
    return write_page(
        PageContents(
            name="taobao_villages",
            study=study,
            exhibits=[
                ShownExhibit("t", "Table 1", "Table 1. A", "", ["t.tex"], html="<table></table>"),
                ShownExhibit("f", "Figure 1", "Figure 1. B", "note", ["f.png"], png=b"\x89PNG"),
            ],
            ledgers=ledger.frame(),
            events=events,
            provenance=provenance,
            codebook=codebook(panel, {name: ColumnOrigin(origin="survey", label=f"The {name}") for name in panel}),
            missingness=missingness(panel, "village", "year", ["y"], ["listed"]),
            legacies=measured.measures,
            capacities=measured.correlations,
            balance=balance(panel, "village", "year", ["listed"]),
            verdict=judge(nothing_published(), estimate_block(panel, [equation()])[0]),
            lock="lock",
        )
    )


@pytest.fixture(scope="module")
def page(made_panel: pd.DataFrame) -> str:
    study = default_study()
    return render(made_panel, study, {name: {"rows": 5, "sha256": "abc"} for name in study.sources})


def test_the_page_needs_nothing_outside_itself(page: str) -> None:
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page)
    assert "<script" not in page


def test_the_page_shows_ledger_sources_and_standing(page: str) -> None:
    assert "1,320" in page
    assert "too &lt;late&gt;" in page
    assert "Annual village form" in page
    assert "SIMULATED DATA" in page
    assert "nothing is published" in page


def test_the_ledger_counts_treated_units_once_designation_is_dated(page: str) -> None:
    assert "<td>listed: 30</td><td>too &lt;late&gt;</td>" in page
    assert page.count("<td>listed: 30</td>") == 1
    lines = ledger_frame([LedgerLine("panel", "panel", "keep", 2, 2, 2, 1, "", "taobao_village: 1498; other: 3")])
    (part,) = ledger_parts(lines, {"taobao_village": "Taobao Village"})
    assert part["lines"][0]["treated"] == "Taobao Village: 1,498; other: 3"
    (without,) = ledger_parts(lines.assign(treated_units=None), {})
    assert not without["treated"]


def test_a_retrieved_source_shows_its_address_and_hash(panel: pd.DataFrame) -> None:
    address = "https://example.org/survey.csv?one&two"
    study = default_study()
    changed = study.sources["gazetteer"].model_dump(by_alias=True, exclude={"path"})
    survey = Source.model_validate(changed | {"retrieve": {"address": address, "sha256": "0a" * 32}})
    study = study.model_copy(update={"sources": study.sources | {"gazetteer": survey}})
    page = render(panel, study, {name: {"rows": 5, "sha256": "0a" * 32} for name in study.sources})
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
    shown = render(panel, study, {name: {"rows": 5, "sha256": "abc"} for name in study.sources})
    assert "Capacities: 2, and the proxies that measure them" in shown
    assert '<strong>Cohesion</strong><br><span class="meta">Kinship &amp; place</span>' in shown
    assert "inverse-covariance weighted index, alpha " in shown
    assert "positive, 1950, by County" in shown
    assert "<strong>works</strong>" in shown
    assert "Correlations between capacities" in shown
    assert '<a href="../panel/legacies.csv">' in shown


def test_a_study_without_legacies_has_no_table_of_them(page: str) -> None:
    assert "capacities.csv" not in page


def test_a_study_without_lists_has_no_table_of_them(panel: pd.DataFrame) -> None:
    assert event_counts(no_events(), {}) is None
    study = default_study()
    provenance: dict[str, dict[str, object]] = {name: {"rows": 5, "sha256": "abc"} for name in study.sources}
    assert "entries, exits and doubts" not in render(panel, study, provenance, no_events())


def test_limits_totals_and_names_have_headings_of_their_own_where_there_are_any(page: str, panel: pd.DataFrame) -> None:
    for heading in ("limits", "totals", "names"):
        assert f'<h2 id="{heading}">' not in page
        assert f'href="#{heading}"' not in page
    study = default_study().model_copy(update={"limitations": ["Two periods & no trend."]})
    limited = render(panel, study, {name: {"rows": 5, "sha256": "abc"} for name in study.sources})
    assert '<h2 id="limits">Limits</h2>' in limited
    assert "<li>Two periods &amp; no trend.</li>" in limited
    assert 'href="#limits"' in limited
