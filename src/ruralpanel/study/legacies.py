"""The ``legacies`` section: capacities that history left behind, each measured by proxies."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ruralpanel.study.base import Name, Section, Text

IndexName = Literal["icw", "first_component", "mean"]
Sign = Literal["positive", "negative"]

INDEX_WORDS: dict[IndexName, str] = {
    "icw": "inverse-covariance weighted index",
    "first_component": "first principal component",
    "mean": "mean of standard scores",
}
"""What a reader is told of each way to make one number of several proxies."""


class Proxy(Section):
    """A column that stands for a capacity."""

    sign: Sign
    """Whether more of the proxy means more of the capacity (`positive`) or less (`negative`)."""
    vintage: int
    """The year that the proxy describes, the latest if there are several. It must be before the first designation in
    the data, and before the first list year that a study declares: what comes after may be an effect."""
    level: Name | None = None
    """The column of the group that the proxy was measured for, such as `county`; it is an error if the proxy differs
    within one. Left out: measured for each unit."""
    label: Text | None = None
    """What a reader sees; left out: the column's label."""


class Capacity(Section):
    """What a legacy is said to have left behind: one number for each unit, made of proxies.

    It adds a column of its own name to the panel, which has mean 0 and standard deviation 1 in the reference group.
    Every unit enters once, however many rows it has, and units are those of the panel before `panel.sample`.
    """

    label: Text | None = None
    """What a reader sees in tables and figures."""
    index: IndexName = "icw"
    """How proxies, standardised and with their signs, become one number. `icw` weights them by the row sums of the
    inverse of their covariance matrix, so that those that say the same share a weight (Anderson 2008, Journal of the
    American Statistical Association 103: 1481-1495); `first_component` is the first principal component of that
    matrix; `mean` is the plain mean."""
    reference: Text | None = None
    """A condition for the units whose means and standard deviations standardise proxies and index: `plain == 0`. It
    must hold in all rows of a unit or in none. Left out: all units."""
    proxies: Annotated[dict[Name, Proxy], Field(min_length=1)]
    """By column: a column of the sources, a derived one or one that `panel.places` adds, in numbers. It has one value
    for each unit; a unit that has it in some rows only has it in all."""
    missing_proxies: Literal["available", "complete"] = "available"
    """`available`: the index of a unit is made of those proxies that it has, weighted among themselves, and each
    covariance is that of the units which have both. `complete`: only units with all proxies have an index and are
    counted in it."""
    within: list[Name] = []
    """Columns of larger groups, such as `county`: `legacies.csv` says for the index and each proxy which share of its
    variance is within them. `panel.region` and the levels of the proxies are always among them."""


class Legacy(Section):
    """A legacy and the capacities it left behind."""

    label: Text | None = None
    """What a reader sees."""
    capacities: Annotated[dict[Name, Capacity], Field(min_length=1)]
    """By name, in the order in which tables show them. No two legacies have a capacity of the same name."""
