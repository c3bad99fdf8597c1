"""What RO-Crate 1.1 asks of an archive's metadata, to hold written archives against."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ruralpanel.archive.crate import METADATA
from ruralpanel.archive.packing import MANIFEST, files_in


def problems_of_crate(folder: Path) -> list[str]:
    """Check an archive's metadata against what RO-Crate 1.1 asks for, and against the files that are there.

    Parameters
    ----------
    folder
        The archive's folder.

    Returns
    -------
    list of str
        What is wrong; empty when nothing is.
    """
    entities = {unquote(entity["@id"]): entity for entity in _graph(folder)}
    problems = [f"{key} is missing" for key in (METADATA, "./") if key not in entities]
    if problems:
        return problems
    root = entities["./"]
    if entities[METADATA].get("about") != {"@id": "./"}:
        problems.append("the descriptor is not about the archive")
    problems += [
        f"the archive has no {key}" for key in ("name", "description", "datePublished", "license") if not root.get(key)
    ]
    parts = {unquote(part["@id"]) for part in root.get("hasPart", [])}  # a path is written as an address
    there = {name for name in files_in(folder) if name not in (METADATA, MANIFEST)}
    problems += [f"{name} is not described" for name in sorted(there - parts)]
    problems += [f"{name} is described and not there" for name in sorted(parts - there)]
    problems += [f"{name} has no entity" for name in sorted(parts - set(entities))]
    return problems


def _graph(folder: Path) -> list[dict[str, Any]]:
    graph: list[dict[str, Any]] = json.loads((folder / METADATA).read_text(encoding="utf-8"))["@graph"]
    return graph
