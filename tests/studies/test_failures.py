"""What a user gets wrong ends a run with words and a status, and loses nothing that was made."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.studies.conftest import Checkout, Finished

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("castle")]


@pytest.fixture(scope="module")
def checkout(castle: Finished, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return castle.checkout.copy(tmp_path_factory.mktemp("checkout"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--config", "study=replications/castel"], "did you mean “replications/castle”?"),
        (["--config", "study=42"], "expected the name of a study"),
        (["--config", "studdy=castle"], "did you mean “study”?"),
        (["nonsense"], "nonsense"),
    ],
)
def test_a_wrong_command_line(checkout: Checkout, arguments: list[str], said: str) -> None:
    result = checkout.snakemake(*arguments)
    assert result.returncode != 0
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_wrong_study_file(checkout: Checkout) -> None:
    text = (checkout.folder / "config/studies/replications/castle.yaml").read_text(encoding="utf-8")
    broken = text.replace("study: castle", "study: broken").replace("weights: population", "weights: populaton")
    (checkout.folder / "config/studies/broken.yaml").write_text(broken, encoding="utf-8")
    result = checkout.run("broken")
    assert result.returncode != 0
    assert result.stderr.count("did you mean “population”?") == 4
    assert "Traceback" not in result.stderr


def test_wrong_data(checkout: Checkout) -> None:
    text = (checkout.folder / "config/studies/replications/castle.yaml").read_text(encoding="utf-8")
    broken = text.replace("study: castle", "study: strange").replace("minimum: 0", "minimum: 5")
    (checkout.folder / "config/studies/strange.yaml").write_text(broken, encoding="utf-8")
    result = checkout.run("strange")
    assert result.returncode != 0
    assert "Failed: sources read castle" in result.stderr
    assert "column `homicide` must be at least 5; found" in result.stderr
    assert "Traceback" not in result.stderr
    assert "CalledProcessError" not in result.stderr


@pytest.fixture(scope="module")
def no_match(checkout: Checkout) -> subprocess.CompletedProcess[str]:
    checkout.edit("results/published/replications/castle.csv", ",0.08,2,", ",-0.08,2,")
    return checkout.run("replications/castle", "--cores", "2")


def test_a_verdict_that_is_no_match_keeps_everything_and_fails(
    checkout: Checkout, no_match: subprocess.CompletedProcess[str]
) -> None:
    results = checkout.folder / "results/replications/castle"
    assert no_match.returncode != 0
    assert "(1 sign flip); " in no_match.stderr
    assert "published -0.08, now 0.0755" in no_match.stderr
    assert (
        "Verdict: NO MATCH. Of 174 published cells, 173 reproduce (12 exactly, 161 within rounding) and 1 "
        "differs (1 with another sign);" in no_match.stderr
    )
    assert "Traceback" not in no_match.stderr
    assert (results / "report/index.html").is_file()
    assert (results / "verdict.html").is_file()
    again = checkout.run("replications/castle")
    assert again.returncode != 0


@pytest.mark.usefixtures("no_match")
def test_numbers_do_not_depend_on_the_number_of_cores(checkout: Checkout, tmp_path: Path) -> None:
    alone = Checkout(tmp_path / "one_core")
    assert alone.run("replications/castle", "--cores", "1").returncode == 0
    estimates = []
    for each in (checkout, alone):
        folder = each.folder / "results/replications/castle"
        files = sorted(path for part in ("estimates", "exhibits", "panel") for path in (folder / part).iterdir())
        estimates.append({path.name: path.read_bytes() for path in files})
    assert estimates[0] == estimates[1]
