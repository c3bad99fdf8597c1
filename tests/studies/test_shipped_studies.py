"""Every shipped study runs from raw files to a verdict of match."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pandas as pd
import pytest

from ruralpanel.panel.lists import EVENT_COLUMNS
from ruralpanel.reasons import read
from ruralpanel.sources.retrieval import MIRROR, absent_files, mirror_folders
from ruralpanel.study.paper_text import exhibits_of_appendix
from tests.conftest import ROOT, SHIPPED, shipped_study
from tests.crosscheck.r import require_r
from tests.report.latex.compiled import compiled, needs_latex
from tests.report.page_size import CHROMIUM, MOST_SCREENS, MOST_WORDS, screens, words_before_unfolding
from tests.studies.conftest import CASTLE, Checkout, Finished

pytestmark = pytest.mark.slow
STUDIES = [name for name in SHIPPED if name not in ("china_counties", "county_lights")]
"""Those left out put their panels together from several files, and tests of their own run them."""


def _grouped(name: str) -> pytest.MarkDecorator:
    """Let processes share out the studies, each of which all its tests look at."""
    return pytest.mark.xdist_group("castle" if name == CASTLE else name)


@pytest.fixture(scope="module", params=[pytest.param(name, marks=_grouped(name)) for name in STUDIES])
def finished(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, str]:
    mirror = os.environ.get(MIRROR)
    absent = absent_files(shipped_study(request.param).sources, ROOT, mirror_folders(mirror))
    if absent:
        pytest.skip(f"neither kept here nor in a mirror: {', '.join(absent)}")
    folder = tmp_path_factory.mktemp("checkout")
    if request.param == CASTLE:
        run: Finished = request.getfixturevalue("castle")
        checkout, said = run.checkout.copy(folder), run.said
    else:
        checkout = Checkout(folder)
        result = checkout.run(request.param)
        assert result.returncode == 0, result.stderr
        said = result.stderr
    assert "Verdict: MATCH." in said
    again = checkout.run(request.param)
    assert again.returncode == 0
    assert "Everything is up to date." in again.stderr
    return request.param, checkout.folder / "results" / request.param, said


def test_every_exhibit_is_made_in_every_form(finished: tuple[str, Path, str]) -> None:
    name, results, _ = finished
    for exhibit, declared in shipped_study(name).exhibits.items():
        endings = ("html", "tex", "docx", "csv") if declared.is_table else ("png", "pdf", "csv")
        for ending in endings:
            assert (results / "exhibits" / f"{exhibit}.{ending}").stat().st_size > 0


CROSSCHECKED = {
    "replications/castle": [],
    "taobao_villages": ["--block", "adoption", "stations", "neighbours", "spatial"],
}
"""The studies whose blocks, or some of whose blocks, are estimated in R too."""


def test_r_finds_what_is_estimated_here(finished: tuple[str, Path, str]) -> None:
    name, results, _ = finished
    if name not in CROSSCHECKED:
        pytest.skip("other studies have nothing that these have not")
    require_r()
    top = next(folder for folder in results.parents if folder.name == "results").parent
    done = Checkout.at(top).module("ruralpanel", "crosscheck", *CROSSCHECKED[name], "--config", f"study={name}")
    assert done.returncode == 0, done.stdout + done.stderr
    cells = pd.read_csv(results / "crosscheck/crosscheck.csv", keep_default_na=False)
    of_debian = cells[cells["form"] == "debian"]
    assert len(of_debian) > 60
    assert set(of_debian["status"]) == {"agrees"}
    if not CROSSCHECKED[name]:
        again = Checkout.at(top).run(name)
        assert again.returncode == 0, again.stderr
        assert f"{len(of_debian)} of {len(of_debian)} estimates agree" in again.stderr
        page = (results / "report/index.html").read_text(encoding="utf-8")
        assert "Also by R" in page and "Also by R" in (results / "verdict.html").read_text(encoding="utf-8")


def test_every_regression_can_be_walked_back_to_the_raw_rows(finished: tuple[str, Path, str]) -> None:
    name, results, _ = finished
    study = shipped_study(name)
    panel = pd.read_csv(results / "panel/panel.ledger.csv")
    base = pd.read_csv(results / "sources" / f"{study.base}.ledger.csv")
    if study.designation:
        dated = panel["treated_units"].iloc[-1]
        assert list(read(dated)) == list(study.designation)
    assert base["rows_out"].iloc[-1] == panel["rows_in"].iloc[0]
    assert (panel["rows_out"].iloc[:-1].to_numpy() == panel["rows_in"].iloc[1:].to_numpy()).all()
    for block in study.blocks:
        estimates = pd.read_csv(results / "estimates" / f"{block}.csv")
        for table, lines in pd.read_csv(results / "estimates" / f"{block}.ledger.csv").groupby("table"):
            assert lines["rows_in"].iloc[0] == panel["rows_out"].iloc[-1]
            assert not study.designation or lines["treated_units"].iloc[0] == dated
            assert (lines["rows_out"].iloc[:-1].to_numpy() == lines["rows_in"].iloc[1:].to_numpy()).all()
            _, specification, outcome, estimator = str(table).split("/")
            of_equation = estimates[
                (estimates["specification"] == specification)
                & (estimates["outcome"] == outcome)
                & (estimates["estimator"] == estimator)
            ]
            counted = of_equation.loc[of_equation["term"] != "cohort size", "observations"]
            total = counted.sum() if estimator in ("cohort_means", "group_means") else counted.iloc[0]
            if estimator == "local_projections":  # an average of changes has as many as are so far apart
                assert counted.max() <= lines["rows_out"].iloc[-1]
            else:
                assert total == lines["rows_out"].iloc[-1]


def test_what_yearly_lists_say_is_saved_whether_there_are_any_or_not(finished: tuple[str, Path, str]) -> None:
    name, results, _ = finished
    events = pd.read_csv(results / "panel/designation.csv")
    assert list(events.columns) == EVENT_COLUMNS
    assert events.empty != bool(shipped_study(name).lists)


def test_the_balance_counts_the_units_and_rows_of_the_panel(finished: tuple[str, Path, str]) -> None:
    name, results, _ = finished
    table = pd.read_csv(results / "panel/balance.csv", keep_default_na=False)
    last = pd.read_csv(results / "panel/panel.ledger.csv").iloc[-1]
    everybody = table[table["status"] == "all"].set_index("measure")["units"]
    assert (everybody["units"], everybody["observed"].sum()) == (last["units"], last["rows_out"])
    ever = table[(table["status"] == "ever") & (table["measure"] == "units")].set_index("designation")["units"]
    told = {designation: int(ever[designation]) for designation in shipped_study(name).designation}
    assert told == ({} if pd.isna(last["treated_units"]) else read(last["treated_units"]))


def test_simulated_exhibits_say_so_and_others_do_not(finished: tuple[str, Path, str]) -> None:
    name, results, _ = finished
    study = shipped_study(name)
    simulated = study.data_standing == "simulated"
    public = {exhibit for exhibit, each in study.exhibits.items() if each.standing(study) == "public"}
    texts = [
        path
        for path in (results / "exhibits").iterdir()
        if path.name.endswith((".html", ".tex", ".csv", ".caption.json"))
    ]
    for path in [*texts, results / "report/index.html", results / "verdict.html"]:
        said = "SIMULATED DATA" in path.read_text(encoding="utf-8")
        assert said == (simulated and path.name.split(".")[0] not in public), path.name


def test_the_page_is_short_before_anything_is_unfolded(finished: tuple[str, Path, str]) -> None:
    _, results, _ = finished
    page = results / "report/index.html"
    assert words_before_unfolding(page.read_text(encoding="utf-8")) < MOST_WORDS
    if CHROMIUM:
        assert screens(page) <= MOST_SCREENS


def test_the_page_answers_at_its_top(finished: tuple[str, Path, str]) -> None:
    name, results, _ = finished
    page = (results / "report/index.html").read_text(encoding="utf-8")
    answer = page[page.index('<h2 id="answer">') : page.index('<h2 id="exhibits">')]
    assert 'class="found"' in answer and 'href="#verdict">MATCH</a>' in answer
    assert ("the true effect is" in answer) == (name == "taobao_villages")


def test_no_printed_exhibit_has_the_name_of_a_column(finished: tuple[str, Path, str]) -> None:
    _, results, _ = finished
    found = {}
    for path in sorted((results / "exhibits").iterdir()):
        if path.suffix in (".html", ".tex", ".svg") or path.name.endswith(".caption.json"):
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".html":
                text = re.sub(r"<[^>]*>", " ", text)
            elif path.suffix == ".svg":  # letters are drawn, and what they say stands in comments
                text = " ".join(re.findall(r"<!--(.*?)-->", text, re.DOTALL))
            elif path.suffix == ".tex":  # a label is not printed
                text = re.sub(r"\\label\{[^}]*\}", "", text)
            names = re.findall(r"(?<![\w/.-])[^\W\d_]\w*_\w+(?![\w/])", text.replace("\\_", "_"))
            if names:
                found[path.name] = names
    assert not found


def test_a_paper_is_typeset_and_named_at_the_end(finished: tuple[str, Path, str]) -> None:
    name, results, shown = finished
    assert (results / "paper.pdf").read_bytes().startswith(b"%PDF")
    assert f"{results.name}/paper.pdf" in shown
    assert (results / "appendix.pdf").is_file() == bool(exhibits_of_appendix(shipped_study(name), ROOT))


@needs_latex
def test_the_latex_project_of_a_study_is_compiled_with_all_its_tables(finished: tuple[str, Path, str]) -> None:
    name, results, _ = finished
    made = Checkout.at(results.parents[len(Path(name).parts)]).run(name, "latex")
    assert made.returncode == 0, made.stderr
    log = compiled(results / "latex")
    assert "undefined" not in log
    read = [path.name for path in (results / "latex/tables").iterdir()]
    assert sorted(read) == sorted(path.name for path in (results / "exhibits").glob("*.tex"))
    unbroken = log.replace("\n", "")  # TeX ends a line after 79 characters
    for table in read:
        assert f"tables/{table}" in unbroken


def test_progress_counts_every_job(finished: tuple[str, Path, str]) -> None:
    _, _, shown = finished
    assert re.search(r"\[ *1/\d+\]", shown)
    assert "verification verdict" in " ".join(shown.split())
    assert "Traceback" not in shown


def test_jobs_leave_a_log_and_a_benchmark(finished: tuple[str, Path, str]) -> None:
    _, results, _ = finished
    logs = {path.relative_to(results / "logs").with_suffix("") for path in (results / "logs").rglob("*.log")}
    benchmarks = {
        path.relative_to(results / "benchmarks").with_suffix("") for path in (results / "benchmarks").rglob("*.tsv")
    }
    assert logs == benchmarks
    assert len(logs) >= 8
