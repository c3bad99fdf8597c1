"""Put a replication archive together, in a folder and as one file."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from ruralpanel import __version__
from ruralpanel.archive.citation import CITATION, archive_citation, author_name, program_citation
from ruralpanel.archive.contents import ArchiveError, notes_beside, program_files, raw_files, refuse_restricted
from ruralpanel.archive.crate import write_crate
from ruralpanel.archive.facts import programs_of, random_draws, rule_costs, this_machine, versions_in_use
from ruralpanel.archive.marker import MARKER, marker_text
from ruralpanel.archive.packing import files_in, write_manifest, write_zip
from ruralpanel.archive.raw_sheets import read_sheet, write_sheet
from ruralpanel.archive.readme import ReadmeContents, write_readme
from ruralpanel.archive.readme_pdf import write_pdf
from ruralpanel.archive.twins import synthetic_twins
from ruralpanel.errors import Problem
from ruralpanel.estimation.modules import estimator_module
from ruralpanel.exhibits.caption import exhibit_numbers
from ruralpanel.lineage import file_digest, modules_behind
from ruralpanel.study.load import find_study, load_study
from ruralpanel.study.model import Study
from ruralpanel.study.yaml_file import read_yaml
from ruralpanel.verification.published_files import published_folder, published_inputs
from ruralpanel.verification.summary import verdict_line

KEPT_OF_A_CODEBOOK = ["column", "label", "unit", "type", "origin", "transformation", "rows", "missing"]
"""Columns of a codebook that hold no value of the data."""


def make_archive(chosen: str, root: Path) -> Path:
    """Make the replication archive of a study that has been run.

    Parameters
    ----------
    chosen
        The study, by name or path.
    root
        The top of the repository.

    Returns
    -------
    pathlib.Path
        The zip file, ``results/<study>/package.zip``; the folder ``package`` beside it has the same files.

    Raises
    ------
    ArchiveError
        Before anything is written: if a restricted file is under version control or has no twin, a raw file is a twin
        already, or the study has not been run.
    """
    name, path = find_study(chosen, root)
    study = load_study(chosen, root)
    refuse_restricted(study, root)
    results = root / "results" / name
    _refuse_without_results(study, results, name)
    files, declared = raw_files(study), study.archive
    program, date = program_citation(root), (declared.date if declared else None) or _release_date(root)
    folder = results / "package"
    shutil.rmtree(folder, ignore_errors=True)
    copied = [*program_files(root), *(each for each in files.provided if (root / each).is_file())]
    published = study.published or f"results/published/{name}.csv"
    kept = [published, published_inputs(published).as_posix()]
    notes = notes_beside(files.provided, root)
    copied += [*notes, *(each for each in kept if (root / each).is_file())]
    copied += study.paper.files if study.paper is not None else []
    if not files.restricted:  # what a figure plots may be values of places one by one
        copied += [path.relative_to(root).as_posix() for path in sorted((root / published_folder(published)).glob("*"))]
    for each in copied:
        _copy(root / each, folder / each)
    study_file = f"config/studies/{name}.yaml"
    _copy(path, folder / study_file)
    (folder / "config/config.yaml").write_text(
        f"# The study of this archive.\nstudy: {name}\nmonte_carlo: full\n", encoding="utf-8"
    )
    (folder / CITATION).write_text(archive_citation(study, date, program), encoding="utf-8")
    twins = _write_twins(study, root, folder)
    for each in files.emptied:
        _write_header_alone(root / each, folder / each)
    _write_output(study, results, folder, guarded=bool(twins))
    parts = {*study.sources, *study.tables, *study.blocks, *study.sensitivity, *study.exhibits}
    contents = ReadmeContents(
        name=name,
        study=study,
        files=files,
        provenance={
            source: json.loads((results / "sources" / f"{source}.provenance.json").read_text(encoding="utf-8"))
            for source in study.sources
        },
        notes=notes,
        verdict=verdict_line(results),
        panel_rows=pq.read_metadata(results / "panel" / "panel.parquet").num_rows,
        costs=rule_costs(results / "benchmarks", parts),
        machine=this_machine(),
        packages=versions_in_use((root / "requirements.lock").read_text(encoding="utf-8")),
        main_packages=_main_packages(root),
        draws=random_draws(_modules_of(study)),
        seed_line=read_yaml(path).line_of(("seed",)),
        programs=programs_of(study, exhibit_numbers(study)),
        published=published,
        storage=sum((folder / each).stat().st_size for each in files_in(folder)),
        code_licence=_code_licence(root),
        program_authors=", ".join(author_name(each) for each in program["authors"]),
        version=__version__,
    )
    text = write_readme(contents)
    (folder / "README.md").write_text(text, encoding="utf-8")
    write_pdf(text, folder / "README.pdf", [root / each for each in study.fonts])
    write_crate(
        folder,
        study,
        date=date,
        licence=(declared.licence if declared else None) or _code_licence(root),
        twins=list(twins),
        sources={source.raw_file: key for key, source in study.sources.items() if source.raw_file is not None},
    )
    write_manifest(folder)
    archive = results / "package.zip"
    write_zip(folder, archive, f"{study.study}_replication")
    return archive


def _refuse_without_results(study: Study, results: Path, name: str) -> None:
    """Do nothing where everything an archive tells of a run is there."""
    wanted = ["verdict.csv", "verdict.json", "panel/panel.parquet", "panel/codebook.csv"]
    wanted += [f"exhibits/{exhibit}.caption.json" for exhibit in study.exhibits]
    wanted += [f"sources/{source}.provenance.json" for source in study.sources]
    absent = [path for path in wanted if not (results / path).is_file()]
    if absent:
        hint = f"run the study first: ./run --config study={name}"
        raise ArchiveError([Problem(results.as_posix(), f"has no {', '.join(absent[:5])}", hint=hint)])


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _write_twins(study: Study, root: Path, folder: Path) -> dict[str, str]:
    """Write the twins of all restricted sources and the marker; give their paths with their hashes."""
    files = raw_files(study)
    if not files.twinned:
        return {}
    sheets = {}
    for name, source in study.sources.items():
        path = root / source.raw_file if source.raw_file is not None else None
        if path is None or path.is_file():
            sheets[name] = read_sheet(source, path)
    digests = {}
    for name, twin in synthetic_twins(study, sheets, list(files.twinned)).items():
        target = folder / files.twinned[name]
        write_sheet(study.sources[name], twin.sheet, twin.cells, root / files.twinned[name], target)
        digests[files.twinned[name]] = file_digest(target)
    (folder / MARKER).write_text(marker_text(digests), encoding="utf-8")
    return digests


def _write_header_alone(source: Path, target: Path) -> None:
    """Write the first line of a text file that holds values of restricted sources."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as stream:
        target.write_bytes(stream.readline())


def _write_output(study: Study, results: Path, folder: Path, *, guarded: bool) -> None:
    """Copy exhibits, verdict and codebook; where sources are restricted, nothing that could hold single values."""
    output = folder / "output"
    endings = {"html", "tex", "png", "pdf"}
    for name, exhibit in study.exhibits.items():
        for ending in sorted(endings if guarded and not exhibit.is_table else endings | {"csv"}):
            made = results / "exhibits" / f"{name}.{ending}"
            if made.is_file():
                _copy(made, output / "exhibits" / made.name)
    pages = ["verdict.csv", "verdict.html", "claims.csv", "paper.pdf"]
    for page in pages if guarded else [*pages, "report/index.html"]:
        if (results / page).is_file():
            _copy(results / page, output / page)
    codebook = pd.read_csv(results / "panel" / "codebook.csv", dtype=str, keep_default_na=False)
    if guarded:
        codebook = codebook[[column for column in KEPT_OF_A_CODEBOOK if column in codebook]]
    codebook.to_csv(output / "codebook.csv", index=False, lineterminator="\n")


def _modules_of(study: Study) -> set[str]:
    """List the modules behind what a study computes."""
    used = {equation.estimator for block in study.blocks for equation in study.equations(block)}
    begun = ["ruralpanel.tables.prepare", "ruralpanel.panel.build", "ruralpanel.estimation.block"]
    begun += [f"ruralpanel.sensitivity.{declared.kind}" for declared in study.sensitivity.values()]
    return modules_behind(*begun, *(estimator_module(estimator) for estimator in used))


def _main_packages(root: Path) -> dict[str, str]:
    """Give the versions of the packages that the program is written with."""
    in_use = versions_in_use((root / "requirements.lock").read_text(encoding="utf-8"))
    by_name = {_plain(package): version for package, version in in_use.items()}
    needed = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    names = sorted(_plain(re.split(r"[^A-Za-z0-9._-]", text, maxsplit=1)[0]) for text in needed)
    return {package: by_name[package] for package in names if package in by_name}


def _plain(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def _code_licence(root: Path) -> str:
    first = (root / "LICENSE").read_text(encoding="utf-8").splitlines()[0].strip()
    return f"The code: {first}, see LICENSE."


def _release_date(root: Path) -> str:
    text = (root / CITATION).read_text(encoding="utf-8")
    found = re.search(r"^date-released: *'?([0-9-]+)", text, re.MULTILINE)
    return found.group(1) if found else "1980-01-01"
