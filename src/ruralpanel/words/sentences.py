"""Write reasons, samples and conditions as sentences, with the names of columns or with what a study calls them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from string import Formatter
from typing import Any

from ruralpanel.errors import counted
from ruralpanel.reasons import Reason
from ruralpanel.study.estimators import described
from ruralpanel.words.catalogue import SENTENCES, TOGETHER, WHOSE
from ruralpanel.words.names import term_words

Labels = Mapping[str, str] | None
"""What a reader sees for a name. With None, names, signs and numbers are as in the study file."""

ALL_ROWS = "all rows"
"""How a sample is called that is the whole panel."""

MINUS = "\N{MINUS SIGN}"

SIGNS = {"==": "=", "!=": "≠", ">=": "≥", "<=": "≤", "*": "×", "-": MINUS}
"""What stands in print for the signs of a condition."""

KEYWORDS = ("and", "or", "not", "in")
"""The words of a condition that are no names."""

_PART = re.compile(
    r"'[^']*'|\"[^\"]*\"|[^\W\d]\w*(?:\.\w+)*\(?|\d[\w.]*|==|!=|>=|<=|(?<= )[*-](?= )|(?<![\w.])-(?=\d)|\s+|."
)
"""The parts of a condition: texts, names and functions, numbers and periods, and signs."""


def sentence(reason: Reason | None, labels: Labels = None) -> str:
    """Write a reason as a sentence, without capital letter and full stop.

    Parameters
    ----------
    reason
        The fact; nothing gives nothing.
    labels
        What a reader sees for a name; without, names as they are in the study file.

    Returns
    -------
    str
        With labels, numbers have a true minus too: ``no treated unit has a row at event time −7``.
    """
    if reason is None:
        return ""
    if reason.code in TOGETHER:
        return TOGETHER[reason.code].join(sentence(each, labels) for each in reason.arguments["reasons"])
    return _Sentence(labels).vformat(SENTENCES[reason.code], (), reason.arguments)


def whose_words(reason: Reason, labels: Labels = None) -> str:
    """Say whose reference an event time is that is zero by construction; nothing where it is everybody's."""
    return _Sentence(labels).vformat(WHOSE.get(reason.code, ""), (), reason.arguments)


def sample_words(condition: str, left_out: Iterable[Reason], labels: Labels = None) -> str:
    """Say which rows an estimate is of: ``year >= 2014, without event time -1 of listed``.

    Parameters
    ----------
    condition
        That the study puts on rows; empty for none.
    left_out
        What the estimator leaves out of them.
    labels
        As of :func:`sentence`.
    """
    rows = condition_words(condition, labels) if condition else ALL_ROWS
    return ", ".join([rows, *(sentence(each, labels) for each in left_out)])


def condition_words(condition: str, labels: Labels = None) -> str:
    """Write a condition of a study with labels for names and the signs of print: ``Year ≥ 2014``."""
    if labels is None:
        return condition
    return "".join(_part_words(part, labels) for part in _PART.findall(condition))


def names_words(name: str, labels: Labels = None) -> str:
    """Write a name, or a product of several, inside a sentence: a label that has a comma is in quotation marks."""
    if labels is None:
        return name
    words = term_words(name, labels)
    return f"“{words}”" if ", " in words else words


def sentence_list(words: Sequence[str]) -> str:
    """Join words as in a sentence: ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def numbered(noun: str, numbers: Sequence[int]) -> str:
    """Name things by their numbers, in order: ``column 2``, ``columns 1 and 3``, ``columns 1 to 4 and 6``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words = [text for run in runs for text in ([f"{run[0]} to {run[-1]}"] if len(run) > 2 else map(str, run))]
    return f"{noun}{'s' if len(numbers) > 1 else ''} {sentence_list(words)}"


def _part_words(part: str, labels: Mapping[str, str]) -> str:
    if part in KEYWORDS or part in SIGNS:
        return SIGNS.get(part, part)
    is_name = part[0].isalpha() or part[0] == "_"
    return names_words(part, labels) if is_name and part[-1] != "(" else part


class _Sentence(Formatter):
    """Fills a template; :mod:`ruralpanel.words.catalogue` says in which ways arguments are written."""

    def __init__(self, labels: Labels) -> None:
        self.labels = labels

    def format_field(self, value: Any, format_spec: str) -> str:
        how, _, rest = format_spec.partition(" ")
        if how in WAYS:
            text: str = WAYS[how](self, value, rest)
            return text
        return self.written(value, format_spec)

    def written(self, value: Any, number_format: str = "") -> str:
        """Write an argument by what it is: a list, a reason, a number or text."""
        if value is None:
            return ""
        if isinstance(value, tuple):
            return ", ".join(self.written(each, number_format) for each in value)
        if isinstance(value, Reason):
            return sentence(value, self.labels)
        text = value if isinstance(value, str) else format(value, number_format)
        return text if isinstance(value, str) or self.labels is None else text.replace("-", MINUS)

    def joined(self, value: Any, rest: str) -> str:
        """Write all of a list with *and* between them."""
        return " and ".join(self.named(each) if rest == "names" else self.written(each) for each in value)

    def named(self, value: Any, _: str = "") -> str:
        """Write a name, or several."""
        if isinstance(value, tuple):
            return ", ".join(map(self.named, value))
        return names_words(str(value), self.labels)

    def counted(self, value: Any, noun: str) -> str:
        """Write a number with its noun; one that is withheld is text."""
        return f"{value} {noun}s" if isinstance(value, str) else counted(int(value), noun)

    def times(self, value: Any, _: str = "") -> str:
        """Write event times behind their noun."""
        return f"{'time' if len(value) == 1 else 'times'} {self.written(value)}"


WAYS: dict[str, Any] = {
    "name": _Sentence.named,
    "names": _Sentence.named,
    "ands": _Sentence.joined,
    "count": _Sentence.counted,
    "number": lambda self, value, _: self.written(len(value)),
    "times": _Sentence.times,
    "cohorts": lambda _, value, __: f"{'cohort' if len(value) == 1 else 'cohorts'} {sentence_list(value)}",
    "listed": lambda self, value, _: f"{'cohort' if len(value) == 1 else 'cohorts'} {self.written(value)}",
    "condition": lambda self, value, _: condition_words(value, self.labels),
    "share": lambda self, value, _: self.written(100 * value, "g") + "%",
    "percent": lambda self, value, _: self.written(100 * value, ".0f") + "%",
    "p": lambda _, value, __: "p < 0.001" if value < 0.001 else f"p = {value:.3f}",
    "words": lambda _, value, __: ", ".join(value if isinstance(value, tuple) else (value,)).replace("_", " "),
    "estimator": lambda self, value, _: described(value, self.labels).short,
}
"""The ways in which an argument is written, by what stands behind the colon."""
