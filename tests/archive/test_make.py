from __future__ import annotations

import json
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest

from ruralpanel.archive.contents import ArchiveError, is_restricted, program_files, raw_files, refuse_restricted
from ruralpanel.archive.crate import write_crate
from ruralpanel.archive.facts import programs_of, random_draws, rule_costs, versions_in_use
from ruralpanel.archive.make import make_archive
from ruralpanel.archive.marker import study_on_twins, synthetic_sources
from ruralpanel.archive.packing import MANIFEST, write_manifest, write_zip
from ruralpanel.archive.readme import not_stated
from ruralpanel.archive.readme_pdf import as_typst
from ruralpanel.exhibits.caption import exhibit_numbers
from ruralpanel.lineage import file_digest
from ruralpanel.simulation.marker import MARKER, marker_text
from ruralpanel.study.archive import Archive
from ruralpanel.study.load import load_study
from ruralpanel.study.model import Study
from ruralpanel.verification.summary import verdict_sentence
from ruralpanel.verification.verdict import NotReproduced, on_synthetic_twins, refuse_unless_reproduced, status_counts
from tests.archive.crate_rules import problems_of_crate
from tests.archive.small_study import write_small_study
from tests.conftest import ROOT

SURVEY, REGISTER = "data/raw/small/restricted/survey.csv", "data/raw/small/restricted/register.dta"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_small_study(tmp_path)
    return tmp_path


@pytest.fixture
def study(root: Path) -> Study:
    return load_study("small", root)


def test_what_is_not_declared_as_redistributable_is_restricted(study: Study) -> None:
    assert [name for name in study.sources if is_restricted(study, name)] == ["survey", "register"]
    files = raw_files(study)
    assert files.twinned == {"survey": SURVEY, "register": REGISTER}
    assert files.provided == ["data/raw/small/gazetteer.csv"]


def test_a_file_in_a_folder_called_restricted_is_so_whatever_is_declared(study: Study) -> None:
    survey = study.sources["survey"].model_copy(update={"redistributable": True})
    declared = study.model_copy(update={"sources": {**study.sources, "survey": survey}})
    assert is_restricted(declared, "survey")


def test_files_of_facts_are_in_the_archive_unless_they_are_restricted(study: Study, root: Path) -> None:
    public, kept = "data/raw/small/truth.json", "data/raw/small/restricted/truth.json"
    changed = study.model_copy(update={"facts": {"truth": public, "own": kept}})
    files = raw_files(changed)
    assert public in files.provided
    assert kept in files.restricted
    with pytest.raises(ArchiveError, match=r"facts\.own: is in a folder of restricted files, and facts have no"):
        refuse_restricted(changed, root, tracked=[])


def test_a_tracked_restricted_file_is_an_error_before_anything_is_written(study: Study, root: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    refuse_restricted(study, root)  # there, and not under version control
    subprocess.run(["git", "add", "data"], cwd=root, check=True)
    with pytest.raises(ArchiveError) as error:
        make_archive("small", root)
    assert "2 problems" in str(error.value)
    assert f"{SURVEY}: may not be passed on, and is under version control" in str(error.value)
    assert f"git rm --cached {SURVEY}" in str(error.value)
    assert not (root / "results").exists()


def test_twins_are_not_packed_as_if_they_were_data(study: Study, root: Path) -> None:
    (root / MARKER).write_text(marker_text({SURVEY: file_digest(root / SURVEY)}), encoding="utf-8")
    with pytest.raises(ArchiveError, match=r"survey\.csv: is a synthetic twin"):
        refuse_restricted(study, root, tracked=[])


def test_a_restricted_file_of_which_no_twin_can_be_written_is_named(study: Study, root: Path) -> None:
    survey = study.sources["survey"].model_copy(update={"path": "data/raw/small/survey.gpkg"})
    changed = study.model_copy(update={"sources": {**study.sources, "survey": survey}})
    with pytest.raises(ArchiveError, match="no synthetic twin of a file like this can be written"):
        refuse_restricted(changed, root, tracked=[])


def test_an_archive_needs_a_run(root: Path) -> None:
    with pytest.raises(ArchiveError, match=r"run the study first: ./run --config study=small"):
        make_archive("small", root)


def test_twins_are_known_by_their_hashes_wherever_they_are(study: Study, root: Path) -> None:
    assert synthetic_sources(study, root) == []
    (root / MARKER).write_text(marker_text({"elsewhere.csv": file_digest(root / SURVEY)}), encoding="utf-8")
    assert synthetic_sources(study, root) == ["survey"]
    with (root / SURVEY).open("ab") as stream:  # the real file, put in the place of the twin
        stream.write(b"\n")
    assert synthetic_sources(study, root) == []


def test_a_study_on_twins_is_simulated_and_asks_less_of_them(study: Study) -> None:
    assert study_on_twins(study, []) is study
    changed = study_on_twins(study, ["survey"])
    assert changed.data_standing == "simulated"
    assert study.sources["survey"].checks and not changed.sources["survey"].checks


def test_no_verdict_on_twins_is_a_match() -> None:
    cell = {"cell": "Table 1", "status": "match", "statistic": "estimate", "value": "1", "reproduced": 1.0, "note": ""}
    verdict = pd.DataFrame([{**cell, "block": "b", "exhibit": "Table 1. A", "in_errors": 0.0}])
    assert on_synthetic_twins(verdict, []) is verdict
    on_twins = on_synthetic_twins(verdict, ["survey"])
    sentence = verdict_sentence(status_counts(on_twins), "simulated")
    assert sentence.startswith("Verdict: SYNTHETIC TWIN, NO MATCH.")
    with pytest.raises(NotReproduced, match="synthetic twin"):
        refuse_unless_reproduced(on_twins)
    with pytest.raises(NotReproduced, match="source survey: its raw file is a SYNTHETIC TWIN"):
        refuse_unless_reproduced(verdict.iloc[:0], twins=["survey"])  # nothing is published: no match either


def test_the_program_is_all_there() -> None:
    files = program_files(ROOT)
    assert {"run", "requirements.lock", "workflow/Snakefile", "src/ruralpanel/archive/templates/readme.md.j2"} <= set(
        files
    )
    assert not [path for path in files if "__pycache__" in path or path.startswith("results")]


def test_draws_are_found_with_their_lines() -> None:
    draws = random_draws(["ruralpanel.inference.random_draws"])
    assert [draw.file for draw in draws] == ["src/ruralpanel/inference/random_draws.py"]
    for draw in draws:
        assert (ROOT / draw.file).read_text(encoding="utf-8").splitlines()[draw.line - 1].strip() == draw.code


def test_every_exhibit_has_its_rule_module_and_line(study: Study) -> None:
    (program,) = programs_of(study, exhibit_numbers(study), {"effects": 55})
    assert program.declared_at == 55
    assert (program.number, program.rule, program.blocks) == ("Table 1", "print_table", ["effects"])
    assert (
        (ROOT / program.module).read_text(encoding="utf-8").splitlines()[program.line - 1].startswith("def print_table")
    )


def test_costs_are_added_up_by_rule(tmp_path: Path) -> None:
    head = "s\th:m:s\tmax_rss\n"
    for path, row in {
        "read/a": "1.5\t0:01\t10",
        "read/b": "2.5\t0:02\t30",
        "read/gone": "9\t0:09\t99",
        "one": "1\t0:01\tNA",
    }.items():
        (tmp_path / path).with_suffix(".tsv").parent.mkdir(exist_ok=True)
        (tmp_path / path).with_suffix(".tsv").write_text(f"{head}{row}\n")
    costs = rule_costs(tmp_path, ["a", "b"])
    assert [(cost.rule, cost.jobs, cost.seconds, cost.memory) for cost in costs] == [
        ("read", 2, 4.0, 30.0),
        ("one", 1, 1.0, None),
    ]


def test_versions_are_those_that_are_installed_whatever_else_the_lock_has() -> None:
    lock = (
        "pandas==0.1 ; python_full_version < '3.2' \\\n    --hash=sha256:aa\n# a comment\n"
        "pandas==99.0 ; python_full_version >= '4.0'\nof-another-system==1.0 ; sys_platform == 'win32'\n"
    )
    assert versions_in_use(lock) == {"pandas": pd.__version__}


def test_statements_that_are_left_out_are_asked_for(study: Study) -> None:
    assert "ethics" in not_stated(study)["archive"]
    stated = study.model_copy(update={"archive": Archive(ethics="none needed")})
    assert "ethics" not in not_stated(stated)["archive"]


def test_markdown_becomes_typst() -> None:
    turned = as_typst("# A *title*\n\n- an `item_1` of **weight**\n\n| a | b |\n|---|---|\n| 1 | $2 |\n")
    assert "= A \\*title\\*" in turned
    assert '- an #raw("item_\u200b1") of #strong[weight]' in turned
    assert "table.header([*a*], [*b*]), [1], [\\$2]" in turned


def test_the_same_files_give_the_same_zip(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "data").mkdir(parents=True)
    (folder / "run").write_text("#!/usr/bin/env python3\n")
    (folder / "data/b.csv").write_text("a\n1\n")
    write_manifest(folder)
    write_zip(folder, tmp_path / "one.zip", "top")
    (folder / "run").touch()
    write_zip(folder, tmp_path / "two.zip", "top")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with ZipFile(tmp_path / "one.zip") as archive:
        assert archive.namelist() == [f"top/{MANIFEST}", "top/data/b.csv", "top/run"]
        assert archive.getinfo("top/run").external_attr >> 16 & 0o111
    manifest = (folder / MANIFEST).read_text().splitlines()
    assert manifest == [f"{file_digest(folder / name)}  {name}" for name in ("data/b.csv", "run")]


def test_the_crate_describes_every_file_and_is_the_same_twice(tmp_path: Path, study: Study) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain/b.csv").write_text("a\n1\n")
    arguments = {"date": "2026-11-22", "licence": "MIT", "twins": ["b.csv"], "sources": {}}
    path = write_crate(tmp_path / "plain", study, **arguments)
    first = path.read_bytes()
    assert problems_of_crate(tmp_path / "plain") == []
    assert write_crate(tmp_path / "plain", study, **arguments).read_bytes() == first
    graph = {entity["@id"]: entity for entity in json.loads(first)["@graph"]}
    assert graph["./"]["datePublished"] == "2026-11-22"
    assert "Synthetic twin" in graph["b.csv"]["description"]
    (tmp_path / "plain/c.csv").write_text("c\n")
    assert problems_of_crate(tmp_path / "plain") == ["c.csv is not described"]
