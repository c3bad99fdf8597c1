"""Jobs as forks of one process: they end as scripts end, and nothing outlives the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from ruralpanel.fork_request import ADDRESS, run_in_fork
from ruralpanel.forks import LIBRARIES, imported_by, start_server
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks are for Linux")

RUN = """\
import os, sys
from pathlib import Path
from ruralpanel.fork_request import ADDRESS
from ruralpanel.forks import start_server
forks = start_server(Path("no scripts"), ["colorsys"])
print(os.environ[ADDRESS], flush=True)
sys.stdin.read()
"""
"""A run: it starts a server, and goes on until it is told to end."""


@pytest.fixture
def run() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", RUN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        yield run
        run.kill()


@pytest.fixture
def address(run: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch) -> Path:
    assert run.stdout is not None
    address = run.stdout.readline().strip()
    monkeypatch.setenv(ADDRESS, address)
    return Path(address)


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        (tmp_path / "script.py").write_text(text, encoding="utf-8")
        return str(tmp_path / "script.py")

    return write


def becomes(true: Callable[[], bool]) -> bool:
    """Wait until something is true, for a while."""
    until = time.monotonic() + 30
    while not true() and time.monotonic() < until:
        time.sleep(0.02)
    return true()


def lives(process: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return False


def test_a_fork_has_the_libraries_and_the_folder_environment_and_streams_of_the_job(
    address: Path,
    script: Callable[[str], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("OF_THIS_JOB", "yes")
    monkeypatch.chdir(tmp_path)
    path = script(
        "import os, sys\nprint(os.environ['OF_THIS_JOB'], os.getcwd(), *sys.argv)\n"
        "sys.exit('colorsys' not in sys.modules)"
    )

    def has_libraries() -> bool:  # who asks early is served before all are there
        monkeypatch.setenv(ADDRESS, str(address))
        return run_in_fork(path) == 0

    assert becomes(has_libraries)
    assert capfd.readouterr().out.splitlines()[-1] == f"yes {tmp_path} {path}"


@pytest.mark.slow(but_each=2)
@pytest.mark.usefixtures("address")
@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("pass", 0),
        ("import sys; sys.exit(3)", 3),
        ("import sys; sys.exit('no')", 1),
        ("1 / 0", 1),
        ("import os; os._exit(7)", 7),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
    ],
)
def test_a_job_ends_as_its_fork_does(script: Callable[[str], str], text: str, status: int) -> None:
    assert run_in_fork(script(text)) == status


@pytest.mark.usefixtures("address")
def test_what_a_script_does_wrong_is_said_where_the_job_says_it(
    script: Callable[[str], str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert run_in_fork(script("nonsense()")) == 1
    assert "NameError: name 'nonsense' is not defined" in capfd.readouterr().err


@pytest.mark.usefixtures("address")
def test_a_fork_asks_for_no_other(script: Callable[[str], str]) -> None:
    again = "from ruralpanel.fork_request import run_in_fork\nimport sys\nsys.exit(run_in_fork(sys.argv[0]) is None)\n"
    assert run_in_fork(script(again)) == 1


def test_without_a_server_nothing_is_run(script: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ADDRESS, raising=False)
    assert run_in_fork(script("pass")) is None
    monkeypatch.setenv(ADDRESS, "/nowhere/socket")
    assert run_in_fork(script("pass")) is None


def waiting_job(script: Callable[[str], str], tmp_path: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start a job that goes on for long, and tell the number of its fork."""
    there = tmp_path / "fork"
    path = script(f"import os, time\nopen({str(there)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)\n")
    program = f"import sys\nfrom ruralpanel.fork_request import run_in_fork\nsys.exit(128 - run_in_fork({path!r}))"
    job = subprocess.Popen([sys.executable, "-c", program])
    assert becomes(lambda: there.is_file() and there.read_text() != "")
    return job, int(there.read_text())


def test_a_job_that_is_killed_takes_its_fork_with_it(
    address: Path, script: Callable[[str], str], tmp_path: Path
) -> None:
    job, fork = waiting_job(script, tmp_path)
    assert lives(fork)
    job.kill()
    job.wait()
    assert becomes(lambda: not lives(fork))
    os.environ[ADDRESS] = str(address)
    assert run_in_fork(script("pass")) == 0  # others go on


def test_nothing_outlives_a_run_that_is_killed(
    run: subprocess.Popen[str], address: Path, script: Callable[[str], str], tmp_path: Path
) -> None:
    job, fork = waiting_job(script, tmp_path)
    server = int(Path(f"/proc/{fork}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[1])
    assert lives(server)
    run.kill()
    assert job.wait(30) == 128 + signal.SIGKILL
    assert becomes(lambda: not lives(fork) and not lives(server) and not address.parent.exists())


@pytest.mark.slow
def test_what_is_loaded_is_there() -> None:
    package = imported_by(ROOT / "workflow/scripts")
    assert {"ruralpanel.estimation.block", "ruralpanel.sources.table"} <= set(package)
    for name in (*package, *LIBRARIES):
        assert import_module(name).__name__ == name


@pytest.mark.usefixtures("address")
def test_the_environment_of_a_job_says_nothing_of_the_server(script: Callable[[str], str]) -> None:
    assert run_in_fork(script(f"import os, sys; sys.exit({ADDRESS!r} in os.environ)")) == 0
    assert ADDRESS not in os.environ


@pytest.mark.parametrize("close", [True, False])
def test_a_run_can_end_its_server_before_it_ends_or_forget_it(monkeypatch: pytest.MonkeyPatch, close: bool) -> None:
    monkeypatch.setenv(ADDRESS, "of an earlier one")
    forks = start_server(Path("no scripts"), ["colorsys"])
    assert forks is not None
    folder = Path(os.environ[ADDRESS]).parent
    assert folder.is_dir()
    if close:
        forks.close()
        assert ADDRESS not in os.environ
    del forks
    assert becomes(lambda: not folder.exists())
