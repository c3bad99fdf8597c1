"""What is left of a draft in a study file: guesses nobody has confirmed, and authors nobody has named."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ruralpanel.doctor.findings import Finding, warning
from ruralpanel.drafting.text import GUESSED, NOBODY_YET
from ruralpanel.errors import counted
from ruralpanel.study.model import Study

SHOWN = 12
"""As many lines with guesses are listed; the others are counted."""


def left_of_a_draft(study: Study | None, where: str, text: str) -> Iterator[Finding]:
    """Find what ``new-study`` wrote for somebody to confirm, and nobody has.

    Parameters
    ----------
    study
        The study; None where its file cannot be understood.
    where
        The study file, as messages name it.
    text
        What is in it.
    """
    marked = [number for number, line in enumerate(text.splitlines(), 1) if re.search(rf"# {GUESSED}", line)]
    if marked:
        more = f" and {len(marked) - SHOWN} more" if len(marked) > SHOWN else ""
        lines = ", ".join(str(number) for number in marked[:SHOWN]) + more
        what = f"{counted(len(marked), 'line')} marked `{GUESSED}`: {lines}"
        yield warning(where, what, "read each, mend it where it is wrong, and take the mark away")
    if study is not None and NOBODY_YET in study.authors:
        hint = "page, paper and archive print who answers for them"
        yield warning(f"{where}: authors", f"names “{NOBODY_YET}”", hint)
