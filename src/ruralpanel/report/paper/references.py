"""What stands in the paper for each reference of its text: numbers of the run, facts, claims, exhibits and works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from ruralpanel.errors import PaperError, Problem
from ruralpanel.estimation.address import find_estimate
from ruralpanel.exhibits.facts import fact_words
from ruralpanel.exhibits.numbers import PERCENT_DECIMALS, as_asked, count, decimal, probability
from ruralpanel.reasons import read_reason
from ruralpanel.report.paper.markup import as_it_is, string, words
from ruralpanel.study.addresses import NoSuchNumber, read_address
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.facts import file_of_fact
from ruralpanel.study.paper_text import DECIMALS, PaperText, Reference
from ruralpanel.words.sentences import sentence

COUNTS = ("observations", "units", "clusters")
"""Numbers of an estimate that are counts."""


@dataclass(frozen=True)
class Sources:
    """What references are looked up in.

    Parameters
    ----------
    estimates
        Tidy estimates of all blocks.
    transformations
        Of each outcome.
    facts
        From :func:`ruralpanel.report.paper.facts.facts_of_run`.
    claims
        The status of each claim.
    files
        The contents of the study's files of facts, by name.
    """

    estimates: pd.DataFrame
    transformations: Mapping[str, str]
    facts: Mapping[str, str]
    claims: Mapping[str, str]
    files: Mapping[str, Mapping[str, Any]]


class Markup(Protocol):
    """How a kind of document writes what stands for references."""

    def known(self, reference: Reference, text: str) -> str:
        """Write what was looked up: a number, a fact or a claim."""
        ...

    def exhibit(self, name: str) -> str:
        """Write what stands where an exhibit is placed."""
        ...

    def pointer(self, name: str) -> str:
        """Write a reference to an exhibit."""
        ...

    def citation(self, reference: Reference) -> str:
        """Write a citation."""
        ...

    def mathematics(self, text: str) -> str:
        """Write mathematics, which the author has in the notation of typst, with the dollar signs around it."""
        ...

    def character(self, text: str) -> str:
        """Write a character that stands for itself."""
        ...


@dataclass(frozen=True)
class TypstMarkup:
    """References as typst.

    Parameters
    ----------
    exhibits
        What is written where an exhibit is placed.
    pointers
        What is written where one is referred to.
    """

    exhibits: Mapping[str, str]
    pointers: Mapping[str, str]

    def known(self, reference: Reference, text: str) -> str:  # noqa: ARG002
        """Write text as it is."""
        return as_it_is(text)

    def exhibit(self, name: str) -> str:
        """Write an exhibit."""
        return self.exhibits[name]

    def pointer(self, name: str) -> str:
        """Write a reference to one."""
        return self.pointers[name]

    def citation(self, reference: Reference) -> str:
        """Write works one after the other, which typst puts together."""
        form = ', form: "prose"' if reference.in_sentence else ""
        return " ".join(
            f"#cite(label({string(key)}){form}{f', supplement: [{words(behind)}]' if behind else ''});"
            for key, behind in reference.works
        )

    def mathematics(self, text: str) -> str:
        """Write it as the author did."""
        return text

    def character(self, text: str) -> str:
        """Write it without its meaning in typst."""
        return words(text)


def filled_references(text: PaperText, where: str, sources: Sources, markup: Markup) -> list[str]:
    """Write what stands for each reference of a text.

    Parameters
    ----------
    text
        The author's text.
    where
        Its file, for messages.
    sources
        What numbers, facts and claims are looked up in.
    markup
        How they are written.

    Raises
    ------
    PaperError
        If a number is asked for that there is not, or that several estimates could be meant by, or mathematics cannot
        be written; all at once.
    """
    filled: list[str] = []
    problems: list[Problem] = []
    for reference in text.references:
        try:
            filled.append(_written(reference, sources, markup))
        except NoSuchNumber as error:
            problems.append(error.problem(f"{where}, line {reference.line}"))
    if problems:
        raise PaperError(problems)
    return filled


def _written(reference: Reference, sources: Sources, markup: Markup) -> str:
    if reference.kind == "number":
        return markup.known(reference, _number(reference, sources))
    if reference.kind == "fact":
        return markup.known(reference, sources.facts["/".join(part.strip() for part in reference.text.split("/"))])
    if reference.kind == "claim":
        return markup.known(reference, sources.claims[reference.text])
    if reference.kind == "exhibit":
        return markup.exhibit(reference.text)
    if reference.kind == "pointer":
        return markup.pointer(reference.text.partition(":")[2])
    if reference.kind == "citation":
        return markup.citation(reference)
    if reference.kind == "mathematics":
        return markup.mathematics(reference.text)
    return markup.character(reference.text)


def question(reference: Reference) -> str:
    """Write a reference to what a run knows as it stands in the text: address and formats."""
    kind = {"fact": "run: ", "claim": "claim: "}.get(reference.kind, "")
    formats = [*reference.formats, *([f"decimals {reference.decimals}"] if reference.decimals is not None else [])]
    return f"{kind}{reference.text}" + (f" | {', '.join(formats)}" if formats else "")


def number_words(
    row: pd.Series, statistic: str, formats: tuple[str, ...], decimals: int | None, transformation: str
) -> list[str]:
    """Print a number of an estimate, and what is to stand in parentheses behind it.

    Parameters
    ----------
    row
        The estimate.
    statistic
        Which of its numbers.
    formats
        Of :data:`ruralpanel.study.paper_text.FORMATS`. ``percent`` multiplies by a hundred. ``percent_change`` gives
        100 (exp(b) − 1) of a coefficient b on a logarithm, of a mean or a hazard too, with the ends of the interval
        transformed alike and a standard error of 100 exp(b) times that of b (the delta method). ``unsigned`` leaves
        the sign away.
    decimals
        Of the number; left out, 3, or 1 of a percentage.
    transformation
        Of the outcome.

    Returns
    -------
    list of str
        The number, and then each part in parentheses.

    Raises
    ------
    NoSuchNumber
        If the estimate has no such number, or none that can be printed so.
    """
    value = row[statistic]
    if pd.isna(value):
        raise NoSuchNumber(f"the estimate has no {statistic.replace('_', ' ')}", _reason(row))
    if statistic in COUNTS:
        return [count(value)]
    if statistic.startswith("p_value"):
        return [probability(value, "").strip()]
    is_share = "percent" in formats or "percent_change" in formats
    places = decimals if decimals is not None else PERCENT_DECIMALS if is_share else DECIMALS
    low, high, error = row["interval_low"], row["interval_high"], row["standard_error"]
    if "percent_change" in formats:
        if transformation != "log" and not ESTIMATORS[row["estimator"]].log_of:
            raise NoSuchNumber(f"the outcome {row['outcome']} is not in logarithms", "write percent")
        error = 100 * np.exp(value) * error
        low, high = (100 * np.expm1(each) for each in (low, high))
    elif "percent" in formats:
        low, high, error = (100 * each for each in (low, high, error))
    if "unsigned" in formats and value < 0:
        low, high = -high, -low
    parts = [as_asked(value, formats, decimals)]
    asked = {"standard_error": error, "interval": low, "p": row["p_value"]}
    for name, needed in asked.items():
        if name in formats and pd.isna(needed):
            raise NoSuchNumber(f"the estimate has no {name.replace('_', ' ')}", _reason(row))
    if "standard_error" in formats:
        parts.append(decimal(error, places))
    if "interval" in formats:
        level = f"{100 * row['interval_level']:g}% interval"
        parts.append(f"{level} {decimal(low, places)} to {decimal(high, places)}")
    if "p" in formats:
        parts.append(f"p {probability(row['p_value'])}")
    return parts


def _number(reference: Reference, sources: Sources) -> str:
    """Print a number of an estimate or a fact, without spaces at which a line could end."""
    if file_of_fact(reference.text) in sources.files:
        return fact_words(reference, sources.files).replace(" ", "\u00a0")
    address = read_address(reference.text)
    row = find_estimate(sources.estimates, address)
    transformation = sources.transformations.get(row["outcome"], "none")
    try:
        parts = number_words(row, address.statistic, reference.formats, reference.decimals, transformation)
    except NoSuchNumber as error:
        raise NoSuchNumber(f"`{reference.text}`: {error.what}", error.hint) from None
    printed, *behind = (part.replace(" ", "\u00a0") for part in parts)
    return f"{printed} ({'; '.join(behind)})" if behind else printed


def _reason(row: pd.Series) -> str:
    """Say why an estimate has no number."""
    return sentence(read_reason(row["reason"], row["reason_arguments"]))
