"""The README of an archive, as a data editor reads it; and how an archive is cited."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

from ruralpanel.archive.citation import archive_citation, author_name, program_citation
from ruralpanel.archive.contents import raw_files
from ruralpanel.archive.readme import (
    TO_BE_STATED,
    ReadmeContents,
    as_sentence,
    not_stated,
    package_reference,
    still_to_be_stated,
    write_readme,
)
from ruralpanel.study.archive import Archive
from ruralpanel.study.load import load_study
from ruralpanel.study.model import Study
from tests.archive.small_study import write_small_study
from tests.conftest import ROOT, shipped_study

PACKAGE = f"linearmodels {version('linearmodels')}"


def readme(study: Study, **provenance: dict[str, object]) -> str:
    return write_readme(
        ReadmeContents(
            moved={},
            name=study.study,
            study=study,
            files=raw_files(study),
            provenance=provenance,
            notes=["data/raw/small/README.md"] if study.study == "small" else [],
            verdict="Verdict: MATCH.",
            panel_rows=4360,
            costs=[],
            machine={"Python": "3.12.1"},
            packages={},
            main_packages={},
            draws=[],
            seed_line=9,
            programs=[],
            in_text=[],
            published="results/published/x.csv",
            storage=1000,
            code_licence="The code: MIT License, see LICENSE.",
            program_authors="The ruralpanel authors",
            version="0.1.0",
        )
    )


@pytest.fixture
def small(tmp_path: Path) -> Study:
    write_small_study(tmp_path)
    return load_study("small", tmp_path)


@pytest.fixture(scope="module")
def of_a_package() -> str:
    return readme(shipped_study("replications/wage_panel"), wages={"rows": 4360, "package": PACKAGE})


def test_numbers_and_their_nouns_agree(of_a_package: str) -> None:
    assert "from 1 source and makes 1 table and 1 figure with the program" in of_a_package
    assert "1 sources" not in of_a_package


def test_data_of_a_package_are_not_said_to_be_files_in_place(of_a_package: str) -> None:
    assert (
        f"2. The data come with the Python package {PACKAGE}, which `./run` installs. No file has to be put in place "
        "by hand.\n3. Run `./run`"
    ) in of_a_package
    assert f"- Rows as read: 4,360; carried by {PACKAGE}, whose hash is in `requirements.lock`" in of_a_package
    assert "sha256 of the real file" not in of_a_package
    carried = f"Not in the archive, for Python packages carry them: linearmodels.wage_panel ({PACKAGE})."
    assert carried in of_a_package
    assert "No raw file of the study is left out" not in of_a_package


def test_the_package_that_carries_data_is_cited_and_so_is_the_program(of_a_package: str) -> None:
    references = of_a_package.split("## References\n\n")[1]
    assert references.startswith("- Vella, F. and M. Verbeek (1998)")
    assert f"- Kevin Sheppard, {PACKAGE}, Python package that carries data used here, https://pypi.org/" in references
    assert "- The ruralpanel authors, ruralpanel 0.1.0, the program in this archive" in references
    assert "\n\n- " not in references


def test_those_who_made_the_data_did_not_make_the_archive(of_a_package: str) -> None:
    assert "The ruralpanel authors" in of_a_package.split("## Overview", maxsplit=1)[0]
    assert "Vella" not in of_a_package.split("## Overview", maxsplit=1)[0]


def test_a_package_that_is_not_here_is_cited_by_its_name() -> None:
    assert package_reference("no-such-package 1.0").startswith("no-such-package 1.0, Python package")


def test_twins_and_files_in_place_are_told_apart(small: Study) -> None:
    noted: dict[str, object] = {"rows": 1200, "sha256": "f" * 64}
    text = readme(small, survey=noted, register=noted, gazetteer=noted)
    assert "2. To reproduce the paper, get the restricted files as described above" in text
    assert "reproduces nothing. All other raw files are in place.\n3. Run" in text
    assert f"1,200; sha256 of the real file: {'f' * 64}" in text
    assert f"1,200; sha256: {'f' * 64}" in text
    assert f"{TO_BE_STATED} (`sources: survey: licence:` in the study file)" in text


def test_files_beside_sources_say_what_they_are(small: Study) -> None:
    survey = small.sources["survey"].model_copy(update={"corrections": "data/raw/small/slips.csv"})
    gazetteer = small.sources["gazetteer"].model_copy(update={"corrections": "data/raw/small/errata.csv"})
    sources = {**small.sources, "survey": survey, "gazetteer": gazetteer}
    changed = small.model_copy(update={"sources": sources, "facts": {"truth": "data/raw/small/truth.json"}})
    noted: dict[str, object] = {"rows": 1, "sha256": "f"}
    text = readme(changed, survey=noted, register=noted, gazetteer=noted)
    assert "| data/raw/small/errata.csv | corrections of gazetteer | csv | yes |" in text
    assert "| data/raw/small/slips.csv | corrections of survey | csv | no; only its header is here |" in text
    assert "| data/raw/small/truth.json | facts | json | yes |" in text
    assert "How the raw files came about and what they hold: `data/raw/small/README.md`." in text


def test_everything_that_is_to_be_stated_is_named_at_once(small: Study) -> None:
    missing = not_stated(small)
    assert missing["archive"] == [key for key in Archive.model_fields if key != "date"]
    assert missing["sources.survey"] == ["title", "citation", "licence", "access_cost", "access_time"]
    assert missing["sources.gazetteer"] == ["title", "citation"]
    assert still_to_be_stated(small)[1:] == [
        "sources: title, citation, licence, access_cost, access_time of survey, register",
        "sources: title, citation of gazetteer",
    ]


def test_what_the_readme_asks_for_is_what_is_named(small: Study) -> None:
    noted: dict[str, object] = {"rows": 1, "sha256": "f"}
    text = readme(small, survey=noted, register=noted, gazetteer=noted)
    for section, keys in not_stated(small).items():
        for key in keys:
            assert f"(`{section.replace('.', ': ')}: {key}:` in the study file)" in text, key


def test_nothing_is_asked_for_where_all_is_stated() -> None:
    study = shipped_study("replications/wage_panel")
    said = Archive(**{key: "none" for key in Archive.model_fields if key != "date"})
    whole = study.model_copy(update={"archive": said})
    assert still_to_be_stated(whole) == []
    assert TO_BE_STATED not in readme(whole, wages={"rows": 1, "package": PACKAGE})


def test_statements_end_as_sentences(small: Study) -> None:
    assert [as_sentence(text) for text in ("CC0", "None.", "(see A.)")] == ["CC0.", "None.", "(see A.)"]
    stated = small.model_copy(update={"archive": Archive(licence="CC BY 4.0", deposit="Zenodo")})
    noted: dict[str, object] = {"rows": 1, "sha256": "f"}
    text = readme(stated, survey=noted, register=noted, gazetteer=noted)
    assert "Data made by the authors: CC BY 4.0. The licence of each source" in text
    assert "Zenodo. Contact:" in text


def test_an_archive_is_cited_as_the_study_with_the_program_as_a_reference(small: Study, tmp_path: Path) -> None:
    stated = small.model_copy(update={"archive": Archive(deposit="Zenodo, https://doi.org/10.5281/zenodo.123.")})
    program = program_citation(ROOT)
    text = archive_citation(stated, "2026-11-22", program)
    cited = yaml.safe_load(text)
    assert (cited["title"], cited["type"]) == ("Replication archive: A small study", "dataset")
    assert cited["authors"] == [{"name": "A. Author"}]
    assert cited["doi"] == "10.5281/zenodo.123"
    assert cited["date-released"] == "2026-11-22"
    (reference,) = cited["references"]
    assert reference["type"] == "software"
    assert reference["title"].startswith("ruralpanel")
    assert "doi" not in yaml.safe_load(archive_citation(small, "2026-11-22", program))
    # An archive that is made in an archive refers to the program, and not to the archive.
    (tmp_path / "CITATION.cff").write_text(text, encoding="utf-8")
    assert program_citation(tmp_path) == program


def test_a_program_without_a_citation_has_a_name(tmp_path: Path) -> None:
    assert program_citation(tmp_path)["title"] == "ruralpanel"
    assert author_name({"given-names": "A.", "family-names": "Scholar"}) == "A. Scholar"
