"""What git says of a repository: which files it tracks, which it ignores, and which have changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ruralpanel.doctor.findings import Finding, error, warning
from ruralpanel.git import git
from ruralpanel.study.model import Study


def tracked_files(root: Path) -> list[str] | None:
    """List the files that git tracks and that are there, from the top of the repository; None without git."""
    listed = git(root, "ls-files", "-z", "--cached")
    if listed is None:
        return None
    return [name for name in listed.split("\0") if name and (root / name).is_file()]


def state_of_raw_files(study: Study, root: Path, tracked: Sequence[str] | None) -> Iterator[Finding]:
    """Tell raw files that differ from those committed, and those that are where they should not be.

    Parameters
    ----------
    study
        The study.
    root
        The top of the repository.
    tracked
        The files that git tracks; None without git.
    """
    if tracked is None:
        yield warning("git", "this is no git repository, or git is not installed", "what changed cannot be told")
        return
    known = set(tracked)
    changed = git(root, "diff", "--name-only", "-z", "HEAD", "--", "data") or ""
    altered = set(changed.split("\0"))
    for name, source in study.sources.items():
        if source.path is None or not (root / source.path).is_file():
            continue
        if source.path in known and not source.redistributable:
            find = error if study.data_standing == "restricted" else warning
            what = f"git tracks it, and the source `{name}` is not `redistributable`"
            hint = f"git rm --cached {source.path}, and keep it under data/raw/…/restricted, which git ignores; or say "
            yield find(source.path, what, hint + "`redistributable: true` where its licence allows that")
        if source.path not in known and source.redistributable:
            what = f"the source `{name}` is `redistributable`, and git does not track its file"
            yield warning(source.path, what, f"git add {source.path}, for others to have it")
        if source.path in altered:
            what = "is not as it was committed"
            yield warning(source.path, what, f"git diff --stat {source.path}; raw files are corrected by `corrections`")
