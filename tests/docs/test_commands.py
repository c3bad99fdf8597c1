"""Every command on a page or in README.md is run, or is in one table with the reason and what is run in its place."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from ruralpanel.commands import command_names
from ruralpanel.study.load import available_studies
from tests.conftest import ROOT, SHIPPED
from tests.docs.pages import TUTORIAL, Change, Command, all_commands, documents, steps
from tests.docs.scratch import Scratch


class InPlace(NamedTuple):
    """Why a command is not run here, and what is."""

    reason: str
    stand_in: str


WHOLE = "a whole study, which tests/studies/test_shipped_studies.py runs"
PUBLIC = "a whole study of files from public addresses, which CI runs"
RUN_BY_TUTORIAL = "needs that study to have been run; the tutorial's is"
MY = "--config study=my_study"
INSTALLED = "tests/studies/test_own_paper.py installs the wheel, and does all of it in an empty folder"
IMAGE = "needs a container engine; tests/test_container.py runs the commands in the files"

NOT_RUN = {
    "./run": InPlace(WHOLE, "./run -n"),
    **{
        f"./run --config study={name}": InPlace(WHOLE, f"./run -n --config study={name}")
        for name in SHIPPED
        if name.startswith("replications/") and f"study={name} " in (ROOT / "README.md").read_text(encoding="utf-8")
    },
    f"./run {MY}": InPlace("made by what comes after it in the tutorial, but for the paper", f"./run -n all {MY}"),
    "./run --config study=china_counties": InPlace(PUBLIC, "./run -n --config study=china_counties"),
    "./run --config study=county_lights": InPlace(PUBLIC, "./run -n --config study=county_lights"),
    "./run explain baseline/counties_provincial --config study=county_lights": InPlace(
        "needs a study of files from public addresses to have been run", f"./run explain baseline/main/lemp {MY}"
    ),
    f"./run crosscheck --r {MY}": InPlace(
        "R may not be here, and tests/studies/test_shipped_studies.py runs it", f"./run crosscheck --no-run {MY}"
    ),
    "./run crosscheck --r": InPlace(RUN_BY_TUTORIAL, f"./run crosscheck --no-run {MY}"),
    f"./run crosscheck --r --stata --compare {MY}": InPlace("needs what scripts printed", "./run crosscheck --help"),
    "./run latex": InPlace(WHOLE, "./run -n latex --config study=replications/castle"),
    "./run verify": InPlace(WHOLE, "./run -n verify"),
    "./run verify --config study=replications/castle": InPlace(
        WHOLE, "./run -n verify --config study=replications/castle"
    ),
    "./run verify --twice --config study=replications/castle": InPlace(
        "two whole runs; tests/commands/test_verify.py plays them", "./run verify --twice --help"
    ),
    "./run verify --twice --config study=my_study": InPlace(
        "two whole runs; tests/commands/test_verify.py plays them", "./run verify --twice --help"
    ),
    "./run monte_carlo": InPlace("takes hours", "./run -n monte_carlo --config study=replications/castle"),
    "./run monte_carlo --config monte_carlo=reduced": InPlace(
        "takes minutes, and tests/monte_carlo/test_workflow.py runs it",
        "./run -n monte_carlo --config monte_carlo=reduced study=replications/castle",
    ),
    "./run publish_monte_carlo": InPlace(
        "needs that", "./run -n publish_monte_carlo --config study=replications/castle"
    ),
    "./run lead_tests": InPlace("takes an hour", "./run -n lead_tests --config study=replications/castle"),
    "./run package": InPlace("runs the default study whole", "./run package --help"),
    f"./run package {MY}": InPlace(
        "runs the study again, which the tutorial has mended; tests/archive/test_make.py makes archives",
        "./run package --help",
    ),
    "./run explain resilience/shock/taobao_village*pandemic": InPlace(
        RUN_BY_TUTORIAL, f"./run explain baseline/main/lemp {MY}"
    ),
    "./run explain baseline/weighted/homicide --config study=replications/castle": InPlace(
        RUN_BY_TUTORIAL, f"./run explain baseline/main/lemp {MY}"
    ),
    "./run verify --engine linearmodels": InPlace(RUN_BY_TUTORIAL, f"./run verify --engine linearmodels {MY}"),
    "./run compare taobao_villages /path/to/results/of/another": InPlace(
        RUN_BY_TUTORIAL, "./run compare my_study results/as_published"
    ),
    "./run results/taobao_villages/tables/county_years.recode.csv": InPlace(
        "part of the default study", "./run -n results/taobao_villages/tables/county_years.recode.csv"
    ),
    f"./run results/my_study/panel/panel.ledger.csv {MY}": InPlace(
        "a part of the study that the tutorial runs", f"./run -n results/my_study/panel/panel.ledger.csv {MY}"
    ),
    f"./run results/my_study/paper.pdf {MY}": InPlace(
        "a part of the study that the tutorial runs", f"./run -n results/my_study/paper.pdf {MY}"
    ),
    f"RURALPANEL_MIRROR=/path/to/folder ./run verify {MY}": InPlace(
        "the folder is the reader's; tests/studies/test_retrieved_study.py has one", f"./run verify {MY}"
    ),
    "RURALPANEL_RAW=/path/to/folder ./run --config study=restricted/cfps": InPlace(
        "the folder is the reader's; tests/studies/test_restricted_panels.py has a twin of it",
        "./run simulate --survey cfps",
    ),
    "RURALPANEL_RAW=data/raw/simulated/cfps ./run --config study=restricted/cfps": InPlace(
        "a whole study, which tests/studies/test_restricted_panels.py runs",
        "./run simulate --help",
    ),
    "./run new-study my_study data/raw/my_study/*": InPlace(
        "the tutorial's draft is there already, and is not written over",
        "./run new-study my_draft data/raw/my_study/*",
    ),
    "./run doctor --config study=china_counties": InPlace(
        "ends with status 1 where files are neither here nor in a mirror", "./run doctor --config study=my_study"
    ),
    **{
        command: InPlace(RUN_BY_TUTORIAL + "; tests/trial do it with a small one", f"./run {command.split()[1]} --help")
        for command in (
            './run try "log(income) ~ listed | village + province^year" --cluster county',
            './run try "log(income) ~ i(listed) | village + year" --with "window: [-4, 4]"',
            './run try "log(income) ~ listed | village + year" --estimator callaway_santanna',
            './run try "log(income) ~ listed + csw0(listed_in_county) | village + year" --save spillovers',
            "./run plot income by cohort",
            "./run plot income around listing",
            "./run plot income and population by province",
            "./run watch --study replications/castle",
            "./run explore",
        )
    },
    f"./run register {MY}": InPlace(
        "the tutorial's study goes on changing; tests/commands/test_register.py registers one", "./run register --help"
    ),
    f'./run register {MY} --again "the survey has no wave in 2015"': InPlace(
        "needs that, and a change after it", "./run register --help"
    ),
    "./run --config study=simulated/null_10": InPlace(
        "a whole study of minutes; tests/commands/test_simulate.py makes its panel", "./run simulate --help"
    ),
    "./run test": InPlace("is what runs this test", "./run test --version"),
    ".venv/bin/mkdocs build --strict -f docs/mkdocs.yml": InPlace(
        "CI builds the site in a step of its own, and tests/docs/test_site.py elsewhere", "mkdocs --version"
    ),
    ".venv/bin/pip install '.[cluster]'": InPlace(
        "needs a network, and would change the environment of the tests", "grep -q '^cluster = ' pyproject.toml"
    ),
    f"./run --workflow-profile workflow/profiles/slurm {MY}": InPlace(
        "needs a Slurm, which tests/studies/test_slurm.py has", "ls workflow/profiles/slurm/config.yaml"
    ),
    "./run --workflow-profile workflow/profiles/kubernetes --container-image IMAGE "
    "--default-storage-prefix s3://BUCKET": InPlace(
        "needs a cluster, an image and a bucket", "ls workflow/profiles/kubernetes/config.yaml"
    ),
    ".venv/bin/python benchmarks/job_times.py taobao_villages --by-rule": InPlace(
        RUN_BY_TUTORIAL, f"python {ROOT / 'benchmarks/job_times.py'} my_study --by-rule"
    ),
    "python -m venv .venv-peers": InPlace("makes an environment", "python -m venv --help"),
    ".venv-peers/bin/pip install -r benchmarks/peers.txt": InPlace(
        "needs a network", f"ls {ROOT / 'benchmarks/peers.txt'}"
    ),
    ".venv/bin/python -m benchmarks --all --peers .venv-peers/bin/python --save": InPlace(
        "takes an hour; tests/test_benchmarks.py does each work once", "mkdocs --version"
    ),
    ".venv/bin/python -m benchmarks.national --villages 700000": InPlace(
        "takes minutes and gigabytes; tests/test_benchmarks.py does it with 400 villages", "mkdocs --version"
    ),
    "conda env create -f environment.yml && conda activate ruralpanel": InPlace(
        "needs conda and a network; tests/test_environment.py holds environment.yml to the lock",
        "python -c \"import yaml; yaml.safe_load(open('environment.yml'))['dependencies']\"",
    ),
    "python -m pip install --no-deps --no-build-isolation --editable .": InPlace(
        "would change the environment of the tests",
        "python -m pip install --dry-run --quiet --no-deps --no-build-isolation --editable .",
    ),
    "snakemake --cores all": InPlace(WHOLE, "./run -n"),
    "pip install ruralpanel": InPlace(INSTALLED, "python -m pip --version"),
    "ruralpanel init my-paper": InPlace(INSTALLED, "./run init --help"),
    "cd my-paper && ruralpanel run": InPlace(INSTALLED, "./run -n"),
    "ruralpanel publish": InPlace(INSTALLED, "./run -n publish --config study=replications/castle"),
    "ruralpanel verify": InPlace(INSTALLED, "./run -n verify"),
    "ruralpanel init my-survey --from ../survey/waves.dta ../survey/roads.csv": InPlace(
        "the files are the reader's; tests/starting/test_folder.py has one", "./run init --help"
    ),
    "docker build --build-arg UID=$(id -u) -t ruralpanel .": InPlace(IMAGE, "ls .dockerignore"),
    'docker run --rm -v "$PWD/results:/paper/results" ruralpanel --config study=replications/castle': InPlace(
        IMAGE, "./run -n --config study=replications/castle"
    ),
    "apptainer build ruralpanel.sif apptainer.def": InPlace(IMAGE, "ls apptainer.def"),
    "./ruralpanel.sif --config study=replications/castle": InPlace(
        IMAGE, "./run -n --config study=replications/castle"
    ),
}
"""The commands that are not run as they stand."""

QUICK = (
    "./run -n",
    "./run doctor",
    "./run new-study",
    "./run verify --twice --help",
    "./run package --help",
    "./run register --help",
    "./run simulate --help",
    "./run try --help",
    "./run plot --help",
    "./run watch --help",
    "./run explore --help",
    "mkdir",
    "cp data",
)
"""How commands begin that need no results and take no time: all of them are run in one process."""


def run_here() -> list[Command | Change]:
    """List what is done, in order: the tutorial with its changes, then what other pages add, each command once."""
    found = [_in_its_place(step) for step in steps(TUTORIAL)]
    for path in documents()[1:]:
        new = [_in_its_place(step) for step in steps(path) if isinstance(step, Command)]
        found += [step for step in dict.fromkeys(new) if step not in found]
    return found


def _in_its_place(step: Command | Change) -> Command | Change:
    """Give what is done for a step of a page."""
    return Command(NOT_RUN[step.text].stand_in) if isinstance(step, Command) and step.text in NOT_RUN else step


def quick(dry_runs: bool) -> list[Command]:
    """List the commands that take no time: the dry runs, or the others."""
    every = dict.fromkeys(step for step in run_here() if isinstance(step, Command) and step.text.startswith(QUICK))
    before = [each for each in every if not each.text.startswith("./run -n")]
    return [*before, *(each for each in every if each not in before)] if dry_runs else before


def test_the_table_names_commands_that_are_on_pages() -> None:
    assert sorted(NOT_RUN.keys() - all_commands().keys()) == []


def test_every_command_is_run_or_in_the_table() -> None:
    here = {step.text for step in run_here() if isinstance(step, Command)}
    assert sorted(all_commands().keys() - here - NOT_RUN.keys()) == []
    assert sorted({each.stand_in for each in NOT_RUN.values()} - here) == []


def answers(commands: list[Command], top: Path) -> None:
    """Run commands in one process, and hold their status to what the page says."""
    ended = subprocess.run(
        [sys.executable, str(ROOT / "tests/docs/quick.py")],
        input=json.dumps([each.text for each in commands]),
        cwd=top,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    for command, (status, said) in zip(commands, json.loads(ended.stdout.splitlines()[-1]), strict=True):
        assert status == command.status, f"{command.text}\n{said}"


@pytest.mark.slow
def test_commands_that_take_no_time(tmp_path: Path) -> None:
    """The draft of the tutorial's study, and the doctor; and all changes of the tutorial fit the draft."""
    top = Scratch(tmp_path / "top").top
    answers(quick(dry_runs=False), top)
    for change in steps(TUTORIAL):
        if isinstance(change, Change):
            change.make(top)


SIMULATED = re.compile(r"study=simulated/(mixed|null|negative|strong_moderation)_\d+")
"""Studies that `./run simulate` makes."""

TO_REPLACE = ("IMAGE", "s3://BUCKET")
"""What stands in commands for what a user has."""


def test_what_snakemake_is_asked_for_is_there() -> None:
    """Studies, rules and flags; the slow tests make dry runs of them."""
    rules = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "workflow").rglob("*.smk"))
    rules += (ROOT / "workflow/Snakefile").read_text(encoding="utf-8")
    known = {*re.findall(r"^rule (\w+):", rules, re.MULTILINE)}
    ours = {name for name in command_names() if name != "verify"} | {"test"}
    for command in all_commands():
        words = command.split()
        if words[0] != "./run" or ours & {*words[1:2]} or {"--twice", "--engine"} & {*words[2:3]}:
            continue
        for word in words[1:]:
            if word.startswith("study="):
                known_studies = ("study=my_study", *(f"study={name}" for name in available_studies(ROOT)))
                assert word in known_studies or SIMULATED.fullmatch(word), command
            elif word.startswith("workflow/profiles/"):
                assert (ROOT / word / "config.yaml").is_file(), command
            elif not word.startswith(("-", "monte_carlo=", "results/")) and word not in TO_REPLACE:
                assert word in known, command


@pytest.mark.slow
def test_dry_runs(tmp_path: Path) -> None:
    answers(quick(dry_runs=True), Scratch(tmp_path / "top").top)
