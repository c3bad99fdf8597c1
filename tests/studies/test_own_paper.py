"""A paper outside a checkout: the wheel is installed, and in an empty folder everything is done that a paper needs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.archive.unpacking import run_there, unpacked
from tests.test_installation import build_wheel

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="paths of an environment as POSIX has them")]

MODULE = """
configfile: "config/config.yaml"

module ruralpanel:
    snakefile: "{snakefile}"
    config: config

use rule * from ruralpanel
"""


class Paper:
    """A folder, and the environment that the program is installed into."""

    def __init__(self, folder: Path, environment: Path, wheel: Path) -> None:
        self.folder, self.environment, self.wheel = folder, environment, wheel

    def call(self, *command: str, folder: Path | None = None, **extra: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment, as somebody who has nothing else."""
        kept = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
        kept |= {"PATH": f"{self.environment / 'bin'}{os.pathsep}{os.environ['PATH']}", **extra}
        return subprocess.run(
            [str(self.environment / "bin" / command[0]), *command[1:]],
            cwd=folder or self.folder,
            env=kept,
            capture_output=True,
            text=True,
            check=False,
        )

    def done(self, *words: str) -> str:
        """Call `ruralpanel`, which has to end well, and give what it said."""
        ended = self.call("ruralpanel", *words)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """Install the wheel into an environment of its own that borrows what it needs, and begin a paper."""
    top = tmp_path_factory.mktemp("own")
    wheel, environment = build_wheel(top / "dist"), top / "environment"
    venv.create(environment)
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "lock.pth").write_text(f"{sysconfig.get_paths()['purelib']}\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(environment / "bin/python"), "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-index", str(wheel)], check=True)
    made = Paper(top, environment, wheel)
    assert "Next: cd my-paper && ruralpanel run" in made.done("init", "my-paper")
    made.folder = top / "my-paper"
    assert "nothing is published for this study yet" in made.done("run", "--cores", "2")
    assert "results/published/my_paper.csv" in made.done("publish")
    return made


def test_the_program_is_the_installed_one(paper: Paper) -> None:
    ended = paper.call("python", "-c", "import ruralpanel; print(ruralpanel.__file__)")
    assert Path(ended.stdout.strip()).is_relative_to(paper.environment)


def test_what_is_published_matches_and_nothing_is_left_to_do(paper: Paper) -> None:
    assert "Verdict: MATCH." in paper.done("run", "--cores", "2")
    assert "Everything is up to date." in paper.done("verify")
    assert "Everything is up to date." in paper.call("python", "run", "-n").stderr
    page = (paper.folder / "results/my_paper/report/index.html").read_text(encoding="utf-8")
    assert "In the study file: <code>exhibits.effect_on_income</code>, line " in page


def test_a_number_that_changed_is_no_match(paper: Paper) -> None:
    published = paper.folder / "results/published/my_paper.csv"
    before = published.read_text(encoding="utf-8")
    lines = before.splitlines()
    row = next(number for number, line in enumerate(lines) if ",road," in line and "imputation,road,," in line)
    value = lines[0].split(",").index("value")
    import csv

    cells = next(csv.reader([lines[row]]))
    cells[value] = str(float(cells[value]) + 1)
    lines[row] = ",".join(f'"{cell}"' for cell in cells)
    published.write_text("\n".join(lines) + "\n", encoding="utf-8")
    try:
        ended = paper.call("ruralpanel", "verify")
        assert ended.returncode != 0
        assert "NO MATCH" in ended.stderr
    finally:
        published.write_text(before, encoding="utf-8")


def test_commands_work_beside_it(paper: Paper) -> None:
    assert "Declared in: blocks.baseline of config/studies/my_paper.yaml" in paper.done(
        "explain", "baseline/main/income/imputation/road"
    )
    assert "0 errors" in paper.done("doctor")
    assert "main.tex" in os.listdir(paper.folder / "results/my_paper/latex") if paper.done("latex") else False
    assert "monte carlo" in paper.done("run", "-n", "monte_carlo")
    assert "which comes with a checkout" in paper.call("ruralpanel", "simulate").stderr


def test_two_runs_are_the_same(paper: Paper) -> None:
    assert "byte by byte" in paper.done("verify", "--twice")


def says_where_exhibits_and_numbers_are(top: Path) -> None:
    """Follow what the README of an archive says of lines and files."""
    readme = (top / "README.md").read_text(encoding="utf-8")
    study = (top / "config/studies/my_paper.yaml").read_text(encoding="utf-8").splitlines()
    exhibits = re.findall(r"\| `exhibits\.(\w+)`, (\d+) \|", readme)
    assert [name for name, _ in exhibits] == ["effect_on_income", "income_by_event_time"]
    assert all(study[int(line) - 1].strip() == f"{name}:" for name, line in exhibits)
    numbers = readme.partition("### Numbers in the text\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(.+?)` \| (.+?) \| (.+?) \| (\d*) \|$", numbers, re.MULTILINE)
    assert ("run: units", "160", "results/my_paper/panel/panel.parquet", "") in rows
    assert f"has {len(rows)} numbers of the run" in numbers
    claims = [study[int(line) - 1].strip() for asked, _, _, line in rows if asked.startswith("claim: ")]
    assert set(claims) <= {"income:"}


def test_its_archive_runs_by_itself(paper: Paper, tmp_path: Path) -> None:
    assert "Replication archive: results/my_paper/package.zip" in paper.done("package")
    top = unpacked(paper.folder / "results/my_paper/package.zip", tmp_path)
    says_where_exhibits_and_numbers_are(top)
    ended = run_there(top)
    assert ended.returncode == 0, ended.stderr
    assert "Verdict: MATCH." in ended.stderr


def test_the_workflow_is_a_module_of_another(paper: Paper, tmp_path: Path) -> None:
    """As the Snakemake catalogue deploys it: a folder with the configuration and a workflow that uses this one."""
    (snakefile,) = paper.environment.glob("lib/python*/site-packages/ruralpanel/_checkout/workflow/Snakefile")
    assert paper.call("ruralpanel", "init", "roads", folder=tmp_path).returncode == 0
    (tmp_path / "roads/workflow").mkdir()
    (tmp_path / "roads/workflow/Snakefile").write_text(MODULE.format(snakefile=snakefile), encoding="utf-8")
    ended = paper.call("python", "-m", "snakemake", "--cores", "1", "-n", folder=tmp_path / "roads")
    assert ended.returncode == 0, ended.stderr
    assert re.search(r"^accept +1$", ended.stdout, re.MULTILINE)


def test_run_builds_an_environment_where_the_program_is_not_installed(paper: Paper, tmp_path: Path) -> None:
    assert paper.call("ruralpanel", "init", "mine", folder=tmp_path).returncode == 0
    (tmp_path / "mine/requirements.lock").write_text("", encoding="utf-8")  # its packages would need a network
    venv.create(tmp_path / "bare")
    bare = Paper(tmp_path / "mine", tmp_path / "bare", paper.wheel)
    where = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(paper.wheel.parent)}
    first = bare.call("python", "run", "help", **where)
    assert first.returncode == 0, first.stderr
    assert "Building the environment in .venv" in first.stdout
    assert "ruralpanel init my-paper" in first.stdout
    assert "Building" not in bare.call("python", "run", "help", **where).stdout
