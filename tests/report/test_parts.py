from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pandas as pd

from ruralpanel.frames.ledger import LedgerLine, ledger_frame
from ruralpanel.reasons import because, written
from ruralpanel.report.exhibits import traced
from ruralpanel.report.flow import flow_picture
from ruralpanel.report.run_times import read_run_times, run_time_rows, run_time_total
from ruralpanel.report.sample import ledger_parts
from ruralpanel.report.sensitivity import MOST, sensitivity_tables
from ruralpanel.study.sensitivity import ANALYSES, HonestDid
from ruralpanel.words.estimates import OutcomeWords
from ruralpanel.words.sensitivity import FOUND
from tests.report.made_page import default_study

SVG = "{http://www.w3.org/2000/svg}"
HEAD = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"


def lines() -> pd.DataFrame:
    return ledger_frame(
        [
            LedgerLine("sources", "list_2016", "read", 85, 85, None, None, ""),
            LedgerLine("sources", "list_2016", "set aside", 85, 84, None, None, "a total"),
            LedgerLine("panel", "panel", "base", 30000, 30000, 2000, 15, ""),
            LedgerLine("estimation", "made/main/income/event_study", "estimated", 30000, 25000, 2000, 15, ""),
            LedgerLine("estimation", "made/main/income/two_way_fixed_effects", "x", 30000, 27725, 2000, 15, ""),
        ]
    )


def test_the_flow_has_a_box_for_everything_with_its_rows() -> None:
    study = default_study()
    drawn = ElementTree.fromstring(flow_picture(study, lines()))
    texts = [each.text for each in drawn.iter(f"{SVG}text")]
    assert len(list(drawn.iter(f"{SVG}rect"))) == len(study.sources) + len(study.tables) + 1 + len(study.blocks)
    assert "85 → 84 rows" in texts
    assert "30,000 rows, 2,000 units" in texts
    assert "2 equations, 25,000–27,725 rows" in texts
    links = {each.attrib["href"] for each in drawn.iter(f"{SVG}a")}
    places = {f"#{part['id']}" for part in ledger_parts(lines(), {})}
    assert links <= places | {"#sample"}


def test_the_flow_joins_what_is_read_to_what_reads_it() -> None:
    study = default_study()
    drawn = ElementTree.fromstring(flow_picture(study, lines()))
    read_by_tables = sum(len(table.reads) for table in study.tables.values())
    expected = read_by_tables + len(study.read_by_panel) + len(study.blocks)
    assert len(list(drawn.iter(f"{SVG}path"))) == expected


def test_numbers_with_an_address_become_links_and_others_stay() -> None:
    html = '<td data-address="a/b&amp;c d">1.0</td><td>Yes</td><td class="words" data-address="x">long</td>'
    assert traced(html) == (
        '<td data-address="a/b&amp;c d"><a href="#estimate-a/b%26c+d">1.0</a></td><td>Yes</td>'
        '<td class="words" data-address="x"><a href="#estimate-x">long</a></td>'
    )


def test_run_times_are_those_of_jobs_that_the_study_has(tmp_path: Path) -> None:
    for path, row in {
        "build_panel.tsv": "5.5\t0:00:05\t600.5\t-\t-\t-\t0\t0\t90\t5.0",
        "read_source/a.tsv": "1.5\t0:00:01\t200\t-\t-\t-\t0\t0\t90\t1.0",
        "read_source/b.tsv": "2.5\t0:00:02\t-\t-\t-\t-\t0\t0\t90\t-",
        "read_source/gone.tsv": "99\t0:01:39\t1\t-\t-\t-\t0\t0\t90\t1",
        "write_page.tsv": "9\t0:00:09\t1\t-\t-\t-\t0\t0\t90\t1",
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(HEAD + row + "\n")
    times = read_run_times(tmp_path, {"a", "b"})
    assert times["rule"].tolist() == ["build_panel", "read_source", "read_source"]
    read = run_time_rows(times)[1]
    assert read == {
        "rule": "read source",
        "jobs": "2",
        "seconds": "4.0",
        "longest": "2.5 s, b",
        "cpu": "1.0",
        "memory": "200",
    }
    assert run_time_total(times) == {"jobs": "3", "seconds": "10", "memory": "600"}


def test_tables_of_sensitivity_are_shown_as_they_are_and_cut_where_long() -> None:
    frame = pd.DataFrame(
        {"sensitivity": ["pre_trends"] * 70, "block": ["b"] * 70, "bound": [-0.25] * 70, "empty": [""] * 70}
    )
    (table,) = sensitivity_tables({"pre_trends": frame})
    assert table["shared"] == "Block: b"
    assert table["rows"][0] == ["−0.25"]
    assert [head["text"] for head in table["heads"]] == ["Bound"]
    assert (table["cut"], len(table["rows"]), table["rows_in_all"]) == (True, MOST, "70")
    assert table["file"] == "pre_trends.csv"
    assert table["name"] == "Pre trends"


def test_a_table_of_sensitivity_says_what_it_finds_in_the_outcome_s_unit_and_what_is_true() -> None:
    study = default_study()
    asked = {"block": "dynamic", "kind": "honest_did"}
    study = study.model_copy(
        update={
            "sensitivity": {"bounds": HonestDid.model_validate(asked)},
        }
    )
    outcome = next(iter(study.outcomes))
    unit = OutcomeWords.of(study.outcomes[outcome]).effect_unit
    assert unit
    study = study.model_copy(update={"true_effects": {"listed": {outcome: "truth/income"}}})
    times = written(because("average_of_event_times", first=0, last=1))
    frame = pd.DataFrame(
        {
            "outcome": [outcome] * 3,
            "term": ["listed"] * 3,
            "event_times": [times] * 3,
            "quantity": [written(because(code)) for code in ("interval", "interval", "breakdown")],
            "under": [""] * 3,
            "value": [0.2, 0.2, 0.4],
            "interval_level": [0.95] * 3,
            "unit": [written(because(code)) for code in ("unit_of_outcome", "unit_of_outcome", "outcome_per_period")],
        }
    )
    facts = {"truth": {"income": {"average": 0.3, "by_event_time": {"0": 0.1, "1": 0.2, "2": 0.6}}}}
    (table,) = sensitivity_tables({"bounds": frame}, study, facts)
    assert table["name"] == "Effects if trends differ"
    assert table["rows"][0][-1] == unit
    assert table["rows"][2][-1] == f"{unit} per {study.panel.period}"
    assert "Level of intervals: 0.95" in table["shared"]
    assert table["shared"].endswith("True effect: 0.15")
    # Where one of the event times has no known effect, nothing is said.
    del facts["truth"]["income"]["by_event_time"]["1"]
    assert "True effect" not in sensitivity_tables({"bounds": frame}, study, facts)[0]["shared"]


def test_every_analysis_has_a_heading() -> None:
    assert FOUND.keys() == ANALYSES.keys()
