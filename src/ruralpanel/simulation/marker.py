"""The file that says which raw files are synthetic twins."""

from __future__ import annotations

from collections.abc import Mapping

MARKER = "SYNTHETIC"
"""The file's name, at the top of an archive or beside the twins; its lines are those of ``sha256sum``."""

EXPLANATION = (
    "# Synthetic twins of restricted files: the same columns, types and keys, and no real values.",
    "# A run that reads one of them, known by its sha256, can be no match with published numbers.",
)


def marker_text(digests: Mapping[str, str]) -> str:
    """Write the marker.

    Parameters
    ----------
    digests
        The sha256 of each twin, by its path from the top of the archive.
    """
    return "\n".join([*EXPLANATION, *(f"{digests[path]}  {path}" for path in sorted(digests))]) + "\n"
