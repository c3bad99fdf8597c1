"""What a study of a stranger's can and cannot do on the machine of whoever runs it: each row of the page is a test."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import time
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pandas as pd
import pytest

from ruralpanel.errors import DataError, PaperError, RetrievalError, StudyError
from ruralpanel.frames import time_limit
from ruralpanel.frames.geopackage import read_geopackage
from ruralpanel.frames.storage import load_table, save_table
from ruralpanel.installation import snakemake_command
from ruralpanel.monte_carlo.plan import load_plan
from ruralpanel.report.latex.markdown import as_latex_text
from ruralpanel.report.latex.project import escaped_works
from ruralpanel.report.paper.document import NO_LIBRARY
from ruralpanel.report.paper.markdown import as_typst
from ruralpanel.runs import odd_setting
from ruralpanel.sources import archives, arrow, contracts, values
from ruralpanel.sources.table import read_source
from ruralpanel.study.checks.outside import OUTSIDE
from ruralpanel.study.load import configured_study, find_study, load_study
from ruralpanel.study.paper_text import read_text
from ruralpanel.study.sources import Source
from ruralpanel.study.yaml_file import parse_yaml
from tests.archive.small_study import STUDY, write_small_study
from tests.conftest import ROOT

PAGE = ROOT / "docs/pages/how-to/strangers.md"

ROWS: list[str] = []

Test = TypeVar("Test", bound=Callable[..., None])


def row(text: str) -> Callable[[Test], Test]:
    """Say which row of the page a test is of."""
    ROWS.append(text)
    return lambda test: test


@pytest.fixture
def root(tmp_path: Path) -> Path:
    top = tmp_path / "checkout"
    top.mkdir()
    write_small_study(top)
    return top


def refused(root: Path, old: str, new: str) -> str:
    """Load the study with a change, and give what is said."""
    (root / "config/studies/small.yaml").write_text(STUDY.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(StudyError) as error:
        load_study("small", root)
    return str(error.value)


@row("name a raw file outside the checkout")
@pytest.mark.parametrize("path", ["{away}/survey.csv", "../away/survey.csv", "data/../../away/survey.csv"])
def test_raw_files_outside_are_read_only_where_it_is_said(
    root: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = root.parent / "away"
    away.mkdir()
    (root / "data/raw/small/restricted/survey.csv").rename(away / "survey.csv")
    change = "data/raw/small/restricted/survey.csv", path.format(away=away)
    assert f"set {OUTSIDE}={away}" in refused(root, *change)
    monkeypatch.setenv(OUTSIDE, str(root.parent / "elsewhere"))
    assert OUTSIDE in refused(root, *change)
    monkeypatch.setenv(OUTSIDE, str(away))
    load_study("small", root)


@row("name a text, a bibliography, facts or published numbers outside the checkout, or behind a link that leads there")
@pytest.mark.parametrize(
    "part",
    [
        "paper: {{ text: {away} }}",
        "paper: {{ text: config/papers/small.md, bibliography: ../secret }}",
        "paper: {{ text: config/linked.md }}",
        "facts: {{ secret: {away} }}",
        "published: ../secret",
    ],
)
def test_texts_outside_are_not_read(root: Path, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    away = root.parent / "secret"
    away.write_text("root:x:0:0 {{")
    (root / "config/linked.md").symlink_to(away)
    monkeypatch.setenv(OUTSIDE, str(root.parent))
    said = refused(root, "blocks:\n", part.format(away=away) + "\nblocks:\n")
    assert "lies outside the checkout, where no text or table of the author's is read" in said
    assert "root:x" not in said


@row("be called so that its results lie among those of others, or elsewhere")
@pytest.mark.parametrize("name", ["monte_carlo", "published", "a;b", "a b", "-rf", "power", "a\nb"])
def test_names_of_studies(root: Path, name: str) -> None:
    (root / "config/studies" / f"{name}.yaml").write_text(STUDY, encoding="utf-8")
    with pytest.raises(StudyError, match=r"results in results/|cannot be the name of a folder"):
        find_study(name, root)


@row("smuggle a command, a flag, a path or another setting into its name")
@pytest.mark.parametrize(
    "name",
    [
        *("small; touch x", "small\nx", "$(touch x)", "`touch x`", "small --forceall", "-n", "../small", "small\0", ""),
        *("../config/studies/small", "/etc/passwd", "/etc/passwd.yaml", "small.yaml\0", "村庄\u202eyaml", "x" * 5000),
        *(["small"], {"small": 1}, True, None),
    ],
)
def test_what_is_no_name_of_a_study_is_none(root: Path, name: object) -> None:
    with pytest.raises(StudyError) as error:
        find_study(name, root)
    assert len(str(error.value)) < 1000 and not set(str(error.value)) & {"\0", "\u202e"}


@pytest.mark.parametrize("plan", ["../config/studies/small", "/etc/passwd", "full; x", "full\0", ["full"], {"full": 1}])
def test_a_plan_is_one_that_is_there(plan: str) -> None:
    with pytest.raises(StudyError, match="there is no plan"):
        load_plan(plan, ROOT)


@pytest.mark.parametrize("setting", ["workdir=/tmp", "study.x=1", "configfile=x.yaml", "--forceall"])
def test_other_settings_are_refused(root: Path, setting: str) -> None:
    (root / "config/config.yaml").write_text("study: small\n", encoding="utf-8")
    with pytest.raises(StudyError, match="is not study=NAME"):
        configured_study(["study=small", setting], root)


@pytest.mark.parametrize(
    ("arguments", "odd"),
    [
        (["-n", "--config", "study=a", "allow_code=true", "-j1"], None),
        (["verify", "--config=study=a b; c"], None),
        (["--config"], ""),
        (["--config", "--forceall"], ""),
        (["--config", "study=a", "verify"], "verify"),
        (["-C", "study.x=1"], "study.x=1"),
        (["--config", "study=a", "--config", "=x"], "=x"),
    ],
)
def test_settings_are_keys_with_values(arguments: list[str], odd: str | None) -> None:
    assert odd_setting(arguments) == odd


@row("leave a module, or flags of Snakemake, where the program would take them for its own")
def test_modules_and_flags_of_a_folder_are_not_taken(tmp_path: Path) -> None:
    # That flags there do not allow code is in tests/studies/test_own_estimator.py.
    (tmp_path / "yaml.py").write_text("raise SystemExit('taken')")
    command = snakemake_command(tmp_path, "--version")
    assert command[1] == "-P" and "--workflow-profile" in command
    found = subprocess.run([*command[:2], "-c", "import yaml"], cwd=tmp_path, capture_output=True, check=False)
    assert found.returncode == 0
    assert 'environment["PYTHONSAFEPATH"] = "1"' in (ROOT / "run").read_text(encoding="utf-8")


@row("run code of its own")
def test_code_runs_only_where_it_is_allowed() -> None:
    # The run that refuses it, and the one that is allowed to, are in tests/studies/test_own_estimator.py.
    rules = (ROOT / "workflow/rules/common.smk").read_text(encoding="utf-8")
    assert 'overwrite_config.get("allow_code", "")' in rules and 'own and str(allowed).lower() != "true"' in rules


@row("use a tag of YAML to make an object")
def test_tags_make_nothing() -> None:
    with pytest.raises(StudyError, match="has the tag"):
        parse_yaml("study: !!python/object/apply:os.system ['true']\n", Path("small.yaml"))


@pytest.mark.slow
@row("be larger than any study, or multiply itself by aliases")
@pytest.mark.parametrize(
    "text",
    [
        "".join(f"key_{number}: 1\n" for number in range(200_000)),
        "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcdef", "bcdefg", strict=True)),
        "a: " + "[" * 5000,
    ],
    ids=["keys", "aliases", "depth"],
)
def test_large_files_are_refused_soon(text: str) -> None:
    with pytest.raises(StudyError):
        parse_yaml(text, Path("small.yaml"))


@row("compute a number that never ends")
def test_powers_of_powers_end() -> None:
    from ruralpanel.frames.expressions import evaluate_number

    expression = "x + " + "(" * 9 + "9" + "**10)" * 9
    values, note = evaluate_number(pd.DataFrame({"x": [1.0]}), expression)
    assert values.isna().all() and "not a finite number" in note


@pytest.mark.slow
@row("search with a regular expression that does not end")
def test_patterns_have_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_limit, "SECONDS", 0.2)
    monkeypatch.setattr(contracts, "PATIENCE", 0.2)
    path = tmp_path / "raw.csv"
    path.write_text(f"v,{'a' * 60}!\n1,{'a' * 60}!\n2,x\n")
    declared = {"path": str(path), "key": ["v"], "columns": {"v": None, "y": {"pattern": "(a+)+$"}}}
    with pytest.raises(DataError, match="repetition inside a repetition"):
        read_source("raw", Source.model_validate(declared), path)


@pytest.mark.slow
def test_rewriting_has_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "PATIENCE", 0.2)
    path = tmp_path / "raw.csv"
    path.write_text(f"v,y\n1,{'a' * 60}!\n2,x\n")
    declared = {
        "path": str(path),
        "key": ["v"],
        "columns": {"v": None, "y": {"type": "text", "rewrite": {"(a+)+$": "b"}}},
    }
    with pytest.raises(DataError, match=r"`rewrite` takes more than 0\.2 seconds"):
        read_source("raw", Source.model_validate(declared), path)


@row("hold an archive or a workbook that unpacks without end")
@pytest.mark.parametrize("name", ["data.csv.zip", "data.xlsx"])
def test_bombs_are_not_unpacked(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGE", 1 << 20)
    path = tmp_path / name
    inside = "data.csv" if name.endswith("zip") else "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(inside, b"0" * (8 << 20))
    source = Source.model_validate({"path": str(path), "key": ["v"], "columns": {"v": None}})
    with pytest.raises(DataError, match="would unpack to 8,388,608"):
        read_source("raw", source, path)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["gzip", "bz2", "lzma"])
def test_packed_files_of_r_are_not_unpacked_without_end(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib

    monkeypatch.setattr(archives, "LARGE", 1 << 20)
    module, path = importlib.import_module(kind), tmp_path / "data.rds"
    path.write_bytes(module.compress(b"RDX") + module.compress(b"0" * (8 << 20)))  # the second part is the large one
    source = Source.model_validate({"path": str(path), "key": ["v"], "columns": {"v": None}})
    with pytest.raises(DataError, match="would unpack to more than 1,"):
        read_source("raw", source, path)


def test_a_parquet_file_of_one_value_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow, "LARGE", 1 << 16)
    monkeypatch.setattr(arrow, "DENSEST", 10)
    path = tmp_path / "data.parquet"
    pd.DataFrame({"v": [1] * 50_000}).to_parquet(path)
    source = Source.model_validate({"path": str(path), "key": ["v"], "columns": {"v": None}})
    with pytest.raises(DataError, match="says that it has 50,000 rows"):
        read_source("raw", source, path)


FILLED = '<table:table-cell office:value-type="string"{more}><text:p>v{inner}</text:p></table:table-cell>'


@row("have a sheet with cells that stand far away, or that are said a million times")
@pytest.mark.parametrize(
    ("row_more", "more", "inner"),
    [
        (' table:number-rows-repeated="900000000"', "", ""),
        ("", ' table:number-columns-repeated="900000000"', ""),
        ("", "", '<text:s text:c="4000000000"/>'),
    ],
)
def test_sheets_are_not_repeated_without_end(tmp_path: Path, row_more: str, more: str, inner: str) -> None:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    cells = FILLED.format(more=more, inner=inner)
    contents = f"<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name='S'>"
    contents += f"<table:table-row{row_more}>{cells}</table:table-row></table:table></office:spreadsheet></office:body>"
    with zipfile.ZipFile(path := tmp_path / "data.ods", "w") as archive:
        archive.writestr("content.xml", f"{contents}</office:document-content>")
    source = Source.model_validate({"path": str(path), "key": ["v"], "columns": {"v": None}})
    with pytest.raises(DataError, match="its cells reach over"):
        read_source("raw", source, path)


def test_a_cell_far_away_is_named(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book["Sheet"].append(["v"])
    book["Sheet"].cell(1_048_576, 16_384).value = 1
    book.save(path := tmp_path / "data.xlsx")
    source = Source.model_validate({"path": str(path), "key": ["v"], "columns": {"v": None}})
    with pytest.raises(DataError, match="over 1,048,576 rows and 16,384 columns"):
        read_source("raw", source, path)


@row("hold a query in the place of a layer of a GeoPackage, or triggers")
@pytest.mark.parametrize("name", ["places", "gpkg_contents"])
def test_queries_of_a_geopackage_are_not_run(tmp_path: Path, name: str) -> None:
    endless = "WITH RECURSIVE n(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n) SELECT"
    tables = {
        "gpkg_geometry_columns": "CREATE TABLE gpkg_geometry_columns AS "
        "SELECT 'places' table_name, 'g' column_name, 1 srs_id",
        "gpkg_spatial_ref_sys": "CREATE TABLE gpkg_spatial_ref_sys AS "
        "SELECT 1 srs_id, 'EPSG' organization, 4326 organization_coordsys_id, 'x' srs_name",
        "gpkg_contents": "CREATE TABLE gpkg_contents AS SELECT 'places' table_name, 'features' data_type",
        "places": "CREATE TABLE places AS SELECT 1 fid, NULL g, 'a' village",
    }
    columns = {"places": "a fid, NULL g, 'a' village", "gpkg_contents": "'places' table_name, 'features' data_type"}
    tables[name] = f"CREATE VIEW {name} AS {endless} {columns[name]} FROM n"
    with closing(sqlite3.connect(path := tmp_path / "data.gpkg")) as database:
        for each in tables.values():
            database.execute(each)
        database.commit()
    with pytest.raises(ValueError, match=f"has '{name}' as a query and not as a table"):
        read_geopackage(path)


@pytest.mark.slow
@row("retrieve a file from a server that sends without end, or a byte a second")
@pytest.mark.parametrize("kind", ["endless", "slow"])
def test_servers_are_given_up(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    from ruralpanel.sources import retrieval

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"0" * (1 << 16 if kind == "endless" else 1))
                    if kind == "slow":
                        time.sleep(0.05)
            except ConnectionError:
                return

        def log_message(self, *_: object) -> None:
            return

    monkeypatch.setattr(retrieval, "SILENCE", 0.3)
    monkeypatch.setattr(retrieval, "LARGEST", 1 << 20)
    monkeypatch.setattr(retrieval, "PAUSES", (0.0,))
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/data.csv"
        declared = {"retrieve": {"address": address, "sha256": "0" * 64}, "key": ["v"], "columns": {"v": None}}
        source = Source.model_validate(declared)
        said = "sends more than 1,048,576 bytes" if kind == "endless" else "the server sent .* bytes in"
        with pytest.raises(RetrievalError, match=said):
            retrieval.retrieve("raw", source, tmp_path / "data.csv", pause=lambda _: None)
        server.shutdown()


@row("have a server send on to a file, to the machine itself or to its network")
@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://localhost:{port}/data.csv"])
def test_servers_do_not_send_on_to_the_machine(to: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    from ruralpanel.sources import retrieval

    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers["Host"])
            self.send_response(302)
            self.send_header("Location", to.format(port=server.server_port))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    monkeypatch.setattr(retrieval, "PAUSES", (0.0,))
    monkeypatch.setattr(retrieval, "is_inside", lambda host: host == "localhost")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/data.csv"
        declared = {"retrieve": {"address": address, "sha256": "0" * 64}, "key": ["v"], "columns": {"v": None}}
        with pytest.raises(RetrievalError, match=r"sends on to|the server answered 302"):
            retrieval.retrieve("raw", Source.model_validate(declared), tmp_path / "data.csv", pause=lambda _: None)
        server.shutdown()
    assert asked == [f"127.0.0.1:{server.server_port}"]


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("169.254.169.254", True),
        ("10.1.2.3", True),
        ("::1", True),
        ("8.8.8.8", False),
    ],
)
def test_what_lies_within_the_machine_or_its_network(host: str, inside: bool) -> None:
    from ruralpanel.sources.retrieval import is_inside

    assert is_inside(host) == inside


@row("put a program into mathematics")
@pytest.mark.parametrize("text", ["$#range(10000000000)$", '$ x /* " */ #read("a") /* " */ $', "$\\\\#read(1)$"])
def test_mathematics_hold_no_programs(text: str) -> None:
    (reference,) = read_text(text).references
    assert reference.fault is not None and "begins a program" in reference.fault[0]


@pytest.mark.parametrize("text", ['$std.eval("1")$', '$x_std.read("a")$', '$ x /* " */ 2std.eval("1") /* " */ $'])
def test_mathematics_do_not_lead_to_the_library(text: str) -> None:
    import typst

    (reference,) = read_text(text).references
    assert reference.fault is not None and "`std.` leads to" in reference.fault[0]
    with pytest.raises(typst.TypstError, match="none"):
        typst.compile(f"{NO_LIBRARY}\n{text}".encode())


def test_words_in_mathematics_are_no_library() -> None:
    assert not read_text('$ sigma_"std" $').references[0].fault


@row("put mathematics or a reference into code or an address, to be run there")
@pytest.mark.parametrize(
    "text",
    ['    $", panic(1), "$', '[a](http://b.c/$",panic(1),"$)', '`a\n$", panic(1), "$`', "~~~\n@work {{ x }}\n~~~"],
)
def test_code_and_addresses_refer_to_nothing(text: str) -> None:
    read = read_text(text)
    assert "\ue000" not in as_typst(read.marked, read.written) + as_latex_text(read.marked, read.written)
    shown = re.sub(r"[\s`~]|^\[a\]\(|\)$", "", text).replace('"', '\\"')
    assert re.sub(r"\s|\\n", "", shown) in re.sub(r"\s|\\n", "", as_typst(read.marked, read.written))


@row("put commands of LaTeX into its bibliography")
@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (r"title = {\input{/etc/passwd} \'a \emph{b}},", r"title = {input{/etc/passwd} \'a \emph{b}},"),
        (r"url = {\immediate\write18{x}},", "url = {immediatewrite18{x}},"),
        (r"@preamble{\"\INPUT x\"}", r"@preamble{\"INPUT x\"}"),
        ("title = {^^5cinput}", r"title = {\^{}^5cinput}"),
        (r'title = "\" # "input x"', r'title = "\" \# "input x"'),
    ],
)
def test_bibliographies_hold_no_commands(work: str, expected: str) -> None:
    assert escaped_works(work) == expected


def test_a_text_nested_too_deeply_is_refused() -> None:
    with pytest.raises(PaperError, match="too many to be read"):
        as_typst("- " * 2000 + "x")


def test_a_sign_in_mathematics_is_no_program() -> None:
    assert not read_text(r"$ \# x $").references[0].fault


@row("put a link to a script or a file into the paper")
@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "JAVASCRIPT:x", "data:text/html,x"])
def test_links_lead_to_pages_alone(address: str) -> None:
    assert as_typst(f"[there]({address})").strip() == "there"


@row("have code that is shown be typeset as anything else")
def test_fenced_code_is_code() -> None:
    written = as_typst("Before.\n```python\n# no heading\n- no list\n```\nAfter.").strip()
    assert written == 'Before.\n\n#raw("# no heading\\n- no list", block: true)\n\nAfter.'


@row("put a formula of a spreadsheet into a table that is made")
def test_formulas_are_marked_as_text_and_read_back(tmp_path: Path) -> None:
    names = ["=1+1", "'=x", "@SUM(A1)", "+cmd|' /C calc'!A0", "-3", "-4 and earlier", "plain", "'quoted'"]
    table = pd.DataFrame({"village": names, "y": range(8)})
    save_table(table, tmp_path / "t.csv", key=["y"])
    cells = pd.read_csv(tmp_path / "t.csv")["village"].tolist()
    assert cells == ["'=1+1", "''=x", "'@SUM(A1)", "'+cmd|' /C calc'!A0", *names[4:]]
    assert load_table(tmp_path / "t.csv")["village"].tolist() == names


def test_every_row_of_the_page_is_a_test() -> None:
    told = re.findall(r"^\| ([^|]+?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)[1:]
    assert [each for each in told if not each.startswith("-")] == ROWS
