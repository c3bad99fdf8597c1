"""Where the data come from, and on what terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ruralpanel.exhibits.numbers import count
from ruralpanel.study.model import Study
from ruralpanel.study.sources import Source


def cited_works(study: Study) -> list[dict[str, Any]]:
    """List what is cited, once each and in the order of the study: sources of one title are one.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    list of dict
        The words, and the terms on which its files may be used.
    """
    works: dict[str, list[str]] = {}
    for name, source in study.sources.items():
        works.setdefault(source.cited(name).rstrip("."), []).append(_terms(source))
    return [{"work": work, "words": f"{work}.", "terms": list(dict.fromkeys(terms))} for work, terms in works.items()]


def source_numbers(study: Study) -> dict[str, int]:
    """Give the number of each work that is cited, by its words without a full stop."""
    return {work["work"]: number for number, work in enumerate(cited_works(study), start=1)}


def _terms(source: Source) -> str:
    passed = "may be passed on" if source.redistributable else "may not be passed on, or nobody said that it may"
    return f"{source.licence or 'licence not stated'}; {passed}"


def source_rows(study: Study, provenance: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Describe every source for the page.

    Parameters
    ----------
    study
        The study.
    provenance
        For each source, what was read.
    """
    rows, numbers = [], source_numbers(study)
    for name, source in study.sources.items():
        read = provenance[name]
        rows.append(
            {
                "name": name,
                "title": source.title or name,
                "number": numbers[source.cited(name).rstrip(".")],
                "origin": source.origin,
                "address": source.address,
                "terms": _terms(source),
                "access": source.access,
                "rows": count(read["rows"]),
                "digest": read.get("sha256"),
                "package": read.get("package"),
            }
        )
    return rows
