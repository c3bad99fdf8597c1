"""Which code published numbers were computed with, and which files of it have changed since.

Nothing is judged by it: numbers that reproduce are a match whatever was changed, and where they do not, this says where
to look.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from ruralpanel.errors import Problem, PublishedError
from ruralpanel.frames.storage import read_records

COLUMNS = ["file", "digest"]


def code_frame(digests: Mapping[str, str]) -> pd.DataFrame:
    """Put digests into the columns of :data:`COLUMNS`, as they are kept beside the published numbers."""
    return pd.DataFrame(digests.items(), columns=COLUMNS)


def read_published_code(path: Path) -> dict[str, str] | None:
    """Read with which code published numbers were computed.

    Parameters
    ----------
    path
        From :func:`ruralpanel.study.published_files.published_code`.

    Returns
    -------
    dict of str to str or None
        By file, its digest; None where there is no such file.

    Raises
    ------
    PublishedError
        If it has other columns.
    """
    if not path.is_file():
        return None
    header, rows = read_records(path, PublishedError)
    if header != COLUMNS:
        what = f"has the columns {', '.join(header) or 'of no header'}, not {', '.join(COLUMNS)}"
        raise PublishedError([Problem(str(path), what, hint="only ./run publish and ./run publish_inputs write it")])
    return {row["file"]: row["digest"] for _, row in rows}


def changed_code(now: Mapping[str, str], published: Mapping[str, str] | None) -> list[str]:
    """List the files whose code is another than when numbers were published, those that came or went among them.

    Parameters
    ----------
    now
        From :func:`ruralpanel.lineage.file_digests`.
    published
        From :func:`read_published_code`; for None nothing is known, and nothing is listed.
    """
    if published is None:
        return []
    return sorted(name for name in {*now, *published} if now.get(name) != published.get(name))
