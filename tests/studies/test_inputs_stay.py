"""No command writes outside of `results/` and what it is told to write, nor changes an input, wherever inputs lie."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ruralpanel.__main__ import main
from ruralpanel.archive.readme import TO_BE_STATED
from ruralpanel.lineage import file_digest
from ruralpanel.study.checks.outside import OUTSIDE
from tests.archive.crate_rules import problems_of_crate
from tests.archive.far_study import write_far_study
from tests.archive.unpacking import add_what_is_packed, run_there, unpacked
from tests.studies.conftest import Checkout

pytestmark = pytest.mark.slow

CACHES = (".snakemake", "__pycache__")
CHOSEN = ("--config", "study=small")


def state(folder: Path) -> dict[str, str]:
    """Give the hash of every file of a folder but results and caches, and where links lead."""
    found = {}
    for top, folders, files in os.walk(folder):
        here = Path(top)
        at = here.relative_to(folder).parts
        folders[:] = [each for each in folders if each not in CACHES and (*at, each) != ("repository", "results")]
        for name in [*files, *(each for each in folders if (here / each).is_symlink())]:
            path = here / name
            found[path.relative_to(folder).as_posix()] = (
                f"to {path.readlink()}" if path.is_symlink() else file_digest(path)
            )
    return found


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Make a repository with the study, beside a folder with its files, and run it."""
    top = tmp_path_factory.mktemp("top")
    made = Checkout(top / "repository")
    made.environment = {OUTSIDE: str(top / "elsewhere")}
    add_what_is_packed(made.folder)
    write_far_study(made.folder, top / "elsewhere")
    before = state(top)
    result = made.run("small")
    assert result.returncode == 0, result.stderr
    assert state(top) == before
    return made


def test_no_command_changes_anything_but_results(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    top, before = checkout.folder.parent, state(checkout.folder.parent)
    for rule in ("publish", "publish_figures", "publish_inputs"):
        result = checkout.run("small", rule)
        assert result.returncode == 0, result.stderr
        assert state(top) == before, rule
    monkeypatch.chdir(checkout.folder)
    monkeypatch.setenv(OUTSIDE, checkout.environment[OUTSIDE])
    monkeypatch.setenv("PYTHONPATH", str(checkout.folder / "src"))
    for command, status in (
        (["package", *CHOSEN], 0),
        (["package", *CHOSEN], 0),  # over the first one
        (["doctor", *CHOSEN], None),
        (["explain", "effects/main/income/two_way_fixed_effects/listed", *CHOSEN], None),
        (["compare", "small", "small", "--csv", "results/compared.csv"], 0),
        (["compare", "small", "small", "--csv", "results/compared.csv"], 0),
    ):
        ended = main(command)
        assert status is None or ended == status, command
        assert state(top) == before, command
    archive = checkout.folder / "results/small/package.zip"
    assert problems_of_crate(archive.parent / "package") == []
    unpacked_in = unpacked(archive, top.parent / f"{top.name}-unpacked")
    assert TO_BE_STATED in (unpacked_in / "README.md").read_text(encoding="utf-8")
    assert (unpacked_in / "README.pdf").read_bytes().startswith(b"%PDF")
    assert str(top) not in (unpacked_in / "config/studies/small.yaml").read_text(encoding="utf-8")
    on_twins = run_there(unpacked_in)
    assert on_twins.returncode != 0
    assert "SYNTHETIC TWIN, NO MATCH" in on_twins.stderr, on_twins.stderr
    assert "SIMULATED" in (unpacked_in / "results/small/exhibits/effects.html").read_text(encoding="utf-8")
    for twin in (unpacked_in / "data/raw/small").rglob("*.*"):  # whoever has the real files reproduces it
        if twin.is_file():
            name = "register.dta" if twin.suffix == ".dta" else twin.name.replace("a link", "gazetteer")
            twin.write_bytes((top / "elsewhere/their data" / name).read_bytes())
    on_real_files = run_there(unpacked_in)
    assert on_real_files.returncode == 0, on_real_files.stderr
    assert "Verdict: MATCH" in on_real_files.stderr
    assert state(top) == before


def test_commands_that_write_what_they_are_told_write_over_nothing_else(checkout: Checkout) -> None:
    top, before = checkout.folder.parent, state(checkout.folder.parent)
    raw = top / "elsewhere/their data/gazetteer.csv"
    result = checkout.module("ruralpanel", "compare", "small", "small", "--csv", str(raw))
    assert result.returncode != 0
    assert "is there already, and is no comparison" in result.stderr
    lost = checkout.folder / "data/raw/taobao_villages/prices.csv"
    kept = lost.read_bytes()
    lost.write_bytes(kept + b"2030,1\n")
    result = checkout.module("ruralpanel", "simulate")
    assert result.returncode != 0
    assert "prices.csv: is there already, and is not the file that would be written" in result.stderr
    lost.unlink()
    result = checkout.module("ruralpanel", "simulate")  # the study whose file is away need not be loaded
    assert result.returncode == 0, result.stderr
    assert lost.read_bytes() == kept
    result = checkout.module("ruralpanel", "new-study", "drafted", "data/raw/taobao_villages/migration_wide.csv")
    after = state(top)
    new = {name for name in after if name not in before}
    assert new and all(name.startswith("repository/config/studies/drafted.yaml") for name in new), result.stderr
    assert {name: after[name] for name in before} == before


def test_two_runs_in_copies_leave_the_original_as_it_is(checkout: Checkout) -> None:
    top, before = checkout.folder.parent, state(checkout.folder.parent)
    result = checkout.module("ruralpanel", "verify", "--twice", *CHOSEN)
    assert result.returncode == 0, result.stdout + result.stderr
    assert state(top) == before
