"""Names of a study as a reader sees them: by their labels.

Estimates and ledgers speak of columns by their names, so that they can be found in the study file.
"""

from __future__ import annotations

from collections.abc import Mapping

from ruralpanel.estimation.terms import first_stage_parts


def name_words(name: str, labels: Mapping[str, str]) -> str:
    """Write a name as a reader sees it: its label, or its words where the study gives it none.

    Parameters
    ----------
    name
        Of a column, a family of tests or another part of the study.
    labels
        What a reader sees for a name.
    """
    return labels.get(name) or name.replace("_", " ")


def term_words(term: str, labels: Mapping[str, str]) -> str:
    """Write a term as a reader sees it: an interaction with a multiplication sign, ``A × B``, and a coefficient of a
    first stage as ``First stage of A: Z``.
    """
    stage = first_stage_parts(term)
    if stage is not None:
        return "First stage of {}: {}".format(*(term_words(part, labels) for part in stage))
    return " × ".join(name_words(part, labels) for part in term.split("*"))
