"""What numbers and figures of a study come from: raw files, and files that say how to read or to draw them."""

from __future__ import annotations

from typing import NamedTuple

from ruralpanel.study.model import Study
from ruralpanel.study.yaml_file import KeyPath

RAW_FILE, CATALOGUE, CORRECTIONS, DECISIONS = "raw file", "catalogue", "corrections", "decisions"
LINES, OUTLINES = "lines", "outlines"


class DeclaredInput(NamedTuple):
    """A file, or the data set of a package, as the study declares it.

    Parameters
    ----------
    kind
        ``raw file``, ``catalogue``, ``corrections``, ``decisions``, ``lines`` or ``outlines``.
    of
        The source or the table it belongs to; for lines and outlines the file itself.
    file
        Its path from the top of the repository, or the name of a package's data set.
    """

    kind: str
    of: str
    file: str


def declared_inputs(study: Study) -> list[DeclaredInput]:
    """List all inputs of a study.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    list of DeclaredInput
        Raw files in the order of the study, a source's catalogue and corrections after it; then decisions on names,
        lines, outlines.
    """
    inputs = []
    for name, source in study.sources.items():
        inputs.append(DeclaredInput(RAW_FILE, name, source.raw_file or str(source.loader)))
        if source.catalogue is not None:
            inputs.append(DeclaredInput(CATALOGUE, name, source.catalogue))
        if source.corrections is not None:
            inputs.append(DeclaredInput(CORRECTIONS, name, source.corrections))
    for name, table in study.tables.items():
        if table.match_names is not None and table.match_names.decisions is not None:
            inputs.append(DeclaredInput(DECISIONS, name, table.match_names.decisions))
    inputs += [DeclaredInput(LINES, path, path) for path in dict.fromkeys(study.lines)]
    return inputs + [DeclaredInput(OUTLINES, path, path) for path in study.drawn_files]


def files_by_key(study: Study) -> dict[KeyPath, str]:
    """List all files that a study names and reads, by the key of the study file that names them.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    dict of KeyPath to str
        Paths from the top of the repository: raw files, retrieved ones not among them, catalogues, corrections,
        decisions, lines, outlines, facts, the files of the paper, and the file of published values.
    """
    named: dict[KeyPath, str | None] = {}
    for name, source in study.sources.items():
        named["sources", name, "path"] = source.path
        named["sources", name, "catalogue"] = source.catalogue
        named["sources", name, "corrections"] = source.corrections
    for name, table in study.tables.items():
        if table.match_names is not None:
            named["tables", name, "match_names", "decisions"] = table.match_names.decisions
    if study.panel.places is not None:
        for name, distance in study.panel.places.distance_to.items():
            named["panel", "places", "distance_to", name, "line"] = None if distance.line_source else distance.line
    for name, exhibit in study.exhibits.items():
        if exhibit.drawn_on is not None:
            named["exhibits", name, "outlines", "path"] = exhibit.drawn_on.path
    named |= {("facts", name): path for name, path in study.facts.items()}
    if study.paper is not None:
        of_paper = {key: getattr(study.paper, key) for key in ("text", "bibliography", "citation_style")}
        named |= {("paper", key): path for key, path in of_paper.items() if path in study.paper.files}
    named["published",] = study.published
    return {key: path for key, path in named.items() if path is not None}


def files_read(study: Study) -> list[str]:
    """List all files that a run of a study reads and that no command may write over, retrieved ones among them.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    list of str
        Paths from the top of the repository, each once; without the file of published values, which `publish` writes.
    """
    named = [path for key, path in files_by_key(study).items() if key != ("published",)]
    retrieved = [source.retrieve.kept_as for source in study.sources.values() if source.retrieve is not None]
    return list(dict.fromkeys([*named, *retrieved]))
