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

from ruralpanel.errors import Problem, nearest
from ruralpanel.frames.periods.spelling import standard_spelling

PARTS = ("specification", "outcome", "estimator", "term")
"""What follows the block, in the order in which a whole address has it."""

WITHIN = ("event_time", "cohort", "period")
"""What tells rows of the same term apart."""

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
    within |= {name: standard_spelling(within[name]) for name in ("cohort", "period") if name in within}
    statistic = found["statistic"] or "estimate"
    for name in within:
        if name not in WITHIN:
            raise NoSuchNumber(f"`{text}`: `{name}` is not what rows are told apart by", nearest(name, WITHIN))
    return Address(text, block, tuple(parts), within, statistic)
