"""The address of a number: how claims, texts and questions name one estimate out of all.

``baseline/main/income/two_way_fixed_effects/taobao_village`` is the estimate of a term: its block, specification,
outcome, estimator and term, with a slash between. What there is only one of may be left out: ``baseline/income`` does
where the block has one specification, estimator and term for income. ``@event_time=4``, ``@cohort=2015`` and
``@period=2014`` behind it pick one of several rows of a term; without them the overall one is meant. At the end,
``#standard_error`` asks for another number of the same row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pandas as pd

from ruralpanel.errors import Problem, nearest
from ruralpanel.estimation.estimates import COLUMNS

PARTS = ("specification", "outcome", "estimator", "term")
"""What follows the block, in the order in which a whole address has it."""

WITHIN = ("event_time", "cohort", "period")
"""What tells rows of the same term apart."""

NUMBERS = tuple(name for name, (kind, _) in COLUMNS.items() if kind != "str" and name not in WITHIN)
"""What can be asked for behind a ``#``."""

_ADDRESS = re.compile(r"(?P<parts>[^@#]+)(?P<within>(@[a-z_]+=[^@#]+)*)(#(?P<statistic>[a-z_]+))?")


@dataclass(frozen=True)
class Address:
    """An address, taken apart.

    Parameters
    ----------
    text
        As it was written.
    block
        The block.
    parts
        What else was written between slashes.
    within
        Event time, cohort or period, as texts.
    statistic
        The number of the row that is meant: a column of the estimates.
    """

    text: str
    block: str
    parts: tuple[str, ...] = ()
    within: dict[str, str] = field(default_factory=dict)
    statistic: str = "estimate"


class NoSuchNumber(Exception):
    """An address that names no number, or more than one."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what, self.hint = what, hint

    def problem(self, where: str, key: str = "") -> Problem:
        """Say where the address is written."""
        return Problem(where, self.what, key, self.hint)


def read_address(text: str) -> Address:
    """Take an address apart.

    Parameters
    ----------
    text
        Such as ``dynamic/income/callaway_santanna/taobao_village@event_time=4#p_value``.

    Raises
    ------
    NoSuchNumber
        If it cannot be one.
    """
    found = _ADDRESS.fullmatch(text.strip())
    if found is None:
        raise NoSuchNumber(f"`{text}` is no address of a number", "write block/specification/outcome/estimator/term")
    block, *parts = (part.strip() for part in found["parts"].split("/"))
    within = dict(each.split("=", 1) for each in found["within"].split("@")[1:])
    statistic = found["statistic"] or "estimate"
    for name in within:
        if name not in WITHIN:
            raise NoSuchNumber(f"`{text}`: `{name}` is not what rows are told apart by", nearest(name, WITHIN))
    if statistic not in NUMBERS:
        raise NoSuchNumber(f"`{text}`: `{statistic}` is not a number of an estimate", nearest(statistic, NUMBERS))
    return Address(text, block, tuple(parts), within, statistic)


def address_of(row: pd.Series) -> str:
    """Give the whole address of an estimate.

    Parameters
    ----------
    row
        A row of the estimates.
    """
    parts = "/".join(str(row[name]) for name in ("block", *PARTS))
    return parts + "".join(f"@{name}={row[name]}" for name in WITHIN if pd.notna(row[name]) and str(row[name]) != "")


def find_estimate(estimates: pd.DataFrame, address: Address) -> pd.Series:
    """Find the estimate at an address.

    Parameters
    ----------
    estimates
        Tidy estimates of all blocks.
    address
        From :func:`read_address`.

    Returns
    -------
    pandas.Series
        Its row, which may hold a reason in the place of numbers.

    Raises
    ------
    NoSuchNumber
        If there is no such estimate, with the nearest valid word; or if there are several, with their addresses.
    """
    rows = estimates[estimates["block"] == address.block]
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
    if len(rows) > 1:
        several = [address_of(row) for _, row in rows.head(5).iterrows()]
        more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
        raise NoSuchNumber(f"`{address.text}` names {len(rows)} estimates", f"one of {', '.join(several)}{more}")
    return rows.iloc[0]
