"""Checks that a study reads nothing outside its checkout but raw files, and these where whoever runs it says so.

A study file may come from a stranger. What it names is read and may be printed, so that `text: /etc/passwd` would put
that into a paper.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ruralpanel.errors import Problem
from ruralpanel.placement import is_within
from ruralpanel.study.inputs import files_by_key
from ruralpanel.study.model import Study
from ruralpanel.study.yaml_file import KeyPath, YamlFile

OUTSIDE = "RURALPANEL_OUTSIDE"
"""The environment variable that names folders outside the checkout in which raw files may lie, as ``PATH`` does."""

RAW = ("sources", "tables", "panel", "exhibits")
"""Sections whose files are data: raw files and their corrections, decisions, lines and outlines."""


def folders_outside(*settings: str | None) -> list[Path]:
    """Read what :data:`OUTSIDE`, and whatever else names folders, is set to."""
    return [Path(each) for setting in settings for each in (setting or "").split(os.pathsep) if each]


def files_outside(study: Study, file: YamlFile, root: Path, allowed: Sequence[Path]) -> Iterator[Problem]:
    """Find files that lie outside the checkout and may not be read there.

    Raw files may lie in a folder that is allowed, or behind a link that lies in the checkout. A text, a bibliography,
    facts and published numbers lie in the checkout, whatever links lead to.

    Parameters
    ----------
    study
        The study.
    file
        The file it was read from, for line numbers.
    root
        The top of the repository.
    allowed
        Folders outside it in which raw files may lie.
    """
    named = files_by_key(study)
    if study.paper is not None and study.paper.font_folder is not None:
        named["paper", "font_folder"] = study.paper.font_folder
    for key, path in named.items():
        place = root / path
        if _is_data(key):
            if not _is_named_within(place, root) and not any(is_within(place, each) for each in allowed):
                folder = Path(os.path.realpath(place)).parent
                what = f"{path} lies outside the checkout, where raw files are read only if whoever runs this says so"
                yield file.problem(key, what, f"set {OUTSIDE}={folder}, or put the file below data/raw/")
        elif not (_is_named_within(place, root) and is_within(place, root)):
            what = f"{path} lies outside the checkout, where no text or table of the author's is read"
            yield file.problem(key, what, "put it below config/ or data/")


def _is_data(key: KeyPath) -> bool:
    return key[0] in RAW or key == ("paper", "font_folder")


def _is_named_within(path: Path, root: Path) -> bool:
    """Tell whether a path leads into a folder by its words, before links are followed."""
    return Path(os.path.abspath(path)).is_relative_to(os.path.abspath(root))
