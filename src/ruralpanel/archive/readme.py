"""The README of a replication archive, with the sections of the Social Science Data Editors' template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import PurePosixPath
from typing import Any

from jinja2 import Environment, PackageLoader

from ruralpanel.archive.contents import RawFiles, raw_files
from ruralpanel.archive.facts import Draw, Program, RuleCost
from ruralpanel.archive.in_text import InText
from ruralpanel.errors import counted
from ruralpanel.study.archive import Archive
from ruralpanel.study.inputs import RAW_FILE, declared_inputs
from ruralpanel.study.model import Study
from ruralpanel.study.source_formats import PACKAGE, format_of_file
from ruralpanel.words.sentences import sentence_list

TO_BE_STATED = "**To be stated by the authors**"

STANDING_WORDS = {
    "simulated": "The data are simulated: a program made them, and they are no evidence about real places.",
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
    moved
        Files that lie elsewhere on the authors' machine: the key that names each, and its place in the archive.
    provenance
        For each source what the sources stage noted: rows, sha256.
    notes
        The README files beside raw files.
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
    in_text
        The numbers in the text of the paper.
    published
        The file of published values.
    storage
        The size of the archive, bytes.
    code_licence
        The code's licence, in a sentence.
    program_authors
        Who wrote the program.
    version
        The program's version.
    """

    name: str
    study: Study
    files: RawFiles
    moved: Mapping[str, str]
    provenance: Mapping[str, Mapping[str, Any]]
    notes: Sequence[str]
    verdict: str
    panel_rows: int
    costs: Sequence[RuleCost]
    machine: Mapping[str, str]
    packages: Mapping[str, str]
    main_packages: Mapping[str, str]
    draws: Sequence[Draw]
    seed_line: int
    programs: Sequence[Program]
    in_text: Sequence[InText]
    published: str
    storage: int
    code_licence: str
    program_authors: str
    version: str


def write_readme(contents: ReadmeContents) -> str:
    """Write the README in Markdown.

    Parameters
    ----------
    contents
        What it says.
    """
    environment = Environment(loader=PackageLoader("ruralpanel.archive"), keep_trailing_newline=True)
    environment.filters["sentence"] = as_sentence
    study, files = contents.study, contents.files
    seconds = sum(cost.seconds for cost in contents.costs)
    largest = max((cost.memory for cost in contents.costs if cost.memory is not None), default=None)
    return environment.get_template("readme.md.j2").render(
        vars(contents)
        | {
            "panel_rows": f"{contents.panel_rows:,}",
            "n_sources": counted(len(study.sources), "source"),
            "made": exhibits_made(study),
            "place": place_of_files(contents),
            "moved": ", ".join(f"`{place}` (`{key}`)" for key, place in contents.moved.items()),
            "notes": ", ".join(f"`{path}`" for path in contents.notes),
            "minutes": counted(max(1, round(seconds / 60)), "minute"),
            "memory": "not measured" if largest is None else f"{largest:,.0f} MB",
            "storage": f"{contents.storage / 1e6:,.1f} MB",
            "standing_words": STANDING_WORDS[study.data_standing],
            "said": statements(study),
            "twins": sorted(files.twinned.values()),
            "availability": availability(study, files),
            "sources": [_source(contents, name) for name in study.sources],
            "datasets": _datasets(contents),
            "omissions": _omissions(contents),
            "references": references(contents),
            "text": study.paper.text if study.paper is not None else None,
            "n_in_text": counted(len(contents.in_text), "number"),
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


def not_stated(study: Study) -> dict[str, list[str]]:
    """Name what the authors have still to fill in, all of it.

    Parameters
    ----------
    study
        The study, with or without a section ``archive``.

    Returns
    -------
    dict of str to list of str
        The keys that are missing by section: those of ``archive``, and those of ``sources.NAME`` for every source that
        lacks any.
    """
    said, files = study.archive or Archive(), raw_files(study)
    missing = {"archive": [key for key in Archive.model_fields if key != "date" and getattr(said, key) is None]}
    missing |= {f"sources.{name}": _not_stated_of_source(study, files, name) for name in study.sources}
    return {section: keys for section, keys in missing.items() if keys}


def still_to_be_stated(study: Study) -> list[str]:
    """Say the same for a terminal: a line for ``archive``, and one for each set of keys that sources lack.

    Parameters
    ----------
    study
        The study.
    """
    missing = not_stated(study)
    lines = [f"archive: {', '.join(missing.pop('archive'))}"] if "archive" in missing else []
    alike: dict[str, list[str]] = {}
    for section, keys in missing.items():
        alike.setdefault(", ".join(keys), []).append(section.removeprefix("sources."))
    return lines + [f"sources: {keys} of {', '.join(names)}" for keys, names in alike.items()]


def _not_stated_of_source(study: Study, files: RawFiles, name: str) -> list[str]:
    """Name the keys of a source that its entry in the README needs and the study file does not have."""
    source = study.sources[name]
    needed: dict[str, object] = {key: getattr(source, key) for key in ("title", "citation", "licence")}
    if name in files.twinned:
        needed |= {
            "access": source.access or source.address,
            "access_cost": source.access_cost,
            "access_time": source.access_time,
        }
    return [key for key, value in needed.items() if not value]


def exhibits_made(study: Study) -> str:
    """Say how many tables and figures a study has: ``1 table and 2 figures``."""
    tables = sum(exhibit.is_table for exhibit in study.exhibits.values())
    kinds = [(tables, "table"), (len(study.exhibits) - tables, "figure")]
    return " and ".join(counted(number, kind) for number, kind in kinds if number) or "no exhibit"


def place_of_files(contents: ReadmeContents) -> str:
    """Tell whoever wants to run the archive which files have to be put where, and which come by themselves.

    Parameters
    ----------
    contents
        What the README is written from.
    """
    study, files = contents.study, contents.files
    said = []
    if files.twinned:
        twins = ", ".join(f"`{path}`" for path in sorted(files.twinned.values()))
        said.append(
            "To reproduce the paper, get the restricted files as described above and put them in the place of their "
            f"twins: {twins}. Without them the run goes through on the twins, ends with `SYNTHETIC TWIN` and a status "
            "other than zero, and reproduces nothing."
        )
    if files.retrieved:
        retrieved = ", ".join(f"`{path}`" for path in sorted(files.retrieved.values()))
        said.append(
            "The run retrieves, and checks by their hashes, or takes from a folder that `RURALPANEL_MIRROR` names: "
            f"{retrieved}."
        )
    packaged = [name for name, source in study.sources.items() if source.raw_file is None]
    if packaged:
        packages = sorted({contents.provenance[name]["package"] for name in packaged})
        what = "The data come" if len(packaged) == len(study.sources) else f"The data of {', '.join(packaged)} come"
        word = "package" if len(packages) == 1 else "packages"
        said.append(f"{what} with the Python {word} {sentence_list(packages)}, which `./run` installs.")
    given = any(source.raw_file in files.provided for source in study.sources.values())
    if given:
        said.append("All other raw files are in place." if said else "All raw files are in place.")
    elif not files.twinned:
        said.append("No file has to be put in place by hand.")
    return " ".join(said)


def references(contents: ReadmeContents) -> list[str]:
    """List what is to be cited: the sources of the data, the packages that carry them, and the program.

    Parameters
    ----------
    contents
        What the README is written from.
    """
    study = contents.study
    cited = {source.citation for source in study.sources.values() if source.citation}
    packages = {contents.provenance[name]["package"] for name, each in study.sources.items() if each.raw_file is None}
    return [
        *sorted(cited),
        *(package_reference(package) for package in sorted(packages)),
        f"{contents.program_authors}, ruralpanel {contents.version}, the program in this archive",
    ]


def package_reference(package: str) -> str:
    """Cite a Python package that carries data: who wrote it, name and version, and where it is.

    Parameters
    ----------
    package
        Name and version, as the sources stage notes them: ``linearmodels 6.1``.
    """
    name, version = package.split(" ")
    said: dict[str, str] = {}
    with suppress(PackageNotFoundError):
        declared = metadata(name)
        said = {key: declared[key] or "" for key in ("Author", "Author-email")}
    author = said.get("Author") or said.get("Author-email", "").split("<")[0].strip()
    begin = f"{author}, {package}" if author else package
    return f"{begin}, Python package that carries data used here, https://pypi.org/project/{name}/{version}/"


def as_sentence(text: str) -> str:
    """End a text with a full stop, unless it ends a sentence already."""
    stripped = text.rstrip()
    return stripped if stripped.endswith((".", "!", "?", ".”", ".)")) else f"{stripped}."


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
    return f"{TO_BE_STATED} (`archive: {key}:` in the study file)"


def _provided(contents: ReadmeContents, name: str) -> str:
    files = contents.files
    if name in files.twinned:
        return "no; a synthetic twin is in its place"
    if name in files.retrieved:
        return "no; it is retrieved by the run"
    return "yes" if contents.study.sources[name].raw_file is not None else "no; it comes with a Python package"


def _source(contents: ReadmeContents, name: str) -> dict[str, object]:
    source, noted = contents.study.sources[name], contents.provenance.get(name, {})
    way = source.access or (source.retrieve.address if source.retrieve else None) or source.address
    given = name not in contents.files.twinned
    at_hand = given and name not in contents.files.retrieved
    asked = {
        key: f"{TO_BE_STATED} (`sources: {name}: {key}:` in the study file)"
        for key in ("title", "citation", "licence", "access", "access_cost", "access_time")
    }
    return {
        "name": name,
        "title": source.title or asked["title"],
        "file": f"`{source.raw_file}`" if source.raw_file else source.origin,
        "provided": _provided(contents, name),
        "licence": source.licence or asked["licence"],
        "access": way or ("it is in this archive" if at_hand else asked["access"]),
        "cost": source.access_cost or ("free" if given else asked["access_cost"]),
        "time": source.access_time or ("at once" if given else asked["access_time"]),
        "citation": source.citation or asked["citation"],
        "rows": f"{noted['rows']:,}" if "rows" in noted else "not read",
        "identity": _identity(noted, is_twin=not given),
    }


def _identity(noted: Mapping[str, Any], is_twin: bool) -> str:
    """Say which file, or which version of a package, was read."""
    if noted.get("sha256"):
        return f"sha256{' of the real file' if is_twin else ''}: {noted['sha256']}"
    package = noted.get("package")
    return f"carried by {package}, whose hash is in `requirements.lock`" if package else "not read"


def _datasets(contents: ReadmeContents) -> list[dict[str, str]]:
    rows = []
    for name, source in contents.study.sources.items():
        kind = source.file_format.name if source.file_format else PACKAGE.label
        file = source.raw_file or source.origin
        rows.append({"file": file, "source": name, "format": kind, "provided": _provided(contents, name)})
    files = contents.files
    kinds = {each.file: each for each in declared_inputs(contents.study) if each.kind != RAW_FILE}
    for file in sorted({*files.provided, *files.emptied} - {each.raw_file for each in contents.study.sources.values()}):
        each = kinds.get(file)
        belongs_to = each.kind + (f" of {each.of}" if each.of != each.file else "") if each else "facts"
        provided = "no; only its header is here" if file in files.emptied else "yes"
        known = format_of_file(file) if each else None
        file_format = known.name if known else PurePosixPath(file).suffix.lower().removeprefix(".")
        rows.append({"file": file, "source": belongs_to, "format": file_format, "provided": provided})
    return rows


def _omissions(contents: ReadmeContents) -> str:
    files = contents.files
    left_out = [*files.twinned.values(), *files.emptied, *files.retrieved.values()]
    said = ["Left out: " + ", ".join(f"`{path}`" for path in sorted(left_out)) + "."] if left_out else []
    carried = {
        f"{source.loader} ({contents.provenance[name]['package']})"
        for name, source in contents.study.sources.items()
        if source.raw_file is None
    }
    if carried:
        said.append(f"Not in the archive, for Python packages carry them: {', '.join(sorted(carried))}.")
    return " ".join(said) or "No raw file of the study is left out."
