"""Files of the program are found in a checkout and in the folder of a paper, and a wheel takes along all of them."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml

from ruralpanel import installation
from ruralpanel.archive.contents import program_files
from ruralpanel.installation import (
    LOCK,
    PACKAGE,
    PACKAGES,
    PROFILE,
    PROGRAM,
    SHIPPED,
    SNAKEFILE,
    beside_modules,
    environment_digest,
    own_or_shipped,
    program_top,
    shipped_files,
    snakemake_command,
)
from ruralpanel.monte_carlo.plan import load_plan
from ruralpanel.power.assumptions import load_assumptions
from tests.conftest import ROOT


def test_a_checkout_has_its_own_program() -> None:
    assert program_top(ROOT) == ROOT
    assert own_or_shipped(ROOT, LOCK) == ROOT / LOCK
    assert snakemake_command(ROOT)[-2:] == ["--workflow-profile", PROFILE] and (ROOT / PROFILE).is_dir()
    assert environment_digest(ROOT) == hashlib.sha256((ROOT / LOCK).read_bytes()).hexdigest()[:16]


def test_a_paper_is_run_by_the_program_that_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top = program_top(tmp_path)
    assert snakemake_command(tmp_path, "-n")[-3:] == ["--snakefile", str(top / SNAKEFILE), "-n"]
    assert (top / SNAKEFILE).is_file()
    monkeypatch.setattr(installation, "SHIPPED", tmp_path)  # as in a wheel, which has the folder
    assert program_top(tmp_path / "paper") == tmp_path


def test_plans_and_designs_of_a_paper_come_before_those_of_the_program(tmp_path: Path) -> None:
    assert load_plan("reduced", tmp_path) == load_plan("reduced", ROOT)
    assert load_assumptions("villages", tmp_path) == load_assumptions("villages", ROOT)
    own = tmp_path / "config/power/mine.yaml"
    own.parent.mkdir(parents=True)
    own.write_bytes((ROOT / "config/power/villages.yaml").read_bytes())
    assert load_assumptions("mine", tmp_path)[0] == "mine"


def test_the_environment_of_a_paper_is_what_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = environment_digest(tmp_path / "one")
    assert before != environment_digest(ROOT)
    monkeypatch.setattr(installation, "version", lambda name: "99" if name == "numpy" else "1")
    assert environment_digest(tmp_path / "two") != before


def test_files_beside_modules_are_named_from_here_where_they_lie_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PACKAGE.parents[1])
    assert beside_modules("report/paper/layout.typ") == "src/ruralpanel/report/paper/layout.typ"
    monkeypatch.chdir(tmp_path)
    assert beside_modules("report/paper/layout.typ") == str(PACKAGE / "report/paper/layout.typ")


def test_what_a_wheel_takes_along_is_all_that_an_archive_has_beside_the_modules(tmp_path: Path) -> None:
    shipped = set(shipped_files(ROOT))
    assert {each for each in program_files(ROOT) if not each.startswith("src/")} == shipped
    assert set(PROGRAM) <= shipped
    assert {"workflow/Snakefile", "workflow/rules/common.smk", "workflow/profiles/default/config.yaml"} <= shipped
    (tmp_path / "config").mkdir()
    (tmp_path / "config/README.md").write_text("mine", encoding="utf-8")
    (tmp_path / "config/power").mkdir()
    (tmp_path / "config/power/mine.yaml").touch()
    (tmp_path / "run").write_text("the paper's own", encoding="utf-8")
    of_a_paper = program_files(tmp_path)
    assert of_a_paper.pop("config/power/mine.yaml") == tmp_path / "config/power/mine.yaml"
    assert of_a_paper["run"] != tmp_path / "run"
    assert of_a_paper["config/README.md"] == tmp_path / "config/README.md"
    assert set(of_a_paper) == set(program_files(ROOT))


def test_snakemakes_catalogue_finds_what_it_shows() -> None:
    """It shows a workflow with instructions where it has these three files, and the keys that the catalogue reads."""
    told = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text(encoding="utf-8"))
    assert (ROOT / SNAKEFILE).is_file()
    assert (ROOT / "config/README.md").is_file()
    assert list(told) == ["usage"]
    assert set(told["usage"]) == {"mandatory-flags", "software-stack-deployment", "report"}
    assert set(told["usage"]["mandatory-flags"]) == {"desc", "flags"}
    deployed = told["usage"]["software-stack-deployment"]
    rules = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "workflow").rglob("*.smk"))
    assert deployed["conda"] == ("conda:" in rules)
    assert deployed["apptainer"] == ("container:" in rules)


def build_wheel(folder: Path) -> Path:
    """Build the wheel of this checkout, with what is installed and no network."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(ROOT)], check=True)
    (wheel,) = folder.glob("ruralpanel-*.whl")
    return wheel


@pytest.mark.slow
def test_the_wheel_has_every_file_of_the_program(tmp_path: Path) -> None:
    names = {name for name in ZipFile(build_wheel(tmp_path)).namelist() if ".dist-info/" not in name}
    source = PACKAGE.parent
    ours = {
        path.relative_to(source).as_posix()
        for package in PACKAGES
        for path in (source / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    inside = SHIPPED.relative_to(source).as_posix()
    assert names == ours | {f"{inside}/{name}" for name in shipped_files(ROOT)}
    endings = {Path(name).suffix for name in names}
    assert {".j2", ".typ", ".yaml", ".smk", ".lock", ".json", ".md", ".pyi", ".typed"} <= endings
