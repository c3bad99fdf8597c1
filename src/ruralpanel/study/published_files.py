"""Where published figures and the hashes of inputs are kept.

Read whenever the workflow starts, so without anything that is slow to load.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ruralpanel.errors import Problem
from ruralpanel.placement import PlacementError, is_within, place, refuse_inputs

RESULTS = "results"


class PublishedPlaces(NamedTuple):
    """Where published numbers are written, and beside them the folder of figures, and hashes of inputs and of code."""

    numbers: Path
    figures: Path
    inputs: Path
    code: Path


def published_folder(published: Path | str) -> Path:
    """Name the folder of the published figures beside the file of published numbers."""
    return Path(published).with_suffix("") / "figures"


def published_inputs(published: Path | str) -> Path:
    """Name the file with the hashes of what the published numbers were computed from, beside these numbers."""
    return Path(published).with_suffix(".inputs.csv")


def published_code(published: Path | str) -> Path:
    """Name the file with the digests of the code behind the published numbers, beside these numbers."""
    return Path(published).with_suffix(".code.csv")


def places_to_publish(published: Path | str, root: Path, reads: Iterable[str]) -> PublishedPlaces:
    """Say where published numbers, figures and hashes are written.

    Parameters
    ----------
    published
        The file of published numbers, from the top of the repository.
    root
        The top of the repository.
    reads
        The files that the study reads, which are never written over.

    Raises
    ------
    PlacementError
        If one of them would be written outside of `results/`, or over something that the study reads.
    """
    results, numbers = root / RESULTS, root / published
    if not is_within(numbers, results):
        what = "is not below results/, and only what is there is written"
        hint = f"name a file such as results/published/{numbers.name} as `published`, or leave the key away"
        raise PlacementError([Problem(str(published), what, "published", hint)])
    inputs = [root / each for each in reads]
    inside = Path(os.path.relpath(os.path.realpath(numbers), os.path.realpath(results)))
    wanted = (inside, published_folder(inside), published_inputs(inside), published_code(inside))
    places = PublishedPlaces(*(place(results, each, inputs) for each in wanted))
    refuse_inputs(places.figures, inputs)
    return places


def published_names(folder: Path) -> list[str]:
    """List the exhibits that are published as figures, by name; none where there is no such folder."""
    return sorted({path.stem for path in folder.glob("*") if path.suffix in (".csv", ".png")})
