"""The file that says which raw files are synthetic twins, and how a run learns of them: by their hashes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ruralpanel.lineage import file_digest
from ruralpanel.simulation.marker import MARKER
from ruralpanel.study.model import Study


def marked_digests(root: Path) -> frozenset[str]:
    """Read the hashes of all twins; none where there is no marker."""
    marker = root / MARKER
    if not marker.is_file():
        return frozenset()
    lines = marker.read_text(encoding="utf-8").splitlines()
    return frozenset(line.split()[0] for line in lines if line.strip() and not line.startswith("#"))


def twins_among(files: Iterable[str], root: Path) -> list[str]:
    """Name those files that are synthetic twins, wherever they are and whatever they are called.

    Parameters
    ----------
    files
        Paths from the top of the repository.
    root
        The top of the repository.
    """
    there = [path for path in files if (root / path).is_file()]
    marked = {folder: marked_digests(folder) for folder in {root, *((root / path).parent for path in there)}}
    everywhere = frozenset[str]().union(*marked.values())
    return [path for path in there if everywhere and file_digest(root / path) in everywhere]


def synthetic_sources(study: Study, root: Path) -> list[str]:
    """Name the sources of a study whose raw file is a synthetic twin, in the study's order."""
    files = {name: source.raw_file for name, source in study.sources.items() if source.raw_file is not None}
    twins = set(twins_among(files.values(), root))
    return [name for name, path in files.items() if path in twins]


def study_on_twins(study: Study, twins: Iterable[str]) -> Study:
    """Give the study as it is run on synthetic twins.

    Its data are simulated, which every exhibit then says, and what must hold between columns and rows of the real files
    is not asked of their twins, whose columns are drawn one by one.

    Parameters
    ----------
    study
        The study of the real data.
    twins
        The sources that are twins, from :func:`synthetic_sources`; for none, the study is given back as it is.
    """
    chosen = set(twins)
    if not chosen:
        return study
    sources = {
        name: source.model_copy(update={"checks": []}) if name in chosen else source
        for name, source in study.sources.items()
    }
    return study.model_copy(update={"data_standing": "simulated", "sources": sources})
