"""What numbers and figures of a study come from: raw files, and files of corrections, decisions, lines and outlines."""

from __future__ import annotations

from typing import NamedTuple

from ruralpanel.study.model import Study

RAW_FILE, CORRECTIONS, DECISIONS, LINES, OUTLINES = "raw file", "corrections", "decisions", "lines", "outlines"


class DeclaredInput(NamedTuple):
    """A file, or the data set of a package, as the study declares it.

    Parameters
    ----------
    kind
        ``raw file``, ``corrections``, ``decisions``, ``lines`` or ``outlines``.
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
        Raw files in the order of the study, a source's corrections after it; then decisions on names, lines, outlines.
    """
    inputs = []
    for name, source in study.sources.items():
        inputs.append(DeclaredInput(RAW_FILE, name, source.raw_file or str(source.loader)))
        if source.corrections is not None:
            inputs.append(DeclaredInput(CORRECTIONS, name, source.corrections))
    for name, table in study.tables.items():
        if table.match_names is not None and table.match_names.decisions is not None:
            inputs.append(DeclaredInput(DECISIONS, name, table.match_names.decisions))
    inputs += [DeclaredInput(LINES, path, path) for path in dict.fromkeys(study.lines)]
    return inputs + [DeclaredInput(OUTLINES, path, path) for path in study.drawn_files]
