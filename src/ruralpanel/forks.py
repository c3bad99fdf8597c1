"""A process that has the libraries loaded, and of which each job of a run on this machine is a fork.

A run has some eighty jobs, each a process of its own, and importing pandas, scipy and matplotlib takes longer than most
of them work. So a run starts one server, which imports them once; a job asks it for a fork, hands it its script, and
ends as the fork ends. Snakemake sees what it always sees: a process a job, which can be killed, and its exit status.

The server imports this package too, at the start of the run, while Snakemake computes the digests of its code: all jobs
of a run work with one state of it, and the next run has a server of its own. It ends with the run, however that ends,
for it holds the end of a pipe whose other end only the run has; and with it end its forks. Where there is none (another
system than Linux, a cluster, a job run by hand) or it does not answer, a job imports for itself.
"""

from __future__ import annotations

import ast
import gc
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn
from weakref import finalize

from ruralpanel.errors import want_of_memory
from ruralpanel.fork_request import ADDRESS, NOT_BEGUN
from ruralpanel.fork_request import __file__ as REQUEST

LIBRARIES = (
    *("snakemake.iocontainers", "snakemake.logging", "pandas", "pyarrow.parquet", "pydantic", "numba"),
    *("openpyxl", "python_calamine", "scipy.stats", "scipy.sparse.linalg", "scipy.sparse.csgraph", "scipy.optimize"),
    *("linearmodels.iv.absorbing", "statsmodels.genmod.generalized_linear_model", "statsmodels.stats.multitest"),
    *("matplotlib.pyplot", "seaborn", "docx", "jinja2", "markdown", "typst", "pyarrow.dataset"),
    *("matplotlib.backends.backend_pdf", "matplotlib.backends.backend_svg", "fontTools.ttLib.tables.otTables"),
)
"""What takes longest to import, in the order in which jobs come to need it."""

ESTIMATING, COMPILED = "ruralpanel.estimation.block", "ruralpanel.estimation.ready"
"""The module of jobs that need what is compiled, and the one that loads it."""

PREFIX = "ruralpanel-forks-"

NO_MEMORY = "Out of memory: a job could not begin. Where memory was short, give the job a machine or a limit with more."
"""What is said of a job that could not even say so in its log."""


def start_server(scripts: Path, libraries: Sequence[str] = LIBRARIES) -> Forks | None:
    """Start the server of this run, if there can be one, and tell the jobs that the run will start.

    Parameters
    ----------
    scripts
        The folder of the jobs' scripts: what they import of this package is loaded too.
    libraries
        What else is.

    Returns
    -------
    Forks or None
        What ends it before the run ends; None if there is none.
    """
    if sys.platform != "linux":  # elsewhere libraries of the system do not survive a fork
        return None
    run, other = os.pipe()
    folder = tempfile.mkdtemp(prefix=PREFIX)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address := f"{folder}/socket")
        listening.listen(128)
        # One thread of linear algebra, as jobs have: a fork takes over no other.
        alone = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        modules = (*libraries, *imported_by(scripts))
        subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, str(run), str(listening.fileno()), folder, *modules],
            env={**os.environ, **alone},
            pass_fds=(run, listening.fileno()),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # what is typed to stop a run is for the run, with which this ends
        )
    os.close(run)
    os.environ[ADDRESS] = address
    return Forks(other, address)


class Forks:
    """The server of a run, which lives as long as this object does, and no longer than this process.

    Parameters
    ----------
    pipe
        The end of a pipe of whose other end the server sees that this one is closed.
    address
        Where it listens.
    """

    def __init__(self, pipe: int, address: str) -> None:
        self.address = address
        self._end = finalize(self, os.close, pipe)

    def close(self) -> None:
        """End it: the jobs of the run do their work themselves."""
        self._end()
        if os.environ.get(ADDRESS) == self.address:
            del os.environ[ADDRESS]


def hand_over(job: Any, script: str, **_: object) -> None:
    """Have Snakemake start what asks for a fork instead of the script, at whose head it puts an import of itself.

    Parameters
    ----------
    job
        Snakemake's own object for a script that is to be run, of whose method of this signature this takes the place.
    script
        The script with its head.
    """
    job._execute_cmd("{python:q} -I -S {request:q} {script:q}", python=sys.executable, request=REQUEST, script=script)


def imported_by(scripts: Path) -> list[str]:
    """Name the modules of this package that scripts import."""
    package = __name__.split(".")[0]
    found = {
        node.module: None
        for script in sorted(scripts.glob("*.py"))
        for node in ast.walk(ast.parse(script.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == package
    }
    return list(found)


class Server:
    """Fork for whoever asks, until the run ends.

    Parameters
    ----------
    run
        The end of a pipe whose other end the run has.
    listening
        Where jobs ask.
    """

    def __init__(self, run: int, listening: socket.socket) -> None:
        self.run = run
        self.listening = listening
        self.jobs: dict[int, socket.socket] = {}
        self.compiling = 0
        self.wake, ended = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(ended, False)
        signal.set_wakeup_fd(ended, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.poll = select.poll()
        self.poll.register(run, 0)  # no more than whether the other end is there, as for jobs
        for each in (listening.fileno(), self.wake):
            self.poll.register(each, select.POLLIN)

    def serve(self, *, wait: bool) -> bool:
        """Do what there is to do, or wait for something; tell whether the run is still there."""
        found = [descriptor for descriptor, _ in self.poll.poll(None if wait else 0)]
        if self.run in found:
            return False
        if self.wake in found:
            with suppress(BlockingIOError):
                os.read(self.wake, 4096)
            self.reap()
        for fork, job in self.jobs.items():
            if job.fileno() in found:  # the job is no more
                self.poll.unregister(job)
                _kill(fork)
        if self.listening.fileno() in found:
            self.begin(self.listening.accept()[0])
        return True

    def begin(self, job: socket.socket) -> None:
        """Fork for a job."""
        gc.freeze()  # what is loaded is not looked at again, so that forks share its memory
        try:
            fork = os.fork()
        except (OSError, MemoryError):
            with job, suppress(OSError):
                job.sendall(NOT_BEGUN)
            return
        if fork == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for each in (self.listening, *self.jobs.values()):
                each.close()
            os.close(self.run)
            work(job)
        self.jobs[fork] = job
        self.poll.register(job, 0)

    def compile(self) -> None:
        """Let a fork compile the loops of least squares, which may take a while, for jobs ask for forks meanwhile."""
        try:
            self.compiling = os.fork()
        except (OSError, MemoryError):  # the jobs that need it compile for themselves
            return
        if self.compiling == 0:
            signal.set_wakeup_fd(-1)
            self.listening.close()
            os.close(self.run)
            _load_compiled()
            os._exit(0)

    def reap(self) -> None:
        """Tell jobs whose forks have ended how they did; what has been compiled is loaded once for all later ones."""
        for fork, status in _ended():
            if fork == self.compiling:
                self.compiling = 0
                _load_compiled()
                continue
            with self.jobs.pop(fork) as job, suppress(OSError):
                job.sendall(str(os.waitstatus_to_exitcode(status)).encode())
                self.poll.unregister(job)

    def end(self) -> None:
        """End all forks."""
        for fork in (*self.jobs, *([self.compiling] if self.compiling else [])):
            _kill(fork)


def _load_compiled() -> None:
    with suppress(Exception):  # the job that needs it finds out the same, and says so
        import_module(COMPILED).load_compiled()


def work(job: socket.socket) -> NoReturn:
    """Be the job: take over its streams, folder and environment, run its script, and end."""
    status = 1
    try:
        os.setpgid(0, 0)
        length, streams, _, _ = socket.recv_fds(job, 8, 3)
        script, folder, *variables = _receive(job, int.from_bytes(length, "big")).split(b"\0")
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        os.environ.clear()
        os.environb.update(dict(each.split(b"=", 1) for each in variables))
        os.chdir(folder)
        sys.argv = [os.fsdecode(script)]
        runpy.run_path(sys.argv[0], run_name="__main__")
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException as error:  # before the script could say so itself
        with suppress(MemoryError):
            if want_of_memory(error):
                print(NO_MEMORY, file=sys.stderr)
            else:
                traceback.print_exc()
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)  # without taking down what the server has loaded


def _receive(job: socket.socket, length: int) -> bytes:
    received = b""
    while len(received) < length:
        part = job.recv(length - len(received))
        if not part:
            raise EOFError("a job ended while it asked")
        received += part
    return received


def _ended() -> Iterator[tuple[int, int]]:
    """Give the forks that have ended since, with their status."""
    with suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            yield found


def _kill(fork: int) -> None:
    """Kill a fork with what it may have started."""
    for kill in (os.killpg, os.kill):  # it is a group of its own a moment after it is there
        with suppress(ProcessLookupError, PermissionError):
            kill(fork, signal.SIGKILL)


def main(run: int, listening: int, folder: str, modules: Sequence[str]) -> None:
    """Import what there is to import, and serve meanwhile and after; leave nothing behind."""
    server = Server(run, socket.socket(fileno=listening))
    try:
        going_on = True
        for name in modules:
            if not (going_on := server.serve(wait=False)):
                break
            with suppress(Exception):  # the job that needs it finds out the same, and says so
                import_module(name)
        if going_on and ESTIMATING in modules:
            server.compile()
        while going_on:
            going_on = server.serve(wait=True)
    finally:
        server.end()
        for path in (Path(folder) / "socket", Path(folder)):
            with suppress(OSError):
                path.unlink() if path.is_socket() else path.rmdir()
        # Without taking down what is loaded, which after an error may take for ever, while jobs wait for an answer.
        os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
