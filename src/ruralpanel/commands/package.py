"""``./run package``: the replication archive of a study, run first if anything has changed."""

from __future__ import annotations

import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from ruralpanel.errors import DataError
from ruralpanel.installation import snakemake_command


def main(arguments: Sequence[str]) -> int:
    """Run the study, make its archive and say where it is; the status is 0 only when the run is a match."""
    parser = ArgumentParser(prog="./run package", description=__doc__)
    parser.add_argument(
        "--config", nargs="+", default=[], metavar="study=NAME", help="the study; left out: that of config/config.yaml"
    )
    chosen = parser.parse_args(list(arguments))
    from ruralpanel.archive.contents import refuse_restricted
    from ruralpanel.archive.make import make_archive
    from ruralpanel.archive.readme import still_to_be_stated
    from ruralpanel.doctor.repository import tracked_files
    from ruralpanel.doctor.tracked_files import personal_data
    from ruralpanel.study.load import configured_study, load_study

    root = Path()
    name = configured_study(chosen.config, root)
    study = load_study(name, root)
    refuse_restricted(study, root)  # before the run, which may take long
    persons = [each for each in personal_data(root, tracked_files(root) or [], study.sources) if each.level == "error"]
    if persons:
        raise DataError(each.problem for each in persons)
    run = subprocess.run(snakemake_command(root, "--config", f"study={name}"), check=False)
    if run.returncode:
        print("No archive is made: the run did not end as it should, see above.", file=sys.stderr)
        return run.returncode
    archive = make_archive(name, root)
    print(f"Replication archive: {archive.as_posix()}")
    if asked := still_to_be_stated(study):
        print("Still to be stated by the authors, in the study file:")
        print("\n".join(f"  {line}" for line in asked))
    return 0
