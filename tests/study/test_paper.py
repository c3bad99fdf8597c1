"""What a study file may say of its paper, and what the paper's text may refer to."""

from __future__ import annotations

import pytest

from tests.study.conftest import Repository

WORKS = "@article{lee2020,\n  title = {Villages}}\n"


def written(repository: Repository, text: str, works: str | None = WORKS) -> Repository:
    """Put a text and a bibliography into the repository."""
    (repository.root / "paper.md").write_text(text, encoding="utf-8")
    repository.study["paper"] = {"text": "paper.md"}
    if works is not None:
        (repository.root / "works.bib").write_text(works, encoding="utf-8")
        repository.study["paper"]["bibliography"] = "works.bib"
    return repository


def test_a_text_whose_references_are_all_there_is_no_problem(repository: Repository) -> None:
    sentence = "So [@lee2020]: {{ main/income/two_way_fixed_effects }}, @tbl:table, {{ run: treated/listed }}."
    text = f"{sentence}\n\n{{{{ exhibit: table }}}}"
    study = written(repository, text).load()
    assert study.paper is not None
    assert study.paper.files == ["paper.md", "works.bib"]


@pytest.mark.parametrize(
    ("text", "complaints"),
    [
        ("{{ mian/income }}", ["paper.md, line 2: `mian` is not a block of this study", "did you mean “main”?"]),
        ("{{ main/incom }}", ["line 2: `incom` is not", "did you mean “income”?"]),
        ("{{ main@tme=4 }}", ["`tme` is not what rows are told apart by"]),
        ("{{ exhibit: tabel }}", ["line 2: `tabel` is not an exhibit", "did you mean “table”?"]),
        ("@tbl:tabel", ["`@tbl:tabel` is not an exhibit", "did you mean “@tbl:table”?"]),
        ("@fig:table", ["`table` is a table", "write @tbl:table"]),
        ("[@lee2002]", ["`@lee2002` is not in the bibliography", "did you mean “lee2020”?"]),
        ("@table", ["`@table` is not in the bibliography"]),
        ("{{ run: unit }}", ["`unit` is not a fact of a run", "did you mean “units”?"]),
        ("{{ run: treated }}", ["`treated` is a fact of a treatment", "write treated/listed"]),
        ("{{ run: treated/lited }}", ["`lited` is not a treatment", "did you mean “listed”?"]),
        ("{{ claim: pays }}", ["`pays` is not a claim", "the study declares no claims"]),
        ("{{ exhibit: table }}\n\n{{ exhibit: table }}", ["line 4: the exhibit `table` is placed already, in line 2"]),
        ("{{ main | loud }}", ["`loud` is not a format"]),
    ],
)
def test_a_reference_to_what_is_not_there_is_an_error_with_its_line(
    repository: Repository, text: str, complaints: list[str]
) -> None:
    said = written(repository, f"Words.\n{text}\n").complaint()
    for each in complaints:
        assert each in said


def test_all_problems_of_a_text_come_at_once(repository: Repository) -> None:
    said = written(repository, "{{ mian }}\n\n@nobody\n\n{{ exhibit: lost }}").complaint()
    assert "(3 problems)" in said
    assert said.index("line 1") < said.index("line 3") < said.index("line 5")


def test_a_citation_without_a_bibliography_says_where_to_name_one(repository: Repository) -> None:
    assert "paper.bibliography" in written(repository, "[@lee2020]", works=None).complaint()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"text": "papr.md"}, "there is no file papr.md"),
        ({"bibliography": "work.bib"}, "there is no file work.bib"),
        ({"citation_style": "own.csl"}, "there is no file own.csl"),
        ({"font_folder": "fonts"}, "there is no folder fonts"),
        ({"language": "en-GB"}, "is not one of the valid words"),
        ({"jel": ["13"]}, "'13' is not a code of the JEL classification"),
    ],
)
def test_files_and_words_of_the_section_are_checked(
    repository: Repository, change: dict[str, object], complaint: str
) -> None:
    written(repository, "Words.").study["paper"] |= change
    assert complaint in repository.complaint()


def test_the_bibliography_is_checked(repository: Repository) -> None:
    said = written(repository, "Words.", WORKS + "@book{lee2020, title={B}}\n@misc{, title={C}}").complaint()
    assert "works.bib, line 3: the key `lee2020` is there already" in said
    assert "works.bib, line 4: the entry has no key" in said


def test_a_text_that_is_no_utf_8_is_an_error(repository: Repository) -> None:
    written(repository, "Words.")
    (repository.root / "paper.md").write_bytes("Früher".encode("latin-1"))
    assert "paper.md: is not UTF-8 text" in repository.complaint()


def test_addresses_wait_until_blocks_are_right_and_all_else_is_checked(repository: Repository) -> None:
    repository.study["blocks"]["main"]["treatments"] = ["lited"]
    repository.study["claims"] = {"pays": {"text": "It pays", "tests": [{"at": "main/income", "expect": "positive"}]}}
    said = written(repository, "{{ main/incom }} {{ exhibit: lost }}").complaint()
    assert "`lited`" in said
    assert "`lost` is not an exhibit" in said
    assert "incom`" not in said
