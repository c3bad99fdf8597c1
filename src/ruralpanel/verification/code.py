"""Which code published numbers were computed with, and which files of it have changed since.

Nothing is judged by it: numbers that reproduce are a match whatever was changed, and where they do not, this says where
to look.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from ruralpanel.verification.inputs import rows_beside_published

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
    rows = rows_beside_published(path, COLUMNS)
    return None if rows is None else {row["file"]: row["digest"] for row in rows}


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
