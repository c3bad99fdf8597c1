"""Which raw files published numbers were computed from, and which of them are others now."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ruralpanel.errors import Problem, ProblemsFound, PublishedError
from ruralpanel.frames.storage import read_records
from ruralpanel.lineage import file_digest
from ruralpanel.study.inputs import CATALOGUE, CORRECTIONS, DECISIONS, LINES, RAW_FILE
from ruralpanel.study.model import Study

COLUMNS = ["kind", "of", "file", "sha256", "package"]

SHOWN = 12
"""Digits of a sha256 that are shown in a sentence."""


@dataclass(frozen=True)
class Input:
    """Something numbers are computed from.

    Parameters
    ----------
    kind, of, file
        As in :class:`ruralpanel.study.inputs.DeclaredInput`.
    sha256
        Its hash; empty for a data set of a package.
    package
        The package with its version; empty for a file.
    """

    kind: str
    of: str
    file: str
    sha256: str = ""
    package: str = ""

    @property
    def words(self) -> str:
        """What a reader is told that it is."""
        if self.kind == RAW_FILE:
            what = "the raw file" if self.sha256 else "the data set"
            return f"{what} {self.file} (source {self.of})"
        beside = dict.fromkeys((CATALOGUE, CORRECTIONS), f" (source {self.of})") | {DECISIONS: f" (table {self.of})"}
        return f"the file of {self.kind} {self.file}{beside.get(self.kind, '')}"


@dataclass(frozen=True)
class ChangedInput:
    """An input that is not what it was when numbers were published.

    Parameters
    ----------
    now, published
        The input of this run and the published one; None where there is none.
    from_print
        Whether the numbers were typed from print; the published input is then the one that reproduced them.
    """

    now: Input | None
    published: Input | None
    from_print: bool

    @property
    def either(self) -> Input:
        """The input of this run, or the published one that the run no longer has."""
        found = self.now or self.published
        assert found is not None
        return found

    @property
    def sentence(self) -> str:
        """What differs, with the first digits of both hashes."""
        name = self.either.words[:1].upper() + self.either.words[1:]
        then = "when these numbers were " + ("reproduced" if self.from_print else "published")
        if self.published is None:
            return f"{name} was not read {then}."
        if self.now is None:
            return f"{name} was read {then}, and is not now."
        what = (
            "the one that reproduced these numbers" if self.from_print else "the one these numbers were published from"
        )
        word = "then" if self.from_print else "published"
        return f"{name} is not {what} ({_identity(self.now)}, {word} {_identity(self.published)})."

    def facts(self) -> dict[str, str]:
        """Give the same for machines, with whole hashes; what there is not is empty."""
        both = {"now": self.now, "published": self.published}
        hashes = {side: (each.sha256 or each.package) if each else "" for side, each in both.items()}
        each = self.either
        return {"kind": each.kind, "of": each.of, "file": each.file, **hashes, "words": self.sentence}


def inputs_read(
    declared: Sequence[Sequence[str]], provenance: Mapping[str, Mapping[str, Any]], root: Path
) -> list[Input]:
    """List what a run has read, with hashes.

    Parameters
    ----------
    declared
        From :func:`ruralpanel.study.inputs.declared_inputs`.
    provenance
        For each source what the sources stage noted.
    root
        The top of the repository.
    """
    inputs = []
    for kind, of, file in declared:
        if kind == RAW_FILE:
            read = provenance[of]
            inputs.append(Input(kind, of, file, read.get("sha256", ""), read.get("package", "")))
        else:
            inputs.append(Input(kind, of, file, file_digest(root / file)))
    return inputs


class InputChanged(ProblemsFound):
    """A raw file is not what it was when this run read it."""

    heading = "A raw file has changed since this run read it, so that its results are of a file that is gone"


def refuse_changed(inputs: Sequence[Input], root: Path, provenance: Sequence[str | Path]) -> None:
    """End a run with an error where a raw file is another than the one that it read.

    Parameters
    ----------
    inputs
        What has been read, from :func:`inputs_read`.
    root
        The top of the repository.
    provenance
        The files with what the sources stage noted. Those of raw files that have changed are removed, so that the next
        run reads these again: by their times it cannot always tell.

    Raises
    ------
    InputChanged
        With each of them, and both hashes.
    """
    problems, noted = [], {_source_of(file): Path(file) for file in provenance}
    for each in inputs:
        if each.kind != RAW_FILE or not each.sha256:
            continue
        path = root / each.file
        now = file_digest(path) if path.is_file() else ""
        if now != each.sha256:
            noted[each.of].unlink(missing_ok=True)
            what = f"had the sha256 {each.sha256[:SHOWN]}… when it was read, and " + (
                f"has {now[:SHOWN]}… now" if now else "is gone now"
            )
            problems.append(Problem(each.file, what, f"sources.{each.of}", "run again once nobody writes to it"))
    if problems:
        raise InputChanged(problems)


def load_provenance(files: Sequence[str | Path]) -> dict[str, dict[str, Any]]:
    """Read what the sources stage noted of each source, by the source's name."""
    return {_source_of(file): json.loads(Path(file).read_text(encoding="utf-8")) for file in files}


def _source_of(file: str | Path) -> str:
    return Path(file).name.removesuffix(".provenance.json")


def inputs_frame(inputs: Sequence[Input]) -> pd.DataFrame:
    """Put inputs into the columns of :data:`COLUMNS`, as they are kept beside the published numbers."""
    return pd.DataFrame([vars(each) for each in inputs], columns=COLUMNS)


def read_published_inputs(path: Path) -> list[Input] | None:
    """Read what published numbers were computed from.

    Parameters
    ----------
    path
        From :func:`ruralpanel.study.published_files.published_inputs`.

    Returns
    -------
    list of Input or None
        None where there is no such file: the numbers were published without it, or typed from print.

    Raises
    ------
    PublishedError
        If it has other columns.
    """
    rows = rows_beside_published(path, COLUMNS)
    return None if rows is None else [Input(**row) for row in rows]


def rows_beside_published(path: Path, columns: list[str]) -> list[dict[str, str]] | None:
    """Read a file that is kept beside published numbers.

    Parameters
    ----------
    path
        A CSV file that only the program writes.
    columns
        Those it has.

    Returns
    -------
    list of dict or None
        Its rows; None where there is no such file.

    Raises
    ------
    PublishedError
        If it has other columns.
    """
    if not path.is_file():
        return None
    header, rows = read_records(path, PublishedError)
    if header != columns:
        what = f"has the columns {', '.join(header) or 'of no header'}, not {', '.join(columns)}"
        raise PublishedError([Problem(str(path), what, hint="only ./run publish and ./run publish_inputs write it")])
    return [row for _, row in rows]


def changed_inputs(
    now: Sequence[Input],
    published: Sequence[Input] | None,
    from_print: bool = False,
    passed_over: Sequence[str] = (),
) -> list[ChangedInput]:
    """Find the inputs that are not what they were.

    Parameters
    ----------
    now
        From :func:`inputs_read`.
    published
        From :func:`read_published_inputs`; None where nothing is known, and then nothing is found.
    from_print
        Whether the published numbers were typed from print.
    passed_over
        Sources that are not compared, such as synthetic twins, of which the reader is told otherwise.

    Returns
    -------
    list of ChangedInput
        In the order of the run, those that it no longer reads last. A file that only has another name is the same.
    """
    if published is None:
        return []
    then = {(each.kind, each.of): each for each in published}
    here = {(each.kind, each.of): each for each in now}
    found = []
    for place in [*here, *(place for place in then if place not in here)]:
        ours, theirs = here.get(place), then.get(place)
        same = ours and theirs and (ours.sha256, ours.package) == (theirs.sha256, theirs.package)
        if not same and not (place[0] in (RAW_FILE, CATALOGUE, CORRECTIONS) and place[1] in passed_over):
            found.append(ChangedInput(ours, theirs, from_print))
    return found


def behind_sources(changed: Sequence[ChangedInput], study: Study, sources: Sequence[str]) -> list[ChangedInput]:
    """Keep the changed inputs that a number can have changed by, which comes from some of the study's sources.

    Parameters
    ----------
    changed
        From :func:`changed_inputs`.
    study
        The study.
    sources
        The sources behind the number, from :func:`ruralpanel.study.sources_behind.sources_behind`.
    """
    tables = {name for name, table in study.tables.items() if {*table.reads} & {*sources}}
    kept = []
    for each in changed:
        kind, of = each.either.kind, each.either.of
        of_a_source = kind in (RAW_FILE, CATALOGUE, CORRECTIONS) and (of in sources or of not in study.sources)
        # Which number a distance to a line is in, no declaration tells: all that the study measures may count.
        if of_a_source or (kind == DECISIONS and of in tables) or kind == LINES:
            kept.append(each)
    return kept


def _identity(each: Input) -> str:
    return f"sha256 {each.sha256[:SHOWN]}…" if each.sha256 else each.package
