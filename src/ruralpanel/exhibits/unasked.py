"""Notes on what estimators did or met that nobody asked for, in the table whose numbers it is about."""

from __future__ import annotations

import pandas as pd

from ruralpanel.errors import counted
from ruralpanel.estimation.unasked import NOT_ESTIMATED
from ruralpanel.exhibits.caption import ExhibitDeclaration
from ruralpanel.reasons import read
from ruralpanel.study.strict import KINDS
from ruralpanel.words.frames import ledger_in_words

TOLD = ("collinear", "singletons", "not_converged", "repaired_variance", "separated")
"""What a note is of; rows that leave are in N, and few clusters are what the diagnosis warns of."""

MOST = 2
"""Up to so many different facts of one kind are told in words; of more, in how many equations there is one."""


def with_unasked(declaration: ExhibitDeclaration, ledgers: pd.DataFrame) -> ExhibitDeclaration:
    """Add what happened in the equations that a table shows. Why a number is not there, the table says itself.

    Parameters
    ----------
    declaration
        The table.
    ledgers
        Those of its blocks.
    """
    lines = ledgers[(ledgers["unasked"].fillna("") != "") & (ledgers["step"] != NOT_ESTIMATED)]
    outcomes = lines["table"].str.split("/").str[2]
    lines = lines[outcomes.map(declaration.exhibit.shows_outcome).astype(bool)]
    lines = ledger_in_words(lines, declaration.labels).assign(names=lines["unasked"].map(read)).explode("names")
    told = []
    for name in TOLD:
        found = lines[lines["names"] == name].drop_duplicates(["table", "reason"])
        reasons = list(dict.fromkeys(found["reason"]))
        if len(reasons) > MOST:
            told.append(f"{KINDS[name].what} in {counted(found['table'].nunique(), 'equation')}")
        elif reasons:
            told.append("; ".join(map(str, reasons)))
    notes = [f"Without being asked for: {'; '.join(told)}."] if told else []
    return declaration.model_copy(update={"warnings": [*notes, *declaration.warnings]})
