"""Raw files that are not those of the published numbers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ruralpanel.errors import PublishedError
from ruralpanel.lineage import file_digest
from ruralpanel.study.inputs import declared_inputs
from ruralpanel.study.published_files import published_inputs
from ruralpanel.verification.html import verdict_page
from ruralpanel.verification.inputs import (
    Input,
    InputChanged,
    behind_sources,
    changed_inputs,
    inputs_frame,
    inputs_read,
    load_provenance,
    read_published_inputs,
    refuse_changed,
)
from ruralpanel.verification.published import nothing_published
from ruralpanel.verification.summary import summary_of
from tests.conftest import ROOT, shipped_study

SURVEY = Input("raw file", "survey", "data/raw/survey.csv", "a" * 64)
SLIPS = Input("corrections", "survey", "data/raw/slips.csv", "b" * 64)
PACKAGED = Input("raw file", "castle", "causaldata.castle", package="causaldata 0.1.5")
OTHER = replace(SURVEY, sha256="f" * 64)


def kept(folder: Path, *inputs: Input) -> Path:
    path = published_inputs(folder / "small.csv")
    inputs_frame(inputs).to_csv(path, index=False, lineterminator="\n")
    return path


def test_hashes_are_kept_beside_the_numbers_and_read_back(tmp_path: Path) -> None:
    path = kept(tmp_path, SURVEY, SLIPS, PACKAGED)
    assert path.name == "small.inputs.csv"
    assert read_published_inputs(path) == [SURVEY, SLIPS, PACKAGED]


def test_another_file_is_named_with_both_hashes() -> None:
    (changed,) = changed_inputs([OTHER, SLIPS, PACKAGED], [SURVEY, SLIPS, PACKAGED])
    assert changed.sentence == (
        "The raw file data/raw/survey.csv (source survey) is not the one these numbers were published from "
        "(sha256 ffffffffffff…, published sha256 aaaaaaaaaaaa…)."
    )
    assert changed.facts()["published"] == "a" * 64
    assert changed.facts()["now"] == "f" * 64


def test_another_version_of_a_package_is_named() -> None:
    (changed,) = changed_inputs([replace(PACKAGED, package="causaldata 0.2")], [PACKAGED])
    assert changed.sentence.endswith("published from (causaldata 0.2, published causaldata 0.1.5).")


def test_numbers_typed_from_print_were_published_from_no_file_here() -> None:
    (changed,) = changed_inputs([OTHER], [SURVEY], from_print=True)
    assert "is not the one that reproduced these numbers (sha256 ffffffffffff…, then sha256 aaaa" in changed.sentence


def test_inputs_that_came_or_went_are_told() -> None:
    came, went = changed_inputs([SLIPS, PACKAGED], [SLIPS, SURVEY])
    assert (
        came.sentence
        == "The data set causaldata.castle (source castle) was not read when these numbers were published."
    )
    assert went.sentence.endswith("(source survey) was read when these numbers were published, and is not now.")


def test_a_new_name_of_the_same_file_is_no_change() -> None:
    assert changed_inputs([replace(SURVEY, file="data/raw/elsewhere.csv")], [SURVEY]) == []


def test_nothing_is_said_where_nothing_was_kept_or_a_twin_is_read(tmp_path: Path) -> None:
    assert read_published_inputs(tmp_path / "none.inputs.csv") is None
    assert changed_inputs([SURVEY], None) == []
    assert changed_inputs([OTHER, replace(SLIPS, sha256="c")], [SURVEY, SLIPS], passed_over=["survey"]) == []


def test_a_file_with_other_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "small.inputs.csv"
    path.write_text("file,md5\na,b\n", encoding="utf-8")
    with pytest.raises(PublishedError, match=r"has the columns file, md5, not kind, of, file, sha256, package"):
        read_published_inputs(path)


def test_inputs_of_a_study_are_hashed_where_the_sources_stage_has_not(tmp_path: Path) -> None:
    study = shipped_study("taobao_villages")
    declared = declared_inputs(study)
    files = [tmp_path / f"{name}.provenance.json" for name in study.sources]
    for file in files:
        file.write_text(json.dumps({"sha256": "0" * 64}), encoding="utf-8")
    read = inputs_read(declared, load_provenance(files), ROOT)
    assert [each.of for each in read if each.kind == "raw file"] == list(study.sources)
    assert {each.sha256 for each in read if each.kind == "raw file"} == {"0" * 64}
    beside = {each.kind: each for each in read if each.kind != "raw file"}
    assert "corrections" in beside and "lines" in beside
    assert all(each.sha256 == file_digest(ROOT / each.file) for each in beside.values())


def test_a_file_of_decisions_is_named_with_its_table() -> None:
    decisions = Input("decisions", "villages", "data/raw/decisions.csv", "c" * 64)
    assert decisions.words == "the file of decisions data/raw/decisions.csv (table villages)"
    assert SLIPS.words == "the file of corrections data/raw/slips.csv (source survey)"


def test_a_raw_file_that_changed_during_a_run_is_refused_and_read_again(tmp_path: Path) -> None:
    names = ("kept", "other", "gone", "package")
    noted = {name: tmp_path / f"{name}.provenance.json" for name in names}
    for path in noted.values():
        path.write_text("{}", encoding="utf-8")
    for name in ("kept", "other"):
        (tmp_path / f"{name}.csv").write_text(name, encoding="utf-8")
    kept = file_digest(tmp_path / "kept.csv")
    read = [Input("raw file", name, f"{name}.csv", kept) for name in names[:3]]
    read += [replace(PACKAGED, of="package"), Input("corrections", "kept", "slips.csv", "b" * 64)]
    refuse_changed([read[0], *read[3:]], tmp_path, list(noted.values()))
    for _ in range(2):  # the second time what was noted is gone already
        with pytest.raises(InputChanged) as raised:
            refuse_changed(read, tmp_path, list(noted.values()))
        assert [each.where for each in raised.value.problems] == ["other.csv", "gone.csv"]
        assert "is gone now" in raised.value.problems[1].what
        assert [name for name, path in noted.items() if path.is_file()] == ["kept", "package"]


def test_only_what_is_behind_a_number_is_told_of_it() -> None:
    study = shipped_study("taobao_villages")
    names = list(study.sources)
    now = [Input("raw file", name, f"{name}.csv", "1") for name in names]
    changed = changed_inputs(now, [replace(each, sha256="2") for each in now])
    assert len(changed) == len(names)
    assert [each.either.of for each in behind_sources(changed, study, ["households"])] == ["households"]


def test_decisions_are_behind_a_number_whose_sources_their_table_reads() -> None:
    study = shipped_study("taobao_villages")
    now = [Input("decisions", name, f"{name}.csv", "1") for name in study.tables]
    changed = changed_inputs(now, [replace(each, sha256="2") for each in now])
    (source, *_) = {*study.sources} & {*next(iter(study.tables.values())).reads}
    told = [each.either.of for each in behind_sources(changed, study, [source])]
    assert told == [name for name, table in study.tables.items() if source in table.reads]
    assert 0 < len(told) < len(study.tables)


def test_terminal_and_page_name_the_file(tmp_path: Path) -> None:
    changed = changed_inputs([OTHER], [SURVEY])
    page = verdict_page(
        nothing_published().assign(status=""), "A", "public", changed=[each.sentence for each in changed]
    )
    assert "<li>The raw file data/raw/survey.csv (source survey) is not the one" in page
    (tmp_path / "verdict.csv").write_text("cell,status\nT1,differ\n", encoding="utf-8")
    facts = {"data_standing": "public", "changed_inputs": [each.facts() for each in changed]}
    (tmp_path / "verdict.json").write_text(json.dumps(facts), encoding="utf-8")
    assert summary_of(tmp_path).splitlines()[-1] == changed[0].sentence
    for number, last in ((12, "And 2 more such files: "), (11, "And 1 more such file: "), (10, changed[0].sentence)):
        facts["changed_inputs"] = [changed[0].facts()] * number
        (tmp_path / "verdict.json").write_text(json.dumps(facts), encoding="utf-8")
        assert summary_of(tmp_path).splitlines()[-1].startswith(last)
    (tmp_path / "verdict.json").write_text('{"data_standing": "public"}', encoding="utf-8")  # of an older run
    assert "Verdict: NO MATCH" in summary_of(tmp_path).splitlines()[-1]
