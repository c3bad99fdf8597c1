"""Running R scripts, where R and the packages they need are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ruralpanel.crosscheck.bounds import FORM as BOUNDS
from ruralpanel.crosscheck.bounds import PACKAGES as PACKAGES_OF_BOUNDS
from ruralpanel.crosscheck.scripts import FORMS

TEN_MINUTES = 600
"""After this long, in seconds, an R that only lists its packages is given up."""


def installed(packages: list[str]) -> set[str]:
    """Tell which packages of R are installed; none where there is no R.

    Parameters
    ----------
    packages
        Names that a script would load.
    """
    program = shutil.which("Rscript")
    if program is None:
        return set()
    listing = 'cat(rownames(installed.packages()), sep = "\\n")'
    said = subprocess.run(
        [program, "--vanilla", "-e", listing], capture_output=True, text=True, check=False, timeout=TEN_MINUTES
    )
    return set(packages) & set(said.stdout.split())


def forms_to_run() -> tuple[list[str], dict[str, list[str]]]:
    """List the forms of R that can be run here, that of bounds among them, and what others lack.

    Returns
    -------
    tuple of (list of str, dict)
        And by form that cannot be run, the packages that are not installed.
    """
    needed = {form.name: form.packages for form in FORMS if form.language == "r"} | {BOUNDS: PACKAGES_OF_BOUNDS}
    there = installed([package for packages in needed.values() for package in packages])
    lacking = {name: [each for each in packages if each not in there] for name, packages in needed.items()}
    return [name for name in needed if not lacking[name]], {name: each for name, each in lacking.items() if each}


def run_scripts(folder: Path, forms: list[str], jobs: int) -> dict[str, str]:
    """Run the R scripts of some forms.

    Parameters
    ----------
    folder
        With the scripts, where their results go too.
    forms
        From :func:`forms_to_run`.
    jobs
        How many at once.

    Returns
    -------
    dict
        By script, what it said to standard error; those that said nothing are not there.
    """
    scripts = sorted(path for form in forms for path in folder.glob(f"*.{form}.R"))
    with ThreadPoolExecutor(max(jobs, 1)) as pool:
        said = dict(zip(scripts, pool.map(_run, scripts), strict=True))
    return {path.name: words for path, words in said.items() if words}


def _run(script: Path) -> str:
    """Run a script in its folder, with one thread, so that scripts that run at once do not wait for each other."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    ended = subprocess.run(
        [shutil.which("Rscript") or "Rscript", "--vanilla", script.name],
        cwd=script.parent,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    said = ended.stderr.strip()
    return said or (f"ended with status {ended.returncode}" if ended.returncode else "")
