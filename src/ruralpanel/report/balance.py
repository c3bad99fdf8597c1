"""Print for the page who is observed when."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ruralpanel.exhibits.numbers import count
from ruralpanel.panel.balance import (
    ALWAYS,
    AWAY,
    EVER,
    FIRST,
    GAPS,
    LAST,
    NEVER,
    OBSERVED,
    PATTERN,
    PERIODS,
    RETURN,
    UNITS,
)
from ruralpanel.panel.codebook import ALL
from ruralpanel.words.names import name_words

MOST_PATTERNS = 5
"""Patterns of observation that the page shows; the file has all."""

STATUS_WORDS = {
    ALL: "all units",
    NEVER: "never treated",
    EVER: "ever treated",
    ALWAYS: "of these, in every row",
}


def balance_parts(
    balance: pd.DataFrame, labels: Mapping[str, str], levels: Mapping[str, str] | None = None
) -> dict[str, list[dict[str, str]]]:
    """Print who is observed when: a row a status, a row a period, and the commonest patterns of observation.

    Parameters
    ----------
    balance
        From :func:`ruralpanel.panel.balance.balance`.
    labels
        What a reader sees for a designation.
    levels
        For designations that are assigned above units, the column of those who are counted.

    Returns
    -------
    dict of str to list of dict
        ``statuses``, ``periods`` and ``patterns``, the latter two of all units.
    """
    statuses = []
    for (designation, status), group in balance.groupby(["designation", "status"], sort=False):
        of = {measure: rows.set_index("value")["units"] for measure, rows in group.groupby("measure", sort=False)}
        name = "" if designation == ALL else f"{name_words(str(designation), labels)}: "
        if str(designation) in (levels or {}):
            name = name.replace(": ", f", by {name_words((levels or {})[str(designation)], labels).lower()}: ")
        numbers = {
            "units": of[UNITS].sum(),
            "complete": of[PERIODS].get(str(len(of[OBSERVED])), 0) if PERIODS in of else 0,
            "gaps": of[GAPS].drop("0", errors="ignore").sum() if GAPS in of else 0,
            "entries": of[FIRST].iloc[1:].sum(),
            "exits": of[LAST].iloc[:-1].sum(),
        }
        words = {key: count(value) for key, value in numbers.items()}
        statuses.append({"name": name + STATUS_WORDS[str(status)]} | words)
    everybody = balance[balance["status"] == ALL]
    of = {measure: rows.set_index("value")["units"] for measure, rows in everybody.groupby("measure")}
    last = len(of[OBSERVED]) - 1
    periods = [
        {
            "period": str(period),
            "observed": count(observed),
            "entries": count(of[FIRST].iloc[position]) if position > 0 else "",
            "returns": count(of[RETURN].iloc[position]) if position > 0 else "",
            "away": count(of[AWAY].iloc[position]),
            "exits": count(of[LAST].iloc[position]) if position < last else "",
        }
        for position, (period, observed) in enumerate(of[OBSERVED].to_dict().items())
    ]
    patterns = [
        {"pattern": row["value"], "units": count(row["units"]), "share": f"{row['share']:.1%}"}
        for row in everybody[everybody["measure"] == PATTERN].head(MOST_PATTERNS).to_dict("records")
    ]
    return {"statuses": statuses, "periods": periods, "patterns": patterns}
