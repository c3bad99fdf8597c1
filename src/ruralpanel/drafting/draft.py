"""From described files to a study: the panel's rows, what is joined to them, a treatment and outcomes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api.types import is_numeric_dtype

from ruralpanel.drafting.described_files import DraftSource, describe_file, free_name, origin_of, with_members
from ruralpanel.drafting.joining import Joined, join_files, keys_in
from ruralpanel.drafting.treatments import Treatment, treatments_from_columns, treatments_from_lists
from ruralpanel.drafting.variables import name_from
from ruralpanel.errors import DataError, Problem, StudyError
from ruralpanel.frames.periods.frequency import frequency

VARIES = 0.5
"""An outcome varies over time within at least this share of units."""

MOST_OUTCOMES = 12
IN_FIRST_BLOCK = 3
ENOUGH_CLUSTERS = 20
WIDEST = 5
"""The most periods before and after treatment that the first event study shows."""

_MONEY = re.compile(
    r"income|wage|output|gdp|revenue|price|expend|sales|population|resident|registered|yuan|元|人口|收入", re.I
)


@dataclass
class Draft:
    """A study as far as it could be guessed."""

    sources: list[DraftSource]
    base: DraftSource
    joins: list[Joined]
    beside: list[DraftSource]
    treatments: list[Treatment]
    outcomes: dict[str, dict[str, Any]]
    evidence_of_outcomes: dict[str, str]
    cluster: str
    panel: pd.DataFrame
    open_questions: list[str] = field(default_factory=list)

    @property
    def frequency(self) -> str | None:
        """What the panel's periods are, where they are more than whole numbers."""
        return self.base.frequency


def draft_study(paths: Sequence[str], root: Path) -> Draft:
    """Guess a study from raw files.

    Parameters
    ----------
    paths
        The files, from the top of the repository.
    root
        The top of the repository.

    Returns
    -------
    Draft
        What was guessed, and what was not.

    Raises
    ------
    StudyError
        If no file has a unit and a period, or no column can be an outcome; with what is wrong with each file.
    """
    questions: list[str] = []
    sources: list[DraftSource] = []
    for path, member in with_members(paths, root, questions):
        stem = name_from(Path(member or path).name.split(".")[0])
        name = free_name(stem or "source", {each.name for each in sources})
        try:
            found = describe_file(name, path, root, questions, member)
        except DataError as error:
            questions += [
                f"{origin_of(path, member)} is left out: {problem.what}" + (f"; {problem.hint}" if problem.hint else "")
                for problem in error.problems[:3]
            ]
            continue
        if found is not None:
            sources.append(found)
    panels = [each for each in sources if len(each.key.unit) == 1 and each.key.period and _varying(each)]
    if not panels:
        what = "no file has a column that identifies units and one that says when, with numbers that vary within units"
        questions += [_why_no_panel(each) for each in sources]
        more = [Problem("new-study", question) for question in questions]
        raise StudyError([Problem("new-study", what, hint="config/README.md describes how to declare them"), *more])
    base = max(panels, key=lambda each: (len(_varying(each)), _joinable(each, sources), len(each.table)))
    questions += [
        f"{each.origin} could give the panel's rows too: {each.key.unit[0]} by {each.key.period}"
        for each in panels
        if each is not base
    ]
    unit, period = base.key.unit[0], str(base.key.period)
    joins, beside, panel = join_files(base, [each for each in sources if each is not base], questions)
    treatments = [
        *treatments_from_lists(beside, panel, unit, period),
        *treatments_from_columns(panel, unit, period, frequency(base.frequency), questions),
    ]
    taken = {unit, period, *(value for each in treatments for value in each.keys.values() if isinstance(value, str))}
    outcomes, why = _outcomes([base, *(join.source for join in joins)], panel, unit, taken, questions)
    used = [base, *(join.source for join in joins), *(each for each in beside if _is_listed_in(each, treatments[:1]))]
    for name in [str(each) for each in panel if not is_numeric_dtype(panel[each])]:
        if (
            panel[name].dropna().astype("str").str.fullmatch(r"(?:19|20)[0-9]{2}\D.*").all()
            and panel[name].notna().any()
        ):
            questions.append(f"{name} holds dates as text; a column of a table can make years of them, for a `cohort`")
    if not treatments:
        questions.append(
            "no treatment was found: no 0/1 column that switches on, no year first treated, no yearly list"
        )
    return Draft(
        used, base, joins, beside, treatments, outcomes, why, _cluster(panel, unit, questions), panel, questions
    )


def _why_no_panel(source: DraftSource) -> str:
    """Say of a file that could be read why it gives no panel its rows."""
    periods = [each.name for each in source.variables if each.role == "period"]
    key = " and ".join(source.key.columns)
    if source.key.period is None and periods:
        return (
            f"{source.origin}: {key} tells its rows apart and recurs in no other {periods[0]}, so that no unit is "
            f"followed over time: rows of new units in every {periods[0]} are counted or averaged by place and "
            f"{periods[0]} by a table with `group`"
        )
    if source.key.period is None:
        return f"{source.origin}: {key} tells its rows apart, and no column says when"
    if len(source.key.unit) != 1:
        return (
            f"{source.origin}: {key} tell its rows apart; a panel has one column for units: put several into one first"
        )
    return f"{source.origin}: {key} tell its rows apart, and no numbers vary over time within {source.key.unit[0]}"


def _varying(source: DraftSource) -> list[str]:
    """List the columns of numbers that vary within the units of a panel."""
    unit = source.key.unit[0]
    names = [each.name for each in source.variables if each.role == "number" and each.name not in source.key.columns]
    return [name for name in names if _varies(source.table, name, unit)]


def _varies(table: pd.DataFrame, name: str, unit: str) -> bool:
    if not is_numeric_dtype(table[name]) or table[name].nunique() <= 2:
        return False
    return bool((table.groupby(unit)[name].nunique() > 1).mean() >= VARIES)


def _joinable(base: DraftSource, sources: Sequence[DraftSource]) -> int:
    return sum(keys_in(base.table, base, other) is not None for other in sources if other is not base)


def _is_listed_in(source: DraftSource, treatments: Sequence[Treatment]) -> bool:
    return any(each.keys.get("list", {}).get("source") == source.name for each in treatments)


def _outcomes(
    sources: Sequence[DraftSource], panel: pd.DataFrame, unit: str, taken: set[str], questions: list[str]
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """List numbers that vary within units, in logs where they are amounts and always positive."""
    outcomes: dict[str, dict[str, Any]] = {}
    why: dict[str, str] = {}
    more = []
    for variable in (each for source in sources for each in source.variables):
        name = variable.name
        if name in taken or variable.role != "number" or name not in panel or name in outcomes:
            continue
        if not _varies(panel, name, unit):
            continue
        if len(outcomes) == MOST_OUTCOMES:
            more.append(name)
            continue
        share = (panel.groupby(unit)[name].nunique() > 1).mean()
        keys: dict[str, Any] = {}  # label and unit stand with the column
        why[name] = f"varies within {share:.0%} of units"
        in_words = f"{name} {variable.keys.get('label', '')} {variable.keys.get('unit', '')}"
        if (panel[name].dropna() > 0).all() and _MONEY.search(in_words) and not re.search("log|^ln_|^l_", name):
            keys["transformation"] = "log"
            why[name] += ", an amount that is always positive"
        outcomes[name] = keys or {"column": name}
    if more:
        questions.append(f"further numbers that vary within units and can be outcomes: {', '.join(more)}")
    if not outcomes:
        what = "no column of numbers varies over time within units, so there is nothing to explain"
        raise StudyError([Problem("new-study", what)])
    return outcomes, why


def _cluster(panel: pd.DataFrame, unit: str, questions: list[str]) -> str:
    """Choose what standard errors are clustered by: the county, where units lie in one and there are enough of them."""
    for name in [str(each) for each in panel if re.fullmatch("county|state|county_code", str(each)) and each != unit]:
        nested = (panel.groupby(unit)[name].nunique() == 1).all() and panel[name].notna().all()
        if nested and ENOUGH_CLUSTERS <= panel[name].nunique() < panel[unit].nunique():
            return name
    questions.append(
        f"standard errors are clustered by {unit}; if treatment is given to larger areas, cluster by these"
    )
    return unit
