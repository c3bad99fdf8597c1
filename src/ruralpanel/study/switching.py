"""The ``switching`` key: whose changes of treatment count for estimators of treatments that come and go."""

from __future__ import annotations

from typing import Literal

from ruralpanel.study.base import Name, Section


class Switching(Section):
    """Whose changes of treatment `chaisemartin_dhaultfoeuille` looks at, and in what unit effects are."""

    switchers: Literal["all", "in", "out"] = "all"
    """Whose first change counts: that of `all`, of units that change to more treatment (`in`), or to less (`out`).
    Changes to less count with the opposite sign, so that effects are of more treatment either way."""
    same_switchers: bool = False
    """Whether to keep to units that can be compared at every event time from 0 to the end of the `window`, so that
    effects differ by event time and not by who is seen then."""
    normalised: bool = False
    """Whether to divide effects and placebos by the treatment that units have had since their first change beyond what
    they had before, so that they are averages of effects of one unit of present and past treatment. The overall
    effect is per unit of treatment in any case."""
    within: list[Name] = []
    """Columns, constant within a unit: changes are compared only with units that are alike in them, such as those of
    the same province, so that provinces may develop differently."""
