"""What the doctor finds in a small repository, and that it finds nothing in this one."""

from __future__ import annotations

import hashlib
import subprocess
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from ruralpanel.__main__ import main
from ruralpanel.doctor.findings import Finding
from ruralpanel.doctor.machine import disk_space, installed_packages, memory, python_version
from ruralpanel.doctor.study_file import left_of_a_draft
from ruralpanel.doctor.tracked_files import absolute_paths, personal_data

STUDY = """\
study: small
title: Small
authors: [Nobody]
seed: 1
data_standing: restricted
sources:
  survey:
    path: data/raw/small/survey.csv
    key: [village, year]
    columns: { village: , year: , income: , listed: }
    access: Ask the county's bureau of statistics.
  prices:
    retrieve: { file: prices.csv, sha256: SHA }
    key: [year]
    columns: { year: , price: }
    access: Copy it from the yearbook.
panel: { unit: village, period: year, base: survey, joins: [{ source: prices, on: [year] }] }
designation: { listing: { indicator: listed } }
outcomes: { income: { label: Income } }
blocks: { baseline: { outcomes: [income], estimators: [two_way_fixed_effects] } }
exhibits: { baseline: { kind: regression_table, title: Income, blocks: [baseline] } }
"""
PRICES = b"year,price\n2010,1\n"
PERSON = "11010519491231" + "002X"


@pytest.fixture
def repository(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("config/studies", "data/raw/small", "mirror"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("pyproject.toml", "requirements.lock"):
        (tmp_path / name).write_text((root / name).read_text())
    (tmp_path / "config/config.yaml").write_text("study: small\n")
    (tmp_path / "config/studies/small.yaml").write_text(STUDY.replace("SHA", hashlib.sha256(PRICES).hexdigest()))
    (tmp_path / "data/raw/small/survey.csv").write_text("village,year,income,listed\na,2010,1,0\n")
    (tmp_path / "mirror/prices.csv").write_bytes(PRICES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RURALPANEL_MIRROR", str(tmp_path / "mirror"))
    return tmp_path


def commit(repository: Path) -> None:
    named = ["-c", "user.name=n", "-c", "user.email=n@example.org"]
    for arguments in (["init", "-q"], ["add", "."], [*named, "commit", "-qm", "a"]):
        subprocess.run(["git", *arguments], cwd=repository, check=True)


def texts(found: list[Finding]) -> list[str]:
    return [f"{finding.level}: {finding.problem}" for finding in found]


def test_a_study_whose_files_are_there_is_in_order(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / ".gitignore").write_text("data\nmirror\n")
    commit(repository)
    assert main(["doctor"]) == 0
    assert "0 errors, 0 warnings" in capsys.readouterr().out


def test_missing_files_are_told_with_how_to_get_them(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "data/raw/small/survey.csv").unlink()
    (repository / "mirror/prices.csv").unlink()
    assert main(["doctor", "--config", "study=small"]) == 1
    printed = capsys.readouterr().out
    assert "error: source `survey`: there is no file data/raw/small/survey.csv" in printed
    assert "Ask the county's bureau of statistics." in printed
    assert "prices.csv is not here, and has no public address" in printed
    assert "2 errors" in printed


def test_columns_that_raw_files_do_not_have_are_told_before_a_run(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = repository / "config/studies/small.yaml"
    path.write_text(path.read_text().replace("income: ,", "income: { from: incom }, year_of_listing: ,"))
    (repository / "data/raw/small/survey.csv").write_text("village,year,income,listed\na,2010,1,0\n")
    assert main(["doctor"]) == 1
    printed = capsys.readouterr().out
    assert "has no column `incom` (wanted for `income`)" in printed
    assert "did you mean “income”?" in printed
    assert "has no column `year_of_listing`" in printed


def test_what_is_left_of_a_draft_is_told_with_its_lines(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = repository / "config/studies/small.yaml"
    marked = path.read_text().replace("title: Small\n", "# Marks are `guessed:`.\ntitle: Small # guessed: the name\n")
    path.write_text(marked.replace("[Nobody]", "[Unknown]"))
    assert main(["doctor"]) == 0
    printed = capsys.readouterr().out
    assert "small.yaml: 1 line marked `guessed:`: 3\n" in printed
    assert "names “Unknown”" in printed


def test_of_many_marked_lines_the_first_are_listed_and_the_others_counted() -> None:
    [finding] = left_of_a_draft(None, "a.yaml", "key: 1 # guessed: so\n" * 15)
    assert finding.problem.what == "15 lines marked `guessed:`: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 3 more"


def test_a_missing_file_that_is_no_raw_file_is_told_too(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = repository / "config/studies/small.yaml"
    path.write_text(path.read_text() + "published: results/published/small.csv\n")
    (repository / "data/raw/small/survey.csv").unlink()
    assert main(["doctor"]) == 1
    printed = capsys.readouterr().out
    assert "published: there is no file results/published/small.csv" in printed
    assert printed.count("there is no file data/raw/small/survey.csv") == 1


def test_a_mirrored_file_with_another_hash_is_an_error(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "mirror/prices.csv").write_bytes(b"year,price\n2010,2\n")
    assert main(["doctor"]) == 1
    assert "prices.csv has another sha256 than the study says" in capsys.readouterr().out


def test_restricted_raw_files_that_git_tracks_are_an_error_and_changed_ones_a_warning(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(repository)
    (repository / "data/raw/small/survey.csv").write_text("village,year,income,listed\na,2010,2,0\n")
    assert main(["doctor"]) == 1
    printed = capsys.readouterr().out
    assert (
        "error: data/raw/small/survey.csv: git tracks it, and the source `survey` is not `redistributable`" in printed
    )
    assert "warning: data/raw/small/survey.csv: is not as it was committed" in printed


def test_persons_in_raw_tables_are_found_with_row_and_column(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "data/raw/small/survey.csv").write_text(f"village,year,income,listed,no\na,2010,1,0,{PERSON}\n")
    assert main(["doctor"]) == 1
    printed = capsys.readouterr().out
    assert "data/raw/small/survey.csv, row 2, column `no`: a resident identity number (110…02X)" in printed
    assert PERSON not in printed


@pytest.mark.slow
def test_a_study_that_cannot_be_used_does_not_keep_the_rest_from_being_told(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = repository / "config/studies/small.yaml"
    path.write_text(path.read_text().replace("seed: 1", "seeds: 1"))
    assert main(["doctor"]) == 1
    printed = capsys.readouterr().out
    assert "did you mean “seed”?" in printed
    assert "Python and packages: in order" in printed


@pytest.mark.usefixtures("repository")
def test_a_setting_that_is_none_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--config", "small"]) == 1
    assert "`small` is not study=NAME" in capsys.readouterr().err


def test_packages_and_python_are_compared_with_what_is_wanted(root: Path, tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        "# made by a program\nnumpy==1.2.3 \\\n    --hash=sha256:0\npandas==3.1.0 \\\n"
        "winlib==1 ; sys_platform == 'none'\nlost==1\n"
    )

    def installed(name: str) -> str:
        if name == "lost":
            raise PackageNotFoundError(name)
        return "3.1.0"

    found = texts(list(installed_packages(lock, installed)))
    assert [each.split("\n")[0] for each in found] == [
        "warning: requirements.lock, line 2: numpy is 3.1.0; the lock says ==1.2.3",
        "error: requirements.lock, line 6: lost is not installed",
    ]
    assert list(python_version(root, (3, 12, 1))) == []
    assert "is 3.9.1; wanted is" in texts(list(python_version(root, (3, 9, 1))))[0]


def test_memory_is_held_to_the_largest_jobs_of_the_last_run(tmp_path: Path) -> None:
    (tmp_path / "benchmarks").mkdir()
    for name, peak in (("a", "300.00"), ("b", "200.00"), ("c", "-")):
        (tmp_path / f"benchmarks/{name}.tsv").write_text(f"s\tmax_rss\n1\t{peak}\n")
    assert list(memory(tmp_path, 0, cores=1, free=301 * 2**20)) == []
    [found] = texts(list(memory(tmp_path, 0, cores=2, free=301 * 2**20)))
    assert "301 MiB are free; the largest jobs of the last run took together 500 MiB" in found
    [unmeasured] = texts(list(memory(tmp_path / "none", 100 * 2**20, free=2**31)))
    assert "raw files of 100 MiB let expect 2.4 GiB" in unmeasured


def test_too_small_a_disk_is_an_error(tmp_path: Path) -> None:
    assert list(disk_space(tmp_path, tmp_path / "results", 0, free=2**40)) == []
    [found] = texts(list(disk_space(tmp_path, tmp_path / "results", 2**30, free=2**30)))
    assert found.startswith("error: disk: 1.0 GiB are free; a run may need 20.0 GiB")


def test_paths_of_one_machine_are_told_from_others(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.py").write_text("x = '/ho" + "me/anna/data.csv'\n")
    (tmp_path / "b.md").write_text(
        "C:" + "\\Users\\anna\\x.dta\n~" + "/data/x.dta\nhttps://host/home/x, a:\\n\\tb, a/b, `data/raw`, s/mnt/, A:B\n"
    )
    found = [
        each.split(":")[0] + each.split(":")[1] for each in texts(list(absolute_paths(tmp_path, ["src/a.py", "b.md"])))
    ]
    assert found == ["error src/a.py, line 1", "warning b.md, line 1", "warning b.md, line 2"]


@pytest.mark.slow
def test_nothing_in_this_repository_is_taken_for_a_person_or_for_a_path_of_one_machine(root: Path) -> None:
    from ruralpanel.doctor.repository import tracked_files

    tracked = tracked_files(root)
    if tracked is None:
        pytest.skip("no git repository")
    code = [name for name in tracked if not name.startswith("data/")]
    assert texts([*absolute_paths(root, code), *personal_data(root, code, {})]) == []
