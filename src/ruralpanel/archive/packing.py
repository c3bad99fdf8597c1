"""The archive's manifest, and the one file that it travels in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from ruralpanel.archive.contents import ArchiveError
from ruralpanel.errors import Problem
from ruralpanel.lineage import file_digest
from ruralpanel.study.retrieval import RETRIEVED_FILES

MANIFEST = "MANIFEST.sha256"
"""Every file of the archive but itself, in the lines that ``sha256sum --check`` reads."""

BUILT_AT_THE_TOP = frozenset(
    [".venv", ".snakemake", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".cache"]
)
"""Hidden folders of programs at the top of an archive. Others, such as a repository's `.git`, are somebody's."""

OF_FILE_MANAGERS = frozenset([".DS_Store", "Thumbs.db", "desktop.ini"])

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


def refuse_what_was_added(folder: Path, root: Path) -> None:
    """Do nothing where a folder is not there, or has what an earlier packaging wrote and what runs in it have built.

    Parameters
    ----------
    folder
        The place of the archive's folder.
    root
        The top of the repository, which keeps the files that it has retrieved.

    Raises
    ------
    ArchiveError
        With the files that were put there or changed since: they would be lost, such as real files in the place of
        their twins.
    """
    if folder.is_symlink() or not folder.exists():
        return
    manifest = folder / MANIFEST
    lines = manifest.read_text(encoding="utf-8").splitlines() if manifest.is_file() else []
    packed = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    found = [name for name in files_in(folder) if name != MANIFEST and not _built_by_a_run(PurePosixPath(name))]
    added = [name for name in found if file_digest(folder / name) not in (packed.get(name), _kept_as(name, root))]
    if added:
        what = f"has files that no packaging wrote there, or that were changed since: {', '.join(added[:5])}"
        what += f", … ({len(added)} in all)" if len(added) > 5 else ""
        raise ArchiveError([Problem(folder.as_posix(), what, hint="move them, or the folder, to where they are kept")])


def _built_by_a_run(path: PurePosixPath) -> bool:
    """Tell whether a file of an archive is what a run in its folder builds, and a run can build again."""
    first = path.parts[0]
    built = first in BUILT_AT_THE_TOP or (first == "results" and path.parts[:2] != ("results", "published"))
    cached = any(part == "__pycache__" or part.endswith(".egg-info") for part in path.parts)
    return built or cached or path.name in OF_FILE_MANAGERS


def _kept_as(name: str, root: Path) -> str | None:
    """Give the hash of the same retrieved file in the repository, without which an archive's may be the only one."""
    file = root / name
    return file_digest(file) if PurePosixPath(name).is_relative_to(RETRIEVED_FILES) and file.is_file() else None


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
