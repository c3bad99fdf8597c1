"""Checks that nothing a study reads lies where its results, or its published numbers, are written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ruralpanel.errors import Problem
from ruralpanel.placement import is_same, is_within
from ruralpanel.study.inputs import files_by_key
from ruralpanel.study.model import Study
from ruralpanel.study.published_files import published_code, published_folder, published_inputs
from ruralpanel.study.yaml_file import YamlFile

PUBLISHED = ("published",)


def inputs_where_output_goes(study: Study, file: YamlFile, root: Path, name: str) -> Iterator[Problem]:
    """Find files that a run, or the command that publishes it, could write over or remove.

    Parameters
    ----------
    study
        The study.
    file
        The file it was read from, for line numbers.
    root
        The top of the repository.
    name
        The name under which its results are kept.
    """
    folders = _written_by_a_run(root / "results" / name)
    published = root / (study.published or f"results/published/{name}.csv")
    kept = [published, published_inputs(published), published_code(published)]
    for key, path in files_by_key(study).items():
        place = root / path
        folder = next((each for each in folders if is_within(place, each) or _is_named_in(place, each)), None)
        if folder is not None:
            what = f"{path} lies in {os.path.relpath(folder, root)}, which a run writes to"
            yield file.problem(key, what, "put it elsewhere, such as below data/raw/")
        elif key != PUBLISHED and any(is_same(place, each) for each in kept):
            what = f"{path} is where the study's published numbers are kept, which `./run publish` writes"
            yield file.problem(key, what, "the two must be two files")
        elif key != PUBLISHED and is_within(place, published_folder(published)):
            what = f"{path} lies in the folder of published figures, which `./run publish` writes anew"
            yield file.problem(key, what, "put it elsewhere, such as below data/raw/")


def _written_by_a_run(results: Path) -> list[Path]:
    """Give the folder of a study's results, and those below it that a link puts elsewhere."""
    try:
        below = [Path(each.path) for each in os.scandir(results) if each.is_symlink() and each.is_dir()]
    except OSError:  # there are no results yet
        below = []
    return [results, *below]


def _is_named_in(path: Path, folder: Path) -> bool:
    """Tell whether a path names something in a folder, whatever links make of it."""
    return Path(os.path.normpath(path.absolute())).is_relative_to(folder.absolute())
