"""The raw files of a study: whether each is there or can be had, and is the one the study means."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ruralpanel.doctor.findings import Finding, error, warning
from ruralpanel.errors import DataError, nearest
from ruralpanel.lineage import file_digest
from ruralpanel.sources.formats import read_raw
from ruralpanel.sources.headers import positions_of
from ruralpanel.sources.retrieval import MIRROR, in_mirror
from ruralpanel.study.checks.missing_files import what_is_missing, where_it_may_be
from ruralpanel.study.model import Study
from ruralpanel.study.packages import available_loaders
from ruralpanel.study.retrieval import Retrieval
from ruralpanel.study.sources import Source
from ruralpanel.study.yaml_file import is_directory


def absent_or_other(study: Study, root: Path, mirrors: Sequence[Path]) -> Iterator[Finding]:
    """Find raw files that are missing or are not the ones with the declared hash.

    Parameters
    ----------
    study
        The study.
    root
        The top of the repository.
    mirrors
        The folders from which files are taken in place of the network, if there are any.
    """
    for mirror in mirrors:
        if not is_directory(mirror):
            hint = f"set it to the folder that has the files, or to several with `{os.pathsep}` between them"
            yield warning(MIRROR, f"is set to {mirror}, which is not a folder", hint)
    for name, source in study.sources.items():
        where = f"source `{name}`"
        if source.retrieve is not None:
            yield from _retrieved(where, source, source.retrieve, root, mirrors)
        elif source.loader is not None:
            loaders = available_loaders()
            if source.loader not in loaders:
                what = f"no installed package carries `{source.loader}`"
                yield error(where, what, nearest(source.loader, loaders))
        elif source.path is not None:
            yield from _in_place(where, source.path, root, how_to_get(source))
        if source.catalogue is not None:
            yield from _in_place(where, source.catalogue, root, "labels of values are read from the catalogue")
        if source.corrections is not None:
            yield from _in_place(where, source.corrections, root, "a run needs the corrections; or take the key out")
    for line in study.lines:
        yield from _in_place("panel.places", line, root, "the file has lines to measure distances to")
    for path in study.drawn_files:
        yield from _in_place("exhibits", path, root, "the file has the outlines of a map")
    for name, path in study.facts.items():
        yield from _in_place(f"facts.{name}", path, root, "notes of exhibits, or the paper, refer to numbers in it")


def other_than_declared(study: Study, root: Path, mirrors: Sequence[Path]) -> Iterator[Finding]:
    """Find raw files that are there, and cannot be read as declared or lack a column that is.

    Parameters
    ----------
    study
        The study.
    root
        The top of the repository.
    mirrors
        The folders from which files are taken in place of the network, if there are any.
    """
    for source in study.sources.values():
        path = _readable(source, root, mirrors)
        if path is None and (source.loader is None or source.loader not in available_loaders()):
            continue  # that it is not there is told by `absent_or_other`
        try:
            positions_of(read_raw(source, path), source)
        except DataError as found:
            yield from (Finding("error", problem) for problem in found.problems)


def _readable(source: Source, root: Path, mirrors: Sequence[Path]) -> Path | None:
    """Give the raw file where it is there, in place or in a mirror, and has something in it."""
    places = [root / source.raw_file] if source.raw_file is not None else []
    copy = in_mirror(source.retrieve, mirrors) if source.retrieve is not None else None
    places += [copy] if copy is not None else []
    return next((path for path in places if path.is_file() and path.stat().st_size), None)


def how_to_get(source: Source) -> str:
    """Say how somebody else gets a raw file, as far as the study says."""
    known = [" ".join(source.access.split())] if source.access else []
    known += [f"it is from {source.address}"] if source.address else []
    return "; ".join(known) or "the study does not say how to get it: give the source `access`"


def size_of_raw_files(study: Study, root: Path) -> int:
    """Add up the sizes of the raw files that are there, in bytes."""
    paths = {root / source.raw_file for source in study.sources.values() if source.raw_file}
    return sum(path.stat().st_size for path in paths if path.is_file())


def _in_place(where: str, name: str, root: Path, hint: str) -> Iterator[Finding]:
    path = root / name
    if not path.is_file():
        near = where_it_may_be(name, root)
        yield error(where, what_is_missing(name, root), "; ".join(part for part in (hint, near) if part))
    elif path.stat().st_size == 0:
        yield error(where, f"{name} is empty", hint)


def _retrieved(where: str, source: Source, wanted: Retrieval, root: Path, mirrors: Sequence[Path]) -> Iterator[Finding]:
    kept = root / wanted.kept_as
    if kept.is_file():
        if file_digest(kept) != wanted.sha256:
            what = f"{wanted.kept_as} has another sha256 than the study says; a run sets it aside and retrieves it anew"
            yield (warning if wanted.address else error)(where, what, how_to_get(source))
        return
    copy = in_mirror(wanted, mirrors)
    if copy is not None:
        if file_digest(copy) != wanted.sha256:
            what = f"{copy} has another sha256 than the study says"
            yield error(where, what, f"put the right file there; {how_to_get(source)}")
    elif wanted.address is not None:
        what = f"{wanted.file_name} is not here yet; a run retrieves it from {wanted.address}"
        yield warning(where, what, f"without a network, put it into a folder and set {MIRROR} to that folder")
    else:
        what = f"{wanted.file_name} is not here, and has no public address"
        yield error(where, what, f"put it into a folder and set {MIRROR} to that folder; {how_to_get(source)}")
