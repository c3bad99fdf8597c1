"""Asking the server of a run for a fork: all that the process of a job does, which imports next to nothing for it."""

from __future__ import annotations

import os
import signal
import socket
import sys

ADDRESS = "RURALPANEL_FORKS"
"""The variable that tells jobs where the server listens."""

NOT_BEGUN = b"none"
"""The answer to a job of which there is no fork, for want of memory: it does its work itself."""


def run_in_fork(script: str) -> int | None:
    """Run a script in a fork of the server.

    Parameters
    ----------
    script
        Its file, with nothing to be passed but the environment, the folder and the streams of this process.

    Returns
    -------
    int or None
        Its exit status, negative for a signal that ended it; None if no server answers, and nothing was run.
    """
    address = os.environ.pop(ADDRESS, None)
    if address is None or sys.platform != "linux":
        return None
    with socket.socket(socket.AF_UNIX) as asking:
        try:
            asking.connect(address)
        except OSError:
            return None
        variables = (name + b"=" + value for name, value in os.environb.items())
        request = b"\0".join([os.fsencode(script), os.getcwdb(), *variables])
        socket.send_fds(asking, [len(request).to_bytes(8, "big")], [0, 1, 2])
        try:
            asking.sendall(request)
            answer = asking.recv(8)
        except ConnectionError:
            answer = b""
    if answer == NOT_BEGUN:
        return None
    # The server ends before its forks only with the run, or killed: then so is this job.
    return int(answer) if answer else -signal.SIGKILL


if __name__ == "__main__":
    ended = run_in_fork(sys.argv[1])
    if ended is None:  # the script does it all by itself
        os.execv(sys.executable, [sys.executable, sys.argv[1]])
    sys.exit(ended if ended >= 0 else 128 - ended)
