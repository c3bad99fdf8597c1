"""R, where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from ruralpanel.crosscheck.debian import PACKAGES
from ruralpanel.crosscheck.run import installed

NOT_HERE = (
    "R is not installed with plm, sandwich and clubSandwich: on Debian, r-base-core r-cran-plm r-cran-clubsandwich"
)


@cache
def _has_packages() -> bool:
    return installed(list(PACKAGES)) == set(PACKAGES)


def require_r() -> None:
    """Skip a test where R or the packages of Debian's form are not installed."""
    if not _has_packages():
        pytest.skip(NOT_HERE)


needs_rscript = pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")


def said_by_r(script: Path | str) -> str:
    """Run a file, or a line, of R, and give what it prints."""
    what = ["-e", script] if isinstance(script, str) else [script.name]
    where = script.parent if isinstance(script, Path) else None
    done = subprocess.run(
        ["Rscript", "--vanilla", *what],
        cwd=where,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    return done.stdout
