"""The README of a replication archive, with the sections of the Social Science Data Editors' template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader

from ruralpanel.archive.contents import RawFiles
from ruralpanel.archive.facts import Draw, Program, RuleCost
from ruralpanel.errors import counted
from ruralpanel.study.archive import Archive
from ruralpanel.study.model import Study

TO_BE_STATED = "**To be stated by the authors**"

STANDING_WORDS = {
    "simulated": "The data were made by a program, the one in `src/ruralpanel/simulation` or one named below. They are "
    "no evidence about real places.",
    "restricted": "The data are real, and some of them may not be passed on.",
    "public": "The data are real and free to obtain.",
}


@dataclass(frozen=True)
class ReadmeContents:
    """What a README is written from.

    Parameters
    ----------
    name
        The study's name.
    study
        The study.
    files
        What becomes of its raw files.
    provenance
        For each source what the sources stage noted: rows, sha256.
    verdict
        The verdict in a sentence.
    panel_rows
        How many rows the panel has.
    costs
        What rules took.
    machine
        The machine the archive is made on.
    packages
        The lock's packages with their versions.
    main_packages
        Those the program is written with.
    draws
        Where streams of random numbers begin.
    seed_line
        The line of the study file with the seed.
    programs
        What makes the exhibits.
    published
        The file of published values.
    storage
        The size of the archive, bytes.
    code_licence
        The code's licence, in a sentence.
    version
        The program's version.
    """

    name: str
    study: Study
    files: RawFiles
    provenance: Mapping[str, Mapping[str, Any]]
    verdict: str
    panel_rows: int
    costs: Sequence[RuleCost]
    machine: Mapping[str, str]
    packages: Mapping[str, str]
    main_packages: Mapping[str, str]
    draws: Sequence[Draw]
    seed_line: int
    programs: Sequence[Program]
    published: str
    storage: int
    code_licence: str
    version: str


def write_readme(contents: ReadmeContents) -> str:
    """Write the README in Markdown.

    Parameters
    ----------
    contents
        What it says.
    """
    environment = Environment(loader=PackageLoader("ruralpanel.archive"), keep_trailing_newline=True)
    study, files = contents.study, contents.files
    seconds = sum(cost.seconds for cost in contents.costs)
    largest = max((cost.memory for cost in contents.costs if cost.memory is not None), default=None)
    return environment.get_template("readme.md.j2").render(
        vars(contents)
        | {
            "panel_rows": f"{contents.panel_rows:,}",
            "tables": sum(exhibit.is_table for exhibit in study.exhibits.values()),
            "figures": sum(not exhibit.is_table for exhibit in study.exhibits.values()),
            "minutes": counted(max(1, round(seconds / 60)), "minute"),
            "memory": "not measured" if largest is None else f"{largest:,.0f} MB",
            "storage": f"{contents.storage / 1e6:,.1f} MB",
            "standing_words": STANDING_WORDS[study.data_standing],
            "said": statements(study),
            "twins": sorted(files.twinned.values()),
            "retrieved": sorted(files.retrieved.values()),
            "availability": availability(study, files),
            "sources": [_source(contents, name) for name in study.sources],
            "datasets": _datasets(contents),
            "omissions": _omissions(files),
            "references": sorted({source.citation for source in study.sources.values() if source.citation}),
        }
    )


def statements(study: Study) -> dict[str, str]:
    """Give every statement that only the authors can make, or the words that it is still to be made.

    Parameters
    ----------
    study
        The study, with or without a section ``archive``.
    """
    said = study.archive or Archive()
    return {
        key: " ".join(str(value).split()) if (value := getattr(said, key)) is not None else _asked_for(key)
        for key in Archive.model_fields
    }


def not_stated(study: Study) -> list[str]:
    """Name the keys of the section ``archive`` that the authors have still to fill in."""
    said = study.archive or Archive()
    return [key for key in Archive.model_fields if key != "date" and getattr(said, key) is None]


def availability(study: Study, files: RawFiles) -> str:
    """Say which of the three boxes of the template is to be ticked.

    Parameters
    ----------
    study
        The study.
    files
        What becomes of its raw files.
    """
    held_back = len(files.twinned) + sum(1 for name in files.retrieved if study.sources[name].address is None)
    closed = len(files.twinned)
    boxes = [
        (closed == 0, "All data are publicly available."),
        (0 < closed < len(study.sources), "Some data cannot be made publicly available."),
        (closed == len(study.sources) and held_back > 0, "No data can be made publicly available."),
    ]
    return "\n".join(f"- [{'X' if ticked else ' '}] {words}" for ticked, words in boxes)


def _asked_for(key: str) -> str:
    return f"{TO_BE_STATED} (`archive: {key}:` in the study file)."


def _provided(contents: ReadmeContents, name: str) -> str:
    files = contents.files
    if name in files.twinned:
        return "no; a synthetic twin is in its place"
    if name in files.retrieved:
        return "no; it is retrieved by the run"
    return "yes" if contents.study.sources[name].raw_file is not None else "no; it comes with a Python package"


def _source(contents: ReadmeContents, name: str) -> dict[str, object]:
    source, noted = contents.study.sources[name], contents.provenance.get(name, {})
    missing = f"{TO_BE_STATED} (`sources: {name}:` in the study file)"
    way = source.access or (source.retrieve.address if source.retrieve else None) or source.address
    given = name not in contents.files.twinned
    at_hand = given and name not in contents.files.retrieved
    return {
        "name": name,
        "title": source.title or missing,
        "file": f"`{source.raw_file}`" if source.raw_file else source.origin,
        "provided": _provided(contents, name),
        "licence": source.licence or missing,
        "access": way or ("it is here" if at_hand else missing),
        "cost": source.access_cost or ("free" if given else missing),
        "time": source.access_time or ("at once" if given else missing),
        "citation": source.citation or missing,
        "rows": f"{noted['rows']:,}" if "rows" in noted else "not read",
        "sha256": noted.get("sha256") or f"none; {noted.get('package', 'not read')}",
    }


def _datasets(contents: ReadmeContents) -> list[dict[str, str]]:
    rows = []
    for name, source in contents.study.sources.items():
        file_format = source.file_format or "data set of a package"
        file = source.raw_file or source.origin
        rows.append({"file": file, "source": name, "format": file_format, "provided": _provided(contents, name)})
    beside = set(contents.files.provided) - {source.raw_file for source in contents.study.sources.values()}
    rows += [{"file": file, "source": "beside", "format": "as it is", "provided": "yes"} for file in sorted(beside)]
    rows += [
        {"file": file, "source": "beside", "format": "csv", "provided": "no; only its header is here"}
        for file in sorted(contents.files.emptied)
    ]
    return rows


def _omissions(files: RawFiles) -> str:
    left_out = [*files.twinned.values(), *files.emptied, *files.retrieved.values()]
    if not left_out:
        return "No raw file of the study is left out."
    return "Left out: " + ", ".join(f"`{path}`" for path in sorted(left_out)) + "."
