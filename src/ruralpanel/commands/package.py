"""``./run package``: the replication archive of a study, run first if anything has changed."""

from __future__ import annotations

import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from ruralpanel.errors import Problem, StudyError


def main(arguments: Sequence[str]) -> int:
    """Run the study, make its archive and say where it is; the status is 0 only when the run is a match."""
    parser = ArgumentParser(prog="./run package", description=__doc__)
    parser.add_argument("--config", metavar="study=NAME", help="the study; left out: that of config/config.yaml")
    chosen = parser.parse_args(list(arguments))
    from ruralpanel.archive.contents import refuse_restricted
    from ruralpanel.archive.make import make_archive
    from ruralpanel.archive.readme import not_stated
    from ruralpanel.study import load_study

    root = Path()
    name = _study_of(chosen.config, root)
    study = load_study(name, root)
    refuse_restricted(study, root)  # before the run, which may take long
    run = subprocess.run([sys.executable, "-m", "snakemake", "--config", f"study={name}"], check=False)
    if run.returncode:
        print("No archive is made: the run did not end as it should, see above.", file=sys.stderr)
        return run.returncode
    archive = make_archive(name, root)
    print(f"Replication archive: {archive.as_posix()}")
    if asked := not_stated(study):
        print(f"Still to be stated by the authors, under `archive` in the study file: {', '.join(asked)}")
    return 0


def _study_of(config: str | None, root: Path) -> str:
    """Read the study from ``study=NAME``, or from the configuration."""
    if config is None:
        import yaml

        return str(yaml.safe_load((root / "config/config.yaml").read_text(encoding="utf-8"))["study"])
    key, _, value = config.partition("=")
    if key != "study" or not value:
        what = f"is {config!r}; expected study=NAME"
        raise StudyError([Problem("./run package", what, "--config", "./run package --config study=taobao_villages")])
    return value
