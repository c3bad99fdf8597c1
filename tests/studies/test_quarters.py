"""A study of quarters from raw file to page and verdict: a reader sees 2014Q3 everywhere, never what counts it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
import yaml

from ruralpanel.study.load import load_study
from tests.studies.conftest import Checkout
from tests.study.test_periods import SPELLINGS, START, as_written, villages

pytestmark = pytest.mark.slow

STUDY = {
    "study": "quarters",
    "title": "Villages by quarter",
    "authors": ["A. Scholar"],
    "seed": 1,
    "data_standing": "public",
    "sources": {
        "survey": {
            "path": "data/raw/quarters/survey.csv",
            "title": "Survey",
            "key": ["village", "when"],
            "columns": dict.fromkeys(["village", "when", "first", "income"]),
        }
    },
    "panel": {
        "unit": "village",
        "period": "when",
        "frequency": "quarter",
        "sample": [{"keep": 'when >= "2013Q4"', "reason": "all"}],
    },
    "designation": {"listed": {"cohort": "first", "never": ["从未"], "label": "Listed"}},
    "outcomes": {"income": {"label": "Income", "unit": "yuan"}},
    "blocks": {
        "main": {
            "outcomes": ["income"],
            "estimators": ["event_study", "callaway_santanna", "sun_abraham", "stacked"],
            "window": [-2, 2],
        },
        "means": {"outcomes": ["income"], "estimators": ["cohort_means"]},
    },
    "exhibits": {
        "data": {"kind": "source_table", "title": "Data"},
        "summary": {"kind": "summary_table", "title": "Before", "by": "listed", "groups": "cohort"},
        "table": {"kind": "regression_table", "title": "By cohort", "blocks": ["main"], "effects": "cohort"},
        "trends": {"kind": "trends_figure", "title": "Trends", "blocks": ["means"]},
        "heat": {"kind": "cohort_heatmap_figure", "title": "Cohorts", "blocks": ["main"]},
        "times": {"kind": "event_study_figure", "title": "Event times", "blocks": ["main"]},
        "missing": {"kind": "missingness_figure", "title": "Missing", "designation": "listed"},
    },
}


def test_a_reader_sees_quarters(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    (tmp_path / "data/raw/quarters").mkdir()
    table = as_written(villages(), SPELLINGS["quarters in Chinese"][1], "从未")
    table.to_csv(tmp_path / "data/raw/quarters/survey.csv", index=False)
    (tmp_path / "config/studies/quarters.yaml").write_text(yaml.safe_dump(STUDY, allow_unicode=True), encoding="utf-8")
    load_study("quarters", tmp_path)
    result = checkout.run("quarters", "--cores", "1")
    assert result.returncode == 0, result.stderr
    results = tmp_path / "results/quarters"
    ordinals = [str(START["quarter"] + at) for at in range(1, 11)]
    for path in [*results.rglob("*.csv"), *results.rglob("*.json"), *results.rglob("*.tex")]:
        text = path.read_text(encoding="utf-8")
        cells = {cell.strip() for line in text.splitlines() for cell in line.replace(":", ",").split(",")}
        assert not cells & {*ordinals, *(f"{each}.0" for each in ordinals)}, path
    estimates = pd.read_csv(results / "estimates/main.csv")
    assert set(estimates["cohort"].dropna()) == {"2014Q3", "2015Q1", "2015Q3"}
    assert "2015Q4" in set(estimates["period"].dropna())
    assert "First treated in,First treated in" in (results / "exhibits/summary.csv").read_text(encoding="utf-8")
    for name in ("trends", "heat"):
        assert "2014Q3" in (results / f"exhibits/{name}.svg").read_text(encoding="utf-8")
        assert json.loads((results / f"exhibits/{name}.caption.json").read_text(encoding="utf-8"))["title"]
    page = (results / "report/index.html").read_text(encoding="utf-8")
    assert "2013Q4" in page
    assert "cohort 2014Q3" in page
    assert "keep when &gt;= &#34;2013Q4&#34;" in page or "keep when &gt;= &quot;2013Q4&quot;" in page
    published = checkout.module("snakemake", "publish", "--cores", "1", "--config", "study=quarters")
    assert published.returncode == 0, published.stderr
    again = checkout.run("quarters", "--cores", "1")
    assert again.returncode == 0, again.stderr
    assert "Verdict: MATCH" in again.stderr + again.stdout
    assert "treated from 2014Q3" in (tmp_path / "results/published/quarters.csv").read_text(encoding="utf-8")
    told = checkout.module(
        "ruralpanel",
        "explain",
        "main/income/callaway_santanna/listed@cohort=2014-Q3@period=2015Q1@event_time=2",
        "--config",
        "study=quarters",
    )
    assert told.returncode == 0, told.stderr
    assert "2015Q1" in told.stdout
