"""Put a replication archive together, in a folder and as one file."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from ruralpanel import __version__
from ruralpanel.archive.bill_of_materials import write_bill
from ruralpanel.archive.citation import CITATION, archive_citation, author_name, program_citation
from ruralpanel.archive.contents import ArchiveError, notes_beside, program_files, raw_files, refuse_restricted
from ruralpanel.archive.crate import write_crate
from ruralpanel.archive.facts import programs_of, random_draws, rule_costs, this_machine, versions_in_use
from ruralpanel.archive.in_text import numbers_in_text
from ruralpanel.archive.layout import Layout, layout_of
from ruralpanel.archive.packing import files_in, refuse_what_was_added, write_manifest, write_zip
from ruralpanel.archive.raw_sheets import read_sheet, write_sheet
from ruralpanel.archive.readme import ReadmeContents, write_readme
from ruralpanel.archive.readme_pdf import write_pdf
from ruralpanel.archive.twins import synthetic_twins
from ruralpanel.diagnosis.modules import item_module, items_looked_for
from ruralpanel.errors import Problem
from ruralpanel.estimation.modules import code_behind
from ruralpanel.exhibits.caption import exhibit_numbers
from ruralpanel.installation import LOCK, own_or_shipped, program_top
from ruralpanel.lineage import file_digest, modules_behind
from ruralpanel.placement import place, refuse_inputs, replacing
from ruralpanel.simulation.marker import MARKER, marker_text
from ruralpanel.study.entry_lines import entry_lines
from ruralpanel.study.inputs import declared_inputs, files_read
from ruralpanel.study.load import find_study, load_study
from ruralpanel.study.model import Study
from ruralpanel.study.own_estimators import own_files
from ruralpanel.study.published_files import published_code, published_folder, published_inputs
from ruralpanel.study.registration import registered_file
from ruralpanel.study.yaml_file import parse_yaml
from ruralpanel.verification.inputs import inputs_frame, read_published_inputs
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
        already, the study has not been run, or something other than an earlier archive is in the archive's place.
    """
    name, path = find_study(chosen, root)
    study = load_study(chosen, root)
    refuse_restricted(study, root)
    results = root / "results" / name
    _refuse_without_results(study, results, name)
    layout = layout_of(study, path.read_text(encoding="utf-8-sig"), root)
    folder, archive = results / "package", results / "package.zip"
    inputs = [path, *(root / each for each in files_read(study))]
    for each in (folder, archive):
        refuse_inputs(each, inputs)
    refuse_what_was_added(folder, root)
    with replacing(folder) as new, replacing(archive) as zipped:
        new.mkdir()
        _fill(new, name, layout, root)
        write_zip(new, zipped, f"{study.study}_replication")
    return archive


def _fill(folder: Path, name: str, layout: Layout, root: Path) -> None:
    """Write everything that is in an archive into an empty folder."""
    study, results, originals = layout.study, root / "results" / name, layout.originals
    files, declared = raw_files(study), study.archive
    top = program_top(root)
    program, date = program_citation(top), (declared.date if declared else None) or _release_date(top)
    restricted = [originals.get(each, root / each) for each in files.restricted]
    copied = program_files(root, without=restricted)
    there = {each: originals.get(each, root / each) for each in [*files.provided, *_files_of_paper(study)]}
    copied |= {each: file for each, file in there.items() if file.is_file()}
    notes = notes_beside(files.provided, root)
    copied |= {each: root / each for each in notes}
    published = study.published or f"results/published/{name}.csv"
    copied |= _published_files(published, originals, root, with_figures=not files.restricted)
    registered = registered_file(name)
    if (root / registered).is_file():
        copied[registered.as_posix()] = root / registered
    for each, file in copied.items():
        _copy(file, folder, each)
    study_file = f"config/studies/{name}.yaml"
    _write(layout.text, folder, study_file)
    used = {equation.estimator for block in study.blocks for equation in study.equations(block)}
    for own in own_files(used, find_study(name, root)[1].parent):
        _copy(own, folder, f"{Path(study_file).parent.as_posix()}/{own.name}")
    _write(f"# The study of this archive.\nstudy: {name}\nmonte_carlo: full\n", folder, "config/config.yaml")
    _write(archive_citation(study, date, program), folder, CITATION)
    _rename_inputs(place(folder, published_inputs(published)), layout)
    twins = _write_twins(study, originals, root, folder)
    for each in files.emptied:
        _write_header_alone(originals[each], folder, each)
    _write_output(study, results, folder, guarded=bool(twins))
    parts = {*study.sources, *study.tables, *study.blocks, *study.sensitivity, *study.exhibits}
    contents = ReadmeContents(
        name=name,
        study=study,
        files=files,
        moved=layout.moved,
        provenance={
            source: json.loads((results / "sources" / f"{source}.provenance.json").read_text(encoding="utf-8"))
            for source in study.sources
        },
        notes=notes,
        verdict=verdict_line(results),
        panel_rows=pq.read_metadata(results / "panel" / "panel.parquet").num_rows,
        costs=rule_costs(results / "benchmarks", parts),
        machine=this_machine(),
        packages=versions_in_use(own_or_shipped(root, LOCK).read_text(encoding="utf-8")),
        main_packages=_main_packages(top),
        draws=random_draws(_modules_of(study)),
        seed_line=parse_yaml(layout.text, Path(study_file)).line_of(("seed",)),
        programs=programs_of(study, exhibit_numbers(study), entry_lines(layout.text, "exhibits", study.exhibits)),
        in_text=numbers_in_text(load_study(name, root), study, name, layout.text, root),
        published=published,
        storage=sum((folder / each).stat().st_size for each in files_in(folder)),
        code_licence=_code_licence(top),
        program_authors=", ".join(author_name(each) for each in program["authors"]),
        version=__version__,
    )
    text = write_readme(contents)
    _write(text, folder, "README.md")
    write_pdf(text, folder / "README.pdf", [root / each for each in study.fonts])
    write_bill(folder, root, "ruralpanel", __version__)
    write_crate(
        folder,
        study,
        date=date,
        licence=(declared.licence if declared else None) or _code_licence(top),
        twins=list(twins),
        sources={source.raw_file: key for key, source in study.sources.items() if source.raw_file is not None},
    )
    write_manifest(folder)


def _files_of_paper(study: Study) -> list[str]:
    return study.paper.files if study.paper is not None else []


def _published_files(
    published: str, originals: Mapping[str, Path], root: Path, *, with_figures: bool
) -> dict[str, Path]:
    """Give the published numbers with what stands beside them, by their places in the archive.

    What a figure plots may be values of places one by one.
    """
    original = originals.get(published, root / published)
    beside = {each(published).as_posix(): each(original) for each in (published_inputs, published_code)}
    files = {published: original, **beside}
    if with_figures:
        folder = published_folder(published).as_posix()
        files |= {f"{folder}/{path.name}": path for path in sorted(published_folder(original).glob("*"))}
    return {each: file for each, file in files.items() if file.is_file()}


def _rename_inputs(path: Path, layout: Layout) -> None:
    """Give the inputs of published numbers the names that they have in the archive."""
    inputs = read_published_inputs(path) if layout.moved else None
    if inputs is None:
        return
    now = {(each.kind, each.of): each for each in declared_inputs(layout.study)}
    moved = [
        replace(each, of=layout.names.get(each.of, each.of), file=layout.names.get(each.file, each.file))
        for each in inputs
    ]
    moved = [
        replace(each, file=now[each.kind, each.of].file) if (each.kind, each.of) in now else each for each in moved
    ]
    inputs_frame(moved).to_csv(path, index=False, lineterminator="\n")


def _refuse_without_results(study: Study, results: Path, name: str) -> None:
    """Do nothing where everything an archive tells of a run is there."""
    wanted = ["verdict.csv", "verdict.json", "panel/panel.parquet", "panel/codebook.csv"]
    wanted += [f"exhibits/{exhibit}.caption.json" for exhibit in study.exhibits]
    wanted += [f"sources/{source}.provenance.json" for source in study.sources]
    absent = [path for path in wanted if not (results / path).is_file()]
    if absent:
        hint = f"run the study first: ./run --config study={name}"
        raise ArchiveError([Problem(results.as_posix(), f"has no {', '.join(absent[:5])}", hint=hint)])


def _new_file(folder: Path, name: str) -> Path:
    """Make the place of a file that is not in the archive yet."""
    target = place(folder, name)
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _copy(source: Path, folder: Path, name: str) -> None:
    shutil.copyfile(source, _new_file(folder, name))


def _write(text: str, folder: Path, name: str) -> None:
    _new_file(folder, name).write_text(text, encoding="utf-8")


def _write_twins(study: Study, originals: Mapping[str, Path], root: Path, folder: Path) -> dict[str, str]:
    """Write the twins of all restricted sources and the marker; give their paths with their hashes."""
    files = raw_files(study)
    if not files.twinned:
        return {}
    sheets = {}
    for name, source in study.sources.items():
        path = originals.get(source.raw_file, root / source.raw_file) if source.raw_file is not None else None
        if path is None or path.is_file():
            sheets[name] = read_sheet(source, path)
    digests = {}
    for name, twin in synthetic_twins(study, sheets, list(files.twinned)).items():
        target = _new_file(folder, files.twinned[name])
        write_sheet(study.sources[name], twin.sheet, twin.cells, originals[files.twinned[name]], target)
        digests[files.twinned[name]] = file_digest(target)
    _write(marker_text(digests), folder, MARKER)
    return digests


def _write_header_alone(source: Path, folder: Path, name: str) -> None:
    """Write the first line of a text file that holds values of restricted sources."""
    with source.open("rb") as stream:
        _new_file(folder, name).write_bytes(stream.readline())


def _write_output(study: Study, results: Path, folder: Path, *, guarded: bool) -> None:
    """Copy exhibits, verdict and codebook; where sources are restricted, nothing that could hold single values."""
    endings = {"html", "tex", "png", "pdf"}
    for name, exhibit in study.exhibits.items():
        for ending in sorted(endings if guarded and not exhibit.is_table else endings | {"csv"}):
            made = results / "exhibits" / f"{name}.{ending}"
            if made.is_file():
                _copy(made, folder, f"output/exhibits/{made.name}")
    pages = ["verdict.csv", "verdict.html", "claims.csv", "diagnosis.csv", "paper.pdf", "appendix.pdf"]
    for page in pages if guarded else [*pages, "report/index.html"]:
        if (results / page).is_file():
            _copy(results / page, folder, f"output/{page}")
    codebook = pd.read_csv(results / "panel" / "codebook.csv", dtype=str, keep_default_na=False)
    if guarded:
        codebook = codebook[[column for column in KEPT_OF_A_CODEBOOK if column in codebook]]
    codebook.to_csv(_new_file(folder, "output/codebook.csv"), index=False, lineterminator="\n")


def _modules_of(study: Study) -> set[str]:
    """List the modules behind what a study computes."""
    begun = ["ruralpanel.tables.prepare", "ruralpanel.panel.build"]
    begun += [module for block in study.blocks for module in code_behind(study, block)]
    begun += [f"ruralpanel.sensitivity.{declared.kind}" for declared in study.sensitivity.values()]
    if study.subjects:
        begun += ["ruralpanel.diagnosis.diagnose", *map(item_module, items_looked_for(study.diagnosis.skip))]
    return modules_behind(*begun)


def _main_packages(top: Path) -> dict[str, str]:
    """Give the versions of the packages that the program is written with."""
    in_use = versions_in_use((top / LOCK).read_text(encoding="utf-8"))
    by_name = {_plain(package): version for package, version in in_use.items()}
    needed = tomllib.loads((top / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    names = sorted(_plain(re.split(r"[^A-Za-z0-9._-]", text, maxsplit=1)[0]) for text in needed)
    return {package: by_name[package] for package in names if package in by_name}


def _plain(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def _code_licence(top: Path) -> str:
    first = (top / "LICENSE").read_text(encoding="utf-8").splitlines()[0].strip()
    return f"The code: {first}, see LICENSE."


def _release_date(top: Path) -> str:
    text = (top / CITATION).read_text(encoding="utf-8")
    found = re.search(r"^date-released: *'?([0-9-]+)", text, re.MULTILINE)
    return found.group(1) if found else "1980-01-01"
