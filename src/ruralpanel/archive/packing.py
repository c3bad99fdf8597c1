"""The archive's manifest, and the one file that it travels in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from ruralpanel.lineage import file_digest

MANIFEST = "MANIFEST.sha256"
"""Every file of the archive but itself, in the lines that ``sha256sum --check`` reads."""

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time written for every file; the earliest that a zip file can hold."""


def files_in(folder: Path) -> list[str]:
    """List all files of a folder by their paths within it, sorted."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def write_manifest(folder: Path) -> Path:
    """Write the hashes of all files of an archive.

    Parameters
    ----------
    folder
        The archive's folder.

    Returns
    -------
    pathlib.Path
        The manifest.
    """
    lines = [f"{file_digest(folder / name)}  {name}\n" for name in files_in(folder) if name != MANIFEST]
    path = folder / MANIFEST
    path.write_text("".join(lines), encoding="utf-8")
    return path


def write_zip(folder: Path, path: Path, top: str, executable: Iterable[str] = ("run",)) -> None:
    """Put a folder into a zip file, the same bytes for the same files.

    Parameters
    ----------
    folder
        The archive's folder.
    path
        The zip file.
    top
        The folder that all is in within the zip file.
    executable
        Files that can be run, by their paths within the folder.
    """
    chosen = set(executable)
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=6) as archive:
        for name in files_in(folder):
            entry = ZipInfo(f"{top}/{name}", date_time=LONG_AGO)
            entry.create_system = 3  # otherwise the system that it was made on
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = (0o100755 if name in chosen else 0o100644) << 16
            archive.writestr(entry, (folder / name).read_bytes())
