"""Where published figures and the hashes of inputs are kept.

Read whenever the workflow starts, so without anything that is slow to load.
"""

from __future__ import annotations

from pathlib import Path


def published_folder(published: Path | str) -> Path:
    """Name the folder of the published figures beside the file of published numbers."""
    return Path(published).with_suffix("") / "figures"


def published_inputs(published: Path | str) -> Path:
    """Name the file with the hashes of what the published numbers were computed from, beside these numbers."""
    return Path(published).with_suffix(".inputs.csv")


def published_names(folder: Path) -> list[str]:
    """List the exhibits that are published as figures, by name; none where there is no such folder."""
    return sorted({path.stem for path in folder.glob("*") if path.suffix in (".csv", ".png")})
