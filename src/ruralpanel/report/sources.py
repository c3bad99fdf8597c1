"""Where the data come from, and on what terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ruralpanel.exhibits.numbers import count
from ruralpanel.study.model import Study


def source_rows(study: Study, provenance: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Describe every source for the page.

    Parameters
    ----------
    study
        The study.
    provenance
        For each source, what was read.
    """
    rows = []
    for name, source in study.sources.items():
        read = provenance[name]
        rows.append(
            {
                "name": name,
                "title": source.title or name,
                "citation": source.citation,
                "origin": source.origin,
                "address": source.address,
                "licence": source.licence,
                "redistributable": source.redistributable,
                "access": source.access,
                "rows": count(read["rows"]),
                "digest": read.get("sha256"),
                "package": read.get("package"),
            }
        )
    return rows
