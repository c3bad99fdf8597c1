"""Metadata of an archive for machines: RO-Crate 1.1, https://w3id.org/ro/crate/1.1."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Mapping, Sequence
from pathlib import Path

from ruralpanel.archive.packing import MANIFEST, files_in
from ruralpanel.lineage import file_digest
from ruralpanel.study.model import Study

METADATA = "ro-crate-metadata.json"


def write_crate(
    folder: Path,
    study: Study,
    date: str,
    licence: str,
    twins: Sequence[str],
    sources: Mapping[str, str],
) -> Path:
    """Describe an archive and every file in it.

    Parameters
    ----------
    folder
        The archive's folder, with all files but the manifest in it.
    study
        The study.
    date
        The archive's date, ``2026-11-22``.
    licence
        The terms of the archive as a whole.
    twins
        Files that are synthetic twins.
    sources
        The name of the source of each raw file.

    Returns
    -------
    pathlib.Path
        The file with the metadata, the same bytes for the same files.
    """
    from rocrate.model.person import Person  # type: ignore[import-untyped, unused-ignore]
    from rocrate.rocrate import ROCrate  # type: ignore[import-untyped, unused-ignore]

    crate = ROCrate()
    crate.name = f"Replication archive: {study.title}"
    crate.description = " ".join((study.question or study.title).split())
    crate.datePublished = date
    crate.license = licence
    if study.paper is not None and study.paper.keywords:
        crate.keywords = list(study.paper.keywords)
    if cited := sorted({each.citation for each in study.sources.values() if each.citation}):
        crate.root_dataset["citation"] = cited
    crate.creator = [
        crate.add(Person(crate, f"#author-{number}", properties={"name": author}))
        for number, author in enumerate(study.authors, start=1)
    ]
    for name in files_in(folder):
        if name in (METADATA, MANIFEST):
            continue
        path = folder / name
        properties = {
            "name": name.rsplit("/", 1)[-1],
            "contentSize": str(path.stat().st_size),
            "encodingFormat": mimetypes.guess_type(name)[0] or "application/octet-stream",
            "sha256": file_digest(path),
        }
        if name in twins:
            properties["description"] = "Synthetic twin of a restricted file: no real values"
        elif name in sources:
            source = study.sources[sources[name]]
            properties["description"] = source.title or sources[name]
            if source.licence:
                properties["license"] = source.licence
        crate.add_file(str(path), dest_path=name, properties=properties)
    metadata = crate.metadata.generate()
    path = folder / METADATA
    path.write_text(json.dumps(metadata, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    return path
