"""Ask git what it knows of a repository, where there is one."""

from __future__ import annotations

import subprocess
from pathlib import Path


def git(root: Path, *arguments: str) -> str | None:
    """Ask git something; None where there is no git, or no repository.

    Parameters
    ----------
    root
        The top of the repository.
    *arguments
        What is asked.
    """
    try:
        answer = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)
    except OSError:
        return None
    return answer.stdout.decode("utf-8", errors="replace") if answer.returncode == 0 else None
