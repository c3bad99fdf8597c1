"""What a job made is kept, and given again where a later run would make the same of the same.

Snakemake runs a job again when any job before it ran. One more control changes a block's estimates, after which what
could be wrong with its effects is looked for anew; as a rule the answer is the same file, and what reads it, most
tables and figures, is made again for nothing. So a job whose outputs follow from its inputs, parameters and code alone
leaves a record of these by their contents, and links to what it made; a later job of the same rule with the same record
gives the links their places, and ends. Build systems call this early cutoff (Mokhov, Mitchell and Peyton Jones 2018,
Build systems à la carte, section 2.3). Snakemake's own cache between workflows does not cut off, for its record of a
job is that of all jobs before it rather than what they made.

What is kept lies in the folder of the study's results, with which it goes. Somebody who takes a file away wants it made
anew, and so does who says so (`--forceall`, `--forcerun`, `--force`): neither is given what is kept.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = ".kept"
"""The folder of what is kept, within the results of a study."""

CUTS_OFF = "RURALPANEL_CUTS_OFF"
"""The variable that tells jobs that they may be given what is kept."""

RECORD = "record.json"

LARGEST = 256 << 20
"""Bytes of inputs and outputs of a job beyond which nothing is kept: to read them takes as long as many a job."""

PREAMBLE = "######## snakemake preamble end #########"
"""The line at which a script begins, after what Snakemake puts at its head, which has the folder of the run."""


def folder_of(log: Path) -> Path:
    """Name the folder of what is kept of a job, by its log file, below a folder ``logs`` in the study's results."""
    logs = next(at for at in log.parents if at.name == "logs")
    return logs.with_name(FOLDER) / log.relative_to(logs).with_suffix("")


def forget_what_is_gone(jobs: Iterable[Any]) -> None:
    """Give up what is kept of jobs that lack an output, before any of them runs.

    Parameters
    ----------
    jobs
        Snakemake's jobs that are to be run: of them, ``log`` and ``output``.
    """
    for job in jobs:
        if job.log and not all(Path(str(path)).exists() for path in job.output):
            with suppress(StopIteration):  # a log that is elsewhere is of a job that keeps nothing
                shutil.rmtree(folder_of(Path(str(job.log[0]))), ignore_errors=True)


class Taken(NamedTuple):
    """The only rows that a job takes from a CSV file.

    Parameters
    ----------
    column, cell
        Those with this cell in this column.
    apart_from
        A column that the job does not take, such as running numbers, which change with the other rows.
    """

    column: str
    cell: str
    apart_from: str = ""


class Kept:
    """What is kept of a job.

    Parameters
    ----------
    job
        What Snakemake tells a script of its job, ``snakemake``.
    log
        Its log file, below a folder ``logs`` in the study's results.
    script
        The file that is being run.
    rows
        Of inputs that are CSV files, by name, the only rows that the job takes from them.
    """

    def __init__(self, job: Any, log: Path, script: Path, rows: Mapping[str, Taken]) -> None:
        self.folder = folder_of(log)
        self.inputs = [Path(path) for path in job.input]
        self.rows = {Path(path): rows[name] for name in rows for path in job.input[name]}
        self.outputs = [Path(path) for path in job.output]
        self.told = repr(
            [
                (job.rule, *sorted(dict(job.wildcards).items())),
                *([list(named), list(named.items())] for named in (job.input, job.output, job.params)),
                script.read_text(encoding="utf-8").rpartition(PREAMBLE)[2],
                sorted(rows.items()),
            ]
        )
        self.record: str | None = None

    def given(self) -> bool:
        """Give the outputs again if they were made of the same, and tell whether they are there."""
        with suppress(OSError, ValueError):
            self.record = self._record()
            if self.record is None or CUTS_OFF not in os.environ:
                return False
            kept = json.loads((self.folder / RECORD).read_text(encoding="utf-8"))
            links = [self.folder / str(number) for number in range(len(self.outputs))]
            # A link is the same file as the output was, which somebody may have written to since.
            if kept["record"] != self.record or kept["outputs"] != [_digest(link) for link in links]:
                return False
            for link, output in zip(links, self.outputs, strict=True):
                output.parent.mkdir(parents=True, exist_ok=True)
                output.unlink(missing_ok=True)
                os.link(link, output)
                os.utime(output)
            return True
        return False

    def keep(self) -> None:
        """Keep what the job has made; where that cannot be, nothing is kept."""
        with suppress(OSError):
            shutil.rmtree(self.folder, ignore_errors=True)
            if self.record is None or _size(self.outputs) > LARGEST:
                return
            self.folder.mkdir(parents=True, exist_ok=True)
            for number, output in enumerate(self.outputs):
                os.link(output, self.folder / str(number))
            kept = {"record": self.record, "outputs": [_digest(output) for output in self.outputs]}
            beside = self.folder / f"{RECORD}.new"
            beside.write_text(json.dumps(kept), encoding="utf-8")
            beside.replace(self.folder / RECORD)  # so that a record is whole, or there is none

    def _record(self) -> str | None:
        """Write the digest of all that the outputs follow from; nothing where that is too large."""
        if _size(self.inputs) > LARGEST:
            return None
        contents = [self.told, *(_digest(path, self.rows.get(path)) for path in self.inputs)]
        return hashlib.sha256("\0".join(contents).encode()).hexdigest()


def _size(paths: list[Path]) -> int:
    return sum(path.stat().st_size for path in paths)


def _digest(path: Path, taken: Taken | None = None) -> str:
    if taken is None:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    with path.open(encoding="utf-8", newline="") as stream:
        table = csv.reader(stream)
        header = next(table, [])
        place = header.index(taken.column)
        columns = [number for number, name in enumerate(header) if name != taken.apart_from]
        rows = [header, *(row for row in table if row[place] == taken.cell)]
        read = [[row[number] for number in columns] for row in rows]
    return hashlib.sha256(repr(read).encode()).hexdigest()
