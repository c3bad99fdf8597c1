"""How to cite a replication archive: a CITATION.cff of the study, version 1.2.0 of the Citation File Format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ruralpanel.study.model import Study

CITATION = "CITATION.cff"
"""The file's name, at the top of a repository and of an archive."""

PROGRAM = "ruralpanel"

_KEPT = ("type", "title", "version", "authors", "license", "date-released", "url", "repository-code", "doi")
"""What is kept of the program's own citation, as a reference of the archive's."""

_DOI = re.compile(r"10\.[0-9]{4,9}/[^\s;,]+[^\s;,.)]")


def program_citation(root: Path) -> dict[str, Any]:
    """Read how the program is cited.

    Parameters
    ----------
    root
        The top of its repository, or of an archive, whose citation refers to the program.

    Returns
    -------
    dict of str to Any
        The keys of a reference of the Citation File Format; title and authors are always there.
    """
    path = root / CITATION
    declared = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    for each in [*declared.get("references", []), declared]:
        if str(each.get("title", "")).startswith(PROGRAM):
            # A date is read as one, and is written as text.
            return {key: str(each[key]) if key == "date-released" else each[key] for key in _KEPT if key in each}
    return {"type": "software", "title": PROGRAM, "authors": [{"name": f"The {PROGRAM} authors"}]}


def author_name(author: Mapping[str, Any]) -> str:
    """Write an author of the Citation File Format, who is a person with names or a body with one."""
    names = [author.get(key) for key in ("given-names", "family-names")]
    return str(author.get("name") or " ".join(str(each) for each in names if each))


def archive_citation(study: Study, date: str, program: Mapping[str, Any]) -> str:
    """Write how the archive of a study is cited.

    Parameters
    ----------
    study
        The study, whose authors made the archive.
    date
        The archive's date, ``2026-11-22``.
    program
        From :func:`program_citation`.
    """
    found = _DOI.search(study.archive.deposit) if study.archive is not None and study.archive.deposit else None
    contents = {
        "cff-version": "1.2.0",
        "message": "If you use this archive, please cite it as below, and the data as README.md cites them.",
        "title": f"Replication archive: {study.title}",
        "type": "dataset",
        "authors": [{"name": author} for author in study.authors],
        "date-released": date,
        **({"keywords": list(study.paper.keywords)} if study.paper is not None and study.paper.keywords else {}),
        **({"doi": found.group()} if found else {}),
        "references": [dict(program)],
    }
    return yaml.safe_dump(contents, sort_keys=False, allow_unicode=True, width=10_000)
