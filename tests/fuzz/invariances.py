"""What an estimate does not depend on: how units are numbered, in what the outcome is measured, constants of units."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

TOLERANCE = 1e-5
"""Of what is searched for, relative to the standard error or to the estimate; the rest agrees to many more digits."""

SCALE = 2.0**20
"""About a million; by a power of two, numbers are multiplied without rounding."""

SIZED = ("estimate", "standard_error")

NOT_LINEAR = ("poisson_fixed_effects", "complementary_log_log", "bacon_decomposition")
"""Whose estimates are of logarithms, or are of more than one kind."""

OF_LEVELS = ("cohort_means", "group_means", "threshold_regression_discontinuity", "complementary_log_log",
             "poisson_fixed_effects", "interactive_fixed_effects", "synthetic_difference_in_differences")  # fmt: skip
"""Whose estimates depend on levels of units, or are searched for among them."""

DRAWN = ("interactive_fixed_effects", "synthetic_difference_in_differences")
"""Whose standard errors are drawn, and for whom units are drawn in the order of their numbers."""


def renumbered(panel: pd.DataFrame) -> pd.DataFrame:
    """Number units in the opposite order, with gaps."""
    other = panel.assign(village=7 * (panel["village"].max() - panel["village"]) + 3)
    return other.sort_values(["village", "year"], kind="stable").reset_index(drop=True)


def rescaled(panel: pd.DataFrame) -> pd.DataFrame:
    """Measure the outcome in another unit."""
    return panel.assign(y=panel["y"] * SCALE)


def shifted(panel: pd.DataFrame) -> pd.DataFrame:
    """Add a constant of its own to the outcome of each unit."""
    return panel.assign(y=panel["y"] + 3.0 * (panel["village"] % 5) - 4.0)


WAYS: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], float, tuple[str, ...]]] = {
    "units in another order": (renumbered, 1.0, DRAWN),
    "another unit of the outcome": (rescaled, SCALE, NOT_LINEAR),
    "constants of units": (shifted, 1.0, OF_LEVELS),
}
"""Changes to a panel, by what they multiply estimates, and the estimators of which that does not hold."""


def differences(one: pd.DataFrame, other: pd.DataFrame, factor: float, way: str) -> Iterator[str]:
    """Say where estimates of a changed panel are not those of the panel.

    Parameters
    ----------
    one, other
        Tables of estimates.
    factor
        What those of `other` are multiples of.
    way
        What was changed.
    """
    if len(one) != len(other):
        yield f"{way}: {len(one)} rows become {len(other)}"
        return
    for (_, row), (_, changed) in zip(one.iterrows(), other.iterrows(), strict=True):
        at = f"{way}: row {row['term']} {row['event_time']} {row['cohort']}"
        size = np.nansum([abs(row["estimate"]), abs(row["standard_error"])])
        for name in SIZED:
            before, after = row[name], changed[name] / (1.0 if row["kind"] == "first_stage" else factor)
            if np.isnan(before) != np.isnan(after) or abs(before - after) > TOLERANCE * size + 1e-9:
                yield f"{at}: {name} {before:.8g} becomes {after:.8g} [{row['reason']} | {changed['reason']}]"
