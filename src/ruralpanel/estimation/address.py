"""Estimates by their addresses (:mod:`ruralpanel.study.addresses`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.errors import nearest
from ruralpanel.estimation.estimates import COLUMNS
from ruralpanel.reasons import read
from ruralpanel.study.addresses import PARTS, WITHIN, Address, NoSuchNumber

NUMBERS = tuple(name for name, (kind, _) in COLUMNS.items() if kind not in ("str", "boolean") and name not in WITHIN)
"""What can be asked for behind a ``#``."""


def address_of(row: Mapping[Any, Any] | pd.Series) -> str:
    """Give the whole address of an estimate.

    Parameters
    ----------
    row
        A row of the estimates, or of what was compared with them.
    """
    parts = "/".join(str(row[name]) for name in ("block", *PARTS))
    within = {name: row[name] for name in WITHIN if pd.notna(row[name]) and str(row[name]) != ""}
    return parts + "".join(
        f"@{name}={int(value) if isinstance(value, float) and value.is_integer() else value}"
        for name, value in within.items()
    )


def find_estimate(estimates: pd.DataFrame, address: Address) -> pd.Series:
    """Find the estimate at an address.

    A control is meant only where it is named: without a term, an address is of what the equation is about.

    Parameters
    ----------
    estimates
        Tidy estimates of all blocks.
    address
        From :func:`ruralpanel.study.addresses.read_address`.

    Returns
    -------
    pandas.Series
        Its row, which may hold a reason in the place of numbers.

    Raises
    ------
    NoSuchNumber
        If there is no such estimate, with the nearest valid word; or if there are several, with their addresses.
    """
    if address.statistic not in NUMBERS:
        what = f"`{address.text}`: `{address.statistic}` is not a number of an estimate"
        raise NoSuchNumber(what, nearest(address.statistic, NUMBERS))
    # A table of estimates has many columns, and of few rows: only those by which they are told apart are gone through.
    of_block = np.flatnonzero(estimates["block"] == address.block)
    rows = estimates[["block", *PARTS, *WITHIN, "regressors"]].iloc[of_block].set_axis(of_block)
    if rows.empty:
        hint = nearest(address.block, estimates["block"].unique())
        raise NoSuchNumber(f"`{address.text}`: there is no block `{address.block}`", hint)
    for part in address.parts:
        matching = rows[(rows[list(PARTS)] == part).any(axis=1)]
        if matching.empty:
            words = {str(word) for name in PARTS for word in rows[name].unique()}
            what = f"`{address.text}`: no estimate of what stands before it has `{part}`"
            raise NoSuchNumber(what, nearest(part, words))
        rows = matching
    for name in WITHIN:
        asked = address.within.get(name)
        values = rows[name].astype("str").where(rows[name].notna(), "").replace("<NA>", "")
        if asked is not None:
            if not (values == asked).any():
                raise NoSuchNumber(f"`{address.text}`: there is no {name} {asked}", nearest(asked, values.unique()))
            rows = rows[values == asked]
        elif (values == "").any():  # the overall one, where there is one
            rows = rows[values == ""]
    if len(rows) > 1 and not (about := rows[~_controls(rows)]).empty:
        rows = about
    if len(rows) > 1:
        several = [address_of(row) for _, row in rows.head(5).iterrows()]
        more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
        raise NoSuchNumber(f"`{address.text}` names {len(rows)} estimates", f"one of {', '.join(several)}{more}")
    found: pd.Series = estimates.iloc[rows.index[0]]
    return found


def _controls(rows: pd.DataFrame) -> pd.Series[bool]:
    """Tell which rows are of regressors that stand beside a treatment, and of no interaction with one."""
    stated = {cell: set(read(cell) or ()) for cell in rows["regressors"].unique()}
    treatments = {term for term, cell in zip(rows["term"], rows["regressors"], strict=True) if term not in stated[cell]}
    return pd.Series(
        [
            term in stated[cell] and treatments.isdisjoint(term.split("*"))
            for term, cell in zip(rows["term"], rows["regressors"], strict=True)
        ],
        index=rows.index,
    )
