"""Where published figures are kept; read whenever the workflow starts, so without anything that is slow to load."""

from __future__ import annotations

from pathlib import Path


def published_folder(published: Path | str) -> Path:
    """Name the folder of the published figures beside the file of published numbers."""
    return Path(published).with_suffix("") / "figures"


def published_names(folder: Path) -> list[str]:
    """List the exhibits that are published as figures, by name; none where there is no such folder."""
    return sorted({path.stem for path in folder.glob("*") if path.suffix in (".csv", ".png")})
