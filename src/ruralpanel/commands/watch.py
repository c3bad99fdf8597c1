"""``./run watch``: the study is run again on every save, and the page in the browser is new."""

from __future__ import annotations

import signal
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from ruralpanel.errors import Problem
from ruralpanel.study.load import configured_study, find_study
from ruralpanel.trial.errors import TrialError
from ruralpanel.trial.page_server import ADDRESS, State, serve
from ruralpanel.trial.watching import Watch, plain_run


def main(arguments: Sequence[str]) -> int:
    """Watch until interrupted; the status is then 0."""
    parser = ArgumentParser(prog="./run watch", description=__doc__)
    parser.add_argument("--config", nargs="+", default=[], metavar="study=NAME", help="left out: config/config.yaml")
    parser.add_argument("--study", default="", help="the same")
    parser.add_argument("--port", type=int, default=0, help="left out: one that is free")
    chosen = parser.parse_args(list(arguments))
    root = Path().resolve()
    name = configured_study([*chosen.config, *([f"study={chosen.study}"] if chosen.study else [])], root)
    kept_as, path = find_study(name, root)
    state = State(root / "results" / kept_as)
    state.keep_page()
    try:
        server = serve(state, chosen.port)
    except (OSError, OverflowError) as error:
        what = f"cannot be served at: {error}"
        raise TrialError([Problem(f"port {chosen.port}", what, hint="leave --port out")]) from None
    shown = path.relative_to(root) if path.is_relative_to(root) else path
    print(
        f"The page: http://{ADDRESS}:{server.server_address[1]}/\nWatching {shown} and what it names; Ctrl-C ends this."
    )
    for each in (signal.SIGINT, signal.SIGTERM):  # told to stop by whatever means, it lets go of the port
        signal.signal(each, signal.default_int_handler)
    try:
        Watch(name, root, state, plain_run).begin()
    except KeyboardInterrupt:
        print("Stopped.")
    finally:
        state.end()
        server.shutdown()
        server.server_close()
    return 0
