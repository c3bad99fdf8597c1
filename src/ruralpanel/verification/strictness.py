"""Hold a run to ``strict``: what happened without being asked for, and what the study calls an error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from ruralpanel.errors import Problem, ProblemsFound, counted
from ruralpanel.reasons import read
from ruralpanel.study.strict import KINDS, spelled_out
from ruralpanel.words.frames import ledger_in_words


class NotAllowed(ProblemsFound):
    """What happened without being asked for, where ``strict`` names it."""

    heading = "What nobody asked for has happened, and `strict` makes it an error"


def unasked_problems(
    ledgers: pd.DataFrame, strict: Sequence[str], of_blocks: Mapping[str, Sequence[str]]
) -> list[Problem]:
    """Find what the study calls an error in the ledgers of a run.

    Parameters
    ----------
    ledgers
        The lines of all stages.
    strict
        What the study lists under ``strict``.
    of_blocks
        What blocks list in place of that.

    Returns
    -------
    list of Problem
        One for each block, source, table or the panel, and each name that ``strict`` has, with how many equations and
        rows, the first of them in words, and what to do.
    """
    told = ledgers[ledgers["unasked"].fillna("") != ""]
    told = told.assign(place=told["stage"].where(told["stage"] != "estimation", "block"))
    own = told["table"].where(told["stage"] != "estimation", told["table"].str.split("/").str[0])
    lines = told.assign(own=own, names=told["unasked"].map(read)).explode("names")
    problems = []
    for (stage, place, names), found in lines.groupby(["stage", "own", "names"], sort=False):
        listed = of_blocks.get(str(place), strict) if stage == "estimation" else strict
        if names in spelled_out(list(listed)):
            problems.append(_problem(str(stage), str(place), str(names), found, ledgers))
    return problems


def _problem(stage: str, place: str, name: str, found: pd.DataFrame, ledgers: pd.DataFrame) -> Problem:
    kind = KINDS[name]
    where = {"estimation": f"block {place}", "sources": f"source {place}", "tables": f"table {place}"}.get(stage, place)
    rows = int((found["rows_in"] - found["rows_out"]).sum())
    many = [counted(rows, "row")] if rows else []
    if stage == "estimation":
        tables = ledgers.loc[ledgers["stage"] == stage, "table"]
        of = tables[tables.str.startswith(f"{place}/")].nunique()
        many.append(f"in {found['table'].nunique():,} of {counted(of, 'equation')}")
    first = ledger_in_words(found.head(1), None).iloc[0]
    which = f"{first['table']}: " if stage == "estimation" else f"{first['step']}: "
    what = f"{kind.what}{', ' if many else ''}{' '.join(many)}; {which}{first['reason']}"
    key = f"blocks.{place}.strict" if stage == "estimation" else "strict"
    return Problem(where, what, hint=f"{kind.remedy}; or take `{name}` out of `{key}`")


def refuse(errors: Iterable[ProblemsFound]) -> None:
    """End a run with all that is wrong with it at once; without errors, do nothing.

    Raises
    ------
    ProblemsFound
        If there is any error: the only one as it is, several one below the other.
    """
    found = list(errors)
    if len(found) == 1:
        raise found[0]
    if found:
        raise Several(found)


class Several(ProblemsFound):
    """Problems of several kinds, each kind under its heading."""

    def __init__(self, errors: Sequence[ProblemsFound]) -> None:
        self.problems = [problem for each in errors for problem in each.problems]
        Exception.__init__(self, "\n".join(map(str, errors)))
