"""Names of a study as a reader sees them: by their labels, in terms and in the sentences that estimates carry.

Estimates and ledgers speak of columns by their names, so that they can be found in the study file. Whatever is printed
passes through here, and has labels instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ruralpanel.estimation.first_stage import parts_of

if TYPE_CHECKING:  # the workflow reads this module whenever it starts
    import pandas as pd

SIGNS = {"==": "=", "!=": "≠", ">=": "≥", "<=": "≤", "*": "×", "-": "\N{MINUS SIGN}"}
"""What stands in print for the signs of a condition."""

TEXTS = ("sample", "variance", "spatial", "bootstrap", "permutation", "adjustment", "reason", "step")
"""Columns of estimates, results, claims and ledgers that hold sentences about names."""

_SIGN = re.compile(r"(?<= )(==|!=|>=|<=|\*|-)(?= )")
_NEGATIVE = re.compile(r"(?<![\w.])-(?=\d)")

_BEFORE = r"(?:(?:\b(?:of|among|within|outcome|family|in|not)|[<>=+*/%-]) |[(\[])"
"""Words and signs behind which a name may stand that has no underscore, and could be an English word elsewhere."""

_BEHIND = r"(?= (?:[<>=!+*/%-]|not in \[|in \[|(?:high|low)\b))"

_NAME = re.compile(
    r"(?P<quoted>(?<!\w)'[^']*')"
    r"|(?<![\w./\\-])(?P<plain>[^\W\d]\w*_\w*)(?![\w/\\(]|\.\w)"
    rf"|(?P<before>{_BEFORE})(?P<named>[^\W\d_][^\W_]*)(?![\w(])"
    rf"|(?<![\w.])(?P<compared>[^\W\d_][^\W_]*){_BEHIND}"
)


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
    stage = parts_of(term)
    if stage is not None:
        return "First stage of {}: {}".format(*(term_words(part, labels) for part in stage))
    return " × ".join(name_words(part, labels) for part in term.split("*"))


def text_words(text: str, labels: Mapping[str, str]) -> str:
    """Write a sample, a reason or another text of the estimates for the reader.

    Parameters
    ----------
    text
        As the estimates or a ledger have it, such as ``year >= 2014, without event time -1 of taobao_village``.
    labels
        What a reader sees for a name.

    Returns
    -------
    str
        The text with labels for names, signs of print for those of conditions, and a true minus: ``Year ≥ 2014,
        without event time −1 of Taobao Village``. A name without an underscore is told from a word of the sentence by
        what stands beside it; a label with a comma is put in quotation marks.
    """

    def worded(found: re.Match[str]) -> str:
        if found["quoted"]:
            return found[0]
        name = found["plain"] or found["named"] or found["compared"]
        words = name_words(name, labels)
        return (found["before"] or "") + (f"“{words}”" if ", " in words else words)

    signed = _SIGN.sub(lambda sign: SIGNS[sign[1]], _NAME.sub(worded, text))
    return _NEGATIVE.sub("\N{MINUS SIGN}", signed)


def in_words(frame: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Write the sentences in what an exhibit shows as a reader sees them, each distinct one by :func:`text_words`.

    Parameters
    ----------
    frame
        Estimates, results of sensitivity analyses, claims, or what a figure plots of them; other columns than
        :data:`TEXTS` stay as they are, and so does a frame without these.
    labels
        What a reader sees for a name.
    """
    worded = frame.copy()
    for name in TEXTS:
        if name in frame:
            texts = {text: text_words(text, labels) for text in frame[name].unique() if isinstance(text, str)}
            worded[name] = frame[name].replace(texts)
    return worded
